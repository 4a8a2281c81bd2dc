"""What this machine has, from what the driver and the system say."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from llm_select.hardware.detect import Seen, look, machine
from tests.builders import catalog, device

CARD = device(name="NVIDIA GeForce RTX 4090", aliases=["rtx 4090"])
CATALOG = catalog(devices={"rtx-4090": CARD})


def test_a_known_card_is_that_of_the_catalog() -> None:
    found = machine(CATALOG, Seen((("NVIDIA GeForce RTX 4090", 23.99),), 64.0))
    assert (found.device, found.nominal_gib, found.bandwidth_gb_s) == ("rtx-4090", 24, 1008)


def test_an_unknown_card_is_its_memory_alone_under_its_own_name() -> None:
    found = machine(CATALOG, Seen((("NVIDIA New Card", 40.0),), 64.0))
    assert (found.name, found.device, found.nominal_gib) == ("NVIDIA New Card", None, 40.0)
    assert found.bandwidth_gb_s is None


def test_alike_cards_are_counted_and_others_left_out() -> None:
    cards = (("RTX 4090", 24.0), ("RTX 4090", 24.0), ("NVIDIA New Card", 40.0))
    assert machine(CATALOG, Seen(cards, 64.0)).devices == 2


def test_without_a_card_the_processor_and_its_memory_are_the_machine() -> None:
    found = machine(CATALOG, Seen((), 64.0))
    assert (found.vendor, found.memory_class, found.nominal_gib) == ("cpu", "ddr", 64.0)
    assert found.usable_gib < 64
    assert found.bandwidth_gb_s is None


class DriverError(Exception):
    """The driver's own error."""


def _driver(**functions: Any) -> SimpleNamespace:
    base = {
        "NVMLError": DriverError,
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetName": lambda _: b"NVIDIA GeForce RTX 4090",
        "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=24 * 2**30),
    }
    return SimpleNamespace(**{**base, **functions})


def test_the_drivers_cards_are_read_with_names_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", _driver())
    assert look().gpus == (("NVIDIA GeForce RTX 4090", 24.0),)


def _fail(*_: object) -> None:
    raise DriverError


@pytest.mark.parametrize("step", ["nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetMemoryInfo"])
def test_a_driver_that_fails_means_no_card(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", _driver(**{step: _fail}))
    assert look().gpus == ()


def test_no_driver_library_means_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert look().gpus == ()
    assert look().ram_gib > 0
