"""The draw of cards for an audit is repeatable, reaches every stratum, and lists figures with their sources."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from llm_select.catalog.load import load_catalog

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
card_sample: Any = importlib.import_module("card_sample")


def models() -> dict[str, Any]:
    """The bundled cards."""
    return dict(load_catalog().models)


def test_one_seed_draws_the_same_cards() -> None:
    assert card_sample.draw(models(), 1, 10) == card_sample.draw(models(), 1, 10)


def test_another_seed_draws_others() -> None:
    assert card_sample.draw(models(), 1, 10) != card_sample.draw(models(), 2, 10)


def test_every_stratum_is_drawn_even_in_the_smallest_sample() -> None:
    drawn = card_sample.draw(models(), 3, 4)
    assert sorted(card_sample.stratum(models()[key]) for key in drawn) == sorted(card_sample.STRATA)


def test_places_follow_the_sizes_of_the_strata() -> None:
    sizes = {"decoder": 354, "encoder": 114, "encoder-decoder": 77, "hosted": 34}
    assert card_sample.places(sizes, 10) == {
        "decoder": 5,
        "encoder": 2,
        "encoder-decoder": 2,
        "hosted": 1,
    }


@pytest.mark.parametrize("count", [3, 580])
def test_a_sample_without_room_for_every_stratum_or_beyond_the_cards_is_refused(count: int) -> None:
    sizes = {"decoder": 354, "encoder": 114, "encoder-decoder": 77, "hosted": 34}
    with pytest.raises(ValueError, match=f"from 4, one of each stratum, to 579, not {count}"):
        card_sample.places(sizes, count)


def test_no_superseded_card_is_drawn() -> None:
    drawn = card_sample.draw(models(), 4, 40)
    assert Counter(models()[key].status for key in drawn) == {"active": 40}


def test_a_figure_of_an_offer_names_the_offers_own_source() -> None:
    card = next(m for m in models().values() if m.hosted)
    found = {f.field: f.source for f in card_sample.figures(card)}
    assert found["hosted[0].output_usd_per_mtok"] == card.hosted[0].source


def test_a_figure_of_a_shape_names_the_source_of_the_architecture() -> None:
    card = models()["llama/llama-3.1-8b-instruct"]
    found = {f.field: (f.value, f.source) for f in card_sample.figures(card)}
    assert found["architecture.hidden_size"] == ("4,096", card.sources["architecture"])


def test_the_narrowest_source_is_named() -> None:
    card = models()["aya/aya-expanse-32b"]
    found = {f.field: f.source for f in card_sample.figures(card)}
    assert found["context.extended"] == card.sources["context.extended"] != found["context.native"]


def test_a_tower_has_the_source_of_the_towers_not_of_the_parameters() -> None:
    card = next(m for m in models().values() if {"towers", "parameters"} <= set(m.sources))
    found = {f.field: f.source for f in card_sample.figures(card)}
    assert found["architecture.towers[0].parameters"] == card.sources["towers"]
