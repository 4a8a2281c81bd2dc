"""Walks over an architecture: its stacks, its layer groups and the widths a card may leave to the rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from llm_select.errors import LlmSelectError
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture, LayerGroup, Stack

Role = Literal["only", "encoder", "decoder"]
HEAD_KINDS = ("multi-head", "grouped-query", "multi-query")
STATE_KINDS = ("linear", "state-space")


class ShapeError(LlmSelectError):
    """An architecture that lacks a width an estimate needs; the message names the field."""


class Heads(NamedTuple):
    """Widths of dot-product attention, with the card's gaps filled by the rule."""

    query: int
    """Query heads."""
    kv: int
    """Key-value heads."""
    key_dim: int
    """Width of a query or key head."""
    value_dim: int
    """Width of a value head."""


def stacks(arch: Architecture) -> tuple[tuple[Role, Stack | Architecture], ...]:
    """The stacks with their role. An inline stack is the architecture itself: it has `layers`,
    `attention`, `ffn` and `experts` like any other. A recurrent network has none."""
    if arch.encoder is not None and arch.decoder is not None:
        return (("encoder", arch.encoder), ("decoder", arch.decoder))
    if arch.encoder is not None:
        return (("only", arch.encoder),)
    if arch.decoder is not None:
        return (("only", arch.decoder),)
    return (("only", arch),) if arch.layers is not None else ()


def layer_count(arch: Architecture) -> int:
    """Layers of all stacks and recurrent piles."""
    return sum(stack.layers or 0 for _, stack in stacks(arch)) + sum(
        r.layers for r in arch.recurrent
    )


def groups(arch: Architecture) -> Iterator[tuple[Role, LayerGroup]]:
    """Every layer group with the role of its stack."""
    for role, stack in stacks(arch):
        for group in stack.attention:
            yield role, group


def heads(arch: Architecture, group: LayerGroup) -> Heads:
    """Widths of a dot-product attention group.

    Transformers' configs leave `head_dim` out when it is hidden_size / heads, and `kv_heads` when it equals
    `heads` (multi-head) or is 1 (multi-query). Raises ShapeError for anything else that is missing.
    """
    if group.heads is None:
        raise ShapeError(Message("a {kind} layer group has no `heads`", kind=group.kind))
    key_dim = group.head_dim or arch.hidden_size // group.heads
    kv = group.kv_heads
    if kv is None:
        if group.kind == "grouped-query":
            raise ShapeError(Message("a grouped-query layer group has no `kv_heads`"))
        kv = 1 if group.kind == "multi-query" else group.heads
    return Heads(group.heads, kv, key_dim, group.value_dim or key_dim)


def cross_attention(arch: Architecture) -> tuple[int, Heads] | None:
    """Decoder layers of an encoder-decoder and the widths of their attention to the source, which are
    those of the decoder's self-attention (Vaswani et al. 2017, arXiv:1706.03762 §3.2.3); None otherwise."""
    for role, stack in stacks(arch):
        if role == "decoder":
            for group in stack.attention:
                if group.kind in HEAD_KINDS:
                    return stack.layers or 0, heads(arch, group)
    return None


def need(value: int | None, field: str) -> int:
    """The value, or a ShapeError naming the field."""
    if value is None:
        raise ShapeError(Message("the architecture has no `{field}`", field=field))
    return value
