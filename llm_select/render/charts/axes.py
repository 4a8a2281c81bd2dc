"""Axes: a span, round numbers on it, and places on paper."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, NamedTuple

MOST = 1e12
"""Figures beyond this are not drawn."""
LEAST = 1e-9
"""Figures below this have no place on a logarithmic axis."""


class Axis(NamedTuple):
    """What is measured along a side."""

    title: str
    unit: str
    log: bool
    better: Literal["low", "high"] = "high"
    """Which end one wants to be at."""


class Scale(NamedTuple):
    """From values to places on paper."""

    low: float
    high: float
    log: bool
    start: float
    """Where `low` is drawn."""
    end: float
    """Where `high` is drawn."""

    def at(self, value: float) -> float:
        """The place of a value; one beyond the ends is put at the end."""
        low, high, value = (_warp(v, self.log) for v in (self.low, self.high, value))
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int) -> tuple[float, ...]:
        """At most about so many round numbers within the span."""
        if self.log and self.high / self.low >= 4:
            return _decades(self.low, self.high, most)
        return _steps(self.low, self.high, most)


def drawable(value: float | None, log: bool) -> bool:
    """True for a figure that has a place on an axis."""
    if value is None or not math.isfinite(value) or abs(value) > MOST:
        return False
    return not log or value >= LEAST


def scale(values: Iterable[float], log: bool, start: float, end: float) -> Scale:
    """An axis that holds these values, all drawable and at least one, with some air at both ends."""
    held = list(values)
    low, high = (_warp(v, log) for v in (min(held), max(held)))
    least = 0.2 if log else max(abs(low), abs(high)) * 1e-3 or 1.0
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    air = 0.06 * (high - low)
    low, high = low - air, high + air
    return Scale(10**low if log else low, 10**high if log else high, log, start, end)


def _warp(value: float, log: bool) -> float:
    return math.log10(max(value, LEAST)) if log else value


def _steps(low: float, high: float, most: int) -> tuple[float, ...]:
    rough = (high - low) / max(1, most)
    ten = 10.0 ** math.floor(math.log10(rough))
    step = next(n * ten for n in (1, 2, 5, 10) if n * ten >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(n * step for n in range(first, last + 1))


def _decades(low: float, high: float, most: int) -> tuple[float, ...]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for parts in ((1, 2, 5), (1, 3), (1,)):
        found = [n * 10.0**e for e in range(first, last + 1) for n in parts]
        inside = [v for v in found if low <= v <= high]
        if len(inside) <= most:
            break
    stride = max(1, math.ceil(len(inside) / max(1, most)))
    return tuple(inside[::stride]) or _steps(low, high, most)


def tick_text(value: float, ticks: tuple[float, ...]) -> str:
    """A tick with as many digits behind the point as the ticks need to differ."""
    if value == 0:
        return "0"
    if len(ticks) > 1:
        step = min(b - a for a, b in pairwise(ticks))
        step = min(step, abs(value)) if step > 0 else abs(value)
    else:
        step = abs(value)
    digits = max(0, min(15, -math.floor(math.log10(step) + 1e-9)))
    return f"{value:,.{digits}f}"
