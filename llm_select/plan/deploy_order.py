"""Which engine is recommended, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.plan.deploy_load import EIGHT
from llm_select.plan.deploy_types import EnginePlan
from llm_select.selection.types import Reason, Value

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import Ask

READY = {"published": 0, "direct": 0, "loading": 0, "tag": 0, "prepared": 1, "unknown": 2}
"""Files that exist, before files that must be made."""


class Best(NamedTuple):
    """What the plans that fit reach between them; those that reach it within their ranges are alike."""

    replicas: int
    pace: float


def ordered(plans: Sequence[EnginePlan], ask: Ask) -> tuple[EnginePlan, ...]:
    """The recommended plan first, each other one with why it is behind it.

    In this order: one that fits; one that runs the requests together, where several are asked; layers on the devices
    rather than in main memory; fewer replicas; the wider format, eight bits and more being alike; the faster; files
    that exist; one with an image or a package for the maker's devices; the one listed first in the catalog. Replicas
    and speeds count as alike where the range of the lesser one takes in what the best is expected to do.
    """
    able = [plan for plan in plans if plan.fits and not _alone(plan, ask)] or plans
    # Formats come before speed: a narrower one that is faster says nothing against the plans it is not among.
    widest = max((_width(p) for p in able), default=0.0)
    best = Best(
        min((p.capacity.replicas.expected for p in able if p.capacity.rate_known), default=0),
        max((_pace(p) for p in able if _width(p) == widest), default=0.0),
    )
    ranked = sorted(enumerate(plans), key=lambda pair: (*_key(pair[1], ask, best), pair[0]))
    first = [plan for _, plan in ranked]
    return tuple(
        plan._replace(behind=_behind(plan, first[0], ask, best) if place else None)
        for place, plan in enumerate(first)
    )


def _key(plan: EnginePlan, ask: Ask, best: Best) -> tuple[float, ...]:
    can = plan.capacity
    rate = can.requests_per_second
    return (
        not plan.fits,
        _alone(plan, ask),
        plan.memory.offloaded_layers,
        can.replicas.low > best.replicas if can.rate_known else True,
        -_width(plan),
        rate.high < best.pace if rate is not None else best.pace > 0,
        READY[plan.files.basis],
        not _installs(plan),
    )


def _width(plan: EnginePlan) -> float:
    return min(EIGHT, _bits(plan))


def _installs(plan: EnginePlan) -> bool:
    """True when the catalog knows an image or a package of the engine for the devices' maker."""
    vendor, serving = plan.machine.vendor or "nvidia", plan.serving
    return vendor in serving.images or vendor in serving.install_vendors


def _behind(plan: EnginePlan, best: EnginePlan, ask: Ask, reach: Best) -> Reason:
    mine, its = _key(plan, ask, reach), _key(best, ask, reach)
    first = next((n for n, (a, b) in enumerate(zip(mine, its, strict=True)) if a != b), None)
    form = plan.candidate.quantization
    other = best.candidate.quantization
    values: dict[str, Value] = {"than": best.candidate.engine.name if best.candidate.engine else ""}
    if first is None:
        return Reason("behind-listed", values)
    if first == 3:
        values |= {
            "replicas": plan.capacity.replicas.expected,
            "best": best.capacity.replicas.expected,
        }
    elif first == 4:
        values |= {
            "format": form.name if form is not None else "",
            "best": other.name if other is not None else "",
        }
    elif first == 5:
        values |= {"pace": _pace(plan), "best": _pace(best)}
    code = ("fit", "alone", "offload", "replicas", "format", "slower", "files", "install")[first]
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
