"""What a part of the report is, and how figures are written in it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Section(NamedTuple):
    """A part of the report."""

    title: str
    headline: tuple[str, str, str]
    """What, the figure, the aim: one row of the table at the top and in the README."""
    text: str
    """Markdown under the title."""
    plots: Mapping[str, str] = {}
    """SVG by file name."""


def prose(text: str) -> str:
    """Paragraphs wrapped at 120 columns."""
    return "\n\n".join(textwrap.fill(" ".join(p.split()), 120) for p in text.split("\n\n"))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; figures go right."""
    rows = [[str(cell) for cell in row] for row in rows]
    right = [
        all(row[i][:1].isdigit() or row[i][:1] in "+−-–" for row in rows) and bool(rows)
        for i in range(len(head))
    ]
    lines = [
        "| " + " | ".join(head) + " |",
        "| " + " | ".join("---:" if r else "---" for r in right) + " |",
    ]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage, a dash when absent."""
    return "–" if value is None else f"{value * 100:.{digits}f} %"
