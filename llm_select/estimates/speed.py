"""Tokens per second: decoding is bound by memory bandwidth, reading the prompt by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import speed_calibration as c
from llm_select.estimates.activations import before, engine_build
from llm_select.estimates.kv_cache import STATE_BYTES, stored_shape, token_values
from llm_select.estimates.memory_calibration import TRANSFORMERS_GROUPED
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.split import ONE, Split, plan_split
from llm_select.estimates.types import (
    Assumption,
    Machine,
    MemoryEstimate,
    Range,
    SpeedEstimate,
    Workload,
)
from llm_select.estimates.weights import weight_bytes

if TYPE_CHECKING:
    from llm_select.schema.hardware import Engine, Quantization
    from llm_select.schema.model import Model


class DecodeTerms(NamedTuple):
    """What one step of decoding moves."""

    weights: float
    """Bytes of weights read, all devices together."""
    cache: float
    """Bytes of cache read for one sequence at the mean context."""
    layers: int
    """Layers passed."""


def decode_terms(
    size: Sizing, quantization: Quantization, workload: Workload, bytes_per_value: float
) -> DecodeTerms:
    """Bytes a step reads. Weights are read once for the whole batch; of a mixture, the experts that any sequence
    visits: with uniform routing `1 − (1 − active/count)^batch` of them. The token table is looked up, not read,
    unless it is the head; an encoder is not read at all."""
    w = weight_bytes(size, quantization)
    p = size.parameters
    experts = w.experts
    if size.expert_count and p.routed:
        routed = experts * p.routed / (p.routed + p.experts_shared)
        visited = 1 - (1 - size.expert_visits / size.expert_count) ** workload.batch
        experts -= routed * (1 - visited)
    layers = (w.attention + w.ffn + experts + w.norms + w.other) * (1 - size.encoder_share)
    head = (
        w.embedding * p.embedding / max(1, p.embedding + p.positions + p.per_layer_embedding)
        if size.tied
        else w.output
    )
    values = token_values(size.cache, mean_context(size, workload))
    source = workload.prompt_tokens if size.has_source else 0
    cache = (
        values + size.cache.cross * source
    ) * bytes_per_value + size.cache.state * 2 * STATE_BYTES
    return DecodeTerms(layers + head, cache, size.decode_layers)


def mean_context(size: Sizing, workload: Workload) -> float:
    """Tokens in the cache, averaged over the generated ones."""
    if size.has_source:
        return workload.generate_tokens / 2
    return min(workload.context, workload.prompt_tokens + workload.generate_tokens / 2)


def _unmeasured(engine: Engine, split: Split) -> bool:
    """Where the constants of the memory model are borrowed: another engine's, or with what passes between devices
    assumed."""
    return split.devices > 1 or engine.name.lower() not in c.MEASURED_ENGINES


def _converted_on_loading(engine: Engine, quantization: Quantization) -> bool:
    """Transformers' formats made while loading (bitsandbytes): GPTQ and AWQ were measured, these were not."""
    return (
        engine.memory_model == "transformers"
        and quantization.bits < 16
        and not quantization.needs_calibration
    )


def prefill_flops(size: Sizing, workload: Workload) -> float:
    """Arithmetic to read one prompt: two operations per visited weight and token, and attention to what precedes.

    Kaplan et al. 2020, arXiv:2001.08361 §2.1. Embedding and head do not run on every token.
    """
    tokens = max(1, workload.prompt_tokens)
    p = size.parameters
    tables = p.embedding + p.positions + p.per_layer_embedding + p.output + p.towers
    body: float = max(0, size.active - tables)
    if size.has_source:
        body *= size.encoder_share
    flops = 2.0 * body * tokens
    reads = reading_layers(size) / max(1, size.layers)
    for products, window in size.attention:
        # Causal: half of the positions precede on average; an encoder sees all of them.
        seen = tokens / 2 if size.generates and not size.has_source else tokens
        flops += 2.0 * products * reads * tokens * (min(seen, window) if window else seen)
    return flops


def reading_layers(size: Sizing) -> int:
    """Layers a prompt passes: of an encoder-decoder, the encoder's."""
    return size.layers - size.decode_layers if size.has_source else size.layers


def speed(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine | None,
    memory: MemoryEstimate | None,
    *,
    size: Sizing | None = None,
) -> SpeedEstimate:
    """Tokens per second with 80 % ranges. Where something needed is unknown nothing is claimed and `missing` says
    what: `no-machine`, `does-not-fit`, `bandwidth-unknown`, `host-bandwidth-unknown`, `reads-only` (an encoder
    writes nothing), `compute-unknown` (decode is claimed, prefill is not)."""
    if machine is None:
        return SpeedEstimate(None, None, None, (), "no-machine")
    if memory is not None and memory.verdict == "no":
        return SpeedEstimate(None, None, None, (), "does-not-fit")
    if memory is not None and memory.offloaded_layers:
        return SpeedEstimate(None, None, None, (), "host-bandwidth-unknown")
    size = size or sizing(model)
    size = size._replace(cache=stored_shape(size.cache, engine.memory_model, size.heads))
    split = ONE
    if machine.devices > 1:
        split = plan_split(
            size, workload.split or next(iter(engine.multi_gpu), None), machine.devices
        )
    said: list[Assumption] = []
    prefill = _prefill(size, quantization, engine, workload, machine, split, said)
    if not size.generates:
        return SpeedEstimate(
            None, None, prefill, tuple(said), "reads-only" if prefill else "compute-unknown"
        )
    if machine.bandwidth_gb_s is None:
        return SpeedEstimate(None, None, prefill, tuple(said), "bandwidth-unknown")
    kv = float(engine.kv_types.get(workload.kv_type or next(iter(engine.kv_types), ""), 2.0))
    if quantization.compute == "fp32" and workload.kv_type is None:
        kv = 4.0
    together = workload.batch if engine.serves_batches else 1
    terms = decode_terms(size, quantization, workload._replace(batch=together), kv)
    constants, measured = c.decode_constants(
        engine.memory_model, machine.memory_class, quantization.bits, machine.vendor
    )
    if _unmeasured(engine, split) or _converted_on_loading(engine, quantization):
        measured = False
        constants = constants._replace(
            low=min(constants.low, c.FALLBACK_LOW), high=max(constants.high, c.FALLBACK_HIGH)
        )
    seconds = step_seconds(
        terms,
        constants,
        machine.bandwidth_gb_s,
        split,
        together,
        size.hidden,
        machine.interconnect_gb_s,
    )
    said.append(
        Assumption(
            "decode-efficiency",
            {
                "efficiency": constants.efficiency,
                "layer_us": constants.layer_s * 1e6,
                "measured": int(measured),
            },
        )
    )
    if size.expert_count:
        said.append(
            Assumption(
                "uniform-routing", {"experts": size.expert_count, "visits": size.expert_visits}
            )
        )
    if split.tensor > 1:
        said.append(Assumption("all-reduce", {"us": c.ALL_REDUCE_S * 1e6, "tensor": split.tensor}))
    if (
        engine.memory_model == "transformers"
        and size.expert_count
        and before(workload.engine_version, TRANSFORMERS_GROUPED)
    ):
        seconds += size.decode_layers * size.expert_count * c.TRANSFORMERS_EXPERT_S
    total = together / seconds
    each = 1 / seconds if engine.serves_batches else 1 / (seconds * workload.batch)
    return SpeedEstimate(
        _range(each, constants.low, constants.high),
        _range(total, constants.low, constants.high),
        prefill,
        tuple(said),
        None if prefill else "compute-unknown",
    )


def step_seconds(
    terms: DecodeTerms,
    constants: c.Decode,
    bandwidth_gb_s: float,
    split: Split,
    batch: int = 1,
    hidden: int = 0,
    interconnect_gb_s: float | None = None,
) -> float:
    """Seconds of one decoding step.

    Roofline (Williams et al. 2009, doi:10.1145/1498765.1498785) with a fixed cost per layer. Stages follow one
    another: they add nothing to one stream. A tensor split reads in parallel and pays two all-reduces a layer
    (Shoeybi et al. 2019, arXiv:1909.08053 §3).
    """
    moved = terms.weights / split.tensor + batch * terms.cache * split.cache_share
    seconds = terms.layers * constants.layer_s + moved / (
        bandwidth_gb_s * 1e9 * constants.efficiency
    )
    if split.tensor > 1:
        link = (interconnect_gb_s or c.LINK_GB_S) * 1e9
        # A ring moves 2·(n − 1)/n of the message.
        message = batch * hidden * 2.0 * 2 * (split.tensor - 1) / split.tensor
        seconds += terms.layers * 2 * (c.ALL_REDUCE_S + message / link)
    if split.stages > 1:
        seconds += (split.stages - 1) * c.STAGE_HOP_S
    return seconds


def matrix_tflops(
    tflops: Mapping[str, float],
    quantization: Quantization,
    memory_model: str | None = None,
    memory_class: str | None = None,
    vendor: str | None = None,
) -> float | None:
    """Throughput of the arithmetic the format runs in: weight-only formats compute in 16 bits, FP32 in 32.

    Transformers' INT8 is LLM.int8() (Dettmers et al. 2022, arXiv:2208.07339), whose outlier columns run in 16 bits:
    no more than 16-bit throughput is assumed. llama.cpp sums in 16 bits on NVIDIA cards (`HALF_SUM_RATE`).
    """
    halves = max(tflops.get("fp16", 0.0), c.HALF_SUM_RATE * tflops.get("fp32", 0.0))
    if (
        (memory_model, memory_class, vendor) == ("llama.cpp", "gddr", "nvidia")
        and quantization.compute != "fp32"
        and "fp16" in tflops
    ):
        return halves
    wanted: tuple[str, ...] = ("bf16", "fp16")
    if quantization.compute == "fp32":
        wanted = ()
    elif not quantization.weight_only and not (
        memory_model == "transformers" and quantization.compute == "int8"
    ):
        wanted = (quantization.compute, "bf16", "fp16")
    for name in (*wanted, "fp32"):
        if tflops.get(name):
            return tflops[name]
    return None


def old_prefill(engine: Engine, workload: Workload) -> bool:
    """Whether the llama.cpp build asked for reads prompts as those of December 2023 did. Ollama counts otherwise."""
    if engine.name.lower() != "llama.cpp":
        return False
    build = engine_build(workload.engine_version)
    return build is not None and build < c.LLAMACPP_PREFILL_BUILD


def _prefill(
    size: Sizing,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine,
    split: Split,
    said: list[Assumption],
) -> Range | None:
    peak = matrix_tflops(
        machine.tflops,
        quantization,
        engine.memory_model,
        machine.memory_class,
        machine.vendor,
    )
    if peak is None or workload.prompt_tokens < 1:
        return None
    bits = quantization.bits
    constants, measured = c.prefill_constants(
        engine.memory_model,
        machine.memory_class,
        bits,
        machine.vendor,
        old_prefill(engine, workload),
    )
    seconds = prefill_flops(size, workload) / (peak * 1e12 * constants.utilization * split.tensor)
    layers, each = reading_layers(size), c.PREFILL_LAYER_S
    step, _ = c.decode_constants(engine.memory_model, machine.memory_class, bits, machine.vendor)
    if machine.bandwidth_gb_s is not None:
        # Roofline: a short prompt is bound by reading the weights, once.
        rate = machine.bandwidth_gb_s * 1e9 * step.efficiency * split.tensor
        seconds = max(seconds, _read_once(size, quantization, workload.prompt_tokens) / rate)
    if engine.memory_model in c.PREFILL_ASSUMED:
        each = max(each, step.layer_s)
    seconds += layers * each
    if split.tensor > 1:
        # Two all-reduces a layer, of every token's state in 16 bits.
        link = (machine.interconnect_gb_s or c.LINK_GB_S) * 1e9
        message = workload.prompt_tokens * size.hidden * 2.0
        seconds += layers * 2 * message * 2 * (split.tensor - 1) / split.tensor / link
    if _unmeasured(engine, split):
        measured = False
        constants = constants._replace(
            low=min(constants.low, c.FALLBACK_LOW), high=max(constants.high, c.FALLBACK_HIGH)
        )
    said.append(
        Assumption(
            "prefill-utilization",
            {"utilization": constants.utilization, "tflops": peak, "measured": int(measured)},
        )
    )
    return _range(workload.prompt_tokens / seconds, constants.low, constants.high)


def _read_once(size: Sizing, quantization: Quantization, tokens: int) -> float:
    """Bytes of the layers' weights that a prompt needs: of a mixture, the experts that any of its tokens visits."""
    w, p = weight_bytes(size, quantization), size.parameters
    experts = w.experts
    if size.expert_count and p.routed:
        routed = experts * p.routed / (p.routed + p.experts_shared)
        experts -= routed * (1 - size.expert_visits / size.expert_count) ** tokens
    layers = w.attention + w.ffn + experts + w.norms + w.other
    return layers * (size.encoder_share if size.has_source else 1.0)


def _range(expected: float, low: float, high: float) -> Range:
    return Range(expected * low, expected, expected * high)
