"""The pictures of a page: the charts that every form of output draws, with links to models."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

from markupsafe import Markup

from llm_select.errors import UsageError
from llm_select.i18n import tr
from llm_select.messages import Message
from llm_select.render.charts.memory import Capacity, Fullest, Memory, memory
from llm_select.render.charts.points import AGAINST, heading, plots, points, recommendation_svg
from llm_select.render.charts.terms import Scored, terms
from llm_select.render.item_view import format_and_engine
from llm_select.selection.tradeoffs import Against
from llm_select.units import GIB
from llm_select.web import links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llm_select.estimates.types import Machine, MemoryEstimate
    from llm_select.render.charts.scatter import Point
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Recommendation
    from llm_select.web.asked import Asked


class Tab(NamedTuple):
    """A plot there could be."""

    title: str
    href: str
    current: bool


class Plot(NamedTuple):
    """The plot of a ranking."""

    title: str
    picture: Markup
    tabs: tuple[Tab, ...]
    points: tuple[Point, ...]
    """What is drawn, for a table."""
    left_out: int
    """Rated models without the figure."""


def against(asked: Asked, result: Recommendation) -> Against:
    """What quality is plotted against: as asked, else the first that some pick has a figure of. Raises UsageError."""
    typed = asked.one("plot")
    for one in get_args(Against):
        if typed == one:
            return AGAINST[AGAINST.index(one)]
    if typed is not None:
        raise UsageError(
            Message("nothing is plotted against {typed!r}", typed=typed),
            where="--plot",
            remedy=Message("it takes {choices}", choices=", ".join(AGAINST)),
        )
    return next(iter(plots(result)), "memory")


def plot(result: Recommendation, catalog: Catalog, asked: Asked, top: int) -> Plot:
    """Quality against what was asked. Raises UsageError."""
    chosen = against(asked, result)

    def link(item: Item) -> str:
        return links.model(item.candidate.model_id, asked)

    drawn = points(result, chosen, top=top)
    rated = sum(
        item.quality is not None and item.quality.value is not None
        for item in (*result.picks, *result.rejected)
    )
    possible = dict.fromkeys((*plots(result), chosen))
    return Plot(
        title=heading(chosen),
        picture=Markup(recommendation_svg(result, catalog, chosen, top=top, link=link)),
        tabs=tuple(
            Tab(heading(one), links.home(asked.having("plot", one)), one == chosen)
            for one in AGAINST
            if one in possible
        ),
        points=drawn,
        left_out=rated - len(drawn),
    )


def score_parts(items: Sequence[Item], asked: Asked) -> Markup:
    """A bar for each pick, of what its criteria give."""
    found = [
        Scored(
            item.candidate.model.name,
            item.score or 0.0,
            tuple((tr(term.criterion), term.contribution) for term in item.terms),
            href=links.model(item.candidate.model_id, asked),
        )
        for item in items
    ]
    title = tr("What each criterion gives to the score")
    described = tr("Stacked bars, one for each pick; the parts add up to the score.")
    return Markup(terms(found, title=title, description=described))


def memory_bar(label: str, estimate: MemoryEstimate, machine: Machine | None) -> Markup:
    """Memory by part against what the device has; of several devices, also the fullest against one."""
    title = tr("Memory of {label}", label=label)
    described = tr("A stacked bar of the parts, with lines where memory ends.")
    devices = machine.devices if machine is not None else 1
    whole = _memory(label, estimate)
    if machine is None or devices == 1:
        room = _room(machine, 1)
        return Markup(memory([whole], room, title=title, description=described))
    fullest = Fullest(
        tr("the fullest of {n} devices", n=devices),
        estimate.device_expected / GIB,
        estimate.device_high / GIB,
    )
    each = tr("The fullest device, against what one has")
    return Markup(
        memory([whole], _room(machine, devices), title=title, description=described)
        + memory([fullest], _room(machine, 1), title=each, description=described)
    )


def memory_bars(items: Sequence[Item], machine: Machine | None) -> Markup:
    """A bar for each model whose memory was estimated."""
    found = [
        _memory(f"{item.candidate.model.name}, {format_and_engine(item)}", item.memory)
        for item in items
        if item.memory is not None
    ]
    if not found:
        return Markup()
    title = tr("Memory side by side")
    described = tr("A stacked bar of the parts, with lines where memory ends.")
    room = _room(machine, machine.devices if machine is not None else 1)
    return Markup(memory(found, room, title=title, description=described))


def _memory(label: str, one: MemoryEstimate) -> Memory:
    return Memory(
        label,
        weights=one.weights / GIB,
        cache=one.kv_cache / GIB,
        activations=one.activations / GIB,
        overhead=one.overhead / GIB,
        low=one.low / GIB,
        high=one.high / GIB,
    )


def _room(machine: Machine | None, devices: int) -> Capacity:
    if machine is None:
        return Capacity(None, None)
    return Capacity(machine.usable_gib * devices, machine.nominal_gib * devices)
