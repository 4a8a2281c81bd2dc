"""How selection deducts what a format costs."""

from __future__ import annotations

from typing import Any

import pytest

from llm_select.render.messages import sentence
from llm_select.schema.catalog import Catalog
from llm_select.selection.recommend import recommend
from llm_select.selection.types import Item
from tests.builders import board, catalog, engine, model, quantization
from tests.unit.selection.questions import ask, machine

SCORES = {f"f/m{i}": 40.0 + 8 * i for i in range(6)}
MODELS = {f"f/m{i}": model(f"M{i}") for i in range(6)}
POOLS = {"q4_k_m": {"2": (-0.2, 0.05, 12, 3)}, "q8_0": {"2": (-0.01, 0.01, 12, 3)}}


def _catalog(**fields: Any) -> Catalog:
    base: dict[str, Any] = {"models": MODELS, "boards": {"direct": board({"de": SCORES})}}
    return catalog(**{**base, "loss_pools": POOLS, **fields})


def _pick(form: str, made: Catalog | None = None, **asked: Any) -> Item:
    result = recommend(made or _catalog(), ask(quantizations=(form,), **asked))
    return next(item for item in result.picks if item.candidate.model_id == "f/m3")


def test_a_format_takes_what_was_measured_at_its_size() -> None:
    item = _pick("q4_k_m")
    assert item.degraded is not None
    assert item.degraded[0] == pytest.approx(59.28, abs=0.01)  # 64 less 0.2 logits


def test_the_score_of_the_quality_term_is_after_the_loss() -> None:
    term = next(t for t in _pick("q4_k_m").terms if t.criterion == "quality")
    assert term.value == pytest.approx(0.5928, abs=1e-4)


def test_the_parts_still_sum_to_the_score() -> None:
    item = _pick("q4_k_m")
    assert item.score == round(sum(term.contribution for term in item.terms), 6)


def test_the_published_quality_is_kept() -> None:
    quality = _pick("q4_k_m").quality
    assert quality is not None
    assert (quality.value, quality.tag) == (64.0, "measured")


def test_an_unmeasured_format_takes_nothing() -> None:
    item = _pick("q4_k_m", _catalog(loss_pools={}))
    assert item.loss is None
    assert item.degraded is not None
    assert item.degraded[0] == 64.0


def test_a_format_that_did_better_gives_nothing() -> None:
    item = _pick("q4_k_m", _catalog(loss_pools={"q4_k_m": {"2": (0.3, 0.05, 12, 3)}}))
    assert item.degraded is not None
    assert item.degraded[0] == 64.0


def test_the_loss_widens_the_interval() -> None:
    wide = _pick("q4_k_m", _catalog(loss_pools={"q4_k_m": {"2": (0.0, 0.5, 12, 3)}}))
    assert wide.quality is not None
    assert wide.degraded is not None
    assert wide.degraded[1] < (wide.quality.low or 0.0)


def test_the_low_end_after_the_loss_decides_the_least_accuracy() -> None:
    asked = ask(quantizations=("q4_k_m",), min_accuracy=62.0)
    ids = {item.candidate.model_id for item in recommend(_catalog(), asked).picks}
    assert "f/m3" not in ids


def test_a_narrow_format_that_costs_much_is_not_taken_for_free_memory() -> None:
    # On 18 GiB Q4_K_M would leave more memory free, but 0.2 logits are dearer than that.
    item = next(
        i
        for i in recommend(_catalog(), ask(machine=machine(18.0))).picks
        if i.candidate.model_id == "f/m3"
    )
    assert item.candidate.quantization_id == "q8_0"


def test_a_checkpoint_loses_nothing_in_the_format_it_was_released_in() -> None:
    files = [{"format": "safetensors", "quantization": "q4_k_m", "repository": "r"}]
    made = _catalog(models={**MODELS, "f/m3": model("M3", artifacts=files)})
    loss = _pick("q4_k_m", made).loss
    assert loss is not None
    assert (loss.status, loss.change) == ("as-released", 0.0)


def test_a_score_of_the_quantized_model_is_not_lowered_again() -> None:
    entries = {"f/m3": {"model": "f/m3", "quantization": "q4_k_m"}}
    made = _catalog(boards={"direct": board({"de": SCORES}, entries=entries)})
    loss = _pick("q4_k_m", made).loss
    assert loss is not None
    assert loss.status == "as-scored"


def test_a_measured_format_ranks_before_an_unmeasured_equal() -> None:
    narrow = {"q4_a": quantization("A", 4.85), "q4_b": quantization("B", 4.85)}
    made = _catalog(
        engines={"llama.cpp": engine(quantizations=["q4_a", "q4_b"])},
        quantizations=narrow,
        loss_pools={"q4_b": {"2": (0.0, 0.0, 12, 3)}},
    )
    item = recommend(made, ask()).picks[0]
    assert item.candidate.quantization_id == "q4_b"


def test_the_reason_says_what_was_deducted_and_from_what() -> None:
    term = next(t for t in _pick("q4_k_m").terms if t.criterion == "quality")
    assert sentence(term.reason).endswith(
        "4.7 deducted for Q4_K_M, inferred from models of its size (12 pairs, 3 models)"
    )


def test_the_reason_says_that_nobody_measured() -> None:
    item = _pick("q4_k_m", _catalog(loss_pools={}))
    term = next(t for t in item.terms if t.criterion == "quality")
    assert sentence(term.reason).endswith("what Q4_K_M costs was not measured")
