"""How many weights a network has, by tensor group.

The count follows the shape alone, so that it checks a card: it equals the published count exactly for most
models, and a card whose count differs by more than 1 % must say why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.mixers import dot_product, mixer_parameters
from llm_select.estimates.recurrent import recurrent_parameters
from llm_select.estimates.shape import HEAD_KINDS, Role, heads, stacks

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture, Experts, FeedForward, Stack


class ParameterGroups(NamedTuple):
    """Weights by tensor group; `total` is their sum. Extra prediction layers are left out."""

    embedding: int = 0
    """Token table (V × h), counted here also when it is the output head."""
    positions: int = 0
    """Position, token-type and relative-position tables."""
    per_layer_embedding: int = 0
    """Second table read at every layer (Gemma 3n)."""
    output: int = 0
    """Output head when it is not the token table, and a masked-language-model head."""
    attention: int = 0
    """Matrices of the token mixers, cross-attention included."""
    ffn: int = 0
    """Up and gate matrices of the dense feed-forward networks."""
    ffn_down: int = 0
    """Down matrices of the dense feed-forward networks."""
    experts_routed: int = 0
    """Up and gate matrices of all routed experts."""
    experts_down: int = 0
    """Down matrices of all routed experts."""
    experts_shared: int = 0
    """Shared experts, and the projections into and out of the experts' width."""
    router: int = 0
    """Routers and shared-expert gates."""
    norms: int = 0
    """Normalisations, biases and other vectors."""
    recurrent: int = 0
    """Recurrent cells."""
    towers: int = 0
    """Vision and audio encoders."""
    other: int = 0
    """What the card counts without describing; may be negative where layers share weights."""

    @property
    def total(self) -> int:
        """All weights, the tied table once."""
        return sum(self)

    @property
    def layers(self) -> int:
        """Weights inside layers: what an engine splits or offloads by layer."""
        return (
            self.attention
            + self.ffn
            + self.ffn_down
            + self.experts_routed
            + self.experts_down
            + self.experts_shared
            + self.router
            + self.norms
            + self.recurrent
        )

    @property
    def routed(self) -> int:
        """Weights of all routed experts."""
        return self.experts_routed + self.experts_down


def parameter_groups(arch: Architecture) -> ParameterGroups:
    """Weights of the network by tensor group. Raises ShapeError when a width is missing."""
    h, vocab = arch.hidden_size, arch.vocab_size
    norm = _norm(arch, h)
    width = arch.embedding_size or h
    piles = stacks(arch)
    attention = ffn = ffn_down = routed = routed_down = shared = router = norms = positions = 0

    for role, stack in piles:
        for group in stack.attention:
            mixer = mixer_parameters(arch, group)
            attention += group.layers * mixer.matrices
            norms += group.layers * mixer.vectors
        if role == "decoder":
            matrices, vectors = _cross(arch, stack)
            attention += matrices
            norms += vectors + (stack.layers or 0) * norm
        part = _feed_forward(h, stack)
        ffn += part.up
        ffn_down += part.down
        routed += part.routed
        routed_down += part.routed_down
        shared += part.shared
        router += part.router
        norms += part.vectors
        norms += (stack.layers or 0) * arch.norms_per_layer * norm
        norms += norm if arch.final_norm else 0
        norms += _norm(arch, width) if arch.embedding_norm else 0
        positions += _positions(arch, stack, width)
    if not piles and arch.embedding_norm:
        norms += _norm(arch, width)
    if arch.position == "disentangled":
        # DeBERTa's relative table is normalised too (He et al. 2021, arXiv:2111.09543; Transformers `deberta-v2`).
        norms += norm if arch.relative_buckets else 0

    if width != h:
        # ALBERT, ELECTRA: the table is factorised (Lan et al. 2020, arXiv:1909.11942 §3.1).
        norms += h
        ffn += width * h

    output = 0 if arch.tied_embeddings else vocab * width
    if arch.head_layer:
        # BERT's masked-language-model head: dense, normalisation, a bias per vocabulary row (arXiv:1810.04805).
        biased = arch.norm == "layernorm"
        output += h * width + (width if biased else 0) + _norm(arch, width) + vocab

    per_layer = 0
    if arch.per_layer_embedding is not None:
        # Gemma 3n (Transformers `gemma3n`): table, projection from the hidden state, and per layer a gate,
        # a projection back and a normalisation.
        p, layers = arch.per_layer_embedding, sum(stack.layers or 0 for _, stack in piles)
        per_layer = p.vocab_size * p.size * layers
        ffn += h * p.size * layers + 2 * h * p.size * layers
        norms += p.size + layers * norm

    return ParameterGroups(
        embedding=vocab * width,
        positions=positions,
        per_layer_embedding=per_layer,
        output=output,
        attention=attention,
        ffn=ffn,
        ffn_down=ffn_down,
        experts_routed=routed,
        experts_down=routed_down,
        experts_shared=shared,
        router=router,
        norms=norms,
        recurrent=sum(recurrent_parameters(arch, pile) for pile in arch.recurrent),
        towers=sum(tower.parameters for tower in arch.towers),
        other=arch.other_parameters,
    )


def active_parameters(arch: Architecture, groups: ParameterGroups | None = None) -> int:
    """Weights a token passes through: all of them, less the routed experts it does not visit.

    Shazeer et al. 2017, arXiv:1701.06538. The embedding table counts whole, as publishers count it.
    """
    groups = groups or parameter_groups(arch)
    idle = 0
    for _, stack in stacks(arch):
        if stack.experts is not None:
            part = _feed_forward(arch.hidden_size, stack)
            matrices = part.routed + part.routed_down
            idle += matrices - matrices * stack.experts.active // stack.experts.count
    return groups.total - idle


def stack_weights(arch: Architecture, role: Role, stack: Stack | Architecture) -> int:
    """Weights of one stack's token mixers, feed-forward networks and experts."""
    part = _feed_forward(arch.hidden_size, stack)
    mixers = sum(g.layers * sum(mixer_parameters(arch, g)) for g in stack.attention)
    if role == "decoder":
        mixers += sum(_cross(arch, stack))
    return mixers + sum(part)


def mixture_layers(stack: Stack | Architecture) -> int:
    """Layers of the stack that hold experts."""
    if stack.experts is None:
        return 0
    return sum(g.layers for g in stack.attention if g.feed_forward) - stack.experts.dense_layers


class _FeedForwards(NamedTuple):
    up: int = 0
    down: int = 0
    routed: int = 0
    routed_down: int = 0
    shared: int = 0
    router: int = 0
    vectors: int = 0


def _feed_forward(h: int, stack: Stack | Architecture) -> _FeedForwards:
    """Feed-forward networks and experts of a stack: which layers have which."""
    experts = stack.experts
    up = down = vectors = 0
    own = 0
    for group in stack.attention:
        if group.feed_forward and (experts is None or group.ffn is not None):
            a, b, c = _dense(h, group.ffn or stack.ffn)
            up, down, vectors = (
                up + group.layers * a,
                down + group.layers * b,
                vectors + group.layers * c,
            )
            own += group.layers
    if experts is None:
        return _FeedForwards(up, down, vectors=vectors)
    layers = mixture_layers(stack)
    # Layers that keep a dense network: the stated ones less those whose group brings its own, and with
    # `beside_dense` the mixture layers as well.
    dense = max(0, experts.dense_layers + (layers if experts.beside_dense else 0) - own)
    a, b, c = _dense(h, stack.ffn) if dense else (0, 0, 0)
    return _mixture(
        h,
        experts,
        layers,
        _FeedForwards(up + dense * a, down + dense * b, vectors=vectors + dense * c),
    )


def _dense(h: int, ffn: FeedForward | None) -> tuple[int, int, int]:
    """Up (and gate), down, biases. Vaswani et al. 2017 §3.3; gated: Shazeer 2020, arXiv:2002.05202."""
    if ffn is None:
        return 0, 0, 0
    wide = 2 if ffn.gated else 1
    return wide * h * ffn.size, h * ffn.size, (wide * ffn.size + h if ffn.bias else 0)


def _mixture(h: int, e: Experts, layers: int, dense: _FeedForwards) -> _FeedForwards:
    """Experts of `layers` layers. Fedus et al. 2021, arXiv:2101.03961; shared: DeepSeekMoE, arXiv:2401.06066."""
    wide = 2 if e.gated else 1
    inner = e.latent_size or h
    shared = (wide + 1) * h * (e.shared_size or e.size) * int(e.shared)
    shared += 2 * h * inner if e.latent_size else 0
    vectors = (e.count * (wide * e.size + inner) + e.count if e.bias else 0) + (
        e.count if e.router_bias else 0
    )
    return dense._replace(
        routed=layers * e.count * wide * inner * e.size,
        routed_down=layers * e.count * inner * e.size,
        shared=layers * shared,
        router=layers * (e.count * h + (h if e.shared_gate else 0)),
        vectors=dense.vectors + layers * vectors,
    )


def _cross(arch: Architecture, stack: Stack | Architecture) -> tuple[int, int]:
    """Attention of each decoder layer to the source: the widths and biases of its self-attention."""
    for group in stack.attention:
        if group.kind in HEAD_KINDS:
            one = dot_product(arch.hidden_size, heads(arch, group), group)
            return (stack.layers or 0) * one.matrices, (stack.layers or 0) * one.vectors
    return 0, 0


def _positions(arch: Architecture, stack: Stack | Architecture, width: int) -> int:
    """Position and token-type tables of one stack (BART keeps one for each of its two)."""
    kind = getattr(stack, "position", None) or arch.position
    rows = arch.token_types * width
    if kind == "learned":
        rows += (arch.max_positions or 0) * width
    elif kind == "disentangled":
        rows += arch.relative_buckets * arch.hidden_size
    elif arch.relative_buckets:
        # T5: one scalar per bucket and head, in the first layer only (Raffel et al. 2020, arXiv:1910.10683 §2.1).
        rows += arch.relative_buckets * (stack.attention[0].heads or 1)
    return rows


def _norm(arch: Architecture, width: int) -> int:
    """Ba et al. 2016, arXiv:1607.06450 (weight and bias); RMS: Zhang and Sennrich 2019, arXiv:1910.07467."""
    return {"rmsnorm": 1, "layernorm-nobias": 1, "layernorm": 2, "none": 0}[arch.norm] * width
