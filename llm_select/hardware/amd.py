"""AMD accelerators: the kernel's files, with names from the card, from `amdgpu.ids`, from `rocm-smi` or `pci.ids`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from llm_select.hardware import pci
from llm_select.hardware.seen import Found, Gpu, Note, chosen
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge

VENDOR = 0x1002
IDS = ("usr/share/libdrm/amdgpu.ids", "opt/amdgpu/share/libdrm/amdgpu.ids")
ROCM = ("rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json")
HIDING = ("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")


class Card(NamedTuple):
    """A card of `rocm-smi`."""

    name: str | None
    gib: float | None
    free_gib: float | None


def parse_ids(text: str) -> dict[tuple[int, int], str]:
    """Names by device and revision number, from lines `744C, C8, AMD Radeon RX 7900 XTX`."""
    names = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(",", 2)]
        if len(cells) == 3 and not line.startswith("#"):
            try:
                names[int(cells[0], 16), int(cells[1], 16)] = cells[2]
            except ValueError:
                continue
    return names


def parse_rocm(text: str) -> list[Card]:
    """Cards of `rocm-smi --json`, which may print a warning before the object. Nothing when it is no JSON."""
    try:
        data = json.loads(text[text.index("{") :])
    except ValueError:
        return []
    if not isinstance(data, dict):
        return []
    cards = []
    for key in sorted(data, key=lambda name: (len(name), name)):
        card = data[key]
        if not key.startswith("card") or not isinstance(card, dict):
            continue
        # Newer versions write "Card Series", older ones "Card series"; unknown series come as N/A or a number.
        lower = {str(name).lower(): str(value).strip() for name, value in card.items()}
        names = [lower.get("card series"), lower.get("card model")]
        name = next((n for n in names if n and n != "N/A" and not n.startswith("0x")), None)
        total = _bytes(lower.get("vram total memory (b)"))
        used = _bytes(lower.get("vram total used memory (b)"))
        free = total - used if total is not None and used is not None else None
        cards.append(Card(name, total, free))
    return cards


def _bytes(cell: str | None) -> float | None:
    try:
        return int(cell) / GIB if cell is not None else None
    except ValueError:
        return None


def read(edge: Edge) -> Found:
    """Cards of the kernel's list, or of `rocm-smi` where there is none."""
    slots = pci.slots(edge, VENDOR)
    if not slots:
        cards = parse_rocm(edge.said(*ROCM))
        found = [Gpu(c.name, c.gib, c.free_gib, "amd") for c in cards if c.name is not None]
        return _visible(edge, found)
    names = [_name(edge, slot) for slot in slots]
    if not all(names):
        cards = parse_rocm(edge.said(*ROCM))
        if len(cards) == len(slots):
            names = [name or card.name for name, card in zip(names, cards, strict=True)]
    found = []
    for slot, name in zip(slots, names, strict=True):
        total = edge.number(f"{slot.path}/mem_info_vram_total")
        used = edge.number(f"{slot.path}/mem_info_vram_used")
        gtt = edge.number(f"{slot.path}/mem_info_gtt_total")
        found.append(
            Gpu(
                name or pci.table_name(edge, slot) or f"AMD device {slot.device:04x}",
                total / GIB if total else None,
                (total - used) / GIB if total and used is not None else None,
                "amd",
                usable_gib=(total + gtt) / GIB if total and gtt else None,
            )
        )
    return _visible(edge, found)


def _name(edge: Edge, slot: pci.Slot) -> str | None:
    own = (edge.read(f"{slot.path}/product_name") or "").strip()
    if own:
        return own
    for path in IDS:
        name = parse_ids(edge.read(path) or "").get((slot.device, slot.revision))
        if name:
            return name
    return None


def _visible(edge: Edge, found: list[Gpu]) -> Found:
    """What the variables leave: HIP counts among what ROCr left."""
    kept, notes = found, list[Note]()
    for variable in HIDING:
        ids = [(str(index),) for index in range(len(kept))]
        kept = chosen(kept, ids, edge.environment.get(variable))
    if len(kept) < len(found):
        notes.append(("hip-visible", len(found) - len(kept)))
    return Found(tuple(kept), tuple(notes))
