"""What a rule sees and what it says. A rule knows objects and fields; files and lines are added
later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.catalog.findings import Path, Severity

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog


class Found(NamedTuple):
    """Something wrong with one field of one object."""

    section: str
    """The catalog's attribute: `models`, `boards`, …"""
    id: str
    """The object's id in it; empty for scoring."""
    path: Path
    """The field; `(ID,)` itself is never part of it."""
    message: str
    remedy: str | None = None
    severity: Severity = "error"


class Subject(NamedTuple):
    """What is checked."""

    catalog: Catalog
    """The schema's objects or their records."""
    today: str
    """`2026-11-24`."""


class Rule(NamedTuple):
    """A check with its code. `check` is None for what is found while files are read."""

    code: str
    name: str
    text: str
    """Its page: what it does, why it is bad, an example, what to write instead."""
    check: Callable[[Subject], Iterable[Found]] | None


def rule(code: str, check: Callable[[Subject], Iterable[Found]]) -> Rule:
    """The rule of a function: its name with dashes, its docstring as the page."""
    return Rule(code, check.__name__.replace("_", "-"), cleandoc(check.__doc__ or ""), check)


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a schema object or record; nothing for anything else."""
    names: Iterable[str] = getattr(type(value), "model_fields", getattr(value, "_fields", ()))
    for name in names:
        yield name, getattr(value, name)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A remedy that names the closest known id."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1, 0.6)
    return f"did you mean {near[0]}?" if near else None
