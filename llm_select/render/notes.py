"""Sentences for what an estimate took for granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from llm_select.i18n import listing, tr, translated
from llm_select.messages import Message
from llm_select.render.numbers import count, gib, share, tokens
from llm_select.render.words import word

if TYPE_CHECKING:
    from llm_select.estimates.types import Assumption

Values = Mapping[str, str | float | int]


def _memory_share(v: Values) -> str:
    values = {
        "share": share(float(v["share"])),
        "flag": v["flag"],
        "most": share(float(v["most"])),
    }
    if v["flag"] == "--mem-fraction-static":
        return tr(
            "weights and cache fit when {share} of a device is enough ({flag}); tight when it must be raised, to "
            "{most} at most",
            **values,
        )
    return tr(
        "fits when {share} of a device is enough ({flag}); tight when it must be raised, to {most} at most",
        **values,
    )


def _decode_efficiency(v: Values) -> str:
    values = {
        "share": share(float(v["efficiency"])),
        "us": f"{float(v['layer_us']):.0f}",
    }
    if v["measured"]:
        return tr(
            "{share} of memory bandwidth and {us} µs a layer, as measured on this engine and memory",
            **values,
        )
    return tr("{share} of memory bandwidth and {us} µs a layer, as on similar engines", **values)


def _prefill_utilization(v: Values) -> str:
    values = {
        "share": share(float(v["utilization"])),
        "tflops": f"{float(v['tflops']):g}",
    }
    if v["measured"]:
        return tr(
            "{share} of {tflops} TFLOPS when reading, as measured on this engine and memory",
            **values,
        )
    return tr("{share} of {tflops} TFLOPS when reading, as on similar engines", **values)


SENTENCES: dict[str, str | Callable[[Values], str]] = {
    "context": lambda v: tr(
        "cache reserved for {tokens} tokens in each of {batch} sequence(s)",
        tokens=tokens(float(v["tokens"])),
        batch=v["batch"],
    ),
    "engine": lambda v: tr("buffers as {name} allocates them", name=v["name"]),
    "kv-type": lambda v: tr("cache type {type}", type=v["type"]),
    "overhead": lambda v: tr(
        "{gib} GiB per device for the driver's context and the engine's own buffers",
        gib=f"{float(v['gib_per_device']):.2f}",
    ),
    "physical-batch": lambda v: tr("physical batch of {tokens} tokens", tokens=v["tokens"]),
    "largest-pass": lambda v: tr(
        "working memory of a pass of {tokens} tokens and {sequences} sequences "
        "(--max-num-batched-tokens, --max-num-seqs)",
        tokens=v["tokens"],
        sequences=v["sequences"],
    ),
    "flash-attention": lambda v: tr("flash attention on") if v["on"] else tr("flash attention off"),
    "preallocates-cache": (
        Message(
            "the engine fills the rest of its memory fraction with cache; only what the request "
            "needs is counted"
        )
    ),
    "memory-share": _memory_share,
    "file-size": lambda v: tr(
        "weights as large as the published files, {bytes}", bytes=gib(float(v["bytes"]))
    ),
    "embedding-on-host": lambda v: tr(
        "token embedding of {bytes} stays in main memory", bytes=gib(float(v["bytes"]))
    ),
    "offloaded-layers": lambda v: tr(
        "{layers} of {of} layers stay in main memory", layers=v["layers"], of=v["of"]
    ),
    "extra-prediction-not-loaded": lambda v: tr(
        "extra prediction layers ({parameters} weights) are not loaded",
        parameters=count(float(v["parameters"])),
    ),
    "state-in-32-bits": Message("recurrent state kept in 32 bits"),
    "greedy-decoding": lambda v: tr(
        "source of {source_tokens} tokens, greedy decoding: beams multiply the cache",
        source_tokens=tokens(float(v["source_tokens"])),
    ),
    "split": lambda v: tr(
        "{kind} split over {devices} devices: {stages} stage(s), each of {tensor}",
        kind=word(v["kind"]),
        devices=v["devices"],
        stages=v["stages"],
        tensor=v["tensor"],
    ),
    "decode-efficiency": _decode_efficiency,
    "prefill-utilization": _prefill_utilization,
    "all-reduce": lambda v: tr(
        "{us} µs for each exchange among {tensor} devices",
        us=f"{float(v['us']):.0f}",
        tensor=v["tensor"],
    ),
    "trainer": lambda v: tr("buffers as {name} allocates them", name=v["name"]),
    "trainable": lambda v: tr(
        "{parameters} weights trained", parameters=count(float(v["parameters"]))
    ),
    "recomputation": lambda v: (
        tr("activations recomputed in the backward pass")
        if v["on"]
        else tr("all activations kept for the backward pass")
    ),
    "gradient-accumulation": lambda v: (
        tr("gradients held over several passes") if v["on"] else tr("one pass to a step")
    ),
    "uniform-routing": lambda v: tr(
        "tokens visit {visits} of {experts} experts evenly",
        visits=v["visits"],
        experts=v["experts"],
    ),
}


def assumption_sentence(assumption: Assumption) -> str:
    """The sentence for an assumption; one without a sentence shows its code and values."""
    make = SENTENCES.get(assumption.code)
    if make is not None:
        return translated(make) if isinstance(make, str) else make(assumption.values)
    values = listing(f"{k} {_value(v)}" for k, v in assumption.values.items())
    return f"{assumption.code.replace('-', ' ')}: {values}" if values else assumption.code


def _value(value: str | float | int) -> str:
    if isinstance(value, float):
        return share(value) if 0 < value < 1 else f"{value:.3g}"
    return str(value)
