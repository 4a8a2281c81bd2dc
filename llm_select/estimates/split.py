"""How a model divides over devices: whole layers, whole heads. Two 20 GB cards are not one 40 GB card."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.weights import WeightBytes


class Split(NamedTuple):
    """A division over devices."""

    kind: str
    """layer, tensor or pipeline; `none` on one device."""
    stages: int
    """Groups of layers, one after another."""
    tensor: int
    """Devices that share each layer."""
    cache_share: float
    """Share of a stage's cache that each of its devices holds: more than 1/tensor where heads do not divide."""

    @property
    def devices(self) -> int:
        """Devices in use."""
        return self.stages * self.tensor


ONE = Split("none", 1, 1, 1.0)


def plan_split(size: Sizing, kind: str | None, devices: int, nodes: int = 1) -> Split:
    """The division `kind` makes of `devices`.

    Layers go to devices whole; a tensor split needs a divisor of the query heads that divides the key-value heads
    or is a multiple of them (vLLM refuses others: `LlamaAttention`) and continues with stages where heads do not
    suffice; key-value heads fewer than devices are repeated, and a latent cache is repeated on every device
    (Megatron-LM, arXiv:1909.08053 §3; vLLM `parallel_state`). Over several nodes a tensor split stays inside a node,
    where the interconnect is, and stages go across (Narayanan et al. 2021, arXiv:2104.04473 §3).
    """
    if devices <= 1 or kind is None:
        return ONE
    if kind != "tensor":
        return Split(kind, max(1, min(devices, size.layers)), 1, 1.0)
    cache = size.cache
    kv_heads = cache.kv_heads or devices
    inside = devices // nodes
    tensor = max(
        d
        for d in range(1, inside + 1)
        if inside % d == 0
        and (size.heads or d) % d == 0
        and (kv_heads % d == 0 or d % kv_heads == 0)
    )
    stages = min(devices // tensor, size.layers)
    divisible = float(cache.full + sum(width for width, _ in cache.windowed) + cache.cross)
    everything = divisible + cache.latent
    if not everything:
        return Split(kind, stages, tensor, 1 / tensor)
    share = math.ceil(cache.kv_heads / tensor) / cache.kv_heads if cache.kv_heads else 1.0
    return Split(kind, stages, tensor, (divisible * share + cache.latent) / everything)


def fullest(
    size: Sizing, split: Split, weights: WeightBytes, kv: float, offloaded: int = 0
) -> tuple[float, float]:
    """Weights and cache, bytes, on the device that holds most, layers taken as equal.

    llama.cpp counts the head as one more layer when it divides (`llama_model::load_tensors`); the first stage
    holds the embedding and the towers, the last one the head.
    """
    ahead, behind = weights.embedding + weights.towers, weights.output
    layers = max(1, size.layers)
    here = layers - offloaded
    weight, cache = weights.layers / layers, kv / layers
    if split.kind == "row":
        # Early llama.cpp: matrices divided by rows, all else on the main device.
        return (weights.layers * here / layers + behind) / split.stages + ahead, here * cache
    if split.stages == 1:
        return (ahead + behind + here * weight) / split.tensor, here * cache * split.cache_share
    rows = here + 1
    most, last = -(-rows // split.stages), max(0, rows // split.stages - 1)
    most = min(most, here)
    candidates = (
        (ahead + most * weight, most * cache),
        (behind + last * weight, last * cache),
    )
    w, k = max(candidates, key=sum)
    return w / split.tensor, k * split.cache_share
