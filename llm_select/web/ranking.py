"""The ranking as the page shows it: cells and sentences of the same views that the command line prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.render.charts.points import name_of
from llm_select.render.document import Block, Pairs, Table, Text
from llm_select.render.item_view import (
    EVIDENCE_SHOWN,
    evidence_table,
    format_and_engine,
    memory_cell,
    quality_cell,
    speed_cell,
    terms_table,
)
from llm_select.render.messages import remedy, sentence
from llm_select.render.numbers import score, share
from llm_select.render.recommend_view import NEAR_MISSES, recommendation_document
from llm_select.selection.tradeoffs import better_misses
from llm_select.web import links

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Objection, Recommendation
    from llm_select.web.asked import Asked


class Evidence(NamedTuple):
    """One published score."""

    cells: tuple[str, ...]
    title: str
    """The source's title, or its id."""
    address: str | None


class Row(NamedTuple):
    """A pick."""

    rank: int
    id: str
    name: str
    thinking: bool
    href: str
    variant: str
    """Format and engine, or provider."""
    quality: str
    tag: str
    memory: str
    speed: str
    price: str
    license: str
    beats: str
    """P(better than the next), or nothing."""
    score: str
    terms: Table
    evidence: tuple[Evidence, ...]
    evidence_title: str


class Way(NamedTuple):
    """A change that would admit a model."""

    text: str
    href: str | None
    """The question with the change; None when its value is the reader's to say."""


class Miss(NamedTuple):
    """A rejected model."""

    id: str
    name: str
    href: str
    quality: str
    reasons: tuple[str, ...]
    ways: tuple[Way, ...]
    admitted: str | None
    """The question with all changes, when there are several; else None."""


class Ranking(NamedTuple):
    """Everything the page says about an answer."""

    headline: str
    unit: str
    fast: bool
    """True when a speed is known of some pick."""
    priced: bool
    rows: tuple[Row, ...]
    notes: tuple[Text, ...]
    misses: tuple[Miss, ...]
    better: bool
    """True when the misses would do the task better than every pick."""
    blocks: tuple[Block, ...]
    """What follows: how firmly it stands, and on what."""
    picks: int
    rejected: int


def ranking(result: Recommendation, catalog: Catalog, asked: Asked, top: int) -> Ranking:
    """The page's view of an answer."""
    document = recommendation_document(
        result, catalog, top=top, variants=False, explain=False, everything=False
    )
    head, *rest = document.blocks
    assert isinstance(head, Text)
    shown = result.picks[:top]
    better = bool(shown)
    missed = _better(result) if better else result.rejected[:NEAR_MISSES]
    if result.target is None:
        missed = ()
    return Ranking(
        headline=head.text,
        unit=result.target.benchmark.unit if result.target is not None else "",
        fast=any(item.speed is not None and item.speed.decode is not None for item in shown),
        priced=any(item.candidate.offer is not None for item in shown),
        rows=tuple(_row(rank, item, result, catalog, asked) for rank, item in enumerate(shown, 1)),
        notes=tuple(block for block in rest if isinstance(block, Text)),
        misses=tuple(_miss(item, result, asked) for item in missed),
        better=better,
        blocks=tuple(block for block in rest if isinstance(block, Pairs)),
        picks=len(result.picks),
        rejected=len(result.rejected),
    )


def _better(result: Recommendation) -> tuple[Item, ...]:
    own, _ = better_misses(result)
    return own[:NEAR_MISSES]


def _row(rank: int, item: Item, result: Recommendation, catalog: Catalog, asked: Asked) -> Row:
    candidate = item.candidate
    chance = result.better[rank - 1] if rank - 1 < len(result.better) else None
    found, title = evidence(item, catalog, EVIDENCE_SHOWN)
    return Row(
        rank=rank,
        id=candidate.model_id,
        name=candidate.model.name,
        thinking=candidate.mode == "thinking",
        href=links.model(candidate.model_id, asked),
        variant=format_and_engine(item),
        quality=quality_cell(item, result.target),
        tag=item.quality.tag if item.quality is not None else "unrated",
        memory=memory_cell(item),
        speed=speed_cell(item),
        price=f"{candidate.offer.output_usd_per_mtok:g}" if candidate.offer is not None else "–",
        license=candidate.model.license,
        beats=share(chance) if chance is not None else "",
        score=score(item.score, 0.1),
        terms=terms_table(item),
        evidence=found,
        evidence_title=title,
    )


def evidence(item: Item, catalog: Catalog, limit: int) -> tuple[tuple[Evidence, ...], str]:
    """The first rows a rating stands on, each with its source, and how many there are."""
    table = evidence_table(item, catalog, limit)
    scores = item.quality.evidence if item.quality is not None else ()
    found = []
    for cells, one in zip(table.rows, scores, strict=False):
        source = catalog.sources.get(one.source)
        title = source.title if source is not None else one.source
        address = links.outward(source.url) if source is not None else None
        found.append(Evidence(cells[:-1], title, address))
    return tuple(found), table.title


def ways(objections: tuple[Objection, ...], asked: Asked) -> tuple[Way, ...]:
    """Each change that lifts an objection, with the question it leads to."""
    found = []
    for objection in objections:
        if objection.change is not None:
            to = links.changed(asked, (objection.change,))
            href = links.home(to) if to is not None else None
            found.append(Way(remedy(objection.change), href))
    return tuple(found)


def _miss(item: Item, result: Recommendation, asked: Asked) -> Miss:
    changes = [objection.change for objection in item.objections]
    whole = None
    if len(changes) > 1 and all(change is not None for change in changes):
        to = links.changed(asked, [change for change in changes if change is not None])
        whole = links.home(to) if to is not None else None
    return Miss(
        id=item.candidate.model_id,
        name=name_of(item),
        href=links.model(item.candidate.model_id, asked),
        quality=quality_cell(item, result.target),
        reasons=tuple(sentence(objection.reason) for objection in item.objections),
        ways=ways(item.objections, asked),
        admitted=whole,
    )
