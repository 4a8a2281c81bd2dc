"""The start-up logs of vLLM and SGLang beside this file, next to what the shipped catalog estimates."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import measurement_rows as m

from llm_select.catalog.load import load_catalog
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import Machine, MemoryEstimate, Workload
from llm_select.hardware.machine import from_device
from llm_select.units import GIB

LATENT = {"kv_rank": 512, "nope_dim": 128, "rope_dim": 64, "value_dim": 128}
DEEPSEEK_V2_LITE: dict[str, Any] = {
    # https://huggingface.co/deepseek-ai/DeepSeek-V2-Lite-Chat, config.json
    "model_type": "deepseek_v2",
    "hidden_size": 2048,
    "vocab_size": 102400,
    "tied_embeddings": False,
    "position": "rope",
    "layers": 27,
    "attention": [{"layers": 27, "kind": "latent", "heads": 16, "latent": LATENT}],
    "ffn": {"size": 10944, "gated": True},
    "experts": {
        "count": 64,
        "active": 6,
        "size": 1408,
        "shared": 2,
        "dense_layers": 1,
    },
}


class Parts(NamedTuple):
    """GiB on one device; None where a log has no such line."""

    weights: float | None
    activations: float | None
    overhead: float | None
    """The driver's context at the start, what the profiling pass takes outside torch, captured graphs."""
    cache: float | None
    """For one sequence of the row's context."""


@cache
def catalog() -> Any:
    """The bundled catalog."""
    return load_catalog()


@cache
def model(name: str) -> Any:
    """The model of `models.csv`, else the card whose id ends so."""
    if name in m.table("models", "model"):
        return m.model(name)
    if name == "deepseek-v2-lite":
        return m.shaped(name, DEEPSEEK_V2_LITE)
    (found,) = [v for k, v in catalog().models.items() if k.split("/")[-1] == name]
    return found


def machine(r: m.Row) -> Machine | None:
    """The catalog's device of a row."""
    if not r["device"]:
        return None
    device = catalog().devices[r["device"]]
    return from_device(
        catalog(), r["device"], nominal=device.memory[-1].gib, devices=int(r["devices"]), ram=None
    )


def workload(r: m.Row) -> Workload:
    """One sequence of the row's context."""
    context = int(r["context"])
    return Workload(
        context=context,
        prompt_tokens=context - 1,
        generate_tokens=1,
        kv_type=r["kv_type"] or None,
        split=r["parallel"] or None,
        engine_version=r["engine_version"],
        memory_share=float(r["memory_share"]) if r["memory_share"] else None,
    )


def estimate(r: m.Row, *, roomy: bool = True) -> MemoryEstimate:
    """What the project says of a row. `roomy`: as if memory were plenty, for vLLM's default pass is what the logs
    show, and a smaller one is assumed where that does not fit."""
    c = catalog()
    on = machine(r)
    if roomy and on is not None:
        on = on._replace(usable_gib=10_000.0)
    return inference_memory(
        model(r["model"]),
        c.quantizations[r["quantization"]],
        c.engines[r["engine"]],
        workload(r),
        on,
    )


def printed(r: m.Row) -> Parts:
    """What the log says. The cache of one sequence: the pool over the concurrency, or over its tokens."""
    n = {k: float(v) if v else None for k, v in r.items() if k.endswith("_gib")}
    pool = n["cache_gib"]
    one = None
    if pool is not None and r["concurrency"]:
        one = pool / float(r["concurrency"])
    elif pool is not None and r["cache_tokens"]:
        one = pool / float(r["cache_tokens"]) * float(r["context"])
    beside = (n["context_gib"], n["kernels_gib"], n["graphs_gib"])
    overhead = None if None in beside else sum(x for x in beside if x is not None)
    return Parts(n["weights_gib"], n["activations_gib"], overhead, one)


def estimated(r: m.Row) -> Parts:
    """The same parts as estimated. A pipeline's log is of its first stage, which no part here describes."""
    e = estimate(r)
    one = int(r["devices"]) * GIB
    return Parts(e.weights / one, e.activations / one, e.overhead / one, e.kv_cache / one)


def errors(part: str, split: str | None = None) -> list[tuple[float, m.Row]]:
    """Signed relative errors of a part, with their rows."""
    found = []
    for r in m.rows("serving_memory"):
        real = getattr(printed(r), part)
        if real and r["parallel"] != "pipeline" and split in (None, r["split"]):
            found.append((getattr(estimated(r), part) / real - 1, r))
    return found


def used(r: m.Row) -> tuple[float, float] | None:
    """Estimated and printed GiB of weights, pass, buffers, graphs and one sequence's cache on one device."""
    real, ours = printed(r), estimated(r)
    if r["parallel"] == "pipeline" or None in real:
        return None
    return sum(x or 0.0 for x in ours), sum(x or 0.0 for x in real)
