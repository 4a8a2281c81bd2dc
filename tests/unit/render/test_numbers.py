"""Figures as people read them."""

from __future__ import annotations

import pytest

from llm_select.render import numbers
from llm_select.units import GIB


@pytest.mark.parametrize(("size", "text"), [(21.44 * GIB, "21.4 GiB"), (0.5 * GIB, "0.50 GiB")])
def test_memory_has_two_digits_below_one_gib(size: float, text: str) -> None:
    assert numbers.gib(size) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(8030261248, "8.03 B"), (350e6, "350 M"), (1.04e12, "1.04 T"), (2048, "2.05 k"), (7, "7")],
)
def test_counts_have_a_magnitude(number: float, text: str) -> None:
    assert numbers.count(number) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.4598, "0.460"), (78.27, "78.3"), (1432.1, "1432")]
)
def test_scores_have_three_digits_and_ratings_none_behind_the_point(
    value: float | None, text: str
) -> None:
    assert numbers.score(value) == text


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (42.4, "42"), (7.25, "7.2")])
def test_rates_have_one_digit_below_ten(value: float | None, text: str) -> None:
    assert numbers.rate(value) == text


def test_tokens_have_separators() -> None:
    assert numbers.tokens(131072) == "131,072"


def test_a_price_has_cents() -> None:
    assert numbers.usd(8) == "$8.00"
