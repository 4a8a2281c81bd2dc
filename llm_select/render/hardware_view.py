"""How a machine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import listing, tr, translated
from llm_select.messages import Message
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
    "cpu": Message("none, it is the processor"),
}
_KINDS = {
    "mig": Message("a MIG slice"),
    "vgpu": Message("a virtual GPU"),
    "shared": Message("memory shared with the processor"),
}


def rows(machine: Machine, seen: Seen) -> list[tuple[str, str]]:
    """What was found, in words; the records keep the numbers."""
    many = machine.devices > 1
    speed = machine.bandwidth_gb_s
    found = [
        (tr("machine"), translated(machine.name)),
        (tr("device in the catalog"), machine.device or tr("none")),
        (tr("vendor"), translated(VENDORS.get(machine.vendor or "", Message("unknown")))),
        (tr("number of devices"), str(machine.devices)),
        (tr("memory of each") if many else tr("memory"), _gib(machine.nominal_gib)),
        (tr("usable of each") if many else tr("usable"), _gib(machine.usable_gib)),
        (
            tr("bandwidth of each") if many else tr("bandwidth"),
            f"{speed:g} GB/s"
            if speed is not None
            else tr("unknown: it depends on the modules, so no speed is estimated")
            if machine.vendor == "cpu"
            else tr("not in the catalog, so no speed is estimated"),
        ),
    ]
    found += [(tr("seen: {gpu}", gpu=gpu.name), _gpu(gpu)) for gpu in seen.gpus]
    memory = _gib(seen.ram_gib)
    if seen.ram_free_gib is not None:
        memory = tr("{memory}, {free} free", memory=memory, free=_gib(seen.ram_free_gib))
    found.append((tr("main memory"), memory))
    if seen.processor is not None or seen.cores is not None:
        counted = tr("{n} processors", n=seen.cores) if seen.cores is not None else ""
        found.append((tr("processor"), listing(part for part in (seen.processor, counted) if part)))
    found += [(tr("note"), note_sentence(note)) for note in seen.notes]
    return found


def _gib(value: float) -> str:
    return gib(value * GIB)


def _gpu(gpu: Gpu) -> str:
    parts = [_gib(gpu.gib) if gpu.gib is not None else tr("memory not said")]
    if gpu.free_gib is not None:
        parts.append(tr("{memory} free", memory=_gib(gpu.free_gib)))
    if gpu.kind in _KINDS:
        parts.append(translated(_KINDS[gpu.kind]))
    return listing(parts)


def note_sentence(note: Note) -> str:
    """A note in words. An unknown code is shown as it is, never dropped."""
    code, value = note
    number = float(value) if not isinstance(value, str) else 0.0
    sentences = {
        "cuda-visible": tr("CUDA_VISIBLE_DEVICES hides {n} device(s)", n=f"{number:g}"),
        "hip-visible": tr(
            "ROCR_VISIBLE_DEVICES or HIP_VISIBLE_DEVICES hides {n} device(s)",
            n=f"{number:g}",
        ),
        "mig-empty": tr(
            "{device} is in MIG mode without slices, so nothing can run on it", device=value
        ),
        "nvidia-driver": tr("nvidia-smi found no device: {why}", why=value)
        if value
        else tr("nvidia-smi found no device"),
        "gpu-cores": tr("{n} cores in the graphics processor", n=f"{number:g}"),
        "container-memory": tr("a container's limit; the system has {memory}", memory=_gib(number)),
        "wsl": tr(
            "Windows Subsystem for Linux, whose share of the memory is {memory}",
            memory=_gib(number),
        ),
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
