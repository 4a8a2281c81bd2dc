"""Rules on what objects refer to: LS002, LS008, LS009."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject, fields, nearest
from llm_select.messages import Message

_SECTIONS = (
    "models",
    "boards",
    "benchmarks",
    "tasks",
    "devices",
    "quantizations",
    "engines",
    "serving",
    "licenses",
    "methods",
    "strategies",
    "recipes",
    "losses",
)
_SOURCED = ("parameters", "architecture", "context", "pretraining", "languages")
"""Fields of a card that hold facts and no source of their own."""


def unknown_reference(subject: Subject) -> Iterator[Found]:
    """A field names something that the catalog does not have.

    ## What it does
    Looks up every id that an object gives: licence, source, benchmark, quantization, model, task,
    board, optimizer.

    ## Why it is bad
    The fact hangs in the air: a licence without terms cannot be checked, a score without its
    benchmark cannot be compared.

    ## Example
        license: apache2

    ## Use instead
        license: apache-2.0
    Or add the object to the catalog.
    """
    yield from dangling(subject.catalog, subject.catalog)


def dangling(objects: Any, catalog: Any) -> Iterator[Found]:
    """References of the objects in one catalog to what another does not have."""
    for section, key, path, kind, name in references(objects):
        known: Mapping[str, Any] = getattr(catalog, kind)
        if name not in known:
            remedy = nearest(name, known) or Message("add it to {home}", home=_home(kind))
            yield Found(
                section,
                key,
                path,
                Message("{name!r} is not among the {kind}", name=name, kind=kind),
                remedy,
            )


def missing_source(subject: Subject) -> Iterator[Found]:
    """A fact stands on a card without the place where it was read.

    ## What it does
    Asks for an entry in `sources` for parameters, architecture, context, pretraining and
    languages, and for a source of each artifact's size; of a device, for its memory and its
    compute. An entry for what is no field, at any depth of the card, is a warning.

    ## Why it is bad
    A figure that nobody can trace cannot be corrected; law 1 of the catalog is evidence or unknown.

    ## Example
        context: {native: 131072}

    ## Use instead
        context: {native: 131072}
        sources: {context: llama-3.1-config}
    """
    for key, model in subject.catalog.models.items():
        names = set(_names(model))
        for field in _SOURCED:
            if getattr(model, field) and field not in model.sources:
                message = Message("the facts in {field!r} have no source", field=field)
                yield Found(
                    "models",
                    key,
                    (field,),
                    message,
                    Message("add sources: {{{field}: <source id>}}", field=field),
                )
        for field in model.sources:
            if not names.issuperset(field.split(".")):
                remedy = nearest(field, names) or Message("name a field of the card")
                message = Message("{field!r} is no field", field=field)
                yield Found("models", key, ("sources", field), message, remedy, "warning")
        for index, artifact in enumerate(model.artifacts):
            if artifact.size_bytes and not artifact.source and "artifacts" not in model.sources:
                yield Found(
                    "models",
                    key,
                    ("artifacts", index),
                    Message("the size has no source"),
                    Message("add source: <source id>"),
                )
    for key, device in subject.catalog.devices.items():
        if "memory" not in device.sources and any(not option.source for option in device.memory):
            yield Found(
                "devices",
                key,
                ("memory",),
                Message("the memory has no source"),
                Message("add sources: {memory: <source id>}"),
            )
        if device.compute is not None and "compute" not in device.sources:
            yield Found(
                "devices",
                key,
                ("compute",),
                Message("the throughput has no source"),
                Message("add sources: {compute: <source id>}"),
            )


def _names(value: Any) -> Iterator[str]:
    """Names of all fields of a card, those inside its parts too."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _names(item)
    for name, item in fields(value):
        yield name
        yield from _names(item)


def unused_source(subject: Subject) -> Iterator[Found]:
    """A source that no object refers to.

    ## What it does
    Lists entries of `sources/` whose id is nowhere in the catalog.

    ## Why it is bad
    Usually a fact was renamed or removed and its source stayed, or another id was typed.

    ## Example
        qwen3-config-old: {title: …}     # and no card says `qwen3-config-old`

    ## Use instead
    Remove the entry, or refer to it.
    """
    used = {name for *_, kind, name in references(subject.catalog) if kind == "sources"}
    for key in subject.catalog.sources:
        if key not in used:
            yield Found(
                "sources",
                key,
                (),
                Message("no object refers to this source"),
                Message("remove it"),
                "warning",
            )


def references(catalog: Any) -> Iterator[tuple[str, str, Path, str, str]]:
    """Every reference: section, id, path, and the kind and name referred to."""
    for section in _SECTIONS:
        for key, value in getattr(catalog, section).items():
            for path, kind, name in _own(section, value):
                yield section, key, path, kind, name
            for path, name in _sources(value, ()):
                yield section, key, path, "sources", name
    scoring = catalog.scoring
    for name in scoring.assumed_thinking_tokens_by_task if scoring is not None else ():
        yield "scoring", "", ("assumed_thinking_tokens_by_task", name), "tasks", name


def _sources(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every `source` and every value of `sources`, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(item, (str, int, float)):
                yield from _sources(item, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _sources(item, (*path, index))
    else:
        for name, item in fields(value):
            if name == "source":
                if item is not None:
                    yield (*path, name), item
            elif name == "sources":
                for key, source in item.items():
                    yield (*path, name, key), source
            elif item is not None and not isinstance(item, (str, int, float)):
                yield from _sources(item, (*path, name))


def _own(section: str, value: Any) -> Iterator[tuple[Path, str, str]]:
    if section == "models":
        yield from _of_model(value)
    elif section == "boards":
        yield ("benchmark",), "benchmarks", value.benchmark
        for name, entry in value.entries.items():
            if entry.model is not None:
                yield ("entries", name, "model"), "models", entry.model
            if entry.quantization is not None:
                yield ("entries", name, "quantization"), "quantizations", entry.quantization
    elif section == "tasks":
        for index, use in enumerate(value.boards):
            yield ("boards", index, "board"), "boards", use.board
        if value.reference is not None:
            yield ("reference", "board"), "boards", value.reference.board
    elif section == "engines":
        for index, name in enumerate(value.quantizations):
            yield ("quantizations", index), "quantizations", name
    elif section == "serving":
        for field in ("direct", "tags"):
            for index, name in enumerate(getattr(value, field)):
                yield (field, index), "quantizations", name
        for field in ("dtypes", "loading", "load_formats"):
            for name in getattr(value, field):
                yield (field, name), "quantizations", name
        for index, prepare in enumerate(value.prepare):
            for name in prepare.formats:
                yield ("prepare", index, "formats", name), "quantizations", name
    elif section == "devices":
        for index, name in enumerate(value.engines or ()):
            yield ("engines", index), "engines", name
    elif section == "recipes":
        yield ("optimizer",), "methods", value.optimizer
        for index, name in enumerate(value.methods):
            yield ("methods", index), "methods", name
    elif section == "losses":
        yield from _of_losses(value)


def _of_model(model: Any) -> Iterator[tuple[Path, str, str]]:
    yield ("license",), "licenses", model.license
    if model.superseded_by is not None:
        yield ("superseded_by",), "models", model.superseded_by
    if model.finetuning is not None and model.finetuning.base is not None:
        yield ("finetuning", "base"), "models", model.finetuning.base
    if model.pretraining is not None and model.pretraining.optimizer is not None:
        yield ("pretraining", "optimizer"), "methods", model.pretraining.optimizer
    for index, name in enumerate(model.specialization):
        yield ("specialization", index), "tasks", name
    for index, length in enumerate(model.thinking.lengths if model.thinking is not None else ()):
        for place, name in enumerate(length.tasks):
            yield ("thinking", "lengths", index, "tasks", place), "tasks", name
    for index, evaluation in enumerate(model.evaluations):
        yield ("evaluations", index, "benchmark"), "benchmarks", evaluation.benchmark
    for index, artifact in enumerate(model.artifacts):
        yield ("artifacts", index, "quantization"), "quantizations", artifact.quantization


def _of_losses(table: Any) -> Iterator[tuple[Path, str, str]]:
    for key, test in table.tests.items():
        if test.benchmark is not None:
            yield ("tests", key, "benchmark"), "benchmarks", test.benchmark
        for index, name in enumerate(test.tasks):
            yield ("tests", key, "tasks", index), "tasks", name
    for label, measured in table.models.items():
        if measured.model is not None:
            yield ("models", label, "model"), "models", measured.model
        yield ("models", label, "unquantized"), "quantizations", measured.unquantized
        for name in measured.quantized:
            yield ("models", label, "quantized", name), "quantizations", name


def _home(kind: str) -> str:
    homes = {
        "models": "models/",
        "boards": "evaluations/",
        "devices": "hardware/",
        "benchmarks": "benchmarks/",
        "tasks": "tasks/",
        "sources": "sources/",
        "losses": "quantization_losses/",
    }
    return homes.get(kind, f"{kind}.yaml")
