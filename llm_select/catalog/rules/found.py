"""What a rule sees and what it says. A rule knows objects and fields; files and lines are added
later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import cleandoc
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.catalog.findings import Path, Severity
from llm_select.messages import Message

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
    asked: frozenset[tuple[str, str]] | None = None
    """(section, id) of the objects whose findings are wanted; None for all. A slow rule may pass over others."""


class Rule(NamedTuple):
    """A check with its code. `check` is None for what is found while files are read."""

    code: str
    name: str
    text: str
    """Its page: what it does, why it is bad, an example, what to write instead."""
    check: Callable[[Subject], Iterable[Found]] | None
    severity: Severity = "error"
    """Of most of what it finds."""
    plausibility: bool = False
    """True for a rule of thumb, which `checks: {ignore: […]}` may set aside for one object."""

    @property
    def anchor(self) -> str:
        """Its heading in `docs/rules.md`, as a fragment."""
        return f"{self.code.lower()}-{self.name}"

    @property
    def summary(self) -> str:
        """The first sentence of its page."""
        return " ".join(self.text.partition("\n\n")[0].split())


def rule(
    code: str,
    check: Callable[[Subject], Iterable[Found]],
    severity: Severity = "error",
    *,
    plausibility: bool = False,
) -> Rule:
    """The rule of a function: its name with dashes, its docstring as the page."""
    name, text = check.__name__.replace("_", "-"), Message(cleandoc(check.__doc__ or ""))
    return Rule(code, name, text, check, severity, plausibility)


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a schema object or record; nothing for anything else."""
    names: Iterable[str] = getattr(type(value), "model_fields", getattr(value, "_fields", ()))
    for name in names:
        yield name, getattr(value, name)


MOST_CHOICES = 300
"""Ids that a remedy is looked for among: comparing texts is slow."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A remedy that names the closest known id."""
    from difflib import get_close_matches

    # What has another length, or another beginning and end, is no slip of the hand.
    alike = (
        other
        for other in known
        if abs(len(other) - len(name)) <= 4 and (other[:1] == name[:1] or other[-1:] == name[-1:])
    )
    near = get_close_matches(name[:200], list(islice(alike, MOST_CHOICES)), 1, 0.6)
    return Message("did you mean {nearest}?", nearest=near[0]) if near else None
