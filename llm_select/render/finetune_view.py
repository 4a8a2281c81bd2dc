"""How a training estimate reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.i18n import listing, tr
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.notes import assumption_sentence
from llm_select.render.numbers import count
from llm_select.render.payload import VERSION, Json, assumption_json
from llm_select.render.words import verdict_word, word
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.training import TrainingMemory

PARTS = ("weights", "gradients", "optimizer", "activations", "overhead")


class Plan(NamedTuple):
    """One way to train a model, and its memory."""

    method: str
    quantization: str
    memory: TrainingMemory
    verdict: str | None


def flat_training(memory: TrainingMemory) -> Json:
    """A record with the columns of the bulk form; GiB on one GPU."""
    parts = {f"{part}_gib": round(getattr(memory, part) / GIB, 4) for part in PARTS}
    return {
        **parts,
        # The total is that of the figures shown, so that a reader's sum agrees to the last digit.
        "total_gib": round(sum(parts.values()), 4),
        "low_gib": round(memory.low / GIB, 4),
        "high_gib": round(memory.high / GIB, 4),
        "assumptions": " ".join(
            f"{a.code}={next(iter(a.values.values()))}" for a in memory.assumptions
        ),
    }


def finetune_document(
    name: str,
    plans: Sequence[Plan],
    assumed: Sequence[str],
    machine: str | None,
    recomputed: Sequence[Plan] = (),
) -> Document:
    """Methods side by side, memory by part; `recomputed` are those that checkpointing would make fit."""
    # Methods are few and parts are many: a column for each method keeps the table within 80.
    columns = (
        Column("GiB", keep=True),
        *(
            Column(
                tr("{method}, {format}", method=plan.method, format=plan.quantization), right=True
            )
            for plan in plans
        ),
    )
    memories = [plan.memory for plan in plans]
    rows = [
        (tr("trained parameters"), *(count(m.trainable) for m in memories)),
        *((word(part), *(f"{getattr(m, part) / GIB:.1f}" for m in memories)) for part in PARTS),
        (tr("total"), *(f"{m.total / GIB:.1f}" for m in memories)),
        (tr("range"), *(f"{m.low / GIB:.1f}–{m.high / GIB:.1f}" for m in memories)),
    ]
    if machine is not None:
        rows.append((tr("verdict"), *(verdict_word(plan.verdict) for plan in plans)))
    head = (
        tr("Fine-tuning {model}: memory of one GPU in GiB", model=name)
        if machine is None
        else tr(
            "Fine-tuning {model} on {machine}: memory of one GPU in GiB",
            model=name,
            machine=machine,
        )
    )
    blocks: list[Block] = [
        Text(head, "head"),
        Table(columns, tuple(rows)),
    ]
    if recomputed:
        sizes = listing(
            tr(
                "{method} on {quantization} ({low}–{high} GiB)",
                method=p.method,
                quantization=p.quantization,
                low=f"{p.memory.low / GIB:.1f}",
                high=f"{p.memory.high / GIB:.1f}",
            )
            for p in recomputed
        )
        blocks.append(Text(tr("Would fit with --checkpointing: {sizes}.", sizes=sizes)))
    # Whether activations are recomputed is said in words below.
    filled = [text for text in assumed if not text.startswith("checkpointing=")]
    notes = [(tr("assumed"), _setting(text)) for text in filled]
    notes += [
        (tr("assumed"), assumption_sentence(a))
        for plan in plans[:1]
        for a in plan.memory.assumptions
        if a.code != "trainable"
    ]
    notes.append(
        (
            tr("range"),
            tr(
                "the upper end counts what the caching allocator keeps beyond what is in use; it gives "
                "that back before it fails"
            ),
        )
    )
    blocks.append(Pairs(tuple(dict.fromkeys(notes)), tr("On what this stands")))
    records = [
        {"method": p.method, "quantization": p.quantization, **flat_training(p.memory)}
        for p in plans
    ]
    return Document(tuple(blocks), records)


def _setting(text: str) -> str:
    """`seq len 512` for `seq_len=512`."""
    name, _, value = text.replace("_", " ").partition("=")
    return f"{word(name)} {value}"


def finetune_json(
    model_id: str,
    plans: Sequence[Plan],
    assumed: Sequence[str],
    machine: str | None,
    recomputed: Sequence[Plan] = (),
) -> Json:
    """The answer of `finetune`."""
    return {
        "version": VERSION,
        "model": model_id,
        "machine": machine,
        "plans": [
            {
                "method": p.method,
                "quantization": p.quantization,
                "trainable_parameters": p.memory.trainable,
                **{f"{part}_gib": getattr(p.memory, part) / GIB for part in PARTS},
                "total_gib": p.memory.total / GIB,
                "low_gib": p.memory.low / GIB,
                "high_gib": p.memory.high / GIB,
                "verdict": p.verdict,
                "assumptions": [assumption_json(a) for a in p.memory.assumptions],
            }
            for p in plans
        ],
        "with_checkpointing": [
            {
                "method": p.method,
                "quantization": p.quantization,
                "low_gib": p.memory.low / GIB,
                "high_gib": p.memory.high / GIB,
            }
            for p in recomputed
        ],
        "assumptions": list(assumed),
    }
