"""What an order does not say: who is beaten by nobody, how firmly the winner stands, what a little more would buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from llm_select.selection.types import Item, Recommendation, Requirements
from llm_select.units import GIB

MEMORY_STEPS = (
    4,
    6,
    8,
    10,
    11,
    12,
    16,
    20,
    24,
    32,
    40,
    48,
    64,
    80,
    96,
    128,
    141,
    180,
    192,
    256,
    288,
    384,
    512,
)
"""GiB that devices are sold with (`catalog/hardware`)."""


EDGE = 0.005
"""Weights nearer to 0 or 1 than this are not told from them."""


class Stability(NamedTuple):
    """The weights of one criterion for which the first pick stays first, the others scaled to fill the rest."""

    criterion: str
    weight: float
    """The weight asked for."""
    low: float
    high: float
    below: str | None
    """Who leads below `low`; None when nobody does."""
    above: str | None
    """Who leads above `high`."""


class Step(NamedTuple):
    """A better model that one concession would let in."""

    kind: str
    """memory or license."""
    to: float | str
    """GiB on each device, or the licence."""
    item: Item


def pareto(picks: Sequence[Item]) -> frozenset[str]:
    """Models that no other pick beats in one of quality, speed and memory without losing in another.

    A missing speed is the worst one. By model id.
    """
    points = [(item.candidate.model_id, _merits(item)) for item in picks]
    return frozenset(
        name
        for name, one in points
        if not any(_dominates(other, one) for _, other in points if other is not one)
    )


Against = Literal["memory", "speed", "price"]
"""What quality is weighed against, one at a time."""


def figure(item: Item, against: Against) -> float | None:
    """What a model takes or gives: expected bytes on the fullest device, answer tokens per second of one stream, or USD
    per million output tokens. None when it is not known."""
    if against == "memory":
        return item.memory.device_expected if item.memory is not None else None
    if against == "speed":
        return item.effective_speed
    offer = item.candidate.offer
    return offer.output_usd_per_mtok if offer is not None else None


def front(picks: Sequence[Item], against: Against) -> frozenset[str]:
    """Models that no other pick beats in quality or in this figure without losing in the other. By model id; those
    without the figure are left out."""
    sign = 1 if against == "speed" else -1
    points = [
        (item.candidate.model_id, (item.quality.value, sign * value))
        for item in picks
        if (value := figure(item, against)) is not None
        and item.quality is not None
        and item.quality.value is not None
    ]
    return frozenset(
        name for name, one in points if not any(_dominates(other, one) for _, other in points)
    )


def _merits(item: Item) -> tuple[float, float, float]:
    quality = (
        item.quality.value if item.quality is not None and item.quality.value is not None else 0.0
    )
    return (
        quality,
        item.effective_speed or 0.0,
        -item.memory.device_high if item.memory is not None else 0.0,
    )


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def stability(picks: Sequence[Item]) -> tuple[Stability, ...]:
    """For each criterion, how far its weight may move before another pick leads.

    With the others scaled by `(1 − w) / (1 − w₀)` every score is linear in `w`, so each rival crosses the winner at
    most once.
    """
    if len(picks) < 2:
        return ()
    first, *rest = picks
    found = []
    for term in first.terms:
        low, high = 0.0, 1.0
        below: str | None = None
        above: str | None = None
        for rival in rest:
            lead, slope = _line(first, rival, term.criterion, term.weight)
            if slope == 0:
                continue
            # lead at the asked weight, changing by `slope` for each unit of weight
            crossing = term.weight - lead / slope
            if slope > 0 and max(low, EDGE) < crossing <= term.weight:
                low, below = crossing, rival.candidate.model_id
            elif slope < 0 and term.weight <= crossing < min(high, 1 - EDGE):
                high, above = crossing, rival.candidate.model_id
        found.append(Stability(term.criterion, term.weight, low, high, below, above))
    return tuple(found)


def _line(first: Item, rival: Item, criterion: str, weight: float) -> tuple[float, float]:
    """The winner's lead, and how it changes with the weight of one criterion."""
    lead = (first.score or 0.0) - (rival.score or 0.0)
    own = _value(first, criterion) - _value(rival, criterion)
    if weight >= 1:
        return lead, own
    others = (lead - weight * own) / (1 - weight)
    return lead, own - others


def _value(item: Item, criterion: str) -> float:
    return next((t.value for t in item.terms if t.criterion == criterion), 0.0)


def steps(result: Recommendation) -> tuple[Step, ...]:
    """The best model that each concession alone would let in, if it is better at the task than the best pick: the next
    two memory sizes, and each licence that a constraint shuts out."""
    best = max((_merits(item)[0] for item in result.picks), default=float("-inf"))
    found: list[Step] = []
    machine = result.requirements.machine
    if machine is not None:
        larger = [float(s) for s in MEMORY_STEPS if s > machine.nominal_gib][:2]
        share = machine.usable_gib / machine.nominal_gib
        for size in larger:
            admitted = [
                item
                for item in result.rejected
                if _only(item, "memory", "memory-tight")
                and item.memory is not None
                and item.memory.device_high / GIB <= size * share
            ]
            found += _first(admitted, best, "memory", size)
            best = max([best, *(_merits(step.item)[0] for step in found)])
    if _licence_asked(result.requirements):
        barred = [item for item in result.rejected if _only(item, "license", "commercial")]
        found += _first(
            barred,
            max((_merits(i)[0] for i in result.picks), default=float("-inf")),
            "license",
            None,
        )
    return tuple(found)


def _licence_asked(requirements: Requirements) -> bool:
    return requirements.commercial or bool(requirements.licenses)


def _only(item: Item, *codes: str) -> bool:
    return bool(item.objections) and all(o.reason.code in codes for o in item.objections)


def _first(items: Sequence[Item], above: float, kind: str, to: float | None) -> list[Step]:
    rated = [i for i in items if i.quality is not None and i.quality.value is not None]
    if not rated:
        return []
    top = max(rated, key=lambda item: (_merits(item)[0], item.candidate.model_id))
    if _merits(top)[0] <= above:
        return []
    return [Step(kind, to if to is not None else top.candidate.model.license, top)]


def better_misses(result: Recommendation) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Models with one objection that a change would lift and that would do the task better than any pick: those that a
    change admits to one's own machine, the smallest first, and those that only their provider runs."""
    values = [item.quality.value for item in result.picks if item.quality is not None]
    limit = max((value for value in values if value is not None), default=float("inf"))
    own: list[Item] = []
    hosted: list[Item] = []
    for item in result.rejected:
        if (
            len(item.objections) == 1
            and item.objections[0].change is not None
            and item.quality is not None
            and item.quality.value is not None
            and item.quality.value > limit
        ):
            elsewhere = item.objections[0].reason.code == "access-hosted"
            (hosted if elsewhere else own).append(item)
    # The smallest change first: a model that needs a little more memory before one that needs a cluster.
    own.sort(key=lambda item: item.memory.device_high if item.memory is not None else 0.0)
    return tuple(own), tuple(hosted)
