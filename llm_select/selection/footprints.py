"""What one model takes in every format: memory, speed and limits, without any task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.limits import largest_batch, largest_context, needed_gib
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.sizing import sizing
from llm_select.estimates.speed import speed
from llm_select.selection.candidates import loads, offerings, released_bits, runs_on, variants
from llm_select.selection.types import Candidate, Requirements

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.types import (
        Machine,
        MemoryEstimate,
        Range,
        SpeedEstimate,
        Workload,
    )
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
    """Devices, alone or several alike, that hold the model."""

    device: str
    name: str
    vendor: str | None
    devices: int
    gib: float
    """Nominal memory of each."""
    bandwidth_gb_s: float | None
    """Of each."""
    decode: Range | None
    """Tokens per second of one stream; None where the bandwidth is unknown."""


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


COUNTS = (1, 2, 4, 8)
"""How many alike devices are tried."""


def holders(
    candidate: Candidate,
    workload: Workload,
    machines: Iterable[Machine],
    *,
    stacked: Callable[[Machine], bool] = lambda _: True,
    most: int = 4,
) -> tuple[Holder, ...]:
    """Which of these single devices hold the variant, or several of one where one does not, smallest memory first.

    By maker, a larger choice is listed only where it is faster than every smaller one; of a long list of those,
    `most` from the smallest to the fastest. `stacked` tells of which devices several may be joined. Only devices
    that the engine runs on, with the matrix units of the format, are asked.
    """
    engine, quantization = candidate.engine, candidate.quantization
    assert engine is not None
    assert quantization is not None
    name = candidate.quantization_id or ""
    size = sizing(candidate.model)
    by_vendor: dict[str | None, list[Holder]] = {}
    for one in machines:
        if not runs_on(engine, candidate.engine_id or "", one):
            continue
        if not loads(engine, name, quantization, one):
            continue
        for count in COUNTS if engine.multi_gpu and stacked(one) else (1,):
            machine = one._replace(devices=count)
            memory = inference_memory(
                candidate.model,
                quantization,
                engine,
                workload,
                machine,
                size=size,
                quantization_id=name,
            )
            if memory.verdict != "fits":
                continue
            rate = speed(
                candidate.model, quantization, engine, workload, machine, memory, size=size
            )
            by_vendor.setdefault(one.vendor, []).append(
                Holder(
                    one.device or "",
                    one.name,
                    one.vendor,
                    count,
                    one.nominal_gib,
                    one.bandwidth_gb_s,
                    rate.decode,
                )
            )
            break
    found = [holder for group in by_vendor.values() for holder in _spread(_front(group), most)]
    return tuple(sorted(found, key=_size))


def _size(holder: Holder) -> tuple[float, int, float, str]:
    fast = holder.decode.expected if holder.decode is not None else 0.0
    return holder.gib * holder.devices, holder.devices, -fast, holder.name


def _front(group: Sequence[Holder]) -> list[Holder]:
    """The smallest, and each larger one that is faster than all before it."""
    kept: list[Holder] = []
    fastest = -1.0
    for holder in sorted(group, key=_size):
        fast = holder.decode.expected if holder.decode is not None else 0.0
        if fast > fastest:
            kept.append(holder)
            fastest = fast
    return kept


def _spread(front: list[Holder], most: int) -> list[Holder]:
    """At most so many, the first and the last among them."""
    if len(front) <= most:
        return front
    return [front[round(index * (len(front) - 1) / (most - 1))] for index in range(most)]
