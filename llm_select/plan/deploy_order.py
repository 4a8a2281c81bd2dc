"""Which engine is recommended, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.plan.deploy_types import EnginePlan
from llm_select.selection.types import Reason, Value

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import Ask

EIGHT = 8.0
"""Bits from which on formats count as equally good: what 8 bits cost was measured as about nothing
(`quantization_losses/`)."""
READY = {"published": 0, "direct": 0, "loading": 0, "tag": 0, "prepared": 1, "unknown": 2}
"""Files that exist, before files that must be made."""


def ordered(plans: Sequence[EnginePlan], ask: Ask) -> tuple[EnginePlan, ...]:
    """The recommended plan first, each other one with why it is behind it.

    In this order: one that fits; one that runs the requests together, where several are asked; fewer replicas; the
    wider format, eight bits and more being alike; weights on the devices rather than in main memory; files that exist;
    the faster; the one listed first in the catalog.
    """
    ranked = sorted(enumerate(plans), key=lambda pair: (*_key(pair[1], ask), pair[0]))
    best = [plan for _, plan in ranked]
    return tuple(
        plan._replace(behind=_behind(plan, best[0], ask) if place else None)
        for place, plan in enumerate(best)
    )


def _key(plan: EnginePlan, ask: Ask) -> tuple[float, ...]:
    return (
        not plan.fits,
        _alone(plan, ask),
        plan.capacity.replicas.expected if plan.capacity.rate_known else float("inf"),
        plan.memory.offloaded_layers,
        -min(EIGHT, _bits(plan)),
        READY[plan.files.basis],
        -_pace(plan),
    )


def _behind(plan: EnginePlan, best: EnginePlan, ask: Ask) -> Reason:
    mine, its = _key(plan, ask), _key(best, ask)
    first = next((n for n, (a, b) in enumerate(zip(mine, its, strict=True)) if a != b), None)
    form = plan.candidate.quantization
    other = best.candidate.quantization
    values: dict[str, Value] = {"than": best.candidate.engine.name if best.candidate.engine else ""}
    if first is None:
        return Reason("behind-listed", values)
    if first == 2:
        values |= {
            "replicas": plan.capacity.replicas.expected,
            "best": best.capacity.replicas.expected,
        }
    elif first == 4:
        values |= {
            "format": form.name if form is not None else "",
            "best": other.name if other is not None else "",
        }
    elif first == 6:
        values |= {"pace": _pace(plan), "best": _pace(best)}
    code = ("fit", "alone", "replicas", "offload", "format", "files", "slower")[first]
    return Reason(f"behind-{code}", values)


def _alone(plan: EnginePlan, ask: Ask) -> bool:
    engine = plan.candidate.engine
    several = ask.workload.batch > 1 or ask.rate is not None
    return several and engine is not None and not engine.serves_batches


def _bits(plan: EnginePlan) -> float:
    return plan.candidate.quantization.bits if plan.candidate.quantization is not None else 0.0


def _pace(plan: EnginePlan) -> float:
    """Requests per second of a replica, expected; 0 where no speed is claimed."""
    rate = plan.capacity.requests_per_second
    return rate.expected if rate is not None else 0.0
