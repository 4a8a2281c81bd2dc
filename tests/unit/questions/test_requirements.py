"""From options to requirements: numbers checked, what was left out filled in and said."""

from __future__ import annotations

import pytest

from llm_select.errors import UnknownNameError, UsageError
from llm_select.estimates.types import Workload
from llm_select.questions.requirements import (
    Hardware,
    Limits,
    choose,
    positive,
    read_machine,
    read_requirements,
    read_weights,
    read_workload,
)
from tests.builders import catalog, model, task

CATALOG = catalog(
    models={"f/m": model("M")}, tasks={"task": task(), "code": task(monolingual=True)}
)
CARD = Hardware(gpu_mem="24")


def test_lengths_are_the_tasks_when_nothing_is_said() -> None:
    found, reason = read_workload(CATALOG, "task", context=None, generate=None, concurrency=1)
    assert found == Workload(1280, 1024, 256)
    assert reason.values == {"prompt": 1024, "generate": 256, "context": 1280, "batch": 1}


def test_a_context_alone_leaves_the_rest_to_the_prompt() -> None:
    found, _ = read_workload(CATALOG, "task", context=8192, generate=None, concurrency=1)
    assert (found.context, found.prompt_tokens, found.generate_tokens) == (8192, 7936, 256)


def test_a_context_shorter_than_the_tasks_answer_is_shared() -> None:
    found, _ = read_workload(CATALOG, "task", context=100, generate=None, concurrency=1)
    assert (found.prompt_tokens, found.generate_tokens) == (50, 50)


def test_a_context_of_one_token_is_no_crash() -> None:
    found, _ = read_workload(CATALOG, "task", context=1, generate=None, concurrency=1)
    assert found.prompt_tokens >= 1
    assert found.generate_tokens >= 1


def test_an_answer_longer_than_the_tasks_lengthens_the_context() -> None:
    found, _ = read_workload(CATALOG, "task", context=None, generate=4096, concurrency=1)
    assert found.context == 1024 + 4096


def test_an_answer_as_long_as_the_context_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be written") as caught:
        read_workload(CATALOG, "task", context=100, generate=100, concurrency=1)
    assert caught.value.where == "--generate"


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 11])
def test_positive_refuses_what_is_out_of_range(value: float) -> None:
    with pytest.raises(UsageError, match="out of range"):
        positive(value, where="--x", limit=10)


@pytest.mark.parametrize("value", [None, 0.001, 10])
def test_positive_lets_the_rest_through(value: float | None) -> None:
    positive(value, where="--x", limit=10)


def test_choose_is_case_insensitive_and_lists_the_choices() -> None:
    assert choose(" ON ", ("on", "off"), where="--thinking") == "on"
    with pytest.raises(UsageError, match="it takes on, off"):
        choose("maybe", ("on", "off"), where="--thinking")


def test_weights_that_have_no_sum_are_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        read_weights(CATALOG, "balanced", "quality=1e308,speed=1e308")


def test_a_profile_gives_its_weights() -> None:
    name, weights = read_weights(CATALOG, "Balanced", None)
    assert name == "balanced"
    assert weights == {"quality": 0.6, "speed": 0.2, "headroom": 0.1, "cost": 0.1}


def test_own_weights_are_normalised() -> None:
    name, weights = read_weights(CATALOG, "balanced", " Quality = 3 ,speed=1")
    assert name == "custom"
    assert weights == {"quality": 0.75, "speed": 0.25, "headroom": 0.0, "cost": 0.0}


def test_an_unknown_profile_is_refused_even_beside_own_weights() -> None:
    with pytest.raises(UnknownNameError, match="unknown profile"):
        read_weights(CATALOG, "fast", "quality=1")


def test_no_hardware_and_none_needed_is_no_machine() -> None:
    assert read_machine(CATALOG, Hardware(), needed=False) == (None, ())


def test_main_memory_alone_is_the_processor() -> None:
    found, _ = read_machine(CATALOG, Hardware(ram="64"), needed=True)
    assert found is not None
    assert (found.vendor, found.nominal_gib) == ("cpu", 64)


def test_hosted_models_need_no_machine() -> None:
    found = read_requirements(CATALOG, "task", limits=Limits(weights_access="hosted"))
    assert found.machine is None


def test_hardware_implies_open_weights() -> None:
    assert read_requirements(CATALOG, "task", hardware=CARD).weights_access == "open"


def test_all_languages_are_said_unless_the_task_has_none() -> None:
    def codes(task_id: str) -> set[str]:
        return {r.code for r in read_requirements(CATALOG, task_id, hardware=CARD).assumed}

    assert "all-languages" in codes("task")
    assert "all-languages" not in codes("code")


def test_names_are_resolved_to_ids() -> None:
    limits = Limits(
        engines=("LLAMA.CPP",), quantizations=("Q4-K-M",), licenses=("Free",), families=("F",)
    )
    found = read_requirements(CATALOG, "TASK", languages=("DE",), hardware=CARD, limits=limits)
    assert found.task == "task"
    assert found.languages == ("de",)
    assert found.engines == ("llama.cpp",)
    assert found.quantizations == ("q4_k_m",)
    assert found.licenses == ("free",)
    assert found.families == ("f",)


def test_every_error_about_a_name_names_its_option() -> None:
    for limits, option in (
        (Limits(engines=("zz",)), "--engine"),
        (Limits(quantizations=("zz",)), "--quantization"),
        (Limits(licenses=("zz",)), "--license"),
        (Limits(families=("zz",)), "--family"),
    ):
        with pytest.raises(UsageError) as caught:
            read_requirements(CATALOG, "task", hardware=CARD, limits=limits)
        assert caught.value.where == option
        assert caught.value.remedy
