"""From a recommendation to the points of a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import clauses, listing, noted, sentences, tr
from llm_select.render import labels
from llm_select.render.charts.scatter import Axis, Limit, Point, scatter
from llm_select.render.item_view import format_and_engine, memory_cell, quality_cell, speed_cell
from llm_select.render.messages import remedy, sentence
from llm_select.render.numbers import rate, score
from llm_select.render.words import unit_word
from llm_select.selection.tradeoffs import figure, front
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.render.charts.scatter import Kind
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.tradeoffs import Against
    from llm_select.selection.types import Item, Recommendation

AGAINST: tuple[Against, ...] = ("memory", "speed", "price")
"""What quality may be plotted against."""
Link = Callable[["Item"], str | None]
"""Where a point leads to."""


def plots(result: Recommendation) -> tuple[Against, ...]:
    """What there is something to plot against: figures that some pick has; where nothing fits, that some rejected model
    has. At least one, be it of an empty plot."""
    for items in (result.picks, result.rejected):
        rated = [i for i in items if i.quality is not None and i.quality.value is not None]
        found = [a for a in AGAINST if any(figure(item, a) is not None for item in rated)]
        if found:
            return tuple(found)
    return AGAINST[:1]


def points(
    result: Recommendation, against: Against, *, top: int, link: Link | None = None
) -> tuple[Point, ...]:
    """A point for each rated model with the figure: the first `top` picks, the others that fit, the rejected ones."""
    best = front(result.picks, against)
    found = []
    for rank, item in enumerate(result.picks, 1):
        on_front = item.candidate.model_id in best
        kind: Kind = "pick" if rank <= top else "pareto" if on_front else "other"
        point = _point(item, result, against, kind, tr("place {rank}", rank=rank), link)
        if point is not None:
            found.append(point._replace(front=on_front))
    for item in result.rejected:
        point = _point(item, result, against, "rejected", tr("rejected"), link)
        if point is not None:
            found.append(point)
    return tuple(found)


def axes(result: Recommendation, against: Against) -> tuple[Axis, Axis]:
    """The figure across, quality upward. Prices that are zero have no logarithm."""
    free = any(figure(item, against) == 0 for item in (*result.picks, *result.rejected))
    machine = result.requirements.machine
    each = machine is not None and machine.devices > 1
    across = {
        "memory": Axis(tr("Memory on each device") if each else tr("Memory"), "GiB", True, "low"),
        "speed": Axis(tr("Speed of one stream"), tr("answer tokens/s"), True, "high"),
        "price": Axis(tr("Price"), tr("USD per million tokens written"), not free, "low"),
    }[against]
    target = result.target
    if target is None:
        return across, Axis(tr("Quality"), "", False, "high")
    return across, Axis(
        tr("Quality on {board}", board=labels.boards_label(target)),
        unit_word(target.benchmark.unit),
        False,
        "high",
    )


def limits(result: Recommendation, against: Against) -> tuple[Limit, ...]:
    """The bounds that the question sets on the two axes."""
    asked = result.requirements
    found = []
    if against == "memory" and asked.machine is not None:
        usable = asked.machine.usable_gib
        found.append(Limit("x", usable, tr("usable {gib} GiB", gib=f"{usable:.1f}")))
    if against == "speed" and asked.min_speed is not None:
        least = tr("at least {rate} tokens/s", rate=rate(asked.min_speed))
        found.append(Limit("x", asked.min_speed, least))
    if against == "price" and asked.max_price is not None:
        found.append(
            Limit("x", asked.max_price, tr("at most ${price}", price=f"{asked.max_price:g}"))
        )
    if asked.min_accuracy is not None:
        least = tr("at least {score}", score=score(asked.min_accuracy))
        found.append(Limit("y", asked.min_accuracy, least))
    return tuple(found)


def name_of(item: Item) -> str:
    """The model's name, with its mode where that matters."""
    name = item.candidate.model.name
    return tr("{model} (thinking)", model=name) if item.candidate.mode == "thinking" else name


def heading(against: Against) -> str:
    """What the plot shows, as a title."""
    return {
        "memory": tr("Quality against memory"),
        "speed": tr("Quality against speed"),
        "price": tr("Quality against price"),
    }[against]


def description(shown: Sequence[Point]) -> str:
    """What the plot shows, for those who do not see it."""
    fit = [p for p in shown if p.kind != "rejected"]
    best = listing(p.label for p in fit if p.front)
    said = tr(
        "Each mark is a model, its lines are intervals. Models that meet every need: {fit}; rejected: {rejected}.",
        fit=len(fit),
        rejected=len(shown) - len(fit),
    )
    if best:
        said = sentences([said, tr("On the stair, beaten by none that fits: {names}.", names=best)])
    return said


def recommendation_svg(
    result: Recommendation,
    catalog: Catalog,
    against: Against,
    *,
    top: int,
    width: float = 720,
    height: float = 460,
    style: bool = False,
    link: Link | None = None,
) -> str:
    """The plot of a recommendation as SVG text."""
    found = points(result, against, top=top, link=link)
    across, up = axes(result, against)
    task = labels.name_of(catalog.tasks[result.requirements.task])
    return scatter(
        found,
        across,
        up,
        width=width,
        height=height,
        title=tr("{task}: {what}", task=task, what=heading(against)),
        description=description(found),
        style=style,
        limits=limits(result, against),
    )


def _point(
    item: Item,
    result: Recommendation,
    against: Against,
    kind: Kind,
    place: str,
    link: Link | None,
) -> Point | None:
    x, quality = figure(item, against), item.quality
    if x is None or quality is None or quality.value is None:
        return None
    low, high = _spread(item, against, x)
    unit = 1 / GIB if against == "memory" else 1.0
    return Point(
        item.candidate.model_id,
        name_of(item),
        x * unit,
        low * unit if low is not None else None,
        high * unit if high is not None else None,
        quality.value,
        quality.low,
        quality.high,
        kind,
        clauses([place, *_said(item, result)]),
        link(item) if link is not None else None,
    )


def _spread(item: Item, against: Against, value: float) -> tuple[float | None, float | None]:
    """Ends of the figure's range; a price has none."""
    memory, speed = item.memory, item.speed
    if against == "memory" and memory is not None:
        # The range around what is expected on the fullest device is even.
        return 2 * memory.device_expected - memory.device_high, memory.device_high
    if against == "speed" and speed is not None:
        # An encoder writes nothing: its rate is made of that of reading.
        of = speed.decode if speed.decode is not None else speed.prefill
        if of is not None and of.expected > 0:
            return value * of.low / of.expected, value * of.high / of.expected
    return None, None


def _said(item: Item, result: Recommendation) -> list[str]:
    """Format, figures with ranges, and what speaks against the model."""
    unit = f" {unit_word(result.target.benchmark.unit)}" if result.target is not None else ""
    said = [format_and_engine(item)] if item.candidate.engine is not None else []
    said.append(tr("quality {figure}", figure=quality_cell(item, result.target)) + unit)
    if item.quality is not None and item.quality.tag == "inferred":
        said.append(tr("inferred"))
    if item.memory is not None:
        said.append(f"{memory_cell(item)} GiB")
    if item.speed is not None and item.speed.decode is not None:
        said.append(tr("{rate} tokens/s", rate=speed_cell(item)))
    offer = item.candidate.offer
    if offer is not None:
        said += [
            format_and_engine(item),
            tr("${price} per million tokens written", price=f"{offer.output_usd_per_mtok:g}"),
        ]
    for objection in item.objections:
        lifted = remedy(objection.change)
        said.append(
            noted(sentence(objection.reason), lifted) if lifted else sentence(objection.reason)
        )
    return said
