"""Figures as people read them."""

from __future__ import annotations

from llm_select.units import GIB


def gib(count: float) -> str:
    """Bytes as GiB: `21.4 GiB`, two digits below 1."""
    value = count / GIB
    return f"{value:.2f} GiB" if value < 1 else f"{value:.1f} GiB"


def count(number: float) -> str:
    """A count with its magnitude: `8.03 B`, `350 M`."""
    for size, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"


def tokens(number: float) -> str:
    """Token counts with thousands separators."""
    return f"{number:,.0f}"


def score(value: float | None, like: float | None = None) -> str:
    """A benchmark value: three digits behind the point for shares, one for points, none for ratings.

    `like` is the figure whose digits it takes, so that an interval or an error reads as its value does.
    """
    if value is None:
        return "–"
    size = abs(value if like is None else like)
    digits = 0 if size >= 200 else 1 if size >= 1 else 3
    return f"{value:.{digits}f}"


def rate(value: float | None) -> str:
    """Tokens per second."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def share(value: float) -> str:
    """A share as a whole percentage."""
    return f"{value:.0%}"


def usd(value: float) -> str:
    """A price."""
    return f"${value:.2f}"
