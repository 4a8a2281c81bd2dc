"""The whole answer of `finetune --task`: the advice, the plan that follows from it, and what was passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import LlmSelectError, UsageError
from llm_select.messages import Message
from llm_select.plan.facts import assess_question, gather_facts
from llm_select.plan.finetune import plan_training
from llm_select.plan.strategy import advise
from llm_select.selection.recommend import assumptions, recommend

if TYPE_CHECKING:
    from llm_select.evidence.quality import Assessment
    from llm_select.plan.finetune import Planned
    from llm_select.plan.request import Asked
    from llm_select.plan.strategy import Advice
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Reason, Requirements

CONSIDERED = 5
"""Picks that are looked at when no model was named."""


class Answer(NamedTuple):
    """Strategy and plan for one question."""

    requirements: Requirements
    asked: Asked
    advice: Advice | None
    """None when no model was named and none can be recommended."""
    planned: Planned | None
    """None when nothing is to be trained."""
    lacking: Planned | None
    """For a model whose training only memory rules out: what it would take."""
    unplanned: str | None
    """Why there is no plan although something is to be trained."""
    method: str | None
    """The method asked for, where it was."""
    passed_over: tuple[str, ...]
    """Better models for the task for which nothing can be done here."""
    open_model: str | None
    """For a hosted model: the best one with open weights, which could be trained."""
    assumptions: tuple[Reason, ...]

    @property
    def follows(self) -> bool:
        """True when there is advice, and a plan that fits where one is needed."""
        if self.unplanned is not None:
            return False
        if self.planned is not None:
            return self.planned.verdict in ("fits", None)
        return self.advice is not None and self.advice.chosen is not None


def answer(
    catalog: Catalog,
    model_id: str | None,
    requirements: Requirements,
    asked: Asked,
    method: str | None = None,
) -> Answer:
    """Advice and plan for a model, or for the best model for the task when none is named.

    Raises UsageError for a method asked for that cannot be planned.
    """
    passed: list[str] = []
    advice: Advice | None = None
    assessment = assess_question(catalog, requirements)
    if model_id is not None:
        facts = gather_facts(catalog, model_id, requirements, asked, assessment)
        advice = advise(catalog, facts)
    else:
        # What the accuracy asked for takes is what the strategy is about: it rejects nobody here.
        result = recommend(catalog, requirements._replace(min_accuracy=None), near_misses=0)
        for item in result.picks[:CONSIDERED]:
            candidate = item.candidate.model_id
            advice = advise(
                catalog, gather_facts(catalog, candidate, requirements, asked, assessment)
            )
            if advice.chosen is not None:
                break
            passed.append(candidate)
            advice = None
    planned = None
    unplanned = None
    chosen = advice.chosen if advice is not None else None
    if advice is not None and method is not None:
        planned = plan_training(catalog, advice.model_id, method, asked)
    elif chosen is not None and chosen.method is not None:
        try:
            planned = plan_training(catalog, chosen.model_id, chosen.method, asked)
        except LlmSelectError as error:
            unplanned = error.as_message()
    if planned is not None:
        _refuse_unused(planned, asked)
    lacking = None
    if advice is not None and planned is None and unplanned is None:
        short = advice.short_of_memory(catalog)
        if short is not None:
            lacking = plan_training(catalog, short.model_id, short.strategy, asked)
    hosted = advice is not None and catalog.models[advice.model_id].weights == "hosted"
    return Answer(
        requirements,
        asked,
        advice,
        planned,
        lacking,
        unplanned,
        method,
        tuple(passed),
        _open_model(catalog, requirements, assessment) if hosted else None,
        assumptions(requirements, assessment),
    )


def _refuse_unused(planned: Planned, asked: Asked) -> None:
    """Raises UsageError when the plan has no place for a setting that was asked for."""
    plan = planned.plan
    for value, has, option in (
        (asked.rank, plan.lora_rank is not None, "--lora-rank"),
        (asked.targets, bool(plan.lora_targets), "--lora-targets"),
    ):
        if value and not has:
            raise UsageError(
                Message("the plan trains by {method}, which has none", method=plan.method),
                where=option,
                remedy=Message("leave it out, or ask for --method lora"),
            )


def _open_model(catalog: Catalog, requirements: Requirements, assessment: Assessment) -> str | None:
    """The best model with open weights for the question; without a machine, whatever its size."""
    rated = [
        (-(quality.value or 0.0), model)
        for (model, _), quality in assessment.qualities.items()
        if quality.value is not None
        and catalog.models[model].weights == "open"
        and catalog.models[model].kind in catalog.tasks[requirements.task].kinds
    ]
    if requirements.machine is None:
        return min(rated)[1] if rated else None
    open_only = requirements._replace(weights_access="open", min_accuracy=None)
    picks = recommend(catalog, open_only, near_misses=0).picks
    return picks[0].candidate.model_id if picks else None
