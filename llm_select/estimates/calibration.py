"""Constants that formulas cannot give, each with how it was obtained.

Rows marked *fitted* come from `benchmarks/calibrate.py` on the calibration rows of `tests/measurements`; rows
marked *assumed* have no measurement in the repository and carry a wide range. `docs/estimates.md` has the errors.
"""

from __future__ import annotations

from typing import NamedTuple

# --- behaviour of engines, from their source -------------------------------------------------------------------

LLAMACPP_UBATCH = 512
"""llama.cpp's default physical batch (`--ubatch-size`)."""
LLAMACPP_FLASH_BUILD = 6325
"""First build where flash attention is chosen automatically (ggml-org/llama.cpp#15434)."""
LLAMACPP_PIPELINE_BUILD = 2400
"""About the build (March 2024) where a layer split overlaps batches (ggml-org/llama.cpp#6017)."""
LLAMACPP_COPIES = 4
"""Copies of the inputs then (`GGML_SCHED_MAX_COPIES`)."""
TRANSFORMERS_LAST_LOGITS = (4, 45)
"""First version that computes the last token's logits only (`num_logits_to_keep`)."""
VLLM_BATCHED_TOKENS = 2048
"""vLLM's `max_num_batched_tokens` on ordinary devices; servers with large memory take 8,192, within the range."""
VLLM_SEQUENCES = 256
"""vLLM's default `max_num_seqs`."""
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
"""Half widths. llama.cpp and Transformers: fitted (90th percentile of the errors, rounded up); the others assumed."""
ARTIFACT_WIDTH = 0.005
"""Half width of the weights when the file's size is known: alignment and metadata. Assumed."""

# --- speed -----------------------------------------------------------------------------------------------------


class Decode(NamedTuple):
    """Constants of decoding."""

    layer_s: float
    """Fixed seconds per layer and step: launches, synchronisation, what does not scale with bytes."""
    efficiency: float
    """Share of the memory bandwidth reached."""
    low: float
    """10th percentile of measured / estimated tokens per second."""
    high: float
    """90th percentile."""


class Prefill(NamedTuple):
    """Constants of prefill."""

    utilization: float
    """Share of the dense matrix throughput reached."""
    low: float
    high: float


DECODE: dict[tuple[str, str, bool], Decode] = {
    ("llama.cpp", "gddr", False): Decode(15e-6, 0.75, 0.85, 1.15),
}
"""By engine, memory class, and whether the weights have 16 bits or more. Fitted."""

PREFILL: dict[tuple[str, str], Prefill] = {
    ("llama.cpp", "gddr"): Prefill(0.45, 0.7, 1.3),
}
"""By engine and memory class. Fitted."""

FALLBACK_LOW, FALLBACK_HIGH = 0.5, 1.5
"""Range where this engine, memory class or width was not measured: the nearest measured constants are taken.
Assumed, from the factor of 1.47 between community reports of the same model, format and device."""
ALL_REDUCE_S = 20e-6
"""Seconds of one small all-reduce. Assumed (NCCL over NVLink 10 to 20 µs, over PCIe 30 µs and more)."""
STAGE_HOP_S = 100e-6
"""Seconds to hand a token's state to the next stage. Assumed."""
LINK_GB_S = 25.0
"""GB/s between devices when unknown: PCIe 4.0 x16 in practice. Assumed."""
PREFILL_LAYER_S = 30e-6
"""Fixed seconds per layer of reading a prompt. Assumed."""


def decode_constants(engine: str, memory_class: str | None, bits: float) -> tuple[Decode, bool]:
    """Constants of decoding, and whether this very combination was measured.

    The nearest measured one otherwise: same engine, then llama.cpp; same class, then HBM for unknown; with the
    fallback range.
    """
    wide = bits >= 16
    found = DECODE.get((engine, memory_class or "", wide))
    if found is not None:
        return found, True
    for name in (engine, "llama.cpp"):
        for kind in (memory_class or "", "gddr", "hbm"):
            for width in (wide, not wide):
                near = DECODE.get((name, kind, width))
                if near is not None:
                    return near._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
    raise AssertionError("no decode constants")


def prefill_constants(engine: str, memory_class: str | None) -> tuple[Prefill, bool]:
    """Constants of prefill, and whether this combination was measured; the nearest one otherwise."""
    found = PREFILL.get((engine, memory_class or ""))
    if found is not None:
        return found, True
    for name in (engine, "llama.cpp"):
        for kind in (memory_class or "", "gddr", "hbm"):
            near = PREFILL.get((name, kind))
            if near is not None:
                return near._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
    raise AssertionError("no prefill constants")
