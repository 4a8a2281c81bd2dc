"""What a machine can take at most, and what a model needs at least."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from llm_select.estimates import memory_calibration as c
from llm_select.estimates.engine_room import memory_share
from llm_select.estimates.memory import inference_memory, serving
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.types import Machine, Workload
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.schema.hardware import Engine, Quantization
    from llm_select.schema.model import Model

MOST_TOKENS = 2**24
MOST_SEQUENCES = 2**14


def largest_context(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine,
    *,
    size: Sizing | None = None,
    limit: int | None = None,
    quantization_id: str | None = None,
) -> int:
    """Most tokens per sequence that still fit, the prompt filling what is not generated; 0 when none do.

    `limit` is the model's own context: no answer goes beyond it. An encoder is limited by its context alone.
    """
    size = size or sizing(model)

    def fits(tokens: int) -> bool:
        work = workload._replace(
            context=tokens, prompt_tokens=max(1, tokens - workload.generate_tokens)
        )
        return _fits(model, quantization, engine, work, machine, size, quantization_id)

    return _largest(fits, limit or MOST_TOKENS)


def largest_batch(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine,
    *,
    size: Sizing | None = None,
    limit: int = MOST_SEQUENCES,
    quantization_id: str | None = None,
) -> int:
    """Most concurrent sequences of the workload's context that still fit; 0 when none do."""
    size = size or sizing(model)

    def fits(batch: int) -> bool:
        return _fits(
            model,
            quantization,
            engine,
            workload._replace(batch=batch),
            machine,
            size,
            quantization_id,
        )

    return _largest(fits, limit)


def needed_gib(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine | None = None,
    *,
    size: Sizing | None = None,
    quantization_id: str | None = None,
) -> float:
    """Nominal GiB that each device must have for the workload to fit without main memory.

    The share of nominal memory a process may use is the machine's, or 95 % without one. An engine may take more on
    a larger device (vLLM's default batch), so what a small machine was found to lack is asked again of a large one.
    """
    share = machine.usable_gib / machine.nominal_gib if machine is not None else c.USABLE_SHARE
    alone = machine._replace(ram_gib=None) if machine is not None else None
    size = size or sizing(model)
    served = serving(size, engine, workload, alone)
    beside = served.activations.largest + served.overhead
    bound = memory_share(size, engine, workload, machine, served.split, beside)
    estimate = inference_memory(
        model,
        quantization,
        engine,
        workload,
        alone,
        size=size,
        shared=served,
        quantization_id=quantization_id,
    )
    needed = bound.usable_for(estimate.device_high) / GIB / share
    if machine is None:
        bound = memory_share(size, engine, workload, None, served.split, beside, needed)
        needed = bound.usable_for(estimate.device_high) / GIB / share
    if alone is not None and needed > alone.nominal_gib:
        larger = alone._replace(
            nominal_gib=float(math.ceil(needed)), usable_gib=math.ceil(needed) * share
        )
        estimate = inference_memory(
            model,
            quantization,
            engine,
            workload,
            larger,
            size=size,
            quantization_id=quantization_id,
        )
        bound = memory_share(size, engine, workload, larger, served.split, beside)
        needed = max(needed, bound.usable_for(estimate.device_high) / GIB / share)
    return needed


def _fits(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine,
    size: Sizing,
    quantization_id: str | None,
) -> bool:
    estimate = inference_memory(
        model, quantization, engine, workload, machine, size=size, quantization_id=quantization_id
    )
    return estimate.verdict == "fits"


def _largest(fits: Callable[[int], bool], limit: int) -> int:
    """Largest n in 1..limit for which the monotone `fits` holds; 0 when it does not hold for 1."""
    if not fits(1):
        return 0
    low, high = 1, 2
    while high < limit and fits(high):
        low, high = high, high * 2
    high = min(high, limit)
    if fits(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
