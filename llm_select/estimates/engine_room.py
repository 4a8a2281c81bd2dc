"""What an engine takes of a device besides weights, cache and working memory, and how much of it it may take at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import memory_calibration as c
from llm_select.estimates.activations import before
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.split import Split
    from llm_select.estimates.types import Machine, Workload
    from llm_select.estimates.weights import WeightBytes
    from llm_select.schema.hardware import Engine, Quantization


class MemoryShare(NamedTuple):
    """The share of a device that an engine fills by default, and what it takes besides."""

    share: float
    """1: all that a process may use."""
    most: float
    """What the share can be raised to."""
    outside: float
    """Bytes that the share does not count."""
    reserved: float = 0.0
    """Bytes that are kept out of the share by default."""
    flag: str = ""
    """The option that raises it; empty where there is no share."""

    def room(self, usable: float) -> float:
        """Bytes for everything, of `usable` bytes, by default."""
        return min(usable, self.share * usable - self.reserved + self.outside)

    def most_room(self, usable: float) -> float:
        """The same with the option at its highest."""
        return min(usable, self.most * usable + self.outside)

    def usable_for(self, needed: float) -> float:
        """Usable bytes a device must have for `needed` bytes by default."""
        return max(needed, (needed - self.outside + self.reserved) / self.share)


def memory_share(
    size: Sizing,
    engine: Engine,
    work: Workload,
    machine: Machine | None,
    split: Split,
    beside: float,
    nominal: float = 0.0,
) -> MemoryShare:
    """`beside`: bytes of working memory and overhead on the device; `nominal`: its GiB where there is no machine.

    vLLM fills a share of the device (`--gpu-memory-utilization`) with weights, pass, buffers and cache. The driver's
    context and, until 0.21, captured graphs come on top (`determine_available_memory`; its log of 0.21 tells the
    change). SGLang's fraction holds weights and cache, and is computed from what it expects to need besides. The
    other engines have none.
    """
    vendor = machine.vendor if machine is not None else None
    if engine.memory_model != "vllm" or vendor in ("apple", "cpu"):
        return MemoryShare(1.0, 1.0, 0.0)
    if engine.name == "SGLang":
        reserved = _sglang_reserved(machine.nominal_gib if machine is not None else nominal, split)
        if work.memory_share and machine is not None:
            reserved = (1 - work.memory_share) * machine.usable_gib * GIB
        return MemoryShare(1.0, 1.0, beside, reserved, "--mem-fraction-static")
    old = before(work.engine_version, c.VLLM_GRAPHS_COUNTED)
    o = c.VLLM_OVERHEAD
    outside = (o.context + (o.several if split.devices > 1 else 0.0)) * GIB
    if old:
        outside += _graphs(size, split)
    return MemoryShare(
        work.memory_share or (c.VLLM_SHARE_BEFORE if old else c.VLLM_SHARE),
        work.memory_share or c.VLLM_SHARE_MOST,
        outside,
        0.0,
        "--gpu-memory-utilization",
    )


def _sglang_reserved(nominal: float, split: Split) -> float:
    """Bytes that SGLang leaves out of its static fraction on a device of this many GiB.

    What it reserves steps up with memory, as its defaults grow. More memory must not lose a fit, for those defaults
    are not needs: never more than what leaves a device the room of the tier below.
    """
    reserved, room = 0.0, 0.0
    for limit, chunk, few, many in c.SGLANG_TIERS:
        at = min(nominal, limit)
        mib = (
            c.SGLANG_RESERVED_MIB
            + chunk * c.SGLANG_TOKEN_MIB
            + (few if split.tensor < 4 else many) * c.SGLANG_GRAPH_MIB
            + split.devices * c.SGLANG_DEVICE_MIB
        )
        if at > c.SGLANG_LARGE_GIB:
            mib = max(mib, c.SGLANG_LARGE_MIB)
        room = max(room, at - mib / 1024)
        reserved = at - room
        if nominal <= limit:
            break
    return reserved * GIB


def engine_overhead(
    size: Sizing, memory_model: str, work: Workload, machine: Machine | None, split: Split
) -> float:
    """Bytes on one device that are neither weights, cache nor working memory."""
    if machine is not None and machine.vendor in ("apple", "cpu"):
        return c.HOST_PROCESS_GIB * GIB
    several = split.devices > 1
    if memory_model != "vllm":
        base, each = c.OVERHEAD_GIB[memory_model]
        return (base + (each if several else 0.0)) * GIB
    o = c.VLLM_OVERHEAD
    gib = o.context + o.kernels + (o.several if several else 0.0)
    if split.tensor > 1:
        link = machine.interconnect_gb_s if machine is not None else None
        switched = (link or 0.0) >= c.SWITCHED_GB_S
        old = before(work.engine_version, c.VLLM_REDUCE_SWITCHED)
        gib += o.reduce_switched if switched and not old else o.reduce
    return gib * GIB + _graphs(size, split)


def padded_experts(size: Sizing, quantization: Quantization, weights: WeightBytes) -> WeightBytes:
    """vLLM's MXFP4 kernels fill the hidden width of gpt-oss's experts up to a multiple of 256 (`mxfp4.py`)."""
    if size.model_type not in c.VLLM_NO_WORKSPACE or quantization.bits >= c.VLLM_FP4_BITS:
        return weights
    padded = -(-size.hidden // c.VLLM_FP4_MULTIPLE) * c.VLLM_FP4_MULTIPLE
    return weights._replace(experts=weights.experts * padded / size.hidden)


def _graphs(size: Sizing, split: Split) -> float:
    """Bytes of vLLM's captured graphs on one device."""
    o = c.VLLM_OVERHEAD
    mixture = o.graphs_mixture if size.expert_visits else 0.0
    return (o.graphs + o.graphs_per_layer * size.layers / split.stages + mixture) * GIB
