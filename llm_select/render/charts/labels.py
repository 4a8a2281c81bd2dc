"""Where the names of points go: beside them, without covering each other or a mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from llm_select.render.charts.svg import LINE, SIZE, text_width

GAP = 9.0
"""Between a mark and its name."""


class Box(NamedTuple):
    """A rectangle on paper."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """True when the two share some ground."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """True when it lies in the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


class Wanted(NamedTuple):
    """A name that wants a place beside a point."""

    text: str
    x: float
    y: float
    far: bool = True
    """Whether it may stand away from its point, at the end of a line."""


class Placed(NamedTuple):
    """A name with its place."""

    text: str
    x: float
    """Left end of the text."""
    y: float
    """Its base line."""
    leader: tuple[float, float] | None
    """Where a line from the point to the name ends; None for a name right beside its point."""


def place(
    wanted: Sequence[Wanted], marks: Sequence[Box], frame: Box
) -> tuple[tuple[int, Placed], ...]:
    """Places for as many names as find one, each with its index, the first ones first. Always the same for the same
    points. `marks` must not be covered; nothing leaves the frame."""
    taken = list(marks)
    found = []
    for index, name in enumerate(wanted):
        width = text_width(name.text)
        for left, middle, near in _around(name, width):
            box = Box(left - 1, middle - SIZE / 2 - 1, left + width + 1, middle + SIZE / 2 + 1)
            if not box.within(frame) or any(box.meets(other) for other in taken):
                continue
            taken.append(box)
            end = None if near else (min(max(name.x, left), left + width), _edge(name, middle))
            found.append((index, Placed(name.text, left, middle + SIZE / 2 - 2, end)))
            break
    return tuple(found)


def _edge(name: Wanted, middle: float) -> float:
    half = SIZE / 2 + 1
    if abs(middle - name.y) <= half:
        return middle
    return middle + half if middle < name.y else middle - half


def _around(name: Wanted, width: float) -> Iterator[tuple[float, float, bool]]:
    """Left end and middle height of the text, the best place first; then farther and farther away."""
    x, y = name.x, name.y
    right, left, centre = x + GAP, x - GAP - width, x - width / 2
    yield right, y, True
    yield left, y, True
    yield centre, y - LINE, True
    yield centre, y + LINE, True
    yield right, y - LINE * 0.7, True
    yield right, y + LINE * 0.7, True
    yield left, y - LINE * 0.7, True
    yield left, y + LINE * 0.7, True
    if not name.far:
        return
    for lines in (2, 3, 4):
        for side in (right, left, centre):
            yield side, y - lines * LINE, False
            yield side, y + lines * LINE, False
