"""File sizes and parameter counts agree with published ones. Sizes come from the shape alone, never from a card's
artifacts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import sizes

FILES = sizes.file_sizes()


def test_half_of_the_files_are_within_a_tenth_of_a_percent() -> None:
    everything = sizes.by_format(FILES)[-1]
    assert everything.files == 300
    assert everything.median < 0.001
    assert sum(abs(r.error) <= sizes.AIM for r in FILES) / len(FILES) > 0.85


@pytest.mark.parametrize("errors", sizes.by_format(FILES), ids=lambda e: str(e.quantization))
def test_the_middle_file_of_a_format_is_within_a_percent(errors: sizes.FormatErrors) -> None:
    assert errors.median <= sizes.AIM


def test_every_miss_has_its_cause_or_says_that_it_has_none() -> None:
    assert [r for r in sizes.misses(FILES) if not r.cause] == []


def test_exact_sizes_of_one_model_follow_the_rules_of_every_format() -> None:
    # The bits per weight llama.cpp prints for Llama 3.1 8B: four decimals. IQ4_XS was made without importance matrix.
    printed = [r for r in FILES if r.file.startswith("meta-llama/Llama-3.1-8B ")]
    assert len(printed) == 11
    assert {r.quantization for r in printed if abs(r.error) > 0.0001} == {"iq4_xs"}


def test_shapes_without_a_card_have_their_published_count() -> None:
    for r in sizes._read("shapes"):
        if r["parameters"]:
            counted = sizes.sized(r["model"]).parameters.total
            assert counted == pytest.approx(int(r["parameters"]), rel=2e-4), r["model"]


def test_counts_of_all_cards_are_within_a_percent() -> None:
    assert [r for r in sizes.card_counts() if abs(r.error) > sizes.AIM] == []


def test_counts_of_shapes_that_describe_every_weight_are_nearly_all_exact() -> None:
    described = [r for r in sizes.card_counts() if r.described]
    assert len(described) > 90
    assert sum(r.error == 0 for r in described) / len(described) > 0.95


@pytest.mark.slow
def test_counts_listed_by_another_party_differ_only_for_a_stated_reason() -> None:
    off = [r for r in sizes.hub_counts() if abs(r.error) > sizes.AIM]
    assert [r for r in off if not r.note] == []
    assert sum("not understood" in r.note for r in off) <= 5


def test_every_row_has_its_source() -> None:
    for name in ("file_sizes", "shapes", "parameter_counts"):
        assert all(r["source"].startswith("https://") for r in sizes._read(name))
