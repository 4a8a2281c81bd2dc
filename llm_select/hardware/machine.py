"""From what a user says of their hardware (or what this machine shows) to a `Machine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.errors import UsageError
from llm_select.estimates.memory_calibration import USABLE_SHARE
from llm_select.estimates.types import Machine
from llm_select.messages import Message
from llm_select.selection.types import Reason, Value

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.hardware import Device, MemoryOption

UNIFIED_SMALL = 2 / 3
"""Share Metal lets a process keep resident on Macs up to 36 GiB (recommendedMaxWorkingSetSize)."""
UNIFIED_LARGE = 0.75
"""The same above 36 GiB."""
UNIFIED_LIMIT = 36.0
CPU_SHARE = 0.85
"""Share of main memory left to the model when it runs on the processor, for the system and other programs."""


def usable_gib(
    vendor: str | None, memory_class: str | None, nominal: float, visible: float | None
) -> float:
    """GiB that one process may allocate on a device of `nominal` GiB; `visible` is the driver's figure, if known."""
    if memory_class == "unified":
        if visible is not None:
            return visible
        return nominal * (UNIFIED_SMALL if nominal <= UNIFIED_LIMIT else UNIFIED_LARGE)
    if vendor == "cpu" or memory_class == "ddr":
        return nominal * CPU_SHARE
    return min(nominal, visible or nominal) * USABLE_SHARE


def from_memory(nominal: float, devices: int, ram: float | None) -> Machine:
    """Cards of which only the memory is known: no bandwidth, so no speed will be claimed."""
    return Machine(
        name=Message("{gib:g} GiB card", gib=nominal),
        device=None,
        vendor=None,
        devices=devices,
        nominal_gib=nominal,
        usable_gib=usable_gib("nvidia", None, nominal, None),
        memory_class=None,
        bandwidth_gb_s=None,
        tflops={},
        interconnect_gb_s=None,
        ram_gib=ram,
    )


def from_device(
    catalog: Catalog,
    device_id: str,
    *,
    nominal: float | None,
    devices: int,
    ram: float | None,
) -> Machine:
    """A device of the catalog. Raises UsageError when it is sold with several memories and none was given."""
    device = catalog.devices[device_id]
    option = _memory(device, nominal)
    compute = device.compute
    tflops = {}
    if compute is not None:
        for kind in ("fp32", "fp16", "bf16", "fp8", "int8", "fp4"):
            value = getattr(compute, kind)
            if value is not None:
                tflops[kind] = value
    return Machine(
        name=device.name,
        device=device_id,
        vendor=device.vendor,
        devices=devices,
        nominal_gib=option.gib,
        usable_gib=usable_gib(device.vendor, device.memory_class, option.gib, option.visible_gib),
        memory_class=device.memory_class,
        bandwidth_gb_s=option.bandwidth_gb_s,
        tflops=tflops,
        interconnect_gb_s=device.interconnect_gb_s,
        ram_gib=ram,
        tdp_w=device.tdp_w,
        engines=device.engines,
    )


STACKED = ("desktop", "workstation", "datacentre")
"""Forms of devices of which several go into one machine."""


def every(catalog: Catalog) -> tuple[Machine, ...]:
    """One machine for each device in each size it is sold with."""
    return tuple(
        from_device(catalog, device_id, nominal=gib, devices=1, ram=None)
        for device_id, device in catalog.devices.items()
        for gib in dict.fromkeys(option.gib for option in device.memory)
    )


def stacks(catalog: Catalog, machine: Machine) -> bool:
    """True for devices of which several go into one machine: cards, not laptops or chips with shared memory."""
    return machine.device is not None and catalog.devices[machine.device].form in STACKED


def _memory(device: Device, nominal: float | None) -> MemoryOption:
    sizes = sorted({option.gib for option in device.memory})
    names = ", ".join(f"{size:g}" for size in sizes)
    if nominal is None:
        if len(device.memory) > 1:
            raise UsageError(
                Message(
                    "{device} is sold with several memories: {sizes} GiB",
                    device=device.name,
                    sizes=names,
                ),
                where="--gpu-mem",
                remedy=Message("say which, for example --gpu-mem {gib:g}", gib=sizes[-1]),
            )
        return device.memory[0]
    matches = [option for option in device.memory if abs(option.gib - nominal) < 0.51]
    if not matches:
        raise UsageError(
            Message("{device} is not sold with {gib:g} GiB", device=device.name, gib=nominal),
            where="--gpu-mem",
            remedy=Message(
                "it comes with {sizes} GiB; leave out --gpu for a card of another size", sizes=names
            ),
        )
    # Variants of one size differ in bandwidth; the slower is the safe assumption.
    return min(matches, key=lambda option: option.bandwidth_gb_s or float("inf"))


def describe(machine: Machine, *, detected: bool) -> Reason:
    """What was taken for the machine, for the assumptions of an answer."""
    values: dict[str, Value] = {
        "machine": machine.name,
        "devices": machine.devices,
        "nominal_gib": machine.nominal_gib,
        "usable_gib": machine.usable_gib,
    }
    if detected:
        return Reason("machine-detected", values)
    if machine.vendor == "cpu" and machine.device is None:
        return Reason("machine-processor", values)
    return Reason("machine" if machine.device is not None else "machine-memory-only", values)
