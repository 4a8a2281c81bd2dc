"""Training memory."""

from __future__ import annotations

import math

from peers.cases import GIB, TrainingCase
from peers.others import gpu_poor_parameters

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
