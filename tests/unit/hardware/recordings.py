"""What tools and files print, in their formats, for machines that tests pretend to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llm_select.hardware.edge import Edge, Output

NVIDIA_TWO = """\
0, GPU-6f0b1c2d-0000-4a4a-9b9b-111111111111, NVIDIA GeForce RTX 4090, 24564, 23012, [N/A]
1, GPU-7a0b1c2d-0000-4a4a-9b9b-222222222222, NVIDIA GeForce RTX 4090, 24564, 512, [N/A]
"""
NVIDIA_MIXED = """\
0, GPU-6f0b1c2d-0000-4a4a-9b9b-111111111111, NVIDIA GeForce RTX 4090, 24564, 24110, [N/A]
1, GPU-8b0b1c2d-0000-4a4a-9b9b-333333333333, NVIDIA T400 4GB, 4096, 3900, [N/A]
"""
NVIDIA_MIG = """\
0, GPU-aaaabbbb-cccc-dddd-eeee-ffff00001111, NVIDIA A100-SXM4-80GB, 81920, 81000, Enabled
"""
NVIDIA_MIG_LIST = """\
GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-aaaabbbb-cccc-dddd-eeee-ffff00001111)
  MIG 3g.40gb     Device  0: (UUID: MIG-11111111-2222-5333-8444-555555555555)
  MIG 3g.40gb     Device  1: (UUID: MIG-66666666-7777-5888-8999-000000000000)
  MIG 1g.10gb+me  Device  2: (UUID: MIG-aaaaaaaa-bbbb-5ccc-8ddd-eeeeeeeeeeee)
"""
NVIDIA_MIG_LIST_EMPTY = """\
GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-aaaabbbb-cccc-dddd-eeee-ffff00001111)
"""
NVIDIA_VGPU = "0, GPU-12341234-0000-11ee-8000-abcdefabcdef, NVIDIA A40-12Q, 12288, 11000, [N/A]\n"
NVIDIA_SHARED = "0, GPU-99999999-0000-4a4a-9b9b-444444444444, NVIDIA GB10, [N/A], [N/A], [N/A]\n"
NVIDIA_UNKNOWN = (
    "0, GPU-55555555-0000-4a4a-9b9b-555555555555, NVIDIA RTX 9999 Imaginary, 49140, 48000, [N/A]\n"
)
NVIDIA_ALTERED = (
    "0, GPU-55555555-0000-4a4a-9b9b-666666666666, NVIDIA GeForce RTX 4090, 49140, 48000, [N/A]\n"
)
NVIDIA_NO_DRIVER = """\
NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver \
is installed and running.

"""
NVIDIA_MISMATCH = """\
Failed to initialize NVML: Driver/library version mismatch
NVML library version: 550.54
"""
NVIDIA_NONE = "No devices were found\n"
NVIDIA_WARNED = "WARNING: infoROM is corrupted at gpu 0000:65:00.0\n" + NVIDIA_TWO

ROCM = """\
{"card0": {"Card Series": "AMD Instinct MI300X", "Card Model": "0x74a1", "Card Vendor": "Advanced Micro Devices, Inc. \
[AMD/ATI]", "Card SKU": "M3000100", "GFX Version": "gfx942", "VRAM Total Memory (B)": "206141652992", \
"VRAM Total Used Memory (B)": "298885120"}, "card1": {"Card Series": "AMD Instinct MI300X", "Card Model": "0x74a1", \
"VRAM Total Memory (B)": "206141652992", "VRAM Total Used Memory (B)": "298885120"}, "system": {"Driver version": \
"6.10.5"}}
"""
ROCM_OLD = """\
WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status

{"card0": {"Card series": "Radeon RX 7900 XTX", "Card model": "0x471e", "VRAM Total Memory (B)": "25753026560", \
"VRAM Total Used Memory (B)": "27406336"}}
"""
ROCM_NAMELESS = '{"card0": {"Card Series": "N/A", "Card Model": "0x744c", "VRAM Total Memory (B)": "25753026560"}}'
AMDGPU_IDS = """\
# List of AMDGPU IDs
#
1.0.0
744C,	C8,	AMD Radeon RX 7900 XTX
744C,	CC,	AMD Radeon RX 7900 XT
7448,	00,	AMD Radeon Pro W7900
1586,	C1,	AMD Radeon 8060S Graphics
"""
PCI_IDS = """\
#
#	List of PCI ID's
#
1002  Advanced Micro Devices, Inc. [AMD/ATI]
	164e  Raphael
	744c  Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]
		1002 0e3b  RX 7900 XTX
8086  Intel Corporation
	46a6  Alder Lake-P GT2 [Iris Xe Graphics]
	56a0  DG2 [Arc A770]
	e20b  Battlemage G21 [Arc B580]
"""

SYSCTL_M4_MAX = """\
hw.memsize: 137438953472
machdep.cpu.brand_string: Apple M4 Max
hw.ncpu: 16
"""
SYSCTL_INTEL = """\
hw.memsize: 34359738368
machdep.cpu.brand_string: Intel(R) Core(TM) i9-9980HK CPU @ 2.40GHz
hw.ncpu: 16
"""
PROFILER = """\
{"SPDisplaysDataType": [{"_name": "Apple M4 Max", "spdisplays_mtlgpufamilysupport": "spdisplays_metal3", \
"spdisplays_vendor": "sppci_vendor_Apple", "sppci_bus": "spdisplays_builtin", "sppci_cores": "40", \
"sppci_device_type": "spdisplays_gpu", "sppci_model": "Apple M4 Max"}]}
"""

MEMINFO = """\
MemTotal:       131072000 kB
MemFree:         9000000 kB
MemAvailable:   104857600 kB
HugePages_Total:       0
"""
CPUINFO = """\
processor	: 0
vendor_id	: AuthenticAMD
model name	: AMD Ryzen 9 7950X 16-Core Processor
processor	: 1
model name	: AMD Ryzen 9 7950X 16-Core Processor
"""
WSL_VERSION = (
    "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1) (gcc (GCC) 11.2.0)\n"
)


def edge(
    root: Path,
    files: Mapping[str, str] | None = None,
    commands: Mapping[str, str | Output] | None = None,
    environment: Mapping[str, str] | None = None,
    system: str = "Linux",
    nvml: Any = None,
) -> Edge:
    """A machine with these files below `root`, and commands that print these texts by their first words."""
    for path, text in (files or {}).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def run(command: Sequence[str]) -> Output | None:
        line = " ".join(command)
        for start, said in (commands or {}).items():
            if line.startswith(start):
                return Output(0, said) if isinstance(said, str) else said
        return None

    return Edge(root, run, environment or {}, system, nvml)


def slot(
    number: int, vendor: str, device: str, revision: str = "0x00", **files: int | str
) -> dict[str, str]:
    """Files of a graphics device of the kernel; `__` in a name is a slash."""
    folder = f"sys/class/drm/card{number}/device"
    base = {"vendor": vendor, "device": device, "revision": revision}
    more = {name.replace("__", "/"): str(value) for name, value in files.items()}
    return {f"{folder}/{name}": f"{text}\n" for name, text in {**base, **more}.items()}
