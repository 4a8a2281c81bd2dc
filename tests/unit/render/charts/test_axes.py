"""Axes have round numbers on them and a place for every figure."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_select.render.charts.axes import LEAST, MOST, drawable, scale, tick_text

POSITIVE = st.lists(st.floats(LEAST, MOST), min_size=1, max_size=20)
ANY = st.lists(st.floats(-MOST, MOST), min_size=1, max_size=20)


def test_linear_ticks_go_in_steps_of_one_two_or_five() -> None:
    assert scale([0, 100], False, 0, 1).ticks(6) == (0, 20, 40, 60, 80, 100)


def test_logarithmic_ticks_go_by_one_two_five_in_each_ten() -> None:
    assert scale([1, 100], True, 0, 1).ticks(10) == (1, 2, 5, 10, 20, 50, 100)


def test_a_long_logarithmic_axis_has_fewer_ticks() -> None:
    assert scale([1, 1e6], True, 0, 1).ticks(8) == (1, 10, 100, 1e3, 1e4, 1e5, 1e6)


def test_a_short_logarithmic_axis_still_has_ticks() -> None:
    assert len(scale([20, 24], True, 0, 1).ticks(5)) >= 2


def test_a_single_figure_stands_in_the_middle() -> None:
    assert scale([7.0], False, 0, 100).at(7.0) == pytest.approx(50)


def test_ticks_are_written_with_the_digits_they_need() -> None:
    ticks = (0.0, 0.05, 0.1)
    assert [tick_text(t, ticks) for t in ticks] == ["0", "0.05", "0.10"]


def test_large_ticks_have_thousands_set_apart() -> None:
    assert tick_text(1500, (1400, 1500)) == "1,500"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, 1e13])
def test_what_is_no_figure_has_no_place(value: float | None) -> None:
    assert not drawable(value, False)


def test_zero_has_no_logarithm() -> None:
    assert not drawable(0, True)


@given(ANY, st.integers(1, 12))
def test_a_linear_axis_places_all_figures_between_its_ends(values: list[float], most: int) -> None:
    axis = scale(values, False, 10, 90)
    assert all(10 <= axis.at(v) <= 90 for v in values)
    assert all(axis.low <= t <= axis.high for t in axis.ticks(most)[1:-1])
    assert len(axis.ticks(most)) <= 2 * most + 2


@given(POSITIVE, st.integers(1, 12))
def test_a_logarithmic_axis_places_all_figures_between_its_ends(
    values: list[float], most: int
) -> None:
    axis = scale(values, True, 10, 90)
    assert all(10 <= axis.at(v) <= 90 for v in values)
    assert len(axis.ticks(most)) <= 2 * most + 2


@given(POSITIVE)
def test_no_two_ticks_are_written_alike(values: list[float]) -> None:
    ticks = scale(values, False, 0, 1).ticks(6)
    written = [tick_text(t, ticks) for t in ticks]
    assert len(set(written)) == len(written)
