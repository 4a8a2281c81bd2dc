"""Predicted against measured, as SVG: log axes, one dot a row, the diagonal and a factor of two around it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

SIZE, LEFT, BOTTOM, TOP, RIGHT = 440, 58, 44, 30, 14
COLOURS = ("#0b6fa4", "#c2571a", "#3b7d3a", "#7a4aa0", "#8a6d00", "#b0305c", "#4d5b66", "#00796b")
"""Told apart by people who see no red or green, and dark enough on white."""


class Series(NamedTuple):
    """Rows of one group."""

    name: str
    points: Sequence[tuple[float, float]]
    """(measured, predicted), both above 0."""


def scatter(title: str, unit: str, series: Sequence[Series]) -> str:
    """The picture. Raises ValueError when there is no point."""
    values = [v for s in series for point in s.points for v in point if v > 0]
    if not values:
        raise ValueError("no points to plot")
    low, high = (
        math.floor(math.log10(min(values)) * 2) / 2,
        math.ceil(math.log10(max(values)) * 2) / 2,
    )
    width = SIZE - LEFT - RIGHT
    height = SIZE - TOP - BOTTOM

    def x(value: float) -> float:
        return LEFT + (math.log10(value) - low) / (high - low) * width

    def y(value: float) -> float:
        return SIZE - BOTTOM - (math.log10(value) - low) / (high - low) * height

    floor, ceiling = 10**low, 10**high
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11">',
        f"<title>{escape(title)}: predicted against measured</title>",
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="13" font-weight="600" fill="#1b1f23">{escape(title)}</text>',
    ]
    for decade in range(math.ceil(low), math.floor(high) + 1):
        for step in (1, 2, 5):
            tick = step * 10.0**decade
            if not floor <= tick <= ceiling:
                continue
            tone = "#c9ced3" if step == 1 else "#eceff1"
            label = f"{tick:g}"
            parts.append(
                f'<path d="M{x(tick):.1f} {TOP}V{SIZE - BOTTOM}M{LEFT} {y(tick):.1f}H{SIZE - RIGHT}" stroke="{tone}"/>'
                f'<text x="{x(tick):.1f}" y="{SIZE - BOTTOM + 14}" text-anchor="middle" fill="#4d5b66">{label}</text>'
                f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end" fill="#4d5b66">{label}</text>'
            )
    parts.append(_line(x(floor), y(floor), x(ceiling), y(ceiling), "#4d5b66", ""))
    for factor in (2.0, 0.5):
        start, end = (floor, ceiling / factor) if factor > 1 else (floor / factor, ceiling)
        parts.append(
            _line(
                x(start),
                y(start * factor),
                x(end),
                y(end * factor),
                "#8b949e",
                ' stroke-dasharray="3 3"',
            )
        )
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        dots = "".join(
            f'<circle cx="{x(measured):.1f}" cy="{y(predicted):.1f}" r="2.6"/>'
            for measured, predicted in one.points
            if measured > 0 and predicted > 0
        )
        parts.append(f'<g fill="{colour}" fill-opacity="0.55">{dots}</g>')
        top = TOP + 14 + 15 * number
        parts.append(
            f'<circle cx="{LEFT + 12}" cy="{top - 4}" r="4" fill="{colour}"/>'
            f'<text x="{LEFT + 21}" y="{top}" fill="#1b1f23">{escape(one.name)} ({len(one.points)})</text>'
        )
    parts += [
        f'<text x="{LEFT + width / 2}" y="{SIZE - 8}" text-anchor="middle" fill="#1b1f23">'
        f"measured, {escape(unit)}</text>",
        f'<text x="14" y="{TOP + height / 2}" text-anchor="middle" fill="#1b1f23" '
        f'transform="rotate(-90 14 {TOP + height / 2})">predicted, {escape(unit)}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'
    )
