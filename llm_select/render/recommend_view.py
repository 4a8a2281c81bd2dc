"""How a recommendation reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import listing, prose, titled, tr, translated
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.item_view import (
    evidence_table,
    flat,
    format_and_engine,
    memory_cell,
    quality_cell,
    speed_cell,
    terms_table,
)
from llm_select.render.labels import boards_label, language_label, name_of
from llm_select.render.messages import remedy, sentence
from llm_select.render.numbers import score, share
from llm_select.render.people_view import people_note
from llm_select.render.recommend_notes import pick_notes
from llm_select.render.tradeoffs_view import tradeoffs_block
from llm_select.render.words import unit_word, word
from llm_select.selection.recommend import UNRATED_SHOWN
from llm_select.selection.tradeoffs import better_misses

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Recommendation

NEAR_MISSES = 5


def recommendation_document(
    result: Recommendation,
    catalog: Catalog,
    *,
    top: int,
    variants: bool,
    explain: bool,
    everything: bool,
) -> Document:
    """Picks, what nearly made it, what could not be rated, and on what all this stands."""
    blocks: list[Block] = [Text(_headline(result, catalog), "head")]
    shown = result.picks if everything else result.picks[:top]
    if result.target is None and not shown:
        blocks.extend(_unranked_task(result, catalog))
    elif shown:
        blocks.append(_picks(shown, result))
        blocks.extend(pick_notes(shown, result, catalog))
    else:
        blocks.append(
            Text(
                tr("Nothing rated meets every requirement.")
                if result.unrated
                else tr("Nothing fits."),
                "warn",
            )
        )
    if explain:
        for rank, item in enumerate(shown, 1):
            blocks.extend(_explanation(rank, item, catalog))
    if variants:
        blocks.append(_variants(shown))
    if result.target is None and not everything:
        pass
    elif not result.picks or explain or everything:
        misses = result.rejected if everything else result.rejected[:NEAR_MISSES]
        if misses:
            title = tr("Rejected") if everything else tr("Nearest misses")
            blocks.append(_misses(misses, title, result))
    elif result.rejected:
        own, hosted = better_misses(result)
        blocks.append(_misses(own[:NEAR_MISSES], tr("Better at the task, but"), result))
        if hosted:
            blocks.append(_hosted_note(hosted))
    if len(shown) > 1:
        blocks.append(tradeoffs_block(result, catalog))
    if result.unrated and (result.target is not None or everything):
        blocks.append(_unrated(result, everything))
    blocks.append(_standing(result, shown, catalog))
    records = [flat(item, result.target, rank) for rank, item in enumerate(shown, 1)]
    others = (*result.unrated, *result.rejected[: None if everything else NEAR_MISSES])
    if everything or not shown:
        records += [flat(item, result.target, None) for item in others]
    return Document(
        tuple(b for b in blocks if not (isinstance(b, (Table, Pairs)) and not b.rows)), records
    )


def _headline(result: Recommendation, catalog: Catalog) -> str:
    requirements = result.requirements
    about = listing(map(language_label, (*requirements.pairs, *requirements.languages)))
    machine = requirements.machine
    task = name_of(catalog.tasks[requirements.task])
    if about:
        task = tr("{task} ({about})", task=task, about=about)
    if machine is None or requirements.weights_access == "hosted":
        return task
    name = translated(machine.name)
    where = f"{machine.devices} × {name}" if machine.devices > 1 else name
    if machine.device is not None:
        where = f"{where} ({machine.nominal_gib:g} GiB)"
    return tr("{task} on {machine}", task=task, machine=where)


def _unranked_task(result: Recommendation, catalog: Catalog) -> list[Block]:
    """A task that no board ranks: what the literature shows first, then what would run."""
    blocks: list[Block] = [
        Text(
            tr(
                "No board ranks today's models for this task, so none is ranked and nothing is inferred."
            ),
            "warn",
        )
    ]
    literature = tuple((tr("literature"), text) for text in _findings(result, catalog))
    if literature:
        blocks.append(Pairs(literature, tr("What the literature shows")))
    waiting = [
        item.candidate.model.name
        for item in result.rejected
        if [o.reason.code for o in item.objections] == ["examples"]
    ]
    if waiting:
        blocks.append(
            Text(
                tr(
                    "Could be fine-tuned with labelled examples (--examples N): {models}.",
                    models=_some(waiting),
                )
            )
        )
    names = {
        kind: [i.candidate.model.name for i in result.unrated if i.candidate.model.kind == kind]
        for kind in ("encoder", "encoder-decoder", "decoder")
    }
    for kind, found in names.items():
        if found:
            text = _fitting(kind, _some(found))
            blocks.append(Text(text, "note"))
    return blocks


def _fitting(kind: str, models: str) -> str:
    if kind == "decoder":
        return tr("Fit, decoders to prompt, unrated: {models}.", models=models)
    if kind == "encoder":
        return tr("Fit, encoders to fine-tune, unrated: {models}.", models=models)
    return tr("Fit, encoder-decoders to fine-tune, unrated: {models}.", models=models)


def _some(names: list[str], most: int = UNRATED_SHOWN) -> str:
    shown = listing(names[:most])
    if len(names) <= most:
        return shown
    return tr("{names} and {n} more", names=shown, n=len(names) - most)


def _findings(result: Recommendation, catalog: Catalog) -> list[str]:
    texts = []
    for finding in catalog.tasks[result.requirements.task].findings:
        found = catalog.sources.get(finding.source)
        said = prose(finding.statement)
        texts.append(
            said
            if found is None
            else tr("{text} ({title}, {url})", text=said, title=found.title, url=found.url)
        )
    return texts


def _picks(items: tuple[Item, ...], result: Recommendation) -> Table:
    fast = any(item.speed is not None and item.speed.decode is not None for item in items)
    priced = any(item.candidate.offer is not None for item in items)
    columns = [
        Column("#", right=True, keep=True),
        Column(tr("Model")),
        Column(tr("Format, engine")),
        Column(
            tr("Quality ({unit})", unit=unit_word(result.target.benchmark.unit))
            if result.target
            else tr("Quality"),
            True,
        ),
        Column(tr("GiB each") if _several(result) else "GiB", right=True, keep=True),
    ]
    if fast:
        columns.append(Column(tr("Tokens/s"), right=True, keep=True))
    if priced:
        columns.append(Column(tr("$/M out"), right=True, keep=True))
    columns += [
        Column(tr("Licence"), wide=True),
        Column(tr("Beats next"), right=True, wide=True),
        Column(tr("Score"), right=True, keep=True),
    ]
    rows = []
    for rank, item in enumerate(items, 1):
        chance = result.better[rank - 1] if rank - 1 < len(result.better) else None
        row = [
            str(rank),
            _name(item),
            format_and_engine(item),
            quality_cell(item, result.target),
            memory_cell(item),
        ]
        if fast:
            row.append(speed_cell(item))
        if priced:
            offer = item.candidate.offer
            row.append(f"{offer.output_usd_per_mtok:g}" if offer is not None else "–")
        row += [
            item.candidate.model.license,
            share(chance) if chance is not None else "",
            f"{item.score:.3f}" if item.score is not None else "–",
        ]
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def _several(result: Recommendation) -> bool:
    machine = result.requirements.machine
    return machine is not None and machine.devices > 1


def _name(item: Item) -> str:
    name = item.candidate.model.name
    return tr("{model} (thinking)", model=name) if item.candidate.mode == "thinking" else name


def _explanation(rank: int, item: Item, catalog: Catalog) -> list[Block]:
    return [
        Text(tr("{rank}. {name}: why", rank=rank, name=_name(item)), "head"),
        terms_table(item),
        evidence_table(item, catalog),
    ]


def _variants(items: tuple[Item, ...]) -> Table:
    rows = []
    for item in items:
        for variant in (item, *item.alternatives):
            rows.append(
                (
                    _name(variant),
                    format_and_engine(variant),
                    memory_cell(variant),
                    speed_cell(variant),
                    f"{variant.score:.3f}" if variant.score is not None else "–",
                )
            )
    return Table(
        (
            Column(tr("Model")),
            Column(tr("Format, engine")),
            Column("GiB", right=True, keep=True),
            Column(tr("Tokens/s"), right=True),
            Column(tr("Score"), right=True, keep=True),
        ),
        tuple(rows),
        tr("Every variant that fits"),
    )


def _hosted_note(items: tuple[Item, ...]) -> Text:
    models = [
        f"{item.candidate.model.name} {score(item.quality.value)}"
        for item in items
        if item.quality is not None
    ]
    text = tr(
        "Better but only hosted: {models}; see --weights-access any.",
        models=_some(models, NEAR_MISSES),
    )
    return Text(text, "note")


def _misses(items: tuple[Item, ...], title: str, result: Recommendation) -> Table:
    rows = [
        (
            _name(item),
            quality_cell(item, result.target),
            "\n".join(sentence(o.reason) for o in item.objections),
            "\n".join(remedy(o.change) for o in item.objections if o.change is not None),
        )
        for item in items
    ]
    return Table(
        (
            Column(tr("Model")),
            Column(tr("Quality"), right=True),
            Column(tr("Why not")),
            Column(tr("Would be admitted")),
        ),
        tuple(rows),
        title,
    )


def _unrated(result: Recommendation, everything: bool) -> Text:
    names = [_name(item) for item in result.unrated]
    shown = listing(names) if everything else _some(names)
    left = len(result.untried)
    if not left:
        return Text(
            tr(
                "Fit but unrated, for want of published evidence on this task: {models}.",
                models=shown,
            ),
            "note",
        )
    return Text(
        tr(
            "Fit but unrated, for want of published evidence on this task: {models}; {n} more were not tried on the "
            "machine (--all tries them).",
            models=shown,
            n=left,
        ),
        "note",
    )


def _standing(result: Recommendation, shown: tuple[Item, ...], catalog: Catalog) -> Pairs:
    rows = [(tr("assumed"), sentence(reason)) for reason in result.assumptions]
    weights = listing(
        f"{word(name)} {weight:.2g}"
        for name, weight in result.requirements.weights.items()
        if weight > 0
    )
    rows.append(
        (
            tr("weights"),
            tr("{weights} ({profile})", weights=weights, profile=result.requirements.profile),
        )
    )
    rows += [
        (tr("left out"), titled(word(criterion), sentence(reason)))
        for criterion, reason in result.dropped.items()
    ]
    if result.target is not None:
        board = catalog.boards[result.target.stem]
        source = catalog.sources.get(board.source)
        label = tr(
            "{board}, {metric}, {day}",
            board=boards_label(result.target),
            metric=result.target.benchmark.metric,
            day=board.date,
        )
        rows.append((tr("quality on"), label))
        if source is not None:
            rows.append((tr("source"), f"{source.title} {source.url}"))
        if result.target.benchmark.automatic:
            rows.append((tr("note"), tr("the metric is automatic, not a human judgement")))
            people = people_note(shown, result.requirements, catalog)
            if people is not None:
                rows.append((tr("people"), people))
    if result.target is not None:
        rows += [(tr("literature"), text) for text in _findings(result, catalog)]
    rows.append(
        (tr("rejected"), tr("{n} models; --all lists each with its reason", n=len(result.rejected)))
    )
    return Pairs(tuple(rows), tr("On what this stands"))
