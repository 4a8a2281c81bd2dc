"""AMD cards by the kernel's files and `rocm-smi`."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.hardware.amd import parse_ids, parse_rocm, read
from llm_select.hardware.pci import named, products
from tests.unit.hardware import recordings as rec

VRAM = 25753026560
XTX = rec.slot(
    1, "0x1002", "0x744c", "0xc8", mem_info_vram_total=VRAM, mem_info_vram_used=VRAM - 2**30
)
IDS = {"usr/share/libdrm/amdgpu.ids": rec.AMDGPU_IDS}


def test_a_card_has_its_marketing_name_and_memory(tmp_path: Path) -> None:
    gpu = read(rec.edge(tmp_path, {**XTX, **IDS})).gpus[0]
    assert (gpu.name, gpu.vendor) == ("AMD Radeon RX 7900 XTX", "amd")
    assert gpu.gib == pytest.approx(23.98, abs=0.01)
    assert gpu.free_gib == 1


def test_a_server_card_gives_its_own_name(tmp_path: Path) -> None:
    slot = rec.slot(0, "0x1002", "0x74a1", product_name="AMD Instinct MI300X OAM")
    assert read(rec.edge(tmp_path, slot)).gpus[0].name == "AMD Instinct MI300X OAM"


def test_a_card_that_no_file_names_has_the_name_of_rocm_smi(tmp_path: Path) -> None:
    edge = rec.edge(tmp_path, XTX, {"rocm-smi": rec.ROCM_OLD})
    assert read(edge).gpus[0].name == "Radeon RX 7900 XTX"


def test_else_its_chip_is_named_from_the_table_of_devices(tmp_path: Path) -> None:
    edge = rec.edge(tmp_path, {**XTX, "usr/share/misc/pci.ids": rec.PCI_IDS})
    assert read(edge).gpus[0].name == "Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]"


def test_else_its_number_is_its_name(tmp_path: Path) -> None:
    assert read(rec.edge(tmp_path, XTX)).gpus[0].name == "AMD device 744c"


def test_connectors_and_other_makers_are_no_cards(tmp_path: Path) -> None:
    others = {**rec.slot(0, "0x10de", "0x2684"), "sys/class/drm/card1-DP-1/status": "connected"}
    assert read(rec.edge(tmp_path, others)).gpus == ()


def test_cards_are_in_the_kernels_order(tmp_path: Path) -> None:
    slots = {
        **rec.slot(10, "0x1002", "0x744c", "0xcc"),
        **rec.slot(2, "0x1002", "0x744c", "0xc8"),
    }
    names = [gpu.name for gpu in read(rec.edge(tmp_path, {**slots, **IDS})).gpus]
    assert names == ["AMD Radeon RX 7900 XTX", "AMD Radeon RX 7900 XT"]


def test_without_the_kernels_list_rocm_smi_says_all(tmp_path: Path) -> None:
    found = read(rec.edge(tmp_path, commands={"rocm-smi": rec.ROCM}))
    assert [gpu.name for gpu in found.gpus] == ["AMD Instinct MI300X"] * 2
    assert found.gpus[0].gib == pytest.approx(191.98, abs=0.01)


@pytest.mark.parametrize("text", ["", "{", "[]", "no json", '{"card0": 3}', '{"a": {}}', "{}"])
def test_output_of_rocm_smi_that_is_no_list_of_cards_is_none(text: str) -> None:
    assert parse_rocm(text) == []


def test_a_card_without_a_series_has_no_name() -> None:
    assert parse_rocm(rec.ROCM_NAMELESS)[0].name is None


def test_hidden_cards_are_left_out_and_said(tmp_path: Path) -> None:
    environment = {"HIP_VISIBLE_DEVICES": "1"}
    edge = rec.edge(tmp_path, commands={"rocm-smi": rec.ROCM}, environment=environment)
    found = read(edge)
    assert len(found.gpus) == 1
    assert found.notes == (("hip-visible", 1),)


def test_shared_memory_is_the_carved_part_and_what_the_driver_may_map(tmp_path: Path) -> None:
    slot = rec.slot(
        0,
        "0x1002",
        "0x1586",
        "0xc1",
        mem_info_vram_total=2**30,
        mem_info_gtt_total=110 * 2**30,
    )
    gpu = read(rec.edge(tmp_path, {**slot, **IDS})).gpus[0]
    assert (gpu.name, gpu.gib, gpu.usable_gib) == ("AMD Radeon 8060S Graphics", 1, 111)


def test_garbage_among_the_names_is_passed_over() -> None:
    assert parse_ids("1.0.0\nxx, yy, z\n\x00\n744C, C8") == {}


def test_names_of_chips_are_found_below_their_maker() -> None:
    assert named(rec.PCI_IDS, 0x1002, 0x164E) == "Raphael"
    assert named(rec.PCI_IDS, 0x8086, 0x744C) is None
    assert named("", 0x1002, 0x744C) is None


@pytest.mark.parametrize(
    ("name", "sold"),
    [
        ("DG2 [Arc A770]", ["Arc A770"]),
        ("AMD Instinct MI300X", ["AMD Instinct MI300X"]),
        ("Navi 31 [Radeon RX 7900 XT/7900 XTX]", ["Radeon RX 7900 XT", "Radeon RX 7900 XTX"]),
        (
            "Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]",
            ["Radeon RX 6800", "Radeon RX 6800 XT", "Radeon RX 6900 XT"],
        ),
    ],
)
def test_a_chips_name_stands_for_its_products(name: str, sold: list[str]) -> None:
    assert products(name) == sold
