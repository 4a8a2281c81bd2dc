"""What this machine has: NVIDIA cards through NVML, else the processor and its memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.types import Machine
from llm_select.hardware.machine import from_device, from_memory, usable_gib
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog


class Seen(NamedTuple):
    """What the operating system and the driver report."""

    gpus: tuple[tuple[str, float], ...]
    """Name and GiB of every NVIDIA card."""
    ram_gib: float
    """Main memory."""


def look() -> Seen:
    """Ask the driver and the system; a missing driver is not an error, it means no card."""
    import psutil

    return Seen(_nvidia(), psutil.virtual_memory().total / GIB)


def _nvidia() -> tuple[tuple[str, float], ...]:
    try:
        import pynvml
    except ImportError:
        return ()
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        found = []
        for index in range(pynvml.nvmlDeviceGetCount()):
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            name = pynvml.nvmlDeviceGetName(handle)
            text = name.decode() if isinstance(name, bytes) else str(name)
            found.append((text, pynvml.nvmlDeviceGetMemoryInfo(handle).total / GIB))
        return tuple(found)
    except pynvml.NVMLError:
        return ()
    finally:
        pynvml.nvmlShutdown()


def machine(catalog: Catalog, seen: Seen) -> Machine:
    """The machine that models would run on: its alike cards, or its processor when it has none."""
    if seen.gpus:
        name, memory = seen.gpus[0]
        alike = sum(1 for other, _ in seen.gpus if other == name)
        device = _known(catalog, name)
        if device is not None:
            nominal = min(
                (option.gib for option in catalog.devices[device].memory),
                key=lambda gib: abs(gib - memory),
            )
            return from_device(catalog, device, nominal=nominal, devices=alike, ram=seen.ram_gib)
        return from_memory(memory, alike, seen.ram_gib)._replace(name=name, vendor="nvidia")
    return Machine(
        name="this processor",
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


def _known(catalog: Catalog, name: str) -> str | None:
    wanted = name.lower().replace("nvidia ", "").replace("geforce ", "")
    for device_id, device in catalog.devices.items():
        names = [device_id, device.name, *device.aliases]
        if any(n.lower().replace("nvidia ", "").replace("geforce ", "") == wanted for n in names):
            return device_id
    return None
