"""Which files a server loads: named where the catalog knows them, made by commands where not, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.plan.deploy_types import MODELS, Files
from llm_select.selection.types import Reason

if TYPE_CHECKING:
    from llm_select.schema.model import Artifact, Model
    from llm_select.schema.serving import Prepare, Serving
    from llm_select.selection.types import Candidate


class Repository(NamedTuple):
    """Where the released weights lie."""

    name: str
    revision: str | None
    listed: bool
    """True when the card lists it among its files; False when it is only a name the model goes by."""


def repository(model: Model) -> Repository | None:
    """The released weights: unquantized files, else the developer's, else a repository among the names, else None."""
    released = [a for a in model.artifacts if a.format == "safetensors"]
    plain = [a for a in released if a.quantization in PLAIN]
    for artifact in (*plain, *released):
        return Repository(artifact.repository, artifact.revision, listed=True)
    names = [alias for alias in model.aliases if alias.count("/") == 1]
    return Repository(names[0], None, listed=False) if names else None


def repositories(model: Model) -> tuple[str, ...]:
    """Every repository the card names."""
    listed = [artifact.repository for artifact in model.artifacts]
    return tuple(dict.fromkeys([*listed, *(a for a in model.aliases if a.count("/") == 1)]))


def short_name(model_id: str) -> str:
    """The name clients use and files are called by: the id's last part."""
    return model_id.rpartition("/")[2]


def files(candidate: Candidate, serving: Serving) -> Files | None:
    """The files for a format on an engine; None where neither the card has them nor the engine can make them.

    Weights that were released in a narrow format are not made narrower while loading: engines refuse to quantize a
    quantized checkpoint. Of those in FP8 the GGUF converter makes 16 bits first.
    """
    name, model = candidate.quantization_id or "", candidate.model
    published = next((a for a in model.artifacts if a.quantization == name), None)
    if published is not None:
        return _published(candidate, published, serving)
    tag = _tag(model) if name in serving.tags else None
    if tag is not None:
        reason = Reason("files-tag", {"tag": tag})
        return Files("tag", tag, None, None, (f"ollama pull {tag}",), None, reason)
    source = repository(model)
    if source is None:
        return None
    if name in serving.direct and _plain(model):
        code = "files-direct" if source.listed else "files-alias"
        reason = Reason(code, {"repository": source.name, "format": _format(candidate)})
        return _fetched("direct", source, reason)
    if name in serving.loading and _plain(model):
        code = "files-loading" if source.listed else "files-loading-alias"
        reason = Reason(code, {"repository": source.name, "format": _format(candidate)})
        return _fetched("loading", source, reason)
    for prepare in serving.prepare:
        if name in prepare.formats and (_plain(model) or _converts(model, prepare)):
            return _prepared(candidate, prepare, source)
    return None


def _published(candidate: Candidate, artifact: Artifact, serving: Serving) -> Files:
    values = {"repository": artifact.repository, "format": _format(candidate)}
    place = (artifact.repository, artifact.revision)
    fetch = _fetch(*place)
    if artifact.format != "gguf":
        reason = Reason("files-published", values)
        return Files("published", artifact.repository, *place, (fetch,), None, reason)
    if "repository" in serving.options:
        kind = (candidate.quantization_id or "").removesuffix("-gguf").upper()
        told = f"{artifact.repository}:{kind}"
        return Files("published", told, *place, (fetch,), None, Reason("files-published", values))
    # The card names the repository of a GGUF file, not the file in it.
    name = short_name(candidate.model_id)
    command = f"{fetch} --local-dir {name}"
    reason = Reason("files-unnamed", values)
    return Files("published", f"{MODELS}/{name}/FILE.gguf", *place, (command,), None, reason)


def _prepared(candidate: Candidate, prepare: Prepare, source: Repository) -> Files:
    form = candidate.quantization_id or ""
    filled = {
        "repository": source.name,
        "revision": f" --revision {source.revision}" if source.revision else "",
        "name": short_name(candidate.model_id),
        "format": form,
        "type": prepare.formats[form],
    }
    values = {"repository": source.name, "format": _format(candidate)}
    code = "files-prepared" if source.listed else "files-prepared-alias"
    return Files(
        "prepared",
        f"{MODELS}/{prepare.path.format(**filled)}",
        source.name,
        source.revision,
        tuple(command.format(**filled) for command in prepare.commands),
        prepare.needs,
        Reason(code, values),
    )


def _fetched(basis: str, source: Repository, reason: Reason) -> Files:
    command = _fetch(source.name, source.revision)
    return Files(basis, source.name, source.name, source.revision, (command,), None, reason)


def _fetch(repository: str, revision: str | None) -> str:
    """Into the hub's cache, where servers look when they may not ask the network."""
    return f"hf download {repository}" + (f" --revision {revision}" if revision else "")


def _plain(model: Model) -> bool:
    """True when the weights were released unquantized, or the card lists no files and so no other release."""
    released = [a.quantization for a in model.artifacts if a.format == "safetensors"]
    return not released or any(name in PLAIN for name in released)


def _converts(model: Model, prepare: Prepare) -> bool:
    gguf = prepare.path.endswith(".gguf")
    return gguf and any(a.quantization == "fp8" for a in model.artifacts)


PLAIN = ("bf16", "fp16", "fp32")
"""Formats of safetensors that are not quantized."""


def _format(candidate: Candidate) -> str:
    return candidate.quantization.name if candidate.quantization is not None else ""


def _tag(model: Model) -> str | None:
    """A name of the form `qwen3:32b`."""
    return next((a for a in model.aliases if a.count(":") == 1 and "/" not in a), None)
