"""A model's page: why it stands where it does, what it takes in memory, and what its card says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import LlmSelectError, UnknownNameError
from llm_select.i18n import listing, tr
from llm_select.questions.names import named
from llm_select.render.card_view import card_document
from llm_select.render.document import Block
from llm_select.render.explain_view import EVIDENCE_ROWS, explanation_document, memory_pairs
from llm_select.render.item_view import evidence_table, format_and_engine
from llm_select.render.messages import remedy
from llm_select.render.numbers import tokens
from llm_select.render.pictures import of_explanation, of_memory
from llm_select.web import answers, links
from llm_select.web.fields import MODEL
from llm_select.web.pictures import drawn
from llm_select.web.ranking import Evidence, Way, evidence
from llm_select.web.site import WRONG, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from starlette.responses import Response

    from llm_select.render.document import Pairs
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model
    from llm_select.selection.recommend import Explanation
    from llm_select.selection.types import Change, Item, Requirements
    from llm_select.web.asked import Asked
    from llm_select.web.site import Site, Visit

LEAST_CONTEXT = 128
"""Where the slider begins, tokens."""


class Memory(NamedTuple):
    """What the model takes for the question, and the slider beside it."""

    picture: Markup
    parts: Pairs
    context: int
    """Tokens reserved."""
    stops: tuple[int, ...]
    """Places of the slider, tokens."""


class Source(NamedTuple):
    """Where some fields of a card come from."""

    fields: str
    title: str
    address: str | None


class Explained(NamedTuple):
    """What the page says about a question."""

    lead: tuple[Block, ...]
    """Where it stands."""
    blocks: tuple[Block, ...]
    ways: tuple[Way, ...]
    chart: Markup | None
    evidence: tuple[Evidence, ...]
    evidence_title: str


def answer(site: Site, visit: Visit, *, model: str) -> Response:
    """The page of one model, or the part of it that follows the slider."""
    catalog, asked = site.catalog, visit.asked
    try:
        model_id = named(catalog, "MODEL", model)
    except LlmSelectError as error:
        near = (
            error.nearest if isinstance(error, UnknownNameError) else getattr(error, "matches", ())
        )
        found = [(one, links.model(one, asked)) for one in near]
        return page(
            site.render("no_model.html", visit, faults=visit.faults([error]), near=found), 404
        )
    card = catalog.models[model_id]
    errors: list[LlmSelectError] = []
    explained = memory = None
    if not visit.wrong and asked.one("task") is not None:
        try:
            result = answers.explanation(catalog, model_id, asked)
            explained = _explained(result, catalog, asked)
            memory = _memory(result.item, result.requirements)
        except LlmSelectError as error:
            errors.append(error)
    found_faults = visit.faults(errors)
    values = {
        "card": card,
        "model_id": model_id,
        "title": f"{card.name} – llm-select",
        "faults": found_faults,
        "task": catalog.tasks.get(asked.one("task") or ""),
        "explained": explained,
        "memory": memory,
        "memory_link": "/memory"
        + links.model(model_id, asked).partition("?")[0].removeprefix("/model"),
        "facts": card_document(model_id, card, catalog).blocks[1:],
        "sources": _sources(card, catalog),
        "compare_this": links.compare([model_id], asked),
        "command": _command(site, model_id, asked),
        "download": f"/download/explain.json{asked.having('model', model_id).query((*visit.fields, MODEL))}",
    }
    if not visit.live:
        return page(site.render("model.html", visit, **values), WRONG if found_faults else 200)
    text = site.render("model_live.html", visit, **values)
    if found_faults:
        return page(text, hx_reswap="none", hx_push_url="false")
    return page(text, hx_replace_url=visit.here(asked))


def memory(site: Site, visit: Visit, *, model: str) -> Response:
    """Only what the slider moves, for each of its steps."""
    try:
        if visit.wrong:
            raise visit.wrong[0]
        item, requirements = answers.standing(site.catalog, model, visit.asked)
    except LlmSelectError as error:
        faults = visit.faults([] if visit.wrong else [error])
        return page(site.render("_memory.html", visit, memory=None, faults=faults), WRONG)
    shown = _memory(item, requirements)
    return page(site.render("_memory.html", visit, memory=shown, faults=[]))


def _command(site: Site, model_id: str, asked: Asked) -> str:
    if asked.one("task") is None:
        return ""
    return asked.command("explain", [model_id], more=site.catalog_words)


def _explained(result: Explanation, catalog: Catalog, asked: Asked) -> Explained:
    item = result.item
    document = explanation_document(result, catalog)
    apart: list[Block] = [evidence_table(item, catalog, EVIDENCE_ROWS)]
    if item.memory is not None:
        apart.append(_parts(item))
    rows, title = evidence(item, catalog, EVIDENCE_ROWS)
    lifting = [o.change for o in item.objections if o.change is not None]
    return Explained(
        lead=document.blocks[:2],
        blocks=tuple(block for block in document.blocks[2:] if block not in apart),
        ways=_ways(lifting, result.changes, asked),
        chart=drawn(of_explanation(result)[:1]) if item.terms else None,
        evidence=rows,
        evidence_title=title,
    )


def _ways(lifting: Sequence[Change], alone: Sequence[Change], asked: Asked) -> tuple[Way, ...]:
    found = []
    for changes in (lifting, *((change,) for change in alone)):
        to = links.changed(asked, changes) if changes else None
        if to is not None:
            found.append(Way(listing(map(remedy, changes)), links.home(to)))
    return tuple(found)


def _parts(item: Item) -> Pairs:
    assert item.memory is not None
    return memory_pairs(item.memory, tr("Memory as {variant}", variant=format_and_engine(item)))


def _memory(item: Item, requirements: Requirements) -> Memory | None:
    if item.memory is None:
        return None
    context = requirements.workload.context
    label = tr(
        "{name}, {variant}, {context} tokens",
        name=item.candidate.model.name,
        variant=format_and_engine(item),
        context=tokens(context),
    )
    return Memory(
        drawn(of_memory(label, item.memory, requirements.machine)),
        _parts(item),
        context,
        _stops(item.candidate.model, context),
    )


def _stops(model: Model, context: int) -> tuple[int, ...]:
    """Doublings up to what the model was trained for, and the context asked for."""
    most = model.context.native if model.context is not None else context
    found = {most, context}
    step = LEAST_CONTEXT
    while step < most:
        found.add(step)
        step *= 2
    return tuple(sorted(found))


def _sources(card: Model, catalog: Catalog) -> tuple[Source, ...]:
    fields: dict[str, list[str]] = {}
    for field, key in card.sources.items():
        fields.setdefault(key, []).append(field)
    found = []
    for key, names in fields.items():
        known = catalog.sources.get(key)
        title = known.title if known is not None else key
        address = links.outward(known.url) if known is not None else None
        found.append(Source(listing(names), title, address))
    return tuple(found)
