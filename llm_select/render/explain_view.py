"""How an explanation reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import prose, titled, tr
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.item_view import (
    evidence_table,
    flat,
    format_and_engine,
    memory_cell,
    quality_cell,
    speed_cell,
    stacked,
    terms_table,
)
from llm_select.render.labels import boards_label, name_of, task_label
from llm_select.render.loss_view import loss_cell, pairs_table
from llm_select.render.messages import remedy, sentence
from llm_select.render.numbers import gib
from llm_select.render.thinking_view import thinking_notes
from llm_select.render.words import verdict_word, word
from llm_select.selection.order import FORMAT_MARGIN

if TYPE_CHECKING:
    from llm_select.estimates.types import MemoryEstimate
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.recommend import Explanation

EVIDENCE_ROWS = 20


def memory_pairs(memory: MemoryEstimate, title: str) -> Pairs:
    """Memory by part."""
    rows = [
        (tr("weights"), gib(memory.weights)),
        (tr("KV cache"), gib(memory.kv_cache)),
        (tr("activations"), gib(memory.activations)),
        (tr("overhead"), gib(memory.overhead)),
        (
            tr("total"),
            tr(
                "{value} ({low} to {high})",
                value=gib(memory.total),
                low=gib(memory.low),
                high=gib(memory.high),
            ),
        ),
    ]
    if memory.host:
        rows.append((tr("in main memory"), gib(memory.host)))
    if memory.offloaded_layers:
        rows.append((tr("layers in main memory"), str(memory.offloaded_layers)))
    if memory.usable is not None:
        rows.append((tr("usable per device"), gib(memory.usable)))
        rows.append(
            (
                tr("fullest device"),
                tr(
                    "{expected}, up to {high}",
                    expected=gib(memory.device_expected),
                    high=gib(memory.device_high),
                ),
            )
        )
        rows.append((tr("verdict"), verdict_word(memory.verdict)))
    parts = (memory.weights, memory.kv_cache, memory.activations, memory.overhead)
    whole = max(memory.total, memory.high)
    bars = (*stacked(parts, whole), (0.0, memory.total / whole)) if whole > 0 else ()
    return Pairs(tuple(rows), title, bars)


def explanation_document(result: Explanation, catalog: Catalog) -> Document:
    """Rank and score parts, or objections and what would lift them; memory by part; evidence; variants."""
    item = result.item
    model = item.candidate.model
    blocks: list[Block] = [
        Text(
            tr(
                "{model} for {task}",
                model=model.name,
                task=task_label(result.requirements.task, catalog),
            ),
            "head",
        )
    ]
    if item.objections:
        blocks.append(Text(tr("Rejected."), "warn"))
        blocks.append(
            Table(
                (Column(tr("Why not")), Column(tr("Would be admitted"))),
                tuple(
                    (sentence(o.reason), remedy(o.change) or tr("nothing asked here lifts this"))
                    for o in item.objections
                ),
            )
        )
        if result.changes:
            ways = tr(", or ").join(remedy(change) for change in result.changes)
            blocks.append(Text(tr("Also admitted, each alone: {ways}.", ways=ways)))
    elif result.rank is not None:
        blocks.append(
            Text(tr("Rank {rank} of {ranked} that fit.", rank=result.rank, ranked=result.ranked))
        )
        blocks.append(terms_table(item))
    else:
        reason = item.quality.reason if item.quality is not None else "no-evidence"
        from llm_select.selection.types import Reason

        why = sentence(Reason(reason or "no-evidence"))
        said = (
            tr("Fits, but unrated: {reason}.", reason=why)
            if item.candidate.offer is None
            else tr("Hosted and meets every need, but unrated: {reason}.", reason=why)
        )
        blocks.append(Text(said, "warn"))
    if item.memory is not None:
        blocks.append(
            memory_pairs(item.memory, tr("Memory as {variant}", variant=format_and_engine(item)))
        )
    if item.quality is not None and item.quality.value is not None:
        label = boards_label(result.target) if result.target is not None else ""
        blocks.append(
            Text(
                tr(
                    "Quality {quality} on {board}",
                    quality=quality_cell(item, result.target),
                    board=label,
                )
            )
        )
    if item.quality is not None and item.quality.evidence:
        blocks.append(evidence_table(item, catalog, EVIDENCE_ROWS))
    costs = pairs_table(item, result.requirements.task, catalog)
    if costs is not None:
        blocks.append(costs)
    if item.alternatives:
        blocks.append(
            Table(
                (
                    Column(tr("Format, engine")),
                    Column("GiB", right=True),
                    Column(tr("Tokens/s"), right=True),
                    Column(tr("Quality lost"), right=True),
                    Column(tr("Score"), right=True, keep=True),
                ),
                tuple(
                    (
                        format_and_engine(v),
                        memory_cell(v),
                        speed_cell(v),
                        loss_cell(v),
                        f"{v.score:.3f}" if v.score is not None else "–",
                    )
                    for v in item.alternatives
                ),
                tr("Other variants that fit"),
            )
        )
        blocks.append(
            Text(
                tr(
                    "A variant with fewer bits is taken only when it scores better even if its format costs "
                    "as much as the low end of what was measured says, or by {margin} where nobody "
                    "measured it.",
                    margin=f"{FORMAT_MARGIN:g}",
                ),
                "note",
            )
        )
    license_ = catalog.licenses.get(model.license)
    rows = [(tr("assumed"), sentence(reason)) for reason in result.assumptions]
    rows += [
        (tr("reasoning"), text)
        for text in thinking_notes([item], result.requirements.task, catalog)
    ]
    rows += [(tr("left out"), titled(word(c), sentence(r))) for c, r in result.dropped.items()]
    if license_ is not None:
        rows.append(
            (
                tr("licence"),
                tr(
                    "{license}: commercial use {commercial}",
                    license=name_of(license_),
                    commercial=word(license_.commercial),
                ),
            )
        )
        rows += [("", prose(condition)) for condition in license_.conditions]
    blocks.append(Pairs(tuple(rows), tr("On what this stands")))
    return Document(tuple(blocks), [flat(item, result.target, result.rank)])
