"""How a training estimate reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.notes import assumption_sentence
from llm_select.render.numbers import count
from llm_select.render.payload import VERSION, Json, assumption_json
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
        *(Column(f"{plan.method}, {plan.quantization}", right=True) for plan in plans),
    )
    memories = [plan.memory for plan in plans]
    rows = [
        ("trained parameters", *(count(m.trainable) for m in memories)),
        *((part, *(f"{getattr(m, part) / GIB:.1f}" for m in memories)) for part in PARTS),
        ("total", *(f"{m.total / GIB:.1f}" for m in memories)),
        ("range", *(f"{m.low / GIB:.1f}–{m.high / GIB:.1f}" for m in memories)),
    ]
    if machine is not None:
        rows.append(("verdict", *(str(plan.verdict) for plan in plans)))
    where = f" on {machine}" if machine is not None else ""
    blocks: list[Block] = [
        Text(f"Fine-tuning {name}{where}: memory of one GPU in GiB", "head"),
        Table(columns, tuple(rows)),
    ]
    if recomputed:
        sizes = ", ".join(
            f"{p.method} on {p.quantization} ({p.memory.low / GIB:.1f}–{p.memory.high / GIB:.1f} GiB)"
            for p in recomputed
        )
        blocks.append(Text(f"Would fit with --checkpointing: {sizes}."))
    # Whether activations are recomputed is said in words below.
    filled = [text for text in assumed if not text.startswith("checkpointing=")]
    notes = [("assumed", text.replace("=", " ", 1).replace("_", " ")) for text in filled]
    notes += [
        ("assumed", assumption_sentence(a))
        for plan in plans[:1]
        for a in plan.memory.assumptions
        if a.code != "trainable"
    ]
    notes.append(
        (
            "range",
            "the upper end counts what the caching allocator keeps beyond what is in use; "
            "it gives that back before it fails",
        )
    )
    blocks.append(Pairs(tuple(dict.fromkeys(notes)), "On what this stands"))
    records = [
        {"method": p.method, "quantization": p.quantization, **flat_training(p.memory)}
        for p in plans
    ]
    return Document(tuple(blocks), records)


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
