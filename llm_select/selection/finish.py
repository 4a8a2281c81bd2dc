"""From a variant's estimates to its objections and its score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.estimates.types import Range
from llm_select.evidence.quality import shifted
from llm_select.selection import constraints
from llm_select.selection.criteria import Measured, terms
from llm_select.selection.types import Candidate, Item, Requirements, Term

if TYPE_CHECKING:
    from llm_select.estimates.types import MemoryEstimate, SpeedEstimate
    from llm_select.evidence.quality import Quality
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model
    from llm_select.selection.evaluate import Question


def thinking_tokens(catalog: Catalog, model: Model, mode: str) -> int | None:
    """Reasoning tokens of a request: the card's, or what `scoring.yaml` assumes where nobody measured it."""
    if mode != "thinking" or model.thinking is None:
        return 0
    if model.thinking.tokens is not None:
        return model.thinking.tokens
    return catalog.scoring.assumed_thinking_tokens if catalog.scoring is not None else None


def finish(
    question: Question,
    candidate: Candidate,
    quality: Quality | None,
    memory: MemoryEstimate | None,
    speed: SpeedEstimate | None,
) -> Item:
    """A variant with its objections after estimates, or with its score and the parts of it."""
    requirements = question.requirements
    loss = loss_of(question, candidate)
    share = _answer_share(question, candidate)
    decode = _answer_rate(requirements, candidate, speed)
    effective = decode.expected * share if decode is not None and share is not None else None
    slow = decode.low * share if decode is not None and share is not None else None
    value, low = after_loss(question, quality, loss)
    objections = [
        o
        for o in (
            constraints.speed_objection(slow, requirements),
            constraints.accuracy_objection(low, requirements),
            constraints.price_objection(candidate, requirements),
        )
        if o is not None
    ]
    score: float | None = None
    parts: tuple[Term, ...] = ()
    if quality is not None and value is not None and not objections:
        missing = speed.missing if speed is not None else None
        if decode is not None and share is None:
            missing = "thinking-length-unknown"
        measured = Measured(candidate, quality, value, effective, memory, missing)
        score, parts = terms(question.catalog, measured, question.weights, question.anchors)
    return Item(candidate, quality, memory, speed, score, parts, tuple(objections), loss, effective)


def _answer_rate(
    requirements: Requirements, candidate: Candidate, speed: SpeedEstimate | None
) -> Range | None:
    """Tokens per second of one stream. An encoder writes nothing: its rate is that of a decoder which would answer
    the same request in the time the encoder takes to read it."""
    if speed is None or speed.decode is not None or candidate.model.kind != "encoder":
        return speed.decode if speed is not None else None
    if speed.prefill is None:
        return None
    work = requirements.workload
    ratio = work.generate_tokens / work.prompt_tokens
    return Range(*(rate * ratio for rate in speed.prefill))


def _answer_share(question: Question, candidate: Candidate) -> float | None:
    """Share of the generated tokens that are answer, not reasoning; None when its length is not even assumed."""
    thought = thinking_tokens(question.catalog, candidate.model, candidate.mode)
    if thought is None:
        return None
    answer = question.requirements.workload.generate_tokens
    return answer / (answer + thought)


def loss_of(question: Question, candidate: Candidate) -> tuple[float, int] | None:
    """What the format costs on the common scale and on how many boards that was measured; None: not measured."""
    if candidate.quantization is None or candidate.quantization_id is None:
        return None
    if candidate.quantization.native_16bit:
        return 0.0, 0
    return question.assessment.losses.get((candidate.model_id, candidate.quantization_id))


def after_loss(
    question: Question, quality: Quality | None, loss: tuple[float, int] | None
) -> tuple[float | None, float | None]:
    """Expected and low quality of the variant; None when unrated."""
    if quality is None or quality.value is None:
        return None, None
    target = question.assessment.target
    if target is None or loss is None or loss[0] == 0.0 or target.benchmark.direction == "lower":
        return quality.value, quality.low
    value = shifted(quality.value, min(0.0, loss[0]), target.benchmark)
    return value, (quality.low or 0.0) + (value - quality.value)
