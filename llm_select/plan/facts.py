"""What the strategy's rules look at: the card, the examples, the boards, and what fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import LlmSelectError
from llm_select.estimates.shape import ShapeError
from llm_select.evidence.quality import Quality, assess, probability_better
from llm_select.plan.finetune import verdict_of
from llm_select.plan.recipes import NoRecipeError
from llm_select.selection.constraints import card_objections
from llm_select.selection.evaluate import enter, evaluate, pose

if TYPE_CHECKING:
    from llm_select.evidence.quality import Assessment
    from llm_select.evidence.reference import Target
    from llm_select.plan.request import Asked
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Task
    from llm_select.schema.hardware import License
    from llm_select.schema.model import Model
    from llm_select.selection.types import Requirements

METHODS = ("full", "lora", "qlora", "ia3")
"""Methods whose memory the rules ask for."""
UNFIT = {"kind", "specialization", "modality", "modality-output"}
"""Objections that mean that a model cannot do the task at all."""
UNBOUNDED = 10**12
TRIED = 5
"""Networks of a kind whose memory is looked at, best first."""


class Rival(NamedTuple):
    """A fine-tuned network on the boards of the question."""

    model_id: str
    name: str
    value: float
    low: float
    needed: int
    """Labelled examples it was fine-tuned on."""
    probability: float | None
    """That it is truly better than the model; None when the model is unrated."""


class Facts(NamedTuple):
    """Everything the rules may ask."""

    model_id: str
    model: Model
    task_id: str
    task: Task
    license: License | None
    examples: int
    shots: int | None
    """Solved examples that fit in a prompt beside the request; None for other than decoders, and when the context is
    unknown."""
    min_accuracy: float | None
    commercial: bool
    privacy: str
    blocked: tuple[str, ...]
    """Codes of the card's objections to the task."""
    missing_languages: tuple[str, ...]
    quality: Quality | None
    target: Target | None
    encoder: Rival | None
    """The best fine-tuned encoder that may be used and whose training fits."""
    encoder_decoder: Rival | None
    serves: bool | None
    """Whether some format of the model runs on the machine; None without one, for a hosted model, and when that was not
    looked at."""
    vendor: str | None
    """Maker of the machine's devices; None without a machine or when unknown."""
    verdicts: Mapping[str, str | None]
    """By method: fits, reduced (only with 16-bit weights), tight, no; None without a machine. Absent when the method
    cannot be planned for the model."""


def gather_facts(
    catalog: Catalog,
    model_id: str,
    requirements: Requirements,
    asked: Asked,
    assessment: Assessment,
) -> Facts:
    """Facts about one model and question. Raises KeyError for an unknown id, UsageError for settings that the model
    cannot have."""
    model = catalog.models[model_id]
    task = catalog.tasks[requirements.task]
    quality = _best_mode(assessment, model_id)
    everything = requirements._replace(examples=UNBOUNDED, weights_access="any", privacy="any")
    objections = card_objections(catalog, model_id, requirements.task, everything, quality)
    blocked = tuple(o.reason.code for o in objections)
    missing = next(
        (o.reason.values["missing"] for o in objections if o.reason.code == "language"), ()
    )
    fits = _training_fits(catalog, asked)
    return Facts(
        model_id=model_id,
        model=model,
        task_id=requirements.task,
        task=task,
        license=catalog.licenses.get(model.license),
        examples=asked.examples,
        shots=_shots(model, task, asked),
        min_accuracy=requirements.min_accuracy,
        commercial=requirements.commercial,
        privacy=requirements.privacy,
        blocked=blocked,
        missing_languages=missing if isinstance(missing, tuple) else (),
        quality=quality,
        target=assessment.target,
        encoder=_rival(catalog, "encoder", model_id, quality, requirements, assessment, fits),
        encoder_decoder=_rival(
            catalog, "encoder-decoder", model_id, quality, requirements, assessment, fits
        ),
        serves=_serves(catalog, model_id, requirements, assessment),
        vendor=requirements.machine.vendor if requirements.machine is not None else None,
        verdicts={} if UNFIT & set(blocked) else _verdicts(catalog, model_id, asked),
    )


def _serves(
    catalog: Catalog, model_id: str, requirements: Requirements, assessment: Assessment
) -> bool | None:
    if requirements.machine is None or catalog.models[model_id].weights == "hosted":
        return None
    free = requirements._replace(
        examples=UNBOUNDED, min_accuracy=None, commercial=False, licenses=()
    )
    question = pose(catalog, free, assessment)
    item = evaluate(question, enter(question, model_id))
    codes = {o.reason.code for o in item.objections}
    if {"memory", "memory-tight"} & codes:
        return False
    # Another objection ends the evaluation before memory is looked at.
    return None if codes else True


def assess_question(catalog: Catalog, requirements: Requirements) -> Assessment:
    """Quality of every model for the question."""
    return assess(
        catalog,
        requirements.task,
        languages=requirements.languages,
        pairs=requirements.pairs,
        exclude=requirements.exclude_boards,
    )


def _best_mode(assessment: Assessment, model_id: str) -> Quality | None:
    """The model in the mode it is best in."""
    found = [q for (key, _), q in assessment.qualities.items() if key == model_id]
    return max(found, key=lambda q: q.value if q.value is not None else float("-inf"), default=None)


def _shots(model: Model, task: Task, asked: Asked) -> int | None:
    if model.context is None or model.kind != "decoder":
        return None
    each = asked.tokens_per_example or task.lengths.prompt + task.lengths.generate
    room = model.context.native - task.lengths.prompt - task.lengths.generate
    return max(0, min(asked.examples, room // each))


def _rival(
    catalog: Catalog,
    kind: str,
    model_id: str,
    quality: Quality | None,
    requirements: Requirements,
    assessment: Assessment,
    fits: Callable[[str], bool],
) -> Rival | None:
    """The best network of a kind that was fine-tuned on the boards asked about, that may be used, and that fits."""
    boards = assessment.target.boards if assessment.target is not None else ()
    everything = requirements._replace(examples=UNBOUNDED, weights_access="open")
    found = []
    for (key, _), own in assessment.qualities.items():
        model = catalog.models[key]
        if model.kind != kind or key == model_id or own.value is None or own.low is None:
            continue
        tuned = [
            row.examples
            for row in own.evidence
            if row.setting == "fine-tuned" and row.board in boards and row.examples is not None
        ]
        if tuned and not card_objections(catalog, key, requirements.task, everything, own):
            probability = probability_better(own, quality) if quality is not None else None
            found.append(Rival(key, model.name, own.value, own.low, min(tuned), probability))
    found.sort(key=lambda rival: (-rival.value, rival.model_id))
    return next((rival for rival in found[:TRIED] if fits(rival.model_id)), None)


def _training_fits(catalog: Catalog, asked: Asked) -> Callable[[str], bool]:
    # What the user fixed holds for the model they named, not for one proposed instead.
    free = asked._replace(
        quantization=None, optimizer=None, precision=None, rank=None, targets=(), seq_len=None
    )

    def fits(model_id: str) -> bool:
        try:
            return verdict_of(catalog, model_id, "full", free).verdict in ("fits", None)
        except LlmSelectError:
            return False

    return fits


def _verdicts(catalog: Catalog, model_id: str, asked: Asked) -> dict[str, str | None]:
    model = catalog.models[model_id]
    found: dict[str, str | None] = {}
    if model.weights == "hosted" or model.architecture is None or model.architecture.recurrent:
        return found
    for method in METHODS:
        # What the user fixed holds for the method they named, not for these trials.
        free = asked._replace(quantization=None, optimizer=None, rank=None, targets=())
        try:
            fitted = verdict_of(catalog, model_id, method, free)
        except (NoRecipeError, ShapeError):
            continue
        verdict: str | None = fitted.verdict
        sharded = fitted.plan.sharding.startswith("zero")
        if (
            verdict == "fits"
            and method == "full"
            and fitted.plan.precision == "bf16"
            and not sharded
        ):
            verdict = "reduced"
        found[method] = verdict
    return found
