"""A plan fits the machine that it says it fits, and gives up nothing that it need not."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from llm_select.errors import UsageError
from llm_select.hardware.machine import from_device, from_memory
from llm_select.plan.finetune import Planned, plan_training
from llm_select.plan.fit import largest
from llm_select.plan.recipes import NoRecipeError
from llm_select.plan.request import Asked
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine
    from llm_select.schema.catalog import Catalog

RUNS = (
    ("qwen/qwen3-8b", "qlora", "coding"),
    ("qwen/qwen3-4b", "lora", "sentiment-analysis"),
    ("roberta/xlm-roberta-large", "full", "ner"),
    ("nllb/nllb-200-3.3b", "lora", "translation"),
    ("t5/t5-base", "full", "summarization"),
    ("mistral/mixtral-8x7b-instruct-v0.1", "qlora", "dialogue"),
)
BIG = ("qwen/qwen3-8b", "full", "coding")


@pytest.fixture(scope="module")
def run(catalog: Catalog) -> dict[tuple[str, float], Planned]:
    """Every run on cards of 8 to 80 GiB."""
    found = {}
    for model, method, task in RUNS:
        for gib in (8.0, 24.0, 80.0):
            asked = Asked(task, 2000, machine=from_memory(gib, 1, None))
            found[model, gib] = plan_training(catalog, model, method, asked)
    return found


def planned(catalog: Catalog, machine: Machine | None, **asked: object) -> Planned:
    """A plan to train XLM-RoBERTa large for named entities."""
    question = Asked("ner", 2000, machine=machine, gpus=machine.devices if machine else 1)
    return plan_training(
        catalog,
        "roberta/xlm-roberta-large",
        "full",
        question._replace(**asked),  # type: ignore[arg-type]
    )


def test_what_fits_does_so_at_the_high_end(run: dict[tuple[str, float], Planned]) -> None:
    fitting = {key: one for key, one in run.items() if one.verdict == "fits"}
    assert len(fitting) >= len(RUNS)
    for (_, gib), one in fitting.items():
        assert one.memory.high <= from_memory(gib, 1, None).usable_gib * GIB


def test_reach_is_no_less_than_the_plan(run: dict[tuple[str, float], Planned]) -> None:
    for one in run.values():
        if one.verdict == "fits":
            assert (one.longest_sequence or 0) >= one.plan.seq_len
            assert (one.largest_batch or 0) >= one.plan.batch


def test_concessions_never_cost_memory(run: dict[tuple[str, float], Planned]) -> None:
    climbed = [one.ladder for one in run.values() if len(one.ladder) > 1]
    assert climbed
    for rungs in climbed:
        for before, after in pairwise(rungs):
            assert after.fitted.memory.high <= before.fitted.memory.high
            saved = before.fitted.memory.high - after.fitted.memory.high
            assert after.saved == pytest.approx(saved)


def test_concessions_end_with_the_first_that_fits(run: dict[tuple[str, float], Planned]) -> None:
    for one in run.values():
        assert all(rung.fitted.verdict != "fits" for rung in one.ladder[:-1])


def test_more_memory_gives_up_no_more(run: dict[tuple[str, float], Planned]) -> None:
    for model, _, _ in RUNS:
        assert len(run[model, 80.0].ladder) <= len(run[model, 24.0].ladder)


def test_recomputation_is_the_first_concession(catalog: Catalog, card24: Machine) -> None:
    ladder = plan_training(catalog, *BIG[:2], Asked("coding", 2000, machine=card24)).ladder
    assert [rung.code for rung in ladder] == [
        "start", "checkpointing", "micro-batch", "optimizer", "lora", "qlora",
    ]  # fmt: skip


def test_what_was_asked_for_is_not_given_up(catalog: Catalog, card24: Machine) -> None:
    asked = Asked("coding", 2000, machine=card24, checkpointing=False, optimizer="adamw", batch=2)
    plan = plan_training(catalog, *BIG[:2], asked)
    assert (plan.plan.checkpointing, plan.plan.optimizer, plan.plan.batch) == (False, "adamw", 2)
    codes = {rung.code for rung in plan.ladder}
    assert not codes & {"checkpointing", "optimizer", "micro-batch"}


def test_the_step_has_the_recipes_sequences(run: dict[tuple[str, float], Planned]) -> None:
    assert run["qwen/qwen3-8b", 80.0].plan.step_sequences == 16
    assert run["roberta/xlm-roberta-large", 24.0].plan.step_sequences == 32


def test_gpus_share_the_step(catalog: Catalog) -> None:
    two = from_device(catalog, "rtx-4090", nominal=None, devices=2, ram=None)
    assert planned(catalog, two).plan.step_sequences == 32


def test_a_number_is_learned_by_squared_error(catalog: Catalog, card24: Machine) -> None:
    asked = Asked("sentiment-analysis", 2000, machine=card24, regression=True)
    plan = plan_training(catalog, "roberta/xlm-roberta-large", "full", asked).plan
    assert (plan.head, plan.loss, plan.metrics[0]) == ("number", "mse", "pearson")


def test_classes_are_learned_by_cross_entropy(catalog: Catalog, card24: Machine) -> None:
    assert planned(catalog, card24).plan.loss == "cross-entropy"


def test_without_a_machine_nothing_is_said_to_fit(catalog: Catalog) -> None:
    one = planned(catalog, None)
    assert (one.verdict, one.longest_sequence, one.largest_batch, one.ladder) == (
        None, None, None, (),
    )  # fmt: skip


def test_no_throughput_means_no_time(catalog: Catalog) -> None:
    cost = planned(catalog, from_memory(24, 1, None)).cost
    assert (cost.seconds, cost.missing) == (None, "compute-unknown")


def test_training_is_not_timed_on_what_was_not_measured(catalog: Catalog) -> None:
    apple = next(k for k, d in catalog.devices.items() if d.vendor == "apple" and d.compute)
    size = max(o.gib for o in catalog.devices[apple].memory)
    machine = from_device(catalog, apple, nominal=size, devices=1, ram=None)
    assert planned(catalog, machine).cost.missing == "unmeasured-vendor"


def test_price_and_energy_follow_the_hours(catalog: Catalog, card24: Machine) -> None:
    cost = planned(catalog, card24, price_per_hour=3.0).cost
    assert cost.seconds is not None
    assert cost.usd is not None
    assert cost.kwh is not None
    assert cost.usd.expected == pytest.approx(3.0 * cost.seconds.expected / 3600)
    assert cost.kwh.expected == pytest.approx(0.45 * cost.seconds.expected / 3600)


def test_the_range_of_time_contains_what_is_expected(catalog: Catalog, card24: Machine) -> None:
    seconds = planned(catalog, card24).cost.seconds
    assert seconds is not None
    assert seconds.low < seconds.expected < seconds.high


def test_steps_count_the_examples_and_epochs(catalog: Catalog, card24: Machine) -> None:
    assert planned(catalog, card24, epochs=2.0).cost.steps == 125  # 2,000 · 2 / 32


def test_an_old_card_trains_in_fp16(catalog: Catalog) -> None:
    turing = next(
        k for k, d in catalog.devices.items()
        if d.compute is not None and d.compute.fp16 and not d.compute.bf16 and len(d.memory) == 1
    )  # fmt: skip
    machine = from_device(catalog, turing, nominal=None, devices=1, ram=None)
    assert planned(catalog, machine).plan.precision == "fp16-mixed"


def test_mixtures_are_adapted_in_attention_only(run: dict[tuple[str, float], Planned]) -> None:
    targets = run["mistral/mixtral-8x7b-instruct-v0.1", 80.0].plan.lora_targets
    assert targets == ("q_proj", "k_proj", "v_proj", "o_proj")


def test_every_optimizer_is_sized(run: dict[tuple[str, float], Planned], catalog: Catalog) -> None:
    sized = {o.optimizer: o for o in run["roberta/xlm-roberta-large", 24.0].optimizers}
    assert set(sized) == {k for k, m in catalog.methods.items() if m.kind == "optimizer"}
    assert sized["sgd"].total == 0
    assert sized["adamw"].total == pytest.approx(8 * 561192082)
    assert sized["adamw-8bit"].total < sized["lion"].total < sized["adamw"].total


def test_a_method_without_a_recipe_is_refused(catalog: Catalog, card24: Machine) -> None:
    with pytest.raises(NoRecipeError, match="no recipe says how bitfit"):
        plan_training(catalog, "qwen/qwen3-8b", "bitfit", Asked("coding", 2000, machine=card24))


def test_hosted_weights_are_refused(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="not given out"):
        plan_training(catalog, "gpt/gpt-4.1", "lora", Asked("coding", 2000))


@pytest.mark.parametrize("most", [0, 1, 2, 7, 8, 100])
def test_the_largest_that_fits_is_found(most: int) -> None:
    assert largest(lambda n: n <= most, 64) == min(most, 64)


def test_what_fits_a_card_fits_a_larger_one(run: dict[tuple[str, float], Planned]) -> None:
    for model, _, _ in RUNS:
        verdicts = [run[model, gib].verdict == "fits" for gib in (8.0, 24.0, 80.0)]
        assert verdicts == sorted(verdicts)


def test_prefix_tuning_never_recomputes(catalog: Catalog, card24: Machine) -> None:
    plan = plan_training(
        catalog, "qwen/qwen3-0.6b", "prefix-tuning", Asked("coding", 2000, machine=card24)
    )
    rungs = [rung.fitted.plan for rung in plan.ladder]
    assert not any(one.checkpointing for one in (plan.plan, *rungs))


def test_prefix_tuning_with_recomputation_is_refused(catalog: Catalog) -> None:
    asked = Asked("coding", 2000, checkpointing=True)
    with pytest.raises(UsageError, match="cannot recompute"):
        plan_training(catalog, "qwen/qwen3-0.6b", "prefix-tuning", asked)


def _mac(card: Machine) -> Machine:
    return card._replace(vendor="apple", memory_class="unified", device=None)


def test_four_bits_are_not_planned_on_a_mac(catalog: Catalog, card24: Machine) -> None:
    asked = Asked("coding", 2000, machine=_mac(card24))
    with pytest.raises(NoRecipeError, match="Apple"):
        plan_training(catalog, "qwen/qwen3-8b", "qlora", asked)


def test_no_paged_optimizer_is_planned_on_a_mac(catalog: Catalog, card24: Machine) -> None:
    asked = Asked("coding", 2000, machine=_mac(card24))
    plan = plan_training(catalog, "qwen/qwen3-4b", "full", asked)
    used = {one.optimizer for one in (plan.plan, *(rung.fitted.plan for rung in plan.ladder))}
    assert used == {"adamw"}


def test_bf16_is_refused_on_a_card_without_it(catalog: Catalog, card24: Machine) -> None:
    old = card24._replace(tflops={"fp32": 14.0, "fp16": 112.0})
    with pytest.raises(UsageError, match="no units for BF16"):
        planned(catalog, old, precision="bf16")
