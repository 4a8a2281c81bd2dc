"""Sentences for what an estimate took for granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from llm_select.render.numbers import count, gib, share, tokens

if TYPE_CHECKING:
    from llm_select.estimates.types import Assumption

Values = Mapping[str, str | float | int]

SENTENCES: dict[str, str | Callable[[Values], str]] = {
    "context": lambda v: (
        f"cache reserved for {tokens(float(v['tokens']))} tokens in each of {v['batch']} sequence(s)"
    ),
    "engine": lambda v: f"buffers as {v['name']} allocates them",
    "kv-type": lambda v: f"cache type {v['type']}",
    "overhead": lambda v: (
        f"{float(v['gib_per_device']):.2f} GiB per device for the driver's context and the engine's own buffers"
    ),
    "physical-batch": lambda v: f"physical batch of {v['tokens']} tokens",
    "largest-pass": lambda v: (
        f"working memory of a pass of {v['tokens']} tokens and {v['sequences']} sequences (--max-num-batched-tokens, "
        f"--max-num-seqs)"
    ),
    "flash-attention": lambda v: f"flash attention {'on' if v['on'] else 'off'}",
    "preallocates-cache": (
        "the engine fills the rest of its memory fraction with cache; only what the request needs is counted"
    ),
    "memory-share": lambda v: (
        ("weights and cache fit" if v["flag"] == "--mem-fraction-static" else "fits")
        + f" when {share(float(v['share']))} of a device is enough ({v['flag']}); tight when it must be raised, "
        f"to {share(float(v['most']))} at most"
    ),
    "file-size": lambda v: f"weights as large as the published files, {gib(float(v['bytes']))}",
    "embedding-on-host": lambda v: (
        f"token embedding of {gib(float(v['bytes']))} stays in main memory"
    ),
    "offloaded-layers": lambda v: f"{v['layers']} of {v['of']} layers stay in main memory",
    "extra-prediction-not-loaded": lambda v: (
        f"extra prediction layers ({count(float(v['parameters']))} weights) are not loaded"
    ),
    "state-in-32-bits": "recurrent state kept in 32 bits",
    "greedy-decoding": lambda v: (
        f"source of {tokens(float(v['source_tokens']))} tokens, greedy decoding: beams multiply the cache"
    ),
    "split": lambda v: (
        f"{v['kind']} split over {v['devices']} devices: {v['stages']} stage(s), each of {v['tensor']}"
    ),
    "decode-efficiency": lambda v: (
        f"{share(float(v['efficiency']))} of memory bandwidth and {float(v['layer_us']):.0f} µs a layer, "
        + ("as measured on this engine and memory" if v["measured"] else "as on similar engines")
    ),
    "prefill-utilization": lambda v: (
        f"{share(float(v['utilization']))} of {float(v['tflops']):g} TFLOPS when reading, "
        + ("as measured on this engine and memory" if v["measured"] else "as on similar engines")
    ),
    "all-reduce": lambda v: (
        f"{float(v['us']):.0f} µs for each exchange among {v['tensor']} devices"
    ),
    "trainer": lambda v: f"buffers as {v['name']} allocates them",
    "trainable": lambda v: f"{count(float(v['parameters']))} weights trained",
    "recomputation": lambda v: (
        "activations recomputed in the backward pass"
        if v["on"]
        else "all activations kept for the backward pass"
    ),
    "gradient-accumulation": lambda v: (
        "gradients held over several passes" if v["on"] else "one pass to a step"
    ),
    "uniform-routing": lambda v: f"tokens visit {v['visits']} of {v['experts']} experts evenly",
}


def assumption_sentence(assumption: Assumption) -> str:
    """The sentence for an assumption; one without a sentence shows its code and values."""
    make = SENTENCES.get(assumption.code)
    if make is not None:
        return make if isinstance(make, str) else make(assumption.values)
    values = ", ".join(f"{k} {_value(v)}" for k, v in assumption.values.items())
    return f"{assumption.code.replace('-', ' ')}: {values}" if values else assumption.code


def _value(value: str | float | int) -> str:
    if isinstance(value, float):
        return share(value) if 0 < value < 1 else f"{value:.3g}"
    return str(value)
