"""-o html and -o svg: which commands have them, what is in them, and bars on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from llm_select.cli.main import run
from tests.cli.conftest import Answer, Call, Refused, own_catalog

COMMANDS = {
    "recommend": ("recommend", "--task", "translation", "--pair", "en-zh", "--gpu-mem", "24"),
    "recommend, hosted": ("recommend", "--task", "dialogue", "--weights-access", "hosted"),
    "recommend, nothing fits": ("recommend", "--task", "coding", "--gpu-mem", "0.1"),
    "recommend, no board": ("recommend", "--task", "srl", "--gpu-mem", "24", "--exclude-board", "*-srl*"),
    "compare": ("compare", "nllb-200-3.3b", "gemma-3-12b-it", "gpt-4.1"),
    "compare, hosted": ("compare", "gpt-4.1", "gpt-5"),
    "compare, rated": ("compare", "gemma-3-12b-it", "gpt-4.1", "--task", "translation", "--gpu-mem", "24"),
    "explain a pick": ("explain", "gemma-3-12b-it", "--task", "translation", "--gpu-mem", "24"),
    "explain a rejection": ("explain", "gpt-4.1", "--task", "ner", "--gpu-mem", "24"),
    "estimate": ("estimate", "gemma-3-12b-it", "--gpu", "RTX 4090", "--gpus", "2"),
    "estimate, no machine": ("estimate", "gemma-3-12b-it"),
}  # fmt: skip
OTHERS = (("tasks",), ("show", "deepseek-v3"), ("hardware", "list"), ("catalog", "list"))
Printed = Callable[[str, str], Answer]


@pytest.fixture(scope="module")
def printed(call: Call) -> Printed:
    """What a command prints in a form; each is run once for all tests of this file."""
    return cache(lambda name, form: call(*COMMANDS[name], "-o", form))


@pytest.mark.parametrize("name", COMMANDS)
def test_svg_is_a_picture_with_its_sheet(name: str, printed: Printed) -> None:
    answer = printed(name, "svg")
    root = ElementTree.fromstring(answer.out)
    assert answer.code in (0, 1)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.find("{http://www.w3.org/2000/svg}style") is not None


@pytest.mark.parametrize("name", COMMANDS)
def test_html_holds_the_page_its_pictures_and_the_command(name: str, printed: Printed) -> None:
    answer = printed(name, "html")
    assert answer.out.startswith("<!DOCTYPE html>")
    assert "<h1>" in answer.out
    assert "<svg" in answer.out
    assert f"llm-select {COMMANDS[name][0]} " in answer.out
    assert "None" not in answer.out
    assert "nan" not in answer.out.lower().split("<footer>")[0].replace("nanbeige", "").split()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_form_ends_as_the_table_does(name: str, printed: Printed) -> None:
    assert printed(name, "html").code == printed(name, "svg").code == printed(name, "table").code


def test_a_recommendation_shows_what_was_rejected(printed: Printed) -> None:
    assert "ls-point ls-rejected" in printed("recommend", "svg").out


def test_a_recommendation_of_nothing_still_shows_what_is_too_large(printed: Printed) -> None:
    assert "ls-point ls-rejected" in printed("recommend, nothing fits", "svg").out


def test_an_evidence_source_is_a_link(call: Call) -> None:
    out = call(*COMMANDS["explain a pick"], "-o", "html").out
    assert '<td><a href="https://' in out


@pytest.mark.parametrize("form", ["html", "svg"])
@pytest.mark.parametrize("line", OTHERS, ids=lambda line: line[0])
def test_other_commands_say_which_have_pictures(
    form: str, line: tuple[str, ...], refused: Refused
) -> None:
    said = refused(*line, "-o", form)
    assert f"this command has no {form}" in said
    assert "recommend, compare, explain, estimate, evaluate have one" in said


def test_an_unknown_form_lists_those_with_pictures(refused: Refused) -> None:
    said = refused("estimate", "gemma-3-12b-it", "-o", "pdf")
    assert "it takes table, plain, json, csv, markdown, html, svg" in said


@pytest.mark.parametrize("form", ["html", "svg"])
def test_a_sizing_sheet_has_no_picture(form: str, refused: Refused, tmp_path: Path) -> None:
    sheet = tmp_path / "cases.csv"
    sheet.write_text("model\ngemma-3-12b-it\n")
    assert f"no {form}" in refused("estimate", "--cases", str(sheet), "-o", form)


def test_a_hostile_card_does_no_harm(call: Call, tmp_path: Path) -> None:
    directory = own_catalog(tmp_path)
    card = directory / "models/mine/mine.yaml"
    name = "<script>alert(1)</script>"
    card.write_text(card.read_text().replace("Name of mine", name))
    out = call("estimate", "mine/mine", "--catalog", str(directory), "-o", "html").out
    assert "<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>" in out
    assert "<script" not in out


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a command shows on a terminal."""
    monkeypatch.setenv("TERM", "xterm")

    def invoke(*line: str) -> str:
        out = Terminal()
        monkeypatch.setattr("sys.stdout", out)
        run(list(line))
        monkeypatch.undo()
        return out.getvalue()

    return invoke


def test_a_terminal_shows_memory_in_bars(shown: Callable[..., str]) -> None:
    assert "█" in shown(*COMMANDS["estimate"])


def test_a_terminal_shows_score_parts_in_bars(shown: Callable[..., str]) -> None:
    assert "█" in shown(*COMMANDS["recommend"], "--explain")


@pytest.mark.parametrize("form", ["table", "plain", "csv", "markdown", "json"])
def test_a_pipe_has_no_bars(form: str, printed: Printed) -> None:
    assert "█" not in printed("estimate", form).out
    assert "█" not in printed("explain a pick", form).out


def test_a_terminal_gets_no_bars_in_plain(shown: Callable[..., str]) -> None:
    assert "█" not in shown(*COMMANDS["estimate"], "-o", "plain")
