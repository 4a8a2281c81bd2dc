"""Rules on architectures: LS003, LS004."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject
from llm_select.estimates.parameters import parameter_groups
from llm_select.estimates.shape import ShapeError
from llm_select.messages import Message

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
            yield Found(
                "models",
                key,
                ("architecture",),
                Message("cannot be counted: {message}", message=error.message),
            )
            continue
        off = counted / parameters.total - 1
        if abs(off) > _TOLERANCE and not architecture.note:
            message = Message(
                "the shape gives {counted:,} parameters, {off:+.1%} from the stated total",
                counted=counted,
                off=off,
            )
            yield Found(
                "models",
                key,
                ("parameters", "total"),
                message,
                Message("correct the shape or the total, or say why in architecture.note"),
            )


_Problem = tuple[Path, str, str | None]


def _architecture(architecture: Any, kind: str) -> Iterator[_Problem]:
    inline = bool(architecture.attention) or architecture.layers is not None
    halves = architecture.encoder is not None or architecture.decoder is not None
    if inline and halves:
        yield (), Message("has both one stack and an encoder or decoder"), Message("keep one form")
    if not inline and not halves and not architecture.recurrent:
        yield (
            (),
            Message("has no layers"),
            Message("give layers and attention, encoder and decoder, or recurrent"),
        )
    if kind == "recurrent" and not architecture.recurrent:
        yield (
            (),
            Message("the card is recurrent but has no recurrent piles"),
            Message("fill `recurrent`"),
        )
    if kind == "encoder-decoder" and (architecture.encoder is None or architecture.decoder is None):
        yield (
            (),
            Message("the card is an encoder-decoder but lacks a stack"),
            Message("fill `encoder` and `decoder`"),
        )
    if kind in ("decoder", "encoder") and not inline and getattr(architecture, kind) is None:
        yield (
            (),
            Message("the card is of kind {kind} but has no stack of its own", kind=kind),
            Message("fill `layers`, `attention`"),
        )
    yield from _positions(architecture)
    if inline:
        if architecture.layers is None:
            yield (), Message("has layer groups but no count of layers"), Message("add layers")
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
        remedy = Message("add max_positions, or position: sinusoidal for a fixed table")
        yield ("position",), Message("is learned, but the rows of its table are not given"), remedy
    if "learned" not in kinds and architecture.max_positions is not None:
        message = Message(
            "positions are {position}, which have no learned table", position=architecture.position
        )
        yield ("max_positions",), message, Message("remove it, or correct position")


def _stack(stack: Any, path: Path, hidden: int) -> Iterator[_Problem]:
    layers = sum(group.layers for group in stack.attention)
    if layers != stack.layers:
        message = Message(
            "the groups have {grouped} layers, the stack {layers}",
            grouped=layers,
            layers=stack.layers,
        )
        yield (*path, "attention"), message, Message("make the groups sum to the layers")
    experts = stack.experts
    if experts is not None:
        if experts.active > experts.count:
            message = Message(
                "{active} experts are active but there are {count}",
                active=experts.active,
                count=experts.count,
            )
            yield (*path, "experts", "active"), message, None
        if experts.dense_layers > stack.layers:
            message = Message(
                "{dense_layers} dense layers but {layers} layers",
                dense_layers=experts.dense_layers,
                layers=stack.layers,
            )
            yield (*path, "experts", "dense_layers"), message, None
        if experts.dense_layers and stack.ffn is None:
            yield (
                (*path, "ffn"),
                Message("dense layers need a feed-forward network"),
                Message("add ffn"),
            )
    elif stack.ffn is None and any(
        group.feed_forward and group.ffn is None for group in stack.attention
    ):
        yield path, Message("has neither ffn nor experts"), Message("add ffn: {size: …, gated: …}")
    for index, group in enumerate(stack.attention):
        for field, said, remedy in _group(group, hidden):
            yield (*path, "attention", index, *field), said, remedy


def _group(group: Any, hidden: int) -> Iterator[_Problem]:
    needed = _NEEDS.get(group.kind)
    if needed is not None and getattr(group, needed) is None and group.parameters is None:
        yield (
            (),
            Message("kind {kind} needs the field {needed!r}", kind=group.kind, needed=needed),
            Message("add {needed}: {{…}}", needed=needed),
        )
    for other in {"latent", "state"} - {needed}:
        if getattr(group, other) is not None:
            yield (
                (other,),
                Message("kind {kind} has no {other}", kind=group.kind, other=other),
                Message("remove it or correct the kind"),
            )
    if group.kind not in _DOT_PRODUCT:
        return
    if group.heads is None:
        yield (
            (),
            Message("kind {kind} needs the field 'heads'", kind=group.kind),
            Message("add heads"),
        )
        return
    if group.head_dim is None and hidden % group.heads:
        message = Message(
            "{heads} heads do not divide the hidden size {hidden}", heads=group.heads, hidden=hidden
        )
        yield (), message, Message("add head_dim")
    kv_heads = group.kv_heads
    if group.kind == "grouped-query" and kv_heads is None:
        yield (), Message("kind grouped-query needs the field 'kv_heads'"), Message("add kv_heads")
    if kv_heads is not None and group.heads % kv_heads:
        message = Message(
            "{heads} heads cannot be shared by {kv_heads} key-value heads",
            heads=group.heads,
            kv_heads=kv_heads,
        )
        yield ("kv_heads",), message, Message("kv_heads divides heads")
    if group.kind == "multi-head" and kv_heads not in (None, group.heads):
        yield (
            ("kv_heads",),
            Message("multi-head has {heads} key-value heads", heads=group.heads),
            Message("or kind: grouped-query"),
        )
    if group.kind == "multi-query" and kv_heads not in (None, 1):
        yield (
            ("kv_heads",),
            Message("multi-query has one key-value head"),
            Message("or kind: grouped-query"),
        )
    if group.head_dim is not None and group.note is None:
        ratio = group.heads * group.head_dim / hidden
        if not _NARROWEST <= ratio <= _WIDEST:
            message = Message(
                "{heads} heads of {head_dim} beside a hidden size of {hidden}",
                heads=group.heads,
                head_dim=group.head_dim,
                hidden=hidden,
            )
            yield (
                ("head_dim",),
                message,
                Message("check heads, head_dim and hidden_size, or say why in note"),
            )
