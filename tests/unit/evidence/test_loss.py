"""What a format costs: pairs on the common scale, pooled by size, shrunk."""

from __future__ import annotations

from typing import Any

import pytest

from llm_select.evidence.loss import (
    ALL,
    Loss,
    Pair,
    kind_of,
    loss_of,
    own_of,
    pairs,
    pool,
    pools_of,
    size_class,
)
from llm_select.schema.catalog import Catalog
from llm_select.schema.losses import LossTable
from tests.builders import catalog, model, quantization

KINDS = {"q4_k_m": "gguf 4", "q4_0": "gguf 4", "q8_0": "gguf 8"}


def pair(change: float, name: str = "m", form: str = "q4_k_m", **fields: Any) -> Pair:
    """A pair of a model of 8 billion weights."""
    made = Pair(
        "t", name, False, 8_000_000_000, form, "test", (), 70.0, 70.0, change, 1.0, 1, "src"
    )
    return made._replace(**fields)


def table(**models: dict[str, Any]) -> LossTable:
    """A table with a test of four choices, one without, and a perplexity."""
    return LossTable.model_validate(
        {
            "source": "src",
            "date": "2025-01",
            "reported_by": "third-party",
            "harness": "h",
            "tests": {
                "quiz": {"name": "Quiz", "metric": "accuracy", "floor": 25, "ceiling": 100},
                "code": {
                    "name": "Code",
                    "metric": "pass@1",
                    "floor": 0,
                    "ceiling": 100,
                    "tasks": ["task"],
                },
                "ppl": {"name": "Wikitext", "metric": "perplexity", "kind": "perplexity"},
            },
            "models": {
                name: {"unquantized": "bf16-gguf", **fields} for name, fields in models.items()
            },
        }
    )


def measured(**models: dict[str, Any]) -> Catalog:
    return catalog(models={"f/m": model("M")}, losses={"t": table(**models)})


RUNS = {"scores": {"quiz": 62.5, "code": 50}, "quantized": {"q4_k_m": {"quiz": 55, "code": 45}}}


def test_a_loss_is_taken_between_chance_and_ceiling() -> None:
    quiz, _ = pairs(measured(M={"model": "f/m", **RUNS}))
    assert quiz.change == pytest.approx(-0.405465, abs=1e-5)  # from half to two fifths of the way


def test_a_score_in_the_middle_of_the_scale_counts_in_full() -> None:
    quiz, code = pairs(measured(M={"model": "f/m", **RUNS}))
    assert (quiz.weight, code.weight) == (pytest.approx(1.0), pytest.approx(1.0))


def test_perplexity_is_no_score() -> None:
    runs = {"scores": {"ppl": 6.2}, "quantized": {"q4_k_m": {"ppl": 6.4}}}
    assert not list(pairs(measured(M={"model": "f/m", **runs})))


def test_brackets_tell_runs_of_one_model_apart() -> None:
    runs = {"parameters": 7_000_000_000, **RUNS}
    found = list(pairs(measured(**{"X (one)": runs, "X (other)": runs})))
    assert {one.model for one in found} == {"X"}


def test_sizes_within_a_factor_of_three_share_a_class() -> None:
    assert size_class(7_000_000_000) == size_class(9_000_000_000) != size_class(14_000_000_000)


def test_one_broken_release_does_not_speak_for_its_size() -> None:
    found = [pair(-0.02, "a"), pair(-0.03, "b"), pair(-5.0, "c")]
    assert pool(found, KINDS)["q4_k_m"]["2"].change == pytest.approx(-0.03)


def test_a_lone_model_is_shrunk_to_formats_of_the_same_bits() -> None:
    found = [pair(-0.3, "a", "q4_0"), *(pair(-0.03, name) for name in "bcd")]
    change = pool(found, KINDS)["q4_0"]["2"].change
    assert change == pytest.approx((-0.3 + 2 * -0.03) / 3)


def test_other_sizes_say_nothing() -> None:
    found = [pair(-0.3, "a", parameters=500_000_000)]
    assert set(pool(found, KINDS)["q4_k_m"]) == {"0"}


def test_more_bits_in_the_same_files_never_cost_more() -> None:
    found = [pair(-0.05, "a", "q8_0"), pair(-0.01, "b"), pair(-0.01, "c"), pair(-0.01, "d")]
    pooled = pool(found, KINDS)
    assert pooled["q8_0"]["2"].change == pytest.approx(pooled["q4_k_m"]["2"].change)
    assert pooled["q8_0"]["2"].change == pytest.approx(-0.02)


def test_fewer_bits_may_cost_more() -> None:
    pooled = pool([pair(-0.01, "a", "q8_0"), pair(-0.05, "b")], KINDS)
    assert pooled["q8_0"]["2"].change > pooled["q4_k_m"]["2"].change


def test_a_mean_of_tests_strays_less_than_one_test() -> None:
    single = [pair(0.1 * (-1) ** n, f"m{n}") for n in range(9)]
    means = [one._replace(of=4) for one in single]
    ratio = (
        pool(means, KINDS)["q4_k_m"]["2"].deviation / pool(single, KINDS)["q4_k_m"]["2"].deviation
    )
    assert ratio == pytest.approx(2.0)


def _loss(boards: tuple[float, int] | None = None, **fields: Any) -> Loss | None:
    base: dict[str, Any] = {
        "pools": {"q4_k_m": {"2": (-0.04, 0.1, 12, 3)}},
        "own": {},
        "model_id": "f/m",
        "parameters": 8_000_000_000,
        "form": "q4_k_m",
        "task": "task",
    }
    return loss_of(**{**base, **fields}, boards=boards)


def test_scores_of_the_quantized_model_on_the_task_are_taken_as_they_are() -> None:
    own = {"f/m": {"q4_k_m": {ALL: (-0.2, 3.0, 3), "task": (-0.5, 1.0, 1)}}}
    loss = _loss(own=own)
    assert loss is not None
    assert (loss.status, loss.basis, loss.change) == ("measured", "this-task", -0.5)


def test_boards_of_the_task_go_before_tables() -> None:
    own = {"f/m": {"q4_k_m": {ALL: (-0.2, 3.0, 3), "task": (-0.5, 1.0, 1)}}}
    loss = _loss((-0.1, 4), own=own)
    assert loss is not None
    assert (loss.status, loss.change) == ("measured", -0.1)


def test_scores_on_other_tests_are_shrunk_to_the_size_class() -> None:
    loss = _loss(own={"f/m": {"q4_k_m": {ALL: (-0.24, 2.0, 2)}}})
    assert loss is not None
    assert (loss.status, loss.basis) == ("inferred", "other-tests")
    assert loss.change == pytest.approx((-0.24 - 0.04) / 2)


def test_a_model_nobody_quantized_takes_the_loss_of_its_size() -> None:
    loss = _loss()
    assert loss is not None
    assert (loss.status, loss.basis, loss.change, loss.models) == (
        "inferred",
        "size-class",
        -0.04,
        3,
    )


def test_the_fewer_models_the_wider_the_interval() -> None:
    few = _loss(pools={"q4_k_m": {"2": (-0.04, 0.1, 1, 1)}})
    many = _loss()
    assert few is not None
    assert many is not None
    assert few.deviation > many.deviation


def test_a_size_nobody_measured_has_no_loss() -> None:
    assert _loss(parameters=70_000_000_000) is None


def test_a_format_nobody_measured_has_no_loss() -> None:
    assert _loss(form="q8_0") is None


def test_formats_of_the_same_files_and_bits_make_a_group() -> None:
    made = catalog(quantizations={"a": quantization("A", 4.5), "b": quantization("B", 4.85)})
    assert len(set(kind_of(made).values())) == 1


def test_what_is_compiled_is_by_card_and_by_task() -> None:
    made = measured(M={"model": "f/m", **RUNS})
    assert set(own_of(made)["f/m"]["q4_k_m"]) == {ALL, "task"}
    assert pools_of(made)["q4_k_m"]["2"][2:] == (2, 1)
