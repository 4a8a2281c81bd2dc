"""The JSON of `recommend` holds its contract on the bundled catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from llm_select.render.contract import CONTRACTS
from tests.cli.conftest import Call

pytestmark = pytest.mark.slow

QUESTIONS = {
    "translation": ("--task", "translation", "--gpu-mem", "24"),
    "pair": ("--task", "translation", "--pair", "en-zh", "--gpu", "RTX 4090"),
    "coding": ("--task", "coding", "--gpu", "RTX 4090"),
    "any access": ("--task", "dialogue", "--gpu-mem", "48", "--weights-access", "any"),
    "hosted": ("--task", "translation", "--weights-access", "hosted"),
    "nothing fits": ("--task", "translation", "--gpu-mem", "0.1"),
    "no board": ("--task", "srl", "--gpu-mem", "24", "--exclude-board", "*-srl*"),
}


@pytest.fixture(params=QUESTIONS, scope="module")
def answer(request: pytest.FixtureRequest, call: Call) -> Any:
    """The answer to one of several questions, with every model."""
    return call("recommend", *QUESTIONS[request.param], "--all", "-o", "json").json()


def _evidence(answer: Any) -> Iterator[Any]:
    for item in answer["models"]:
        yield from item["quality"]["evidence"]


def test_the_answer_obeys_the_published_schema(answer: Any) -> None:
    jsonschema.validate(answer, CONTRACTS["recommend"])


def test_picks_are_sorted_by_score(answer: Any) -> None:
    scores = [item["score"] for item in answer["picks"]]
    assert scores == sorted(scores, reverse=True)


def test_terms_sum_to_the_score(answer: Any) -> None:
    for item in answer["picks"]:
        assert item["score"] == pytest.approx(
            sum(term["contribution"] for term in item["terms"]), abs=1e-9
        )


def test_a_contribution_is_value_times_weight_and_weights_sum_to_one(answer: Any) -> None:
    for item in answer["picks"]:
        assert sum(term["weight"] for term in item["terms"]) == pytest.approx(1)
        for term in item["terms"]:
            assert term["contribution"] == pytest.approx(term["value"] * term["weight"], abs=1e-6)


def test_every_pick_fits_and_is_rated(answer: Any) -> None:
    for item in answer["picks"]:
        assert item["rejected_by"] == []
        assert item["quality"]["value"] is not None
        assert item["quality"]["tag"] in ("measured", "inferred")
        assert item["verdict"] == ("fits" if item["engine"] else None)


def test_a_rated_item_names_its_board_and_an_interval_around_its_value(answer: Any) -> None:
    for item in answer["models"]:
        quality = item["quality"]
        if quality["value"] is not None:
            assert quality["board"]
            assert quality["low"] <= quality["value"] <= quality["high"]


def test_every_evidence_row_has_a_source_with_address_date_and_reporter(answer: Any) -> None:
    for row in _evidence(answer):
        assert row["source"]
        assert row["url"].startswith("https://")
        assert row["date"][:2] == "20"
        assert row["reported_by"]


def test_a_measured_item_stands_on_a_direct_row(answer: Any) -> None:
    for item in answer["models"]:
        if item["quality"]["tag"] == "measured":
            assert any(row["relevance"] != "proxy" for row in item["quality"]["evidence"])


def test_an_unrated_item_has_no_value_and_no_score(answer: Any) -> None:
    for item in answer["unrated"]:
        assert item["quality"]["tag"] == "unrated"
        assert item["quality"]["value"] is None
        assert item["score"] is None


def test_every_rejected_model_has_a_reason_in_words(answer: Any) -> None:
    for item in answer["rejected"]:
        assert item["rejected_by"]
        for objection in item["rejected_by"]:
            assert objection["message"]
            assert objection["message"] != objection["code"]


def test_the_parts_of_memory_sum_to_the_total(answer: Any) -> None:
    for item in answer["models"]:
        memory = item["memory"]
        if memory is not None:
            parts = ("weights_gib", "kv_cache_gib", "activations_gib", "overhead_gib")
            assert sum(memory[p] for p in parts) == pytest.approx(memory["total_gib"])
            assert memory["low_gib"] <= memory["total_gib"] <= memory["high_gib"]


def test_assumptions_say_the_lengths(answer: Any) -> None:
    assert "lengths" in {reason["code"] for reason in answer["assumptions"]}


def test_every_sentence_is_words_not_a_code(answer: Any) -> None:
    for reason in [*answer["assumptions"], *answer["dropped_criteria"].values()]:
        assert " " in reason["message"]


def test_all_holds_every_card_of_the_catalog_once(answer: Any, call: Call) -> None:
    listed = [model["id"] for model in call("catalog", "list", "-o", "json").json()["models"]]
    assert sorted(item["model"] for item in answer["models"]) == sorted(listed)


def test_the_three_groups_make_up_all_models(answer: Any) -> None:
    # Without --top only the first five picks are shown; `more_picks` says how many follow.
    shown = len(answer["picks"]) + answer["more_picks"] + len(answer["unrated"])
    assert shown + answer["rejected_count"] == len(answer["models"])


def test_top_bounds_the_picks(call: Call) -> None:
    answer = call("recommend", *QUESTIONS["translation"], "--top", "2", "-o", "json").json()
    assert len(answer["picks"]) == 2
    assert answer["more_picks"] > 0


def test_without_all_there_is_no_list_of_every_model(call: Call) -> None:
    assert "models" not in call("recommend", *QUESTIONS["translation"], "-o", "json").json()


def test_variants_list_other_formats_of_a_pick(call: Call) -> None:
    answer = call(
        "recommend", *QUESTIONS["translation"], "--top", "2", "--variants", "-o", "json"
    ).json()
    jsonschema.validate(answer, CONTRACTS["recommend"])
    assert any(item["variants"] for item in answer["picks"])
    for item in answer["picks"]:
        for variant in item["variants"]:
            assert variant["model"] == item["model"]
            assert variant["verdict"] == "fits"


def test_gpu_mem_implies_open_weights(call: Call) -> None:
    answer = call("recommend", *QUESTIONS["translation"], "-o", "json").json()
    assert {item["weights"] for item in answer["picks"]} == {"open"}


def test_hosted_picks_have_a_price_and_no_memory(call: Call) -> None:
    answer = call("recommend", *QUESTIONS["hosted"], "-o", "json").json()
    assert answer["picks"]
    for item in answer["picks"]:
        assert item["price"]["output_usd_per_mtok"] > 0
        assert item["memory"] is None


def test_without_bandwidth_speed_is_dropped_and_said(call: Call) -> None:
    answer = call("recommend", *QUESTIONS["translation"], "-o", "json").json()
    assert "speed" in answer["dropped_criteria"]
    assert all(item["speed"]["decode_tps"] is None for item in answer["picks"])


def test_with_a_known_card_speed_has_a_range(call: Call) -> None:
    answer = call("recommend", *QUESTIONS["pair"], "-o", "json").json()
    for item in answer["picks"]:
        rate = item["speed"]["decode_tps"]
        assert 0 < rate["low"] <= rate["expected"] <= rate["high"]


def test_own_weights_are_normalised_and_used(call: Call) -> None:
    answer = call(
        "recommend", *QUESTIONS["translation"], "--weights", "quality=3,headroom=1", "-o", "json"
    ).json()
    weights = {term["criterion"]: term["weight"] for term in answer["picks"][0]["terms"]}
    assert weights == {"quality": 0.75, "headroom": 0.25}


def test_the_same_question_gives_the_same_bytes(call: Call) -> None:
    question = ("recommend", *QUESTIONS["translation"], "-o", "json")
    assert call(*question).out == call(*question).out
