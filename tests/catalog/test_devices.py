"""The bundled devices: names as tools print them, figures that cannot be otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.catalog import resolve
from llm_select.catalog.files import bundled_directory
from llm_select.hardware.detect import Gpu, Seen, machine
from llm_select.schema.catalog import Catalog

FILES = sorted((Path(bundled_directory()) / "hardware").glob("*.yaml"))
DEVICES = [path.stem for path in FILES]
MACS = [path.stem for path in FILES if "\nvendor: apple" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("key", DEVICES)
def test_every_name_of_a_device_leads_to_it(key: str, bundled: Catalog) -> None:
    device = bundled.devices[key]
    for name in (key, device.name, *device.aliases):
        assert resolve.device(bundled, name) == key


@pytest.mark.parametrize("key", DEVICES)
def test_narrower_types_are_no_slower(key: str, bundled: Catalog) -> None:
    compute = bundled.devices[key].compute
    if compute is None:
        return
    rates = [getattr(compute, kind) for kind in ("fp32", "fp16", "fp8", "fp4")]
    known = [rate for rate in rates if rate is not None]
    assert known == sorted(known)


@pytest.mark.parametrize("key", DEVICES)
def test_memory_and_bandwidth_are_of_the_order_of_todays_devices(
    key: str, bundled: Catalog
) -> None:
    for option in bundled.devices[key].memory:
        assert 2 <= option.gib <= 3072
        assert option.visible_gib is None or option.visible_gib <= option.gib
        assert option.bandwidth_gb_s is None or 20 <= option.bandwidth_gb_s <= 8000


@pytest.mark.parametrize(
    ("name", "gib", "key"),
    [
        ("NVIDIA GeForce RTX 4090", 23.988, "rtx-4090"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 15.99, "rtx-4090-laptop"),
        ("NVIDIA GeForce RTX 3060", 12.0, "rtx-3060"),
        ("NVIDIA GeForce GTX 1080 Ti", 11.0, "gtx-1080-ti"),
        ("NVIDIA A100-SXM4-80GB", 80.0, "a100"),
        ("NVIDIA A100-SXM4-40GB", 40.0, "a100"),
        ("NVIDIA A100 80GB PCIe", 80.0, "a100-pcie"),
        ("NVIDIA H100 80GB HBM3", 79.65, "h100-sxm"),
        ("NVIDIA H100 PCIe", 79.65, "h100-pcie"),
        ("NVIDIA H100 NVL", 93.58, "h100-nvl"),
        ("NVIDIA H200", 140.4, "h200"),
        ("NVIDIA GH200 480GB", 95.58, "gh200"),
        ("NVIDIA B200", 179.06, "b200"),
        ("NVIDIA L40S", 44.99, "l40s"),
        ("NVIDIA L4", 22.49, "l4"),
        ("NVIDIA A10G", 22.49, "a10g"),
        ("Tesla T4", 15.0, "t4"),
        ("Tesla P40", 22.38, "p40"),
        ("Tesla V100-SXM2-32GB", 32.0, "v100"),
        ("NVIDIA RTX A6000", 47.99, "rtx-a6000"),
        ("NVIDIA RTX 6000 Ada Generation", 47.99, "rtx-6000-ada"),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", 95.59, "rtx-pro-6000-blackwell"),
        ("Quadro RTX 8000", 47.46, "quadro-rtx-8000"),
        ("NVIDIA TITAN RTX", 24.0, "titan-rtx"),
        ("NVIDIA GB10", None, "gb10"),
        ("NVIDIA Jetson AGX Thor", None, "jetson-thor"),
    ],
)
def test_names_of_nvidia_smi_are_known(
    name: str, gib: float | None, key: str, bundled: Catalog
) -> None:
    kind = "card" if gib is not None else "shared"
    found = machine(bundled, Seen((Gpu(name, gib, kind=kind),), 119.7))
    assert found.device == key


@pytest.mark.parametrize(
    ("name", "gib", "key"),
    [
        ("AMD Instinct MI300X", 191.98, "mi300x"),
        ("AMD Instinct MI300X OAM", 191.98, "mi300x"),
        ("AMD Instinct MI210", 63.98, "mi210"),
        ("AMD Instinct MI250X", 63.98, "mi250x"),
        ("AMD Radeon RX 7900 XTX", 23.98, "rx-7900-xtx"),
        ("Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]", 23.98, "rx-7900-xtx"),
        ("Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]", 15.98, None),
        ("AMD Radeon RX 9070 XT", 15.92, "rx-9070-xt"),
        ("AMD Radeon Pro W7900", 44.98, "radeon-pro-w7900"),
    ],
)
def test_names_of_amd_drivers_are_known_where_they_mean_one_product(
    name: str, gib: float, key: str | None, bundled: Catalog
) -> None:
    assert machine(bundled, Seen((Gpu(name, gib, vendor="amd"),), 64.0)).device == key


@pytest.mark.parametrize("key", MACS)
def test_every_mac_is_known_by_its_chip_and_memory(key: str, bundled: Catalog) -> None:
    device = bundled.devices[key]
    for option in device.memory:
        gpu = Gpu(device.name, option.gib, vendor="apple", kind="shared")
        found = machine(bundled, Seen((gpu,), option.gib))
        assert (found.device, found.nominal_gib) == (key, option.gib)
        assert found.usable_gib < option.gib
