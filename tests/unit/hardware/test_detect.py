"""Which part of a machine models would run on, from recordings of whole machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_select.estimates.types import Machine
from llm_select.hardware.detect import Gpu, Seen, folded, look, machine
from llm_select.hardware.edge import Output, this_machine
from tests.builders import catalog, device
from tests.unit.hardware import recordings as rec

GIB = 2**30
MAC = device(
    name="Apple M4 Max",
    vendor="apple",
    form="unified",
    memory_class="unified",
    memory=[{"gib": 36, "bandwidth_gb_s": 410}, {"gib": 128, "bandwidth_gb_s": 546}],
)
SPARK = device(
    name="GB10 (DGX Spark)",
    aliases=["NVIDIA GB10"],
    form="unified",
    memory_class="unified",
    memory=[{"gib": 128, "bandwidth_gb_s": 273}],
)
HALO = device(
    name="Ryzen AI Max+ 395",
    aliases=["AMD Radeon 8060S Graphics"],
    vendor="amd",
    form="unified",
    memory_class="unified",
    memory=[{"gib": 64, "bandwidth_gb_s": 256}, {"gib": 128, "bandwidth_gb_s": 256}],
)


def _radeon(name: str, gib: float) -> Any:
    return device(name=name, vendor="amd", memory=[{"gib": gib, "bandwidth_gb_s": 800 + gib}])


CATALOG = catalog(
    devices={
        "rtx-4090": device(name="GeForce RTX 4090"),
        "a100": device(name="A100 SXM", aliases=["NVIDIA A100-SXM4-80GB"], memory_class="hbm",
                       memory=[{"gib": 80, "bandwidth_gb_s": 2039}]),
        "a40": device(name="A40", memory=[{"gib": 48, "bandwidth_gb_s": 696}]),
        "l4": device(name="L4", memory=[{"gib": 24, "bandwidth_gb_s": 300}]),
        "m4-max": MAC,
        "gb10": SPARK,
        "halo": HALO,
        "rx-7900-xt": _radeon("Radeon RX 7900 XT", 20),
        "rx-7900-xtx": _radeon("Radeon RX 7900 XTX", 24),
        "rx-7900-gre": _radeon("Radeon RX 7900 GRE", 16),
        "rx-7900m": _radeon("Radeon RX 7900M", 16),
        "arc-b580": device(name="Arc B580", aliases=["Intel(R) Arc(TM) B580 Graphics"],
                           vendor="intel", memory=[{"gib": 12, "bandwidth_gb_s": 456}]),
        "arc-a770": device(name="Arc A770", vendor="intel",
                           memory=[{"gib": 8, "bandwidth_gb_s": 512},
                                   {"gib": 16, "bandwidth_gb_s": 512}]),
    }
)  # fmt: skip
HOST = {"proc/meminfo": rec.MEMINFO, "proc/cpuinfo": rec.CPUINFO}


def _machine(root: Path, files: dict[str, str] | None = None, **more: Any) -> Machine:
    return machine(CATALOG, look(rec.edge(root, {**HOST, **(files or {})}, **more)))


def _smi(text: str | Output, listing: str = "") -> dict[str, str | Output]:
    return {"nvidia-smi --query-gpu": text, "nvidia-smi -L": listing}


def test_alike_known_cards_are_the_catalogs(tmp_path: Path) -> None:
    found = _machine(tmp_path, commands=_smi(rec.NVIDIA_TWO))
    assert (found.device, found.devices, found.nominal_gib) == ("rtx-4090", 2, 24)
    assert found.bandwidth_gb_s == 1008
    assert found.ram_gib == 125


def test_what_the_driver_shows_bounds_what_may_be_used(tmp_path: Path) -> None:
    row = "0, GPU-1, NVIDIA L4, 23034, 22000, [N/A]"
    found = _machine(tmp_path, commands=_smi(row))
    assert (found.device, found.nominal_gib) == ("l4", 24)
    assert found.usable_gib < 23034 / 1024


def test_of_unlike_cards_those_with_most_memory_are_taken(tmp_path: Path) -> None:
    found = _machine(tmp_path, commands=_smi(rec.NVIDIA_MIXED))
    assert (found.device, found.devices) == ("rtx-4090", 1)


def test_an_unknown_card_is_its_memory_under_its_own_name_without_bandwidth(
    tmp_path: Path,
) -> None:
    found = _machine(tmp_path, commands=_smi(rec.NVIDIA_UNKNOWN))
    assert (found.name, found.device) == ("NVIDIA RTX 9999 Imaginary", None)
    assert found.nominal_gib == pytest.approx(47.99, abs=0.01)
    assert (found.bandwidth_gb_s, found.vendor) == (None, "nvidia")


def test_a_known_name_with_a_memory_never_sold_is_unknown(tmp_path: Path) -> None:
    found = _machine(tmp_path, commands=_smi(rec.NVIDIA_ALTERED))
    assert (found.device, found.bandwidth_gb_s) == (None, None)
    assert found.nominal_gib == pytest.approx(47.99, abs=0.01)


def test_a_slice_is_one_device_without_bandwidth(tmp_path: Path) -> None:
    commands = _smi(rec.NVIDIA_MIG, rec.NVIDIA_MIG_LIST)
    found = _machine(tmp_path, commands=commands)
    assert (found.name, found.devices) == ("NVIDIA A100-SXM4-80GB MIG 3g.40gb", 1)
    assert (found.nominal_gib, found.device, found.bandwidth_gb_s) == (40, None, None)


def test_a_virtual_card_is_not_the_card_it_is_cut_from(tmp_path: Path) -> None:
    found = _machine(tmp_path, commands=_smi(rec.NVIDIA_VGPU))
    assert (found.name, found.nominal_gib, found.device) == ("NVIDIA A40-12Q", 12, None)
    assert found.bandwidth_gb_s is None


def test_shared_nvidia_memory_is_the_main_memory(tmp_path: Path) -> None:
    found = _machine(tmp_path, commands=_smi(rec.NVIDIA_SHARED))
    assert (found.device, found.nominal_gib, found.ram_gib) == ("gb10", 128, None)
    assert found.usable_gib < 125


def test_shared_memory_of_an_unknown_device_is_not_all_its_own(tmp_path: Path) -> None:
    row = "0, GPU-1, NVIDIA Thor 2, [N/A], [N/A], [N/A]"
    found = _machine(tmp_path, commands=_smi(row))
    assert (found.name, found.nominal_gib, found.memory_class) == ("NVIDIA Thor 2", 125, "unified")
    assert found.usable_gib == pytest.approx(125 * 0.75)


@pytest.mark.parametrize(
    "output", [Output(9, rec.NVIDIA_NO_DRIVER), Output(0, rec.NVIDIA_NONE), Output(0, "\x00{]")]
)
def test_a_broken_driver_leaves_the_processor(output: Output, tmp_path: Path) -> None:
    edge = rec.edge(tmp_path, HOST, _smi(output))
    assert machine(CATALOG, look(edge)).vendor == "cpu"
    assert look(edge).notes[0][0] == "nvidia-driver"


def test_hidden_cards_leave_the_processor(tmp_path: Path) -> None:
    found = _machine(
        tmp_path, commands=_smi(rec.NVIDIA_TWO), environment={"CUDA_VISIBLE_DEVICES": ""}
    )
    assert found.vendor == "cpu"


def test_a_radeon_card_is_the_catalogs(tmp_path: Path) -> None:
    files = {
        **rec.slot(0, "0x1002", "0x744c", "0xcc", mem_info_vram_total=20 * GIB),
        "usr/share/libdrm/amdgpu.ids": rec.AMDGPU_IDS,
    }
    found = _machine(tmp_path, files)
    assert (found.device, found.vendor, found.bandwidth_gb_s) == ("rx-7900-xt", "amd", 820)


@pytest.mark.parametrize(("gib", "known"), [(24, "rx-7900-xtx"), (20, "rx-7900-xt"), (16, None)])
def test_a_chips_name_is_a_product_only_where_memory_tells_which(
    gib: int, known: str | None, tmp_path: Path
) -> None:
    files = {
        **rec.slot(0, "0x1002", "0x744c", "0xff", mem_info_vram_total=gib * GIB),
        "usr/share/misc/pci.ids": rec.PCI_IDS,
    }
    found = _machine(tmp_path, files)
    assert found.device == known
    assert (found.bandwidth_gb_s is None) == (known is None)


def test_graphics_of_a_processor_are_not_the_machine(tmp_path: Path) -> None:
    files = rec.slot(0, "0x1002", "0x164e", mem_info_vram_total=GIB // 2)
    assert _machine(tmp_path, files).vendor == "cpu"


def test_shared_amd_memory_has_the_carved_part_and_the_drivers_bound(tmp_path: Path) -> None:
    files = {
        **rec.slot(
            0,
            "0x1002",
            "0x1586",
            "0xc1",
            mem_info_vram_total=GIB,
            mem_info_gtt_total=110 * GIB,
        ),
        "usr/share/libdrm/amdgpu.ids": rec.AMDGPU_IDS,
    }
    found = _machine(tmp_path, files)
    assert (found.device, found.nominal_gib, found.usable_gib) == ("halo", 128, 111)


def test_an_arc_card_is_the_catalogs(tmp_path: Path) -> None:
    files = {
        **rec.slot(0, "0x8086", "0xe20b", tile0__physical_vram_size_bytes=12 * GIB),
        "usr/share/misc/pci.ids": rec.PCI_IDS,
    }
    assert _machine(tmp_path, files).device == "arc-b580"


@pytest.mark.parametrize(
    ("number", "known", "gib"), [("0xe20b", "arc-b580", 12), ("0x56a0", None, 125)]
)
def test_memory_not_said_is_the_catalogs_only_where_one_size_is_sold(
    number: str, known: str | None, gib: float, tmp_path: Path
) -> None:
    files = {**rec.slot(0, "0x8086", number), "usr/share/misc/pci.ids": rec.PCI_IDS}
    found = _machine(tmp_path, files)
    assert (found.device, found.nominal_gib) == (known, gib)


def test_a_mac_is_its_chip_with_its_memory(tmp_path: Path) -> None:
    commands = {"sysctl hw.memsize": rec.SYSCTL_M4_MAX, "system_profiler": rec.PROFILER}
    seen = look(rec.edge(tmp_path, commands=commands, system="Darwin"))
    found = machine(CATALOG, seen)
    assert (found.device, found.nominal_gib, found.bandwidth_gb_s) == ("m4-max", 128, 546)
    assert found.usable_gib == 96
    assert (seen.processor, seen.cores) == ("Apple M4 Max", 16)


def test_an_unknown_apple_chip_has_the_usual_share_and_no_bandwidth(tmp_path: Path) -> None:
    said = rec.SYSCTL_M4_MAX.replace("M4 Max", "M9 Ultra")
    edge = rec.edge(tmp_path, commands={"sysctl hw.memsize": said}, system="Darwin")
    found = machine(CATALOG, look(edge))
    assert (found.name, found.vendor, found.bandwidth_gb_s) == ("Apple M9 Ultra", "apple", None)
    assert found.usable_gib == 96


def test_a_container_bounds_the_processors_memory(tmp_path: Path) -> None:
    found = _machine(tmp_path, {"sys/fs/cgroup/memory.max": str(16 * GIB)})
    assert (found.vendor, found.nominal_gib) == ("cpu", 16)


def test_without_a_card_the_processor_and_its_memory_are_the_machine() -> None:
    found = machine(CATALOG, Seen((), 64.0))
    assert (found.vendor, found.memory_class, found.nominal_gib) == ("cpu", "ddr", 64.0)
    assert found.usable_gib < 64
    assert found.bandwidth_gb_s is None


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("Intel(R) Arc(TM) B580 Graphics", "Arc B580"),
        ("AMD Radeon RX 7900 XTX", "radeon rx 7900 xtx"),
        ("NVIDIA A40", "a40"),
    ],
)
def test_names_differ_only_in_brand_and_marks(printed: str, said: str) -> None:
    assert folded(printed) == folded(said)


def test_a_card_of_another_maker_is_not_meant_by_its_name() -> None:
    gpu = Gpu("GeForce RTX 4090", 24.0, vendor="amd")
    assert machine(CATALOG, Seen((gpu,), 64.0)).device is None


def test_this_machine_can_be_read() -> None:
    seen = look(this_machine())
    assert seen.ram_gib > 0
