"""Addresses of the page, and what may become a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from llm_select.selection.types import Change
from llm_select.web.asked import Asked
from llm_select.web.fields import EXPLAIN, HOME, SIDE_BY_SIDE

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]+", re.IGNORECASE)
_PLACEHOLDERS = ("N", "NAME", "GIB")
"""What a change says where only the reader knows the value."""


def home(asked: Asked) -> str:
    """The ranking for a question."""
    return "/" + asked.query(HOME)


def model(model_id: str, asked: Asked) -> str:
    """What a model's page says about a question."""
    return "/model/" + quote(model_id) + asked.only(EXPLAIN).query(EXPLAIN)


def compare(models: Sequence[str], asked: Asked) -> str:
    """Models side by side."""
    return "/compare" + asked.having("model", *models).query(SIDE_BY_SIDE)


def changed(asked: Asked, changes: Sequence[Change]) -> Asked | None:
    """The question with these changes; None when one of them leaves its value to the reader."""
    for change in changes:
        value = change.value
        if value in _PLACEHOLDERS:
            return None
        name = change.option.removeprefix("--")
        if change.instead is not None:
            asked = asked.having(change.instead.removeprefix("--"))
        if value is None:
            asked = asked.having(name)
        elif isinstance(value, tuple):
            asked = asked.having(name, *value)
        else:
            asked = asked.having(name, _text(value))
    return asked


def _text(value: str | float | int | bool) -> str:
    if isinstance(value, bool):
        return "on"
    if isinstance(value, float):
        # Whole where it is: 121, not 121.0. Else every digit, for a rounded limit may miss.
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


def parts(text: str) -> Iterator[tuple[str, str | None]]:
    """A text in pieces, each with its address when it is one of the web."""
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?，。；")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(".,;:!?")
        if found.start() > end:
            yield text[end : found.start()], None
        yield address, address
        end = found.start() + len(address)
    if end < len(text):
        yield text[end:], None


def outward(address: str | None) -> str | None:
    """The address of a source if it is one of the web; None for anything else, such as `javascript:`."""
    return address if address is not None and _ADDRESS.fullmatch(address) else None
