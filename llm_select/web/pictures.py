"""The pictures of a page: the charts that every form of output draws, with links to models."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, get_args

from markupsafe import Markup

from llm_select.errors import UsageError
from llm_select.messages import Message, listed
from llm_select.render.charts.points import AGAINST, heading, plots, points, recommendation_svg
from llm_select.render.pictures import of_recommendation
from llm_select.selection.tradeoffs import Against
from llm_select.web import links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from llm_select.render.charts.scatter import Point
    from llm_select.render.pictures import Picture
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Recommendation
    from llm_select.web.asked import Asked

WIDTHS = {"wide": (720, 460), "narrow": (340, 400)}
"""Width and height of a picture for a window and for a phone; the sheet shows one of them."""


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
            remedy=Message("it takes {choices}", choices=listed(AGAINST)),
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
        picture=_boxed(
            lambda width, height: recommendation_svg(
                result, catalog, chosen, top=top, width=width, height=height, link=link
            ),
            said="point-said",
        ),
        tabs=tuple(
            Tab(heading(one), links.home(asked.having("plot", one)), one == chosen)
            for one in AGAINST
            if one in possible
        ),
        points=drawn,
        left_out=rated - len(drawn),
    )


def score_parts(result: Recommendation, catalog: Catalog, top: int) -> Markup:
    """A bar for each pick, of what its criteria give; nothing without picks."""
    if not result.picks:
        return Markup()
    return drawn(of_recommendation(result, catalog, top=top)[-1:])


def drawn(found: Iterable[Picture]) -> Markup:
    """Pictures for a page that has their sheet."""
    return Markup("").join(_boxed(partial(_scaled, one)) for one in found)


def _scaled(one: Picture, width: int, _height: int) -> str:
    return one.draw(width=width, style=False)


def _boxed(draw: Callable[[int, int], str], said: str | None = None) -> Markup:
    """The picture in both widths. `said`: the id of the line that says what a mark is."""
    points = Markup(' data-points="{}"').format(said) if said is not None else ""
    return Markup("").join(
        Markup('<div class="chart {}"{}>{}</div>').format(name, points, Markup(draw(*size)))
        for name, size in WIDTHS.items()
    )
