"""From a variant's estimates to its objections and its score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llm_select.estimates.types import Range
from llm_select.evidence.loss import AS_RELEASED, AS_SCORED, UNQUANTIZED, Z80, Loss
from llm_select.evidence.loss import loss_of as format_loss
from llm_select.evidence.quality import shifted
from llm_select.evidence.scale import slope_at, to_common
from llm_select.selection import constraints
from llm_select.selection.criteria import Measured, terms
from llm_select.selection.thinking import thinking_tokens
from llm_select.selection.types import Candidate, Item, Requirements, Term

if TYPE_CHECKING:
    from llm_select.estimates.types import MemoryEstimate, SpeedEstimate
    from llm_select.evidence.quality import Quality
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model
    from llm_select.selection.evaluate import Question


def finish(
    question: Question,
    candidate: Candidate,
    quality: Quality | None,
    memory: MemoryEstimate | None,
    speed: SpeedEstimate | None,
) -> Item:
    """A variant with its objections after estimates, or with its score and the parts of it."""
    requirements = question.requirements
    loss = loss_of(question, candidate, quality)
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
        measured = Measured(candidate, quality, value, effective, memory, missing, loss)
        score, parts = terms(question.catalog, measured, question.weights, question.anchors)
    doubt = 0.0
    if score is not None and quality is not None and value is not None and loss is not None:
        bottom, top = question.anchors
        fall = _place(value, bottom, top) - _place(low_end(question, quality, loss), bottom, top)
        doubt = fall * question.weights.get("quality", 0.0)
    return Item(
        candidate,
        quality,
        memory,
        speed,
        score,
        parts,
        tuple(objections),
        loss,
        effective,
        doubt=doubt,
        degraded=(value, low) if value is not None and low is not None else None,
    )


def _place(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


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
    answer = question.requirements.workload.generate_tokens
    task_id = question.requirements.task
    thought = thinking_tokens(question.catalog, candidate.model, candidate.mode, task_id, answer)
    if thought is None:
        return None
    return answer / (answer + thought)


def loss_of(question: Question, candidate: Candidate, quality: Quality | None) -> Loss | None:
    """What the format costs the model at the task; None when nobody measured it, and for a hosted offer."""
    form, form_id, model = candidate.quantization, candidate.quantization_id, candidate.model
    if form is None or form_id is None:
        return None
    if form.native_16bit or form.bits >= WIDEST_BITS:
        return UNQUANTIZED
    catalog = question.catalog
    if _released_in(catalog, model, form_id):
        return AS_RELEASED
    if quality is not None and quality.evidence and quality.evidence[0].quantization == form_id:
        return AS_SCORED
    return format_loss(
        catalog.loss_pools,
        catalog.model_losses,
        candidate.model_id,
        model.parameters.total if model.parameters is not None else None,
        form_id,
        question.requirements.task,
        question.assessment.losses.get((candidate.model_id, form_id)),
    )


WIDEST_BITS = 16.0
"""Formats from here on take nothing."""


def _released_in(catalog: Catalog, model: Model, form_id: str) -> bool:
    """True for a format below 16 bits that the developer released the model in and no wider one: its scores are of it.

    The same numbers in other files (`mxfp4-gguf`) count as the same.
    """
    released = {a.quantization for a in model.artifacts if a.format == "safetensors"}
    bits = {name: catalog.quantizations[name].bits for name in released}
    widest = max(bits.values(), default=WIDEST_BITS)
    own = [name for name in released if bits[name] == widest]
    return widest < WIDEST_BITS and (form_id in own or form_id.removesuffix("-gguf") in own)


def after_loss(
    question: Question, quality: Quality | None, loss: Loss | None
) -> tuple[float | None, float | None]:
    """Expected and low quality of the variant; None when unrated.

    A format that did better than 16 bits takes nothing and gives nothing: the difference is noise of the test. The
    deviation of the loss widens the interval, both taken as independent.
    """
    if quality is None or quality.value is None:
        return None, None
    target = question.assessment.target
    if target is None or loss is None or target.benchmark.scale == "rank":
        return quality.value, quality.low
    benchmark = target.benchmark
    sign = 1.0 if benchmark.direction == "higher" else -1.0
    value = quality.value
    if loss.change < 0:
        # The common scale ends short of the bounds: beyond its ends the way back would raise the value.
        value = min(value, sign * shifted(sign * quality.value, loss.change, benchmark))
    unit = slope_at(to_common(sign * value, benchmark), benchmark)
    half = math.hypot(
        quality.value - (quality.low if quality.low is not None else quality.value),
        Z80 * unit * loss.deviation,
    )
    return value, value - half


def low_end(question: Question, quality: Quality, loss: Loss) -> float:
    """Expected quality if the format cost as much as the low end of the loss's 80 % interval says."""
    worst = loss._replace(change=loss.change - Z80 * loss.deviation)
    value, _ = after_loss(question, quality, worst)
    return value if value is not None else 0.0
