"""Apple's chips and Intel's cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.hardware import apple, intel
from tests.unit.hardware import recordings as rec

MAC = {"sysctl hw.memsize": rec.SYSCTL_M4_MAX, "system_profiler": rec.PROFILER}
IDS = {"usr/share/misc/pci.ids": rec.PCI_IDS}


def test_an_apple_chip_is_one_device_with_all_memory(tmp_path: Path) -> None:
    found = apple.read(rec.edge(tmp_path, commands=MAC, system="Darwin"))
    assert [(g.name, g.gib, g.kind) for g in found.gpus] == [("Apple M4 Max", 128, "shared")]
    assert found.notes == (("gpu-cores", 40),)


def test_a_raised_limit_of_wired_memory_is_what_it_may_use(tmp_path: Path) -> None:
    commands = {**MAC, "sysctl iogpu": "iogpu.wired_limit_mb: 122880\n"}
    found = apple.read(rec.edge(tmp_path, commands=commands, system="Darwin"))
    assert found.gpus[0].usable_gib == 120


@pytest.mark.parametrize("said", ["iogpu.wired_limit_mb: 0\n", "sysctl: unknown oid", ""])
def test_no_limit_set_leaves_the_usual_one(said: str, tmp_path: Path) -> None:
    commands = {**MAC, "sysctl iogpu": said}
    found = apple.read(rec.edge(tmp_path, commands=commands, system="Darwin"))
    assert found.gpus[0].usable_gib is None


@pytest.mark.parametrize("said", [rec.SYSCTL_INTEL, "", "garbage", "hw.memsize: many\n"])
def test_other_processors_are_no_device(said: str, tmp_path: Path) -> None:
    edge = rec.edge(tmp_path, commands={"sysctl hw.memsize": said}, system="Darwin")
    assert apple.read(edge).gpus == ()


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"SPDisplaysDataType": [{}]}', "{"])
def test_cores_that_are_not_said_are_unknown(said: str) -> None:
    assert apple.parse_profiler(said) is None


def test_an_arc_card_has_the_memory_of_its_driver(tmp_path: Path) -> None:
    slot = rec.slot(0, "0x8086", "0xe20b", tile0__physical_vram_size_bytes=12 * 2**30)
    found = intel.read(rec.edge(tmp_path, {**slot, **IDS}))
    assert [(g.name, g.gib) for g in found.gpus] == [("Battlemage G21 [Arc B580]", 12)]


def test_an_arc_card_whose_driver_says_no_memory_is_still_one(tmp_path: Path) -> None:
    found = intel.read(rec.edge(tmp_path, {**rec.slot(0, "0x8086", "0x56a0"), **IDS}))
    assert [(g.name, g.gib) for g in found.gpus] == [("DG2 [Arc A770]", None)]


def test_a_processors_own_graphics_are_no_device(tmp_path: Path) -> None:
    assert intel.read(rec.edge(tmp_path, {**rec.slot(0, "0x8086", "0x46a6"), **IDS})).gpus == ()


def test_a_number_that_is_none_is_no_device(tmp_path: Path) -> None:
    assert intel.read(rec.edge(tmp_path, rec.slot(0, "0x8086", "what"))).gpus == ()
