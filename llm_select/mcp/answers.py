"""From a tool's arguments to a page and a payload, through the questions that every door asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.questions.requirements import Hardware, Limits
from llm_select.render.brief import BRIEF, FULL, shortened
from llm_select.render.list_records import (
    devices_json,
    list_document,
    models_json,
    scores_by_model,
    tasks_json,
)

if TYPE_CHECKING:
    from llm_select.mcp import arguments as taken
    from llm_select.render.document import Document
    from llm_select.render.payload import Json
    from llm_select.schema.catalog import Catalog


class Answer(NamedTuple):
    """What a tool found."""

    page: Document
    payload: Json


def recommend(catalog: Catalog, asked: taken.Recommend) -> Answer:
    """Models ranked. Raises UsageError and its kin for anything wrong, as all answers here."""
    from llm_select.questions.requirements import read_requirements
    from llm_select.render.payload import recommendation_json
    from llm_select.render.recommend_view import recommendation_document
    from llm_select.render.tradeoffs_view import tradeoffs_json
    from llm_select.selection.recommend import SHOWN, UNRATED_SHOWN
    from llm_select.selection.recommend import recommend as advise

    requirements = read_requirements(catalog, asked.task, **_question(asked))
    result = advise(catalog, requirements, near_misses=max(SHOWN, asked.top), unrated=UNRATED_SHOWN)
    page = recommendation_document(
        result,
        catalog,
        top=asked.top,
        variants=asked.variants,
        explain=asked.detail == "full",
        everything=False,
    )
    answer = recommendation_json(result, catalog, top=asked.top, variants=asked.variants)
    return Answer(page, _sized({**answer, **tradeoffs_json(result)}, asked.detail))


def explain(catalog: Catalog, asked: taken.Explain) -> Answer:
    """Why one model scored as it did, or what would admit it."""
    from llm_select.questions.explain import explain_model
    from llm_select.questions.names import named
    from llm_select.render.explain_view import explanation_document
    from llm_select.render.payload import explanation_json

    model_id = named(catalog, "MODEL", asked.model)
    result = explain_model(catalog, model_id, asked.task, **_question(asked))
    payload = _sized(explanation_json(result, catalog), asked.detail)
    return Answer(explanation_document(result, catalog), payload)


def compare(catalog: Catalog, asked: taken.Compare) -> Answer:
    """Models side by side."""
    from llm_select.questions.compare import compare_models
    from llm_select.render.compare_view import comparison_document
    from llm_select.render.payload import comparison_json

    result = compare_models(
        catalog,
        asked.models,
        task=asked.task,
        languages=asked.language or (),
        pairs=asked.pair or (),
        hardware=_hardware(asked),
        engines=asked.engine or (),
        quantizations=asked.quantization or (),
        examples=asked.examples,
        context=asked.context,
        generate=asked.generate,
        concurrency=asked.concurrency,
        exclude_boards=asked.exclude_board or (),
    )
    page = comparison_document(result, catalog, rated=asked.task is not None)
    return Answer(page, _sized(comparison_json(result, catalog), asked.detail))


def estimate(catalog: Catalog, asked: taken.Estimate) -> Answer:
    """Memory and speed of one model in every format asked for."""
    from llm_select.questions.estimate import estimate_model
    from llm_select.render.estimate_view import estimate_document, estimate_json

    found = estimate_model(
        catalog,
        asked.model,
        hardware=_hardware(asked),
        context=asked.context,
        generate=asked.generate,
        concurrency=asked.concurrency,
        engines=asked.engine or (),
        quantizations=asked.quantization or (),
        kv_type=asked.kv_type,
    )
    page = estimate_document(catalog.models[found.model].name, *found[1:])
    return Answer(page, _sized(estimate_json(*found), asked.detail))


def finetune_plan(catalog: Catalog, asked: taken.FinetunePlan) -> Answer:
    """Strategy and training plan for a task."""
    from llm_select.questions.finetune import Goal, ask_strategy
    from llm_select.questions.names import named
    from llm_select.render.plan_payload import answer_json
    from llm_select.render.plan_view import answer_document

    goal = Goal(
        task=asked.task,
        examples=asked.examples,
        language=asked.language,
        pair=asked.pair,
        min_accuracy=asked.min_accuracy,
        privacy=asked.privacy,
        commercial=asked.commercial,
        license=asked.license,
        exclude_board=asked.exclude_board,
        tokens_per_example=asked.tokens_per_example,
        epochs=asked.epochs,
        learning_rate=asked.learning_rate,
        accumulation=asked.accumulation,
        regression=asked.regression,
        price_per_hour=asked.price_per_hour,
    )
    row = {
        name: str(int(value)) if isinstance(value, bool) else str(value)
        for name, value in (
            ("method", asked.method),
            ("quantization", asked.quantization),
            ("optimizer", asked.optimizer),
            ("precision", asked.precision),
            ("lora_rank", asked.lora_rank),
            ("lora_targets", ";".join(asked.lora_targets) if asked.lora_targets else None),
            ("batch", asked.batch),
            ("seq_len", asked.seq_len),
            ("checkpointing", asked.checkpointing),
            ("engine", asked.trainer),
            ("sharding", asked.sharding),
            ("gpus", asked.gpus),
        )
        if value is not None
    }
    model_id = named(catalog, "MODEL", asked.model) if asked.model is not None else None
    hardware = Hardware(asked.gpu, asked.gpus, _gib(asked.gpu_mem))
    found = ask_strategy(catalog, model_id, goal, row, hardware)
    page = answer_document(found, catalog, explain=asked.detail == "full", exported=None)
    return Answer(page, _sized(answer_json(found, catalog), asked.detail))


def list_tasks(catalog: Catalog, _: taken.ListTasks) -> Answer:
    """Every task."""
    payload = tasks_json(catalog)
    return Answer(list_document(payload, "tasks", ("id", "description", "kinds")), payload)


def find_models(catalog: Catalog, asked: taken.FindModels) -> Answer:
    """Models by part of a name."""
    from llm_select.questions.find import find_models as search

    scores = scores_by_model(catalog)
    found = search(
        catalog,
        asked.query,
        scores=scores,
        kind=asked.kind,
        weights=asked.weights,
        limit=asked.limit,
    )
    payload = models_json(catalog, found.ids, scores, total=found.total, nearest=found.nearest)
    columns = ("id", "name", "kind", "parameters", "released", "license", "weights", "evaluations")
    return Answer(list_document(payload, "models", columns), payload)


def find_devices(catalog: Catalog, asked: taken.FindDevices) -> Answer:
    """Devices by part of a name."""
    from llm_select.questions.find import find_devices as search

    found = search(
        catalog,
        asked.query,
        form=asked.form,
        vendor=asked.vendor,
        min_gib=asked.min_gib,
        limit=asked.limit,
    )
    payload = devices_json(catalog, found.ids, total=found.total, nearest=found.nearest)
    columns = ("name", "memory_gib", "bandwidth_gb_s", "tflops_16bit", "form", "vendor")
    return Answer(list_document(payload, "devices", columns), payload)


def _sized(payload: Json, detail: str) -> Json:
    return shortened(payload, BRIEF if detail == "brief" else FULL)


def _question(asked: taken.Question) -> dict[str, Any]:
    """What `recommend` and `explain` ask alike, beside the task."""
    return {
        "languages": asked.language or (),
        "pairs": asked.pair or (),
        "hardware": _hardware(asked),
        "limits": _limits(asked),
        "context": asked.context,
        "generate": asked.generate,
        "concurrency": asked.concurrency,
        "profile": asked.profile,
        "weights": _weights(asked),
        "exclude_boards": asked.exclude_board or (),
    }


def _hardware(asked: taken.Machine) -> Hardware:
    return Hardware(asked.gpu, asked.gpus, _gib(asked.gpu_mem), _gib(asked.ram))


def _gib(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def _weights(asked: taken.Question) -> str | None:
    """Own weights as the command line writes them."""
    if asked.weights is None:
        return None
    given = asked.weights.model_dump(exclude_none=True)
    return ",".join(f"{name}={value!r}" for name, value in given.items()) or "quality=0"


def _limits(asked: taken.Question) -> Limits:
    return Limits(
        min_accuracy=asked.min_accuracy,
        min_speed=asked.min_speed,
        max_price=asked.max_price,
        commercial=asked.commercial,
        licenses=asked.license or (),
        weights_access=asked.weights_access,
        privacy=asked.privacy,
        modalities=asked.modality or (),
        engines=asked.engine or (),
        quantizations=asked.quantization or (),
        thinking=asked.thinking,
        families=asked.family or (),
        examples=asked.examples,
    )
