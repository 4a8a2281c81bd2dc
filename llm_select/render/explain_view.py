"""How an explanation reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from llm_select.render.labels import name_of, task_label
from llm_select.render.loss_view import loss_cell, pairs_table
from llm_select.render.messages import remedy, sentence
from llm_select.render.numbers import gib
from llm_select.render.thinking_view import thinking_notes
from llm_select.selection.order import FORMAT_MARGIN

if TYPE_CHECKING:
    from llm_select.estimates.types import MemoryEstimate
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.recommend import Explanation

EVIDENCE_ROWS = 20


def memory_pairs(memory: MemoryEstimate, title: str) -> Pairs:
    """Memory by part."""
    rows = [
        ("weights", gib(memory.weights)),
        ("KV cache", gib(memory.kv_cache)),
        ("activations", gib(memory.activations)),
        ("overhead", gib(memory.overhead)),
        ("total", f"{gib(memory.total)} ({gib(memory.low)} to {gib(memory.high)})"),
    ]
    if memory.host:
        rows.append(("in main memory", gib(memory.host)))
    if memory.offloaded_layers:
        rows.append(("layers in main memory", str(memory.offloaded_layers)))
    if memory.usable is not None:
        rows.append(("usable per device", gib(memory.usable)))
        rows.append(
            ("fullest device", f"{gib(memory.device_expected)}, up to {gib(memory.device_high)}")
        )
        rows.append(("verdict", str(memory.verdict)))
    return Pairs(tuple(rows), title)


def explanation_document(result: Explanation, catalog: Catalog) -> Document:
    """Rank and score parts, or objections and what would lift them; memory by part; evidence; variants."""
    item = result.item
    model = item.candidate.model
    blocks: list[Block] = [
        Text(f"{model.name} for {task_label(result.requirements.task, catalog)}", "head")
    ]
    if item.objections:
        blocks.append(Text("Rejected.", "warn"))
        blocks.append(
            Table(
                (Column("Why not"), Column("Would be admitted")),
                tuple(
                    (sentence(o.reason), remedy(o.change) or "nothing asked here lifts this")
                    for o in item.objections
                ),
            )
        )
        if result.changes:
            ways = ", or ".join(remedy(change) for change in result.changes)
            blocks.append(Text(f"Also admitted, each alone: {ways}."))
    elif result.rank is not None:
        blocks.append(Text(f"Rank {result.rank} of {result.ranked} that fit."))
        blocks.append(terms_table(item))
    else:
        reason = item.quality.reason if item.quality is not None else "no-evidence"
        from llm_select.selection.types import Reason

        blocks.append(
            Text(f"Fits, but unrated: {sentence(Reason(reason or 'no-evidence'))}.", "warn")
        )
    if item.memory is not None:
        blocks.append(memory_pairs(item.memory, f"Memory as {format_and_engine(item)}"))
    if item.quality is not None and item.quality.value is not None:
        label = result.target.label if result.target is not None else ""
        blocks.append(Text(f"Quality {quality_cell(item, result.target)} on {label}"))
    if item.quality is not None and item.quality.evidence:
        blocks.append(evidence_table(item, catalog, EVIDENCE_ROWS))
    costs = pairs_table(item, result.requirements.task, catalog)
    if costs is not None:
        blocks.append(costs)
    if item.alternatives:
        blocks.append(
            Table(
                (
                    Column("Format, engine"),
                    Column("GiB", right=True),
                    Column("Tokens/s", right=True),
                    Column("Quality lost", right=True),
                    Column("Score", right=True, keep=True),
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
                "Other variants that fit",
            )
        )
        blocks.append(
            Text(
                "A variant with fewer bits is taken only when it scores better even if its format costs as much as "
                f"the low end of what was measured says, or by {FORMAT_MARGIN:g} where nobody measured it.",
                "note",
            )
        )
    license_ = catalog.licenses.get(model.license)
    rows = [("assumed", sentence(reason)) for reason in result.assumptions]
    rows += [
        ("reasoning", text) for text in thinking_notes([item], result.requirements.task, catalog)
    ]
    rows += [("left out", f"{c}: {sentence(r)}") for c, r in result.dropped.items()]
    if license_ is not None:
        rows.append(("licence", f"{name_of(license_)}: commercial use {license_.commercial}"))
        rows += [("", condition) for condition in license_.conditions]
    blocks.append(Pairs(tuple(rows), "On what this stands"))
    return Document(tuple(blocks), [flat(item, result.target, result.rank)])
