"""The sheet: enough contrast, and nothing that a page could not hold."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from llm_select.render.charts.style import CSS, DARK, LIGHT

TEXT = ("text", "muted", "limit")
GRID = ("grid",)
"""Helps the eye; nothing is lost without it."""


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", TEXT)
def test_text_stands_out(colours: Mapping[str, str], name: str) -> None:
    assert contrast(colours[name], colours["background"]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", [n for n in LIGHT if n not in (*TEXT, *GRID, "background")])
def test_marks_stand_out(colours: Mapping[str, str], name: str) -> None:
    assert contrast(colours[name], colours["background"]) >= 3


def test_light_and_dark_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_the_sheet_holds_no_sign_that_markup_would_take_for_its_own() -> None:
    assert not set("<>&") & set(CSS)


def test_the_sheet_asks_for_nothing_from_outside() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
