"""One model against one question: all its variants, the best of them, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.limits import needed_gib
from llm_select.estimates.memory import Serving, inference_memory, serving
from llm_select.estimates.shape import ShapeError
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.speed import speed as estimate_speed
from llm_select.evidence.quality import Assessment, Quality
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
from llm_select.selection.criteria import quality_anchors, weights_in_force
from llm_select.selection.finish import after_loss, finish, loss_of
from llm_select.selection.order import best_variant, variant_order
from llm_select.selection.thinking import thinking_tokens
from llm_select.selection.types import (
    Candidate,
    Change,
    Item,
    Objection,
    Reason,
    Requirements,
)
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine, Workload
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


class Entry(NamedTuple):
    """A model after its card was read, before any estimate."""

    model_id: str
    open: tuple[Candidate, ...]
    """One for each mode that the card admits, without format and engine."""
    failed: tuple[Item, ...]
    """The modes that it rules out."""
    rated: bool
    """True when some mode has a quality."""
    rows: int
    """Most scores that speak of one of its modes."""


def enter(question: Question, model_id: str) -> Entry:
    """What the card alone decides, in every mode asked for."""
    catalog, requirements = question.catalog, question.requirements
    model = catalog.models[model_id]
    qualities = question.assessment.qualities
    measured_modes = [mode for mode in MODES if (model_id, mode) in qualities]
    offered = list(model.thinking.modes) if model.thinking is not None else []
    modes = list(dict.fromkeys([*measured_modes, *offered])) or [default_mode(model)]
    passing = [m for m in modes if constraints.mode_objection(m, requirements) is None]
    admitted: list[Candidate] = []
    failed: list[Item] = []
    for mode in passing or modes[:1]:
        quality = qualities.get((model_id, mode))
        bare = Candidate(model_id, model, mode, None, None, None, None, False, None)
        objections = constraints.card_objections(
            catalog, model_id, requirements.task, requirements, quality
        )
        against = constraints.mode_objection(mode, requirements)
        if against is not None:
            objections.insert(0, against)
        if objections:
            failed.append(_rejected(bare, quality, objections))
        else:
            admitted.append(bare)
    found = [qualities[model_id, mode] for mode in measured_modes]
    return Entry(
        model_id,
        tuple(admitted),
        tuple(failed),
        any(quality.value is not None for quality in found),
        max((len(quality.evidence) for quality in found), default=0),
    )


def evaluate(question: Question, entry: Entry) -> Item:
    """The best variant of the model in any mode asked for, its runners-up, or its objections."""
    passed: list[Item] = []
    failed = list(entry.failed)
    for bare in entry.open:
        for item in _variants(question, bare):
            (failed if item.objections else passed).append(item)
    if passed:
        best = best_variant(passed)
        rest = sorted((item for item in passed if item is not best), key=variant_order)
        return best._replace(alternatives=tuple(rest))
    return min(failed, key=_nearness)


def _variants(question: Question, bare: Candidate) -> list[Item]:
    catalog, requirements = question.catalog, question.requirements
    model_id, model, mode = bare.model_id, bare.model, bare.mode
    quality = question.assessment.qualities.get((model_id, mode))
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
            found.append(finish(question, offer, quality, None, None))
    return found or [_rejected(bare, quality, [_nothing_runs(question, model)])]


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
    thought = thinking_tokens(catalog, model, mode, requirements.task, workload.generate_tokens)
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
        objection = Objection(Reason("shape-incomplete", {"why": error.as_message()}), None)
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
        item = finish(question, candidate, quality, memory, speed)
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
    _, low = after_loss(question, nearest.quality, loss_of(question, candidate, nearest.quality))
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
            found.append(finish(question, offer, item.quality, None, None))
    elif question.requirements.machine is None:
        return item
    else:
        found.extend(_self_hosted(question, model_id, mode, item.quality))
    if not found:
        return _also_rejected(
            item._replace(objections=(_nothing_runs(question, model),)), item.objections
        )
    return _also_rejected(min(found, key=_fewest_objections), item.objections)


def _rejected(
    candidate: Candidate, quality: Quality | None, objections: Sequence[Objection]
) -> Item:
    return Item(candidate, quality, None, None, None, (), tuple(objections), None, None)


def _also_rejected(item: Item, objections: Sequence[Objection]) -> Item:
    """An item with objections put before its own; what is rejected has no score."""
    own = [objection for objection in item.objections if objection not in objections]
    return item._replace(objections=(*objections, *own), score=None, terms=(), alternatives=())


def _fewest_objections(item: Item) -> tuple[int, float, bool, float]:
    return (len(item.objections), *variant_order(item))


def _nearness(item: Item) -> tuple[int, float, str]:
    memory = item.memory.device_high if item.memory is not None else 0.0
    return len(item.objections), memory, item.candidate.quantization_id or ""
