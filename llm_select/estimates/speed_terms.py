"""What one pass over a model costs at full rate: bytes read, arithmetic, exchange between devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import speed_calibration as c
from llm_select.estimates.activations import before
from llm_select.estimates.kv_cache import STATE_BYTES, token_values
from llm_select.estimates.sizing import Sizing
from llm_select.estimates.split import Split
from llm_select.estimates.types import Machine, Workload
from llm_select.estimates.weights import weight_bytes

if TYPE_CHECKING:
    from llm_select.schema.hardware import Quantization


class DecodeTerms(NamedTuple):
    """What one step of decoding moves."""

    weights: float
    """Bytes of weights read, all devices together."""
    cache: float
    """Bytes of cache read for one sequence at the mean context."""
    layers: int
    """Layers passed."""


class Work(NamedTuple):
    """A pass at full rate on one device (each of a tensor split), in seconds."""

    layers: int
    """Layers passed: each costs a fixed time."""
    weights_s: float
    """Reading the weights at full bandwidth."""
    cache_s: float
    """Reading the cache at full bandwidth."""
    compute_s: float
    """Arithmetic at full throughput; 0 where the throughput is unknown."""


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


def prefill_flops(size: Sizing, workload: Workload) -> float:
    """Arithmetic to read one prompt: two operations per visited weight and token, and attention to what precedes.

    Kaplan et al. 2020, arXiv:2001.08361 §2.1. Embedding and head do not run on every token.
    """
    tokens = max(1, workload.prompt_tokens)
    body = float(body_parameters(size))
    if size.has_source:
        body *= size.encoder_share
    flops = 2.0 * body * tokens
    reads = reading_layers(size) / max(1, size.layers)
    for products, window in size.attention:
        # Causal: half of the positions precede on average; an encoder sees all of them.
        seen = tokens / 2 if size.generates and not size.has_source else tokens
        flops += 2.0 * products * reads * tokens * (min(seen, window) if window else seen)
    return flops


def body_parameters(size: Sizing) -> int:
    """Weights a token visits, without tables, head and towers."""
    p = size.parameters
    tables = p.embedding + p.positions + p.per_layer_embedding + p.output + p.towers
    return max(0, size.active - tables)


def reading_layers(size: Sizing) -> int:
    """Layers a prompt passes: of an encoder-decoder, the encoder's."""
    return size.layers - size.decode_layers if size.has_source else size.layers


def decode_work(
    size: Sizing,
    quantization: Quantization,
    memory_model: str,
    workload: Workload,
    machine: Machine,
    split: Split,
    bytes_per_value: float,
    peak_tflops: float | None,
) -> Work:
    """One step for `workload.batch` sequences. Stages of a layer split follow one another, so that a stream gains
    nothing from them; a tensor split divides weights and arithmetic."""
    terms = decode_terms(size, quantization, workload, bytes_per_value)
    assert machine.bandwidth_gb_s is not None
    rate = machine.bandwidth_gb_s * 1e9
    parts = split.stages if split.kind == "row" else split.tensor
    share = 1.0 if split.kind == "row" else split.cache_share
    p = size.parameters
    flops = 2.0 * (body_parameters(size) + (p.embedding if size.tied else p.output))
    flops += 2.0 * sum(
        products * min(mean_context(size, workload), window or float("inf"))
        for products, window in size.attention
    )
    return Work(
        terms.layers,
        terms.weights / parts / rate,
        workload.batch * terms.cache * share * _cache_passes(size, memory_model, workload) / rate,
        workload.batch * flops / parts / (peak_tflops * 1e12) if peak_tflops else 0.0,
    )


def _cache_passes(size: Sizing, memory_model: str, workload: Workload) -> float:
    """How often the cache is moved in a step. Transformers grows it by concatenation (reads and writes all of it),
    and before 4.48 repeated the keys and values for every query head before attention (`repeat_kv`)."""
    if memory_model != "transformers":
        return 1.0
    if before(workload.engine_version, c.TRANSFORMERS_UNREPEATED):
        return 3.0 + 2.0 * size.heads / max(1, size.cache.kv_heads or size.heads)
    return 3.0


def prefill_work(
    size: Sizing,
    quantization: Quantization,
    workload: Workload,
    machine: Machine,
    split: Split,
    peak_tflops: float,
) -> Work:
    """Reading one prompt: llama.cpp in passes of a physical batch, each of which reads the weights again."""
    passes, tokens = prompt_passes(workload), max(1, workload.prompt_tokens)
    read = passes * read_once(size, quantization, min(tokens, workload.ubatch or tokens))
    parts = split.stages if split.kind == "row" else split.tensor
    return Work(
        passes * reading_layers(size),
        read / parts / (machine.bandwidth_gb_s * 1e9) if machine.bandwidth_gb_s else 0.0,
        0.0,
        prefill_flops(size, workload) / parts / (peak_tflops * 1e12),
    )


def prompt_passes(workload: Workload) -> int:
    """Physical batches of a prompt."""
    return -(-max(1, workload.prompt_tokens) // workload.ubatch) if workload.ubatch else 1


def read_once(size: Sizing, quantization: Quantization, tokens: int) -> float:
    """Bytes of the layers' weights that a prompt needs: of a mixture, the experts that any of its tokens visits."""
    w, p = weight_bytes(size, quantization), size.parameters
    experts = w.experts
    if size.expert_count and p.routed:
        routed = experts * p.routed / (p.routed + p.experts_shared)
        experts -= routed * (1 - size.expert_visits / size.expert_count) ** tokens
    layers = w.attention + w.ffn + experts + w.norms + w.other
    return layers * (size.encoder_share if size.has_source else 1.0)


def pass_seconds(
    work: Work,
    k: c.Decode,
    utilization: float,
    *,
    scale: float = 1.0,
    cache_efficiency: float = 1.0,
    launch_s: float = 0.0,
) -> float:
    """Seconds of a pass on the device: roofline (Williams et al. 2009, doi:10.1145/1498765.1498785) with a fixed cost
    per layer. Reading and arithmetic are added, not overlapped: so measured with physical batches of 16 to 512. Where
    the host prepares each layer (`launch_s`) and is the slower, it sets the pace."""
    device = (
        scale * (work.layers * k.layer_s + work.weights_s / k.efficiency)
        + work.cache_s / cache_efficiency
        + work.compute_s / utilization
    )
    return max(device, work.layers * launch_s)


def exchange_seconds(split: Split, machine: Machine, layers: int, message: float) -> float:
    """Seconds a pass spends on exchange among devices; `message` is the bytes of all tokens' states.

    A tensor split makes two all-reduces a layer (Shoeybi et al. 2019, arXiv:1909.08053 §3), a ring moves 2·(n − 1)/n
    of the message. Stages hand the state on.
    """
    n, seconds = split.tensor, 0.0
    link = machine.interconnect_gb_s or c.LINK_GB_S
    if split.kind == "row":
        # Every matrix's input and output cross between the main device and each of them, one after the other.
        sent = message * c.ROW_STATES / (c.LINK_GB_S * 1e9)
        return layers * (c.ROW_LAYER_S + split.stages * (c.ROW_DEVICE_S + sent))
    if n > 1:
        fast = link > c.PCIE_GB_S or machine.vendor == "amd"
        each = c.ALL_REDUCE_S if fast else n * c.ALL_REDUCE_PCIE_S
        seconds += layers * 2 * (each + message * 2 * (n - 1) / n / (link * 1e9))
    if split.stages > 1:
        seconds += (split.stages - 1) * (c.STAGE_HOP_S + message / (link * 1e9))
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
