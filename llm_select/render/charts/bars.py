"""Rows of bars made of parts, against limits: what memory and score have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.i18n import clauses, listing
from llm_select.render.charts.axes import drawable, scale, tick_text
from llm_select.render.charts.labels import Box
from llm_select.render.charts.style import PARTS
from llm_select.render.charts.svg import (
    BOLD,
    LINE,
    add,
    canvas,
    clean,
    empty,
    mark,
    shorten,
    text_width,
    to_text,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from llm_select.render.charts.axes import Scale

THICK = 18.0
"""Height of a bar."""


class Part(NamedTuple):
    """A named piece of a bar."""

    name: str
    value: float
    text: str
    """The value as read."""
    colour: int
    """1 to `PARTS`; the same for the same part in every row."""


class Row(NamedTuple):
    """One bar. Without parts only its range is drawn."""

    label: str
    said: str
    """The total as read, with its range."""
    parts: tuple[Part, ...]
    low: float | None = None
    high: float | None = None
    """Ends of the range of the total."""
    note: str = ""
    href: str | None = None


class Stop(NamedTuple):
    """A line across the rows: how much there is."""

    value: float
    label: str
    hard: bool
    """True for what may not be passed."""


def bars(
    rows: Sequence[Row],
    *,
    unit: str,
    nothing: str,
    width: float,
    title: str,
    description: str,
    style: bool,
    stops: Sequence[Stop] = (),
    most: float | None = None,
) -> str:
    """The rows as SVG text. `nothing` stands where there is no row; `most` is the end of the scale when it is fixed."""
    shown = [row for row in rows if all(drawable(p.value, False) for p in row.parts)]
    if not shown:
        return empty(width, title=title, description=description, said=nothing, style=style)
    lines = [_caption(row, width - 16) for row in shown]
    heads = [LINE * len(_head(row, width - 16)) for row in shown]
    tall = [head + THICK + 4 + LINE * len(c) + 10 for head, c in zip(heads, lines, strict=True)]
    held = [stop for stop in stops if drawable(stop.value, False)]
    top = 8 + LINE * len(held)
    bottom = top + sum(tall)
    root = canvas(
        width,
        bottom + 1.6 * LINE,
        title=title,
        description=description,
        style=style,
        interactive=True,
    )
    ends = [0.0, *(stop.value for stop in held), *(_end(row) for row in shown)]
    fixed = most if most is not None else max(ends)
    along = scale([0.0, fixed], False, 8, width - 12)._replace(low=0.0)
    along = along._replace(high=max(fixed * (1.0 if most is not None else 1.02), 1e-6))
    _axis(root, along, top, bottom, unit)
    words, begins = _stops(root, held, along)
    y = top
    for row, caption, head, height in zip(shown, lines, heads, tall, strict=True):
        _row(root, row, caption, along, y, head)
        words += _words(row, caption, along, y, head)
        y += height
    for stop, begin in zip(held, begins, strict=True):
        _stop_line(root, stop, along.at(stop.value), begin, bottom, words)
    return to_text(root)


def _end(row: Row) -> float:
    return max(sum(max(0.0, p.value) for p in row.parts), *(_range(row) or (0.0,)))


def _axis(root: Element, along: Scale, top: float, bottom: float, unit: str) -> None:
    ticks = along.ticks(max(3, int((along.end - along.start) / 70)))
    for tick in ticks:
        at, text = along.at(tick), tick_text(tick, ticks)
        add(root, "line", cls="ls-grid", x1=at, x2=at, y1=top, y2=bottom)
        said = f"{text} {unit}" if tick == ticks[0] else text
        half = text_width(text) / 2
        anchor = "start" if tick == ticks[0] else "end" if at + half > along.end + 12 else "middle"
        add(root, "text", said, cls="ls-muted", x=at, y=bottom + LINE, text_anchor=anchor)
    add(root, "line", cls="ls-axis", x1=along.start, x2=along.start, y1=top, y2=bottom)


def _head(row: Row, room: float) -> list[str]:
    """Name and total: on one line where there is room, else on two."""
    if BOLD * text_width(clean(row.label)) + text_width(clean(row.said)) + 16 <= room:
        return [row.label]
    return [row.label, row.said] if row.said else [row.label]


def _row(
    root: Element,
    row: Row,
    caption: Sequence[Sequence[tuple[float, Part, str]]],
    along: Scale,
    top: float,
    head: float,
) -> None:
    parts = listing(f"{p.name} {p.text}" for p in row.parts)
    note = clauses(text for text in (row.said, parts, row.note) if text)
    group = mark(root, row.label, note, row.href, cls="ls-row")
    room = along.end - along.start
    add(
        group,
        "text",
        shorten(row.label, room / BOLD),
        cls="ls-strong",
        x=along.start,
        y=top + LINE - 4,
    )
    if row.said:
        one = head <= LINE
        add(
            group,
            "text",
            shorten(row.said, room),
            x=along.end if one else along.start,
            y=top + LINE - 4 if one else top + 2 * LINE - 4,
            text_anchor="end" if one else "start",
        )
    y = top + head
    so_far = 0.0
    for part in row.parts:
        start, end = along.at(so_far), along.at(so_far + max(0.0, part.value))
        so_far += max(0.0, part.value)
        if end - start < 0.05:
            continue
        # A gap tells neighbours apart without colour.
        wide = end - start - (1.0 if end - start > 2 else 0.0)
        colour = f"ls-part-{(part.colour - 1) % PARTS + 1}"
        piece = add(group, "rect", cls=colour, x=start, y=y, width=wide, height=THICK)
        add(piece, "title", f"{part.name} {part.text}")
    ends = _range(row)
    if ends is not None:
        whisker = _whisker(along.at(ends[0]), along.at(ends[1]), y)
        add(group, "path", cls="ls-halo", d=whisker)
        add(group, "path", cls="ls-whisker", d=whisker)
    for n, line in enumerate(caption):
        base = y + THICK + LINE * (n + 1) - 2
        for at, part, text in line:
            colour = f"ls-part-{(part.colour - 1) % PARTS + 1}"
            add(group, "rect", cls=colour, x=at, y=base - 9, width=9, height=9)
            add(group, "text", text, cls="ls-muted", x=at + 13, y=base)


def _range(row: Row) -> tuple[float, float] | None:
    if row.low is None or row.high is None:
        return None
    return (row.low, row.high) if all(drawable(e, False) for e in (row.low, row.high)) else None


def _whisker(low: float, high: float, top: float) -> str:
    cap, middle = f"{top + 3:.2f}v{THICK - 6:g}", top + THICK / 2
    return f"M{low:.2f} {cap}M{low:.2f} {middle:.2f}H{high:.2f}M{high:.2f} {cap}"


def _caption(row: Row, room: float) -> list[list[tuple[float, Part, str]]]:
    """The parts with their figures, in lines: (place, part, text)."""
    lines: list[list[tuple[float, Part, str]]] = []
    at = 8.0
    for part in row.parts:
        text = shorten(f"{part.name} {part.text}", room - 13)
        wide = 13 + text_width(text) + 12
        if not lines or at + wide - 12 > room + 8:
            lines.append([])
            at = 8.0
        lines[-1].append((at, part, text))
        at += wide
    return lines


def _stops(root: Element, stops: Sequence[Stop], along: Scale) -> tuple[list[Box], list[float]]:
    """The names of the lines, each on a line of its own; where they are, and where each line begins below its name."""
    words, begins = [], []
    order = sorted(stops, key=lambda s: s.value)
    for stop in stops:
        at, base = along.at(stop.value), LINE * (order.index(stop) + 1) - 2
        text = shorten(stop.label, along.end - along.start)
        wide = text_width(text)
        left = at if at + wide <= along.end else max(at - wide, along.start)
        right = left < at
        add(
            root,
            "text",
            text,
            cls="ls-limit-text" if stop.hard else "ls-muted",
            x=left + wide if right else left,
            y=base,
            text_anchor="end" if right else "start",
        )
        words.append(Box(left, base - LINE + 4, left + wide, base + 4))
        begins.append(base + 4)
    return words, begins


def _words(
    row: Row,
    caption: Sequence[Sequence[tuple[float, Part, str]]],
    along: Scale,
    top: float,
    head: float,
) -> list[Box]:
    """Where a row has letters."""
    room = along.end - along.start
    name = min(BOLD * text_width(clean(row.label)), room)
    found = [Box(along.start, top, along.start + name, top + LINE)]
    said = min(text_width(clean(row.said)), room)
    if said and head <= LINE:
        found.append(Box(along.end - said, top, along.end, top + LINE))
    elif said:
        found.append(Box(along.start, top + LINE, along.start + said, top + 2 * LINE))
    for n, line in enumerate(caption):
        above = top + head + THICK + LINE * n + 2
        found += [Box(at, above, at + 13 + text_width(t), above + LINE) for at, _, t in line]
    return found


def _stop_line(
    root: Element, stop: Stop, at: float, top: float, bottom: float, words: Sequence[Box]
) -> None:
    """A line from top to bottom that pauses where it would strike letters through."""
    cls = "ls-limit" if stop.hard else "ls-axis"
    for word in sorted(words, key=lambda box: box.top):
        if word.left - 3 <= at <= word.right + 3 and top < word.bottom and word.top < bottom:
            if word.top > top:
                add(root, "line", cls=cls, x1=at, x2=at, y1=top, y2=word.top)
            top = word.bottom
    if top < bottom:
        add(root, "line", cls=cls, x1=at, x2=at, y1=top, y2=bottom)
