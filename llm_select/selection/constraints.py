"""Hard constraints. Each returns the objection, or None when it is met; the cheap ones come before any estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.evidence.languages import split_pair, supports
from llm_select.selection.types import Candidate, Change, Objection, Reason, Requirements

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine, MemoryEstimate
    from llm_select.evidence.quality import Quality
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Task
    from llm_select.schema.model import Model


def card_objections(
    catalog: Catalog,
    model_id: str,
    task_id: str,
    requirements: Requirements,
    quality: Quality | None,
) -> list[Objection]:
    """All objections that the card alone decides, in the order a reader would ask."""
    model = catalog.models[model_id]
    task = catalog.tasks[task_id]
    found = [
        _family(model_id, requirements),
        _kind(model, task),
        _specialization(model, task_id),
        _chat(model, task),
        _modality(model, task, requirements),
        _language(model, requirements, quality),
        _direction(model, requirements),
        _examples(model, task, requirements, quality),
        _access(model, requirements),
        _status(model),
        _license(catalog, model, requirements),
        _context(model, requirements),
    ]
    return [objection for objection in found if objection is not None]


def _family(model_id: str, requirements: Requirements) -> Objection | None:
    family = model_id.split("/", 1)[0]
    if not requirements.families or family in requirements.families:
        return None
    return Objection(Reason("family", {"family": family}), Change("--family", family))


def _kind(model: Model, task: Task) -> Objection | None:
    if model.kind in task.kinds:
        return None
    return Objection(Reason("kind", {"kind": model.kind, "kinds": tuple(task.kinds)}), None)


def _specialization(model: Model, task_id: str) -> Objection | None:
    if not model.specialization or task_id in model.specialization:
        return None
    return Objection(Reason("specialization", {"tasks": tuple(model.specialization)}), None)


def _chat(model: Model, task: Task) -> Objection | None:
    tuned = model.finetuning is not None and model.finetuning.chat_template is False
    if task.needs_chat and model.kind == "decoder" and tuned:
        return Objection(Reason("base-model", {}), None)
    return None


def _modality(model: Model, task: Task, requirements: Requirements) -> Objection | None:
    wanted = [task.input_modality, *requirements.modalities]
    missing = tuple(m for m in dict.fromkeys(wanted) if m not in model.modalities.input)
    if missing:
        change = Change("--modality", None) if task.input_modality not in missing else None
        return Objection(Reason("modality", {"missing": missing}), change)
    if task.output_modality == "embedding" and "embedding" not in model.modalities.output:
        return Objection(Reason("modality-output", {"missing": ("embedding",)}), None)
    if task.output_modality == "text" and "text" not in model.modalities.output:
        return Objection(Reason("modality-output", {"missing": ("text",)}), None)
    return None


def _language(
    model: Model, requirements: Requirements, quality: Quality | None
) -> Objection | None:
    asked = [
        *requirements.languages,
        *(end for pair in requirements.pairs for end in (split_pair(pair) or ())),
    ]
    if not asked or not model.languages:
        # An empty list means that nobody said, which evidence decides, not a constraint.
        return None
    missing = tuple(dict.fromkeys(a for a in asked if not supports(model.languages, a)))
    if not missing or (quality is not None and quality.tag != "unrated"):
        return None
    # Measured at this task in the language, if on a board that nothing ties to the reference: then it can be said only
    # that it is unrated.
    rows = quality.evidence if quality is not None else ()
    heard = {
        end
        for row in rows
        if row.language is not None and row.relevance != "proxy"
        for end in (split_pair(row.language) or (row.language,))
    }
    if all(supports(heard, language) for language in missing):
        return None
    option = "--language" if set(missing) & set(requirements.languages) else "--pair"
    return Objection(Reason("language", {"missing": missing}), Change(option, None))


def _direction(model: Model, requirements: Requirements) -> Objection | None:
    """A model trained to translate one way does not translate the other."""
    if not model.pairs:
        return None
    known = {split_pair(pair) for pair in model.pairs}
    missing = tuple(pair for pair in requirements.pairs if split_pair(pair) not in known)
    if not missing:
        return None
    values = {"missing": missing, "trained": tuple(model.pairs)}
    return Objection(Reason("direction", values), Change("--pair", model.pairs[0]))


def _examples(
    model: Model, task: Task, requirements: Requirements, quality: Quality | None
) -> Objection | None:
    if model.kind not in task.finetune_kinds or model.specialization:
        return None
    rows = quality.evidence if quality is not None else ()
    tuned = [row for row in rows if row.setting == "fine-tuned" and row.examples is not None]
    if rows and not any(row.setting == "fine-tuned" for row in rows):
        return None
    # The first is the reference's where the model sat it: the size that the quality shown was trained on.
    needed = (tuned[0].examples or 0) if tuned else 1
    if requirements.examples >= max(1, needed):
        return None
    return Objection(
        Reason(
            "examples", {"needed": needed, "given": requirements.examples, "known": bool(tuned)}
        ),
        Change("--examples", needed if tuned else "N"),
    )


def _access(model: Model, requirements: Requirements) -> Objection | None:
    if requirements.privacy == "self-hosted" and model.weights == "hosted":
        return Objection(Reason("privacy", {}), Change("--privacy", "any"))
    if requirements.weights_access == "open" and model.weights == "hosted":
        return Objection(Reason("access-hosted", {}), Change("--weights-access", "any"))
    if requirements.weights_access == "hosted" and not model.hosted:
        return Objection(Reason("access-open", {}), Change("--weights-access", "any"))
    return None


def _status(model: Model) -> Objection | None:
    """A hosted model that its provider retires cannot be built on; open weights stay usable."""
    if model.weights == "hosted" and model.status == "deprecated":
        return Objection(Reason("retired", {}), None)
    return None


def _license(catalog: Catalog, model: Model, requirements: Requirements) -> Objection | None:
    if requirements.licenses and model.license not in requirements.licenses:
        return Objection(
            Reason("license", {"license": model.license}), Change("--license", model.license)
        )
    license_ = catalog.licenses.get(model.license)
    if requirements.commercial and (license_ is None or license_.commercial == "no"):
        return Objection(
            Reason("commercial", {"license": model.license}), Change("--commercial", None)
        )
    return None


def _context(model: Model, requirements: Requirements) -> Objection | None:
    if model.context is None:
        return None
    work = requirements.workload
    # A decoder holds prompt and answer in one window, an encoder-decoder each in its own, an encoder only reads.
    needed = work.context
    if model.kind == "encoder-decoder":
        needed = max(work.prompt_tokens, work.generate_tokens)
    elif model.kind == "encoder":
        needed = work.prompt_tokens
    limit = max(model.context.native, model.context.extended or 0)
    if limit >= needed:
        return None
    return Objection(
        Reason("context", {"limit": limit, "needed": needed}), Change("--context", limit)
    )


def mode_objection(mode: str, requirements: Requirements) -> Objection | None:
    """--thinking on or off against the mode a variant runs in."""
    if requirements.thinking == "on" and mode != "thinking":
        return Objection(Reason("thinking", {"mode": mode}), Change("--thinking", "any"))
    if requirements.thinking == "off" and mode == "thinking":
        return Objection(Reason("thinking", {"mode": mode}), Change("--thinking", "any"))
    return None


def memory_objection(
    memory: MemoryEstimate, machine: Machine, needed_gib: float
) -> Objection | None:
    """The model must fit with the high end of the estimate; a tight fit is a near miss, not a pick."""
    if memory.verdict == "fits":
        return None
    code = "memory-tight" if memory.verdict == "tight" else "memory"
    values = {
        "needed_gib": needed_gib,
        "expected_gib": memory.device_expected / 2**30,
        "high_gib": memory.device_high / 2**30,
        "usable_gib": machine.usable_gib,
        "devices": machine.devices,
    }
    return Objection(Reason(code, values), _more_memory(machine, math.ceil(needed_gib)))


def _more_memory(machine: Machine, gib: int) -> Change:
    """The change as it can be typed: a named device is not sold with any memory, and a processor's is --ram."""
    if machine.vendor == "cpu" and machine.device is None:
        return Change("--ram", gib)
    return Change("--gpu-mem", gib, "--gpu" if machine.device is not None else None)


def speed_objection(speed: float | None, requirements: Requirements) -> Objection | None:
    """--min-speed, against the low end of the range."""
    if requirements.min_speed is None:
        return None
    if speed is None:
        return Objection(Reason("speed-unknown", {}), Change("--gpu", "NAME"))
    if speed >= requirements.min_speed:
        return None
    return Objection(
        Reason("speed", {"low": speed, "needed": requirements.min_speed}),
        Change("--min-speed", float(int(speed * 10)) / 10),
    )


def accuracy_objection(low: float | None, requirements: Requirements) -> Objection | None:
    """--min-accuracy, against the low end of the interval."""
    needed = requirements.min_accuracy
    if needed is None or (low is not None and low >= needed):
        return None
    if low is None:
        return Objection(Reason("accuracy-unknown", {}), Change("--min-accuracy", None))
    return Objection(
        Reason("accuracy", {"low": low, "needed": needed}), Change("--min-accuracy", low)
    )


def price_objection(candidate: Candidate, requirements: Requirements) -> Objection | None:
    """--max-price, for hosted candidates; one's own machine has no price per token."""
    if requirements.max_price is None or candidate.offer is None:
        return None
    price = candidate.offer.output_usd_per_mtok
    if price <= requirements.max_price:
        return None
    return Objection(
        Reason("price", {"price": price, "limit": requirements.max_price}),
        Change("--max-price", price),
    )


def only(objections: Sequence[Objection]) -> Objection | None:
    """The single objection of a near miss; None when there are several or none."""
    return objections[0] if len(objections) == 1 else None
