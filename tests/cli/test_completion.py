"""What a shell is told may stand at the cursor, and what real shells make of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from llm_select.cli.completion import answer, complete, split
from llm_select.cli.completion_values import FREE, SOURCES
from llm_select.cli.main import app
from tests.cli.conftest import Call, Refused, own_catalog, write
from tests.cli.shells import ROOT, Shell


def offered(*words: str) -> list[str]:
    """Values for a line whose last word is unfinished."""
    return [item.value for item in complete(typer.main.get_command(app), words[:-1], words[-1])]


def told(shell: str, *arguments: str) -> list[str]:
    """Lines of the answer to a shell."""
    return answer(typer.main.get_command(app), shell, arguments).splitlines()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("rec",), ["recommend"]),
        (("catalog", "import-"), ["import-evaluations"]),
        (("recommend", "--gen"), ["--generate"]),
        (("recommend", "--task", "summ"), ["summarization"]),
        (("recommend", "-l", "Germ"), ["German"]),
        (("recommend", "--pair", "en-ja"), ["en-ja"]),
        (("recommend", "--gpu", "rtx-3090-t"), ["rtx-3090-ti"]),
        (("recommend", "--gpu", "RTX 3090 T"), ["RTX 3090 Ti"]),
        (("recommend", "--engine", "vl"), ["vllm"]),
        (("recommend", "-q", "q5_k"), ["q5_k_m", "q5_k_s"]),
        (("recommend", "--license", "apache"), ["apache-2.0"]),
        (("recommend", "--family", "gemm"), ["gemma"]),
        (("recommend", "--profile", "f"), ["frugal"]),
        (("recommend", "--output", ""), ["csv", "html", "json", "markdown", "plain", "svg", "table"]),
        (("recommend", "--output=js",), ["json"]),
        (("recommend", "--weights-access", "o"), ["open"]),
        (("recommend", "--exclude-board", "wmt25-mqm-g"), ["wmt25-mqm-google"]),
        (("show", "llama3.1:8"), ["llama3.1:8b"]),
        (("show", "Meta-Llama/Llama-3.1-70B-I"), ["meta-llama/Llama-3.1-70B-Instruct"]),
        (("compare", "gpt-4.1", "gemma-3-27b-i"), ["gemma-3-27b-it"]),
        (("finetune", "--optimizer", "ademam"), ["ademamix"]),
        (("finetune", "--sharding", "zero"), ["zero1", "zero2", "zero3"]),
        (("finetune", "--trainer", "axo"), ["axolotl"]),
        (("deploy", "qwen3-8b", "--kv-type", "iq4"), ["iq4_nl"]),
        (("catalog", "check", "--output", "s"), ["sarif"]),
        (("catalog", "schema", "reci"), ["recipes"]),
        (("catalog", "import-evaluations", "x.csv", "--reported-by", "u"), ["users"]),
        (("completion", ""), ["bash", "fish", "zsh"]),
        (("recommend", "--min-speed", ""), []),
        (("recommend", "--gpu", "zzzz"), []),
    ],
)  # fmt: skip
def test_what_may_stand_at_the_cursor(words: tuple[str, ...], found: list[str]) -> None:
    assert offered(*words) == found


def test_every_text_option_has_values_or_is_known_to_be_free() -> None:
    missing = []
    for words, parameter in _parameters():
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
        known = name in FREE or ("", name) in SOURCES or (words[-1], name) in SOURCES
        if parameter.type.name in ("text", "str") and not known:
            missing.append(" ".join((*words, name)))
    assert missing == []


def test_every_form_that_an_options_help_names_is_offered() -> None:
    for words, parameter in _parameters():
        if parameter.opts[0] == "--output":
            named = parameter.help.rstrip(".").replace(" or ", ", ").split(", ")
            assert sorted(named) == offered(*words, "--output", ""), words


def test_a_path_completes_as_a_path() -> None:
    assert told("zsh", "evaluate", "--data", "mi") == ["files"]
    assert told("zsh", "recommend", "--catalog", "") == ["directories"]


def test_models_of_a_catalog_named_on_the_line_are_offered(tmp_path: Path) -> None:
    place = str(own_catalog(tmp_path, names=("unheard-of",)))
    assert offered("show", "--catalog", place, "unhe") == ["unheard-of"]


def test_a_home_directory_is_put_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    own_catalog(tmp_path / "cards", names=("unheard-of",))
    assert offered("show", "--catalog", "~/cards", "unhe") == ["unheard-of"]


def test_a_broken_catalog_on_the_line_leaves_the_bundled_one(tmp_path: Path) -> None:
    write(tmp_path, "models/mine/broken.yaml", "{")
    assert offered("show", "--catalog", str(tmp_path), "gemma-3-27b-i") == ["gemma-3-27b-it"]


def test_names_that_would_move_the_cursor_are_not_offered(tmp_path: Path) -> None:
    place = str(own_catalog(tmp_path, names=("mine",), alias='"zz\\e[2J"'))
    assert offered("show", "--catalog", place, "zz") == []


def test_zsh_and_fish_are_told_values_with_their_explanation() -> None:
    assert told("zsh", "recommend", "--profile", "spe") == [
        "words",
        "speed\tFor someone who waits for each answer.",
    ]


def test_fish_is_told_the_option_with_its_value() -> None:
    assert told("fish", "recommend", "--output=js") == ["words", "--output=json\t"]


@pytest.mark.parametrize(
    ("line", "replaced", "text"),
    [
        ("llm-select rec", "rec", "recommend"),
        ("llm-select show llama3.1:8", "8", "8b"),
        ("llm-select recommend --output=js", "js", "json"),
        ("llm-select recommend --gpu RTX\\ 3090\\ T", "RTX\\ 3090\\ T", "RTX\\ 3090\\ Ti"),
        ('llm-select recommend --gpu "RTX 3090 T', "RTX 3090 T", "RTX 3090 Ti"),
        ("llm-select recommend --gpu 'RTX 3090 T", "RTX 3090 T", "RTX 3090 Ti"),
    ],
)
def test_bash_is_told_the_text_for_the_part_it_replaces(
    line: str, replaced: str, text: str
) -> None:
    assert told("bash", line, replaced) == ["words", text]


@pytest.mark.parametrize(
    ("text", "words", "unfinished", "quote"),
    [
        ("llm-select ", (), "", ""),
        ("llm-select a b", ("a",), "b", ""),
        ("llm-select a ", ("a",), "", ""),
        ("llm-select 'a b", (), "a b", "'"),
        (r"llm-select a\ ", (), "a ", ""),
        ('llm-select "a b" c', ("a b",), "c", ""),
        ("llm-select #", (), "#", ""),
    ],
)
def test_a_line_is_taken_apart_as_a_shell_does(
    text: str, words: tuple[str, ...], unfinished: str, quote: str
) -> None:
    assert split(text) == (words, unfinished, quote)


@pytest.mark.parametrize(
    ("shell", "arguments"),
    [
        ("bash", []),
        ("bash", ["llm-select recommend --locale xx --gpu rtx-3090-t", "rtx-3090-t"]),
        ("zsh", ["nonsense", ""]),
        ("zsh", ["--version", ""]),
        ("fish", []),
        ("tcsh", ["rec"]),
        ("", ["recommend", "--task", "ner"]),
    ],
)
def test_the_program_says_nothing_else_and_exits_with_0(
    shell: str, arguments: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "llm_select", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "_LLM_SELECT_COMPLETE": shell},
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.partition("\n")[0] in ("", "words")


def test_a_start_without_completion_does_not_import_it() -> None:
    code = (
        "import sys; from llm_select.cli.main import run; run(['--version']); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "llm_select.cli.completion" not in done.stdout


def test_an_unknown_shell_is_refused(refused: Refused) -> None:
    assert "it takes bash, zsh, fish" in refused("completion", "tcsh")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_script_is_printed(name: str, call: Call) -> None:
    printed = call("completion", name)
    assert printed.code == 0
    assert f"_LLM_SELECT_COMPLETE={name}" in printed.out


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    """A real shell in a folder with a file and a folder; skipped where there is none."""
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} here")
    place = tmp_path_factory.mktemp(request.param)
    (place / "mine.csv").touch()
    (place / "my cards").mkdir()
    started = Shell(request.param, place)
    yield started
    started.close()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("recomm", ["recommend"]),
        ("recommend --gpu rtx-3090-t", ["recommend", "--gpu", "rtx-3090-ti"]),
        ('recommend --gpu "RTX 3090 T', ["recommend", "--gpu", "RTX 3090 Ti"]),
        ("recommend --gpu 'RTX 3090 T", ["recommend", "--gpu", "RTX 3090 Ti"]),
        (r"recommend --gpu RTX\ 3090\ T", ["recommend", "--gpu", "RTX 3090 Ti"]),
        ('recommend --gpu="RTX 3090 T', ["recommend", "--gpu=RTX 3090 Ti"]),
        ("show llama3.1:8", ["show", "llama3.1:8b"]),
        ("show meta-llama/Llama-3.1-70B-I", ["show", "meta-llama/Llama-3.1-70B-Instruct"]),
        ("recommend --output=js", ["recommend", "--output=json"]),
        ("evaluate --data mi", ["evaluate", "--data", "mine.csv"]),
        ("recommend --gpu zzzz", ["recommend", "--gpu", "zzzz"]),
    ],
)
def test_a_real_shell_completes_a_line(shell: Shell, line: str, words: list[str]) -> None:
    assert shell.words(f"llm-select {line}") == ["llm-select", *words]


def test_a_real_shell_completes_a_directory(shell: Shell) -> None:
    found = shell.words("llm-select recommend --catalog my")[-1]
    assert found.rstrip("/") == "my cards"


def _parameters() -> Iterator[tuple[tuple[str, ...], Any]]:
    group = typer.main.get_command(app)
    for name in group.list_commands(None):  # type: ignore[attr-defined, arg-type]
        command: Any = group.get_command(None, name)  # type: ignore[attr-defined, arg-type]
        parts = getattr(command, "commands", None)
        for words, one in (
            [((name, k), v) for k, v in parts.items()] if parts else [((name,), command)]
        ):
            for parameter in one.params:
                yield words, parameter
