"""The rows of `llama_cpp_memory.csv`: the buffers that llama.cpp printed, as estimates of the same run.

Columns: MiB, by device from the first on, `;` between them. `context` is that of one sequence, `batch` the sequences
(`-np` without `--kv-unified`), `file_mib` the device's and the host's weights together where a maker chose the
tensors' formats himself, as Unsloth does: it stands for the file's size. Without `host_mib` the
device's mapped range covers the token table (Metal). `~` marks a build that the log does not
print and the date tells. `logs` counts logs with the same configuration and the same figures.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import measurement_rows as m

from llm_select.estimates import memory_calibration as c
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import Machine, MemoryEstimate, Workload
from llm_select.schema.hardware import Engine

MIB = float(1 << 20)
VENDORS = {"cuda": "nvidia", "rocm": "amd", "vulkan": "amd", "metal": "apple"}
ENGINE = Engine(
    name="llama.cpp",
    url="https://example.org",
    version="measured",
    kinds=("decoder",),
    model_types=(),
    mixers=(),
    quantizations=(),
    vendors=("nvidia", "amd", "apple"),
    kv_types={"f16": 2.0, "q8_0": 1.0625, "q4_0": 0.5625},
    memory_model="llama.cpp",
    serves_batches=True,
    multi_gpu=("layer",),
    source="measured",
)  # type: ignore[arg-type]


class Part(NamedTuple):
    """One part of one row."""

    name: str
    measured: float
    """MiB, summed over the devices."""
    estimated: float

    @property
    def error(self) -> float:
        """Relative."""
        return self.estimated / self.measured - 1


def machine(vendor: str, devices: int) -> Machine:
    """Devices that anything fits: the rows tell buffers, not verdicts."""
    return Machine(
        "any", "any", vendor, devices, 1024.0, 1024.0, "gddr", 1000.0, {"fp16": 100.0}, None, None
    )


def estimate(r: m.Row) -> MemoryEstimate:
    """The estimate of a row's run."""
    card, quantization = m.model(r["model"]), m.quantization(r["quantization"])
    if r["file_mib"]:
        file = SimpleNamespace(
            quantization=r["quantization"], size_bytes=int(float(r["file_mib"]) * MIB)
        )
        card = cast("Any", card)._replace(artifacts=[file])
    work = Workload(
        context=int(r["context"]),
        prompt_tokens=1,
        generate_tokens=1,
        batch=int(r["batch"]),
        kv_type=r["kv_type"],
        ubatch=int(r["ubatch"]),
        flash_attention=r["flash_attention"] == "1",
        engine_version=r["build"],
    )
    return inference_memory(
        card,
        quantization,
        ENGINE,
        work,
        machine(VENDORS[r["backend"]], int(r["devices"])),
        size=m.sized(r["model"]),
        quantization_id=r["quantization"] if r["file_mib"] else None,
    )


def total(text: str) -> float:
    """MiB over the devices."""
    return sum(float(x) for x in text.split(";"))


def parts(r: m.Row) -> list[Part]:
    """The parts a row has, and their sum where it has all."""
    e = estimate(r)
    devices = int(r["devices"])
    weights = e.weights if r["host_mib"] or not r["weights_mib"] else e.weights + e.host
    # A log that is cut off shows the buffers of the first devices only.
    shown = r["compute_mib"].count(";") + 1
    found = [
        Part(name, total(r[column]), value / MIB)
        for name, column, value in (
            ("weights", "weights_mib", weights),
            ("kv_cache", "kv_mib", e.kv_cache),
            ("activations", "compute_mib", e.activations * shown / devices),
        )
        if r[column]
    ]
    if len(found) == 3:
        # The driver's context is in none of the buffers.
        found.append(
            Part(
                "total",
                sum(p.measured for p in found),
                (e.total - e.overhead + weights - e.weights) / MIB,
            )
        )
    return found


def half_width(r: m.Row) -> float:
    """Half of the 80 % range of a row's total, MiB, the driver's context left out."""
    e, w = estimate(r), c.WIDTHS["llama.cpp"]
    weights = c.GGUF_ARTIFACT_WIDTH if r["file_mib"] else w.weights
    return (
        math.hypot(weights * e.weights, w.kv_cache * e.kv_cache, w.activations * e.activations)
        / MIB
    )
