"""llmfit, whichllm and llm-checker: memory and speed."""

from __future__ import annotations

from peers.cases import GIB, InferenceCase

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
