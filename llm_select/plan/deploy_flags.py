"""The settings of a server, each from the estimate or the card that decides it, with the reason."""

from __future__ import annotations

import math
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from llm_select.plan.deploy_files import repositories, short_name
from llm_select.plan.deploy_types import HEAD, HOST, MODELS, RANK, TEMPLATES, Files, Flag
from llm_select.selection.types import Reason, Value
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.split import Split
    from llm_select.estimates.types import Machine, MemoryEstimate, Workload
    from llm_select.schema.model import Model
    from llm_select.schema.serving import ModelParsers, Serving
    from llm_select.selection.types import Candidate

OWN_OPTIONS = {
    "model": "--model",
    "revision": "--revision",
    "task": "--task",
    "host": "--host",
    "port": "--port",
    "sequences": "--batch",
    "context": "--length",
    "dtype": "--dtype",
    "quantization": "--quantization",
    "device": "--device",
    "tokenizer": "--tokenizer",
}
"""Options of the small server that an export writes (`export/serving/server.py`)."""


class Setup(NamedTuple):
    """What the rules look at."""

    candidate: Candidate
    serving: Serving
    machine: Machine
    workload: Workload
    split: Split
    memory: MemoryEstimate
    layers: int
    files: Files
    task: str | None
    """Task of an own server."""
    own_server: bool
    kv_asked: bool = False
    """True when the cache type was asked for."""

    @property
    def model(self) -> Model:
        """The card."""
        return self.candidate.model


class Written(NamedTuple):
    """The settings that an engine has a name for, in the order they are set."""

    setup: Setup
    flags: list[Flag]

    def add(self, role: str, value: Value, reason: Reason, *, switch: bool = False) -> None:
        """Adds the setting where the engine has a name for it."""
        serving = self.setup.serving
        known: dict[str, str] = dict(serving.options)  # type: ignore[arg-type]
        if self.setup.own_server:
            known = OWN_OPTIONS
        text = None if switch else str(value)
        if role in known:
            self.flags.append(Flag(role, known[role], text, reason))
        elif role in serving.environment and not self.setup.own_server:
            self.flags.append(
                Flag(role, serving.environment[role], text or "1", reason, environment=True)
            )


def flags(setup: Setup) -> tuple[Flag, ...]:
    """Every setting of the server. Those whose default is what the estimate assumed are left out, but for the context,
    the number of requests and the share of memory, on which the fit stands."""
    written = Written(setup, [])
    _model(setup, written)
    _address(setup, written)
    _lengths(setup, written)
    _cache(setup, written)
    _memory(setup, written)
    _devices(setup, written)
    _format(setup, written)
    _parsers(setup, written)
    _private(setup, written)
    return tuple(written.flags)


def _model(setup: Setup, written: Written) -> None:
    files, serving = setup.files, setup.serving
    local = files.model.startswith(MODELS)
    hub = files.basis == "published" and "repository" in serving.options and not local
    if hub and ":" in files.model:
        written.add("repository", files.model, files.reason)
    else:
        written.add("model", files.model, files.reason)
    if local and setup.own_server:
        # A converted model has no tokenizer of its own.
        name = short_name(setup.candidate.model_id)
        written.add("tokenizer", f"{MODELS}/{name}", Reason("flag-tokenizer", {}))
    if files.revision is not None and not local:
        written.add("revision", files.revision, Reason("flag-revision", {}))
    written.add("served-name", short_name(setup.candidate.model_id), Reason("flag-name", {}))
    if setup.own_server and setup.task is not None:
        written.add("task", setup.task, Reason("flag-task", {}))


def _address(setup: Setup, written: Written) -> None:
    if "host" in setup.serving.environment:
        # Ollama takes both in one.
        value = f"{HOST}:{setup.serving.port}"
        written.add("host", value, Reason("flag-host", {}))
        return
    written.add("host", HOST, Reason("flag-host", {}))
    written.add("port", setup.serving.port, Reason("flag-port", {}))


def _lengths(setup: Setup, written: Written) -> None:
    work = setup.workload
    values: dict[str, Value] = {"tokens": work.context, "sequences": work.batch}
    if setup.own_server:
        limit = work.prompt_tokens if setup.model.kind != "encoder" else work.context
        written.add("context", limit, Reason("flag-length", {"tokens": limit}))
    else:
        written.add("context", work.context, Reason("flag-context", values))
    total = work.context * work.batch
    written.add("total-context", total, Reason("flag-total-context", values))
    written.add("sequences", work.batch, Reason("flag-sequences", values))
    written.add("prompts", work.batch, Reason("flag-prompts", values))
    written.add("keep-loaded", -1, Reason("flag-keep-loaded", {}))
    written.add("loaded-models", 1, Reason("flag-loaded-models", {}))


def _cache(setup: Setup, written: Written) -> None:
    kind = setup.workload.kv_type
    if kind is None:
        return
    reason = Reason("flag-kv-asked" if setup.kv_asked else "flag-kv-type", {"type": kind})
    for role in ("kv-type", "kv-key-type", "kv-value-type"):
        written.add(role, kind, reason)
    if kind.startswith("q") and kind[1:].isdigit():
        written.add("kv-bits", kind[1:], reason)
    if "q" in kind:
        on = "on" if "flash-attention" in setup.serving.options else 1
        written.add("flash-attention", on, Reason("flag-flash-attention", {}))


def _memory(setup: Setup, written: Written) -> None:
    largest = next((a for a in setup.memory.assumptions if a.code == "largest-pass"), None)
    if largest is not None:
        tokens = int(largest.values["tokens"])
        written.add("pass-tokens", tokens, Reason("flag-pass-tokens", {"tokens": tokens}))
    said = next((a for a in setup.memory.assumptions if a.code == "memory-share"), None)
    if said is None:
        return
    share = float(said.values["share"])
    code = "flag-share" if setup.workload.memory_share is None else "flag-share-raised"
    values: dict[str, Value] = {
        "share": share,
        "needed_gib": setup.memory.device_high / GIB,
        "room_gib": (setup.memory.usable or 0.0) / GIB,
    }
    written.add("memory-share", f"{math.floor(share * 1000 + 1e-6) / 1000:g}", Reason(code, values))
    if setup.memory.offloaded_layers:
        gib = _host_gib(setup)
        reason = Reason("flag-host-gib", {"layers": setup.memory.offloaded_layers, "gib": gib})
        written.add("host-gib", gib, reason)


def _host_gib(setup: Setup) -> int:
    """Whole GiB of weights each device leaves in main memory."""
    return math.ceil(setup.memory.host / GIB / setup.split.devices)


def _devices(setup: Setup, written: Written) -> None:
    split, memory = setup.split, setup.memory
    nodes = setup.machine.nodes
    on_device = setup.machine.vendor != "cpu"
    if on_device and "device-layers" in setup.serving.options:
        # llama.cpp counts the output layer as one more.
        left = memory.offloaded_layers
        value = "all" if not left else str(setup.layers + 1 - left)
        code = "flag-all-layers" if not left else "flag-some-layers"
        written.add("device-layers", value, Reason(code, {"layers": setup.layers, "left": left}))
    written.add("device", _device(setup), Reason("flag-device", {}))
    if split.devices == 1:
        return
    values: dict[str, Value] = {
        "tensor": split.tensor,
        "stages": split.stages,
        "devices": split.devices,
        "nodes": nodes,
    }
    if split.kind == "layer":
        written.add("split-mode", "layer", Reason("flag-layer-split", values))
        written.add("spread", 1, Reason("flag-layer-split", values))
    if split.tensor > 1:
        written.add("tensor", split.tensor, Reason("flag-tensor", values))
    if split.stages > 1:
        written.add("pipeline", split.stages, Reason("flag-pipeline", values))
    if nodes > 1:
        reason = Reason("flag-nodes", values)
        written.add("nodes", nodes, reason)
        written.add("node-rank", RANK, reason)
        written.add("head-address", HEAD, reason)


def _device(setup: Setup) -> str:
    if setup.machine.vendor == "cpu":
        return "cpu"
    if setup.candidate.engine is not None and setup.candidate.engine.memory_model == "ctranslate2":
        return "cuda"
    return "auto"


def _format(setup: Setup, written: Written) -> None:
    name, serving = setup.candidate.quantization_id or "", setup.serving
    form = setup.candidate.quantization.name if setup.candidate.quantization else name
    if setup.files.basis == "loading":
        reason = Reason("flag-quantization", {"format": form})
        written.add("quantization", serving.loading[name], reason)
        if name in serving.load_formats:
            written.add("load-format", serving.load_formats[name], reason)
    elif name in serving.dtypes:
        written.add("dtype", serving.dtypes[name], Reason("flag-dtype", {"format": form}))


def parsers_for(model: Model, serving: Serving) -> ModelParsers | None:
    """The first entry that names a repository of the card."""
    named = [name.lower() for name in repositories(model)]
    for entry in serving.parsers:
        if any(fnmatchcase(n, glob.lower()) for n in named for glob in entry.repositories):
            return entry
    return None


def _parsers(setup: Setup, written: Written) -> None:
    serving, model = setup.serving, setup.model
    talks = model.finetuning is not None and model.finetuning.chat_template is True
    thinks = model.thinking is not None and "thinking" in model.thinking.modes
    if setup.own_server or not talks:
        return
    if serving.parsers_detected is not None:
        reason = Reason("flag-parser-detected", {})
        written.add("tool-parser", serving.parsers_detected, reason)
        if thinks:
            written.add("reasoning-parser", serving.parsers_detected, reason)
        return
    entry = parsers_for(model, serving)
    if entry is None:
        return
    if entry.tool is not None:
        reason = Reason("flag-tool-parser", {"parser": entry.tool})
        written.add("tools", None, reason, switch=True)
        written.add("tool-parser", entry.tool, reason)
    if entry.template is not None:
        reason = Reason("flag-chat-template", {"template": entry.template})
        written.add("chat-template", f"{TEMPLATES}/{entry.template}", reason)
    if entry.reasoning is not None and thinks:
        reason = Reason("flag-reasoning-parser", {"parser": entry.reasoning})
        written.add("reasoning-parser", entry.reasoning, reason)


def _private(setup: Setup, written: Written) -> None:
    if not setup.own_server:
        written.add("offline", None, Reason("flag-offline", {}), switch=True)
    for variable, value in setup.serving.private.items():
        reason = Reason("flag-private", {"variable": variable})
        written.flags.append(Flag("private", variable, value, reason, environment=True))
