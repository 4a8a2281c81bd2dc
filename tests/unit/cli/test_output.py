"""Forms are checked before any work; only the one asked for is built."""

from __future__ import annotations

import json

import pytest

from llm_select.cli.options import COMMAND
from llm_select.cli.output import FORMS, PICTURED, check_form, emit
from llm_select.errors import UsageError
from llm_select.render.document import Document, Text
from llm_select.render.pictures import Picture
from tests import builders

PAGE = Document((Text("Said."),), [{"a": 1}])


def _never() -> Document:
    raise AssertionError("built for nothing")


def test_the_forms_are_those_of_the_contract() -> None:
    assert {"table", "plain", "json", "csv", "markdown"} <= set(FORMS)


def test_an_unknown_form_lists_the_forms() -> None:
    with pytest.raises(UsageError, match="it takes table, plain, json"):
        check_form("xml")


def test_json_builds_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    emit("json", _never, lambda: {"ß": 1.5})
    assert json.loads(capsys.readouterr().out) == {"ß": 1.5}


def test_json_never_holds_what_is_not_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        emit("json", _never, lambda: {"a": float("nan")})


@pytest.mark.parametrize("form", ["table", "plain", "markdown", "csv"])
def test_a_page_builds_no_payload(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    emit(form, lambda: PAGE, _never)
    assert capsys.readouterr().out.strip() == ("a\n1" if form == "csv" else "Said.")


def _drawn(*, width: float, style: bool) -> str:
    return f"<svg width='{width:g}' class='{style}'></svg>"


def test_svg_is_the_first_picture_with_its_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    two = [Picture("one", _drawn), Picture("two", _never)]  # type: ignore[list-item]
    emit("svg", _never, _never, lambda: two, builders.catalog())
    assert capsys.readouterr().out == "<svg width='720' class='True'></svg>\n"


@pytest.mark.parametrize("form", PICTURED)
def test_an_answer_without_pictures_is_refused(form: str) -> None:
    with pytest.raises(UsageError, match=f"there is no {form} of this answer"):
        emit(form, _never, _never)


def test_a_page_does_not_tell_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    before = COMMAND.set(("evaluate", "--endpoint", "https://me:secret@host/v1"))
    try:
        emit("html", lambda: PAGE, _never, list, builders.catalog())
    finally:
        COMMAND.reset(before)
    out = capsys.readouterr().out
    assert "evaluate --endpoint https://…@host/v1" in out
    assert "secret" not in out
