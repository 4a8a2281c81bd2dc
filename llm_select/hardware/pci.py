"""Graphics devices as Linux lists them, and the names that its tables give them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge

DRM = "sys/class/drm"
TABLES = ("usr/share/hwdata/pci.ids", "usr/share/misc/pci.ids")
_CARD = re.compile(r"card(\d+)\Z")


class Slot(NamedTuple):
    """A graphics device."""

    path: str
    """Its folder below the root, without a slash before it."""
    vendor: int
    device: int
    revision: int


def slots(edge: Edge, vendor: int) -> list[Slot]:
    """Graphics devices of a maker by its PCI number, in the kernel's order."""
    folder = edge.root / DRM
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
    numbers = sorted(int(match[1]) for name in names if (match := _CARD.match(name)))
    found = []
    for number in numbers:
        path = f"{DRM}/card{number}/device"
        device = edge.number(f"{path}/device")
        if edge.number(f"{path}/vendor") == vendor and device is not None:
            found.append(Slot(path, vendor, device, edge.number(f"{path}/revision") or 0))
    return found


def named(text: str, vendor: int, device: int) -> str | None:
    """A device's name in `pci.ids`: vendors at the margin, their devices one tab in."""
    inside = False
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith("\t"):
            inside = line[:4].lower() == f"{vendor:04x}"
        elif inside and not line.startswith("\t\t") and line[1:5].lower() == f"{device:04x}":
            return line[5:].strip()
    return None


def table_name(edge: Edge, slot: Slot) -> str | None:
    """The name in the first of the system's tables that has one."""
    for path in TABLES:
        text = edge.read(path)
        name = named(text, slot.vendor, slot.device) if text else None
        if name:
            return name
    return None


def products(name: str) -> list[str]:
    """Products that a chip is sold as: `Navi 31 [Radeon RX 7900 XT/7900 XTX/7900M]` gives three.

    A part that does not say its line of products is given that of the first.
    """
    match = re.search(r"\[(.+)\]", name)
    if match is None:
        return [name]
    parts = [part.strip() for part in match[1].split("/")]
    line = re.match(r"[^\d]*", parts[0])
    before = line[0] if line else ""
    return [part if re.match(r"[A-Za-z]{3}", part) else before + part for part in parts]
