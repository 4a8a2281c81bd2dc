"""How a machine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.render.numbers import gib
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine
    from llm_select.hardware.seen import Gpu, Note, Seen
    from llm_select.render.payload import Json

VENDORS = {
    "nvidia": "NVIDIA",
    "amd": "AMD",
    "apple": "Apple",
    "intel": "Intel",
    "cpu": "none, it is the processor",
}
_KINDS = {
    "mig": "a MIG slice",
    "vgpu": "a virtual GPU",
    "shared": "memory shared with the processor",
}


def rows(machine: Machine, seen: Seen) -> list[tuple[str, str]]:
    """What was found, in words; the records keep the numbers."""
    each = " of each" if machine.devices > 1 else ""
    speed = machine.bandwidth_gb_s
    found = [
        ("machine", machine.name),
        ("device in the catalog", machine.device or "none"),
        ("vendor", VENDORS.get(machine.vendor or "", "unknown")),
        ("number of devices", str(machine.devices)),
        (f"memory{each}", _gib(machine.nominal_gib)),
        (f"usable{each}", _gib(machine.usable_gib)),
        (
            f"bandwidth{each}",
            f"{speed:g} GB/s"
            if speed is not None
            else "unknown: it depends on the modules, so no speed is estimated"
            if machine.vendor == "cpu"
            else "not in the catalog, so no speed is estimated",
        ),
    ]
    found += [(f"seen: {gpu.name}", _gpu(gpu)) for gpu in seen.gpus]
    free = f", {_gib(seen.ram_free_gib)} free" if seen.ram_free_gib is not None else ""
    found.append(("main memory", f"{_gib(seen.ram_gib)}{free}"))
    if seen.processor is not None or seen.cores is not None:
        counted = f"{seen.cores} processors" if seen.cores is not None else ""
        found.append(("processor", ", ".join(part for part in (seen.processor, counted) if part)))
    found += [("note", note_sentence(note)) for note in seen.notes]
    return found


def _gib(value: float) -> str:
    return gib(value * GIB)


def _gpu(gpu: Gpu) -> str:
    parts = [_gib(gpu.gib) if gpu.gib is not None else "memory not said"]
    if gpu.free_gib is not None:
        parts.append(f"{_gib(gpu.free_gib)} free")
    if gpu.kind in _KINDS:
        parts.append(_KINDS[gpu.kind])
    return ", ".join(parts)


def note_sentence(note: Note) -> str:
    """A note in words. An unknown code is shown as it is, never dropped."""
    code, value = note
    number = float(value) if not isinstance(value, str) else 0.0
    sentences = {
        "cuda-visible": f"CUDA_VISIBLE_DEVICES hides {number:g} device(s)",
        "hip-visible": f"ROCR_VISIBLE_DEVICES or HIP_VISIBLE_DEVICES hides {number:g} device(s)",
        "mig-empty": f"{value} is in MIG mode without slices, so nothing can run on it",
        "nvidia-driver": f"nvidia-smi found no device: {value}"
        if value
        else "nvidia-smi found no device",
        "gpu-cores": f"{number:g} cores in the graphics processor",
        "container-memory": f"a container's limit; the system has {_gib(number)}",
        "wsl": f"Windows Subsystem for Linux, whose share of the memory is {_gib(number)}",
    }
    return sentences.get(code, f"{code}: {value}")


def record(machine: Machine, seen: Seen) -> Json:
    """The answer of `hardware detect`."""
    return {
        "name": machine.name,
        "device": machine.device,
        "vendor": machine.vendor,
        "devices": machine.devices,
        "nominal_gib": machine.nominal_gib,
        "usable_gib": machine.usable_gib,
        "bandwidth_gb_s": machine.bandwidth_gb_s,
        "ram_gib": seen.ram_gib,
        "ram_free_gib": seen.ram_free_gib,
        "processor": seen.processor,
        "cores": seen.cores,
        "gpus": [gpu._asdict() for gpu in seen.gpus],
        "notes": [{"code": code, "value": value} for code, value in seen.notes],
    }
