"""Constants of memory that formulas cannot give, each with how it was obtained.

Rows marked *fitted* come from `benchmarks/calibrate_memory.py` on the calibration rows of `tests/measurements`; rows
marked *assumed* have no measurement in the repository and carry a wide range. `docs/estimates.md` has the errors.
"""

from __future__ import annotations

from typing import NamedTuple

# --- behaviour of engines, from their source -------------------------------------------------------------------

LLAMACPP_UBATCH = 512
"""llama.cpp's default physical batch (`--ubatch-size`)."""
LLAMACPP_FLASH_BUILD = 6325
"""About the build (August 2025) where flash attention is chosen automatically (ggml-org/llama.cpp#15434)."""
LLAMACPP_PIPELINE_BUILD = 2400
"""About the build (March 2024) where a layer split overlaps batches (ggml-org/llama.cpp#6017)."""
LLAMACPP_LAYER_SPLIT_BUILD = 1842
"""About the build (January 2024) where layers are split whole (ggml-org/llama.cpp#4766); before, rows were, and the
main device held the cache and the buffers."""
LLAMACPP_INTEGER_BUILD = 3200
"""About the build (June 2024) where quantized prompts multiply without unpacking (ggml-org/llama.cpp#8075); before,
the largest matrix was unpacked to 16 bits."""
LLAMACPP_WINDOW_BUILD = 7000
"""About the build (November 2025) where a windowed cache is rounded up to 256 cells (ggml-org/llama.cpp#17037)."""
LLAMACPP_WINDOW_CELLS = 256
"""What it is rounded to (`llama-kv-cache-iswa.cpp`)."""
LLAMACPP_COPIES = 4
"""Copies of the inputs then (`GGML_SCHED_MAX_COPIES`)."""
TRANSFORMERS_LAST_LOGITS = (4, 45)
"""First version that computes the last token's logits only (`num_logits_to_keep`)."""
TRANSFORMERS_GROUPED = (5, 0)
"""First version that multiplies all experts at once."""
VLLM_BATCH = (2048, 256)
"""vLLM's default `max_num_batched_tokens` and `max_num_seqs` of its server (`EngineArgs.get_batch_defaults`)."""
VLLM_LARGE_BATCH = (8192, 1024)
"""The same on devices of `VLLM_LARGE_GIB` and more that are not an A100."""
VLLM_LARGE_GIB = 70.0
"""Where vLLM draws that line."""
MLX_PREFILL_STEP = 2048
"""mlx-lm's `prefill_step_size`."""

# --- overhead --------------------------------------------------------------------------------------------------

OVERHEAD_GIB: dict[str, tuple[float, float]] = {
    "llama.cpp": (0.40, 0.10),
    "vllm": (1.20, 0.40),
    "transformers": (0.60, 0.20),
    "mlx": (0.30, 0.0),
    "ctranslate2": (0.40, 0.10),
}
"""GiB on each device, and what each adds when there are several. Assumed: a CUDA context with cuBLAS takes 0.3 to
0.6 GiB; vLLM adds captured graphs (0.5 to 1 GiB) and NCCL buffers. No measurement in the repository separates it."""
HOST_PROCESS_GIB = 0.25
"""GiB where the device's memory is main memory. Assumed."""
USABLE_SHARE = 0.98
"""Share of a discrete card's nominal memory that a process may allocate. CUDA reports 23.65 of 24 GiB (RTX 4090),
79.15 of 80 (A100), 11.76 of 12, 7.79 of 8: 0.974 to 0.989; the lower middle is taken."""
HOST_USABLE = 0.9
"""Share of main memory that offloaded layers may take. Assumed."""


class Widths(NamedTuple):
    """Half of an 80 % range, relative, by part of a memory estimate."""

    weights: float
    kv_cache: float
    activations: float
    overhead: float


WIDTHS: dict[str, Widths] = {
    "llama.cpp": Widths(0.01, 0.02, 0.25, 0.5),
    "vllm": Widths(0.02, 0.03, 0.60, 0.5),
    "transformers": Widths(0.02, 0.03, 0.30, 0.5),
    "mlx": Widths(0.02, 0.05, 0.60, 0.5),
    "ctranslate2": Widths(0.02, 0.05, 0.60, 0.5),
}
"""Half widths. Transformers: chosen so that at least 80 % of the calibration rows fall inside. llama.cpp: wider
than its errors, for its rows are all short contexts of one architecture. The others assumed."""
ARTIFACT_WIDTH = 0.005
"""Half width of the weights when the file's size is known: alignment and metadata. Assumed."""
