"""The weight matrices of a network one by one: what a low-rank adapter is put beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.parameters import mixture_layers
from llm_select.estimates.shape import HEAD_KINDS, cross_attention, need, stacks

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture, FeedForward, LayerGroup, Stack


class Matrix(NamedTuple):
    """One kind of matrix and how often the network has it."""

    role: str
    """query, key, value, output, gate, up, down, q-down, q-up, kv-down, kv-up, state-in, state-out, router,
    expert-gate, expert-up, expert-down, embedding or head."""
    inputs: int
    outputs: int
    copies: int
    """In the whole network; every expert counts."""


def matrices(arch: Architecture) -> tuple[Matrix, ...]:
    """Every matrix that a token is multiplied with, and the token table.

    Vectors, convolutions and recurrent cells are left out. Raises ShapeError when a width is missing.
    """
    h = arch.hidden_size
    found: list[Matrix] = [Matrix("embedding", arch.vocab_size, arch.embedding_size or h, 1)]
    cross = cross_attention(arch)
    for role, stack in stacks(arch):
        for group in stack.attention:
            found += _mixer(h, group)
        if role == "decoder" and cross is not None:
            layers, w = cross
            found += [
                Matrix("query", h, w.query * w.key_dim, layers),
                Matrix("key", h, w.kv * w.key_dim, layers),
                Matrix("value", h, w.kv * w.value_dim, layers),
                Matrix("output", w.query * w.value_dim, h, layers),
            ]
        found += _feed_forward(h, stack)
    if not arch.tied_embeddings:
        found.append(Matrix("head", arch.embedding_size or h, arch.vocab_size, 1))
    return tuple(found)


def _mixer(h: int, group: LayerGroup) -> list[Matrix]:
    n = group.layers
    if group.kind in HEAD_KINDS and group.heads is not None:
        # `heads` needs an architecture only for the default width.
        dim = group.head_dim or h // group.heads
        kv = group.kv_heads or (1 if group.kind == "multi-query" else group.heads)
        value = group.value_dim or dim
        wide = 2 if group.output_gate else 1
        found = [Matrix("query", h, wide * group.heads * dim, n), Matrix("key", h, kv * dim, n)]
        if not group.key_is_value:
            found.append(Matrix("value", h, kv * value, n))
        return [*found, Matrix("output", group.heads * value, h, n)]
    if group.kind == "latent" and group.latent is not None and group.heads is not None:
        m = group.latent
        query = group.heads * (m.nope_dim + m.rope_dim)
        found = (
            [Matrix("query", h, query, n)]
            if m.q_rank is None
            else [Matrix("q-down", h, m.q_rank, n), Matrix("q-up", m.q_rank, query, n)]
        )
        return [
            *found,
            Matrix("kv-down", h, m.kv_rank + m.rope_dim, n),
            Matrix("kv-up", m.kv_rank, group.heads * (m.nope_dim + m.value_dim), n),
            Matrix("output", group.heads * m.value_dim, h, n),
        ]
    if group.state is not None:
        s = group.state
        if s.variant == "short-conv":
            return [Matrix("state-in", h, 3 * h, n), Matrix("state-out", h, h, n)]
        inner = s.inner_size or need(s.heads, "state.heads") * need(s.head_dim, "state.head_dim")
        beside = 0
        if s.variant == "mamba2":
            beside = 2 * (s.groups or 1) * (s.state_size or 0) + (s.heads or 0)
        elif s.variant in ("gated-delta-net", "kimi-delta"):
            beside = 2 * (s.key_heads or s.heads or 0) * (s.key_dim or s.head_dim or 0)
        return [Matrix("state-in", h, 2 * inner + beside, n), Matrix("state-out", inner, h, n)]
    return []


def _feed_forward(h: int, stack: Stack | Architecture) -> list[Matrix]:
    found: list[Matrix] = []
    experts = stack.experts
    own = 0
    for group in stack.attention:
        if group.feed_forward and (experts is None or group.ffn is not None):
            found += _dense(h, group.ffn or stack.ffn, group.layers)
            own += group.layers
    if experts is None:
        return found
    layers = mixture_layers(stack)
    dense = max(0, experts.dense_layers + (layers if experts.beside_dense else 0) - own)
    if dense:
        found += _dense(h, stack.ffn, dense)
    inner = experts.latent_size or h
    count = layers * experts.count
    found.append(Matrix("router", h, experts.count, layers))
    found += [
        Matrix("expert-up", inner, experts.size, count),
        Matrix("expert-down", experts.size, inner, count),
    ]
    if experts.gated:
        found.append(Matrix("expert-gate", inner, experts.size, count))
    if experts.shared:
        size = int(experts.shared) * (experts.shared_size or experts.size)
        found += [Matrix("up", h, size, layers), Matrix("down", size, h, layers)]
        if experts.gated:
            found.append(Matrix("gate", h, size, layers))
    return found


def _dense(h: int, ffn: FeedForward | None, layers: int) -> list[Matrix]:
    if ffn is None:
        return []
    found = [Matrix("up", h, ffn.size, layers), Matrix("down", ffn.size, h, layers)]
    return [*found, Matrix("gate", h, ffn.size, layers)] if ffn.gated else found


ALL_LINEAR = "all-linear"
"""PEFT's name for every linear layer but the head (`LoraConfig.target_modules`)."""

_ATTENTION = ("query", "key", "value")
NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("q_proj", "q", "query", "query_proj", "q_lin", "wq"), (("query",), ("q-up",))),
    **dict.fromkeys(("k_proj", "k", "key", "key_proj", "k_lin", "wk"), (("key",),)),
    **dict.fromkeys(("v_proj", "v", "value", "value_proj", "v_lin", "wv"), (("value",),)),
    **dict.fromkeys(("o_proj", "o", "out_lin", "wo_attn", "output_proj"), (("output",),)),
    **dict.fromkeys(("gate_proj", "wi_0", "gate"), (("gate",), ("expert-gate",))),
    **dict.fromkeys(
        (
            "up_proj",
            "wi_1",
            "wi",
            "fc1",
            "c_fc",
            "fc_in",
            "lin1",
            "dense_h_to_4h",
            "up",
            "intermediate",
        ),
        (("up",), ("expert-up",)),
    ),
    **dict.fromkeys(
        ("down_proj", "wo", "fc2", "fc_out", "lin2", "dense_4h_to_h", "down"),
        (("down",), ("expert-down",)),
    ),
    **dict.fromkeys(
        ("qkv_proj", "query_key_value", "wqkv", "qkv", "c_attn", "attn", "attn.attn"), (_ATTENTION,)
    ),
    **dict.fromkeys(("gate_up_proj",), (("gate", "up"),)),
    "out_proj": (("output",), ("state-out",)),
    "dense": (("output",),),
    "proj": (("output",),),
    "in_proj": (("state-in",),),
    "c_proj": (("output",), ("down",)),
    "q_a_proj": (("q-down",),),
    "q_b_proj": (("q-up",),),
    "kv_a_proj_with_mqa": (("kv-down",),),
    "kv_b_proj": (("kv-up",),),
    "w1": (("gate",), ("expert-gate",)),
    "w2": (("down",), ("expert-down",)),
    "w3": (("up",), ("expert-up",)),
    **dict.fromkeys(("lm_head", "output_layer", "embed_out"), (("head",),)),
    **dict.fromkeys(("embed_tokens", "wte", "word_embeddings", "shared"), (("embedding",),)),
}
"""Module names as Transformers spells them, with the roles they hold. A tuple of several roles is one fused matrix: an
adapter beside it has one input side. A name that stands for two modules (`c_proj` is both the attention's and the
feed-forward's output in GPT-2) lists both."""
_QWEN = {"w1": (("up",),), "w2": (("gate",),)}
"""Qwen 1 names its feed-forward matrices the other way round (`modeling_qwen.py`: `a1 * silu(a2)`)."""
SAVED = "+"
"""Before a name: trained whole instead of through an adapter (PEFT's `modules_to_save`)."""


class Target(NamedTuple):
    """A matrix, fused ones as one, that an adapter sits on or that is trained whole."""

    roles: tuple[str, ...]
    inputs: int
    outputs: int
    copies: int
    whole: bool


def targets(arch: Architecture, names: tuple[str, ...]) -> tuple[tuple[Target, ...], str | None]:
    """The matrices that `names` mean in this network, and the first name that means none."""
    every = matrices(arch)
    wanted: dict[tuple[str, ...], bool] = {}
    for name in names:
        here = [roles for roles in _roles(arch, every, name) if _fused(every, roles, False)]
        if not here:
            return (), name
        wanted.update(dict.fromkeys(here, name.startswith(SAVED)))
    found = [target for roles, whole in wanted.items() for target in _fused(every, roles, whole)]
    return tuple(found), None


def _roles(arch: Architecture, every: tuple[Matrix, ...], name: str) -> tuple[tuple[str, ...], ...]:
    """The roles, fused ones together, that a module name stands for in this network."""
    if name == ALL_LINEAR:
        apart = ("embedding", "head", "router")
        return tuple((role,) for role in dict.fromkeys(m.role for m in every) if role not in apart)
    plain = name.lstrip(SAVED).split(".")[-1].lower()
    special = _QWEN if arch.model_type == "qwen" else {}
    known = special.get(plain) or NAMES.get(plain) or ()
    if arch.tied_embeddings:
        return tuple(("embedding",) if roles == ("head",) else roles for roles in known)
    return known


def _fused(every: tuple[Matrix, ...], roles: tuple[str, ...], whole: bool) -> list[Target]:
    """The matrices of one role, or of several in one, matched stack by stack in the order they occur."""
    if len(roles) == 1:
        return [
            Target(roles, m.inputs, m.outputs, m.copies, whole) for m in every if m.role == roles[0]
        ]
    parts = [[m for m in every if m.role == role] for role in roles]
    if not all(parts):
        return []
    return [
        Target(roles, same[0].inputs, sum(m.outputs for m in same), same[0].copies, whole)
        for same in zip(*parts, strict=False)
    ]
