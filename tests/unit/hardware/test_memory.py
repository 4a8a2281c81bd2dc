"""Main memory and processors, in containers and under Windows too."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.hardware.memory import folders, parse_cpuset, parse_meminfo, parse_quota, read
from tests.unit.hardware import recordings as rec

GIB = 2**30
HOST = {"proc/meminfo": rec.MEMINFO, "proc/cpuinfo": rec.CPUINFO}


def test_a_plain_machine_has_its_memory_and_processor(tmp_path: Path) -> None:
    main = read(rec.edge(tmp_path, HOST))
    assert (main.gib, main.free_gib) == (125, 100)
    assert main.processor == "AMD Ryzen 9 7950X 16-Core Processor"
    assert main.notes == ()


def test_a_container_has_what_its_group_allows(tmp_path: Path) -> None:
    group = {
        "sys/fs/cgroup/memory.max": f"{16 * GIB}\n",
        "sys/fs/cgroup/memory.current": f"{6 * GIB}\n",
    }
    main = read(rec.edge(tmp_path, {**HOST, **group}))
    assert (main.gib, main.free_gib) == (16, 10)
    assert main.notes == (("container-memory", 125),)


def test_the_first_version_of_groups_is_read_too(tmp_path: Path) -> None:
    group = {
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{8 * GIB}\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{GIB}\n",
    }
    assert read(rec.edge(tmp_path, {**HOST, **group})).free_gib == 7


@pytest.mark.parametrize("text", ["max", "9223372036854771712", "", "garbage", str(1024 * GIB)])
def test_no_limit_is_the_systems_memory(text: str, tmp_path: Path) -> None:
    main = read(rec.edge(tmp_path, {**HOST, "sys/fs/cgroup/memory.max": text}))
    assert (main.gib, main.notes) == (125, ())


def test_the_tightest_group_above_the_process_counts(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/user.slice/job.scope\n",
        "sys/fs/cgroup/user.slice/memory.max": f"{32 * GIB}",
        "sys/fs/cgroup/user.slice/job.scope/memory.max": "max",
    }
    assert read(rec.edge(tmp_path, {**HOST, **files})).gib == 32


def test_windows_share_is_said(tmp_path: Path) -> None:
    main = read(rec.edge(tmp_path, {**HOST, "proc/version": rec.WSL_VERSION}))
    assert main.notes == (("wsl", 125),)


def test_the_set_and_the_quota_limit_the_processors(tmp_path: Path) -> None:
    files = {
        "proc/self/status": "Cpus_allowed:\tff\nCpus_allowed_list:\t0-7\n",
        "sys/fs/cgroup/cpu.max": "250000 100000\n",
    }
    assert read(rec.edge(tmp_path, {**HOST, **files})).cores == 2
    assert read(rec.edge(tmp_path, {"sys/fs/cgroup/cpu.max": "max 100000"})).cores == 8


def test_without_the_systems_files_the_library_is_asked(tmp_path: Path) -> None:
    assert read(rec.edge(tmp_path, {"proc/meminfo": "garbage"})).gib > 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("0-3,8", 5), ("0", 1), ("0-63\n", 64), ("", None), ("x", None), ("1-x", None)],
)
def test_a_set_of_processors_is_counted(text: str, count: int | None) -> None:
    assert parse_cpuset(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("200000 100000", 2), ("max 100000", None), ("", None), ("1 0", None)]
)
def test_a_quota_is_a_number_of_processors(text: str, count: float | None) -> None:
    assert parse_quota(text) == count


def test_lines_without_a_number_are_no_sizes() -> None:
    assert parse_meminfo("MemTotal: kB\nHugePages_Total: 3\n\nx") == {"HugePages_Total": 3}


def test_a_group_is_read_from_the_leaf_up() -> None:
    assert folders("0::/a/b\n4:cpu,memory:/c\nbad") == [
        ("", "a/b"),
        ("", "a"),
        ("cpu,memory", "c"),
    ]
