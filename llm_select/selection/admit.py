"""What else would admit a model that does not fit: each change tried alone, the smallest of its kind first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llm_select.selection.candidates import offerings
from llm_select.selection.evaluate import Question, enter, evaluate
from llm_select.selection.types import Change, Requirements

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

DEVICES = (2, 3, 4, 6, 8)
RAM_GIB = (32.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0)


def admitting_changes(question: Question, model_id: str) -> tuple[Change, ...]:
    """Changes of devices, main memory or number format that admit the model, one of each kind that does."""
    found = []
    for tries in (
        _devices(question.requirements),
        _formats(question.catalog, question.requirements),
        _ram(question.requirements),
    ):
        for change, requirements in tries:
            asked = question._replace(
                requirements=requirements, offerings=offerings(question.catalog, requirements)
            )
            if not evaluate(asked, enter(asked, model_id)).objections:
                found.append(change)
                break
    return tuple(found)


def _devices(requirements: Requirements) -> Iterator[tuple[Change, Requirements]]:
    machine = requirements.machine
    if machine is None or machine.vendor in ("cpu", "apple"):
        return
    for count in DEVICES:
        if count > machine.devices:
            more = requirements._replace(machine=machine._replace(devices=count))
            yield Change("--gpus", count), more


def _formats(catalog: Catalog, requirements: Requirements) -> Iterator[tuple[Change, Requirements]]:
    if requirements.quantizations:
        return
    narrow = [
        (name, quantization)
        for name, quantization in catalog.quantizations.items()
        if not quantization.default and quantization.bits < 4 and not quantization.needs_calibration
    ]
    for name, _ in sorted(narrow, key=lambda pair: -pair[1].bits):
        yield Change("--quantization", name), requirements._replace(quantizations=(name,))


def _ram(requirements: Requirements) -> Iterator[tuple[Change, Requirements]]:
    machine = requirements.machine
    if machine is None or machine.ram_gib is not None or machine.vendor in ("cpu", "apple"):
        return
    for gib in RAM_GIB:
        yield (
            Change("--ram", gib),
            requirements._replace(machine=machine._replace(ram_gib=gib)),
        )
