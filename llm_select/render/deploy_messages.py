"""Sentences for what a deployment is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from llm_select.i18n import tr, translated
from llm_select.messages import Message
from llm_select.render.messages import sentence
from llm_select.render.numbers import rate, share, tokens
from llm_select.render.words import either, word, words

if TYPE_CHECKING:
    from llm_select.selection.types import Reason, Value

Values = Mapping[str, "Value"]


def _num(v: Values, key: str) -> float:
    value = v[key]
    assert isinstance(value, int | float)
    return float(value)


def _words(v: Values, key: str) -> str:
    value = v[key]
    names = value if isinstance(value, tuple) else (str(value),)
    return words(name.replace("-", " ") for name in names)


def _derived(v: Values) -> str:
    devices, machine = v["devices"], v["machine"]
    if _num(v, "nodes") > 1:
        if v["clustered"]:
            return tr(
                "{devices} × {machine} in each of {nodes} machines: the fewest of 1, 2, 4 and 8 in a machine that "
                "hold it at eight bits or as released; --gpus and --nodes set them",
                devices=devices,
                machine=machine,
                nodes=v["nodes"],
            )
        return tr(
            "{devices} × {machine} in each of {nodes} machines: the fewest of 1, 2, 4 and 8 in a machine that "
            "hold it; --gpus and --nodes set them",
            devices=devices,
            machine=machine,
            nodes=v["nodes"],
        )
    if v["clustered"]:
        return tr(
            "{devices} × {machine}: the fewest of 1, 2, 4 and 8 in a machine that hold it at eight bits or as "
            "released; --gpus and --nodes set them",
            devices=devices,
            machine=machine,
        )
    return tr(
        "{devices} × {machine}: the fewest of 1, 2, 4 and 8 in a machine that hold it; --gpus and --nodes set them",
        devices=devices,
        machine=machine,
    )


def _no_fit(v: Values) -> str:
    needed, usable = f"{_num(v, 'needed_gib'):.1f}", f"{_num(v, 'usable_gib'):.1f}"
    devices = _num(v, "devices")
    if devices > 1 and v["verdict"] == "tight":
        return tr(
            "it is tight: up to {needed} GiB on the fullest of {devices} devices, {usable} GiB usable",
            needed=needed,
            devices=v["devices"],
            usable=usable,
        )
    if devices > 1:
        return tr(
            "it does not fit: up to {needed} GiB on the fullest of {devices} devices, {usable} GiB usable",
            needed=needed,
            devices=v["devices"],
            usable=usable,
        )
    if v["verdict"] == "tight":
        return tr(
            "it is tight: up to {needed} GiB, {usable} GiB usable", needed=needed, usable=usable
        )
    return tr(
        "it does not fit: up to {needed} GiB, {usable} GiB usable", needed=needed, usable=usable
    )


def _context(v: Values) -> str:
    return tr(
        "{tokens} tokens for a request, read and written, as asked",
        tokens=tokens(_num(v, "tokens")),
    )


def _tensor(v: Values) -> str:
    if _num(v, "nodes") > 1:
        return tr(
            "each layer is divided over {devices} devices inside a machine, where the fast links are: heads divide "
            "evenly",
            devices=v["tensor"],
        )
    return tr(
        "each layer is divided over {devices} devices: heads divide evenly", devices=v["tensor"]
    )


def _pipeline(v: Values) -> str:
    if _num(v, "nodes") > 1:
        return tr(
            "{stages} groups of layers, across machines: only a layer's output crosses the network",
            stages=v["stages"],
        )
    return tr(
        "{stages} groups of layers: heads do not divide over all {devices} devices",
        stages=v["stages"],
        devices=v["devices"],
    )


_PRIVATE = {
    "VLLM_NO_USAGE_STATS": Message("no usage reports to its developers, which are on by default"),
    "HF_HUB_OFFLINE": Message("it does not ask the hub: the files are there"),
    "OLLAMA_NO_CLOUD": Message("no models or searches of its maker's cloud"),
}

SENTENCES: dict[str, str | Callable[[Values], str]] = {
    # where files come from
    "files-published": lambda v: tr(
        "{format} files of the card: {repository}", format=v["format"], repository=v["repository"]
    ),
    "files-unnamed": lambda v: tr(
        "{format} files of the card: {repository}; which file in it is not on the card: put its "
        "name in place of FILE",
        format=v["format"],
        repository=v["repository"],
    ),
    "files-tag": lambda v: tr(
        "the card's tag {tag}; Ollama's default is Q4_K_M, `ollama show {tag}` tells", tag=v["tag"]
    ),
    "files-direct": lambda v: tr("the released weights: {repository}", repository=v["repository"]),
    "files-alias": lambda v: tr(
        "{repository}: a name of the model on its card, which lists no files; check it",
        repository=v["repository"],
    ),
    "files-loading": lambda v: tr(
        "made of the released weights, {repository}, while loading", repository=v["repository"]
    ),
    "files-loading-alias": lambda v: tr(
        "made while loading, from {repository}: a name of the model on its card, which lists no "
        "files; check it",
        repository=v["repository"],
    ),
    "files-prepared": lambda v: tr(
        "the card lists no {format} files: made from the released weights, {repository}",
        format=v["format"],
        repository=v["repository"],
    ),
    "files-prepared-alias": lambda v: tr(
        "the card lists no files: made from {repository}, a name of the model on its card; check "
        "it",
        repository=v["repository"],
    ),
    # settings
    "flag-tokenizer": Message("a converted model has no tokenizer: it is the released one's"),
    "flag-revision": Message("the revision on the card, so that the files cannot change"),
    "flag-name": Message("the name clients ask for"),
    "flag-task": Message("what the server does with a text"),
    "flag-host": Message("where it listens: this computer only, until told otherwise"),
    "flag-port": Message("the engine's default"),
    "flag-length": lambda v: tr(
        "texts are cut after {tokens} tokens", tokens=tokens(_num(v, "tokens"))
    ),
    "flag-context": _context,
    "flag-total-context": lambda v: tr(
        "{tokens} tokens for each of {sequences} request(s): the engine shares out the total",
        tokens=tokens(_num(v, "tokens")),
        sequences=v["sequences"],
    ),
    "flag-sequences": lambda v: tr(
        "requests that run together; memory was counted for {sequences}, more wait",
        sequences=v["sequences"],
    ),
    "flag-pass-tokens": lambda v: tr(
        "tokens of one pass: memory was counted for {tokens}, and large devices take more by "
        "default",
        tokens=f"{v['tokens']:,}",
    ),
    "flag-prompts": Message("prompts read together"),
    "flag-keep-loaded": Message(
        "the model stays loaded; the default unloads it after five minutes"
    ),
    "flag-loaded-models": Message("memory was counted for one model"),
    "flag-kv-type": lambda v: tr(
        "at {type} the cache fits, at the default type it does not", type=v["type"]
    ),
    "flag-kv-asked": Message("as asked"),
    "flag-flash-attention": Message("a quantized cache needs it"),
    "flag-share": lambda v: tr(
        "the share of a device on which the estimate stands; up to {needed} of the "
        "{room} GiB it gives are needed, the engine fills the rest with cache",
        needed=f"{_num(v, 'needed_gib'):.1f}",
        room=f"{_num(v, 'room_gib'):.1f}",
    ),
    "flag-share-raised": lambda v: tr(
        "raised to {share}: at the default it does not fit; leave nothing else on the device",
        share=share(_num(v, "share")),
    ),
    "flag-host-gib": lambda v: tr(
        "{layers} layers do not fit and stay in main memory", layers=v["layers"]
    ),
    "flag-all-layers": Message("all layers fit on the device"),
    "flag-some-layers": lambda v: tr(
        "{left} of {layers} layers stay in main memory; the output layer counts as one more",
        left=v["left"],
        layers=v["layers"],
    ),
    "flag-device": Message("what it runs on"),
    "flag-layer-split": lambda v: tr("whole layers over {devices} devices", devices=v["devices"]),
    "flag-tensor": _tensor,
    "flag-pipeline": _pipeline,
    "flag-nodes": lambda v: tr(
        "{nodes} machines, each told its place and the address of the first", nodes=v["nodes"]
    ),
    "flag-quantization": lambda v: tr("makes {format} of the released weights", format=v["format"]),
    "flag-dtype": lambda v: tr(
        "the format the memory was counted for: {format}", format=v["format"]
    ),
    "flag-parser-detected": Message(
        "the engine finds it from the chat template; off, with a warning, where it finds none"
    ),
    "flag-tool-parser": Message("named for this model in the engine's pages"),
    "flag-reasoning-parser": Message("named for this model in the engine's pages"),
    "flag-chat-template": Message(
        "the template the engine's pages name for tool calls of this model"
    ),
    "flag-offline": Message("no network once the file is there"),
    "flag-private": lambda v: translated(
        _PRIVATE.get(str(v["variable"]), Message("keeps the server from reaching out"))
    ),
    # notes
    "note-no-fit": _no_fit,
    "note-encoder-head": (
        Message(
            "an encoder answers nothing until it is fine-tuned: serve the fine-tuned checkpoint in "
            "place of this one (`llm-select finetune`)"
        )
    ),
    "note-embedder": Message("serving it means texts in, vectors out: it writes nothing"),
    "note-encoder-decoder": Message(
        "pretrained to restore text: fine-tune it, unless its own prompt formats are what you need"
    ),
    "note-base-model": Message(
        "a base model without a chat format: it continues text (/v1/completions), it does not "
        "answer"
    ),
    "note-own-server": lambda v: tr(
        "{engine} has no server for this kind of model: --export writes a small one, one request "
        "after the other; for many users put a queue before it",
        engine=v["engine"],
    ),
    "note-kv-loss": lambda v: tr(
        "what a cache of type {type} costs in quality is not in the catalog", type=v["type"]
    ),
    "note-format-loss": lambda v: tr(
        "what {format} costs in quality: see `llm-select explain` for the task", format=v["format"]
    ),
    "note-context-unbound": lambda v: tr(
        "the server has no option for the length of a request: longer ones than {tokens} tokens "
        "may run out of memory",
        tokens=tokens(_num(v, "tokens")),
    ),
    "note-no-images": lambda v: tr(
        "{engine} runs it without images: its tower is left out", engine=v["engine"]
    ),
    "note-projector": (
        Message(
            "images need a second file that `convert_hf_to_gguf.py --mmproj` makes: add --mmproj "
            "FILE (memory counts it)"
        )
    ),
    "note-one-at-a-time": Message("it runs one request at a time; the others wait"),
    "note-parsers-built-in": Message(
        "tool calls and reasoning are found from the chat template without a setting"
    ),
    "note-parsers-detected": Message("tool calls and reasoning by the chat template"),
    "note-parsers-known": Message(
        "tool calls and reasoning as the engine's pages say for this model"
    ),
    "note-parsers-partly": lambda v: tr(
        "no parser is named for its {missing}: none is set", missing=_words(v, "missing")
    ),
    "note-parsers-unknown": (
        Message(
            "the engine's pages name no parsers for this model: tool calls and reasoning come as "
            "plain text"
        )
    ),
    # order
    "behind-fit": lambda v: tr("{than} fits", than=v["than"]),
    "behind-alone": lambda v: tr("{than} runs requests together", than=v["than"]),
    "behind-replicas": lambda v: tr(
        "{replicas} replicas where {than} takes {best}",
        replicas=v["replicas"],
        than=v["than"],
        best=v["best"],
    ),
    "behind-offload": lambda v: tr("{than} leaves fewer layers in main memory", than=v["than"]),
    "behind-format": lambda v: tr(
        "{format} where {than} takes {best}", format=v["format"], than=v["than"], best=v["best"]
    ),
    "behind-files": lambda v: tr(
        "its files must be made first, {than} loads files that exist", than=v["than"]
    ),
    "behind-slower": lambda v: (
        tr(
            "{pace} requests/s expected, {than} {best}",
            pace=_pace(_num(v, "pace")),
            than=v["than"],
            best=_pace(_num(v, "best")),
        )
        if v["pace"]
        else tr("no speed known for it")
    ),
    "behind-install": lambda v: tr(
        "no image or package of it for these devices is in the catalog, {than} has one",
        than=v["than"],
    ),
    "behind-listed": lambda v: tr("alike; {than} is listed first in the catalog", than=v["than"]),
    # engines that do not serve it
    "engine-kind": lambda v: tr("does not run {kind} models", kind=word(v["kind"])),
    "engine-architecture": lambda v: tr("does not list {model_type}", model_type=v["model_type"]),
    "engine-device": lambda v: tr("does not run on {machine}", machine=v["machine"]),
    "engine-one-device": lambda v: tr("runs on one device, not on {devices}", devices=v["devices"]),
    "engine-one-node": lambda v: tr("no settings known for {nodes} machines", nodes=v["nodes"]),
    "engine-no-kv-type": lambda v: tr(
        "has no cache type {type}; it has {types}", type=v["type"], types=_words(v, "types")
    ),
    "engine-no-format": Message("loads none of the formats asked for, or none on this device"),
    "engine-no-files": Message("no files in its formats on the card, and it cannot make them"),
    "engine-unknown-server": Message("the catalog does not say how to start it"),
    "server-kind": lambda v: tr("its server does not take {kind} models", kind=word(v["kind"])),
    # the answer
    "devices-derived": _derived,
    "lengths-read": lambda v: tr(
        "texts of {prompt} tokens, {batch} at a time",
        prompt=tokens(_num(v, "prompt")),
        batch=v["batch"],
    ),
    "privacy-self-hosted": (
        Message(
            "nothing leaves the machine once the files are there: prompts and answers stay on it, "
            "and its settings turn off what the engine would report or look up"
        )
    ),
    "privacy-hosted": lambda v: tr(
        "every prompt and every answer goes to {providers}", providers=_words_or(v, "providers")
    ),
}


def _words_or(v: Values, key: str) -> str:
    value = v[key]
    names = value if isinstance(value, tuple) else (str(value),)
    return either(dict.fromkeys(names)) or tr("its provider")


def _pace(value: float) -> str:
    return rate(value) if value >= 1 else f"{value:.2g}"


def say(reason: Reason) -> str:
    """The sentence for a reason of a deployment, or for one of the question."""
    make = SENTENCES.get(reason.code)
    if make is None:
        return sentence(reason)
    return translated(make) if isinstance(make, str) else make(reason.values)
