"""Cells of a sheet, and settings given as text: what a row may hold."""

from __future__ import annotations

from llm_select.errors import UsageError
from llm_select.messages import Message

_TRUE = {"1", "true", "on", "yes"}
_FALSE = {"0", "false", "off", "no"}

Row = dict[str, str]


def whole(row: Row, name: str, default: int | None, limit: int) -> int | None:
    """A whole number above 0. Raises UsageError for anything else."""
    text = row.get(name, "")
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise UsageError(
            Message("{name}: {text!r} is not a whole number above 0", name=name, text=text)
        )
    if value > limit:
        raise UsageError(
            Message(
                "{name}: {value:,} is more than {limit:,}, the most that is taken",
                name=name,
                value=value,
                limit=limit,
            )
        )
    return value


def switch(row: Row, name: str) -> bool | None:
    """On or off; None when blank. Raises UsageError for anything else."""
    text = row.get(name, "").lower()
    if not text:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise UsageError(Message("{name}: {text!r} is neither on nor off", name=name, text=text))
