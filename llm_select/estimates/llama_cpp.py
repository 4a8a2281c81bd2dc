"""What llama.cpp allocates besides the weights: its compute buffers, and how its builds store the cache.

The graph allocator overlays tensors (`ggml-alloc.c`), so a compute buffer is as large as the largest moment of one
physical batch, in 32 bits. The moments below are those of `llama-graph.cpp`. They agree with the logs in
`tests/measurements`, and with what build 9190 says it would allocate for twelve shapes at six sizes each, with and
without flash attention: within 1 % in the middle, 7 % nine times of ten, 23 % at most.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import memory_calibration as c

if TYPE_CHECKING:
    from llm_select.estimates.kv_cache import CacheShape
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.types import Workload

_BUILD = re.compile(r"\d+")
_RELEASE = re.compile(r"\d+\.\d+")


class ComputeBuffers(NamedTuple):
    """Bytes of working memory with what it stood on."""

    last: float
    """On the last device, which computes the logits."""
    inside: float
    """On each of the others."""
    flash_attention: bool
    tokens: int
    """Tokens of the physical batch."""


def engine_build(version: str | None) -> int | None:
    """llama.cpp's build number in `b6325`, `6325` or `1691 (7082d24)`; None for the current one, and for a release
    of Ollama (`0.17.7`), which does not tell its build."""
    if version is None or _RELEASE.search(version):
        return None
    match = _BUILD.search(version)
    return int(match[0]) if match else None


def since(build: int | None, first: int) -> bool:
    """Whether a build has a change; None is the current one."""
    return build is None or build >= first


def uses_flash_attention(work: Workload) -> bool:
    """`-fa auto` became the default in August 2025 (ggml-org/llama.cpp#15434)."""
    if work.flash_attention is not None:
        return work.flash_attention
    return since(engine_build(work.engine_version), c.LLAMACPP_FLASH_BUILD)


def compute_buffers(size: Sizing, work: Workload, devices: int) -> ComputeBuffers:
    """Compute buffers under a layer split over `devices`.

    A row is what one value per token takes. Held at once: around the attention the residual, its normalised copy and
    two tensors as wide as the queries, with the scores of every head or, with flash attention, the mask in 16 bits
    beside the one in 32; in the feed-forward gate, up and their product, or with experts what each visited one
    returns, before and after its weight; at the end the logits.
    """
    build = engine_build(work.engine_version)
    flash = uses_flash_attention(work)
    context = max(work.context, 1)
    tokens = (
        min(work.ubatch or c.LLAMACPP_UBATCH, context * work.batch)
        if size.generates
        else max(work.prompt_tokens, 1)
    )
    row = tokens * 4.0
    residual, queries, wide = row * size.hidden, row * size.query_width, row * size.inner
    mask = row * context
    windows = [w for _, w in size.cache.windowed]
    if windows and since(build, c.LLAMACPP_ISWA_BUILD):
        # Layers with a window have a mask of their own.
        mask += row * min(context, max(windows) + tokens)
    if since(build, c.LLAMACPP_GLU_BUILD):
        middle = (size.matrices + 1) * wide + 3 * residual
        middle = max(middle, (2 * size.experts_active + 5) * residual if size.experts_active else 0)
    else:
        middle = size.matrices * wide + (2 + size.experts_active) * residual
    # With flash attention the mask in 16 bits, and about half of the hole that the one in 32 leaves.
    middle += mask
    # Until March 2024 the residual was not copied.
    around = 2 * queries + (2 if since(build, c.LLAMACPP_PIPELINE_BUILD) else 1) * residual + mask
    around += mask / 2 if flash else row * context * size.heads
    inside = max(middle, around)
    copies = 0.0
    if devices > 1 and since(build, c.LLAMACPP_PIPELINE_BUILD):
        # A layer split overlaps batches: the inputs are kept in several copies to the end (#6017).
        copies = (c.LLAMACPP_COPIES - 1) * mask + c.LLAMACPP_COPIES * residual
    inside += copies
    logits = 0.0
    if size.generates:
        outputs = work.batch if since(build, c.LLAMACPP_OUTPUTS_BUILD) else tokens
        logits = outputs * 4.0 * size.vocab + residual + copies
    return ComputeBuffers(max(inside, logits), inside, flash, tokens)


def stored_cache(shape: CacheShape, build: int | None, window: bool) -> CacheShape:
    """The cache as a build stores it. `window`: false where `--swa-full` or an old build keeps every token.

    Latent layers: the keys and values of every head at first; since #12801 the latent vector as key and again,
    without its rotary part, as value; since #19067 once.
    """
    if shape.windowed and not window:
        shape = shape._replace(
            full=shape.full + sum(width for width, _ in shape.windowed), windowed=()
        )
    if not shape.expanded:
        return shape
    if not since(build, c.LLAMACPP_LATENT_BUILD):
        return shape._replace(full=shape.full + shape.expanded, latent=0, expanded=0)
    if not since(build, c.LLAMACPP_VALUELESS_BUILD):
        return shape._replace(latent=shape.latent + shape.latent_value)
    return shape


def window_cells(work: Workload) -> tuple[int, int]:
    """Tokens kept beyond a window, per sequence, and what the sum is rounded up to (`llama_kv_cache_iswa`)."""
    build = engine_build(work.engine_version)
    beyond = work.ubatch or c.LLAMACPP_UBATCH
    if since(build, c.LLAMACPP_WINDOW_BUILD):
        return beyond, c.LLAMACPP_WINDOW_CELLS
    if since(build, c.LLAMACPP_UNPADDED_BUILD):
        return beyond, 1
    return beyond, c.LLAMACPP_WINDOW_CELLS if uses_flash_attention(work) else 32


def scratch(size: Sizing, build: int | None) -> float:
    """Bytes outside the buffers: the largest matrix in 16 bits while prompts were unpacked before they multiplied."""
    if since(build, c.LLAMACPP_INTEGER_BUILD):
        return 0.0
    return math.prod((size.hidden, size.inner)) * 2.0
