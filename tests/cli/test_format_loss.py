"""What a format costs, as answered."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Call


@pytest.fixture(scope="module")
def answer(call: Call) -> Any:
    return call(
        "explain", "qwen3-8b", "--task", "coding", "--gpu-mem", "12", "-q", "q4_k_m", "-o", "json"
    ).json()


def test_the_loss_of_a_format_says_what_it_stands_on(answer: Any) -> None:
    loss = answer["quantization_loss"]
    assert loss["status"] == "inferred"
    assert loss["pairs"] == len(answer["quantization_pairs"]) > 0


def test_each_pair_has_its_source_and_both_scores(answer: Any) -> None:
    for pair in answer["quantization_pairs"]:
        assert pair["url"].startswith("https://")
        assert pair["harness"]
        assert {"unquantized", "quantized"} <= pair.keys()


def test_the_value_after_the_loss_is_the_one_scored(answer: Any) -> None:
    term = next(t for t in answer["terms"] if t["criterion"] == "quality")
    assert term["reason"]["values"]["value"] == answer["quantization_loss"]["value"]


def test_quality_and_loss_give_the_value_after_it(answer: Any) -> None:
    values = next(t for t in answer["terms"] if t["criterion"] == "quality")["reason"]["values"]
    assert values["value"] + values["loss"] == pytest.approx(answer["quality"]["value"])


def test_an_explanation_lists_the_pairs(call: Call) -> None:
    text = call("explain", "qwen3-8b", "--task", "coding", "--gpu-mem", "12", "-q", "q4_k_m").out
    assert "What Q4_K_M costs" in text


def test_an_unquantized_model_loses_nothing(call: Call) -> None:
    made = call("explain", "qwen3-8b", "--task", "coding", "--gpu-mem", "48", "-o", "json").json()
    assert made["quantization_loss"]["status"] == "unquantized"
    assert made["quantization_pairs"] == []
