"""Main memory and processors that this program may use: the system's, less what a container or a share takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.hardware.seen import Note
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.hardware.edge import Edge

CGROUP = "sys/fs/cgroup"
UNLIMITED = 2**60
"""Version 1 writes a huge number for no limit."""


class Main(NamedTuple):
    """Main memory and processors."""

    gib: float
    free_gib: float | None
    processor: str | None
    cores: int | None
    notes: tuple[Note, ...]


def parse_meminfo(text: str) -> dict[str, int]:
    """Bytes by name, from lines `MemTotal:       65761280 kB`."""
    sizes = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdigit():
            sizes[name] = int(words[0]) * (1024 if words[1:] == ["kB"] else 1)
    return sizes


def parse_cpuset(text: str) -> int | None:
    """Processors of a list such as `0-3,8`; None when it is none."""
    count = 0
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            return None
        count += int(last or first) - int(first) + 1
    return count or None


def parse_quota(text: str) -> float | None:
    """Processors of `cpu.max`: `200000 100000` is two, `max 100000` no limit."""
    words = text.split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]):
        return int(words[0]) / int(words[1])
    return None


def folders(text: str) -> list[tuple[str, str]]:
    """Folders of `/proc/self/cgroup` from the leaf to the root, each with its controllers (empty in version 2)."""
    found = []
    for line in text.splitlines():
        parts = line.split(":", 2)
        if len(parts) != 3:
            continue
        path = parts[2].strip("/")
        while path:
            found.append((parts[1], path))
            path = path.rpartition("/")[0]
    return found


def limit_of(edge: Edge) -> tuple[int | None, int | None]:
    """Bytes that the control group allows, and those in use under that limit."""
    places = [(f"{CGROUP}/memory.max", f"{CGROUP}/memory.current")]
    places.append(
        (f"{CGROUP}/memory/memory.limit_in_bytes", f"{CGROUP}/memory/memory.usage_in_bytes")
    )
    for controllers, path in folders(edge.read("proc/self/cgroup") or ""):
        if not controllers:
            folder = f"{CGROUP}/{path}"
            places.append((f"{folder}/memory.max", f"{folder}/memory.current"))
        elif "memory" in controllers.split(","):
            folder = f"{CGROUP}/memory/{path}"
            places.append((f"{folder}/memory.limit_in_bytes", f"{folder}/memory.usage_in_bytes"))
    limits = []
    for most, current in places:
        limit = edge.number(most)
        if limit is not None and 0 < limit < UNLIMITED:
            limits.append((limit, edge.number(current)))
    return min(limits, key=lambda pair: pair[0]) if limits else (None, None)


def read(edge: Edge) -> Main:
    """Linux: its files; elsewhere, and where they cannot be read, psutil."""
    sizes = parse_meminfo(edge.read("proc/meminfo") or "") if edge.system == "Linux" else {}
    total, free = sizes.get("MemTotal"), sizes.get("MemAvailable")
    if total is None:
        total, free = _asked()
    notes: list[Note] = []
    limit, used = limit_of(edge)
    if limit is not None and limit < total:
        notes.append(("container-memory", total / GIB))
        total = limit
        left = limit - used if used is not None else None
        free = left if free is None else free if left is None else min(free, left)
    if "microsoft" in (edge.read("proc/version") or "").lower():
        notes.append(("wsl", total / GIB))
    name = None
    for line in (edge.read("proc/cpuinfo") or "").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
            break
    return Main(total / GIB, free / GIB if free else None, name, _cores(edge), tuple(notes))


def _asked() -> tuple[int, int | None]:
    import psutil

    memory = psutil.virtual_memory()
    return memory.total, memory.available


def _cores(edge: Edge) -> int | None:
    """Whole processors of the set and the quota, or of the system."""
    status = edge.read("proc/self/status") or ""
    lists = [line.partition(":")[2] for line in status.splitlines() if "Cpus_allowed_list" in line]
    lists += [
        edge.read(f"{CGROUP}/{name}") or ""
        for name in ("cpuset.cpus.effective", "cpuset/cpuset.cpus")
    ]
    counts: list[float] = [count for text in lists if (count := parse_cpuset(text)) is not None]
    quota = parse_quota(edge.read(f"{CGROUP}/cpu.max") or "")
    if quota is not None:
        counts.append(max(quota, 1.0))
    return int(min(counts)) if counts else None
