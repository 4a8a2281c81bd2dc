"""Errors as a form shows them: beside the field they are about, with what would mend them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from llm_select.errors import AmbiguousNameError, LlmSelectError, UnknownNameError
from llm_select.i18n import tr, translated
from llm_select.web.asked import Asked


class Mended(NamedTuple):
    """A question that would do."""

    label: str
    asked: Asked


class Fault(NamedTuple):
    """One error."""

    field: str | None
    """The field it is about; None when it is about none of the form."""
    text: str
    remedy: str | None
    mended: tuple[Mended, ...]


def faults(errors: Iterable[LlmSelectError], asked: Asked, fields: Iterable[str]) -> list[Fault]:
    """The errors in the reader's language. `fields` are the names of the fields that can show one."""
    known = frozenset(fields)
    return [_fault(error, asked, known) for error in errors]


def _fault(error: LlmSelectError, asked: Asked, fields: frozenset[str]) -> Fault:
    where = error.where or ""
    name = "model" if where == "MODEL" else where.removeprefix("--")
    field = name if name in fields else None
    text = translated(error.message)
    if field is None and where:
        text = f"{where}: {text}"
    remedy = translated(error.remedy) if error.remedy else None
    return Fault(field, text, remedy, _mended(error, asked, name))


def _mended(error: LlmSelectError, asked: Asked, name: str) -> tuple[Mended, ...]:
    given = asked.many(name)
    if not given:
        return ()
    near: tuple[str, ...] = ()
    wrong = given[0] if len(given) == 1 else None
    if isinstance(error, UnknownNameError):
        near, wrong = error.nearest, error.name
    elif isinstance(error, AmbiguousNameError):
        near = error.matches
    found = []
    if wrong in given:
        for one in near:
            instead = tuple(one if value == wrong else value for value in given)
            found.append(Mended(one, asked.having(name, *instead)))
    if name != "task":
        rest = tuple(value for value in given if value != wrong)
        found.append(Mended(tr("leave it out"), asked.having(name, *rest)))
    return tuple(found)
