"""Memory for inference: weights, cache, activations and overhead, per device and in total, with a range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.estimates import memory_calibration as c
from llm_select.estimates.activations import (
    Activations,
    activations,
    vllm_batch,
)
from llm_select.estimates.engine_room import engine_overhead, memory_share, padded_experts
from llm_select.estimates.kv_cache import shape_bytes, stored_shape
from llm_select.estimates.llama_cpp import (
    engine_build,
    scratch,
    since,
    stored_cache,
    window_cells,
)
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.split import ONE, Split, fullest, plan_split
from llm_select.estimates.types import Assumption, Machine, MemoryEstimate, Verdict, Workload
from llm_select.estimates.weights import WeightBytes, artifact_size, weight_bytes
from llm_select.messages import Message, listed
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.schema.hardware import Engine, Quantization
    from llm_select.schema.model import Model


class Serving(NamedTuple):
    """What does not depend on the number format: computed once for all formats of a model on an engine."""

    split: Split
    kv: float
    """Bytes of the cache, summed over the devices."""
    kv_one: float
    """The same without repetition."""
    activations: Activations
    overhead: float
    """Bytes on one device."""
    kv_type: str
    batched: tuple[int, int] = c.VLLM_BATCH
    """vLLM's tokens and sequences of a pass."""


def serving(
    size: Sizing,
    engine: Engine,
    workload: Workload,
    machine: Machine | None,
    *,
    batched: tuple[int, int] | None = None,
) -> Serving:
    """Cache, activations, overhead and split of a model on an engine. Raises UsageError for an unknown cache type
    or a split the engine does not offer. `batched`: vLLM's tokens and sequences of a pass, its default if absent."""
    batched = batched or vllm_batch(machine, workload.engine_version)
    model = engine.memory_model
    size = size._replace(cache=stored_shape(size.cache, model, size.heads))
    kv_type, bytes_per_value = _kv_type(engine, workload.kv_type)
    devices = machine.devices if machine is not None else 1
    split = ONE
    if devices > 1:
        nodes = machine.nodes if machine is not None else 1
        split = plan_split(size, _split_kind(engine, workload.split), devices, nodes)
    build = engine_build(workload.engine_version) if model == "llama.cpp" else None
    if not since(build, c.LLAMACPP_LAYER_SPLIT_BUILD) and split.kind == "layer":
        split = split._replace(kind="row")
    if model == "llama.cpp":
        cache = stored_cache(size.cache, build, since(build, c.LLAMACPP_ISWA_BUILD))
        size = size._replace(cache=cache)
    self_tokens, source = tokens_held(size, workload)
    padding, multiple = window_padding(model, workload, batched[0])
    kv = shape_bytes(
        size.cache, self_tokens, workload.batch, bytes_per_value, source, padding, multiple
    )
    towers = size.parameters.towers > 0 and size.model_type in engine.vision
    acts = activations(size, model, workload, kv, split, batched, towers=towers)
    overhead = engine_overhead(size, model, workload, machine, split)
    overhead += scratch(size, build)
    return Serving(
        split, kv * split.tensor * split.cache_share, kv, acts, overhead, kv_type, batched
    )


def inference_memory(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine | None,
    *,
    size: Sizing | None = None,
    shared: Serving | None = None,
    quantization_id: str | None = None,
) -> MemoryEstimate:
    """Memory to serve `model` in one format on one engine. Bytes; the parts sum to `total`.

    `size` and `shared` are what `sizing` and `serving` return, passed on when many formats are estimated;
    `quantization_id` finds the real size of the card's files. Raises ShapeError when the card lacks a width.
    """
    size = size or sizing(model)
    shared = shared or serving(size, engine, workload, machine)
    batched = shared.batched
    # CTranslate2's int8 runs all but the matrices in the original precision (its docs/quantization.md): 32 bits for
    # translation models.
    converted = engine.memory_model == "ctranslate2" and size.has_source
    wide = quantization.compute == "int8" and converted
    if quantization.compute == "fp32" or wide:
        shared = _in_32_bits(shared, engine, workload)
    if engine.memory_model == "llama.cpp" and quantization.native_16bit:
        # Nothing is unpacked.
        unpacked = scratch(size, engine_build(workload.engine_version))
        shared = shared._replace(overhead=shared.overhead - unpacked)
    split, acts = shared.split, shared.activations
    on_cpu = machine is not None and machine.vendor == "cpu"
    real = artifact_size(model, quantization_id)
    weights = weight_bytes(
        size,
        quantization,
        host_embedding=engine.memory_model == "llama.cpp" and not on_cpu,
        artifact_bytes=real,
    )
    if size.model_type not in engine.vision and weights.towers:
        # The engine does not run them (MLX LM drops a checkpoint's towers).
        weights = weights._replace(towers=0.0)
    if engine.memory_model == "vllm":
        weights = padded_experts(size, quantization, weights)
    width = c.WIDTHS[engine.memory_model]
    weight_width = width.weights
    if real is not None:
        weight_width = c.GGUF_ARTIFACT_WIDTH if quantization.format == "gguf" else c.ARTIFACT_WIDTH
    usable = most = machine.usable_gib * GIB if machine is not None else None
    if machine is not None and usable is not None:
        beside = acts.largest + shared.overhead
        bound = memory_share(size, engine, workload, machine, split, beside)
        usable, most = bound.room(usable), bound.most_room(usable)

    def device(offloaded: int) -> tuple[float, float]:
        w, k = fullest(size, split, weights, shared.kv_one, offloaded)
        a, o = acts.largest, shared.overhead
        return w + k + a + o, _spread(
            w * weight_width, k * width.kv_cache, a * width.activations, o * width.overhead
        )

    expected, spread = device(0)
    verdict: Verdict | None = None
    offloaded = 0
    if machine is not None and usable is not None:
        verdict = _verdict(expected, spread, usable, most or usable)
        if verdict != "fits" and machine.ram_gib is not None and engine.cpu_offload and not on_cpu:
            room = machine.ram_gib * GIB * c.HOST_USABLE - weights.host
            if machine.memory_class == "unified":
                # The device's share is part of main memory.
                room -= usable
            per_layer = (weights.layers + shared.kv_one) / max(1, size.layers)
            few, many = 1, min(size.layers, int(room // per_layer) if per_layer else 0)
            if many >= 1 and sum(device(many)) <= usable:
                while few < many:
                    half = (few + many) // 2
                    few, many = (few, half) if sum(device(half)) <= usable else (half + 1, many)
                offloaded = many
                expected, spread = device(offloaded)
                verdict = "fits"

    if engine.memory_model == "vllm" and verdict != "fits" and batched != c.VLLM_BATCH:
        # A large device's larger pass is a default, not a need: more memory must not lose a fit.
        least = serving(size, engine, workload, machine, batched=c.VLLM_BATCH)
        lesser = inference_memory(
            model,
            quantization,
            engine,
            workload,
            machine,
            size=size,
            shared=least,
            quantization_id=quantization_id,
        )
        if lesser.verdict == "fits" or verdict == "no":
            return lesser

    kept = 1 - offloaded / max(1, size.layers)
    w = weights.device - (1 - kept) * weights.layers
    k, a, o = shared.kv * kept, acts.total, shared.overhead * split.devices
    total = w + k + a + o
    around = _spread(
        w * weight_width, k * width.kv_cache, a * width.activations, o * width.overhead
    )
    return MemoryEstimate(
        weights=w,
        kv_cache=k,
        activations=a,
        overhead=o,
        host=weights.host + (1 - kept) * (weights.layers + shared.kv_one),
        low=total - around,
        high=total + around,
        device_expected=expected,
        device_high=expected + spread,
        usable=usable,
        verdict=verdict,
        offloaded_layers=offloaded,
        assumptions=_assumptions(size, engine, workload, shared, machine, weights, real, offloaded),
    )


def _in_32_bits(shared: Serving, engine: Engine, work: Workload) -> Serving:
    """Weights in 32 bits: the cache follows unless its type was given, and the intermediates of engines that are
    sized at 16 bits."""
    if work.kv_type is None:
        ratio = 4.0 / _kv_type(engine, None)[1]
        shared = shared._replace(
            kv=shared.kv * ratio, kv_one=shared.kv_one * ratio, kv_type="float32"
        )
    if engine.memory_model != "ctranslate2":
        times = c.VLLM_FP32 if engine.memory_model == "vllm" else 2
        a = shared.activations
        shared = shared._replace(
            activations=a._replace(largest=a.largest * times, total=a.total * times)
        )
    return shared


def window_padding(memory_model: str, work: Workload, batched: int) -> tuple[float, int]:
    """Tokens kept beyond a window, per sequence, and what the sum is rounded up to.

    llama.cpp: the physical batch (`window_cells`). vLLM: the window less one and a pass's tokens, which the
    sequences share (`SlidingWindowSpec.max_memory_usage_bytes`). MLX: the window less one and a prefill step
    (`RotatingKVCache`). Others: the window alone.
    """
    if memory_model == "llama.cpp":
        return window_cells(work)
    if memory_model == "vllm":
        return batched / work.batch - 1, 1
    if memory_model == "mlx":
        return c.MLX_PREFILL_STEP - 1, 1
    return 0, 1


def tokens_held(size: Sizing, work: Workload) -> tuple[int, int]:
    """Tokens of self-attention cache per sequence, and source tokens (an encoder-decoder's prompt is its source)."""
    if size.has_source:
        return max(work.generate_tokens, work.context - work.prompt_tokens), work.prompt_tokens
    return work.context, 0


def _kv_type(engine: Engine, wanted: str | None) -> tuple[str, float]:
    if wanted is not None and wanted not in engine.kv_types:
        raise UsageError(
            Message("{engine} has no cache type {wanted!r}", engine=engine.name, wanted=wanted),
            where="kv_type",
            remedy=Message("use one of {choices}", choices=listed(engine.kv_types)),
        )
    name = wanted if wanted is not None else next(iter(engine.kv_types), "f16")
    return name, float(engine.kv_types.get(name, 2.0))


def _split_kind(engine: Engine, wanted: str | None) -> str | None:
    if wanted is not None and wanted not in engine.multi_gpu:
        raise UsageError(
            Message("{engine} cannot split a model by {wanted}", engine=engine.name, wanted=wanted),
            where="split",
            remedy=Message("use one of {choices}", choices=listed(engine.multi_gpu))
            if engine.multi_gpu
            else Message("use one device"),
        )
    return wanted if wanted is not None else next(iter(engine.multi_gpu), None)


def _verdict(expected: float, spread: float, usable: float, most: float) -> Verdict:
    """`most`: what a device can give when a default that reserves less is raised."""
    if expected + spread <= usable:
        return "fits"
    return "tight" if expected <= most else "no"


def _spread(*widths: float) -> float:
    """Independent errors add in quadrature."""
    return math.hypot(*widths)


def _assumptions(
    size: Sizing,
    engine: Engine,
    work: Workload,
    shared: Serving,
    machine: Machine | None,
    weights: WeightBytes,
    real: float | None,
    offloaded: int,
) -> tuple[Assumption, ...]:
    split = shared.split
    said = [
        Assumption("context", {"tokens": work.context, "batch": work.batch}),
        Assumption("engine", {"name": engine.name, "memory_model": engine.memory_model}),
        Assumption("kv-type", {"type": shared.kv_type}),
        Assumption("overhead", {"gib_per_device": shared.overhead / GIB}),
    ]
    if engine.memory_model == "llama.cpp":
        said.append(Assumption("physical-batch", {"tokens": shared.activations.tokens}))
    if engine.memory_model in ("llama.cpp", "transformers") and size.heads:
        said.append(Assumption("flash-attention", {"on": int(shared.activations.flash_attention)}))
    if engine.memory_model == "vllm":
        said.append(Assumption("preallocates-cache", {"tokens": work.context, "batch": work.batch}))
        tokens = shared.activations.tokens
        if engine.name == "SGLang":
            said.append(Assumption("physical-batch", {"tokens": tokens}))
        else:
            sequences = max(shared.batched[1], work.batch)
            said.append(Assumption("largest-pass", {"tokens": tokens, "sequences": sequences}))
        if machine is not None:
            beside = shared.activations.largest + shared.overhead
            bound = memory_share(size, engine, work, machine, split, beside)
            usable = machine.usable_gib * GIB
            if bound.flag:
                share = bound.share - bound.reserved / usable
                most = bound.most if bound.most < 1 else max(share, 1 - beside / usable)
                said.append(
                    Assumption("memory-share", {"share": share, "most": most, "flag": bound.flag})
                )
    if split.devices > 1 or (machine is not None and machine.devices > 1):
        said.append(
            Assumption(
                "split",
                {
                    "kind": split.kind,
                    "stages": split.stages,
                    "tensor": split.tensor,
                    "devices": split.devices,
                },
            )
        )
    if real is not None:
        said.append(Assumption("file-size", {"bytes": real}))
    if weights.host and not offloaded:
        said.append(Assumption("embedding-on-host", {"bytes": weights.host}))
    if offloaded:
        said.append(Assumption("offloaded-layers", {"layers": offloaded, "of": size.layers}))
    if size.extra_parameters:
        said.append(
            Assumption("extra-prediction-not-loaded", {"parameters": size.extra_parameters})
        )
    if size.cache.state:
        said.append(Assumption("state-in-32-bits", {"values": size.cache.state}))
    if size.has_source:
        said.append(Assumption("greedy-decoding", {"source_tokens": work.prompt_tokens}))
    return tuple(said)
