"""Constants of speed that formulas cannot give, each with how it was obtained.

Rows marked *fitted* come from `benchmarks/calibrate_speed.py` on the calibration rows of `tests/measurements`; rows
marked *assumed* have no measurement in the repository and carry a wide range. `docs/estimates.md` has the errors.
"""

from __future__ import annotations

from typing import NamedTuple

LLAMACPP_PREFILL_BUILD = 2795
"""The first build (May 2024) of the newer measurements of prefill. The older ones end at 1691 (December 2023); in
which build between them prompts became faster was not looked up."""
HALF_SUM_RATE = 4.0
"""Matrix rate with 16-bit sums over the FP32 rate, on NVIDIA's GDDR cards since Ampere. llama.cpp lets cuBLAS sum in
16 bits (`CUBLAS_COMPUTE_16F`); consumer cards list half of this rate, which is that of 32-bit sums (NVIDIA Ampere
GA102 whitepaper: RTX 3090 142 and 71 TFLOPS, FP32 35.6)."""


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
    ("llama.cpp", "gddr", False): Prefill(0.308, 0.73, 1.37),
    ("llama.cpp", "gddr", True): Prefill(0.394, 0.73, 1.37),
    ("llama.cpp", "hbm", False): Prefill(0.266, 0.49, 2.06),
    ("llama.cpp", "hbm", True): Prefill(0.271, 0.49, 2.06),
    ("llama.cpp", "unified", False): Prefill(0.608, 0.71, 1.41),
    ("llama.cpp", "unified", True): Prefill(0.692, 0.71, 1.41),
}
"""Keys as for `DECODE`. Fitted on llama.cpp since `LLAMACPP_PREFILL_BUILD`. One model was there to fit, so the range
is the 80 % prediction interval of another device, its spread taken from both widths of a memory class. Where
`HALF_SUM_RATE` applies the utilization is a share of that."""

PREFILL_OLD: dict[tuple[str, str, bool], Prefill] = {
    ("llama.cpp", "gddr", False): Prefill(0.241, 0.69, 1.48),
    ("llama.cpp", "gddr", True): Prefill(0.291, 0.74, 1.21),
    ("llama.cpp", "hbm", False): Prefill(0.154, 0.57, 1.76),
    ("llama.cpp", "hbm", True): Prefill(0.217, 0.59, 1.75),
    ("llama.cpp", "unified", False): Prefill(0.657, 0.83, 1.21),
    ("llama.cpp", "unified", True): Prefill(0.707, 0.83, 1.21),
}
"""The same for older builds, those of December 2023; ranges as for `DECODE`."""

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
    engine: str,
    memory_class: str | None,
    bits: float,
    vendor: str | None = None,
    old: bool = False,
) -> tuple[Prefill, bool]:
    """Constants of prefill, and whether this combination was measured; the assumed or nearest one otherwise.
    `old` asks for llama.cpp before `LLAMACPP_PREFILL_BUILD`."""
    wide = bits >= 16
    table = PREFILL_OLD if old else PREFILL
    found = table.get((engine, memory_class or "", wide))
    if found is not None and _measured_on(memory_class, vendor):
        return found, True
    if engine in PREFILL_ASSUMED:
        return Prefill(PREFILL_ASSUMED[engine], FALLBACK_LOW, FALLBACK_HIGH), False
    # Unified memory was measured on Apple's plain arithmetic units; others have matrix units like a card's.
    kind = "unified" if memory_class == "ddr" else "hbm" if memory_class == "hbm" else "gddr"
    return table["llama.cpp", kind, wide]._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
