"""What the backward pass needs of the forward pass: bytes that a layer keeps for each token.

Counted tensor by tensor as automatic differentiation keeps them, after Korthikanti et al. 2022 (arXiv:2205.05198 §4),
but for gated feed-forward networks, grouped keys, attention without written scores, and weights that may be frozen:
the input of a matrix is kept only when the matrix, or an adapter beside it, is trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.matrices import Matrix, Target
from llm_select.estimates.parameters import mixture_layers
from llm_select.estimates.shape import HEAD_KINDS, cross_attention, heads, stacks

if TYPE_CHECKING:
    from llm_select.estimates.trainers import Trainer
    from llm_select.schema.architecture import Architecture, FeedForward, LayerGroup, Stack


class Kept(NamedTuple):
    """Bytes for each token."""

    layers: float
    """Kept by all layers together without recomputation."""
    widest: float
    """Kept by the layer that keeps most."""
    gradients: float
    """Gradients in flight inside that layer."""
    inputs: float
    """Inputs of the layers: what recomputation keeps."""
    scores: float
    """For each token and each token it attends to, in the layer that keeps most: written attention scores."""
    all_scores: float
    """The same for all layers together."""


class Copies(NamedTuple):
    """What a method keeps beside each matrix it sits on, in values."""

    inputs: int = 1
    """Copies of the input."""
    outputs: int = 0
    """Tensors as wide as the output."""
    down: int = 0
    """32-bit copies of a down projection's input."""
    weights: int = 0
    """Tensors as large as the matrix itself, whatever the number of tokens."""


COPIES = {
    "dora": Copies(1, 2, weights=1),
    "adalora": Copies(1, 1),
    "vera": Copies(0, 1),
    "ia3": Copies(0, 1, down=1),
    "loha": Copies(1, weights=1),
    "boft": Copies(2),
}
"""Where it is not one copy of the input. Read off a profile of PEFT 0.21 (`benchmarks/saved_activations.py`)."""


class Mode(NamedTuple):
    """How the network is trained."""

    trained: bool
    """True when the network's own matrices are trained."""
    targets: tuple[Target, ...]
    """Matrices with an adapter."""
    rank: int
    copies: Copies
    """What the method keeps beside a target."""
    value_bytes: float
    """Bytes of an activation."""
    residual_bytes: float
    """Bytes of the residual stream."""
    layernorm_bytes: float
    """Bytes of a layer normalisation's input: autocast runs it in 32 bits."""
    repeats: bool
    """True when grouped keys and values are repeated for every head."""


FUSED = ("gpt_neox", "phi3", "qwen", "chatglm")
"""Model types whose Transformers code projects queries, keys and values at once and rotates the first two."""
PYTHON_GELU = ("gpt2", "gptj", "phi", "codegen", "gpt_neo")
"""Model types whose Transformers code writes the tanh form of GELU out (`NewGELUActivation`): four tensors are kept."""
RELU = ("opt", "m2m_100", "nllb-moe")
"""Model types whose feed-forward network is rectified."""
SOFTCAPPED = ("gemma2",)
"""Model types whose scores are capped by a hyperbolic tangent, which is kept too."""

_INPUT_OF = {
    "query": "mixer", "key": "mixer", "value": "mixer", "q-down": "mixer", "kv-down": "mixer",
    "state-in": "mixer", "gate": "ffn", "up": "ffn", "router": "ffn",
    "expert-gate": "expert", "expert-up": "expert", "down": "down", "expert-down": "expert-down",
    "output": "output", "state-out": "output", "q-up": "q-up", "kv-up": "kv-up",
}  # fmt: skip
"""Which tensor a matrix reads: those with the same one share what is kept."""


def kept(arch: Architecture, trainer: Trainer, mode: Mode) -> Kept:
    """Bytes the layers keep. Layers whose tensors the card does not describe count as their inputs and outputs."""
    total = inputs = all_scores = 0.0
    widest = gradients = scores = 0.0
    cross = cross_attention(arch)
    for role, stack in stacks(arch):
        ffn_layers, ffn_bytes, ffn_grads = _feed_forwards(arch, stack, trainer, mode)
        for group in stack.attention:
            mixer, written, width = _mixer(arch, group, trainer, mode)
            norms = _norms(arch, mode)
            ffn = ffn_bytes if group.feed_forward and ffn_layers else 0.0
            if group.ffn is not None:
                ffn, ffn_grads = _dense(arch, group.ffn, trainer, mode)
            layer = mixer + norms + ffn
            if role == "decoder" and cross is not None:
                w = cross[1]
                layer += mode.value_bytes * (
                    2 * w.query * w.key_dim + 2 * w.kv * w.value_dim + arch.hidden_size
                )
            total += group.layers * layer
            all_scores += group.layers * written
            inputs += group.layers * mode.residual_bytes * arch.hidden_size
            moving = (
                max(ffn_grads, mode.value_bytes * 2 * width)
                + 2 * mode.value_bytes * arch.hidden_size
            )
            if layer + moving > widest + gradients:
                widest, gradients = layer, moving
            scores = max(scores, written)
    return Kept(total, widest, gradients, inputs, scores, all_scores)


def _norms(arch: Architecture, mode: Mode) -> float:
    """Normalisations of a layer.

    RMS normalisation written in Python computes in 32 bits and keeps that copy, and the scaled copy when its weight is
    trained (Transformers `LlamaRMSNorm`; Gemma's scales in 32 bits too); PyTorch's layer normalisation keeps its input.
    """
    h = arch.hidden_size
    if arch.norm == "none":
        return 0.0
    if arch.norm == "rmsnorm":
        scaled = 4.0 if arch.model_type.startswith("gemma") else mode.residual_bytes
        return arch.norms_per_layer * h * (4.0 + (scaled if mode.trained else 0.0))
    return arch.norms_per_layer * h * mode.layernorm_bytes


def _mixer(
    arch: Architecture, group: LayerGroup, trainer: Trainer, mode: Mode
) -> tuple[float, float, int]:
    """Bytes a token mixer keeps for each token, bytes for each pair of tokens, and its width."""
    v, h = mode.value_bytes, arch.hidden_size
    if group.kind in HEAD_KINDS:
        w = heads(arch, group)
        query, mixed = w.query * w.key_dim, w.query * w.value_dim
        times = w.query // w.kv if mode.repeats or trainer.repeats_keys else 1
        keys = w.kv * (w.key_dim + w.value_dim) * times
        kept = v * (query + keys + mixed) + 4.0 * w.query
        fused = v == 2 if trainer.fused_projection else arch.model_type in FUSED
        if fused:
            # Values stay a view of the joint projection, so all of it is held beside the rotated queries and keys.
            kept += v * (query + w.kv * w.key_dim)
        if group.qk_norm != "none":
            heads_in = query + w.kv * w.key_dim
            kept += heads_in * (4.0 + (v if mode.trained else 0.0))
        written = 0.0
        if arch.model_type in SOFTCAPPED:
            written = (4.0 + 2 * v) * w.query
        elif arch.position == "disentangled" or group.sinks or arch.relative_buckets:
            # Scores are written out: softmax in 32 bits and a copy (`eager_attention_forward`).
            written = (4.0 + v) * w.query
        bytes_in = _inputs(mode, trainer, {"mixer": h, "output": 0}, _roles(group))
        return kept + bytes_in, written, query
    if group.kind == "latent" and group.latent is not None and group.heads is not None:
        m = group.latent
        wide = group.heads * (m.nope_dim + m.rope_dim)
        value = group.heads * m.value_dim
        kept = v * (2 * wide + 2 * value) + 4.0 * ((m.q_rank or 0) + m.kv_rank)
        widths = {"mixer": h, "output": value, "q-up": m.q_rank or 0, "kv-up": m.kv_rank}
        return kept + _inputs(mode, trainer, widths, _roles(group)), 0.0, wide
    if group.state is not None:
        s = group.state
        inner = s.inner_size or (s.heads or 1) * (s.head_dim or h)
        # Projection, convolution, scan input and output; the scan's states are recomputed (arXiv:2312.00752 §3.3.2).
        return (
            v * 6 * inner + _inputs(mode, trainer, {"mixer": h, "output": inner}, _roles(group)),
            0.0,
            inner,
        )
    return 0.0, 0.0, h


def _roles(group: LayerGroup) -> tuple[str, ...]:
    if group.kind == "latent":
        return ("query", "q-down", "q-up", "kv-down", "kv-up", "output")
    if group.kind in HEAD_KINDS:
        return ("query", "key", "value", "output")
    return ("state-in", "state-out")


def _feed_forwards(
    arch: Architecture, stack: Stack | Architecture, trainer: Trainer, mode: Mode
) -> tuple[int, float, float]:
    """Layers with a feed-forward network, bytes a mean one keeps, and gradients in flight."""
    experts = stack.experts
    layers = sum(g.layers for g in stack.attention if g.feed_forward)
    if experts is None:
        return (layers, *_dense(arch, stack.ffn, trainer, mode))
    mixed = mixture_layers(stack)
    visits = experts.active
    h = experts.latent_size or arch.hidden_size
    one, moving = _network(h, experts.size, experts.gated, "expert", trainer, mode)
    # A token's state is gathered for each expert it visits, and each expert's output is kept to be weighted.
    held = visits * (one + 2 * mode.value_bytes * h) + 4.0 * experts.count
    if experts.shared:
        held += _network(
            h,
            int(experts.shared) * (experts.shared_size or experts.size),
            experts.gated,
            "",
            trainer,
            mode,
        )[0]
    dense, dense_moving = _dense(arch, stack.ffn, trainer, mode)
    mean = (mixed * held + max(0, layers - mixed) * dense) / max(1, layers)
    # Experts follow one another, each with its share of the tokens.
    return layers, mean, max(visits * moving / experts.count, dense_moving)


def _dense(
    arch: Architecture, ffn: FeedForward | None, trainer: Trainer, mode: Mode
) -> tuple[float, float]:
    if ffn is None:
        return 0.0, 0.0
    kept, moving = _network(arch.hidden_size, ffn.size, ffn.gated, "", trainer, mode)
    if arch.model_type in PYTHON_GELU and not trainer.fused_projection:
        kept += 3 * mode.value_bytes * ffn.size
    if arch.model_type in RELU and mode.trained:
        # The rectifier keeps its output, which is what the next matrix reads.
        kept -= mode.value_bytes * ffn.size
    return kept, moving


def _network(
    h: int, size: int, gated: bool, prefix: str, trainer: Trainer, mode: Mode
) -> tuple[float, float]:
    """A feed-forward network: the activation keeps its input; a gate keeps both factors of the product."""
    v = mode.value_bytes
    kept = v * size * (3 if gated else 1)
    names = ("expert-gate", "expert-up", "expert-down") if prefix else ("gate", "up", "down")
    widths = {"ffn": h, "expert": h, "down": size, "expert-down": size}
    return kept + _inputs(mode, trainer, widths, names), v * size * 2


def _inputs(mode: Mode, trainer: Trainer, widths: dict[str, int], roles: tuple[str, ...]) -> float:
    """Inputs kept because a matrix, or an adapter beside it, is trained. A width of 0 is kept anyway."""
    v = mode.value_bytes
    if mode.trained:
        return v * sum(
            widths[slot]
            for slot in {_INPUT_OF[r] for r in roles if r in _INPUT_OF}
            if slot in widths
        )
    held = 0.0
    shared: set[str] = set()
    for target in mode.targets:
        if target.roles[0] not in roles:
            continue
        slot = _INPUT_OF[target.roles[0]]
        if target.whole or trainer.input_copies == "shared":
            shared.add(slot)
            continue
        # An adapter in another type reads a copy of its own, dropout makes one and a mask.
        held += (
            mode.copies.inputs
            * target.inputs
            * (v + 1.0 if trainer.input_copies == "dropout" else v)
        )
        if target.roles[0] == "down":
            held += 4.0 * mode.copies.down * target.inputs
        held += v * (mode.copies.outputs * target.outputs + mode.rank)
    return held + v * sum(widths.get(slot, 0) for slot in shared)


def largest_matrix(matrices: tuple[Matrix, ...]) -> int:
    """Weights of the largest matrix inside layers."""
    return max(
        (m.inputs * m.outputs for m in matrices if m.role not in ("embedding", "head")), default=0
    )
