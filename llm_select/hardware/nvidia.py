"""NVIDIA accelerators: NVML where its Python library is installed, else `nvidia-smi`."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.hardware.seen import Found, Gpu, Note, chosen
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge

FIELDS = ("index", "uuid", "name", "memory.total", "memory.free", "mig.mode.current")
QUERY = ("nvidia-smi", f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits")
LIST = ("nvidia-smi", "-L")
_MIG = re.compile(r"\s+MIG\s+(\S+)\s+Device\s+\d+:\s+\(UUID:\s*(MIG-[^)\s]+)\)")
_CARD = re.compile(r"GPU\s+(\d+):")
_SLICE = re.compile(r"\.(\d+)gb", re.IGNORECASE)
_VIRTUAL = re.compile(r"(?:^GRID\b|-\d+[ABCQ](?:ME)?$|-\d+-\d+[ABCQ](?:ME)?$)")
"""Profiles of virtual GPUs: `GRID T4-16Q`, `NVIDIA A40-12C`, `GRID A100D-1-10C`."""
_SHARED = re.compile(r"\b(?:GB10|Thor|Orin|Xavier)\b")
"""Devices whose memory is the processor's: the driver gives no size."""


_BOARD = re.compile(r"NVIDIA Jetson (?:AGX |Orin )?\w+")
"""A board's name in the device tree: all Orin modules call themselves `Orin (nvgpu)` elsewhere."""
BOARD = "proc/device-tree/model"


class Row(NamedTuple):
    """A line of the query, or an NVML device."""

    number: str
    uuid: str
    name: str
    gib: float | None
    free_gib: float | None
    mig: bool = False


def parse_query(text: str) -> list[Row]:
    """Rows of `nvidia-smi --query-gpu`; a line that is no row (a warning, an error) is passed over."""
    rows = []
    for cells in csv.reader(text.splitlines(), skipinitialspace=True):
        if len(cells) == len(FIELDS) and cells[0].strip().isdigit():
            number, uuid, name, total, free, mig = (cell.strip() for cell in cells)
            rows.append(Row(number, uuid, name, _mib(total), _mib(free), mig == "Enabled"))
    return rows


def _mib(cell: str) -> float | None:
    """GiB of a cell in MiB; None for `[N/A]`, `[Not Supported]`, `[Unknown Error]`."""
    try:
        value = float(cell.removesuffix("MiB"))
    except ValueError:
        return None
    return value / 1024 if value > 0 else None


def parse_slices(text: str) -> dict[str, list[tuple[str, str]]]:
    """MIG profiles and UUIDs by the index of their card, from `nvidia-smi -L`."""
    found: dict[str, list[tuple[str, str]]] = {}
    card = ""
    for line in text.splitlines():
        if match := _CARD.match(line):
            card = match[1]
        elif match := _MIG.match(line):
            found.setdefault(card, []).append((match[1], match[2]))
    return found


def slice_gib(profile: str) -> float | None:
    """Nominal memory of a MIG profile: 10 for `1g.10gb`, `1g.10gb+me`, `1c.3g.10gb`."""
    match = _SLICE.search(profile)
    return float(match[1]) if match else None


def gpus(rows: list[Row], slices: dict[str, list[tuple[str, str]]], asked: str | None) -> Found:
    """What a CUDA program sees: the slices of a partitioned card, the virtual and whole cards, those asked for."""
    found: list[Gpu] = []
    ids: list[tuple[str, ...]] = []
    notes: list[Note] = []
    for row in rows:
        parts = slices.get(row.number, [])
        for profile, uuid in parts:
            found.append(Gpu(f"{row.name} MIG {profile}", slice_gib(profile), kind="mig"))
            ids.append((str(len(ids)), uuid))
        if parts:
            continue
        if row.mig:
            notes.append(("mig-empty", row.name))
            continue
        found.append(Gpu(row.name, row.gib, row.free_gib, kind=_kind(row)))
        ids.append((str(len(ids)), row.uuid))
    visible = chosen(found, ids, asked)
    if len(visible) < len(found):
        notes.append(("cuda-visible", len(found) - len(visible)))
    return Found(tuple(visible), tuple(notes))


def _kind(row: Row) -> str:
    if " MIG " in row.name:
        return "mig"
    if _VIRTUAL.search(row.name):
        return "vgpu"
    return "shared" if row.gib is None or _SHARED.search(row.name) else "card"


def read(edge: Edge) -> Found:
    """Ask NVML, then the command; a machine without either has no NVIDIA card."""
    found = _read(edge)
    board = _BOARD.match(edge.read(BOARD) or "")
    if board is None:
        return found
    named = [gpu._replace(name=board[0]) if gpu.kind == "shared" else gpu for gpu in found.gpus]
    return found._replace(gpus=tuple(named))


def _read(edge: Edge) -> Found:
    asked = edge.environment.get("CUDA_VISIBLE_DEVICES")
    rows = _nvml(edge.nvml) if edge.nvml is not None else None
    if rows:
        return gpus(rows, {}, asked)
    output = edge.run(QUERY)
    if output is None:
        return Found()
    rows = parse_query(output.text)
    if not rows:
        complaint = next((line.strip() for line in output.text.splitlines() if line.strip()), "")
        failed = output.code != 0 or complaint
        return Found((), (("nvidia-driver", complaint[:200]),) if failed else ())
    slices = parse_slices(edge.said(*LIST)) if any(row.mig for row in rows) else {}
    return gpus(rows, slices, asked)


def _nvml(nvml: Any) -> list[Row] | None:
    """Cards and slices by the driver's library; None when it cannot be asked."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    try:
        rows: list[Row] = []
        for index in range(nvml.nvmlDeviceGetCount()):
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            modes = _ask(nvml, "nvmlDeviceGetMigMode", handle)
            if modes and modes[0]:
                most = _ask(nvml, "nvmlDeviceGetMaxMigDeviceCount", handle) or 0
                for part in range(most):
                    slice_ = _ask(nvml, "nvmlDeviceGetMigDeviceHandleByIndex", handle, part)
                    if slice_ is not None:
                        rows.append(_nvml_row(nvml, slice_, f"{index}:{part}"))
                continue
            rows.append(_nvml_row(nvml, handle, str(index)))
        return rows
    except nvml.NVMLError:
        return None
    finally:
        nvml.nvmlShutdown()


def _nvml_row(nvml: Any, handle: Any, number: str) -> Row:
    name = nvml.nvmlDeviceGetName(handle)
    uuid = _ask(nvml, "nvmlDeviceGetUUID", handle) or ""
    memory = _ask(nvml, "nvmlDeviceGetMemoryInfo", handle)
    total = memory.total / GIB if memory is not None and memory.total else None
    free = memory.free / GIB if memory is not None and hasattr(memory, "free") else None
    return Row(number, _text(uuid), _text(name), total, free)


def _ask(nvml: Any, function: str, *arguments: Any) -> Any:
    """A question that an old library or a device of another kind may not answer."""
    try:
        return getattr(nvml, function)(*arguments)
    except (AttributeError, nvml.NVMLError):
        return None


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
