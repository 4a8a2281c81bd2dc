"""Constants of speed that formulas cannot give, each with how it was obtained.

Rows marked *fitted* come from `benchmarks/calibrate_speed.py` on the rows of `tests/measurements`; rows marked
*assumed* have no measurement in the repository and carry a wide range. `docs/estimates.md` has the errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_select.schema.hardware import Quantization

LLAMACPP_PREFILL_BUILD = 2795
"""The first build (May 2024) of the newer measurements of prefill. The older ones end at 1691 (December 2023); in
which build between them prompts became faster was not looked up."""
LLAMACPP_INTEGER_BUILD = 3140
"""Quantized weights meet prompts on integer matrix units since June 2024 (llama.cpp pull request 7676)."""
LLAMACPP_STEP_BUILD = 5000
"""The first of the newer measurements of decoding (2025); the older ones end at 4404 (December 2024)."""
VLLM_STEP_VERSION = (0, 6)
"""The AWQ kernel, and steps of long contexts, changed between 0.4.2 and 0.6.3."""
VLLM_ENGINE_VERSION = (0, 8)
"""The rewritten engine (V1) is the default since 0.8; the measurements before it end at 0.6.5."""
SGLANG_STEP_VERSION = (0, 5)
"""The measurements end before it, at 0.4.6."""
VLLM_CAPTURED_TOKENS = 8192
"""Before 0.6, longer sequences ran without captured graphs (`max_context_len_to_capture`)."""
VLLM_EAGER_S = 380e-6
"""Seconds per layer without a captured graph. Fitted on Qwen2 0.5B in vLLM 0.4.2 at 14,336 tokens."""
TRANSFORMERS_UNREPEATED = (4, 48)
"""Since then attention takes keys and values as they are; before, they were repeated for every query head."""
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
    """10th percentile of measured / estimated tokens per second, model or device left out."""
    high: float
    """90th percentile."""


class Prefill(NamedTuple):
    """Constants of prefill."""

    utilization: float
    """Share of the dense matrix throughput reached."""
    layer_s: float
    """Fixed seconds per layer for every 512 tokens, beyond those of a decoding step."""
    low: float
    """As for `Decode`."""
    high: float


DecodeKey = tuple[str, str, bool, str]
PrefillKey = tuple[str, str, bool, str]

DECODE: dict[DecodeKey, Decode] = {
    ("llama.cpp", "ddr", False, "new"): Decode(0.00017, 0.670, 0.71, 1.33),
    ("llama.cpp", "gddr", False, "new"): Decode(3.56e-05, 0.827, 0.88, 1.17),
    ("llama.cpp", "gddr", False, "old"): Decode(7.06e-05, 0.908, 0.89, 1.10),
    ("llama.cpp", "gddr", True, "old"): Decode(7.45e-05, 0.913, 0.90, 1.10),
    ("llama.cpp", "gddr-amd", False, "new"): Decode(3.57e-05, 0.799, 0.81, 1.27),
    ("llama.cpp", "gddr-amd", False, "old"): Decode(0.000158, 0.970, 0.80, 1.27),
    ("llama.cpp", "gddr-intel", False, "new"): Decode(0.000105, 0.970, 0.50, 1.50),
    ("llama.cpp", "hbm", False, "new"): Decode(5.63e-05, 0.583, 0.90, 1.12),
    ("llama.cpp", "hbm", False, "old"): Decode(0.000132, 0.744, 0.90, 1.10),
    ("llama.cpp", "hbm", True, "old"): Decode(0.000164, 0.912, 0.73, 1.12),
    ("llama.cpp", "unified", False, "new"): Decode(0.000133, 0.970, 0.84, 1.17),
    ("llama.cpp", "unified", False, "old"): Decode(0.000167, 0.970, 0.89, 1.10),
    ("llama.cpp", "unified", True, "old"): Decode(0.000198, 0.966, 0.90, 1.10),
    ("llama.cpp", "unified-amd", False, "new"): Decode(9.24e-05, 0.970, 0.87, 1.11),
    ("llama.cpp", "unified-amd", True, "new"): Decode(5.37e-05, 0.854, 0.87, 1.10),
    ("llama.cpp", "unified-nvidia", False, "new"): Decode(7.79e-05, 0.967, 0.90, 1.14),
    ("mlx", "unified", False, "new"): Decode(5.85e-05, 0.970, 0.75, 1.18),
    ("mlx", "unified", True, "new"): Decode(3.32e-05, 0.875, 0.76, 1.17),
    ("transformers", "hbm", False, "new"): Decode(0, 0.250, 0.51, 1.10),
    ("transformers", "hbm", True, "new"): Decode(0, 0.800, 0.68, 1.10),
    ("vllm", "hbm", False, "2024"): Decode(0.000147, 0.954, 0.89, 1.16),
    ("vllm", "hbm", False, "old"): Decode(0.000169, 0.970, 0.80, 1.10),
    ("vllm", "hbm", True, "2024"): Decode(0.00011, 0.796, 0.78, 1.34),
    ("vllm", "hbm", True, "new"): Decode(3.67e-05, 0.829, 0.82, 1.15),
    ("vllm", "hbm", True, "old"): Decode(0.000131, 0.817, 0.89, 1.10),
}
"""By engine, memory kind (`memory_kind`), whether the weights have 16 bits or more, and period. Fitted; the range is
the 10th to 90th percentile of measured / estimated with the model or the device left out."""

PREFILL: dict[PrefillKey, Prefill] = {
    ("llama.cpp", "gddr", False, "2023"): Prefill(0.338, 0.000907, 0.75, 1.11),
    ("llama.cpp", "gddr", False, "2024"): Prefill(0.331, 0, 0.81, 1.14),
    ("llama.cpp", "gddr", False, "new"): Prefill(0.474, 0, 0.65, 1.13),
    ("llama.cpp", "gddr", True, "2023"): Prefill(0.605, 0.00067, 0.75, 1.11),
    ("llama.cpp", "gddr", True, "2024"): Prefill(0.607, 4.26e-06, 0.81, 1.14),
    ("llama.cpp", "gddr", True, "new"): Prefill(0.405, 0, 0.65, 1.13),
    ("llama.cpp", "gddr-amd", False, "new"): Prefill(0.378, 0, 0.77, 1.29),
    ("llama.cpp", "gddr-intel", False, "new"): Prefill(0.076, 0, 0.50, 1.50),
    ("llama.cpp", "hbm", False, "2023"): Prefill(0.455, 0.00178, 0.87, 1.14),
    ("llama.cpp", "hbm", False, "2024"): Prefill(0.441, 0.000485, 0.90, 1.26),
    ("llama.cpp", "hbm", False, "new"): Prefill(0.370, 0.00062, 0.87, 1.20),
    ("llama.cpp", "hbm", True, "2023"): Prefill(0.896, 0.00113, 0.87, 1.14),
    ("llama.cpp", "hbm", True, "2024"): Prefill(0.559, 5.73e-05, 0.90, 1.26),
    ("llama.cpp", "unified", False, "2023"): Prefill(0.672, 0.000361, 0.90, 1.10),
    ("llama.cpp", "unified", False, "2024"): Prefill(0.635, 0, 0.77, 1.10),
    ("llama.cpp", "unified", False, "new"): Prefill(0.670, 0, 0.84, 1.10),
    ("llama.cpp", "unified", True, "2023"): Prefill(0.798, 0.00102, 0.90, 1.10),
    ("llama.cpp", "unified", True, "2024"): Prefill(0.793, 0.0016, 0.77, 1.10),
    ("llama.cpp", "unified", True, "new"): Prefill(0.709, 0, 0.84, 1.10),
    ("llama.cpp", "unified-amd", False, "new"): Prefill(0.302, 0, 0.38, 1.28),
    ("llama.cpp", "unified-amd", True, "new"): Prefill(0.534, 0, 0.38, 1.28),
    ("llama.cpp", "unified-nvidia", False, "new"): Prefill(0.323, 0, 0.57, 1.76),
    ("mlx", "unified", False, "new"): Prefill(0.673, 0.00094, 0.63, 1.23),
    ("mlx", "unified", True, "new"): Prefill(0.908, 0.00124, 0.63, 1.23),
    ("vllm", "hbm", False, "new"): Prefill(0.578, 0, 0.50, 1.50),
    ("vllm", "hbm", True, "new"): Prefill(0.572, 0, 0.50, 1.50),
    ("vllm", "hbm-amd", False, "new"): Prefill(0.535, 0, 0.50, 1.50),
}
"""Keys as for `DECODE`, with llama.cpp's three periods. Fitted; where `HALF_SUM_RATE` applies the utilization is a
share of that, and on NVIDIA's cards it is that at `POWER_MIDDLE`."""

SCALE: dict[tuple[str, str, str], float] = {
    ("llama.cpp", "ddr", "iq"): 0.976,
    ("llama.cpp", "ddr", "k"): 1.21,
    ("llama.cpp", "ddr", "legacy"): 0.949,
    ("llama.cpp", "gddr", "k"): 1,
    ("llama.cpp", "gddr", "legacy"): 1.01,
    ("llama.cpp", "gddr", "mxfp4"): 1.16,
    ("llama.cpp", "gddr-amd", "k"): 1.05,
    ("llama.cpp", "gddr-amd", "legacy"): 0.859,
    ("llama.cpp", "gddr-amd", "mxfp4"): 1.02,
    ("llama.cpp", "gddr-intel", "legacy"): 1.21,
    ("llama.cpp", "hbm", "k"): 1,
    ("llama.cpp", "hbm", "legacy"): 1.01,
    ("llama.cpp", "unified", "k"): 1.09,
    ("llama.cpp", "unified", "legacy"): 0.952,
    ("llama.cpp", "unified", "mxfp4"): 1.16,
    ("llama.cpp", "unified-amd", "k"): 1.1,
    ("llama.cpp", "unified-amd", "legacy"): 1.01,
    ("llama.cpp", "unified-amd", "mxfp4"): 0.972,
    ("llama.cpp", "unified-nvidia", "k"): 1.1,
    ("llama.cpp", "unified-nvidia", "legacy"): 1.03,
    ("llama.cpp", "unified-nvidia", "mxfp4"): 0.987,
    ("mlx", "unified", "mlx"): 1.02,
    ("vllm", "hbm", "awq"): 1.02,
    ("vllm", "hbm", "fp8"): 0.925,
    ("vllm", "hbm", "gptq-4"): 0.984,
    ("vllm", "hbm", "gptq-8"): 0.992,
}
"""Step time of a family of formats over the average of its width. Fitted, drawn to 1 where few devices and models show
it."""

LAUNCH_S: dict[tuple[str, str], float] = {
    ("transformers", "awq"): 0.00108,
    ("transformers", "fp8"): 0.0018,
    ("transformers", "gptq-4"): 0.000841,
    ("transformers", "gptq-8"): 0.00115,
    ("transformers", "wide"): 0.000876,
}
"""Seconds per layer that the host takes to prepare a step of Transformers, by format: it sets the pace of all but the
largest models. Fitted, on two hosts."""

MIXTURE_PREFILL: dict[tuple[str, str], float] = {
    ("llama.cpp", "gddr"): 0.466,
    ("llama.cpp", "unified"): 0.94,
    ("llama.cpp", "unified-amd"): 0.608,
    ("llama.cpp", "unified-nvidia"): 0.748,
    ("mlx", "unified"): 1.04,
}
"""Utilization of mixtures over that of dense models. Fitted, drawn to 1."""

SEVERAL: dict[tuple[str, str, str], tuple[float, float]] = {
    ("llama.cpp", "decode", "layer"): (0.79, 1.10),
    ("llama.cpp", "decode", "row"): (0.86, 1.34),
    ("llama.cpp", "prefill", "layer"): (0.67, 1.11),
    ("llama.cpp", "prefill", "row"): (0.29, 1.69),
    ("transformers", "decode", "layer"): (0.85, 1.28),
    ("vllm", "decode", "tensor"): (0.48, 1.23),
}
"""Range with several devices, by engine, phase and kind of split. From left-out predictions, as the others."""

BATCH: dict[str, tuple[float, float]] = {
    "llama.cpp": (0.79, 1.35),
    "vllm": (0.50, 1.50),
}
"""Range of a batch on one device, likewise."""

MEASURED_BATCH: dict[str, int] = {"llama.cpp": 32, "vllm": 256}
"""Most sequences that ran together in a measured row, by memory model; one where it is not listed."""

PREFILL_ASSUMED: dict[str, float] = {"transformers": 0.4, "ctranslate2": 0.4}
"""Utilization of engines whose prefill nobody measured here. Assumed; the range is the fallback one."""
CACHE_EFFICIENCY: dict[str, float] = {
    "llama.cpp": 0.6,
    "vllm": 0.3,
    "transformers": 0.4,
    "mlx": 0.6,
}
"""Share of the bandwidth at which a step reads the cache: one query row per head keeps few units busy. Fitted, one
value an engine, by trying steps of 0.05; not refitted when a model or device is left out."""
VECTOR_TOKENS = 8
VECTOR_UTILIZATION = 0.12
"""llama.cpp multiplies up to 8 rows with quantized weights as vectors on NVIDIA's cards. Fitted on physical batches of
2 to 8 on an RTX 3090."""
POWER_EXPONENT, POWER_MIDDLE = 0.6, 1.5
"""Prompts run into a card's power limit: utilization goes with the watts per TFLOPS to this power. Fitted on llama.cpp
on 20 NVIDIA cards from 0.46 (H100 PCIe) to 2.7 W (RTX 3080) per TFLOPS; constants are given at the middle value."""
POWER_LIMITS = (0.4, 3.0)
"""Outside of these nothing was measured: the nearer end is taken."""

REPEAT = 0.10
"""Ranges are never narrower than this: most rows of a class come from few hands."""
FALLBACK_LOW, FALLBACK_HIGH = 0.5, 1.5
"""Range where this engine, memory class or width was not measured: the nearest measured constants are taken.
Assumed, from the factor of 1.47 between community reports of the same model, format and device."""
TRANSFORMERS_EXPERT_S = 90e-6
"""Seconds per layer and routed expert: Transformers before 5 visits the experts in a Python loop. Taken
from one model, Qwen2-57B-A14B (82 to 100 µs by row), so not checked on another."""
ALL_REDUCE_S = 5e-6
"""Seconds of one small all-reduce over NVLink or Infinity Fabric. Fitted on vLLM with 2 to 8 devices."""
ALL_REDUCE_PCIE_S = 40e-6
"""The same over PCIe, for each device taking part. Fitted on vLLM 0.2.1 with 2, 4 and 8 A100 and A10G."""
PCIE_GB_S = 64.0
"""Links no faster than this are PCIe."""
STAGE_HOP_S = 250e-6
"""Seconds to hand a token's state to the next stage. Fitted on llama.cpp with 2 to 8 cards."""
ROW_LAYER_S, ROW_DEVICE_S = 100e-6, 110e-6
"""Seconds per layer of llama.cpp's early row split, and for each device of it. Fitted on builds 1671 and 1691."""
ROW_STATES = 50.0
"""States of the model's width in 16 bits that a token of a prompt sends per layer and device there. Fitted on the same
builds' prompts: 30 on hosts of RTX 4090 and A6000 cards, 80 on that of RTX 4000 Ada, 180 on that of RTX 3090, whose
links were not stated."""
LINK_GB_S = 25.0
"""GB/s between devices when unknown: PCIe 4.0 x16 in practice. Assumed."""

MEASURED_ENGINES = ("llama.cpp", "ollama", "transformers", "vllm", "mlx", "mlx lm", "sglang")
"""Engines whose speed was measured, by name; Ollama runs llama.cpp."""
USUAL_VENDOR = {"gddr": "nvidia", "hbm": "nvidia", "unified": "apple", "ddr": "cpu"}
"""Whose devices a memory class means when no vendor is named in a key."""


class Tables(NamedTuple):
    """The fitted tables together, so that a fit can be tried."""

    decode: Mapping[DecodeKey, Decode]
    prefill: Mapping[PrefillKey, Prefill]
    scale: Mapping[tuple[str, str, str], float]
    launch: Mapping[tuple[str, str], float]
    mixture: Mapping[tuple[str, str], float]


SHIPPED = Tables(DECODE, PREFILL, SCALE, LAUNCH_S, MIXTURE_PREFILL)


class Pace(NamedTuple):
    """The constants for one engine, device and format."""

    decode: Decode
    decode_measured: bool
    prefill: Prefill
    prefill_measured: bool
    scale: float
    """Time of a step of this format over the average of its width."""
    launch_s: float
    """Seconds per layer that the host needs; 0 where graphs are captured."""


def memory_kind(memory_class: str | None, vendor: str | None) -> str:
    """The memory class, with the vendor where it is not the usual one: its kernels are others."""
    kind = memory_class or "gddr"
    if vendor is None or USUAL_VENDOR.get(kind) == vendor:
        return kind
    return f"{kind}-{vendor}"


def family(quantization: Quantization) -> str:
    """Formats that share kernels."""
    name = quantization.name.lower()
    if quantization.bits >= 16:
        return "wide"
    if quantization.format == "gguf":
        if name.startswith(("iq", "mxfp4")):
            return "iq" if name.startswith("iq") else "mxfp4"
        return "k" if "_k" in name else "legacy"
    if quantization.format != "safetensors":
        return quantization.format
    if quantization.compute in ("fp8", "fp4"):
        return quantization.compute
    if name.startswith("gptq"):
        return "gptq-8" if quantization.bits > 6 else "gptq-4"
    return "awq" if name.startswith("awq") else "other"


def pace(
    engine: str,
    kind: str,
    quantization: Quantization,
    periods: tuple[str, str] = ("new", "new"),
    *,
    mixture: bool = False,
    watts_per_tflops: float | None = None,
    tables: Tables = SHIPPED,
) -> Pace:
    """Constants of an engine (its memory model) on a memory kind. `periods` are those of decoding and prefill (see
    `speed.periods`). Where the combination was not measured, the nearest one with the fallback range: the other
    period or width, the usual vendor's devices, another memory class, llama.cpp."""
    wide, group = quantization.bits >= 16, family(quantization)
    decode, decode_measured = _decode(tables.decode, engine, kind, wide, periods[0])
    prefill, prefill_measured = _prefill(tables.prefill, engine, kind, wide, periods[1])
    share = prefill.utilization
    if mixture:
        share *= tables.mixture.get((engine, kind), 1.0)
    share *= power_factor(engine, kind, watts_per_tflops)
    return Pace(
        decode,
        decode_measured,
        prefill._replace(utilization=min(1.0, share)),
        prefill_measured,
        tables.scale.get((engine, kind, group), 1.0),
        tables.launch.get((engine, group), tables.launch.get((engine, "wide"), 0.0)),
    )


def power_factor(engine: str, kind: str, watts_per_tflops: float | None) -> float:
    """How the power limit moves the utilization of prompts, 1 at the middle of the measured cards."""
    if engine != "llama.cpp" or kind not in ("gddr", "hbm") or watts_per_tflops is None:
        return 1.0
    held = min(max(watts_per_tflops, POWER_LIMITS[0]), POWER_LIMITS[1])
    factor: float = (held / POWER_MIDDLE) ** POWER_EXPONENT
    return factor


OTHER_PERIODS = {
    "new": ("2024", "old", "2023"),
    "2024": ("new", "old", "2023"),
    "old": ("2024", "new"),
    "2023": ("2024", "new"),
}


def _decode(
    table: Mapping[DecodeKey, Decode], engine: str, kind: str, wide: bool, period: str
) -> tuple[Decode, bool]:
    sibling = table.get((engine, kind, not wide, period))
    if (engine, kind, wide, period) not in table and sibling is not None:
        # A width not measured in this period: its efficiency of before, with the fixed cost of now.
        for when in OTHER_PERIODS[period]:
            found = table.get((engine, kind, wide, when))
            if found is not None:
                return found._replace(layer_s=min(found.layer_s, sibling.layer_s)), True
    usual = kind.split("-")[0]
    host = "unified" if usual == "ddr" else usual
    for place, (name, where) in enumerate(
        (
            (engine, kind),
            (engine, usual),
            (engine, host),
            (engine, "hbm"),
            ("llama.cpp", kind),
            ("llama.cpp", host),
        )
    ):
        for width in (wide, not wide):
            for when in (period, *OTHER_PERIODS[period]):
                found = table.get((name, where, width, when))
                if found is not None:
                    if place == 0 and width == wide:
                        return found, True
                    return found._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
    return Decode(100e-6, 0.8, FALLBACK_LOW, FALLBACK_HIGH), False


def _prefill(
    table: Mapping[PrefillKey, Prefill], engine: str, kind: str, wide: bool, period: str
) -> tuple[Prefill, bool]:
    for width in (wide, not wide):
        for when in (period, *OTHER_PERIODS[period]):
            found = table.get((engine, kind, width, when))
            if found is not None:
                if width == wide:
                    return found, True
                return found._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
    if engine in PREFILL_ASSUMED:
        return Prefill(PREFILL_ASSUMED[engine], 0.0, FALLBACK_LOW, FALLBACK_HIGH), False
    # Unified memory was measured on Apple's plain arithmetic units; others have matrix units like a card's.
    usual = "hbm" if kind.startswith("hbm") else "gddr"
    for width in (wide, not wide):
        for when in (period, *OTHER_PERIODS[period]):
            found = table.get((engine, usual, width, when))
            if found is not None:
                return found._replace(low=FALLBACK_LOW, high=FALLBACK_HIGH), False
    return Prefill(0.3, 0.0, FALLBACK_LOW, FALLBACK_HIGH), False
