"""Scores taken apart: what each criterion gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from llm_select.i18n import tr
from llm_select.render.charts.bars import Part, Row, bars


class Scored(NamedTuple):
    """One model's score, 0 to 1: the sum of what its criteria give."""

    label: str
    score: float
    terms: tuple[tuple[str, float], ...]
    """Name of the criterion as read, and its contribution."""
    note: str = ""
    href: str | None = None


def terms(
    found: Sequence[Scored],
    *,
    width: float = 720,
    title: str,
    description: str,
    style: bool = False,
) -> str:
    """A stacked bar for each model as SVG text, on a scale from 0 to 1."""
    # A criterion has one colour in all bars.
    names = list(dict.fromkeys(name for one in found for name, _ in one.terms))
    rows = [
        Row(
            one.label,
            f"{one.score:.3f}",
            tuple(Part(n, v, f"{v:.3f}", names.index(n) + 1) for n, v in one.terms),
            note=one.note,
            href=one.href,
        )
        for one in found
    ]
    return bars(
        rows,
        unit="",
        nothing=tr("Nothing to draw: no model has a score."),
        width=width,
        title=title,
        description=description,
        style=style,
        most=1.0,
    )
