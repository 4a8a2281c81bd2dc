"""NVIDIA cards by the driver's library and by `nvidia-smi`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llm_select.hardware.edge import Output
from llm_select.hardware.nvidia import parse_query, parse_slices, read, slice_gib
from tests.unit.hardware import recordings as rec


def _read(tmp_path: Path, query: str | Output, listing: str = "", **environment: str) -> Any:
    commands = {"nvidia-smi --query-gpu": query, "nvidia-smi -L": listing}
    return read(rec.edge(tmp_path, commands=commands, environment=environment))


def test_several_cards_have_their_total_and_free_memory(tmp_path: Path) -> None:
    found = _read(tmp_path, rec.NVIDIA_TWO)
    assert [gpu.name for gpu in found.gpus] == ["NVIDIA GeForce RTX 4090"] * 2
    assert [round(gpu.gib or 0, 2) for gpu in found.gpus] == [23.99, 23.99]
    assert found.gpus[1].free_gib == 0.5
    assert found.notes == ()


def test_a_partitioned_card_is_its_slices(tmp_path: Path) -> None:
    found = _read(tmp_path, rec.NVIDIA_MIG, rec.NVIDIA_MIG_LIST)
    assert [(gpu.name, gpu.gib, gpu.kind) for gpu in found.gpus] == [
        ("NVIDIA A100-SXM4-80GB MIG 3g.40gb", 40, "mig"),
        ("NVIDIA A100-SXM4-80GB MIG 3g.40gb", 40, "mig"),
        ("NVIDIA A100-SXM4-80GB MIG 1g.10gb+me", 10, "mig"),
    ]


def test_a_slice_asked_for_by_its_uuid_is_the_only_one(tmp_path: Path) -> None:
    wanted = "MIG-aaaaaaaa-bbbb-5ccc-8ddd-eeeeeeeeeeee"
    found = _read(tmp_path, rec.NVIDIA_MIG, rec.NVIDIA_MIG_LIST, CUDA_VISIBLE_DEVICES=wanted)
    assert [gpu.gib for gpu in found.gpus] == [10]


def test_a_slice_asked_for_by_its_place_is_the_only_one(tmp_path: Path) -> None:
    found = _read(tmp_path, rec.NVIDIA_MIG, rec.NVIDIA_MIG_LIST, CUDA_VISIBLE_DEVICES="2")
    assert [gpu.gib for gpu in found.gpus] == [10]


def test_a_partitioned_card_without_slices_runs_nothing_and_says_so(tmp_path: Path) -> None:
    found = _read(tmp_path, rec.NVIDIA_MIG, rec.NVIDIA_MIG_LIST_EMPTY)
    assert found.gpus == ()
    assert found.notes == (("mig-empty", "NVIDIA A100-SXM4-80GB"),)


def test_a_virtual_card_is_marked(tmp_path: Path) -> None:
    gpu = _read(tmp_path, rec.NVIDIA_VGPU).gpus[0]
    assert (gpu.name, gpu.gib, gpu.kind) == ("NVIDIA A40-12Q", 12, "vgpu")


@pytest.mark.parametrize(
    "name", ["GRID T4-16Q", "GRID A100-20C", "GRID A100D-1-10C", "NVIDIA L40S-48Q", "GRID V100-8A"]
)
def test_profiles_of_virtual_cards_are_known(name: str, tmp_path: Path) -> None:
    row = f"0, GPU-1, {name}, 16384, 16000, [N/A]"
    assert _read(tmp_path, row).gpus[0].kind == "vgpu"


@pytest.mark.parametrize(
    "name", ["NVIDIA A100-SXM4-80GB", "Tesla V100-SXM2-16GB", "NVIDIA H100 80GB HBM3", "NVIDIA L4"]
)
def test_whole_cards_are_not_taken_for_virtual(name: str, tmp_path: Path) -> None:
    assert _read(tmp_path, f"0, GPU-1, {name}, 16384, 1, [N/A]").gpus[0].kind == "card"


def test_memory_that_the_driver_does_not_say_is_the_processors_too(tmp_path: Path) -> None:
    gpu = _read(tmp_path, rec.NVIDIA_SHARED).gpus[0]
    assert (gpu.name, gpu.gib, gpu.kind) == ("NVIDIA GB10", None, "shared")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("NVIDIA Jetson AGX Orin Developer Kit\x00", "NVIDIA Jetson AGX Orin"),
        ("NVIDIA Jetson Orin Nano Engineering Reference Kit\x00", "NVIDIA Jetson Orin Nano"),
        ("NVIDIA Jetson Orin NX 16GB\x00", "NVIDIA Jetson Orin NX"),
        ("Raspberry Pi 5 Model B Rev 1.0\x00", "Orin (nvgpu)"),
    ],
)
def test_a_board_is_named_by_its_device_tree(model: str, name: str, tmp_path: Path) -> None:
    row = "0, GPU-1, Orin (nvgpu), [N/A], [N/A], [N/A]"
    commands = {"nvidia-smi --query-gpu": row}
    edge = rec.edge(tmp_path, {"proc/device-tree/model": model}, commands)
    assert read(edge).gpus[0].name == name


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (Output(9, rec.NVIDIA_NO_DRIVER), "NVIDIA-SMI has failed because it couldn't communicate"),
        (Output(18, rec.NVIDIA_MISMATCH), "Failed to initialize NVML"),
        (Output(0, rec.NVIDIA_NONE), "No devices were found"),
        (Output(0, "\x00\xff garbage, with, commas"), "\x00\xff garbage"),
        (Output(6, ""), ""),
    ],
)
def test_a_driver_that_fails_is_quoted(output: Output, said: str, tmp_path: Path) -> None:
    found = _read(tmp_path, output)
    assert found.gpus == ()
    assert found.notes[0][0] == "nvidia-driver"
    assert str(found.notes[0][1]).startswith(said)


def test_no_output_at_all_is_no_card(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == ((), ())


def test_no_command_and_no_library_is_no_card_and_nothing_to_say(tmp_path: Path) -> None:
    assert read(rec.edge(tmp_path)) == ((), ())


def test_a_warning_before_the_rows_is_passed_over() -> None:
    assert len(parse_query(rec.NVIDIA_WARNED)) == 2


@pytest.mark.parametrize("cell", ["[N/A]", "[Not Supported]", "[Unknown Error]", "0", "", "x"])
def test_a_memory_that_is_no_number_is_unknown(cell: str) -> None:
    assert parse_query(f"0, GPU-1, NVIDIA L4, {cell}, {cell}, [N/A]")[0].gib is None


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("1", ["222222222222"]),
        ("1,0", ["222222222222", "111111111111"]),
        ("GPU-7a0b1c2d", ["222222222222"]),
        ("0,7,1", ["111111111111"]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
    ],
)
def test_cuda_visible_devices_chooses_as_cuda_does(
    asked: str, kept: list[str], tmp_path: Path
) -> None:
    found = _read(tmp_path, rec.NVIDIA_TWO, CUDA_VISIBLE_DEVICES=asked)
    assert len(found.gpus) == len(kept)
    hidden = 2 - len(kept)
    assert found.notes == ((("cuda-visible", hidden),) if hidden else ())


@pytest.mark.parametrize(
    ("profile", "gib"),
    [("1g.10gb", 10), ("1g.10gb+me", 10), ("7g.80gb", 80), ("1c.3g.40gb", 40), ("odd", None)],
)
def test_a_profile_says_its_memory(profile: str, gib: float | None) -> None:
    assert slice_gib(profile) == gib


def test_slices_are_listed_by_card() -> None:
    assert [name for name, _ in parse_slices(rec.NVIDIA_MIG_LIST)["0"]] == [
        "3g.40gb",
        "3g.40gb",
        "1g.10gb+me",
    ]
    assert parse_slices("garbage\n\n  MIG") == {}


class DriverError(Exception):
    """The driver's own error."""


def _nvml(**functions: Any) -> SimpleNamespace:
    base = {
        "NVMLError": DriverError,
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetName": lambda _: b"NVIDIA GeForce RTX 4090",
        "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=24 * 2**30, free=2**30),
        "nvmlDeviceGetUUID": lambda _: "GPU-1",
    }
    return SimpleNamespace(**{**base, **functions})


def _fail(*_: object) -> None:
    raise DriverError


def test_the_library_is_asked_first(tmp_path: Path) -> None:
    commands = {"nvidia-smi": rec.NVIDIA_TWO}
    found = read(rec.edge(tmp_path, commands=commands, nvml=_nvml()))
    assert [(gpu.name, gpu.gib, gpu.free_gib) for gpu in found.gpus] == [
        ("NVIDIA GeForce RTX 4090", 24, 1)
    ]


@pytest.mark.parametrize("step", ["nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetName"])
def test_where_the_library_fails_the_command_is_asked(step: str, tmp_path: Path) -> None:
    commands = {"nvidia-smi": rec.NVIDIA_TWO}
    found = read(rec.edge(tmp_path, commands=commands, nvml=_nvml(**{step: _fail})))
    assert len(found.gpus) == 2


def test_a_device_without_memory_of_its_own_is_shared(tmp_path: Path) -> None:
    functions = {"nvmlDeviceGetMemoryInfo": _fail, "nvmlDeviceGetName": lambda _: "NVIDIA GB10"}
    found = read(rec.edge(tmp_path, nvml=_nvml(**functions)))
    assert (found.gpus[0].gib, found.gpus[0].kind) == (None, "shared")


def _slice(_: object, part: int) -> str:
    if part > 1:
        raise DriverError
    return f"slice {part}"


def test_the_library_gives_the_slices_of_a_partitioned_card(tmp_path: Path) -> None:
    functions = {
        "nvmlDeviceGetMigMode": lambda _: [1, 1],
        "nvmlDeviceGetMaxMigDeviceCount": lambda _: 7,
        "nvmlDeviceGetMigDeviceHandleByIndex": _slice,
        "nvmlDeviceGetName": lambda _: "NVIDIA A100-SXM4-80GB MIG 3g.40gb",
        "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=39.25 * 2**30, free=2**30),
    }
    found = read(rec.edge(tmp_path, nvml=_nvml(**functions)))
    assert [(gpu.gib, gpu.kind) for gpu in found.gpus] == [(39.25, "mig"), (39.25, "mig")]
