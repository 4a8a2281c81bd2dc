"""What a plan leaves to be known: limits, and what the server does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.plan.deploy_files import PLAIN
from llm_select.plan.deploy_flags import parsers_for
from llm_select.selection.types import Reason, Value
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.plan.deploy_flags import Setup
    from llm_select.plan.deploy_types import Capacity

WHOLE = 16.0
"""Bits of formats that cost nothing."""


def notes(setup: Setup, capacity: Capacity) -> tuple[Reason, ...]:
    """Reasons in the order they matter."""
    said: list[Reason] = []
    model, work = setup.model, setup.workload
    if setup.memory.verdict != "fits":
        values: dict[str, Value] = {
            "verdict": setup.memory.verdict or "no",
            "needed_gib": setup.memory.device_high / GIB,
            "usable_gib": (setup.memory.usable or 0.0) / GIB,
            "devices": setup.machine.devices,
        }
        said.append(Reason("note-no-fit", values))
    if model.kind == "encoder":
        tuned = model.specialization or "embedding" in model.modalities.output
        said.append(Reason("note-embedder" if tuned else "note-encoder-head", {}))
    elif model.kind == "encoder-decoder" and not model.specialization:
        said.append(Reason("note-encoder-decoder", {}))
    elif model.kind == "decoder" and _base(setup):
        said.append(Reason("note-base-model", {}))
    if setup.own_server:
        name = setup.candidate.engine.name if setup.candidate.engine is not None else ""
        said.append(Reason("note-own-server", {"engine": name}))
    if work.kv_type is not None:
        said.append(Reason("note-kv-loss", {"type": work.kv_type}))
    form = setup.candidate.quantization
    if form is not None and form.bits < WHOLE and not _released(setup):
        said.append(Reason("note-format-loss", {"format": form.name}))
    if not _knows_context(setup):
        said.append(Reason("note-context-unbound", {"tokens": work.context}))
    if "image" in model.modalities.input:
        said += _images(setup)
    if model.kind == "decoder" and not setup.own_server and not _base(setup):
        said.append(_parsers_note(setup))
    if capacity.held is None and not setup.own_server and setup.memory.verdict == "fits":
        said.append(Reason("note-one-at-a-time", {}))
    return tuple(said)


def _images(setup: Setup) -> list[Reason]:
    """What an engine does with the tower of a model that reads images."""
    engine, shape = setup.candidate.engine, setup.model.architecture
    if engine is None or shape is None:
        return []
    if shape.model_type not in engine.vision:
        return [Reason("note-no-images", {"engine": engine.name})]
    if setup.files.model.endswith(".gguf"):
        return [Reason("note-projector", {})]
    return []


def _released(setup: Setup) -> bool:
    """True when the format is the one the weights were released in: nothing was lost since."""
    wider = [a for a in setup.model.artifacts if a.quantization in PLAIN]
    return setup.files.basis == "published" and not wider


def _base(setup: Setup) -> bool:
    tuning = setup.model.finetuning
    return tuning is None or tuning.chat_template is not True


def _knows_context(setup: Setup) -> bool:
    known = {*setup.serving.options, *setup.serving.environment}
    return setup.own_server or bool(known & {"context", "total-context"})


def _parsers_note(setup: Setup) -> Reason:
    serving = setup.serving
    if serving.parsers_built_in:
        return Reason("note-parsers-built-in", {})
    if serving.parsers_detected is not None:
        return Reason("note-parsers-detected", {})
    entry = parsers_for(setup.model, serving)
    if entry is None:
        return Reason("note-parsers-unknown", {})
    missing = []
    if entry.tool is None:
        missing.append("tool-calls")
    thinks = setup.model.thinking is not None and "thinking" in setup.model.thinking.modes
    if thinks and entry.reasoning is None:
        missing.append("reasoning")
    if missing:
        return Reason("note-parsers-partly", {"missing": tuple(missing)})
    return Reason("note-parsers-known", {})
