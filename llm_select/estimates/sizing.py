"""What every estimate of one model shares, computed once: pass it on instead of recomputing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.kv_cache import CacheShape, cache_shape
from llm_select.estimates.parameters import (
    ParameterGroups,
    active_parameters,
    mixture_layers,
    parameter_groups,
    stack_weights,
)
from llm_select.estimates.shape import (
    HEAD_KINDS,
    ShapeError,
    cross_attention,
    heads,
    layer_count,
    stacks,
)
from llm_select.estimates.tensors import RULED, WIDE, Matrices, matrices, traits
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture
    from llm_select.schema.model import Model


class Sizing(NamedTuple):
    """Sizes of one model, independent of format, engine and machine."""

    parameters: ParameterGroups
    active: int
    """Weights a token passes through, embedding included."""
    cache: CacheShape
    layers: int
    """Layers of all stacks."""
    decode_layers: int
    """Layers a generated token passes."""
    encoder_share: float
    """Share of the layers' weights that only read the source (an encoder's)."""
    hidden: int
    vocab: int
    inner: int
    """Width of a token's widest feed-forward intermediate: the dense network's, or the visited experts' together."""
    matrices: int
    """Intermediates of that width alive at once besides the input: 2 gated, 1 not."""
    experts_active: int
    """Experts a token visits, shared ones included; 0 when dense."""
    expert_count: int
    """Routed experts of a layer; 0 when dense."""
    expert_visits: int
    """Routed experts a token visits."""
    expert_size: int
    """Width of one routed expert's intermediate; 0 when dense."""
    heads: int
    """Most query heads of a layer; 0 without dot-product attention."""
    query_width: int
    """Widest query projection."""
    attention: tuple[tuple[int, int], ...]
    """(multiplications per token and attended position, window or 0), summed over layers."""
    cross_attention: int
    """The same for attention to the source."""
    head_dim: int
    """Width of a head with rotary positions."""
    native_context: int
    """Tokens the checkpoint was trained for; 0 when the card does not say."""
    tied: bool
    generates: bool
    """False for an encoder: it reads only."""
    has_source: bool
    """True for an encoder-decoder."""
    extra_parameters: int
    """Extra prediction layers: in the files, not loaded."""
    model_type: str
    writes_scores: bool = False
    """True where Transformers has no fused attention: sinks (`gpt_oss` sets `_supports_sdpa = False`), DeBERTa."""
    tensors: tuple[Matrices, ...] = ()
    """Matrices inside layers, by what a format's rules tell apart."""
    ruled: tuple[Matrices, ...] = ()
    """Those of them that rules name."""
    width: int = 256
    """Width of the token table's rows."""
    narrow: bool = False
    """True when some rows are not whole super-blocks of 256 weights."""
    traits: tuple[str, ...] = ()
    """What rules ask of a model."""


def sizing(model: Model) -> Sizing:
    """Sizes of a model. Raises ShapeError when its card has no architecture or lacks a width."""
    arch = model.architecture
    if arch is None:
        raise ShapeError(Message("the card has no architecture"))
    return architecture_sizing(
        arch,
        generates=model.kind != "encoder",
        native_context=model.context.native if model.context is not None else 0,
    )


def architecture_sizing(
    arch: Architecture, *, generates: bool = True, native_context: int = 0
) -> Sizing:
    """Sizes of an architecture; `generates=False` for an encoder."""
    parameters = parameter_groups(arch)
    piles = stacks(arch)
    inner, gated, visits, count, active, expert_size = 0, False, 0, 0, 0, 0
    head_count = query_width = 0
    attention: dict[int, int] = {}
    for _, stack in piles:
        for ffn in (stack.ffn, *(g.ffn for g in stack.attention)):
            if ffn is not None and ffn.size > inner:
                inner, gated = ffn.size, ffn.gated
        if stack.experts is not None and mixture_layers(stack) > 0:
            e = stack.experts
            width = e.active * e.size + int(e.shared) * (e.shared_size or e.size)
            if width > inner:
                inner, gated = width, e.gated
            visits, count, active = e.active, e.count, max(active, e.active + int(e.shared))
            expert_size = e.size
        for group in stack.attention:
            if group.kind in HEAD_KINDS:
                w = heads(arch, group)
                head_count, query_width = (
                    max(head_count, w.query),
                    max(query_width, w.query * w.key_dim),
                )
                # Scores and their mix with the values (Kaplan et al. 2020, arXiv:2001.08361 table 1).
                products = group.layers * w.query * (w.key_dim + w.value_dim)
            elif group.kind == "latent" and group.latent is not None and group.heads is not None:
                m = group.latent
                head_count = max(head_count, group.heads)
                query_width = max(query_width, group.heads * (m.kv_rank + m.rope_dim))
                products = group.layers * group.heads * (m.nope_dim + m.rope_dim + m.value_dim)
            else:
                continue
            attention[group.window or 0] = attention.get(group.window or 0, 0) + products
    cross = cross_attention(arch)
    by_role = {role: stack_weights(arch, role, stack) for role, stack in piles}
    reads = by_role.get("encoder", 0)
    encoder_layers = (
        arch.encoder.layers if arch.encoder is not None and arch.decoder is not None else 0
    )
    layers = layer_count(arch)
    parts = matrices(arch, parameters)
    return Sizing(
        parameters=parameters,
        active=active_parameters(arch, parameters),
        cache=cache_shape(arch, causal=generates),
        layers=layers,
        decode_layers=layers - encoder_layers,
        encoder_share=reads / max(1, sum(by_role.values())),
        hidden=arch.hidden_size,
        vocab=arch.vocab_size,
        inner=inner,
        matrices=2 if gated else 1,
        experts_active=active,
        expert_count=count,
        expert_visits=visits,
        expert_size=expert_size,
        heads=head_count,
        query_width=query_width,
        attention=tuple((v, k) for k, v in attention.items()),
        cross_attention=cross[0] * cross[1].query * (cross[1].key_dim + cross[1].value_dim)
        if cross
        else 0,
        head_dim=query_width // head_count if head_count else 0,
        native_context=native_context,
        tied=arch.tied_embeddings,
        generates=generates,
        has_source=cross is not None,
        extra_parameters=arch.extra_prediction.parameters
        if arch.extra_prediction is not None
        else 0,
        model_type=arch.model_type,
        writes_scores=arch.position == "disentangled"
        or any(group.sinks for _, stack in piles for group in stack.attention),
        tensors=parts,
        ruled=tuple(m for m in parts if m.network or m.kind in RULED),
        width=arch.embedding_size or arch.hidden_size,
        narrow=any(m.row % WIDE for m in parts),
        traits=traits(arch),
    )
