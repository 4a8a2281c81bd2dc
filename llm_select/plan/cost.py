"""What a run costs: steps, time, energy, price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.training_time import (
    exchange_seconds,
    pass_seconds,
    pass_work,
    step_seconds,
)
from llm_select.estimates.types import Range

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.training import TrainingMemory
    from llm_select.estimates.types import Machine
    from llm_select.plan.types import TrainingPlan

PCIE_GB_S = 31.5
"""PCI Express 4.0 with 16 lanes, one direction: assumed between devices whose link is not in the catalog."""

GRADIENT_BYTES = 2.0
"""Bytes of a gradient on its way."""


class Cost(NamedTuple):
    """Of a whole run."""

    steps: int
    tokens: int
    """Tokens of all passes over the data, padding left out."""
    flops: float
    """Floating-point operations, recomputation included."""
    seconds: Range | None
    """None when the machine's throughput is unknown."""
    missing: str | None
    """Why no time is claimed: a reason code."""
    kwh: Range | None
    """Energy of the devices at their power limit; None when that is unknown."""
    usd: Range | None
    """None without a price."""


def run_seconds(
    size: Sizing,
    plan: TrainingPlan,
    memory: TrainingMemory,
    machine: Machine | None,
    examples: int,
    tokens: int,
    price_per_hour: float | None = None,
) -> Cost:
    """Cost of a run over `examples` of `tokens` on average.

    At best every pass holds the tokens of its examples alone; at worst each sequence of a pass is padded to the
    longest allowed. Packed sequences are full.
    """
    sequences = math.ceil(examples * tokens / plan.seq_len) if plan.packing else examples
    steps = max(1, math.ceil(sequences * plan.epochs / plan.step_sequences))
    mean = plan.seq_len if plan.packing else min(tokens, plan.seq_len + (plan.target_len or 0))
    padded = plan.seq_len if plan.batch > 1 and plan.target_len is None else mean
    full = plan.method == "full"

    def work(length: int) -> float:
        done = pass_work(
            size,
            full=full,
            trainable=memory.trainable,
            tokens=plan.batch * length,
            seq_len=length,
            recompute=plan.checkpointing,
        )
        return done.total * _two_stacks(size)

    flops = work(mean) * plan.accumulation * plan.gpus * steps
    total_tokens = round(examples * tokens * plan.epochs)
    peak, missing = _throughput(plan, machine)
    if peak is None or machine is None:
        return Cost(steps, total_tokens, flops, None, missing, None, None)
    exchange, reduce = exchange_seconds(
        plan.sharding,
        plan.gpus,
        memory.weights * plan.gpus,
        memory.trainable * GRADIENT_BYTES,
        machine.interconnect_gb_s or PCIE_GB_S,
    )
    shared = plan.gpus if plan.sharding in ("zero1", "zero2", "zero3", "fsdp") else 1
    step = reduce
    if machine.bandwidth_gb_s is not None:
        step += step_seconds(memory.trainable / shared, machine.bandwidth_gb_s)

    def seconds(length: int) -> Range:
        return pass_seconds(size, work(length), peak, full=full, exchange_s=exchange)

    near, far = seconds(mean), seconds(padded)
    whole = Range(
        steps * (plan.accumulation * near.low + step),
        steps * (plan.accumulation * near.expected + step),
        steps * (plan.accumulation * far.high + step),
    )
    hours = Range(*(part / 3600 for part in whole))
    kwh = None
    if machine.tdp_w is not None:
        kwh = Range(*(part * machine.tdp_w * plan.gpus / 1000 for part in hours))
    usd = None
    if price_per_hour is not None:
        usd = Range(*(part * price_per_hour for part in hours))
    return Cost(steps, total_tokens, flops, whole, None, kwh, usd)


def _two_stacks(size: Sizing) -> float:
    """A token of an encoder-decoder passes one stack, not both: half of the work counted for all its weights."""
    return 0.5 if size.has_source else 1.0


def _throughput(plan: TrainingPlan, machine: Machine | None) -> tuple[float | None, str | None]:
    """Dense 1e12 operations a second in the run's arithmetic, or why none is claimed."""
    if machine is None:
        return None, "no-machine"
    if machine.vendor not in (None, "nvidia"):
        return None, "unmeasured-vendor"
    kind = "fp32" if plan.precision == "fp32" else plan.precision.split("-")[0]
    peak = machine.tflops.get(kind)
    return (peak, None) if peak else (None, "compute-unknown")
