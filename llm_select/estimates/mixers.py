"""Parameters of one layer's token mixer, matrices apart from vectors.

Vectors (normalisations, biases, sinks, short convolutions, decay terms) stay in 16 or 32 bits in every
format, so they are counted apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.shape import HEAD_KINDS, Heads, ShapeError, heads, need
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture, LayerGroup


class MixerParameters(NamedTuple):
    """Weights of one token mixer."""

    matrices: int
    vectors: int


def mixer_parameters(arch: Architecture, group: LayerGroup) -> MixerParameters:
    """Weights of one layer's token mixer. Raises ShapeError when the group lacks a width."""
    if group.parameters is not None:
        return MixerParameters(group.parameters, 0)
    if group.kind in HEAD_KINDS:
        return dot_product(arch.hidden_size, heads(arch, group), group)
    if group.kind == "latent":
        return _latent(arch.hidden_size, group)
    if group.kind == "none":
        return MixerParameters(0, 0)
    return _state(arch.hidden_size, group)


def dot_product(h: int, w: Heads, group: LayerGroup) -> MixerParameters:
    """Query, key, value and output projections.

    Vaswani et al. 2017 (arXiv:1706.03762 §3.2.2); grouped queries: Ainslie et al. 2023 (arXiv:2305.13245).
    """
    query, key, value, mixed = (
        w.query * w.key_dim,
        w.kv * w.key_dim,
        w.kv * w.value_dim,
        w.query * w.value_dim,
    )
    matrices = h * (query + key + mixed)
    if not group.key_is_value:
        matrices += h * value
    if group.output_gate:
        # Qwen3-Next: the query projection is twice as wide, its second half gates the heads' outputs.
        matrices += h * query
    vectors = w.query if group.sinks else 0
    if group.bias != "none":
        vectors += query + key + (0 if group.key_is_value else value)
    if group.bias == "all":
        vectors += h
    if group.qk_norm == "head":
        vectors += 2 * w.key_dim
    elif group.qk_norm == "full":
        vectors += query + key
    return MixerParameters(matrices, vectors)


def _latent(h: int, group: LayerGroup) -> MixerParameters:
    """Multi-head latent attention. DeepSeek-V2, arXiv:2405.04434 §2.1 and appendix C."""
    n = need(group.heads, "heads")
    latent = group.latent
    if latent is None:
        raise ShapeError(Message("a latent layer group has no `latent`"))
    query = n * (latent.nope_dim + latent.rope_dim)
    vectors = latent.kv_rank
    if latent.q_rank is None:
        matrices = h * query
    else:
        matrices = h * latent.q_rank + latent.q_rank * query
        vectors += latent.q_rank
    matrices += h * (latent.kv_rank + latent.rope_dim)
    matrices += latent.kv_rank * n * (latent.nope_dim + latent.value_dim)
    matrices += n * latent.value_dim * h
    if group.output_gate:
        matrices += h * n * latent.value_dim
    return MixerParameters(matrices, vectors)


def _state(h: int, group: LayerGroup) -> MixerParameters:
    """Linear attention and state-space mixers."""
    s = group.state
    if s is None:
        raise ShapeError(Message("a {kind} layer group has no `state`", kind=group.kind))
    if s.variant == "short-conv":
        # LFM2 (Transformers `lfm2`): input projection to B, C, x; depthwise convolution; output projection.
        return MixerParameters(4 * h * h, h * s.conv)
    if s.variant == "mamba":
        # Gu and Dao 2023, arXiv:2312.00752 §3.4; Transformers `mamba`.
        inner, n = need(s.inner_size, "state.inner_size"), need(s.state_size, "state.state_size")
        rank = s.dt_rank or -(-h // 16)
        matrices = h * 2 * inner + inner * (rank + 2 * n) + rank * inner + inner * h
        return MixerParameters(matrices, inner * (s.conv + 1) + inner + inner * n + inner)
    n_heads, dim = need(s.heads, "state.heads"), need(s.head_dim, "state.head_dim")
    inner = n_heads * dim
    if s.variant == "mamba2":
        # Dao and Gu 2024, arXiv:2405.21060 §7; Transformers `mamba2`.
        shared = (s.groups or 1) * need(s.state_size, "state.state_size")
        mixed = inner + 2 * shared
        matrices = h * (inner + mixed + n_heads) + inner * h
        return MixerParameters(matrices, mixed * (s.conv + 1) + 3 * n_heads + inner)
    if s.variant == "lightning":
        # MiniMax-01, arXiv:2501.08313 §2.2.1: queries, keys, values, a gate of the same width, output.
        return MixerParameters(5 * h * inner, inner)
    keys = (s.key_heads or n_heads) * (s.key_dim or dim)
    mixed = 2 * keys + inner
    if s.variant == "gated-delta-net":
        # Yang et al. 2024, arXiv:2412.06464; Transformers `qwen3_next`: q, k, v, gate z; beta and decay per value head.
        matrices = h * (mixed + inner) + h * 2 * n_heads + inner * h
        return MixerParameters(matrices, mixed * s.conv + 2 * n_heads + dim)
    # Kimi Linear, arXiv:2510.26692 §3: q, k, v; low-rank channel-wise decay and output gate; beta per head.
    matrices = h * mixed + h * dim + dim * keys + h * n_heads + h * dim + dim * inner + inner * h
    return MixerParameters(matrices, mixed * s.conv + keys + n_heads + dim)
