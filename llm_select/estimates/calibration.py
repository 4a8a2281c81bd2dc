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
    ("llama.cpp", "gddr", False): Decode(7.83e-05, 0.856, 0.83, 1.21),
    ("llama.cpp", "gddr", True): Decode(0.000113, 0.952, 0.83, 1.21),
    ("llama.cpp", "hbm", False): Decode(0.000146, 0.744, 0.83, 1.21),
    ("llama.cpp", "hbm", True): Decode(0.000163, 0.900, 0.83, 1.34),
    ("llama.cpp", "unified", False): Decode(0.000161, 0.896, 0.83, 1.21),
    ("llama.cpp", "unified", True): Decode(0.000169, 0.910, 0.83, 1.21),
    ("transformers", "hbm", False): Decode(0.000944, 0.376, 0.71, 1.21),
    ("transformers", "hbm", True): Decode(0.000826, 0.944, 0.72, 1.21),
    ("vllm", "hbm", False): Decode(0.000157, 0.823, 0.83, 1.21),
    ("vllm", "hbm", True): Decode(0.000117, 0.771, 0.83, 1.21),
}
"""By engine, memory class, and whether the weights have 16 bits or more. Fitted; the range is the 10th to 90th
percentile of measured / estimated with one model left out, and never narrower than `REPEAT`."""

PREFILL: dict[tuple[str, str, bool], Prefill] = {
    ("llama.cpp", "gddr", False): Prefill(0.267, 0.64, 1.81),
    ("llama.cpp", "gddr", True): Prefill(0.316, 0.68, 2.09),
    ("llama.cpp", "hbm", False): Prefill(0.154, 0.57, 1.76),
    ("llama.cpp", "hbm", True): Prefill(0.217, 0.59, 1.75),
    ("llama.cpp", "unified", False): Prefill(0.657, 0.83, 1.21),
    ("llama.cpp", "unified", True): Prefill(0.707, 0.83, 1.21),
}
"""Keys and ranges as for `DECODE`. Fitted."""

PREFILL_ASSUMED: dict[str, float] = {
    "vllm": 0.5,
    "transformers": 0.4,
    "mlx": 0.6,
    "ctranslate2": 0.4,
}
"""Utilization of engines whose prefill nobody measured here. Assumed; the range is the fallback one."""

REPEAT = (0.83, 1.21)
"""Reports of the same model, format and device by different people differ by a median factor of 1.47: its root."""
FALLBACK_LOW, FALLBACK_HIGH = 0.5, 1.5
"""Range where this engine, memory class or width was not measured: the nearest measured constants are taken.
Assumed, from the factor of 1.47 between community reports of the same model, format and device."""
TRANSFORMERS_EXPERT_S = 90e-6
"""Seconds per layer and routed expert: Transformers before 5 visits the experts in a Python loop. Taken
from one model, Qwen2-57B-A14B (82 to 100 µs by row), so not checked on another."""
TRANSFORMERS_GROUPED = (5, 0)
"""First version that multiplies all experts at once."""
ALL_REDUCE_S = 20e-6
"""Seconds of one small all-reduce. Assumed (NCCL over NVLink 10 to 20 µs, over PCIe 30 µs and more)."""
STAGE_HOP_S = 100e-6
"""Seconds to hand a token's state to the next stage. Assumed."""
LINK_GB_S = 25.0
"""GB/s between devices when unknown: PCIe 4.0 x16 in practice. Assumed."""
PREFILL_LAYER_S = 30e-6
"""Fixed seconds per layer of reading a prompt, the value the constants above were fitted with. Assumed. Engines of
`PREFILL_ASSUMED` take the fixed cost of a decoding step where it is larger."""


MEASURED_ENGINES = ("llama.cpp", "ollama", "transformers", "vllm")
"""Engines whose speed was measured, by name; Ollama runs llama.cpp. SGLang shares vLLM's formulas, not its rows."""
MEASURED_VENDORS = {"gddr": "nvidia", "hbm": "nvidia", "unified": "apple"}
"""Whose devices the constants of a memory class were fitted on."""


def _measured_on(memory_class: str | None, vendor: str | None) -> bool:
    return vendor is None or MEASURED_VENDORS.get(memory_class or "") == vendor


def decode_constants(
    engine: str, memory_class: str | None, bits: float, vendor: str | None = None
) -> tuple[Decode, bool]:
    """Constants of decoding, and whether this very combination was measured.

    The nearest measured one otherwise, with the fallback range: the same engine and class at the other width, then
    llama.cpp (for host memory its unified constants), then the engine on any class.
    """
    wide = bits >= 16
    found = DECODE.get((engine, memory_class or "", wide))
    if found is not None and _measured_on(memory_class, vendor):
        return found, True
    kind = "unified" if memory_class == "ddr" else memory_class or "gddr"
    for key in (
        (engine, kind, wide),
        (engine, kind, not wide),
        (engine, "hbm", wide),
        ("llama.cpp", kind, wide),
    ):
        if key in DECODE:
            return DECODE[key]._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
    return DECODE["llama.cpp", "gddr", wide]._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False


def prefill_constants(
    engine: str, memory_class: str | None, bits: float, vendor: str | None = None
) -> tuple[Prefill, bool]:
    """Constants of prefill, and whether this combination was measured; the assumed or nearest one otherwise."""
    wide = bits >= 16
    found = PREFILL.get((engine, memory_class or "", wide))
    if found is not None and _measured_on(memory_class, vendor):
        return found, True
    if engine in PREFILL_ASSUMED:
        return Prefill(PREFILL_ASSUMED[engine], FALLBACK_LOW, FALLBACK_HIGH), False
    # Unified memory was measured on Apple's plain arithmetic units; others have matrix units like a card's.
    kind = "unified" if memory_class == "ddr" else "hbm" if memory_class == "hbm" else "gddr"
    return PREFILL["llama.cpp", kind, wide]._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
