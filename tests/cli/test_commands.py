"""The commands and options people script against exist."""

from __future__ import annotations

import re

import pytest

from llm_select.cli.main import COMMANDS
from tests.cli.conftest import Call

HARDWARE = "--gpu --gpus --gpu-mem --ram"
LENGTHS = "--context --generate --concurrency"
SHARED = "--output -o --catalog --locale --debug --help"
QUESTION = (
    f"--task --language --pair {HARDWARE} {LENGTHS} --min-accuracy --min-speed --max-price --commercial "
    "--license --weights-access --privacy --modality --engine --quantization --thinking --family "
    f"--examples --profile --weights --exclude-board {SHARED}"
)
OPTIONS = {
    "recommend": f"{QUESTION} --top --variants --explain --all",
    "explain": QUESTION,
    "compare": f"--task --language --pair {HARDWARE} {LENGTHS} --engine --quantization --examples "
    f"--exclude-board {SHARED}",
    "show": SHARED,
    "estimate": f"--cases {HARDWARE} {LENGTHS} --engine --quantization --kv-type {SHARED}",
    "deploy": f"--task {HARDWARE} --nodes {LENGTHS} --requests-per-second --engine --quantization --kv-type "
    f"--price-per-hour --hosted-price --export {SHARED}",
    "mcp": "--catalog --locale",
    "tasks": SHARED,
    "benchmarks": SHARED,
    "licenses": SHARED,
    "hardware list": SHARED,
    "hardware detect": SHARED,
    "catalog list": SHARED,
    "catalog check": SHARED,
    "catalog schema": "--help",
    "catalog import": f"--id --accept --dry-run --repository --revision --url --set --source --as-of {SHARED}",
    "catalog import-evaluations": "--board --benchmark --source --date --reported-by --setting --accept "
    f"--dry-run {SHARED}",
}


@pytest.mark.parametrize("command", OPTIONS)
def test_a_command_has_the_options_of_the_contract(command: str, call: Call) -> None:
    answer = call(*command.split(), "--help")
    assert answer.code == 0
    found = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", answer.out))
    assert not set(OPTIONS[command].split()) - found


@pytest.mark.parametrize("group", ["catalog", "hardware"])
def test_help_of_a_group_has_whole_sentences(group: str, call: Call) -> None:
    assert "..." not in call(group, "--help").out.partition("Commands:")[2]


def test_help_lists_every_command(call: Call) -> None:
    answer = call("--help")
    assert answer.code == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", answer.out, re.MULTILINE)


def test_every_command_of_the_contract_is_listed() -> None:
    assert {command.split()[0] for command in OPTIONS} <= set(COMMANDS)


@pytest.mark.parametrize("command", OPTIONS)
def test_help_shows_an_example(command: str, call: Call) -> None:
    assert "Examples:\n    # " in call(*command.split(), "--help").out


def test_version_is_that_of_the_package(call: Call) -> None:
    from llm_select import __version__

    assert call("--version").out == f"llm-select {__version__}\n"


def test_no_arguments_show_the_help_as_bad_usage(call: Call) -> None:
    answer = call()
    assert answer.code == 2
    assert "recommend" in answer.err + answer.out
    assert "error:" not in answer.err


def test_a_misspelt_command_names_the_nearest(call: Call) -> None:
    answer = call("recomend")
    assert answer.code == 2
    assert "Did you mean recommend?" in answer.err
