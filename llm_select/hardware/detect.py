"""What this machine has, and which of it models would run on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llm_select.estimates.types import Machine
from llm_select.hardware.machine import from_device, from_memory, usable_gib
from llm_select.hardware.pci import products
from llm_select.hardware.seen import Gpu, Seen
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.hardware import Device, MemoryOption

__all__ = ["Gpu", "Seen", "look", "machine"]

SMALL_GIB = 2.0
"""A device of less memory that no catalog knows is the graphics of a processor or a display, not an accelerator."""
MOST, LEAST = 1.02, 0.90
"""Of its nominal memory, what a driver shows: error correction takes a sixteenth of GDDR, firmware a little more."""
LEAST_SHARED = 0.80
"""The same for memory shared with the processor, of which the system keeps some to itself."""
_MARKS = re.compile(r"\((?:r|tm)\)|[®™]", re.IGNORECASE)
_BRANDS = re.compile(r"^(?:nvidia|amd|intel)\s+|^(?:geforce|radeon graphics)\s+")


def look(edge: Edge | None = None) -> Seen:
    """Read the machine, or a recording of one; a missing driver is not an error, it means no card."""
    from llm_select.hardware import amd, apple, intel, memory, nvidia
    from llm_select.hardware.edge import this_machine

    edge = edge or this_machine()
    if edge.system == "Darwin":
        chip, found = apple.chip(edge), apple.read(edge)
        ram = chip.ram_gib if chip.ram_gib is not None else memory.read(edge).gib
        return Seen(found.gpus, ram, None, chip.name, chip.cores, found.notes)
    main = memory.read(edge)
    parts = [nvidia.read(edge), amd.read(edge), intel.read(edge)]
    gpus = tuple(gpu for part in parts for gpu in part.gpus)
    notes = tuple(note for part in parts for note in part.notes) + main.notes
    return Seen(gpus, main.gib, main.free_gib, main.processor, main.cores, notes)


def machine(catalog: Catalog, seen: Seen) -> Machine:
    """The machine that models would run on: the alike devices with most memory, or the processor when it has none."""
    groups: dict[tuple[str, str, int], list[Gpu]] = {}
    for gpu in seen.gpus:
        groups.setdefault((gpu.name, gpu.kind, round(gpu.gib or 0)), []).append(gpu)
    best: Machine | None = None
    for alike in groups.values():
        made = _accelerator(catalog, alike, seen)
        if made is not None and (best is None or _memory(made) > _memory(best)):
            best = made
    return best or _processor(seen)


def _memory(made: Machine) -> float:
    return made.devices * made.nominal_gib


def _processor(seen: Seen) -> Machine:
    return Machine(
        name=Message("this processor"),
        device=None,
        vendor="cpu",
        devices=1,
        nominal_gib=seen.ram_gib,
        usable_gib=usable_gib("cpu", "ddr", seen.ram_gib, None),
        memory_class="ddr",
        bandwidth_gb_s=None,
        tflops={},
        interconnect_gb_s=None,
        ram_gib=None,
    )


def _accelerator(catalog: Catalog, alike: list[Gpu], seen: Seen) -> Machine | None:
    """Devices of one name as a machine; None when they are no accelerators. Nothing is guessed of unknown ones."""
    gpu = alike[0]
    # A process sees one slice of a partitioned card, however many there are.
    count = 1 if gpu.kind == "mig" else len(alike)
    if gpu.kind in ("card", "shared"):
        for device_id in known(catalog, gpu):
            device = catalog.devices[device_id]
            option, total = _option(device, gpu, seen)
            if option is None:
                continue
            shared = device.memory_class == "unified"
            made = from_device(
                catalog,
                device_id,
                nominal=option.gib,
                devices=count,
                ram=None if shared else seen.ram_gib,
            )
            shown = gpu.usable_gib if shared else gpu.gib
            if shown is not None and total is not None:
                limit = min(shown, total) if shared else shown
                usable = usable_gib(device.vendor, device.memory_class, option.gib, limit)
                made = made._replace(usable_gib=usable)
            return made
    memory = gpu.gib if gpu.gib is not None else seen.ram_gib if gpu.kind == "shared" else None
    if memory is None or memory < SMALL_GIB:
        return None
    made = from_memory(memory, count, None if gpu.kind == "shared" else seen.ram_gib)
    if gpu.kind == "shared":
        shared_gib = usable_gib(gpu.vendor, "unified", memory, gpu.usable_gib)
        made = made._replace(memory_class="unified", usable_gib=shared_gib)
    return made._replace(name=gpu.name, vendor=gpu.vendor)


def known(catalog: Catalog, gpu: Gpu) -> list[str]:
    """Devices of the catalog that the name may mean: one, or several where a chip's name stands for its products."""
    wanted = {folded(name) for name in products(gpu.name)}
    found = []
    for device_id, device in catalog.devices.items():
        if device.vendor != gpu.vendor:
            continue
        names = {folded(name) for name in (device_id, device.name, *device.aliases)}
        if wanted & names:
            found.append(device_id)
    if len(wanted) > 1:
        # Several products: only a memory that one of them alone is sold with tells which.
        fitting = [key for key in found if _within(catalog.devices[key], gpu.gib)]
        return fitting if len(fitting) == 1 else []
    return found


def folded(name: str) -> str:
    """A name without trademarks, brand, module form and case, as drivers and people differ in them."""
    text = " ".join(_MARKS.sub(" ", name).lower().split())
    while (shorter := _BRANDS.sub("", text)) != text:
        text = shorter
    return text.removesuffix(" graphics").removesuffix(" oam")


def _within(device: Device, gib: float | None) -> bool:
    return gib is not None and any(LEAST <= gib / one.gib <= MOST for one in device.memory)


def _option(device: Device, gpu: Gpu, seen: Seen) -> tuple[MemoryOption | None, float | None]:
    """The size sold that the driver's figure stands for, and that figure; no size when it is none of them.

    A card with more or less than any size sold was altered, and neither its bandwidth nor its use is known.
    """
    if device.memory_class == "unified":
        total = seen.ram_gib if gpu.kind == "shared" or gpu.gib is None else seen.ram_gib + gpu.gib
        least = LEAST_SHARED
    elif gpu.gib is None:
        return (device.memory[0] if len(device.memory) == 1 else None), None
    else:
        total, least = gpu.gib, LEAST
    fitting = [one for one in device.memory if least <= total / one.gib <= MOST]
    if not fitting:
        return None, total
    # Where two sizes could be meant, the nearer; of two variants of a size, the slower.
    return min(fitting, key=lambda one: (abs(one.gib - total), one.bandwidth_gb_s or 0.0)), total
