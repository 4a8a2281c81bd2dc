"""The common scale."""

from __future__ import annotations

import pytest

from llm_select.evidence.scale import from_common, measurement_variance, to_common
from tests.builders import benchmark


@pytest.mark.parametrize("value", [5.0, 50.0, 73.2, 98.0])
def test_a_bounded_score_survives_the_way_to_the_common_scale_and_back(value: float) -> None:
    assert from_common(to_common(value, benchmark()), benchmark()) == pytest.approx(value)


def test_lower_is_better_turns_the_scale_round() -> None:
    errors = benchmark(direction="lower", floor=100, ceiling=0)
    assert to_common(10, errors) > to_common(30, errors)


def test_a_rating_of_400_points_is_odds_of_ten() -> None:
    # Elo: 10 ** (400 / 400) = 10 to 1, whose logit is ln 10 = 2.302585.
    rating = benchmark(scale="rating", floor=None, ceiling=None)
    assert to_common(1400, rating) - to_common(1000, rating) == pytest.approx(2.302585, abs=1e-6)


def test_a_perfect_score_is_not_infinitely_far() -> None:
    assert to_common(100, benchmark()) < 5


def test_a_published_error_is_taken_as_it_is() -> None:
    # In the middle of a scale of 100 one logit is 25 points.
    assert measurement_variance(0.0, 5.0, benchmark()) == pytest.approx(0.2**2)


def test_a_score_at_chance_says_little() -> None:
    at_chance, middle = (
        measurement_variance(to_common(value, benchmark()), None, benchmark()) for value in (0, 50)
    )
    assert at_chance > 100 * middle


def test_counted_answers_are_less_certain_than_graded_ones() -> None:
    counted, graded = benchmark(unit="%"), benchmark(unit="XCOMET-XL")
    assert measurement_variance(0.0, None, counted) > measurement_variance(0.0, None, graded)


def test_a_rating_without_an_error_is_left_to_the_boards_own_spread() -> None:
    rating = benchmark(scale="rating", floor=None, ceiling=None)
    assert measurement_variance(3.0, None, rating) == 0.0
