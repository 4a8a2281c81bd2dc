"""What a peer could know of a case."""

from __future__ import annotations

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
