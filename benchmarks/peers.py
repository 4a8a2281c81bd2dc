"""What other tools answer to the same questions: their published formulas, stated again.

Each function states the arithmetic of another tool in our own form, so that an accuracy report can put both on the
same measured rows; no code is copied. Its docstring names repository, file, version and licence, and how it was
checked: "ran" means that the tool itself gave the same figure for an example of `tests/unit/benchmarks/test_peers.py`.
The tools have more than is here: leaderboards that they download (whichllm), a scan of the machine, trial runs.

A peer without a formula for a case answers None, also for a format that is missing from its table (llmfit and
llm-checker then take their figures for 4 bits). Memory is the figure that a peer compares with a card's memory, which
is in GiB: the peers in `DECIMAL` compare 10^9 bytes of weights with it, and are taken as they take themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

GIB = 2**30


class InferenceCase(NamedTuple):
    """What a peer may know of a run.

    Parameters are counts; `bits` is the mean per weight; `weight_gib` the size of the real files; `context` and `batch`
    the tokens and sequences held; bandwidth in 10^9 bytes/s, `tflops` dense 16-bit, memory and bandwidth of one device.
    `format` is the format's usual name in any case: F16, BF16, Q4_0, Q4_K_M, AWQ, GPTQ-Int4, NF4, FP8.
    """

    parameters: float
    format: str
    bits: float
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocabulary: int
    context: int
    batch: int = 1
    prompt_tokens: int = 512
    tied: bool = False
    family: str = "llama"
    active_parameters: float | None = None
    experts: int | None = None
    active_experts: int | None = None
    expert_size: int | None = None
    shared_size: int = 0
    window: int | None = None
    full_layer_every: int | None = None
    weight_gib: float | None = None
    kv_bytes: float = 2.0
    engine: str = "llama.cpp"
    vendor: str = "nvidia"
    bandwidth_gb_s: float | None = None
    tflops: float | None = None
    gpu_memory_gib: float | None = None
    devices: int = 1


class TrainingCase(NamedTuple):
    """What a peer may know of a training run.

    `method` is full, lora or qlora; `bits` are those of the base weights; `precision` is mixed, bf16 or fp32.
    """

    parameters: float
    method: str
    bits: float
    batch: int
    seq_len: int
    layers: int
    hidden: int
    heads: int
    ffn: int
    vocabulary: int
    optimizer: str = "adamw"
    precision: str = "mixed"
    checkpointing: bool = False
    gpus: int = 1
    zero_stage: int = 0


class RankingCase(NamedTuple):
    """What a peer knows of a model before any score: name (owner/name), parameter counts, dates as 2024-07-23."""

    name: str
    parameters: float | None
    active_parameters: float | None = None
    release_date: str | None = None
    architecture: str | None = None
    today: str | None = None


DECIMAL = frozenset({"llmfit", "llm-checker"})
"""Peers that count weights in 10^9 bytes and compare with GiB."""

PUBLISHED_ERROR = {
    "LLMem": {"one GPU, at most": 0.016, "several GPUs, mean": 0.030},
    "gpu_poor": {"its own table, at most (GB)": 0.5},
}
"""Errors that their authors state, not repeated here: LLMem's abstract (arXiv 2404.10933); gpu_poor's README."""


def case_weights_gib(case: InferenceCase) -> float:
    """The real files' size when known, else parameters at the format's bits."""
    return case.weight_gib or case.parameters * case.bits / 8 / GIB


# --- llmfit ---

LLMFIT_BYTES = {
    "F32": 4.0, "F16": 2.0, "BF16": 2.0, "Q8_0": 1.05, "Q6_K": 0.80, "Q5_K_M": 0.68, "Q4_K_M": 0.58, "Q4_0": 0.58,
    "Q3_K_M": 0.48, "Q2_K": 0.37, "AWQ": 0.5, "GPTQ-INT4": 0.5, "GPTQ-INT8": 1.0,
}  # fmt: skip
"""llmfit's bytes per parameter for memory, and for mixtures' speed."""
LLMFIT_BYTES_READ = {
    "F16": 2.0, "BF16": 2.0, "Q8_0": 1.0, "Q6_K": 0.75, "Q5_K_M": 0.625, "Q4_K_M": 0.5, "Q4_0": 0.5, "Q3_K_M": 0.375,
    "Q2_K": 0.25, "AWQ": 0.5, "GPTQ-INT4": 0.5, "GPTQ-INT8": 1.0,
}  # fmt: skip
"""llmfit's bytes per parameter for speed."""


def llmfit_kv_gib(
    layers: int, kv_heads: int, head_dim: int, context: int, bytes_per_value: float = 2.0
) -> float:
    """llmfit's cache: `2 · layers · kv_heads · head_dim · context · bytes`, every layer in full whatever its kind.

    AlexsJones/llmfit llmfit-core/src/models.rs `kv_cache_gb` at 3f44fd30 (MIT). Ran: package 1.1.17, `plan`.
    """
    return 2 * layers * kv_heads * head_dim * context * bytes_per_value / GIB


def llmfit_memory(case: InferenceCase) -> float | None:
    """llmfit: `10^9 parameters · bytes + cache + 0.5`, one sequence, all experts; adds 10^9 bytes to GiB.

    AlexsJones/llmfit llmfit-core/src/models.rs `estimate_memory_gb_with_kv` at 3f44fd30 (MIT). Ran: package 1.1.17,
    `plan`. It calls a model that needs no more than the card's memory a fit, "Good" with a fifth more than needed.
    """
    size = LLMFIT_BYTES.get(case.format.upper())
    if size is None:
        return None
    cache = llmfit_kv_gib(case.layers, case.kv_heads, case.head_dim, case.context, case.kv_bytes)
    return case.parameters / 1e9 * size + cache + 0.5


def llmfit_decode_tps(
    bandwidth_gb_s: float, parameters_billion: float, bytes_per_parameter: float
) -> float:
    """llmfit, dense model on a card it knows: `0.55 · bandwidth / (parameters · bytes)`, whatever context and batch.

    AlexsJones/llmfit llmfit-core/src/fit.rs `estimate_tps` at 3f44fd30 (MIT). Ran: package 1.1.17, `plan` with the
    profile nvidia-rtx-4090. On a card it does not know it takes a constant by backend instead (CUDA 220 / parameters).
    """
    return max(0.1, 0.55 * bandwidth_gb_s / (max(0.1, parameters_billion) * bytes_per_parameter))


def llmfit_decode(case: InferenceCase) -> float | None:
    """llmfit's decode for dense models and for mixtures that fit the card; devices, batch and context do not enter.

    Mixture of known shape: `bandwidth / (active expert weights · bytes + all others · 3.2)`, no efficiency. Of unknown
    shape: `0.55 · bandwidth / (active · bytes)` times 0.9 to 0.4 by number of experts. Both less a penalty when the
    weights take more than 60 % of the card. Source as `llmfit_decode_tps`. Ran: Mixtral and Qwen3-30B-A3B, known shape.
    """
    name = case.format.upper()
    if case.bandwidth_gb_s is None or name not in LLMFIT_BYTES_READ:
        return None
    if case.active_parameters is None:
        return llmfit_decode_tps(
            case.bandwidth_gb_s, case.parameters / 1e9, LLMFIT_BYTES_READ[name]
        )
    size, pressure = LLMFIT_BYTES[name], 1.0
    if case.gpu_memory_gib:
        share = case.parameters / 1e9 * size / (case.gpu_memory_gib * case.devices)
        idle = 1 - (case.active_experts or 1) / case.experts if case.experts else 0.5
        if 0.6 <= share <= 1:
            pressure = max(0.3, 1 - (share - 0.6) * idle)
    if case.experts and case.active_experts and case.expert_size:
        routed = case.layers * case.active_experts * 3 * case.hidden * case.expert_size
        attention = 2 * (case.heads + case.kv_heads) * case.head_dim * case.hidden
        shared = 3 * case.hidden * case.shared_size
        router = case.experts * case.hidden
        others = case.layers * (attention + shared + router) + 2 * case.vocabulary * case.hidden
        return max(0.1, case.bandwidth_gb_s / (routed * size + others * 3.2) * 1e9 * pressure)
    steps = ((8, 0.9), (16, 0.85), (32, 0.8), (64, 0.7))
    known = next((factor for most, factor in steps if (case.experts or 0) <= most), 0.4)
    overhead = known if case.experts else 0.6
    read = case.active_parameters / 1e9 * size
    return max(0.1, case.bandwidth_gb_s / read * 0.55 * overhead * pressure)


def llmfit_prefill(case: InferenceCase) -> float | None:
    """llmfit: `0.35 · TFLOPS / (2 · active parameters)`, read off its output.

    The source at hand (3f44fd30, version 1.1.10) has no prefill estimate. Package 1.1.17 (MIT), run with the profile
    ryzen-ai-max-plus-395 (29.7 TFLOPS), prints 647.2, 402.9 and 1575.0 tokens/s for 8.03, 12.9 and 3.3 billion active
    parameters: 0.35 explains all three. It prints none on unified Apple memory.
    """
    if case.tflops is None or case.vendor == "apple":
        return None
    return 0.35 * case.tflops * 1e12 / (2 * (case.active_parameters or case.parameters))


# --- whichllm ---

WHICHLLM_GGUF = {
    "F32": (4.0, 0.30), "F16": (2.0, 0.40), "BF16": (2.0, 0.40), "Q8_0": (1.0625, 0.45), "Q6_K": (0.8125, 0.50),
    "Q5_K_M": (0.6875, 0.52), "Q5_0": (0.625, 0.50), "Q4_K_M": (0.5625, 0.55), "Q4_K_S": (0.5625, 0.55),
    "Q4_0": (0.5, 0.53), "Q3_K_M": (0.4375, 0.50), "Q2_K": (0.3125, 0.45), "MXFP4": (0.53125, 0.55),
}  # fmt: skip
"""whichllm's bytes per weight of GGUF formats, and the share of the bandwidth it expects."""
WHICHLLM_OTHER = {
    "F16": (2.0, 0.45), "BF16": (2.0, 0.45), "AWQ": (0.5, 0.45), "GPTQ-INT4": (0.5, 0.45), "GPTQ-INT8": (0.5, 0.45),
    "NF4": (0.5, 0.45), "INT8": (1.0, 0.45), "FP8": (1.0, 0.45), "MXFP4": (0.53125, 0.55),
}  # fmt: skip
"""The same outside GGUF, by words in the repository's name: GPTQ-Int8 is 4 bits, as its pattern for GPTQ is first."""


def _whichllm_format(case: InferenceCase) -> tuple[float, float] | None:
    """Bytes of weights and the share of bandwidth, None for a format that is not in whichllm's tables."""
    gguf = case.engine in {"llama.cpp", "ollama"}
    known = (WHICHLLM_GGUF if gguf else WHICHLLM_OTHER).get(case.format.upper())
    if known is None:
        return None
    real = case.weight_gib * GIB if gguf and case.weight_gib else None
    return real or case.parameters * known[0], known[1]


def whichllm_kv_gib(
    parameters_billion: float,
    context: int,
    active_billion: float | None = None,
    window: int | None = None,
    full_layer_every: int | None = None,
) -> float:
    """whichllm's cache: 3.5 MiB per 10^9 parameters per 1,024 tokens; a mixture counts 4 times its active ones.

    With a window (Gemma 2 and 3, gpt-oss, Cohere 2 only) the tokens are blended by the share of full layers.
    Andyyyy64/whichllm whichllm/engine/vram.py `estimate_kv_cache`, PyPI 0.5.21 (MIT). Ran.
    """
    size = parameters_billion if active_billion is None else 4 * active_billion
    tokens = float(context)
    if window and full_layer_every:
        full = 1 / full_layer_every
        tokens = full * context + (1 - full) * min(context, window)
    return size * tokens / 1024 * 3.5 / 1024


def whichllm_memory(case: InferenceCase) -> float | None:
    """whichllm: files + cache + (0.4 + 0.08 per 10^9 active parameters + 0.15 per 4,096 tokens) GB + 0.5 GB.

    Andyyyy64/whichllm whichllm/engine/vram.py `estimate_vram`, PyPI 0.5.21 (MIT). Ran. Batch does not enter.
    """
    known = _whichllm_format(case)
    if known is None:
        return None
    active = case.active_parameters
    cache = whichllm_kv_gib(
        case.parameters / 1e9, case.context, active and active / 1e9, case.window, case.full_layer_every
    )  # fmt: skip
    buffers = 0.9e9 + 0.08 * (active or case.parameters) + 0.15e9 * case.context / 4096
    return (known[0] + buffers) / GIB + cache


def whichllm_pool_gib(memory_gib: float, devices: int) -> float:
    """The memory that whichllm lets a model take on equal cards: several lose 0.3 GiB each and 5 % of the rest.

    Andyyyy64/whichllm whichllm/engine/compatibility.py `_multi_gpu_effective_vram`, PyPI 0.5.21 (MIT). Read only.
    """
    total = memory_gib * devices
    return total if devices == 1 else (total - 0.3 * devices) * 0.95


def whichllm_decode(case: InferenceCase) -> float | None:
    """whichllm: `bandwidth / bytes read`, times a share by format, by vendor, and 0.7 on several devices.

    A mixture reads its active share of the files, at least 5 % at 256 GB/s rising to 25 %.
    Andyyyy64/whichllm whichllm/engine/performance.py `estimate_tok_per_sec`, ranking.py, PyPI 0.5.21 (MIT). Ran.
    """
    known = _whichllm_format(case)
    if known is None or case.bandwidth_gb_s is None:
        return None
    read, share = known
    if case.active_parameters is not None:
        least = min(0.25, 0.05 * max(1.0, case.bandwidth_gb_s / 256))
        read *= min(1.0, max(case.active_parameters / case.parameters, least))
    vendor = {"nvidia": 1.0, "amd": 0.78, "apple": 0.82, "intel": 0.65}.get(case.vendor, 0.7)
    several = 0.7 if case.devices > 1 and case.vendor != "apple" else 1.0
    return case.bandwidth_gb_s * 1e9 / read * share * vendor * several


# --- llm-checker ---

LLM_CHECKER_FORMATS = {
    "Q8": (1.05, 0.8), "Q6": (0.80, 0.95), "Q5": (0.68, 1.0), "Q4": (0.58, 1.15), "Q3": (0.48, 1.25),
    "Q2": (0.37, 1.35),
}  # fmt: skip
"""llm-checker's bytes per parameter and speed factor, by the first letters of the format."""


def llm_checker_memory(case: InferenceCase) -> float | None:
    """llm-checker: files + 0.35, or parameters · bytes + 0.5; cache 8 KB per 10^9 active parameters per token.

    Pavelevich/llm-checker src/models/deterministic-selector.js `estimateMemoryBreakdown`, npm 3.8.1 (NPDL-1.0, free of
    charge only; the arithmetic alone is restated). Ran. Its other commands use other rules (capacity-planner.js).
    """
    known = LLM_CHECKER_FORMATS.get(case.format.upper()[:2])
    if known is None:
        return None
    cache = 8e-6 * (case.active_parameters or case.parameters) / 1e9 * case.context
    if case.weight_gib:
        return case.weight_gib * GIB / 1e9 + 0.35 + cache
    return case.parameters / 1e9 * known[0] + 0.5 + cache


def llm_checker_decode(case: InferenceCase) -> float | None:
    """llm-checker: `K / active parameters` times factors for format, memory size and devices; no bandwidth in it.

    K is 220 on CUDA, 160 on Metal; with 1.2 for an accelerator and 1.1 for eight processor cores, which are assumed
    here. A mixture, already at its active parameters, gains up to 2.35 times more. Memory of 24, 48, 80, 96 and 160 GB
    gives 1.15 to 3.2. Pavelevich/llm-checker src/models/deterministic-selector.js `estimateSpeedProfile` and
    moe-assumptions.js, npm 3.8.1 (NPDL-1.0; arithmetic only). Ran.
    """
    known = LLM_CHECKER_FORMATS.get(case.format.upper()[:2])
    constant = {"nvidia": 220.0, "apple": 160.0}.get(case.vendor)
    if known is None or constant is None or case.gpu_memory_gib is None:
        return None
    active = case.active_parameters or case.parameters
    speed = constant / (active / 1e9) * known[1] * 1.1 * 1.2
    steps = ((160, 3.2), (96, 2.6), (80, 2.2), (48, 1.7), (24, 1.15))
    memory = round(case.gpu_memory_gib) * case.devices
    scale = next((factor for least, factor in steps if memory >= least), 1.0)
    if case.vendor == "nvidia":
        scale *= min(1.8, 1 + 0.25 * (case.devices - 1))
    speed *= round(scale, 2)
    if case.active_parameters is not None:
        gain = min(4.0, max(1.0, case.parameters / active)) * 0.82 * 0.87 * 0.92
        speed *= min(2.35, max(1.0, gain))
    return max(1.0, round(speed, 1))


# --- hf-mem, Ollama, gpu_poor, Accelerate, EleutherAI: inference ---


def hf_mem_memory(case: InferenceCase) -> float | None:
    """hf-mem: the tensors of the files, and with `--experimental` the cache; nothing else.

    Of a mixed model even the windowed layers count in full; where all are windowed the window counts.
    alvarobartt/hf-mem src/hf_mem/safetensors/kv_cache.py at e9946791, PyPI 0.5.6 (MIT). Cache function ran.
    """
    tokens = case.context
    if case.window and not case.full_layer_every:
        tokens = min(case.context, case.window)
    cache = 2 * case.layers * tokens * case.kv_heads * case.head_dim * case.kv_bytes * case.batch
    return case_weights_gib(case) + cache / GIB


def ollama_graph_bytes(case: InferenceCase) -> float:
    """Ollama's graph for a whole model on one card, by family (llama, qwen2, gemma); elsewhere a part of the cache.

    ollama/ollama fs/ggml/ggml.go `GraphSize` at c664d9c1 (MIT). Read only. The physical batch is 512.
    """
    batch = min(case.context, 512)
    scores = case.context * (1 + case.heads)
    logits = 4 * batch * (case.hidden + case.vocabulary)
    if case.family == "llama":
        return max(4 * batch * (1 + 4 * case.hidden + scores), logits)
    if case.family == "qwen2":
        return max(4 * batch * (1 + 2 * case.hidden + scores), logits)
    if case.family == "gemma":
        width = 2 * case.head_dim * case.heads
        return max(4 * batch * (2 + 2 * case.hidden + width + scores), logits)
    cache = 2 * case.layers * case.kv_heads * case.head_dim * case.context * case.kv_bytes
    return case.heads / case.kv_heads * cache / 6


def ollama_memory(case: InferenceCase) -> float | None:
    """Ollama before its 2025 engine: weights and cache by layer, one layer spare, graph, 457 MiB for CUDA.

    The token table stays in main memory unless it is also the head. ollama/ollama llm/memory.go `EstimateGPULayers` at
    000ce020 and gpu/gpu.go (MIT). Read only; here all layers have the mean size. One device; its own GGUF engine only.
    """
    if case.engine not in {"llama.cpp", "ollama"} or case.devices > 1:
        return None
    table = 0 if case.tied else case.vocabulary * case.hidden * case.bits / 8
    weights = case_weights_gib(case) * GIB - table
    cache = 2 * case.layers * case.kv_heads * case.head_dim * case.context * case.kv_bytes
    head = case.vocabulary * case.hidden * case.bits / 8
    spare = (weights - head + cache) / case.layers
    return (weights + cache + spare + ollama_graph_bytes(case)) / GIB + 457 / 1024


def gpu_poor_parameters(layers: int, hidden: int, ffn: int, vocabulary: int) -> float:
    """gpu_poor's count: `2Vh + layers · (4h² + 3·ffn·h)`, without grouped queries, biases and norms.

    RahulSChand/gpu_poor src/App.js `computeModelSize` at ad2fc0ef (no licence stated; arithmetic only). Ran.
    """
    return 2 * vocabulary * hidden + layers * (4 * hidden**2 + 3 * ffn * hidden)


def _gpu_poor_weights(case: InferenceCase) -> float | None:
    """Bytes of weights; None for mixtures and formats it lacks (llama.cpp in 16 bits, GPTQ, AWQ, FP8)."""
    if case.active_parameters is not None:
        return None
    count = gpu_poor_parameters(case.layers, case.hidden, case.ffn, case.vocabulary)
    name = case.format.upper()
    if case.engine == "llama.cpp":
        bits = {"Q4_0": 4.5, "Q5_0": 5.5, "Q8_0": 8.5, "Q6_K": 6.75}.get(name)
        if name in {"Q4_K_M", "Q5_K_M"}:
            larger = case.layers * (case.hidden**2 + case.hidden * case.ffn)
            small = 4.75 if name == "Q4_K_M" else 5.75
            return ((count - larger) * small + larger * 6.75) / 8
        return None if bits is None else count * bits / 8
    if name in {"INT8", "NF4"} and case.engine == "transformers":
        return count * (1 / (2 if name == "INT8" else 4) + 0.06) * 2
    return count * 2 if name in {"F16", "BF16"} else None


def gpu_poor_memory(case: InferenceCase) -> float | None:
    """gpu_poor: weights, cache of all heads (twice over outside llama.cpp), scores of a whole prompt, 650 MiB.

    With llama.cpp 0.1 MiB per token more. RahulSChand/gpu_poor src/App.js `getAllComputedData` at ad2fc0ef (no licence
    stated; arithmetic only). Ran.
    """
    weights = _gpu_poor_weights(case)
    if weights is None:
        return None
    ggml = case.engine == "llama.cpp"
    cache = (1 if ggml else 2) * case.context * 4 * case.hidden * case.layers
    activations = case.context * case.hidden * 10 + 2 * case.context**2 * case.heads
    fixed = 650 + (0.1 * case.context if ggml else 0)
    return (weights + case.batch * (cache + activations)) / GIB + fixed / 1024


def _gpu_poor_read(case: InferenceCase) -> float | None:
    """Bytes of weights that a token reads: without the 6 % that bitsandbytes adds to memory."""
    weights = _gpu_poor_weights(case)
    kept = {"INT8": 1 / 2, "NF4": 1 / 4}.get(case.format.upper())
    return weights * kept / (kept + 0.06) if weights and kept else weights


def gpu_poor_decode(case: InferenceCase) -> float | None:
    """gpu_poor: weights and cache at the bandwidth in GiB, times 1.5 (llama.cpp), 2 (Transformers), or the compute.

    bitsandbytes costs 4.5 (INT8) or 3 times (NF4); n devices give n / 1.25. RahulSChand/gpu_poor src/App.js
    `token_per_second_logic_GPU` at ad2fc0ef (no licence stated; arithmetic only). Ran.
    """
    read = _gpu_poor_read(case)
    if read is None or case.bandwidth_gb_s is None:
        return None
    values = case.layers * case.hidden * case.context
    factor = {"llama.cpp": 1.5, "transformers": 2.0}.get(case.engine, 1.0)
    seconds = (read + 4 * values) * factor / GIB / case.bandwidth_gb_s
    if case.tflops is not None:
        seconds = max(seconds, case.batch * (read + 8 * values) / (0.85e12 * case.tflops))
    seconds *= {"INT8": 4.5, "NF4": 3.0}.get(case.format.upper(), 1.0)
    return 1 / (seconds * (1.25 / case.devices if case.devices > 1 else 1))


def gpu_poor_prefill(case: InferenceCase) -> float | None:
    """gpu_poor: 1.8 times the operations at 0.85 of the peak, and 0.08 ms per MiB of weights.

    Operations are counted from the bytes of the weights, so 4 bits need a quarter. Source and check as
    `gpu_poor_decode`.
    """
    read = _gpu_poor_read(case)
    if read is None or case.tflops is None:
        return None
    operations = case.batch * case.prompt_tokens * (read + 4 * case.layers * case.hidden**2)
    seconds = 1.8 * operations / (0.85e12 * case.tflops) + 0.08e-3 * read / 2**20
    seconds *= {"INT8": 4.5, "NF4": 3.0}.get(case.format.upper(), 1.0)
    return case.prompt_tokens / seconds


def accelerate_memory(case: InferenceCase) -> float | None:
    """Hugging Face's model-memory-usage: the weights and "up to" a fifth more, the upper end taken.

    huggingface.co/spaces/hf-accelerate/model-memory-usage, after blog.eleuther.ai/transformer-math. Weights from
    `accelerate estimate-memory` (huggingface/accelerate 1.15.0, Apache-2.0). Read only.
    """
    return 1.2 * case_weights_gib(case)


def eleuther_memory(case: InferenceCase) -> float | None:
    """EleutherAI's cookbook, `--infer`: 2 bytes per parameter, one layer's activations, a cache of one value per width.

    Its cache has neither the factor of two for keys and values nor grouped queries. Its own count of parameters is
    replaced by the true one. 16-bit only. EleutherAI/cookbook calc/calc_transformer_mem.py at 827ee3b2 (Apache-2.0).
    Ran.
    """
    if case.format.upper() not in {"F16", "BF16"}:
        return None
    activations = case.context * case.batch * case.hidden * 34
    cache = 2 * case.hidden * case.layers * (case.context + 1) * case.batch
    return (2 * case.parameters + activations + cache) / GIB


# --- the bare roofline ---


def roofline_memory(case: InferenceCase) -> float | None:
    """The weights alone: what "parameters times bytes" gives."""
    return case_weights_gib(case)


def roofline_decode(case: InferenceCase) -> float | None:
    """Bandwidth over the active weights (Williams et al. 2009), nothing else; several devices do not add."""
    if case.bandwidth_gb_s is None:
        return None
    share = (case.active_parameters or case.parameters) / case.parameters
    return case.bandwidth_gb_s * 1e9 / (case_weights_gib(case) * GIB * share)


def roofline_prefill(case: InferenceCase) -> float | None:
    """Peak over two operations per active weight (Kaplan et al. 2020, 2001.08361)."""
    if case.tflops is None:
        return None
    return case.tflops * 1e12 / (2 * (case.active_parameters or case.parameters))


# --- training ---


def llama_factory_gib(parameters_billion: float, method: str, bits: float = 16) -> float | None:
    """LLaMA-Factory's table: full 18 per 10^9 (32 bits) or 8 (pure bf16), LoRA and alike 2, QLoRA 1, 0.5, 0.25.

    hiyouga/LLaMA-Factory README.md "Hardware Requirement" at 00409ff2 (Apache-2.0), marked as estimated. The column for
    any size is taken; the printed ones are larger (LoRA of 7B: 16, QLoRA in 4 bits: 6). Method: full, lora, qlora.
    """
    if method == "full":
        return parameters_billion * (18 if bits > 16 else 8)
    if method == "lora":
        return parameters_billion * 2
    factor = {8: 1.0, 4: 0.5, 2: 0.25}.get(round(bits))
    return None if method != "qlora" or factor is None else parameters_billion * factor


def llama_factory_training(case: TrainingCase) -> float | None:
    """`llama_factory_gib` for a case: mixed and fp32 training are its 32-bit row."""
    bits = case.bits if case.method == "qlora" else {"bf16": 16.0}.get(case.precision, 32.0)
    return llama_factory_gib(case.parameters / 1e9, case.method, bits)


def llm_checker_training(case: TrainingCase) -> float | None:
    """llm-checker: whole GB of `8P + 4` (full), `1.8P + 3` (LoRA), `0.8P + 2` (QLoRA), P in 10^9.

    Pavelevich/llm-checker src/models/fine-tuning-support.js, npm 3.8.1 (NPDL-1.0; arithmetic only). Ran.
    """
    rule = {"full": (8.0, 4), "lora": (1.8, 3), "qlora": (0.8, 2)}.get(case.method)
    return None if rule is None else math.ceil(case.parameters / 1e9 * rule[0] + rule[1])


def accelerate_training(case: TrainingCase) -> float | None:
    """Accelerate, full training with Adam: 16 bytes per parameter in fp32, 8 in mixed precision; no activations.

    The largest of its four phases. huggingface/accelerate commands/estimate.py `estimate_training_usage`, 1.15.0
    (Apache-2.0). Ran. It has no figure for adapters.
    """
    if case.method != "full" or case.optimizer != "adamw":
        return None
    return case.parameters * (16 if case.precision == "fp32" else 8) / GIB


def eleuther_training(case: TrainingCase) -> float | None:
    """EleutherAI's cookbook, per device: 2 bytes of weights, 4 of gradients, 12 (AdamW) or 8 of optimizer, activations.

    Activations keep the scores of all heads, unless checkpointed, and then still 34 values per width and layer. ZeRO
    shards optimizer, gradients, weights from stages 1, 2, 3. Its own count of parameters is replaced by the true one.
    EleutherAI/cookbook calc/calc_transformer_mem.py at 827ee3b2 (Apache-2.0). Ran.
    """
    states = {"adamw": 12, "sgd-momentum": 8, "muon": 8}.get(case.optimizer)
    if case.method != "full" or states is None:
        return None
    shards = [case.gpus if case.zero_stage >= stage else 1 for stage in (1, 2, 3)]
    per_parameter = states / shards[0] + 4 / shards[1] + 2 / shards[2]
    tokens = case.seq_len * case.batch * case.layers
    activations = 34 * tokens * case.hidden
    if not case.checkpointing:
        activations += 5 * tokens * case.heads * case.seq_len
    buffers = 0.0
    if case.gpus > 1 and case.zero_stage >= 1:
        buffers = 1e9 if case.zero_stage < 3 else 3e9
    return (case.parameters * per_parameter + activations + buffers) / GIB


def gpu_poor_training(case: TrainingCase) -> float | None:
    """gpu_poor: weights, gradients with Adam's states at 2 bytes each, the scores of all heads in every layer, 650 MiB.

    LoRA has a fixed size of adapter, QLoRA buffers that grow with the root of the length; checkpointing leaves 0.15 of
    the activations. RahulSChand/gpu_poor src/App.js `getActivationMemory`, `getGradOptMemory`, `getExtraMemory` at
    ad2fc0ef (no licence stated; arithmetic only). Ran.
    """
    if case.optimizer != "adamw" or case.method not in {"full", "lora", "qlora"} or case.gpus > 1:
        return None
    count = gpu_poor_parameters(case.layers, case.hidden, case.ffn, case.vocabulary)
    weights, states = 2 * count, 6 * count
    if case.method != "full":
        states = case.layers * case.hidden * 8 * 2 * 4 * 3 * 2
    if case.method == "qlora":
        weights = 2 * count * (1 / 4 + 0.06) - count / 32
        common = (15 * case.hidden + 6 * case.ffn) * case.layers
        extra = 0.75 * common * 50 * math.sqrt(max(1.0, case.seq_len / 50)) * case.batch
        states = case.layers * case.hidden * 8 * 0.5 * 4 * 3 + extra
    length, hidden = case.seq_len, case.hidden
    widths = length * hidden * 2 * (8 + 2 + 6) + length * case.ffn * 2 * 6 + length * 8
    layer = widths + length**2 * case.heads * 8
    kept = layer * case.layers * case.batch * (0.15 if case.checkpointing else 1)
    return (weights + states + kept) / GIB + 650 / 1024


# --- ranking ---


def _step(value: float, steps: tuple[tuple[float, float], ...], last: float) -> float:
    """The score of the first step whose bound is above the value."""
    return next((score for bound, score in steps if value < bound), last)


def _days(case: RankingCase) -> int | None:
    """Days from release to `today`."""
    if case.release_date is None or case.today is None:
        return None
    return (date.fromisoformat(case.today) - date.fromisoformat(case.release_date)).days


LLMFIT_ARCHITECTURES = {
    "qwen": "32", "gemma": "432", "phi": "432", "cohere": "2", "falcon": "3", "granite": "4", "mistral": "",
    "mixtral": "",
}  # fmt: skip
LLMFIT_SPECIAL = {"qwen3_next": 3.8, "qwen3_5": 3.5, "llama4": 4.0, "phimoe": 3.0}
LLMFIT_NAMES = (
    (("qwen",), ("3", "2")),
    (("llama-", "llama"), ("4", "3.3", "3.2", "3.1", "3", "2")),
    (("gemma-", "gemma"), ("4", "3", "2")),
    (("deepseek-v", "deepseekv"), ("4", "3", "2")),
    (("phi-", "phi"), ("4", "3")),
)


def llmfit_generation(name: str, architecture: str | None = None) -> float:
    """The generation that llmfit reads from the architecture, else from the name; 1.0 when there is none.

    AlexsJones/llmfit llmfit-core/src/models.rs `parse_generation` at 3f44fd30 (MIT).
    """
    name, kind = name.lower(), (architecture or "").lower()
    if kind.startswith("deepseek"):
        return next((float(v) for v in "432" if f"v{v}" in kind), 1.0)
    minors = (v for v in ("3.8", "3.6", "3.5", "2.5") if f"qwen{v}" in name.replace("_", "."))
    minor = float(next(minors, 0.0))
    if kind.startswith("qwen") and minor:
        return minor
    for prefix, generation in LLMFIT_SPECIAL.items():
        if kind.startswith(prefix):
            return generation
    for family, digits in LLMFIT_ARCHITECTURES.items():
        if kind.startswith(family):
            return next((float(v) for v in digits if kind.startswith(family + v)), 1.0)
    if minor:
        return minor
    for stems, versions in LLMFIT_NAMES:
        for version in versions:
            if any(stem + version in name for stem in stems):
                return float(version)
    return 1.0


LLMFIT_FAMILIES = {
    "qwen": 2, "deepseek": 3, "llama": 2, "mistral": 1, "mixtral": 1, "gemma": 1, "phi": 0, "starcoder": 1,
}  # fmt: skip


def llmfit_ranking(case: RankingCase) -> float | None:
    """llmfit's quality, use case "general", without the format's penalty: steps of active parameters, name, age.

    30 to 95 by size; 1 to 3 for a family; 3 per generation after the first, at most 9; 3 when under 3 months old, 1.5
    under 9. AlexsJones/llmfit llmfit-core/src/fit.rs `quality_score` at 3f44fd30 (MIT). Ran: package 1.1.17, `info`.
    Of 4,176 models of its list 4,123 agree; the rest are caps, rounded counts and another list of active parameters.
    Coding, reasoning and chat add a table of scores by family.
    """
    if case.parameters is None:
        return None
    size = (case.active_parameters or case.parameters) / 1e9
    steps = ((1, 30.0), (3, 45.0), (7, 60.0), (10, 75.0), (20, 82.0), (40, 89.0))
    bump = next((v for word, v in LLMFIT_FAMILIES.items() if word in case.name.lower()), 0)
    generation = llmfit_generation(case.name, case.architecture)
    recent = 0.0
    if case.release_date and case.today:
        today, then = date.fromisoformat(case.today), date.fromisoformat(case.release_date)
        months = 12 * (today.year - then.year) + today.month - then.month
        recent = _step(months, ((3, 3.0), (9, 1.5)), 0.0)
    score = _step(size, steps, 95.0) + bump + min(9.0, (generation - 1) * 3) + recent
    return min(100.0, score)


WHICHLLM_GENERATIONS = (
    "qwen1 qwen-7b qwen-14b qwen-72b; qwen2; qwen2.5; qwq; qwen3; qwen3.5 qwen3-next qwen3-coder-next; qwen3.6; "
    "qwen3.8",
    "llama2; meta-llama3; llama3.1 llama3.2 llama3.3; llama4; llama4.5",
    "deepseek-v2 deepseek-coder; deepseek-v2.5 deepseek-coder-v2; deepseek-v3 deepseek-r1; "
    "deepseek-v3.1 deepseek-v3.2 deepseek-r1-0528; deepseek-v4",
    "gemma(?![2-9]); gemma2; gemma3; gemma4",
    "phi2; phi3; phi3.5; phi4; phi5",
    "mistral-small; mistral-small-instruct-2409; mistral-small3 mistral-small-24b-instruct-2501; mistral-small3.2",
    "mistral-large; mistral-large-instruct-2407; mistral-large-instruct-2411; mistral-large3",
    "mistral7b-instruct-v0.1; mistral7b-instruct-v0.2; mistral7b-instruct-v0.3",
    "mixtral8x7b; mixtral8x22b",
    "gpt-oss; gpt-oss20b gpt-oss120b",
    "chatglm; glm4; glm4.5 glm4.6; glm4.7; glm5-; glm5.1",
    "kimi; kimi-k2; kimi-k2.5 kimi-k2-thinking; kimi-k2.6",
    "mimo; mimo-v2; mimo-v2.5",
    "granite; granite3.0 granite3.1; granite3.2 granite3.3; granite4; granite4.1",
    "olmo(?![2-9]); olmo2; olmo3",
    "yi6b yi9b yi34b; yi1.5; yi-lightning",
    "/t5 -t5 _t5; mt5 byt5 long-t5 codet5; ul2 codet5p; flan-t5 flan-ul2; t5gemma t5-gemma",
)
"""The order of generations in whichllm/data/lineage.py: a family a line, oldest first (facts; its patterns differ)."""


def whichllm_generation(name: str) -> float:
    """Points for the generation: -6 for a family's oldest to +10 for its newest.

    Andyyyy64/whichllm whichllm/data/lineage.py and engine/ranking_filters.py `_generation_bonus`, PyPI 0.5.21 (MIT).
    """
    best, name = 0.0, re.sub(r"(?<=[a-z])(?<!qwen)-(?=\d)", "", name.lower()) + "-"
    for line in WHICHLLM_GENERATIONS:
        generations = [entry.split() for entry in line.split("; ")]
        for i, words in reversed(list(enumerate(generations))):
            if any(re.search(word.replace(".", r"\."), name) for word in words):
                points = i / (len(generations) - 1) * 16 - 6
                best = points if abs(points) > abs(best) else best
                break
    return best


WHICHLLM_OFFICIAL = {
    "Qwen", "meta-llama", "google", "mistralai", "deepseek-ai", "microsoft", "nvidia", "01-ai", "tiiuae", "apple",
    "CohereForAI", "bigcode", "openai", "zai-org", "moonshotai", "MiniMaxAI", "XiaomiMiMo", "allenai", "ibm-granite",
    "stepfun-ai",
}  # fmt: skip
WHICHLLM_EXCLUDED = {
    "openai-community", "distilbert", "facebook", "EleutherAI", "HuggingFaceH4", "togethercomputer", "hmellor",
}  # fmt: skip
"""Owners that whichllm trusts, and owners that it never ranks (engine/ranking_sources.py, ranking_filters.py)."""


def whichllm_ranking(case: RankingCase) -> float | None:
    """whichllm's score where it has no benchmark: 0.55 of a size score, 3 for a known owner, 1.5 times the generation.

    Size is `4.2 · log2(total) + 9`, at most 35, in 10^9. Left out: its leaderboards (Artificial Analysis, LiveBench,
    Aider, Arena, Open LLM), which it downloads and which lead where they name the model; format, speed, downloads.
    It never ranks some owners (facebook, EleutherAI) nor a name with "tiny": None. Andyyyy64/whichllm
    whichllm/engine/ranking_score.py `_compute_quality_score`, PyPI 0.5.21 (MIT). Ran; generations agree for all 171
    names tried.
    """
    owner = case.name.split("/")[0] if "/" in case.name else ""
    tiny = re.search(r"tiny[-_]|[-_]tiny", case.name.split("/")[-1].lower())
    if case.parameters is None or owner in WHICHLLM_EXCLUDED or tiny:
        return None
    size = min(35.0, 4.2 * math.log2(max(0.5, case.parameters / 1e9)) + 9)
    trust = 3.0 if owner in WHICHLLM_OFFICIAL else 0.0
    return min(100.0, max(0.0, 0.55 * size + trust + 1.5 * whichllm_generation(case.name)))


LLM_CHECKER_FAMILIES = {
    "qwen2.5": 2, "qwen3": 4, "qwen": 2, "deepseek-r1": 5, "deepseek-coder": 4, "deepseek": 3, "llama3.2": 2,
    "llama3.3": 2, "llama3.1": 1, "llama": 0, "mistral": 1, "gemma3": 3, "gemma": 1, "phi": 0, "llava": 0,
    "granite": 0, "solar": 0, "starcoder": 1, "minicpm": 0, "yi-coder": 1, "yi": -3,
}  # fmt: skip


def llm_checker_ranking(case: RankingCase) -> float | None:
    """llm-checker's quality prior, category "general", without the format's penalty: steps of parameters, name, age.

    45 to 95 by total parameters; -3 to 5 for the family read from the name; 4 unless made for a special use; +3 when
    new to -8 when older than two years. Pavelevich/llm-checker src/models/deterministic-selector.js
    `calculateQualityPrior`, npm 3.8.1 (NPDL-1.0; arithmetic only). Ran, on 171 names without dates, and for six ages.
    Downloads, which add up to 4, are left out.
    """
    if case.parameters is None:
        return None
    name, size = case.name.lower(), case.parameters / 1e9
    steps = ((1.5, 45), (4, 60), (9, 75), (15, 82), (34, 89))
    base = next((score for most, score in steps if size <= most), 95)
    bump = next((v for word, v in LLM_CHECKER_FAMILIES.items() if word in name), 0)
    days = _days(case)
    age = 0.0
    if days is not None:
        age = _step(days, ((91, 3.0), (181, 2.0), (366, 1.0), (731, -4.0)), -8.0)
    special = any(word in name for word in ("code", "embed", "reason", "math", "logic", "vision"))
    task = 2.0 if "code" in name else 0.0
    if not special or "instruct" in name or "chat" in name:
        task = 4.0
    return min(100.0, max(0.0, base + bump + age + task))


def by_parameters(case: RankingCase) -> float | None:
    """The larger model first."""
    return case.parameters


def by_release_date(case: RankingCase) -> float | None:
    """The newer model first: days of the calendar."""
    if case.release_date is None:
        return None
    return float(date.fromisoformat(case.release_date).toordinal())


# --- registries ---

MEMORY: Mapping[str, Callable[[InferenceCase], float | None]] = {
    "llmfit": llmfit_memory,
    "whichllm": whichllm_memory,
    "llm-checker": llm_checker_memory,
    "hf-mem": hf_mem_memory,
    "Ollama": ollama_memory,
    "gpu_poor": gpu_poor_memory,
    "Accelerate × 1.2": accelerate_memory,
    "EleutherAI cookbook": eleuther_memory,
    "weights alone": roofline_memory,
}
"""GiB over all devices. A peer says "fits" when that is at most the devices' memory (whichllm: `whichllm_pool_gib`)."""
OVERHEAD_GIB = {
    "llmfit": 0.5, "whichllm": 0.5e9 / GIB, "llm-checker": 0.5, "Ollama": 457 / 1024, "gpu_poor": 650 / 1024,
}  # fmt: skip
"""The fixed part of `MEMORY` meant for driver and framework (llm-checker: 0.35 beside a known file). Rows that measure
only what an allocator or an engine's buffers hold are fairly compared without it."""
DECODE: Mapping[str, Callable[[InferenceCase], float | None]] = {
    "llmfit": llmfit_decode,
    "whichllm": whichllm_decode,
    "llm-checker": llm_checker_decode,
    "gpu_poor": gpu_poor_decode,
    "roofline": roofline_decode,
}
"""Tokens per second of one stream."""
PREFILL: Mapping[str, Callable[[InferenceCase], float | None]] = {
    "llmfit": llmfit_prefill,
    "gpu_poor": gpu_poor_prefill,
    "roofline": roofline_prefill,
}
"""Prompt tokens per second."""
TRAINING: Mapping[str, Callable[[TrainingCase], float | None]] = {
    "LLaMA-Factory": llama_factory_training,
    "llm-checker": llm_checker_training,
    "Accelerate": accelerate_training,
    "EleutherAI cookbook": eleuther_training,
    "gpu_poor": gpu_poor_training,
}
"""GiB per device."""
RANKING: Mapping[str, Callable[[RankingCase], float | None]] = {
    "parameter count": by_parameters,
    "release date": by_release_date,
    "llmfit": llmfit_ranking,
    "whichllm": whichllm_ranking,
    "llm-checker": llm_checker_ranking,
}
"""A score, higher is better, comparable within one peer only."""
