"""Apple's chips: `sysctl` and `system_profiler`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from llm_select.hardware.seen import Found, Gpu, Note
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge

SYSCTL = ("sysctl", "hw.memsize", "machdep.cpu.brand_string", "hw.ncpu")
LIMIT = ("sysctl", "iogpu.wired_limit_mb")
PROFILER = ("system_profiler", "-json", "SPDisplaysDataType")


class Chip(NamedTuple):
    """A Mac's processor."""

    name: str | None
    ram_gib: float | None
    cores: int | None


def parse_sysctl(text: str) -> dict[str, str]:
    """Values by name, from lines `hw.memsize: 68719476736`."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def parse_profiler(text: str) -> int | None:
    """Cores of the graphics processor; None when it is not said."""
    try:
        cores = [card.get("sppci_cores") for card in json.loads(text)["SPDisplaysDataType"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return next((int(count) for count in cores if count and str(count).isdigit()), None)


def chip(edge: Edge) -> Chip:
    """The processor and its memory."""
    values = parse_sysctl(edge.said(*SYSCTL))
    size, count = values.get("hw.memsize", ""), values.get("hw.ncpu", "")
    return Chip(
        values.get("machdep.cpu.brand_string") or None,
        int(size) / GIB if size.isdigit() else None,
        int(count) if count.isdigit() else None,
    )


def read(edge: Edge) -> Found:
    """The graphics part of an Apple chip, which shares all memory; an Intel Mac has none that engines use."""
    seen = chip(edge)
    if seen.name is None or not seen.name.startswith("Apple ") or seen.ram_gib is None:
        return Found()
    limit = parse_sysctl(edge.said(*LIMIT)).get("iogpu.wired_limit_mb", "")
    usable = int(limit) / 1024 if limit.isdigit() and int(limit) > 0 else None
    cores = parse_profiler(edge.said(*PROFILER))
    notes: tuple[Note, ...] = (("gpu-cores", cores),) if cores is not None else ()
    gpu = Gpu(seen.name, seen.ram_gib, None, "apple", "shared", usable)
    return Found((gpu,), notes)
