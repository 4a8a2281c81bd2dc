"""One metric of several models: a dot with its interval for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from llm_select.i18n import clauses, noted, tr
from llm_select.render.charts.axes import Axis, drawable, scale, tick_text
from llm_select.render.charts.svg import (
    BOLD,
    LINE,
    add,
    canvas,
    empty,
    mark,
    shorten,
    text_width,
    to_text,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from llm_select.render.charts.axes import Scale

ROW = 2.4 * LINE


class Measured(NamedTuple):
    """One model on the metric."""

    label: str
    value: float
    low: float | None
    high: float | None
    said: str
    """The figure as read, with its range."""
    tag: Literal["measured", "inferred"] = "measured"
    note: str = ""
    href: str | None = None


def intervals(
    found: Sequence[Measured],
    axis: Axis,
    *,
    width: float = 720,
    title: str,
    description: str,
    style: bool = False,
) -> str:
    """A row for each model as SVG text, in the order given. What is inferred has a hollow mark and says so."""
    shown = [one for one in found if drawable(one.value, axis.log)]
    if not shown:
        said = tr("Nothing to draw: no model has this figure.")
        return empty(width, title=title, description=description, said=said, style=style)
    top = 6.0
    bottom = top + ROW * len(shown)
    root = canvas(
        width,
        bottom + 2.4 * LINE,
        title=title,
        description=description,
        style=style,
        interactive=True,
    )
    ends = [
        end
        for one in shown
        for end in (one.value, one.low, one.high)
        if end is not None and drawable(end, axis.log)
    ]
    along = scale(ends, axis.log, 12, width - 12)
    ticks = along.ticks(max(3, int((along.end - along.start) / 70)))
    for tick in ticks:
        at, text = along.at(tick), tick_text(tick, ticks if not axis.log else (tick,))
        add(root, "line", cls="ls-grid", x1=at, x2=at, y1=top, y2=bottom)
        anchor = "end" if at + text_width(text) / 2 > width else "middle"
        add(root, "text", text, cls="ls-muted", x=at, y=bottom + LINE, text_anchor=anchor)
    add(root, "line", cls="ls-axis", x1=along.start, x2=along.end, y1=bottom, y2=bottom)
    named = noted(axis.title, axis.unit) if axis.unit else axis.title
    add(
        root,
        "text",
        shorten(named, width - 24),
        x=along.end,
        y=bottom + 2 * LINE,
        text_anchor="end",
    )
    for n, one in enumerate(shown):
        _row(root, one, along, top + n * ROW)
    return to_text(root)


def _row(root: Element, one: Measured, along: Scale, top: float) -> None:
    inferred = one.tag == "inferred"
    said = tr("{figure}, inferred", figure=one.said) if inferred else one.said
    note = clauses(text for text in (said, one.note) if text)
    kind = "other" if inferred else "pick"
    group = mark(root, one.label, note, one.href, cls=f"ls-row ls-{kind}")
    room = along.end - along.start
    base, y = top + LINE - 2, top + 1.7 * LINE
    short = shorten(said, room * 0.7)
    left = shorten(one.label, (room - text_width(short) - 12) / BOLD)
    add(group, "rect", cls="ls-hit", x=along.start, y=top, width=room, height=ROW)
    add(group, "text", left, cls="ls-strong", x=along.start, y=base)
    add(group, "text", short, x=along.end, y=base, text_anchor="end")
    if one.low is not None and one.high is not None:
        low, high = (along.at(v) if drawable(v, along.log) else None for v in (one.low, one.high))
        if low is not None and high is not None:
            d = f"M{low:.2f} {y - 4:.2f}v8M{low:.2f} {y:.2f}H{high:.2f}M{high:.2f} {y - 4:.2f}v8"
            add(group, "path", cls="ls-bar", d=d)
    add(group, "circle", cls="ls-dot", cx=along.at(one.value), cy=y, r=5)
