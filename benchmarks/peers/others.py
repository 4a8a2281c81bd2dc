"""hf-mem, Ollama, gpu_poor, Accelerate, EleutherAI and the bare roofline: memory and speed."""

from __future__ import annotations

from peers.cases import GIB, InferenceCase, case_weights_gib

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
