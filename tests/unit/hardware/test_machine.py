"""From a device of the catalog, or an amount of memory, to the machine a model runs on."""

from __future__ import annotations

from typing import Any

import pytest

from llm_select.errors import UsageError
from llm_select.hardware.machine import describe, from_device, from_memory, usable_gib
from llm_select.schema.catalog import Catalog
from tests.builders import catalog, device

MAC = device(
    name="Chip",
    vendor="apple",
    form="unified",
    memory_class="unified",
    memory=[{"gib": 36, "bandwidth_gb_s": 410}, {"gib": 64, "bandwidth_gb_s": 546}],
)
TWINS = device(memory=[{"gib": 80, "bandwidth_gb_s": 3350}, {"gib": 80, "bandwidth_gb_s": 2039}])


def _catalog() -> Catalog:
    return catalog(devices={"card-24": device(), "chip": MAC, "twins": TWINS})


def _machine(name: str, nominal: float | None = None, **more: Any) -> Any:
    options = {"devices": 1, "ram": None, **more}
    return from_device(_catalog(), name, nominal=nominal, **options)


def test_a_card_with_one_size_needs_none_named() -> None:
    found = _machine("card-24")
    assert (found.nominal_gib, found.bandwidth_gb_s, found.vendor) == (24, 1008, "nvidia")


def test_several_sizes_and_none_given_is_an_error_with_the_sizes() -> None:
    with pytest.raises(UsageError, match="36, 64 GiB") as caught:
        _machine("chip")
    assert caught.value.where == "--gpu-mem"
    assert caught.value.remedy == "say which, for example --gpu-mem 64"


def test_the_size_given_picks_its_bandwidth() -> None:
    assert _machine("chip", 64).bandwidth_gb_s == 546
    assert _machine("chip", 36).bandwidth_gb_s == 410


def test_a_size_it_is_not_sold_with_is_an_error() -> None:
    with pytest.raises(UsageError, match="not sold with 48 GiB"):
        _machine("card-24", 48)


def test_of_two_variants_of_a_size_the_slower_is_taken() -> None:
    assert _machine("twins", 80).bandwidth_gb_s == 2039


def test_a_variant_of_unknown_bandwidth_is_not_taken_for_the_slower() -> None:
    mixed = device(memory=[{"gib": 80}, {"gib": 80, "bandwidth_gb_s": 2039}])
    made = catalog(devices={"mixed": mixed})
    found = from_device(made, "mixed", nominal=80, devices=1, ram=None)
    assert found.bandwidth_gb_s == 2039


def test_a_driver_shows_a_little_less_and_is_still_that_size() -> None:
    assert _machine("card-24", 23.65).nominal_gib == 24


def test_throughput_keeps_only_what_is_known() -> None:
    assert _machine("card-24").tflops == {"bf16": 165}


def test_devices_and_main_memory_are_carried_over() -> None:
    found = _machine("card-24", devices=4, ram=128.0)
    assert (found.devices, found.ram_gib) == (4, 128.0)


def test_of_memory_alone_no_bandwidth_is_claimed() -> None:
    found = from_memory(24.0, 2, None)
    assert (found.bandwidth_gb_s, found.vendor, found.device, found.devices) == (
        None,
        None,
        None,
        2,
    )


@pytest.mark.parametrize(
    ("vendor", "kind", "nominal", "visible", "usable"),
    [
        ("nvidia", "gddr", 24.0, None, 24 * 0.98),
        ("nvidia", "hbm", 80.0, 79.15, 79.15 * 0.98),
        ("apple", "unified", 36.0, None, 24.0),
        ("apple", "unified", 64.0, None, 48.0),
        ("apple", "unified", 64.0, 50.0, 50.0),
        ("cpu", "ddr", 100.0, None, 85.0),
        (None, None, 24.0, None, 24 * 0.98),
    ],
)
def test_usable_memory_by_kind(
    vendor: str | None, kind: str | None, nominal: float, visible: float | None, usable: float
) -> None:
    assert usable_gib(vendor, kind, nominal, visible) == pytest.approx(usable)


@pytest.mark.parametrize("kind", ["gddr", "hbm", "unified", "ddr", None])
def test_usable_memory_is_less_than_nominal(kind: str | None) -> None:
    for nominal in (1.0, 24.0, 36.0, 36.5, 512.0):
        assert 0 < usable_gib("nvidia", kind, nominal, None) < nominal


def test_a_bigger_mac_never_has_less_usable_memory() -> None:
    sizes = [usable_gib("apple", "unified", gib / 2, None) for gib in range(8, 1024)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("detected", "name", "code"),
    [(True, "card-24", "machine-detected"), (False, "card-24", "machine")],
)
def test_what_was_taken_for_the_machine_is_said(detected: bool, name: str, code: str) -> None:
    assert describe(_machine(name), detected=detected).code == code


def test_memory_alone_is_said_to_be_taken_for_nvidia_cards() -> None:
    assert describe(from_memory(24.0, 1, None), detected=False).code == "machine-memory-only"
