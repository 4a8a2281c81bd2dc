"""Every example of the help is a line that the program takes, and as far as it can be run here, runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from llm_select.cli.examples import Examples
from llm_select.cli.main import app
from tests.cli.conftest import Call, own_catalog

ELSEWHERE = (
    "hf:", "import config.json", "import-evaluations", "llm-select benchmarks --catalog", "llm-select web",
    "llm-select mcp",
)  # fmt: skip
"""Lines that need the network or files of one's own, or that serve until they are stopped: they are only parsed."""


def _commands() -> Iterator[tuple[str, Any]]:
    group: Any = typer.main.get_command(app)
    yield "", group
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        parts = getattr(command, "commands", None)
        yield from ((f"{name} {k}", v) for k, v in parts.items()) if parts else [(name, command)]


EXAMPLES = [
    pytest.param(" ".join(line.replace("\\\n", " ").split()), id=line.partition("\n")[0])
    for _, command in _commands()
    for _, line in (command.epilog.pairs if isinstance(command.epilog, Examples) else ())
]


def _words(line: str) -> list[str]:
    """What follows the program's name, without a redirection."""
    return shlex.split(line.removeprefix("source <(").rstrip(")").partition(" > ")[0])[1:]


def test_every_command_has_examples() -> None:
    few = [name for name, one in _commands() if len(getattr(one.epilog, "pairs", ())) < 2]
    assert few == []


def test_no_line_of_an_example_is_wider_than_80_columns() -> None:
    wide = [
        text for _, one in _commands() for text in one.epilog.splitlines() if len(text) > 78
    ]  # click indents by 2
    assert wide == []


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_is_taken_by_the_parser(line: str) -> None:
    command: Any = typer.main.get_command(app)
    words = _words(line)
    while hasattr(command, "list_commands"):
        command = command.get_command(None, words.pop(0))
    if words != ["--help"]:
        command.make_context("", words)


@pytest.mark.slow
@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_runs(
    line: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any(sign in line for sign in ELSEWHERE):
        pytest.skip("needs the network or files of one's own")
    monkeypatch.chdir(tmp_path)
    own_catalog(tmp_path / "my-cards")
    (tmp_path / "sizes.csv").write_text("model,context\nqwen3-8b,4096\n", encoding="utf-8")
    rows = (
        "source,reference\nGood morning.,早上好。\n"
        if "--pair" in line
        else "text,label\nGut.,positive\nSchlecht.,negative\n"
    )
    (tmp_path / "test.csv").write_text(rows, encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    words = _words(line)
    if words[0] == "evaluate" and "--show-prompt" not in words:
        words = [word for word in words if word != "--resume"] + ["--dry-run"]
    answer = call(*words)
    assert answer.code in (0, 1), answer.err
    assert answer.out
    if words[-2:] == ["-o", "json"]:
        json.loads(answer.out)
