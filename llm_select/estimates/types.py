"""What goes into an estimate and what comes out. Bytes are floats; every total is the sum of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Verdict = Literal["fits", "tight", "no"]


class Range(NamedTuple):
    """An estimate with its uncertainty: an 80 % range."""

    low: float
    expected: float
    high: float


class Machine(NamedTuple):
    """What the model is to run on. All devices are alike."""

    name: str
    """As shown to the user."""
    device: str | None
    """Id in `catalog/hardware/`; None when only a memory size was given."""
    vendor: str | None
    """nvidia, amd, apple, intel, cpu; None when unknown."""
    devices: int
    """How many."""
    nominal_gib: float
    """Memory of one device as the driver shows it (total RAM for unified memory)."""
    usable_gib: float
    """What a process may allocate on one device."""
    memory_class: str | None
    """gddr, hbm, unified, ddr; None when unknown."""
    bandwidth_gb_s: float | None
    """Memory bandwidth of one device, 1e9 bytes/s; None when unknown: then no speed is claimed."""
    tflops: Mapping[str, float]
    """Dense throughput by type, 1e12/s; empty when unknown."""
    interconnect_gb_s: float | None
    """Between devices, one direction."""
    ram_gib: float | None
    """Main memory for layers that stay on the host; None: no offload."""
    tdp_w: float | None = None
    """Power limit of one device, W; None when unknown."""
    engines: tuple[str, ...] | None = None
    """Engines that run on the device; None: all that run on its maker's."""
    nodes: int = 1
    """Alike computers that the devices are spread over evenly."""


class Workload(NamedTuple):
    """What the model is to do."""

    context: int
    """Tokens of cache allocated per sequence."""
    prompt_tokens: int
    """Tokens read."""
    generate_tokens: int
    """Tokens written (thinking included)."""
    batch: int = 1
    """Concurrent sequences."""
    kv_type: str | None = None
    """Cache type; None: the engine's default."""
    ubatch: int | None = None
    """llama.cpp's physical batch; None: its default, 512."""
    flash_attention: bool | None = None
    """None: the engine's default for this model."""
    split: str | None = None
    """layer, tensor or pipeline; None: the engine's default."""
    engine_version: str | None = None
    """Behaviour of this version where it changed; None: current."""
    memory_share: float | None = None
    """vLLM's `--gpu-memory-utilization`; None: its default."""


class Assumption(NamedTuple):
    """Something taken for granted. `code` is fixed, `values` fill the sentence made in `render/`."""

    code: str
    values: Mapping[str, str | float | int]


class MemoryEstimate(NamedTuple):
    """Bytes, summed over the devices unless said otherwise."""

    weights: float
    kv_cache: float
    activations: float
    overhead: float
    host: float
    """Bytes in main memory."""
    low: float
    """Low end of the total on the devices."""
    high: float
    """High end of the total on the devices."""
    device_expected: float
    """Expected bytes on the fullest device."""
    device_high: float
    """High bytes on the fullest device."""
    usable: float | None
    """Bytes a process may allocate on one device; None without a machine."""
    verdict: Verdict | None
    """None without a machine."""
    offloaded_layers: int
    """Layers left in main memory."""
    assumptions: tuple[Assumption, ...]

    @property
    def total(self) -> float:
        """The parts on the devices, summed."""
        return self.weights + self.kv_cache + self.activations + self.overhead


class SpeedEstimate(NamedTuple):
    """Tokens per second."""

    decode: Range | None
    """One stream, mean over the generated tokens."""
    decode_total: Range | None
    """All concurrent streams together."""
    prefill: Range | None
    """Reading the prompt."""
    assumptions: tuple[Assumption, ...]
    missing: str | None
    """Why a speed is not claimed: a reason code."""
