"""Key-value cache, layer by layer.

Sizes are counted in *values*, so that a cache type multiplies once: a full layer holds
`kv_heads · (key width + value width)` values per token, a sliding layer the same for at most its window, a
latent layer one vector, a linear or state-space layer a constant, an encoder nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.shape import HEAD_KINDS, ShapeError, cross_attention, heads, need, stacks
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture, LayerGroup

STATE_BYTES = 4.0
"""Engines keep recurrent states in 32 bits (llama.cpp's recurrent memory; vLLM's `mamba_ssm_cache_dtype`)."""


class CacheShape(NamedTuple):
    """What one sequence holds, all layers together, in values."""

    full: int = 0
    """Per token, layers that see everything; of compressed layers, a token's share of a row."""
    windowed: tuple[tuple[int, int], ...] = ()
    """(values per token, window) of layers that see a window."""
    latent: int = 0
    """Per token, layers with one compressed vector: it cannot be divided over devices."""
    state: int = 0
    """Whatever the length."""
    cross: int = 0
    """Per source token, decoder layers that look at the source."""
    kv_heads: int = 0
    """Fewest key-value heads of a layer: over how many devices the cache divides."""
    indexer: int = 0
    """The part of `latent` that an indexer's keys take."""
    expanded: int = 0
    """Per token, the latent layers where an engine stores the keys and values of every head instead."""
    latent_value: int = 0
    """The part of `latent` that an engine would store again as values: all but the rotary key."""


def cache_shape(arch: Architecture, *, causal: bool = True) -> CacheShape:
    """The cache of one sequence. `causal=False` is an encoder: no cache. Raises ShapeError on a missing width."""
    if not causal:
        return CacheShape()
    full = latent = state = fewest = indexer = expanded = latent_value = 0
    windows: dict[int, int] = {}
    for role, stack in stacks(arch):
        if role == "encoder":
            continue
        for group in stack.attention:
            if group.reuses_cache or group.kind == "none":
                continue
            if group.kind in HEAD_KINDS:
                w = heads(arch, group)
                # Shazeer 2019, arXiv:1911.02150 §2.3. One vector serves as key and value where they are the same
                # projection, but engines still store both.
                row = w.kv * (w.key_dim + w.value_dim)
                ratio = group.cache_ratio
                if ratio is not None and group.key_is_value:
                    # A compressed row is one vector (Transformers' `deepseek_v4` keeps it once).
                    row = w.kv * w.key_dim
                values = group.layers * row
                if group.window is not None:
                    windows[group.window] = windows.get(group.window, 0) + values
                if ratio is not None:
                    # DeepSeek-V4: one row for `ratio` tokens, beside the last `window` tokens' own rows.
                    full += -(-values // ratio)
                elif group.window is None:
                    full += values
                fewest = min(fewest or w.kv, w.kv)
            elif group.kind == "latent":
                if group.latent is None:
                    raise ShapeError(Message("a latent layer group has no `latent`"))
                # DeepSeek-V2, arXiv:2405.04434 §2.1.4 table 1: the compressed vector and the shared rotary key.
                m = group.latent
                latent += group.layers * (m.kv_rank + m.rope_dim)
                latent_value += group.layers * m.kv_rank
                expanded += (
                    group.layers * (group.heads or 0) * (m.nope_dim + m.rope_dim + m.value_dim)
                )
            else:
                state += group.layers * state_values(arch.hidden_size, group)
            # DeepSeek-V3.2's indexer keeps one key per token beside the cache, DeepSeek-V4's one per row.
            indexer += -(-group.layers * (group.sparse_index or 0) // (group.cache_ratio or 1))
    cross = cross_attention(arch)
    across = cross[0] * cross[1].kv * (cross[1].key_dim + cross[1].value_dim) if cross else 0
    for pile in arch.recurrent:
        # Hidden and cell state of each layer and direction.
        state += pile.layers * 2 * pile.hidden_size * (2 if pile.bidirectional else 1)
    return CacheShape(
        full,
        tuple(sorted((v, k) for k, v in windows.items())),
        latent + indexer,
        state,
        across,
        fewest,
        indexer,
        expanded,
        latent_value,
    )


def stored_shape(shape: CacheShape, memory_model: str, heads: int) -> CacheShape:
    """The cache as the engine stores it; `heads` are the query heads.

    Transformers expands a latent vector before it reaches the cache (`DeepseekV3Attention.forward` updates the
    cache with the keys and values of every head); vLLM, llama.cpp and MLX store the compressed vector. vLLM shares
    one pool among layers with and without a window by groups of as many layers as the fewer kind has (as the more,
    where that is less than half as many again), the last group filled with layers that do not exist
    (`_get_kv_cache_groups_uniform_page_size`): Gemma 3 27B's 52 windowed layers take the place of 60.
    """
    if memory_model == "vllm" and len(shape.windowed) == 1 and shape.full:
        ((width, window),) = shape.windowed
        few, many = sorted((width, shape.full))
        group = many if many < few * 1.5 else few
        return shape._replace(
            full=-(-shape.full // group) * group,
            windowed=((-(-width // group) * group, window),),
        )
    if memory_model != "transformers" or not shape.expanded:
        return shape
    return shape._replace(
        full=shape.full + shape.expanded,
        latent=shape.indexer,
        kv_heads=min(shape.kv_heads or heads, heads),
        expanded=0,
    )


def state_values(h: int, group: LayerGroup) -> int:
    """Values of one linear-attention or state-space layer's state: the recurrence and the convolution's tail."""
    s = group.state
    if s is None:
        raise ShapeError(Message("a {kind} layer group has no `state`", kind=group.kind))
    if s.variant == "short-conv":
        return h * (s.conv - 1)
    if s.variant == "mamba":
        # arXiv:2312.00752 §3: one state vector per channel.
        inner = need(s.inner_size, "state.inner_size")
        return inner * need(s.state_size, "state.state_size") + inner * (s.conv - 1)
    n, dim = need(s.heads, "state.heads"), need(s.head_dim, "state.head_dim")
    if s.variant == "mamba2":
        # arXiv:2405.21060 §7: a matrix per head.
        size = need(s.state_size, "state.state_size")
        return n * dim * size + (n * dim + 2 * (s.groups or 1) * size) * (s.conv - 1)
    if s.variant == "lightning":
        # arXiv:2501.08313 §2.2: a key-by-value matrix per head, no convolution.
        return n * dim * dim
    # arXiv:2412.06464, arXiv:2510.26692: a key-by-value matrix per value head.
    key_heads, key_dim = s.key_heads or n, s.key_dim or dim
    return n * key_dim * dim + (2 * key_heads * key_dim + n * dim) * (s.conv - 1)


def token_values(
    shape: CacheShape, context: float, window_padding: float = 0, window_multiple: int = 1
) -> float:
    """Values that `context` tokens of one sequence hold, state and source left out.

    `window_padding` is what an engine keeps beyond the window, `window_multiple` what the sum is rounded up to:
    llama.cpp adds the physical batch and rounds to 256 cells.
    """
    values = (shape.full + shape.latent) * context
    for width, window in shape.windowed:
        cells = math.ceil((window + window_padding) / window_multiple) * window_multiple
        values += width * min(context, cells if window_multiple > 1 else window + window_padding)
    return values


def shape_bytes(
    shape: CacheShape,
    context: float,
    batch: int,
    bytes_per_value: float,
    source_tokens: float = 0,
    window_padding: float = 0,
    window_multiple: int = 1,
) -> float:
    """Bytes of `batch` sequences of `context` tokens, each with its source and state."""
    values = token_values(shape, context, window_padding, window_multiple)
    values += shape.cross * source_tokens
    return batch * (values * bytes_per_value + shape.state * STATE_BYTES)


def kv_cache_bytes(
    arch: Architecture,
    context: int,
    batch: int = 1,
    bytes_per_value: float = 2.0,
    *,
    source_tokens: int | None = None,
    window_padding: int = 0,
    causal: bool = True,
) -> float:
    """Bytes of the cache. `source_tokens` is the encoder's input (an encoder-decoder; absent: `context`).

    With `window_padding=0` the figures are those publishers print (Gemma 3 27B at 131,072 tokens: 10.41 GiB).
    """
    shape = cache_shape(arch, causal=causal)
    source = context if source_tokens is None else source_tokens
    return shape_bytes(shape, context, batch, bytes_per_value, source, window_padding)
