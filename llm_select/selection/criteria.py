"""Criteria between 0 and 1, each on fixed anchors: a card added to the catalog cannot move another's score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_select.selection.types import Candidate, Reason, Requirements, Term, Value

if TYPE_CHECKING:
    from llm_select.estimates.types import MemoryEstimate
    from llm_select.evidence.loss import Loss
    from llm_select.evidence.quality import Quality
    from llm_select.evidence.reference import Target
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Anchors

CRITERIA = ("quality", "speed", "headroom", "cost")
"""In the order shown."""
DIGITS = 6
"""Contributions are rounded before they are summed, so that the parts shown add up exactly."""


class Measured(NamedTuple):
    """What one candidate brings to the criteria, in natural units."""

    candidate: Candidate
    quality: Quality
    value: float
    """Quality after the format's loss, reference unit."""
    speed: float | None
    """Answer tokens per second."""
    memory: MemoryEstimate | None
    speed_missing: str | None
    """Why no speed is claimed."""
    loss: Loss | None = None
    """What was deducted from the quality."""


def linear(value: float, anchors: Anchors) -> float:
    """Share of the way from `low` to `high`, cut to 0..1; `low` may be the greater."""
    return min(1.0, max(0.0, (value - anchors.low) / (anchors.high - anchors.low)))


def logarithmic(value: float, anchors: Anchors) -> float:
    """The same on a logarithmic scale, for positive quantities that people compare as ratios."""
    if value <= 0:
        return 0.0 if anchors.low < anchors.high else 1.0
    share = math.log(value / anchors.low) / math.log(anchors.high / anchors.low)
    return min(1.0, max(0.0, share))


def quality_anchors(catalog: Catalog, task_id: str, target: Target) -> tuple[float, float]:
    """Ends of the quality criterion in the target's unit: the task's, or floor and ceiling of a substitute board."""
    task = catalog.tasks[task_id]
    reference = catalog.boards.get(task.reference.board) if task.reference is not None else None
    unit = catalog.benchmarks[reference.benchmark].unit if reference is not None else None
    if task.quality is not None and (not target.substitute or unit == target.benchmark.unit):
        return task.quality.low, task.quality.high
    benchmark = target.benchmark
    low, high = benchmark.floor or 0.0, benchmark.ceiling or 1.0
    return (low, high) if benchmark.direction == "higher" else (-high, -low)


def weights_in_force(
    requirements: Requirements,
) -> tuple[dict[str, float], dict[str, Reason]]:
    """Weights over the criteria that this question can be scored by, renormalised, and why the others are dropped.

    What counts is the question, not the candidates at hand: speed needs a known bandwidth, headroom a machine, cost a
    hosted model among those asked for. A criterion with weight 0 is left out without a word.
    """
    machine = requirements.machine
    unavailable: dict[str, Reason] = {}
    if machine is None:
        unavailable["headroom"] = Reason("no-machine")
        unavailable["speed"] = Reason("no-machine")
    elif machine.bandwidth_gb_s is None:
        unavailable["speed"] = Reason("no-bandwidth", {"machine": machine.name})
    if requirements.weights_access == "open":
        unavailable["cost"] = Reason("no-price")
    dropped = {c: r for c, r in unavailable.items() if requirements.weights.get(c, 0.0) > 0}
    kept = {
        c: requirements.weights.get(c, 0.0)
        for c in CRITERIA
        if c not in unavailable and requirements.weights.get(c, 0.0) > 0
    }
    total = sum(kept.values())
    return {c: w / total for c, w in kept.items()} if total else {}, dropped


def terms(
    catalog: Catalog,
    measured: Measured,
    weights: Mapping[str, float],
    anchors: tuple[float, float],
) -> tuple[float, tuple[Term, ...]]:
    """The score and its parts; the score is the sum of the parts as printed."""
    parts = []
    for criterion, weight in weights.items():
        value, reason = _criterion(catalog, criterion, measured, anchors)
        parts.append(Term(criterion, value, weight, round(value * weight, DIGITS), reason))
    return round(sum(part.contribution for part in parts), DIGITS), tuple(parts)


def _criterion(
    catalog: Catalog, criterion: str, measured: Measured, anchors: tuple[float, float]
) -> tuple[float, Reason]:
    scoring = catalog.scoring
    if scoring is None:
        return 0.0, Reason("no-scoring")
    if criterion == "quality":
        low, high = anchors
        share = min(1.0, max(0.0, (measured.value - low) / (high - low)))
        values: dict[str, Value] = {
            "value": measured.value,
            "low": low,
            "high": high,
            "tag": measured.quality.tag,
        }
        return share, Reason("quality", {**values, **_deducted(measured)})
    if criterion == "speed":
        if measured.speed is None:
            if measured.candidate.offer is not None:
                return 0.0, Reason("hosted-speed")
            if measured.speed_missing == "thinking-length-unknown":
                return 0.0, Reason("thinking-length-unknown")
            return 0.0, Reason("speed-unknown", {"missing": measured.speed_missing})
        code = "reading-speed" if measured.candidate.model.kind == "encoder" else "speed"
        ends = {"low": scoring.speed.low, "high": scoring.speed.high}
        return logarithmic(measured.speed, scoring.speed), Reason(
            code, {"value": measured.speed, **ends}
        )
    if criterion == "headroom":
        memory = measured.memory
        if memory is None or not memory.usable:
            return 0.0, Reason("hosted-memory")
        free = 1 - memory.device_high / memory.usable
        return linear(free, scoring.headroom), Reason(
            "headroom", {"free": free, "high": scoring.headroom.high}
        )
    offer = measured.candidate.offer
    if offer is None:
        return 0.0, Reason("own-machine-price")
    return logarithmic(offer.output_usd_per_mtok, scoring.cost), Reason(
        "cost", {"value": offer.output_usd_per_mtok, "provider": offer.provider}
    )


def _deducted(measured: Measured) -> dict[str, Value]:
    """What the format took, for the reason of the quality term; nothing where no format can take anything."""
    loss, form = measured.loss, measured.candidate.quantization
    if form is None or (loss is not None and loss.basis == "none"):
        return {}
    values: dict[str, Value] = {"format": form.name, "loss_status": "not measured"}
    if loss is not None:
        values |= {
            "loss": (measured.quality.value or 0.0) - measured.value,
            "loss_status": loss.status,
            "loss_basis": loss.basis,
            "loss_pairs": loss.pairs,
            "loss_models": loss.models,
        }
    return values
