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


def score(value: float | None, unit: str = "") -> str:
    """A benchmark value: three significant digits for shares, none behind the point for ratings."""
    if value is None:
        return "–"
    if abs(value) >= 200:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 or "%" in unit else f"{value:.3f}"


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
