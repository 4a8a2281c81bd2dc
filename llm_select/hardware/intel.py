"""Intel accelerators: the kernel's files. A processor's own graphics, with no memory, is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.hardware import pci
from llm_select.hardware.seen import Found, Gpu
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge

VENDOR = 0x8086
MEMORY = ("tile0/physical_vram_size_bytes", "../lmem_total_bytes", "lmem_total_bytes")
"""Files of the drivers `xe` and `i915`; neither is in every version."""


def read(edge: Edge) -> Found:
    """Cards with memory of their own, or whose name says that they are cards."""
    found = []
    for slot in pci.slots(edge, VENDOR):
        total = next(
            (size for path in MEMORY if (size := edge.number(f"{slot.path}/{path}"))), None
        )
        name = pci.table_name(edge, slot)
        if total is None and not (name and ("Arc" in name or "Data Center GPU" in name)):
            continue
        found.append(
            Gpu(
                name or f"Intel device {slot.device:04x}",
                total / GIB if total else None,
                vendor="intel",
            )
        )
    return Found(tuple(found))
