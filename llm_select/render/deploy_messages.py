"""Sentences for what a deployment is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from llm_select.render.messages import sentence
from llm_select.render.numbers import rate, share, tokens

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
    return ", ".join(name.replace("-", " ") for name in names)


def _derived(v: Values) -> str:
    nodes = f" in each of {v['nodes']} machines" if _num(v, "nodes") > 1 else ""
    held = "hold it at eight bits or as released" if v["clustered"] else "hold it"
    return (
        f"{v['devices']} × {v['machine']}{nodes}: the fewest of 1, 2, 4 and 8 in a machine that {held}; --gpus and "
        "--nodes set them"
    )


def _no_fit(v: Values) -> str:
    each = f" on the fullest of {v['devices']} devices" if _num(v, "devices") > 1 else ""
    word = "is tight" if v["verdict"] == "tight" else "does not fit"
    return (
        f"it {word}: up to {_num(v, 'needed_gib'):.1f} GiB{each}, "
        f"{_num(v, 'usable_gib'):.1f} GiB usable"
    )


def _context(v: Values) -> str:
    return f"{tokens(_num(v, 'tokens'))} tokens for a request, read and written, as asked"


def _tensor(v: Values) -> str:
    inside = " inside a machine, where the fast links are" if _num(v, "nodes") > 1 else ""
    return f"each layer is divided over {v['tensor']} devices{inside}: heads divide evenly"


def _pipeline(v: Values) -> str:
    if _num(v, "nodes") > 1:
        return f"{v['stages']} groups of layers, across machines: only a layer's output crosses the network"
    return f"{v['stages']} groups of layers: heads do not divide over all {v['devices']} devices"


_PRIVATE = {
    "VLLM_NO_USAGE_STATS": "no usage reports to its developers, which are on by default",
    "HF_HUB_OFFLINE": "it does not ask the hub: the files are there",
    "OLLAMA_NO_CLOUD": "no models or searches of its maker's cloud",
}

SENTENCES: dict[str, str | Callable[[Values], str]] = {
    # where files come from
    "files-published": lambda v: f"{v['format']} files of the card: {v['repository']}",
    "files-unnamed": lambda v: (
        f"{v['format']} files of the card: {v['repository']}; which file in it is not on the card: put its name in "
        "place of FILE"
    ),
    "files-tag": lambda v: (
        f"the card's tag {v['tag']}; Ollama's default is Q4_K_M, `ollama show {v['tag']}` tells"
    ),
    "files-direct": lambda v: f"the released weights: {v['repository']}",
    "files-alias": lambda v: (
        f"{v['repository']}: a name of the model on its card, which lists no files; check it"
    ),
    "files-loading": lambda v: f"made of the released weights, {v['repository']}, while loading",
    "files-loading-alias": lambda v: (
        f"made while loading, from {v['repository']}: a name of the model on its card, which lists no files; check it"
    ),
    "files-prepared": lambda v: (
        f"the card lists no {v['format']} files: made from the released weights, {v['repository']}"
    ),
    "files-prepared-alias": lambda v: (
        f"the card lists no files: made from {v['repository']}, a name of the model on its card; check it"
    ),
    # settings
    "flag-tokenizer": "a converted model has no tokenizer: it is the released one's",
    "flag-revision": "the revision on the card, so that the files cannot change",
    "flag-name": "the name clients ask for",
    "flag-task": "what the server does with a text",
    "flag-host": "where it listens: this computer only, until told otherwise",
    "flag-port": "the engine's default",
    "flag-length": lambda v: f"texts are cut after {tokens(_num(v, 'tokens'))} tokens",
    "flag-context": _context,
    "flag-total-context": lambda v: (
        f"{tokens(_num(v, 'tokens'))} tokens for each of {v['sequences']} request(s): the engine shares out the total"
    ),
    "flag-sequences": lambda v: (
        f"requests that run together; memory was counted for {v['sequences']}, more wait"
    ),
    "flag-pass-tokens": lambda v: (
        f"tokens of one pass: memory was counted for {v['tokens']:,}, and large devices take more by default"
    ),
    "flag-prompts": "prompts read together",
    "flag-keep-loaded": "the model stays loaded; the default unloads it after five minutes",
    "flag-loaded-models": "memory was counted for one model",
    "flag-kv-type": lambda v: f"at {v['type']} the cache fits, at the default type it does not",
    "flag-kv-asked": "as asked",
    "flag-flash-attention": "a quantized cache needs it",
    "flag-share": lambda v: (
        f"the share of a device on which the estimate stands; up to {_num(v, 'needed_gib'):.1f} of the "
        f"{_num(v, 'room_gib'):.1f} GiB it gives are needed, the engine fills the rest with cache"
    ),
    "flag-share-raised": lambda v: (
        f"raised to {share(_num(v, 'share'))}: at the default it does not fit; leave nothing else on the device"
    ),
    "flag-host-gib": lambda v: f"{v['layers']} layers do not fit and stay in main memory",
    "flag-all-layers": "all layers fit on the device",
    "flag-some-layers": lambda v: (
        f"{v['left']} of {v['layers']} layers stay in main memory; the output layer counts as one more"
    ),
    "flag-device": "what it runs on",
    "flag-layer-split": lambda v: f"whole layers over {v['devices']} devices",
    "flag-tensor": _tensor,
    "flag-pipeline": _pipeline,
    "flag-nodes": lambda v: (
        f"{v['nodes']} machines, each told its place and the address of the first"
    ),
    "flag-quantization": lambda v: f"makes {v['format']} of the released weights",
    "flag-dtype": lambda v: f"the format the memory was counted for: {v['format']}",
    "flag-parser-detected": "the engine finds it from the chat template; off, with a warning, where it finds none",
    "flag-tool-parser": "named for this model in the engine's pages",
    "flag-reasoning-parser": "named for this model in the engine's pages",
    "flag-chat-template": "the template the engine's pages name for tool calls of this model",
    "flag-offline": "no network once the file is there",
    "flag-private": lambda v: _PRIVATE.get(
        str(v["variable"]), "keeps the server from reaching out"
    ),
    # notes
    "note-no-fit": _no_fit,
    "note-encoder-head": (
        "an encoder answers nothing until it is fine-tuned: serve the fine-tuned checkpoint in place of this one "
        "(`llm-select finetune`)"
    ),
    "note-embedder": "serving it means texts in, vectors out: it writes nothing",
    "note-encoder-decoder": "pretrained to restore text: fine-tune it, unless its own prompt formats are what you need",
    "note-base-model": "a base model without a chat format: it continues text (/v1/completions), it does not answer",
    "note-own-server": lambda v: (
        f"{v['engine']} has no server for this kind of model: --export writes a small one, one request after the "
        "other; for many users put a queue before it"
    ),
    "note-kv-loss": lambda v: (
        f"what a cache of type {v['type']} costs in quality is not in the catalog"
    ),
    "note-format-loss": lambda v: (
        f"what {v['format']} costs in quality: see `llm-select explain` for the task"
    ),
    "note-context-unbound": lambda v: (
        f"the server has no option for the length of a request: longer ones than {tokens(_num(v, 'tokens'))} tokens "
        "may run out of memory"
    ),
    "note-no-images": lambda v: f"{v['engine']} runs it without images: its tower is left out",
    "note-projector": (
        "images need a second file that `convert_hf_to_gguf.py --mmproj` makes: add --mmproj FILE (memory counts it)"
    ),
    "note-one-at-a-time": "it runs one request at a time; the others wait",
    "note-parsers-built-in": "tool calls and reasoning are found from the chat template without a setting",
    "note-parsers-detected": "tool calls and reasoning by the chat template",
    "note-parsers-known": "tool calls and reasoning as the engine's pages say for this model",
    "note-parsers-partly": lambda v: (
        f"no parser is named for its {_words(v, 'missing')}: none is set"
    ),
    "note-parsers-unknown": (
        "the engine's pages name no parsers for this model: tool calls and reasoning come as plain text"
    ),
    # order
    "behind-fit": lambda v: f"{v['than']} fits",
    "behind-alone": lambda v: f"{v['than']} runs requests together",
    "behind-replicas": lambda v: f"{v['replicas']} replicas where {v['than']} takes {v['best']}",
    "behind-offload": lambda v: f"{v['than']} leaves fewer layers in main memory",
    "behind-format": lambda v: f"{v['format']} where {v['than']} takes {v['best']}",
    "behind-files": lambda v: f"its files must be made first, {v['than']} loads files that exist",
    "behind-slower": lambda v: (
        f"{_pace(_num(v, 'pace'))} requests/s expected, {v['than']} {_pace(_num(v, 'best'))}"
        if v["pace"]
        else "no speed known for it"
    ),
    "behind-install": lambda v: (
        f"no image or package of it for these devices is in the catalog, {v['than']} has one"
    ),
    "behind-listed": lambda v: f"alike; {v['than']} is listed first in the catalog",
    # engines that do not serve it
    "engine-kind": lambda v: f"does not run {v['kind']} models",
    "engine-architecture": lambda v: f"does not list {v['model_type']}",
    "engine-device": lambda v: f"does not run on {v['machine']}",
    "engine-one-device": lambda v: f"runs on one device, not on {v['devices']}",
    "engine-one-node": lambda v: f"no settings known for {v['nodes']} machines",
    "engine-no-kv-type": lambda v: f"has no cache type {v['type']}; it has {_words(v, 'types')}",
    "engine-no-format": "loads none of the formats asked for, or none on this device",
    "engine-no-files": "no files in its formats on the card, and it cannot make them",
    "engine-unknown-server": "the catalog does not say how to start it",
    "server-kind": lambda v: f"its server does not take {v['kind']} models",
    # the answer
    "devices-derived": _derived,
    "lengths-read": lambda v: (
        f"texts of {tokens(_num(v, 'prompt'))} tokens, {v['batch']} at a time"
    ),
    "privacy-self-hosted": (
        "nothing leaves the machine once the files are there: prompts and answers stay on it, and its settings "
        "turn off what the engine would report or look up"
    ),
    "privacy-hosted": lambda v: (
        f"every prompt and every answer goes to {_words_or(v, 'providers')}"
    ),
}


def _words_or(v: Values, key: str) -> str:
    value = v[key]
    names = value if isinstance(value, tuple) else (str(value),)
    return " or ".join(dict.fromkeys(names)) or "its provider"


def _pace(value: float) -> str:
    return rate(value) if value >= 1 else f"{value:.2g}"


def say(reason: Reason) -> str:
    """The sentence for a reason of a deployment, or for one of the question."""
    make = SENTENCES.get(reason.code)
    if make is None:
        return sentence(reason)
    return make if isinstance(make, str) else make(reason.values)
