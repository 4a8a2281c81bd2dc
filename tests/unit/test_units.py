"""Amounts of memory as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_select.errors import UsageError
from llm_select.units import GIB, MAX_MEMORY_GIB, MIB, parse_memory_gib


@pytest.mark.parametrize("text", ["24", "24GB", "24GiB", "24gb", "24 gib", "24G", " 24 ", "24.0"])
def test_every_spelling_of_24_gib_is_24(text: str) -> None:
    assert parse_memory_gib(text, where="--gpu-mem") == 24


@pytest.mark.parametrize(
    ("text", "gib"),
    [("512MiB", 0.5), ("512 MB", 0.5), ("1TiB", 1024), ("2t", 2048), (".5", 0.5), ("7.5g", 7.5)],
)
def test_other_magnitudes_are_powers_of_1024(text: str, gib: float) -> None:
    assert parse_memory_gib(text, where="--ram") == gib


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "-1",
        "+1",
        "1e3",
        "nan",
        "inf",
        "24 bananas",
        "24 GBs",
        "1,5",
        "0x10",
        "٢٤",
        "24\n24",
        "1 2",
    ],
)
def test_anything_else_is_refused_with_its_option_and_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="not an amount of memory") as caught:
        parse_memory_gib(text, where="--ram")
    assert caught.value.where == "--ram"
    assert "24GiB" in (caught.value.remedy or "")


@pytest.mark.parametrize("text", ["0", "0.0GiB", "1000001", "9" * 400, "1000 TiB"])
def test_zero_and_more_than_a_million_are_out_of_range(text: str) -> None:
    with pytest.raises(UsageError, match="out of range"):
        parse_memory_gib(text, where="--ram")


@given(st.text(max_size=12))
def test_any_text_is_an_amount_in_range_or_a_usage_error(text: str) -> None:
    try:
        value = parse_memory_gib(text, where="--ram")
    except UsageError:
        return
    assert 0 < value <= MAX_MEMORY_GIB


@given(st.integers(1, 100_000))
def test_gb_and_gib_are_the_same_card(gib: int) -> None:
    assert (
        parse_memory_gib(f"{gib}GB", where="x") == parse_memory_gib(f"{gib} GiB", where="x") == gib
    )


def test_a_gib_is_1024_mib() -> None:
    assert GIB == 1024 * MIB
