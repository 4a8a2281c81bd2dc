"""Which devices hold a model, when no machine was named."""

from __future__ import annotations

from typing import Any

from llm_select.estimates.types import Machine
from llm_select.selection.footprints import Holder, footprints, holders
from tests.builders import catalog, engine, model
from tests.unit.selection.questions import ask, machine

CATALOG = catalog(models={"f/m": model("M")})


def _device(name: str, gib: float, bandwidth: float | None, **fields: Any) -> Machine:
    return machine(
        name=name,
        device=name,
        nominal_gib=gib,
        usable_gib=gib * 0.98,
        bandwidth_gb_s=bandwidth,
        **fields,
    )


def _held(*machines: Machine, **more: Any) -> list[Holder]:
    question = ask(quantizations=("q8_0",), machine=None)
    (found,) = footprints(CATALOG, "f/m", question)
    return list(holders(found.candidate, question.workload, machines, **more))


def _names(held: list[Holder]) -> list[tuple[int, str]]:
    return [(one.devices, one.device) for one in held]


def test_devices_too_small_are_left_out_when_they_stand_alone() -> None:
    cards = (_device("small", 8, 500), _device("big", 24, 500))
    assert _names(_held(*cards, stacked=lambda _: False)) == [(1, "big")]


def test_several_of_a_device_are_asked_only_where_one_does_not_hold_it() -> None:
    assert _names(_held(_device("small", 8, 500))) == [(2, "small")]
    assert _names(_held(_device("big", 24, 500))) == [(1, "big")]


def test_a_larger_device_is_listed_only_where_it_is_faster() -> None:
    cards = (_device("a", 12, 500), _device("b", 16, 400), _device("c", 24, 900))
    assert _names(_held(*cards)) == [(1, "a"), (1, "c")]


def test_makers_do_not_hide_one_another() -> None:
    cards = (_device("a", 12, 500), _device("b", 16, 400, vendor="amd"))
    assert _names(_held(*cards)) == [(1, "a"), (1, "b")]


def test_of_a_long_list_the_ends_stay() -> None:
    cards = [_device(str(n), 12 + n, 500 + 100 * n) for n in range(9)]
    held = _held(*cards, most=3)
    assert [one.device for one in held] == ["0", "4", "8"]


def test_a_device_of_unknown_bandwidth_has_no_speed() -> None:
    (held,) = _held(_device("a", 12, None))
    assert held.decode is None


def test_devices_that_the_engine_does_not_run_on_are_left_out() -> None:
    old = _device("old", 24, 500, engines=("another",))
    other = _device("other", 24, 500, vendor="intel")
    assert _held(old, other) == []


def test_an_engine_that_splits_no_model_is_given_one_device() -> None:
    alone = catalog(models={"f/m": model("M")}, engines={"llama.cpp": engine(multi_gpu=[])})
    question = ask(quantizations=("q8_0",), machine=None)
    (found,) = footprints(alone, "f/m", question)
    assert holders(found.candidate, question.workload, [_device("small", 8, 500)]) == ()
