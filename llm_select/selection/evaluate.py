"""One model against one question: all its variants, the best of them, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.limits import needed_gib
from llm_select.estimates.memory import Serving, inference_memory, serving
from llm_select.estimates.shape import ShapeError
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.speed import speed as estimate_speed
from llm_select.estimates.types import Range
from llm_select.evidence.quality import Assessment, Quality, shifted
from llm_select.evidence.scores import default_mode
from llm_select.selection import constraints
from llm_select.selection.candidates import (
    Offering,
    hosted,
    offerings,
    released_bits,
    runs,
    variants,
)
from llm_select.selection.criteria import Measured, quality_anchors, terms, weights_in_force
from llm_select.selection.types import (
    Candidate,
    Change,
    Item,
    Objection,
    Reason,
    Requirements,
    Term,
)
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine, MemoryEstimate, SpeedEstimate, Workload
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model


MODES = ("direct", "thinking")
"""Modes a score can be of."""


class Question(NamedTuple):
    """What is the same for every model: computed once."""

    catalog: Catalog
    requirements: Requirements
    assessment: Assessment
    weights: Mapping[str, float]
    dropped: Mapping[str, Reason]
    anchors: tuple[float, float]
    offerings: tuple[Offering, ...]


def pose(catalog: Catalog, requirements: Requirements, assessment: Assessment) -> Question:
    """The question with its weights and anchors."""
    weights, dropped = weights_in_force(requirements)
    target = assessment.target
    anchors = (
        quality_anchors(catalog, requirements.task, target) if target is not None else (0.0, 1.0)
    )
    allowed = offerings(catalog, requirements)
    return Question(catalog, requirements, assessment, weights, dropped, anchors, allowed)


def evaluate(question: Question, model_id: str) -> Item:
    """The best variant of the model in any mode asked for, its runners-up, or its objections."""
    catalog, requirements = question.catalog, question.requirements
    model = catalog.models[model_id]
    qualities = question.assessment.qualities
    measured_modes = [mode for mode in MODES if (model_id, mode) in qualities]
    offered = list(model.thinking.modes) if model.thinking is not None else []
    modes = list(dict.fromkeys([*measured_modes, *offered])) or [default_mode(model)]
    open_modes = [m for m in modes if constraints.mode_objection(m, requirements) is None]
    if not open_modes:
        mode = modes[0]
        quality = qualities.get((model_id, mode))
        objection = constraints.mode_objection(mode, requirements)
        others = constraints.card_objections(
            catalog, model_id, requirements.task, requirements, quality
        )
        bare = Candidate(model_id, model, mode, None, None, None, None, False, None)
        return _rejected(bare, quality, [*([objection] if objection else []), *others])
    passed: list[Item] = []
    failed: list[Item] = []
    for mode in open_modes:
        good, bad = _mode(question, model_id, mode)
        passed.extend(good)
        failed.extend(bad)
    if passed:
        best = best_variant(passed)
        rest = sorted((item for item in passed if item is not best), key=_variant_order)
        return best._replace(alternatives=tuple(rest))
    return min(failed, key=_nearness)


def _mode(question: Question, model_id: str, mode: str) -> tuple[list[Item], list[Item]]:
    catalog, requirements = question.catalog, question.requirements
    model = catalog.models[model_id]
    quality = question.assessment.qualities.get((model_id, mode))
    bare = Candidate(model_id, model, mode, None, None, None, None, False, None)
    objections = constraints.card_objections(
        catalog, model_id, requirements.task, requirements, quality
    )
    if objections:
        return [], [_rejected(bare, quality, objections)]
    found: list[Item] = []
    if (
        requirements.machine is not None
        and model.weights == "open"
        and (requirements.weights_access != "hosted")
    ):
        found.extend(_self_hosted(question, model_id, mode, quality))
    if requirements.weights_access != "open" and requirements.privacy != "self-hosted":
        offer = hosted(catalog, model_id, mode)
        if offer is not None:
            found.append(_finish(question, offer, quality, None, None))
    if not found:
        return [], [_rejected(bare, quality, [_nothing_runs(question, model)])]
    return [i for i in found if not i.objections], [i for i in found if i.objections]


def _nothing_runs(question: Question, model: Model) -> Objection:
    requirements = question.requirements
    if model.weights == "hosted":
        return Objection(Reason("no-offer"), None)
    if requirements.machine is None:
        return Objection(Reason("no-machine"), Change("--gpu-mem", "GIB"))
    if model.architecture is None:
        return Objection(Reason("shape-unknown"), None)
    if requirements.engines or requirements.quantizations:
        values = {"engines": requirements.engines, "quantizations": requirements.quantizations}
        option = "--quantization" if requirements.quantizations else "--engine"
        return Objection(Reason("no-format", values), Change(option, None))
    return Objection(Reason("no-engine", {"model_type": model.architecture.model_type}), None)


def _self_hosted(
    question: Question, model_id: str, mode: str, quality: Quality | None
) -> list[Item]:
    catalog, requirements = question.catalog, question.requirements
    machine = requirements.machine
    assert machine is not None
    model = catalog.models[model_id]
    workload = requirements.workload
    thought = _thinking_tokens(catalog, model, mode)
    if thought:
        workload = workload._replace(
            generate_tokens=workload.generate_tokens + thought,
            context=max(
                workload.context, workload.prompt_tokens + workload.generate_tokens + thought
            ),
        )
    if not any(runs(offering.engine, model) for offering in question.offerings):
        return []
    try:
        size = sizing(model)
    except ShapeError as error:
        bare = Candidate(model_id, model, mode, None, None, None, None, False, None)
        objection = Objection(Reason("shape-incomplete", {"why": str(error)}), None)
        return [_rejected(bare, quality, [objection])]
    # Without a rating there is nothing to choose a format by: the first that fits, most bits first, will do.
    rated = quality is not None and quality.value is not None
    candidates = variants(
        model_id,
        model,
        mode,
        question.offerings,
        named=bool(requirements.quantizations),
        released=released_bits(catalog, model),
        most_bits=_most_bits(size, machine) * (1.0 if rated else UNRATED_FILL),
        largest_first=not rated,
    )
    found = []
    by_engine: dict[str, Serving] = {}
    for candidate in candidates:
        engine, quantization = candidate.engine, candidate.quantization
        assert engine is not None
        assert quantization is not None
        shared = by_engine.get(engine.name)
        if shared is None:
            shared = by_engine[engine.name] = serving(size, engine, workload, machine)
        memory = inference_memory(
            model,
            quantization,
            engine,
            workload,
            machine,
            size=size,
            shared=shared,
            quantization_id=candidate.quantization_id,
        )
        if memory.verdict != "fits":
            found.append(Item(candidate, quality, memory, None, None, (), (_TOO_BIG,), None, None))
            continue
        speed = estimate_speed(model, quantization, engine, workload, machine, memory, size=size)
        item = _finish(question, candidate, quality, memory, speed)
        found.append(item)
        if not rated and not item.objections:
            break
    if found and all(item.objections == (_TOO_BIG,) for item in found):
        return [_nearest_miss(question, found, workload, size)]
    return [item for item in found if item.objections != (_TOO_BIG,)]


UNRATED_FILL = 0.8
"""Share of the machine that the weights of an unrated model may fill in the format first tried: only whether it fits
is asked, and a format that leaves nothing for the rest would be tried in vain."""


def _most_bits(size: Sizing, machine: Machine) -> float:
    """Bits per weight beyond which the weights alone overflow the machine.

    A bound, not an estimate: everything else is left out, and the token table too, which llama.cpp keeps in main
    memory, so that it never rules out a format that fits.
    """
    if machine.ram_gib is not None:
        return float("inf")
    weights = size.parameters.total - size.parameters.embedding
    return machine.usable_gib * machine.devices * 8 * GIB / max(1, weights)


def _nearest_miss(
    question: Question, found: Sequence[Item], workload: Workload, size: Sizing
) -> Item:
    """The variant that needs the least; only for it is the search for the memory it needs worth its time."""
    requirements = question.requirements
    machine = requirements.machine
    assert machine is not None
    nearest = min(found, key=lambda i: i.memory.device_high if i.memory is not None else 0.0)
    candidate, memory = nearest.candidate, nearest.memory
    assert candidate.engine is not None
    assert candidate.quantization is not None
    assert memory is not None
    needed = needed_gib(
        candidate.model,
        candidate.quantization,
        candidate.engine,
        workload,
        machine,
        size=size,
        quantization_id=candidate.quantization_id,
    )
    loss = _loss(question, candidate)
    _, low = _after_loss(question, nearest.quality, loss)
    objections = [
        constraints.memory_objection(memory, machine, needed),
        constraints.accuracy_objection(low, requirements),
    ]
    if machine.bandwidth_gb_s is None:
        objections.append(constraints.speed_objection(None, requirements))
    return nearest._replace(objections=tuple(o for o in objections if o is not None))


_TOO_BIG = Objection(Reason("memory"), None)


def footprint(question: Question, model_id: str, item: Item) -> Item:
    """An item that failed on its card alone, with what its nearest variant takes and whatever else is in the way."""
    if item.memory is not None or item.candidate.offer is not None:
        return item
    model, mode = question.catalog.models[model_id], item.candidate.mode
    found: list[Item] = []
    if model.weights == "hosted":
        offer = hosted(question.catalog, model_id, mode)
        if offer is not None:
            found.append(_finish(question, offer, item.quality, None, None))
    elif question.requirements.machine is None:
        return item
    else:
        found.extend(_self_hosted(question, model_id, mode, item.quality))
    if not found:
        return _also_rejected(
            item._replace(objections=(_nothing_runs(question, model),)), item.objections
        )
    return _also_rejected(min(found, key=_fewest_objections), item.objections)


def _thinking_tokens(catalog: Catalog, model: Model, mode: str) -> int | None:
    """Reasoning tokens of a request: the card's, or what `scoring.yaml` assumes where nobody measured it."""
    if mode != "thinking" or model.thinking is None:
        return 0
    if model.thinking.tokens is not None:
        return model.thinking.tokens
    return catalog.scoring.assumed_thinking_tokens if catalog.scoring is not None else None


def _finish(
    question: Question,
    candidate: Candidate,
    quality: Quality | None,
    memory: MemoryEstimate | None,
    speed: SpeedEstimate | None,
) -> Item:
    requirements = question.requirements
    loss = _loss(question, candidate)
    share = _answer_share(question, candidate)
    decode = _answer_rate(requirements, candidate, speed)
    effective = decode.expected * share if decode is not None and share is not None else None
    slow = decode.low * share if decode is not None and share is not None else None
    value, low = _after_loss(question, quality, loss)
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
    thought = _thinking_tokens(question.catalog, candidate.model, candidate.mode)
    if thought is None:
        return None
    answer = question.requirements.workload.generate_tokens
    return answer / (answer + thought)


def _loss(question: Question, candidate: Candidate) -> tuple[float, int] | None:
    if candidate.quantization is None or candidate.quantization_id is None:
        return None
    if candidate.quantization.native_16bit:
        return 0.0, 0
    return question.assessment.losses.get((candidate.model_id, candidate.quantization_id))


def _after_loss(
    question: Question, quality: Quality | None, loss: tuple[float, int] | None
) -> tuple[float | None, float | None]:
    if quality is None or quality.value is None:
        return None, None
    target = question.assessment.target
    if target is None or loss is None or loss[0] == 0.0 or target.benchmark.direction == "lower":
        return quality.value, quality.low
    value = shifted(quality.value, min(0.0, loss[0]), target.benchmark)
    return value, (quality.low or 0.0) + (value - quality.value)


def _rejected(
    candidate: Candidate, quality: Quality | None, objections: Sequence[Objection]
) -> Item:
    return Item(candidate, quality, None, None, None, (), tuple(objections), None, None)


FORMAT_MARGIN = 0.05
"""What a narrower format must gain in score before it is taken: its cost in quality was not measured."""


def best_variant(passed: Sequence[Item]) -> Item:
    """The variant to show for a model: the best score, but not at an unmeasured cost in quality for little.

    Formats score alike on quality where nobody measured what they cost, so speed and free memory alone would always
    drive the choice to the narrowest. Among variants within FORMAT_MARGIN of the best, the one with most bits wins.
    """
    top = max(item.score or 0.0 for item in passed)
    near = [item for item in passed if (item.score or 0.0) >= top - FORMAT_MARGIN]
    # What still ties stays in the catalog's order of engines.
    return min(
        near, key=lambda item: (-_bits(item), item.loss is None, not item.candidate.published)
    )


def _bits(item: Item) -> float:
    quantization = item.candidate.quantization
    return quantization.bits if quantization is not None else 0.0


def _also_rejected(item: Item, objections: Sequence[Objection]) -> Item:
    """An item with objections put before its own; what is rejected has no score."""
    own = [objection for objection in item.objections if objection not in objections]
    return item._replace(objections=(*objections, *own), score=None, terms=(), alternatives=())


def _fewest_objections(item: Item) -> tuple[int, float, bool, float]:
    return (len(item.objections), *_variant_order(item))


def _variant_order(item: Item) -> tuple[float, bool, float]:
    """Best score first, then what was measured before what was not, then more bits.

    Sorting is stable: what still ties stays in the catalog's order of engines and formats.
    """
    return (
        -(item.score if item.score is not None else -1.0),
        item.loss is None,
        -_bits(item),
    )


def _nearness(item: Item) -> tuple[int, float, str]:
    memory = item.memory.device_high if item.memory is not None else 0.0
    return len(item.objections), memory, item.candidate.quantization_id or ""
