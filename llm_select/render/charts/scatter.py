"""Quality against memory, speed or price: points with intervals, the front, names of the picks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from llm_select.i18n import noted, tr
from llm_select.render.charts.axes import Axis, Scale, drawable, scale, tick_text
from llm_select.render.charts.labels import Box, Wanted, place
from llm_select.render.charts.svg import (
    LINE,
    SIZE,
    add,
    canvas,
    clean,
    empty,
    mark,
    number,
    shorten,
    text_width,
    to_text,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Axis", "Limit", "Point", "scatter"]

Kind = Literal["pick", "pareto", "other", "rejected"]
KINDS: tuple[Kind, ...] = ("rejected", "other", "pareto", "pick")
"""In the order of drawing: what matters most lies on top."""
RADIUS = 5.0
HIT = 9.0
"""Radius of what the pointer and the finger find."""


class Point(NamedTuple):
    """One model. Ends of intervals are None where none is known."""

    id: str
    label: str
    x: float
    x_low: float | None
    x_high: float | None
    y: float
    y_low: float | None
    y_high: float | None
    kind: Kind
    note: str
    """What it is and what speaks against it, in words."""
    href: str | None = None
    front: bool = False
    """True when no other point that meets every need is as good on both axes."""


class Limit(NamedTuple):
    """A bound of the question: memory that is usable, least accuracy."""

    axis: Literal["x", "y"]
    value: float
    label: str


def scatter(
    points: Sequence[Point],
    x: Axis,
    y: Axis,
    *,
    width: float = 720,
    height: float = 460,
    title: str,
    description: str,
    style: bool = False,
    limits: Sequence[Limit] = (),
) -> str:
    """The plot as SVG text. `width` and `height` are its size where it is shown unscaled; names of picks and of the
    front are written beside their points as far as there is room. Points without a figure are left out."""
    shown = [p for p in points if drawable(p.x, x.log) and drawable(p.y, y.log)]
    if not shown:
        said = tr("Nothing to draw: no model has both figures.")
        return empty(width, title=title, description=description, said=said, style=style)
    root = canvas(
        width, height, title=title, description=description, style=style, interactive=True
    )
    held = [limit for limit in limits if drawable(limit.value, (x if limit.axis == "x" else y).log)]
    legend = _legend(shown, width)
    top = 12 + LINE * len(legend) + LINE
    bottom = height - 2.6 * LINE
    up = scale([*_ends(shown, "y", y.log), *_at(held, "y")], y.log, bottom, top)
    y_ticks = up.ticks(max(3, int((bottom - top) / 50)))
    y_texts = [tick_text(tick, y_ticks) for tick in y_ticks]
    left = 10 + max(map(text_width, y_texts), default=0.0) + 6
    across = scale([*_ends(shown, "x", x.log), *_at(held, "x")], x.log, left, width - 12)
    _axes(root, across, up, x, y, list(zip(y_ticks, y_texts, strict=True)))
    _draw_legend(root, legend)
    names = _limits(root, held, across, up)
    _front(root, shown, across, up, x)
    for kind in KINDS:
        # The first of the list last, so that it lies on top.
        for point in reversed([p for p in shown if p.kind == kind]):
            _point(root, point, across, up)
    _names(root, shown, across, up, names)
    return to_text(root)


def _ends(points: Sequence[Point], side: str, log: bool) -> list[float]:
    """What the axis must hold: all figures, and the intervals of what is not rejected, if there is any such."""
    found = []
    rejected = all(p.kind == "rejected" for p in points)
    for p in points:
        value, low, high = (p.x, p.x_low, p.x_high) if side == "x" else (p.y, p.y_low, p.y_high)
        found.append(value)
        if rejected or p.kind != "rejected":
            found += [end for end in (low, high) if end is not None and drawable(end, log)]
    return found


def _at(limits: Sequence[Limit], axis: str) -> list[float]:
    return [limit.value for limit in limits if limit.axis == axis]


def _axes(
    root: Element,
    across: Scale,
    up: Scale,
    x: Axis,
    y: Axis,
    y_ticks: Sequence[tuple[float, str]],
) -> None:
    left, right, top, bottom = across.start, across.end, up.end, up.start
    for value, text in y_ticks:
        at = up.at(value)
        add(root, "line", cls="ls-grid", x1=left, x2=right, y1=at, y2=at)
        add(root, "text", text, cls="ls-muted", x=left - 6, y=at + 4, text_anchor="end")
    x_ticks = across.ticks(max(3, int((right - left) / 60)))
    free = left - 20
    for value in x_ticks:
        at, text = across.at(value), tick_text(value, x_ticks if not across.log else (value,))
        add(root, "line", cls="ls-grid", x1=at, x2=at, y1=top, y2=bottom)
        half = text_width(text) / 2
        if at - half > free:
            anchor = "end" if at + half > right + 12 else "middle"
            add(root, "text", text, cls="ls-muted", x=at, y=bottom + LINE, text_anchor=anchor)
            free = at + half + 4
    add(root, "path", cls="ls-axis", d=_path((left, top), (left, bottom), (right, bottom)))
    room = right - left
    add(
        root,
        "text",
        shorten(_axis_text(x), room),
        x=right,
        y=bottom + 2.2 * LINE,
        text_anchor="end",
    )
    add(root, "text", shorten(_axis_text(y), right - 8), x=8, y=top - 6)


def _axis_text(axis: Axis) -> str:
    named = noted(axis.title, axis.unit) if axis.unit else axis.title
    return tr("{axis} ← better", axis=named) if axis.better == "low" else named


def _path(*corners: tuple[float, float]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in corners)


def _limits(root: Element, limits: Sequence[Limit], across: Scale, up: Scale) -> list[Box]:
    """Lines of the question's bounds; the ground that their names take."""
    taken: list[Box] = []
    for limit in limits:
        text = clean(limit.label)
        width = text_width(text)
        if limit.axis == "x":
            at = across.at(limit.value)
            add(root, "line", cls="ls-limit", x1=at, x2=at, y1=up.end, y2=up.start)
            left = at - 4 - width if at - 4 - width > across.start else at + 4
            base = up.start - 6
        else:
            at = up.at(limit.value)
            add(root, "line", cls="ls-limit", x1=across.start, x2=across.end, y1=at, y2=at)
            left, base = across.start + 6, at - 5
        add(root, "text", text, cls="ls-limit-text", x=left, y=base)
        taken.append(Box(left, base - SIZE, left + width, base + 3))
    return taken


def _front(root: Element, points: Sequence[Point], across: Scale, up: Scale, x: Axis) -> None:
    """The best quality that is to be had for so much of x, as a stair."""
    held = sorted((p for p in points if p.front), key=lambda p: (p.x, p.y))
    if len(held) < 2:
        return
    corners = [(across.at(held[0].x), up.at(held[0].y))]
    for p in held[1:]:
        to = (across.at(p.x), up.at(p.y))
        last = corners[-1]
        # Less is better: what was best so far stays so until the next. More is better: the next holds down to the last.
        corners += [(to[0], last[1]) if x.better == "low" else (last[0], to[1]), to]
    add(root, "path", cls="ls-front", d=_path(*corners))


def _point(root: Element, point: Point, across: Scale, up: Scale) -> None:
    group = mark(root, point.label, point.note, point.href, cls=f"ls-point ls-{point.kind}")
    group.set("data-id", clean(point.id))
    x, y = across.at(point.x), up.at(point.y)
    for low, high, scale_ in (
        (point.x_low, point.x_high, across),
        (point.y_low, point.y_high, up),
    ):
        ends = [end for end in (low, high) if end is not None and drawable(end, scale_.log)]
        if not ends:
            continue
        middle = x if scale_ is across else y
        first, last = min(middle, *map(scale_.at, ends)), max(middle, *map(scale_.at, ends))
        if scale_ is across:
            add(group, "line", cls="ls-bar", x1=first, x2=last, y1=y, y2=y)
        else:
            add(group, "line", cls="ls-bar", x1=x, x2=x, y1=first, y2=last)
    add(group, "circle", cls="ls-hit", cx=x, cy=y, r=HIT)
    sign(group, point.kind, x, y)


def sign(parent: Element, kind: Kind, x: float, y: float) -> None:
    """The mark of a kind: its shape tells it apart without colour."""
    r = RADIUS
    if kind == "pick":
        add(parent, "circle", cls="ls-dot", cx=x, cy=y, r=r)
    elif kind == "pareto":
        corners = (x, y - r - 1), (x + r + 1, y), (x, y + r + 1), (x - r - 1, y)
        add(parent, "path", cls="ls-dot", d=_path(*corners) + "Z")
    elif kind == "other":
        r -= 1
        add(parent, "rect", cls="ls-dot", x=x - r, y=y - r, width=2 * r, height=2 * r)
    else:
        r -= 1.5
        cross = _path((x - r, y - r), (x + r, y + r)) + _path((x - r, y + r), (x + r, y - r))
        add(parent, "path", cls="ls-dot", d=cross)


def _names(
    root: Element, points: Sequence[Point], across: Scale, up: Scale, taken: Sequence[Box]
) -> None:
    ranked = [p for p in points if p.kind == "pick"] + [p for p in points if p.kind == "pareto"]
    marks = [_around(p, across, up) for p in points if p.kind != "rejected"]
    room = (across.end - across.start) * 0.6
    wanted = [
        Wanted(shorten(p.label, room), across.at(p.x), up.at(p.y), p.kind == "pick") for p in ranked
    ]
    frame = Box(across.start + 2, up.end, across.end + 10, up.start - 2)
    for index, name in place(wanted, [*marks, *taken], frame):
        if name.leader is not None:
            line = _path((wanted[index].x, wanted[index].y), name.leader)
            add(root, "path", cls="ls-leader", d=line)
        # The point itself says its name to a screen reader.
        add(root, "text", name.text, cls="ls-name", x=name.x, y=name.y, aria_hidden="true")


def _around(point: Point, across: Scale, up: Scale) -> Box:
    x, y, r = across.at(point.x), up.at(point.y), RADIUS + 1
    return Box(x - r, y - r, x + r, y + r)


def _legend(points: Sequence[Point], width: float) -> list[list[tuple[float, Kind, str]]]:
    """Lines of the legend, each of (place, kind, text): only the kinds there are."""
    texts: dict[Kind, str] = {
        "pick": tr("recommended"),
        "pareto": tr("on the front"),
        "other": tr("fits"),
        "rejected": tr("rejected"),
    }
    lines: list[list[tuple[float, Kind, str]]] = [[]]
    at = 14.0
    for kind in reversed(KINDS):
        if not any(p.kind == kind for p in points):
            continue
        wide = 12 + text_width(texts[kind]) + 16
        if lines[-1] and at + wide > width:
            lines.append([])
            at = 14.0
        lines[-1].append((at, kind, texts[kind]))
        at += wide
    return lines


def _draw_legend(root: Element, lines: Sequence[Sequence[tuple[float, Kind, str]]]) -> None:
    for row, line in enumerate(lines):
        y = 8 + LINE * (row + 0.5)
        for at, kind, text in line:
            group = add(root, "g", cls=f"ls-{kind}")
            sign(group, kind, at, y)
            add(group, "text", text, cls="ls-muted", x=at + 12, y=y + 4)
