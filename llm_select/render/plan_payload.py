"""The JSON of `finetune --task`. Keys are only added, never renamed, within a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import prose, translated
from llm_select.render.finetune_view import flat_training
from llm_select.render.labels import in_names
from llm_select.render.payload import (
    VERSION,
    Json,
    assumption_json,
    quality_json,
    reason_json,
    requirements_json,
)
from llm_select.render.strategy_messages import CHOICES, CONCESSIONS, rule_sentence, said
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Range
    from llm_select.plan.answer import Answer
    from llm_select.plan.cost import Cost
    from llm_select.plan.draft import Choice
    from llm_select.plan.finetune import Planned
    from llm_select.plan.strategy import Advice
    from llm_select.render.document import Exported
    from llm_select.schema.catalog import Catalog


def answer_json(answer: Answer, catalog: Catalog, exported: Exported | None = None) -> Json:
    """The whole answer."""
    advice, planned = answer.advice, answer.planned
    return {
        "version": VERSION,
        "requirements": {
            **requirements_json(answer.requirements),
            "min_accuracy": answer.requirements.min_accuracy,
            "commercial": answer.requirements.commercial,
            "privacy": answer.requirements.privacy,
        },
        "model": advice.model_id if advice is not None else None,
        "strategy": strategy_json(advice, catalog) if advice is not None else None,
        "method_asked": answer.method,
        "plan": plan_json(planned) if planned is not None else None,
        "lacking": plan_json(answer.lacking) if answer.lacking is not None else None,
        "unplanned": translated(answer.unplanned) if answer.unplanned else answer.unplanned,
        "passed_over": list(answer.passed_over),
        "open_model": answer.open_model,
        "assumptions": [reason_json(reason) for reason in answer.assumptions],
        "exported": {"directory": exported.directory, "files": list(exported.files)}
        if exported is not None
        else None,
        "catalog_hash": catalog.content_hash,
    }


def strategy_json(advice: Advice, catalog: Catalog) -> Json:
    """The advice with every rule, those that do not hold too."""
    facts = advice.facts
    return {
        "options": [
            {
                "strategy": option.strategy,
                "model": option.model_id,
                "method": option.method,
                "rules": list(option.rules),
            }
            for option in advice.options
        ],
        "ruled_out": {strategy: list(rules) for strategy, rules in advice.ruled_out.items()},
        "shots": facts.shots,
        "retrieval": advice.retrieval,
        "quality": quality_json(facts.quality, facts.target, catalog),
        "rivals": [
            {"model": r.model_id, "value": r.value, "low": r.low, "examples": r.needed,
             "probability_better": r.probability}
            for r in (facts.encoder, facts.encoder_decoder)
            if r is not None
        ],
        "rules": [_rule_json(advice, index, catalog) for index in range(len(advice.outcomes))],
    }  # fmt: skip


def _rule_json(advice: Advice, index: int, catalog: Catalog) -> Json:
    one = advice.outcomes[index]
    rule = catalog.strategies[one.rule]
    return {
        "id": one.rule,
        "asks": prose(rule.title),
        "holds": one.holds,
        "because": rule_sentence(one.rule, one.holds, in_names(one.values, catalog)),
        "values": dict(one.values),
        "thresholds": dict(rule.thresholds),
        "proposes": list(rule.proposes),
        "rules_out": list(rule.rules_out),
        "basis": rule.basis,
        "finding": prose(rule.finding),
        "sources": [_source(source, catalog) for source in rule.sources.values()],
    }


def _source(key: str, catalog: Catalog) -> Json:
    source = catalog.sources.get(key)
    return {
        "id": key,
        "title": source.title if source is not None else None,
        "url": source.url if source is not None else None,
    }


def plan_json(planned: Planned) -> Json:
    """A plan with its memory, cost and reach."""
    plan = planned.plan
    settings = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in plan._asdict().items()
    }
    return {
        "settings": {**settings, "step_sequences": plan.step_sequences},
        "memory": {
            **{k: v for k, v in flat_training(planned.memory).items() if k != "assumptions"},
            "trainable_parameters": planned.memory.trainable,
            "assumptions": [assumption_json(a) for a in planned.memory.assumptions],
        },
        "verdict": planned.verdict,
        "tokens_per_example": planned.tokens,
        "cost": _cost_json(planned.cost),
        "longest_sequence": planned.longest_sequence,
        "largest_batch": planned.largest_batch,
        "concessions": [
            {
                "code": rung.code,
                "values": dict(rung.values),
                "message": said(CONCESSIONS, rung.code, rung.values),
                "total_gib": rung.fitted.memory.total / GIB,
                "high_gib": rung.fitted.memory.high / GIB,
                "saved_gib": rung.saved / GIB,
                "verdict": rung.fitted.verdict,
            }
            for rung in planned.ladder
        ],
        "choices": [_choice_json(choice) for choice in planned.choices],
        "optimizers": [
            {
                "id": one.optimizer,
                "name": one.name,
                "bytes_per_parameter": one.bytes_per_parameter,
                "total_gib": one.total / GIB,
                "paged": one.paged,
            }
            for one in planned.optimizers
        ],
    }


def _choice_json(choice: Choice) -> Json:
    return {
        "field": choice.field,
        "code": choice.code,
        "values": dict(choice.values),
        "message": said(CHOICES, choice.code, choice.values),
        "source": choice.source,
    }


def _cost_json(cost: Cost) -> Json:
    return {
        "steps": cost.steps,
        "tokens": cost.tokens,
        "flops": cost.flops,
        "hours": _range(cost.seconds, 1 / 3600),
        "missing": cost.missing,
        "kwh": _range(cost.kwh),
        "usd": _range(cost.usd),
    }


def _range(value: Range | None, scale: float = 1.0) -> Json | None:
    if value is None:
        return None
    return {
        "low": value.low * scale,
        "expected": value.expected * scale,
        "high": value.high * scale,
    }
