"""Cells and small tables about one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import listing, tr
from llm_select.render.document import Column, Span, Table
from llm_select.render.messages import sentence
from llm_select.render.numbers import rate, score
from llm_select.render.words import unit_word, word
from llm_select.units import GIB

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llm_select.evidence.reference import Target
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item

EVIDENCE_SHOWN = 8


def format_and_engine(item: Item) -> str:
    """`Q4_K_M llama.cpp`, or the provider of a hosted model."""
    candidate = item.candidate
    if candidate.offer is not None:
        return tr("hosted by {provider}", provider=candidate.offer.provider)
    if candidate.quantization is None or candidate.engine is None:
        return "–"
    return f"{candidate.quantization.name} {candidate.engine.name}"


def quality_cell(item: Item, target: Target | None) -> str:
    """`~0.66 (0.62–0.70)`: a tilde for inferred, an asterisk for self-reported."""
    quality = item.quality
    if quality is None or quality.value is None or target is None:
        return word("unrated")
    mark = "~" if quality.tag == "inferred" else ""
    star = "*" if quality.evidence and quality.evidence[0].reported_by == "developer" else ""
    low, high = score(quality.low, quality.value), score(quality.high, quality.value)
    return f"{mark}{score(quality.value)}{star} ({low}–{high})"


def memory_cell(item: Item) -> str:
    """`20.0–20.3` GiB on the fullest device, expected to high."""
    memory = item.memory
    if memory is None:
        return "–"
    return f"{memory.device_expected / GIB:.1f}–{memory.device_high / GIB:.1f}"


def speed_cell(item: Item) -> str:
    """`42 (31–55)` tokens per second of one stream."""
    if item.speed is None or item.speed.decode is None:
        return "–"
    low, expected, high = item.speed.decode
    return f"{rate(expected)} ({rate(low)}–{rate(high)})"


def terms_table(item: Item) -> Table:
    """The parts of the score, which sum to it."""
    rows = [
        (
            word(term.criterion),
            f"{term.value:.3f}",
            f"{term.weight:.2f}",
            f"{term.contribution:.3f}",
            sentence(term.reason),
        )
        for term in item.terms
    ]
    bars = stacked([term.contribution for term in item.terms], 1.0)
    if item.score is not None:
        bars += ((0.0, item.score),)
        rows.append((tr("score"), "", "", f"{item.score:.3f}", ""))
    return Table(
        (
            Column(tr("Criterion"), keep=True),
            Column(tr("Value"), right=True, keep=True),
            Column(tr("Weight"), right=True, keep=True),
            Column(tr("Part"), right=True, keep=True),
            Column(tr("Because")),
        ),
        tuple(rows),
        bars=bars,
    )


def stacked(parts: Sequence[float], whole: float) -> tuple[Span, ...]:
    """Bars of parts, each from where the one before it ends."""
    found, so_far = [], 0.0
    for part in parts:
        found.append((so_far / whole, (so_far + part) / whole))
        so_far += part
    return tuple(found)


def evidence_table(item: Item, catalog: Catalog, limit: int = EVIDENCE_SHOWN) -> Table:
    """The rows a rating stands on, the reference board first."""
    rows = item.quality.evidence if item.quality is not None else ()
    shown = rows[:limit]
    title = (
        tr("Evidence ({shown} of {all} rows)", shown=len(shown), all=len(rows))
        if len(rows) > limit
        else tr("Evidence")
    )
    table = []
    for row in shown:
        benchmark = catalog.benchmarks[row.benchmark]
        how = listing(
            part
            for part in (
                word(row.setting) if row.setting else None,
                word(row.split) if row.split != "test" else None,
                word(row.mode) if row.mode == "thinking" else None,
                row.quantization,
                row.detail,
                tr("by {reporter}", reporter=word(row.reported_by)),
                tr("automatic") if row.automatic else None,
                tr("people") if benchmark.human else None,
            )
            if part
        )
        error = f" ±{score(row.stderr, row.value)}" if row.stderr else ""
        table.append(
            (
                row.board,
                f"{score(row.value)}{error} {unit_word(benchmark.unit)}",
                how,
                row.date,
                row.source,
            )
        )
    return Table(
        (
            Column(tr("Board")),
            Column(tr("Value"), right=True),
            Column(tr("How")),
            Column(tr("Date"), keep=True),
            Column(tr("Source"), wide=True),
        ),
        tuple(table),
        title,
    )


def flat(item: Item, target: Target | None, rank: int | None) -> dict[str, object]:
    """A flat record for CSV."""
    quality, memory, speed = item.quality, item.memory, item.speed
    decode = speed.decode if speed is not None else None
    candidate = item.candidate
    return {
        "rank": rank,
        "model": candidate.model_id,
        "name": candidate.model.name,
        "mode": candidate.mode,
        "quantization": candidate.quantization_id,
        "engine": candidate.engine_id,
        "provider": candidate.offer.provider if candidate.offer is not None else None,
        "license": candidate.model.license,
        "quality": quality.value if quality is not None else None,
        "quality_low": quality.low if quality is not None else None,
        "quality_high": quality.high if quality is not None else None,
        "quality_unit": target.benchmark.unit if target is not None else None,
        "quality_board": target.label if target is not None else None,
        "quality_tag": quality.tag if quality is not None else "unrated",
        "score": item.score,
        "memory_gib": memory.total / GIB if memory is not None else None,
        "memory_low_gib": memory.low / GIB if memory is not None else None,
        "memory_high_gib": memory.high / GIB if memory is not None else None,
        "verdict": memory.verdict if memory is not None else None,
        "decode_tps": decode.expected if decode is not None else None,
        "decode_low": decode.low if decode is not None else None,
        "decode_high": decode.high if decode is not None else None,
        "output_usd_per_mtok": candidate.offer.output_usd_per_mtok
        if candidate.offer is not None
        else None,
        "rejected_by": "; ".join(sentence(o.reason) for o in item.objections),
    }
