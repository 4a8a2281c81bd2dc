"""The matrices of a network by what a file format tells apart: which projection, how wide its rows, which layers.

Mixed formats give some projections more bits in some layers, and formats with blocks of 256 weights cannot hold
rows that 256 does not divide (llama.cpp, `llama_tensor_get_type` and `tensor_type_fallback` in
src/llama-quant.cpp). Everything else follows from the counts of `parameters`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.mixers import mixer_parameters
from llm_select.estimates.parameters import mixture_layers, parameter_groups
from llm_select.estimates.shape import HEAD_KINDS, heads, stacks

if TYPE_CHECKING:
    from llm_select.estimates.parameters import ParameterGroups
    from llm_select.schema.architecture import Architecture, FeedForward, LayerGroup, Stack

_Shares = tuple[float, tuple[float, float, float, float]]
_Found = dict[tuple[str, str, int, _Shares, str], int]

RULED = ("value", "key", "attention-output", "down")
"""Kinds a format's rules name, besides the networks `dense` and `shared`."""

FUSED = ("phi3", "falcon", "mpt", "gpt2", "gpt_neox", "gpt_bigcode", "bloom", "chatglm", "qwen")
"""Architectures whose queries, keys and values are one matrix in GGUF (`attn_qkv`): it counts as a value."""

WIDE = 256
"""Weights in a super-block."""


class Matrices(NamedTuple):
    """Matrices of one kind."""

    kind: str
    """What a rule calls them; `other` for those no rule names."""
    part: str
    """Group of `WeightBytes`: attention, ffn or experts."""
    row: int
    """Weights in a row: the width of the input."""
    parameters: int
    """Weights of all layers."""
    more: float
    """Share of them in layers that mixtures favour: the first and last eighth and every third between."""
    first: tuple[float, float, float, float]
    """Share in the first two, first four, first sixteenth and first eighth of the layers."""
    network: str = ""
    """What a rule calls the network they belong to: dense, shared (experts) or nothing."""


def matrices(arch: Architecture, counted: ParameterGroups | None = None) -> tuple[Matrices, ...]:
    """Every matrix inside layers, alike ones together; the sums are those of `parameter_groups`."""
    counted = counted or parameter_groups(arch)
    found: _Found = {}
    piles = stacks(arch)
    values = 0
    for _, stack in piles:
        for group in stack.attention:
            if _has_value(group):
                values += group.layers
    shares = _shares(0, values or 1, values or 1)
    for role, stack in piles:
        for group in stack.attention:
            twice = role == "decoder" and group.kind in HEAD_KINDS
            _attention(found, arch, group, shares, 2 * group.layers if twice else group.layers)
        _feed_forward(found, arch, stack)
    _rest(found, counted, arch.hidden_size)
    return tuple(
        Matrices(kind, part, row, count, shares[0], shares[1], network)
        for (kind, part, row, shares, network), count in found.items()
        if count
    )


def traits(arch: Architecture) -> tuple[str, ...]:
    """What rules ask of a model: `grouped` for four queries or more per key and value head, `ungrouped` otherwise,
    `eight-experts`, and `eighty-layers` for the Llama and Qwen2 of that depth, which llama.cpp calls 70B."""
    said = []
    ratio = 1
    for _, stack in stacks(arch):
        for group in stack.attention:
            if group.kind in HEAD_KINDS and group.heads:
                ratio = max(ratio, group.heads // max(1, heads(arch, group).kv))
            elif group.kind == "latent" and group.heads:
                # The cache of latent attention is one head.
                ratio = max(ratio, group.heads)
        if stack.experts is not None and stack.experts.count == 8:
            said.append("eight-experts")
        if stack.layers == 80 and ratio > 1 and arch.model_type in ("llama", "qwen2"):
            said.append("eighty-layers")
    said.append("grouped" if ratio >= 4 else "ungrouped")
    return tuple(said)


def favoured(layer: int, layers: int) -> bool:
    """True for the layers to which mixtures give more bits (llama.cpp, `use_more_bits`)."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


@lru_cache(maxsize=512)
def _shares(first: int, layers: int, of: int) -> _Shares:
    """Shares of `layers` layers beginning with layer `first` of `of`."""
    if not layers:
        return 0.0, (0.0, 0.0, 0.0, 0.0)
    more = sum(favoured(i, of) for i in range(first, first + layers)) / layers

    def before(end: int) -> float:
        return max(0, min(end, first + layers) - first) / layers

    return more, (before(2), before(4), before(of // 16), before(of // 8))


def _has_value(group: LayerGroup) -> bool:
    if group.kind in HEAD_KINDS:
        return not group.key_is_value
    return group.state is not None and group.state.variant == "gated-delta-net"


def _attention(
    found: _Found, arch: Architecture, group: LayerGroup, shares: _Shares, layers: int
) -> None:
    """Projections of a layer group. Its layers may stand anywhere, so that shares are those of all layers."""
    h = arch.hidden_size
    made: tuple[tuple[str, int, int], ...] = ()
    if group.parameters is not None:
        pass
    elif group.kind in HEAD_KINDS:
        w = heads(arch, group)
        query, key, value = w.query * w.key_dim, w.kv * w.key_dim, w.kv * w.value_dim
        value = 0 if group.key_is_value else value
        gate = query if group.output_gate else 0
        output = ("attention-output", w.query * w.value_dim, h)
        if arch.model_type in FUSED:
            made = (("value", h, query + key + value), ("other", h, gate), output)
        else:
            made = (("other", h, query + gate), ("key", h, key), ("value", h, value), output)
    elif group.kind == "latent" and group.latent is not None:
        m, count = group.latent, group.heads or 1
        made = (
            ("other", m.nope_dim, count * m.kv_rank),
            ("other", m.kv_rank, count * m.value_dim),
            ("attention-output", count * m.value_dim, h),
            ("other", m.q_rank or h, count * (m.nope_dim + m.rope_dim)),
        )
    elif group.state is not None and group.state.variant == "gated-delta-net":
        s = group.state
        inner = (s.heads or 1) * (s.head_dim or 1)
        keys = (s.key_heads or s.heads or 1) * (s.key_dim or s.head_dim or 1)
        made = (("value", h, 2 * keys + inner), ("other", inner, h))
    rest = layers * mixer_parameters(arch, group).matrices
    for kind, row, out in made:
        rest -= layers * row * out
        _add(found, kind, "attention", row, layers * row * out, shares)
    _add(found, "other", "attention", h, rest, shares)


def _feed_forward(found: _Found, arch: Architecture, stack: Stack | Architecture) -> None:
    h, layers, e = arch.hidden_size, stack.layers or 0, stack.experts
    dense = own = 0
    for group in stack.attention:
        if group.feed_forward and (e is None or group.ffn is not None):
            # Groups may stand anywhere.
            _dense(found, h, group.ffn or stack.ffn, group.layers, _shares(0, layers, layers))
            own += group.layers
    if e is None:
        return
    mixed = mixture_layers(stack)
    dense = max(0, e.dense_layers + (mixed if e.beside_dense else 0) - own)
    if dense:
        # Dense layers of a mixture come first.
        _dense(found, h, stack.ffn, dense, _shares(0, dense, max(layers, dense)))
    if mixed <= 0:
        return
    start = 0 if e.beside_dense else max(0, min(layers - mixed, e.dense_layers))
    shares = _shares(start, mixed, max(layers, start + mixed))
    inner, wide = e.latent_size or h, 2 if e.gated else 1
    each = mixed * e.count * inner * e.size
    _add(found, "other", "experts", inner, wide * each, shares)
    _add(found, "down", "experts", e.size, each, shares)
    if e.shared:
        size = e.shared_size or e.size
        every = mixed * h * size * int(e.shared)
        _add(found, "other", "experts", h, wide * every, shares, "shared")
        _add(found, "down", "experts", size, every, shares, "shared")
    if e.latent_size:
        _add(found, "other", "experts", h, mixed * 2 * h * inner, shares, "shared")


def _dense(found: _Found, h: int, ffn: FeedForward | None, layers: int, shares: _Shares) -> None:
    if ffn is not None:
        wide = 2 if ffn.gated else 1
        _add(found, "other", "ffn", h, layers * wide * h * ffn.size, shares, "dense")
        _add(found, "down", "ffn", ffn.size, layers * h * ffn.size, shares, "dense")


def _rest(found: _Found, counted: ParameterGroups, h: int) -> None:
    """What the counts have beyond the matrices above: gates of a per-layer table, ALBERT's projection."""
    left = {
        "attention": counted.attention,
        "ffn": counted.ffn + counted.ffn_down,
        "experts": counted.experts_routed + counted.experts_down + counted.experts_shared,
    }
    for key, count in found.items():
        left[key[1]] -= count
    for part, count in left.items():
        if count:
            _add(found, "other", part, h, count, _ALL)


_ALL: _Shares = (1.0, (1.0, 1.0, 1.0, 1.0))


def _add(
    found: _Found, kind: str, part: str, row: int, count: int, shares: _Shares, network: str = ""
) -> None:
    key = (kind, part, row, shares, network)
    found[key] = found.get(key, 0) + count
