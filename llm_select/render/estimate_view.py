"""How an estimate reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import tr, translated
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.explain_view import memory_pairs
from llm_select.render.messages import sentence
from llm_select.render.notes import assumption_sentence
from llm_select.render.numbers import rate, tokens
from llm_select.render.payload import (
    VERSION,
    Json,
    assumption_json,
    memory_json,
    reason_json,
    requirements_json,
    speed_json,
)
from llm_select.render.words import verdict_word, word
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.selection.footprints import Footprint, Holder
    from llm_select.selection.types import Requirements


def estimate_document(
    name: str,
    found: Sequence[Footprint],
    held_by: Sequence[Holder],
    requirements: Requirements,
    chosen: Footprint,
) -> Document:
    """All formats in a table, one in detail, and what was assumed."""
    machine = requirements.machine
    columns = (
        Column(tr("Format, engine")),
        Column(tr("Total GiB"), right=True),
        Column(tr("Verdict") if machine is not None else tr("Needs GiB"), right=machine is None),
        Column(tr("Tokens/s"), right=True),
        Column(tr("Context"), right=True),
        Column(tr("Batch"), right=True),
    )
    rows = []
    for one in found:
        decode = one.speed.decode
        rows.append(
            (
                _variant(one),
                f"{one.memory.total / GIB:.1f} ({one.memory.low / GIB:.1f}–{one.memory.high / GIB:.1f})",
                verdict_word(one.memory.verdict)
                if machine is not None
                else f"{one.needed_gib:.1f}",
                f"{rate(decode.expected)} ({rate(decode.low)}–{rate(decode.high)})"
                if decode is not None
                else "–",
                tokens(one.largest_context) if one.largest_context is not None else "–",
                tokens(one.largest_batch) if one.largest_batch is not None else "–",
            )
        )
    head = name
    if machine is not None:
        head = tr(
            "{model} on {machine}",
            model=name,
            machine=f"{machine.devices} × {translated(machine.name)}",
        )
    blocks: list[Block] = [Text(head, "head"), Table(columns, tuple(rows))]
    if machine is not None:
        blocks.append(
            Text(
                tr("Context and batch: the largest that still fit, each with the other as asked."),
                "note",
            )
        )
    blocks.append(memory_pairs(chosen.memory, tr("{variant} in parts", variant=_variant(chosen))))
    if chosen.speed.prefill is not None:
        low, expected, high = chosen.speed.prefill
        text = tr(
            "{expected} tokens/s ({low} to {high})",
            expected=rate(expected),
            low=rate(low),
            high=rate(high),
        )
        blocks.append(Pairs(((tr("reading the prompt"), text),)))
    if held_by:
        blocks.append(_holders(held_by, _variant(chosen)))
        blocks.append(
            Text(
                tr(
                    "By maker: the smallest, and larger ones only where they are faster. Memory counts "
                    "first, for prices are not in the catalog."
                ),
                "note",
            )
        )
    notes = [(tr("assumed"), sentence(reason)) for reason in requirements.assumed]
    notes += [(tr("assumed"), assumption_sentence(a)) for a in chosen.memory.assumptions]
    notes += [(tr("assumed"), assumption_sentence(a)) for a in chosen.speed.assumptions]
    if chosen.speed.missing:
        notes.append((tr("no speed"), word(chosen.speed.missing.replace("-", " "))))
    blocks.append(Pairs(tuple(dict.fromkeys(notes)), tr("On what this stands")))
    return Document(tuple(blocks), [flat_footprint(one) for one in found])


def _holders(held_by: Sequence[Holder], variant: str) -> Table:
    rows = []
    for held in held_by:
        decode = held.decode
        rows.append(
            (
                f"{held.devices} × {held.name}" if held.devices > 1 else held.name,
                f"{held.gib:g}" if held.devices == 1 else f"{held.devices} × {held.gib:g}",
                f"{held.bandwidth_gb_s:g}" if held.bandwidth_gb_s else "–",
                f"{rate(decode.expected)} ({rate(decode.low)}–{rate(decode.high)})"
                if decode is not None
                else "–",
            )
        )
    columns = (
        Column(tr("Device")),
        Column("GiB", right=True),
        Column("GB/s", right=True),
        Column(tr("Tokens/s"), right=True),
    )
    return Table(columns, tuple(rows), tr("Devices that hold {variant}", variant=variant))


def _variant(one: Footprint) -> str:
    quantization, engine = one.candidate.quantization, one.candidate.engine
    assert quantization is not None
    assert engine is not None
    return f"{quantization.name} {engine.name}"


def flat_footprint(one: Footprint) -> Json:
    """A record with the columns of the bulk form."""
    memory, speed = one.memory, one.speed
    decode, prefill = speed.decode, speed.prefill
    codes = dict.fromkeys(a.code for a in (*memory.assumptions, *speed.assumptions))
    # The total is that of the figures shown, so that a reader's sum agrees to the last digit.
    weights, kv_cache = round(memory.weights / GIB, 4), round(memory.kv_cache / GIB, 4)
    activations, overhead = round(memory.activations / GIB, 4), round(memory.overhead / GIB, 4)
    return {
        "model": one.candidate.model_id,
        "quantization": one.candidate.quantization_id,
        "engine": one.candidate.engine_id,
        "weights_gib": weights,
        "host_gib": round(memory.host / GIB, 4),
        "kv_cache_gib": kv_cache,
        "activations_gib": activations,
        "overhead_gib": overhead,
        "total_gib": round(weights + kv_cache + activations + overhead, 4),
        "low_gib": round(memory.low / GIB, 4),
        "high_gib": round(memory.high / GIB, 4),
        "verdict": memory.verdict,
        "decode_tps": round(decode.expected, 3) if decode is not None else None,
        "decode_low": round(decode.low, 3) if decode is not None else None,
        "decode_high": round(decode.high, 3) if decode is not None else None,
        "prefill_tps": round(prefill.expected, 3) if prefill is not None else None,
        "prefill_low": round(prefill.low, 3) if prefill is not None else None,
        "prefill_high": round(prefill.high, 3) if prefill is not None else None,
        "assumptions": " ".join(codes),
    }


def estimate_json(
    model_id: str,
    found: Sequence[Footprint],
    held_by: Sequence[Holder],
    requirements: Requirements,
    chosen: Footprint,
) -> Json:
    """The answer of `estimate`."""
    question = requirements_json(requirements)
    return {
        "version": VERSION,
        "model": model_id,
        "machine": question["machine"],
        "workload": question["workload"],
        "chosen": chosen.candidate.quantization_id,
        "estimates": [
            {
                "quantization": one.candidate.quantization_id,
                "engine": one.candidate.engine_id,
                "published": one.candidate.published,
                "memory": memory_json(one.memory),
                "speed": speed_json(one.speed),
                "verdict": one.memory.verdict,
                "largest_context": one.largest_context,
                "largest_batch": one.largest_batch,
                "needed_gib": one.needed_gib,
            }
            for one in found
        ],
        "devices": [
            {**h._asdict(), "decode": h.decode._asdict() if h.decode is not None else None}
            for h in held_by
        ],
        "assumptions": [
            *(reason_json(reason) for reason in requirements.assumed),
            *(assumption_json(a) for a in chosen.memory.assumptions),
        ],
    }
