"""The formatters, on one small page."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

import pytest

from llm_select.render.csv import render_csv
from llm_select.render.document import Column, Document, Pairs, Table, Text
from llm_select.render.markdown import render_markdown
from llm_select.render.plain import render_plain
from llm_select.render.table import render_table

PAGE = Document(
    (
        Text("Head", "head"),
        Table(
            (Column("Name"), Column("Score", right=True), Column("Extra", wide=True)),
            (("Gemma", "0.5", "x"), ("A|B*c", "12.25", "y")),
            "Title",
        ),
        Pairs((("why", "because"), ("longer name", "[bold]not markup[/bold]"))),
        Text("A note.", "note"),
    )
)


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _table(page: Document, stream: StringIO) -> str:
    render_table(page, stream)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def test_plain_columns_are_two_spaces_apart() -> None:
    assert render_plain(PAGE) == (
        "Head\n\nTitle\nName   Score  Extra\nGemma    0.5  x\nA|B*c  12.25  y\n\n"
        "why          because\nlonger name  [bold]not markup[/bold]\n\nA note.\n"
    )


def test_plain_keeps_a_cell_on_one_line() -> None:
    page = Document((Table((Column("A"),), (("one\ntwo",),)),))
    assert render_plain(page) == "A\none; two\n"


def test_markdown_escapes_its_own_signs() -> None:
    text = render_markdown(PAGE)
    assert "## Head" in text
    assert "| Name | Score | Extra |\n| --- | ---: | --- |\n" in text
    assert r"A\|B\*c" in text
    assert r"\[bold\]" in text


def test_a_table_in_a_pipe_has_no_escape_codes() -> None:
    assert "\x1b" not in _table(PAGE, StringIO())


def test_a_table_on_a_terminal_has_colour() -> None:
    assert "\x1b[" in _table(PAGE, Terminal())


def test_text_is_never_taken_for_markup() -> None:
    assert "[bold]not markup[/bold]" in _table(PAGE, StringIO())


def test_wide_columns_are_shown_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Extra" not in _table(PAGE, StringIO())
    monkeypatch.setenv("COLUMNS", "120")
    assert "Extra" in _table(PAGE, StringIO())


def test_a_closed_pipe_is_left_to_the_caller() -> None:
    class Closed(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(text)

    with pytest.raises(BrokenPipeError):
        _table(PAGE, Closed())


def test_csv_has_the_keys_as_header_and_blanks_for_unknown() -> None:
    text = render_csv([{"a": 1, "b": None}, {"a": 2.5, "b": "x,y"}])
    assert text == 'a,b\n1,\n2.5,"x,y"\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_csv_never_holds_a_formula(text: str) -> None:
    (row,) = csv.DictReader(StringIO(render_csv([{"a": text}])))
    assert row["a"] == "'" + text


def test_csv_leaves_negative_numbers_alone() -> None:
    assert render_csv([{"a": -1.5}]) == "a\n-1.5\n"


def test_csv_of_nothing_is_empty() -> None:
    assert render_csv([]) == ""


BARS = Document(
    (
        Table(
            (Column("Part"), Column("Share", right=True)),
            (("a", "0.5"), ("b", "0.0")),
            bars=((0, 0.5), (0.5, 0.5)),
        ),
        Pairs((("whole", "1"), ("none", "2")), bars=((0, 1),)),
    )
)


def test_a_terminal_shows_bars_as_long_as_their_spans() -> None:
    lines = _table(BARS, Terminal()).splitlines()
    assert [line.count("█") for line in lines if line.strip()] == [0, 5, 0, 24, 0]


def test_bars_have_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = _table(BARS, Terminal())
    assert "█" in shown
    assert "\x1b[36m" not in shown


def test_a_narrow_terminal_shows_no_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert "█" not in _table(BARS, Terminal())


def test_a_terminal_without_the_sign_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(type(stream), "encoding", "ascii", raising=False)
    assert "#####" in _table(BARS, stream)


@pytest.mark.parametrize("form", [render_plain, render_markdown])
def test_a_file_has_no_bars(form: Callable[[Document], str]) -> None:
    assert "█" not in form(BARS)


def test_a_pipe_has_no_bars() -> None:
    assert "█" not in _table(BARS, StringIO())
