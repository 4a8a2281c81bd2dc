"""What one model takes in every format: memory, speed and limits, without any task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.limits import largest_batch, largest_context, needed_gib
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.sizing import sizing
from llm_select.estimates.speed import speed
from llm_select.selection.candidates import offerings, released_bits, variants
from llm_select.selection.types import Candidate, Requirements

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.types import Machine, MemoryEstimate, SpeedEstimate, Workload
    from llm_select.schema.catalog import Catalog


class Footprint(NamedTuple):
    """One format on one engine."""

    candidate: Candidate
    memory: MemoryEstimate
    speed: SpeedEstimate
    largest_context: int | None
    """Tokens for one of the asked sequences; None without a machine or where the card has no context."""
    largest_batch: int | None
    """Sequences of the asked context; None without a machine."""
    needed_gib: float
    """Nominal memory of one device that holds it at the high end of the estimate."""


class Holder(NamedTuple):
    """A device, alone, that holds the model."""

    device: str
    name: str
    gib: float
    bandwidth_gb_s: float | None


def footprints(
    catalog: Catalog, model_id: str, requirements: Requirements
) -> tuple[Footprint, ...]:
    """Every format, most bits first, each on the first engine that loads it unless --engine asks.

    Raises ShapeError when the card lacks a width that is needed.
    """
    model = catalog.models[model_id]
    if model.architecture is None:
        return ()
    size = sizing(model)
    found = []
    seen: set[str | None] = set()
    allowed = offerings(catalog, requirements)
    named = bool(requirements.quantizations)
    released = released_bits(catalog, model)
    for candidate in variants(model_id, model, "direct", allowed, named=named, released=released):
        if candidate.quantization_id in seen and not requirements.engines:
            continue
        seen.add(candidate.quantization_id)
        found.append(footprint(candidate, requirements.workload, requirements.machine, size=size))
    found.sort(key=lambda f: -(f.candidate.quantization.bits if f.candidate.quantization else 0))
    return tuple(found)


def footprint(
    candidate: Candidate,
    workload: Workload,
    machine: Machine | None,
    *,
    size: Sizing | None = None,
    limits: bool = True,
) -> Footprint:
    """One variant. `size` is what `sizing` returned for the model, when it is at hand."""
    model, engine, quantization = candidate.model, candidate.engine, candidate.quantization
    assert engine is not None
    assert quantization is not None
    shape = sizing(model) if size is None else size
    name = candidate.quantization_id
    memory = inference_memory(
        model, quantization, engine, workload, machine, size=shape, quantization_id=name
    )
    rate = speed(model, quantization, engine, workload, machine, memory, size=shape)
    context = batch = None
    if machine is not None and limits:
        if model.context is not None:
            context = largest_context(
                model,
                quantization,
                engine,
                workload,
                machine,
                size=shape,
                limit=model.context.native,
                quantization_id=name,
            )
        batch = largest_batch(
            model, quantization, engine, workload, machine, size=shape, quantization_id=name
        )
    needed = needed_gib(
        model, quantization, engine, workload, machine, size=shape, quantization_id=name
    )
    return Footprint(candidate, memory, rate, context, batch, needed)


def holders(
    catalog: Catalog, needed: float, vendors: Iterable[str], most: int = 8
) -> tuple[Holder, ...]:
    """Devices that hold `needed` nominal GiB alone, smallest memory first."""
    allowed: Sequence[str] = tuple(vendors)
    found = [
        Holder(device_id, device.name, option.gib, option.bandwidth_gb_s)
        for device_id, device in catalog.devices.items()
        if device.vendor in allowed
        for option in device.memory
        if option.gib >= needed
    ]
    return tuple(sorted(found, key=lambda h: (h.gib, h.name))[:most])
