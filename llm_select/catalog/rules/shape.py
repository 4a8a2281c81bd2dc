"""Rules on architectures: LS003, LS004."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject
from llm_select.estimates.parameters import parameter_groups
from llm_select.estimates.shape import ShapeError

_DOT_PRODUCT = ("multi-head", "grouped-query", "multi-query")
_NEEDS = {"latent": "latent", "linear": "state", "state-space": "state"}
_NARROWEST, _WIDEST = 1 / 4, 10
"""Width of all query heads beside the residual stream, in models so far."""
_TOLERANCE = 0.01


def impossible_shape(subject: Subject) -> Iterator[Found]:
    """An architecture contradicts itself.

    ## What it does
    Layer groups must sum to the stack's layers; query heads must be a multiple of key-value heads;
    each kind of token mixer must have the fields it needs; active experts cannot be more than
    there are; the queries' width must be near the hidden size; learned positions need the rows of
    their table, and no others have one; the kind of card must match the stacks it has.

    ## Why it is bad
    Memory, speed and parameter counts follow from the shape: one slip makes all three wrong.

    ## Example
        layers: 32
        attention: [{layers: 30, kind: grouped-query, heads: 32, kv_heads: 5, head_dim: 128}]

    ## Use instead
        layers: 32
        attention: [{layers: 32, kind: grouped-query, heads: 32, kv_heads: 8, head_dim: 128}]
    """
    for key, model in subject.catalog.models.items():
        if model.architecture is not None:
            for path, message, remedy in _architecture(model.architecture, model.kind):
                yield Found("models", key, ("architecture", *path), message, remedy)


def parameter_mismatch(subject: Subject) -> Iterator[Found]:
    """The parameters counted from the shape differ from the stated total by more than 1 %.

    ## What it does
    Recomputes the parameter count from `architecture` and compares it with `parameters.total`,
    unless `architecture.note` says why they differ.

    ## Why it is bad
    One of the two is wrong, or the architecture has a part that the card leaves out.

    ## Example
        parameters: {total: 7000000000}      # a rounded figure; the shape gives 7,241,732,096

    ## Use instead
        parameters: {total: 7241732096}
    """
    for key, model in subject.catalog.models.items():
        architecture, parameters = model.architecture, model.parameters
        if architecture is None or parameters is None:
            continue
        try:
            counted = parameter_groups(architecture).total
        except ShapeError as error:
            yield Found("models", key, ("architecture",), f"cannot be counted: {error.message}")
            continue
        off = counted / parameters.total - 1
        if abs(off) > _TOLERANCE and not architecture.note:
            message = f"the shape gives {counted:,} parameters, {off:+.1%} from the stated total"
            yield Found(
                "models",
                key,
                ("parameters", "total"),
                message,
                "correct the shape or the total, or say why in architecture.note",
            )


_Problem = tuple[Path, str, str | None]


def _architecture(architecture: Any, kind: str) -> Iterator[_Problem]:
    inline = bool(architecture.attention) or architecture.layers is not None
    halves = architecture.encoder is not None or architecture.decoder is not None
    if inline and halves:
        yield (), "has both one stack and an encoder or decoder", "keep one form"
    if not inline and not halves and not architecture.recurrent:
        yield (), "has no layers", "give layers and attention, encoder and decoder, or recurrent"
    if kind == "recurrent" and not architecture.recurrent:
        yield (), "the card is recurrent but has no recurrent piles", "fill `recurrent`"
    if kind == "encoder-decoder" and (architecture.encoder is None or architecture.decoder is None):
        yield (), "the card is an encoder-decoder but lacks a stack", "fill `encoder` and `decoder`"
    if kind in ("decoder", "encoder") and not inline and getattr(architecture, kind) is None:
        yield (
            (),
            f"the card is of kind {kind} but has no stack of its own",
            "fill `layers`, `attention`",
        )
    yield from _positions(architecture)
    if inline:
        if architecture.layers is None:
            yield (), "has layer groups but no count of layers", "add layers"
        else:
            yield from _stack(architecture, (), architecture.hidden_size)
    for name in ("encoder", "decoder"):
        stack = getattr(architecture, name)
        if stack is not None:
            yield from _stack(stack, (name,), architecture.hidden_size)


def _positions(architecture: Any) -> Iterator[_Problem]:
    stacks = (architecture.encoder, architecture.decoder)
    kinds = {stack.position for stack in stacks if stack is not None} | {architecture.position}
    if "learned" in kinds and architecture.max_positions is None:
        remedy = "add max_positions, or position: sinusoidal for a fixed table"
        yield ("position",), "is learned, but the rows of its table are not given", remedy
    if "learned" not in kinds and architecture.max_positions is not None:
        message = f"positions are {architecture.position}, which have no learned table"
        yield ("max_positions",), message, "remove it, or correct position"


def _stack(stack: Any, path: Path, hidden: int) -> Iterator[_Problem]:
    layers = sum(group.layers for group in stack.attention)
    if layers != stack.layers:
        message = f"the groups have {layers} layers, the stack {stack.layers}"
        yield (*path, "attention"), message, "make the groups sum to the layers"
    experts = stack.experts
    if experts is not None:
        if experts.active > experts.count:
            message = f"{experts.active} experts are active but there are {experts.count}"
            yield (*path, "experts", "active"), message, None
        if experts.dense_layers > stack.layers:
            message = f"{experts.dense_layers} dense layers but {stack.layers} layers"
            yield (*path, "experts", "dense_layers"), message, None
        if experts.dense_layers and stack.ffn is None:
            yield (*path, "ffn"), "dense layers need a feed-forward network", "add ffn"
    elif stack.ffn is None and any(
        group.feed_forward and group.ffn is None for group in stack.attention
    ):
        yield path, "has neither ffn nor experts", "add ffn: {size: …, gated: …}"
    for index, group in enumerate(stack.attention):
        for field, message, remedy in _group(group, hidden):
            yield (*path, "attention", index, *field), message, remedy


def _group(group: Any, hidden: int) -> Iterator[_Problem]:
    needed = _NEEDS.get(group.kind)
    if needed is not None and getattr(group, needed) is None and group.parameters is None:
        yield (), f"kind {group.kind} needs the field {needed!r}", f"add {needed}: {{…}}"
    for other in {"latent", "state"} - {needed}:
        if getattr(group, other) is not None:
            yield (other,), f"kind {group.kind} has no {other}", "remove it or correct the kind"
    if group.kind not in _DOT_PRODUCT:
        return
    if group.heads is None:
        yield (), f"kind {group.kind} needs the field 'heads'", "add heads"
        return
    if group.head_dim is None and hidden % group.heads:
        message = f"{group.heads} heads do not divide the hidden size {hidden}"
        yield (), message, "add head_dim"
    kv_heads = group.kv_heads
    if group.kind == "grouped-query" and kv_heads is None:
        yield (), "kind grouped-query needs the field 'kv_heads'", "add kv_heads"
    if kv_heads is not None and group.heads % kv_heads:
        message = f"{group.heads} heads cannot be shared by {kv_heads} key-value heads"
        yield ("kv_heads",), message, "kv_heads divides heads"
    if group.kind == "multi-head" and kv_heads not in (None, group.heads):
        yield (
            ("kv_heads",),
            f"multi-head has {group.heads} key-value heads",
            "or kind: grouped-query",
        )
    if group.kind == "multi-query" and kv_heads not in (None, 1):
        yield ("kv_heads",), "multi-query has one key-value head", "or kind: grouped-query"
    if group.head_dim is not None and group.note is None:
        ratio = group.heads * group.head_dim / hidden
        if not _NARROWEST <= ratio <= _WIDEST:
            message = f"{group.heads} heads of {group.head_dim} beside a hidden size of {hidden}"
            yield (
                ("head_dim",),
                message,
                "check heads, head_dim and hidden_size, or say why in note",
            )
