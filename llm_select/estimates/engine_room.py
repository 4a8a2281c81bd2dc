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
    """The share of a device that an engine fills, and what it takes besides."""

    share: float
    """By default; 1: all that a process may use."""
    most: float
    """What the share can be raised to."""
    outside: float
    """Bytes of the overhead that the share does not count."""

    def room(self, usable: float) -> float:
        """Bytes for everything, of `usable` bytes, at the default share."""
        return min(usable, self.share * usable + self.outside)

    def most_room(self, usable: float) -> float:
        """The same at the highest share."""
        return min(usable, self.most * usable + self.outside)

    def usable_for(self, needed: float) -> float:
        """Usable bytes a device must have for `needed` bytes at the default share."""
        return max(needed, (needed - self.outside) / self.share)


def memory_share(
    size: Sizing, engine: Engine, work: Workload, vendor: str | None, split: Split
) -> MemoryShare:
    """vLLM fills a share of the device (`--gpu-memory-utilization`) with weights, pass, buffers and cache. The
    driver's context and, until 0.21, captured graphs come on top (`determine_available_memory`; its log of 0.21
    tells the change). SGLang's fraction is computed from what else it needs, so it bounds nothing
    (`ServerArgs._handle_gpu_memory_settings`); the other engines have none.
    """
    if engine.memory_model != "vllm" or engine.name == "SGLang" or vendor in ("apple", "cpu"):
        return MemoryShare(1.0, 1.0, 0.0)
    old = before(work.engine_version, c.VLLM_GRAPHS_COUNTED)
    o = c.VLLM_OVERHEAD
    outside = (o.context + (o.several if split.devices > 1 else 0.0)) * GIB
    if old:
        outside += _graphs(size, split)
    return MemoryShare(
        work.memory_share or (c.VLLM_SHARE_BEFORE if old else c.VLLM_SHARE),
        work.memory_share or c.VLLM_SHARE_MOST,
        outside,
    )


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
