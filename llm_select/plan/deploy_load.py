"""How many requests a replica is made to run together, and in which format, for a rate of requests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.estimates.speed import speed
from llm_select.estimates.speed_calibration import MEASURED_BATCH
from llm_select.plan.deploy_capacity import served
from llm_select.plan.deploy_choice import Choice, Site, choose, held_at_once

if TYPE_CHECKING:
    from llm_select.estimates.types import SpeedEstimate
    from llm_select.selection.types import Candidate

EIGHT = 8.0
"""Bits from which on formats count as equally good: what 8 bits cost was measured as about nothing
(`quantization_losses/`)."""


def measured(choice: Choice) -> int:
    """Requests together up to which the speed model was measured."""
    engine = choice.candidate.engine
    return MEASURED_BATCH.get(engine.memory_model, 1) if engine is not None else 1


def speed_of(choice: Choice, site: Site) -> SpeedEstimate:
    """The speed of a replica as chosen."""
    candidate = choice.candidate
    assert candidate.quantization is not None
    assert candidate.engine is not None
    return speed(
        candidate.model,
        candidate.quantization,
        candidate.engine,
        choice.workload,
        site.machine,
        choice.memory,
        size=site.size,
    )


def for_rate(choice: Choice, found: Sequence[Candidate], rate: float, site: Site) -> Choice:
    """The choice with as few requests together as give the rate at the low end of the speed, or as many as give most.

    Formats as good as the chosen one, which is the widest, are tried too: the one that takes fewest replicas is kept,
    the widest of those alike. The choice as it was where no speed is known.
    """
    least = min(EIGHT, _bits(choice.candidate))
    alike = [c for c in found if c is not choice.candidate and _bits(c) >= least]
    best = _filled(choice, rate, site)
    per_second = served(speed_of(best, site), best.workload)
    if per_second is None:
        return choice
    fewest = math.ceil(rate / per_second.expected)
    for candidate in sorted(alike, key=lambda c: -_bits(c)):
        one = choose((candidate,), choice.workload, site)
        if one is None or one.memory.verdict != "fits":
            continue
        one = _filled(one, rate, site)
        per_second = served(speed_of(one, site), one.workload)
        if per_second is not None and math.ceil(rate / per_second.expected) < fewest:
            best, fewest = one, math.ceil(rate / per_second.expected)
    return best


def _filled(choice: Choice, rate: float, site: Site) -> Choice:
    """Requests together are doubled until the rate is reached, memory is full or speeds were never measured."""
    most = min(held_at_once(choice, site), measured(choice))
    best, top = choice, -1.0
    batch = choice.workload.batch
    while True:
        at = choose((choice.candidate,), choice.workload._replace(batch=batch), site)
        if at is None or at.memory.verdict != "fits":
            return best
        per_second = served(speed_of(at, site), at.workload)
        if per_second is None:
            return best
        if per_second.low >= top:
            best, top = at, per_second.low
        if per_second.low >= rate or batch >= most:
            return best
        batch = min(batch * 2, most)


def _bits(candidate: Candidate) -> float:
    return candidate.quantization.bits if candidate.quantization is not None else 0.0
