"""Questions for the selection tests."""

from __future__ import annotations

from typing import Any

from llm_select.estimates.types import Machine, Workload
from llm_select.selection.types import Requirements

WEIGHTS = {"quality": 0.6, "speed": 0.2, "headroom": 0.1, "cost": 0.1}


def machine(gib: float = 24.0, **fields: Any) -> Machine:
    """NVIDIA cards of which only the memory is known, unless told otherwise."""
    base: dict[str, Any] = {
        "name": f"{gib:g} GiB card",
        "device": None,
        "vendor": None,
        "devices": 1,
        "nominal_gib": gib,
        "usable_gib": gib * 0.98,
        "memory_class": None,
        "bandwidth_gb_s": None,
        "tflops": {},
        "interconnect_gb_s": None,
        "ram_gib": None,
    }
    return Machine(**{**base, **fields})


def ask(**fields: Any) -> Requirements:
    """A balanced question for the test task on 24 GiB."""
    base: dict[str, Any] = {
        "task": "task",
        "machine": machine(),
        "workload": Workload(1280, 1024, 256),
        "weights": WEIGHTS,
        "profile": "balanced",
    }
    return Requirements(**{**base, **fields})
