"""Formats against the device: by maker and by matrix units; the nearest miss of each engine."""

from __future__ import annotations

from typing import Any

import pytest

from llm_select.estimates.types import Machine
from llm_select.schema.catalog import Catalog
from llm_select.selection.candidates import offerings, variants
from llm_select.selection.recommend import explain
from tests.builders import board, catalog, engine, model, quantization
from tests.unit.selection.questions import ask, machine

FORMATS = {
    "bf16": quantization("BF16", 16, native_16bit=True, requires="bf16"),
    "fp16": quantization("FP16", 16, native_16bit=True),
    "awq-int4": quantization("AWQ", 4.15625, format="safetensors"),
    "nvfp4": quantization("NVFP4", 4.5, requires="fp4"),
    "q4_k_m": quantization("Q4_K_M", 4.5),
    "iq4_xs": quantization("IQ4_XS", 4.25),
}
MAKERS = ["nvidia", "amd", "apple", "intel", "cpu"]
SERVER = engine(
    name="Server",
    quantizations=["bf16", "fp16", "awq-int4", "nvfp4"],
    vendors=MAKERS,
    memory_model="vllm",
    format_vendors={"awq-int4": ["nvidia"]},
)
LOCAL = engine(name="Local", quantizations=["q4_k_m", "iq4_xs"], vendors=MAKERS)


def _catalog(**fields: Any) -> Catalog:
    base = {
        "models": {"f/m": model("M")},
        "quantizations": FORMATS,
        "engines": {"server": SERVER, "local": LOCAL},
        "boards": {"direct": board({"de": {"f/m": 50.0}})},
    }
    return catalog(**{**base, **fields})


def _offered(on: Machine | None) -> set[str]:
    return {
        form.name
        for offering in offerings(_catalog(), ask(machine=on))
        for form in offering.formats
    }


def _card(vendor: str | None, *kinds: str) -> Machine:
    return machine(vendor=vendor, tflops=dict.fromkeys(kinds, 100.0))


def test_a_format_is_left_out_on_makers_the_engine_does_not_load_it_on() -> None:
    assert "awq-int4" not in _offered(_card("amd", "fp16", "bf16"))
    assert "awq-int4" in _offered(_card("nvidia", "fp16", "bf16"))


def test_an_unnamed_device_loads_what_nvidia_ones_do() -> None:
    assert "awq-int4" in _offered(_card(None))


def test_bf16_is_left_out_where_the_device_has_no_bf16_units() -> None:
    offered = _offered(_card("nvidia", "fp32", "fp16", "int8"))
    assert "bf16" not in offered
    assert "fp16" in offered


def test_nvfp4_is_offered_only_where_the_device_has_fp4_units() -> None:
    assert "nvfp4" not in _offered(_card("nvidia", "fp16", "bf16", "fp8"))
    assert "nvfp4" in _offered(_card("nvidia", "fp16", "bf16", "fp8", "fp4"))


@pytest.mark.parametrize("vendor", [None, "nvidia", "amd", "cpu"])
def test_without_figures_bf16_counts_as_present_and_fp4_as_lacking(vendor: str | None) -> None:
    offered = _offered(_card(vendor))
    assert "bf16" in offered
    assert "nvfp4" not in offered


def test_a_device_of_apple_with_fp32_figures_alone_keeps_bf16() -> None:
    assert "bf16" in _offered(_card("apple", "fp32"))


def test_without_a_machine_no_format_is_left_out() -> None:
    assert _offered(None) == set(FORMATS)


def test_a_format_asked_for_that_the_device_does_not_run_is_an_objection() -> None:
    asked = ask(machine=_card("amd", "fp16", "bf16"), quantizations=("nvfp4",))
    item = explain(_catalog(), "f/m", asked).item
    assert [objection.reason.code for objection in item.objections] == ["no-format"]
    assert item.objections[0].change is not None
    assert item.objections[0].change.option == "--quantization"


def test_when_nothing_is_narrow_enough_the_narrowest_of_each_engine_stays() -> None:
    questioned = _catalog()
    found = variants(
        "f/m",
        questioned.models["f/m"],
        "direct",
        offerings(questioned, ask()),
        named=False,
        released=float("inf"),
        most_bits=1.0,
    )
    assert [(c.engine_id, c.quantization_id) for c in found] == [
        ("server", "awq-int4"),
        ("local", "iq4_xs"),
    ]


def test_an_engine_may_not_restrict_a_format_it_does_not_load() -> None:
    with pytest.raises(ValueError, match="not among quantizations"):
        engine(format_vendors={"nvfp4": ["nvidia"]})


def test_an_engine_that_left_a_device_behind_offers_nothing_on_it() -> None:
    old = _card("nvidia", "fp32")._replace(engines=("local",))
    assert _offered(old) == {"q4_k_m", "iq4_xs"}
    assert _offered(old._replace(engines=())) == set()


def test_a_format_an_engine_unpacks_without_units_needs_them() -> None:
    """FP8 weights become BF16 in Transformers on devices older than FP8."""
    unpacks = engine(
        name="Unpacks",
        quantizations=["awq-int4"],
        vendors=MAKERS,
        format_units={"awq-int4": "fp8"},
    )
    made = _catalog(engines={"unpacks": unpacks})

    def offered(*kinds: str) -> list[str]:
        (offering,) = offerings(made, ask(machine=_card("nvidia", *kinds)))
        return [form.name for form in offering.formats]

    assert offered("fp16", "bf16") == []
    assert offered("fp16", "bf16", "fp8") == ["awq-int4"]
