"""The JSON contract: results as plain dictionaries. Keys are only added, never renamed, within a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from llm_select.catalog.records import Record
from llm_select.render.loss_view import loss_json, pairs_json
from llm_select.render.messages import remedy, sentence
from llm_select.render.thinking_view import thinking_json
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Assumption, MemoryEstimate, Range, SpeedEstimate
    from llm_select.evidence.quality import Quality
    from llm_select.evidence.reference import Target
    from llm_select.evidence.scores import Score
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model
    from llm_select.selection.compare import Comparison
    from llm_select.selection.recommend import Explanation
    from llm_select.selection.types import Item, Objection, Reason, Recommendation, Requirements

VERSION = 1
Json = dict[str, object]


def memory_json(memory: MemoryEstimate | None) -> Json | None:
    """Memory by part in GiB; the five parts on the devices sum to `total_gib`."""
    if memory is None:
        return None
    return {
        "weights_gib": memory.weights / GIB,
        "kv_cache_gib": memory.kv_cache / GIB,
        "activations_gib": memory.activations / GIB,
        "overhead_gib": memory.overhead / GIB,
        "total_gib": memory.total / GIB,
        "low_gib": memory.low / GIB,
        "high_gib": memory.high / GIB,
        "host_gib": memory.host / GIB,
        "device_expected_gib": memory.device_expected / GIB,
        "device_high_gib": memory.device_high / GIB,
        "usable_gib": memory.usable / GIB if memory.usable is not None else None,
        "offloaded_layers": memory.offloaded_layers,
        "assumptions": [assumption_json(a) for a in memory.assumptions],
    }


def assumption_json(assumption: Assumption) -> Json:
    """An assumption of an estimate."""
    return {"code": assumption.code, "values": dict(assumption.values)}


def reason_json(reason: Reason) -> Json:
    """A reason with its typed values and its sentence."""
    return {
        "code": reason.code,
        "values": {k: list(v) if isinstance(v, tuple) else v for k, v in reason.values.items()},
        "message": sentence(reason),
    }


def _range(value: Range | None) -> Json | None:
    return (
        None
        if value is None
        else {"low": value.low, "expected": value.expected, "high": value.high}
    )


def speed_json(speed: SpeedEstimate | None) -> Json | None:
    """Tokens per second with their ranges; None for a hosted model."""
    if speed is None:
        return None
    return {
        "decode_tps": _range(speed.decode),
        "decode_total_tps": _range(speed.decode_total),
        "prefill_tps": _range(speed.prefill),
        "missing": speed.missing,
        "assumptions": [assumption_json(a) for a in speed.assumptions],
    }


def evidence_json(score: Score, catalog: Catalog) -> Json:
    """One row of evidence, in its native unit."""
    benchmark = catalog.benchmarks[score.benchmark]
    source = catalog.sources.get(score.source)
    return {
        "board": score.board,
        "benchmark": score.benchmark,
        "metric": benchmark.metric,
        "language": score.language,
        "value": score.value,
        "unit": benchmark.unit,
        "direction": benchmark.direction,
        "stderr": score.stderr,
        "setting": score.setting,
        "split": score.split,
        "mode": score.mode,
        "quantization": score.quantization,
        "detail": score.detail,
        "examples": score.examples,
        "relevance": score.relevance,
        "reported_by": score.reported_by,
        "automatic": score.automatic,
        "harness": _harness(score, catalog),
        "name_on_board": score.name,
        "source": score.source,
        "url": source.url if source is not None else None,
        "date": score.date,
    }


def _harness(score: Score, catalog: Catalog) -> str | None:
    board = catalog.boards.get(score.stem)
    return board.harness if board is not None else None


def quality_json(quality: Quality | None, target: Target | None, catalog: Catalog) -> Json:
    """Quality in the reference board's unit; value is null when unrated."""
    base: Json = {
        "value": quality.value if quality is not None else None,
        "low": quality.low if quality is not None else None,
        "high": quality.high if quality is not None else None,
        "interval": 0.8,
        "board": target.label if target is not None else None,
        "boards": list(target.boards) if target is not None else [],
        "unit": target.benchmark.unit if target is not None else None,
        "tag": quality.tag if quality is not None else "unrated",
        "measured_boards": quality.measured if quality is not None else 0,
        "reason": quality.reason if quality is not None else "no-evidence",
        "evidence": [evidence_json(s, catalog) for s in quality.evidence] if quality else [],
    }
    return base


def objection_json(objection: Objection) -> Json:
    """A constraint that is not met, and what would lift it."""
    change = objection.change
    return {
        **reason_json(objection.reason),
        "change": None
        if change is None
        else {
            "option": change.option,
            "value": list(change.value) if isinstance(change.value, tuple) else change.value,
            "instead_of": change.instead,
            "text": remedy(change),
        },
    }


def item_json(
    item: Item,
    target: Target | None,
    catalog: Catalog,
    requirements: Requirements,
    *,
    variants: bool = False,
) -> Json:
    """A model as answered."""
    candidate = item.candidate
    model = candidate.model
    data: Json = {
        "model": candidate.model_id,
        "name": model.name,
        "aliases": list(model.aliases),
        "kind": model.kind,
        "license": model.license,
        "weights": model.weights,
        "mode": candidate.mode,
        "thinking": thinking_json(item, requirements, catalog),
        "quantization": candidate.quantization_id,
        "engine": candidate.engine_id,
        "published": candidate.published,
        "provider": candidate.offer.provider if candidate.offer is not None else None,
        "price": None
        if candidate.offer is None
        else {
            "input_usd_per_mtok": candidate.offer.input_usd_per_mtok,
            "output_usd_per_mtok": candidate.offer.output_usd_per_mtok,
            "as_of": candidate.offer.as_of,
            "source": candidate.offer.source,
        },
        "quality": quality_json(item.quality, target, catalog),
        "quantization_loss": loss_json(item),
        "score": item.score,
        "terms": [
            {
                "criterion": t.criterion,
                "value": t.value,
                "weight": t.weight,
                "contribution": t.contribution,
                "reason": reason_json(t.reason),
            }
            for t in item.terms
        ],
        "memory": memory_json(item.memory),
        "speed": speed_json(item.speed),
        "verdict": item.memory.verdict if item.memory is not None else None,
        "rejected_by": [objection_json(o) for o in item.objections],
    }
    if variants:
        data["variants"] = [item_json(v, target, catalog, requirements) for v in item.alternatives]
    return data


def requirements_json(requirements: Requirements) -> Json:
    """The question as understood."""
    machine = requirements.machine
    workload = requirements.workload
    return {
        "task": requirements.task,
        "languages": list(requirements.languages),
        "pairs": list(requirements.pairs),
        "machine": None
        if machine is None
        else {
            "name": machine.name,
            "device": machine.device,
            "devices": machine.devices,
            "nominal_gib": machine.nominal_gib,
            "usable_gib": machine.usable_gib,
            "bandwidth_gb_s": machine.bandwidth_gb_s,
            "ram_gib": machine.ram_gib,
        },
        "workload": {
            "context": workload.context,
            "prompt_tokens": workload.prompt_tokens,
            "generate_tokens": workload.generate_tokens,
            "concurrency": workload.batch,
        },
        "profile": requirements.profile,
        "weights": dict(requirements.weights),
        "examples": requirements.examples,
    }


def recommendation_json(
    result: Recommendation,
    catalog: Catalog,
    *,
    top: int,
    everything: bool = False,
    variants: bool = False,
) -> Json:
    """The answer of `recommend`. `picks` holds the first `top`; with `everything`, `models` holds all."""

    def dump(item: Item) -> Json:
        return item_json(item, result.target, catalog, result.requirements, variants=variants)

    data: Json = {
        "version": VERSION,
        "requirements": requirements_json(result.requirements),
        "picks": [dump(item) for item in result.picks[:top]],
        "more_picks": max(0, len(result.picks) - top),
        "better_than_next": list(result.better[:top]),
        "unrated": [dump(item) for item in result.unrated],
        "untried_count": len(result.untried),
        "rejected": [
            dump(item) for item in (result.rejected if everything else result.rejected[:top])
        ],
        "rejected_count": len(result.rejected),
        "dropped_criteria": {k: reason_json(v) for k, v in result.dropped.items()},
        "assumptions": [reason_json(r) for r in result.assumptions],
        "catalog_hash": result.catalog_hash,
    }
    if everything:
        data["models"] = [dump(i) for i in (*result.picks, *result.unrated, *result.rejected)]
    return data


def comparison_json(result: Comparison, catalog: Catalog) -> Json:
    """The answer of `compare`."""
    return {
        "version": VERSION,
        "requirements": requirements_json(result.requirements),
        "models": [
            item_json(item, result.target, catalog, result.requirements) for item in result.items
        ],
        "shared_boards": [
            {
                "board": shared.board,
                "best": shared.best,
                "scores": {m: evidence_json(s, catalog) for m, s in shared.scores.items()},
            }
            for shared in result.shared
        ],
        "better": [
            {"model": a, "than": b, "probability": p} for (a, b), p in result.better.items()
        ],
        "catalog_hash": catalog.content_hash,
    }


def explanation_json(result: Explanation, catalog: Catalog) -> Json:
    """The answer of `explain`."""
    return {
        "version": VERSION,
        "requirements": requirements_json(result.requirements),
        "rank": result.rank,
        "ranked": result.ranked,
        "admitted_by": [
            {"option": c.option, "value": c.value, "text": remedy(c)} for c in result.changes
        ],
        **item_json(result.item, result.target, catalog, result.requirements, variants=True),
        "quantization_pairs": pairs_json(result.item, result.requirements.task, catalog),
        "assumptions": [reason_json(r) for r in result.assumptions],
        "dropped_criteria": {k: reason_json(v) for k, v in result.dropped.items()},
        "catalog_hash": catalog.content_hash,
    }


def card_json(model_id: str, model: Model, catalog: Catalog) -> Json:
    """The answer of `show`: the card with its board scores and the text of its sources."""
    scores: list[Json] = []
    used = set(model.sources.values())
    for stem, board in catalog.boards.items():
        benchmark = catalog.benchmarks[board.benchmark]
        for key, column in board.scores.items():
            for label, value in column.items():
                if board.entries[label].model != model_id:
                    continue
                used.add(board.source)
                scores.append(
                    {
                        "board": stem if key == "all" else f"{stem}.{key}",
                        "value": value,
                        "unit": benchmark.unit,
                        "name_on_board": label,
                        "source": board.source,
                    }
                )
    sources = {s: plain_object(catalog.sources[s]) for s in sorted(used) if s in catalog.sources}
    card = plain_object(model)
    assert isinstance(card, dict)
    return {
        "version": VERSION,
        "model": model_id,
        "card": card,
        "scores": scores,
        "sources": sources,
        "catalog_hash": catalog.content_hash,
    }


def plain_object(value: object) -> object:
    """A catalog object (record, model or container) as plain JSON data, unset fields left out."""
    if isinstance(value, Mapping):
        return {str(k): plain_object(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_object(v) for v in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    given: dict[str, object] = value.given() if isinstance(value, Record) else vars(value)
    return {k: plain_object(v) for k, v in given.items() if v is not None}
