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

from collections.abc import Callable, Mapping

from peers.cases import (
    DECIMAL,
    GIB,
    PUBLISHED_ERROR,
    InferenceCase,
    RankingCase,
    TrainingCase,
    case_weights_gib,
)
from peers.others import (
    accelerate_memory,
    eleuther_memory,
    gpu_poor_decode,
    gpu_poor_memory,
    gpu_poor_parameters,
    gpu_poor_prefill,
    hf_mem_memory,
    ollama_graph_bytes,
    ollama_memory,
    roofline_decode,
    roofline_memory,
    roofline_prefill,
)
from peers.ranking import (
    by_parameters,
    by_release_date,
    llm_checker_ranking,
    llmfit_generation,
    llmfit_ranking,
    whichllm_generation,
    whichllm_ranking,
)
from peers.sized import (
    llm_checker_decode,
    llm_checker_memory,
    llmfit_decode,
    llmfit_decode_tps,
    llmfit_kv_gib,
    llmfit_memory,
    llmfit_prefill,
    whichllm_decode,
    whichllm_kv_gib,
    whichllm_memory,
    whichllm_pool_gib,
)
from peers.training import (
    accelerate_training,
    eleuther_training,
    gpu_poor_training,
    llama_factory_gib,
    llama_factory_training,
    llm_checker_training,
)

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

__all__ = [
    "DECIMAL",
    "DECODE",
    "GIB",
    "MEMORY",
    "OVERHEAD_GIB",
    "PREFILL",
    "PUBLISHED_ERROR",
    "RANKING",
    "TRAINING",
    "InferenceCase",
    "RankingCase",
    "TrainingCase",
    "accelerate_memory",
    "accelerate_training",
    "by_parameters",
    "by_release_date",
    "case_weights_gib",
    "eleuther_memory",
    "eleuther_training",
    "gpu_poor_decode",
    "gpu_poor_memory",
    "gpu_poor_parameters",
    "gpu_poor_prefill",
    "gpu_poor_training",
    "hf_mem_memory",
    "llama_factory_gib",
    "llama_factory_training",
    "llm_checker_decode",
    "llm_checker_memory",
    "llm_checker_ranking",
    "llm_checker_training",
    "llmfit_decode",
    "llmfit_decode_tps",
    "llmfit_generation",
    "llmfit_kv_gib",
    "llmfit_memory",
    "llmfit_prefill",
    "llmfit_ranking",
    "ollama_graph_bytes",
    "ollama_memory",
    "roofline_decode",
    "roofline_memory",
    "roofline_prefill",
    "whichllm_decode",
    "whichllm_generation",
    "whichllm_kv_gib",
    "whichllm_memory",
    "whichllm_pool_gib",
    "whichllm_ranking",
]
