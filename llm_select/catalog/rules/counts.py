"""Rules on counts that were made of something else: LS018, LS019, LS020."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_select.catalog.rules.found import Found, Subject
from llm_select.estimates.parameters import ParameterGroups, parameter_groups
from llm_select.estimates.shape import ShapeError
from llm_select.messages import Message

_ALIKE = 0.002
"""Relative difference of two counts that are taken for the same."""
_MULTIPLE = 64
"""Rows of embedding tables are padded to a multiple of this, or of a larger power of two."""
_PADDING = 0.02
"""Most rows added to a tokenizer's, as a share."""
_PACKINGS = (
    (8, Message("4-bit weights packed in 32-bit words")),
    (4, Message("8-bit weights packed in 32-bit words")),
    (2, Message("4-bit weights packed in bytes")),
)
_PACKED_ALIKE = 0.06
"""A packed file adds scales and zero points, and leaves out more or less."""


def counted(model: Any) -> ParameterGroups | None:
    """The parameters of a card's shape; None where it has no shape, no total or an impossible one."""
    if model.architecture is None or model.parameters is None:
        return None
    try:
        return parameter_groups(model.architecture)
    except ShapeError:
        return None


def extra_layers_counted(subject: Subject) -> Iterator[Found]:
    """The parameter total includes extra prediction layers.

    ## What it does
    Adds the parameters of `architecture.extra_prediction` (of another card of the family and architecture, where the
    card has none) to the count of the shape, and reports a total that equals the sum rather than the count.

    ## Why it is bad
    Files of a model with multi-token prediction hold layers that an engine need not load. A hub's count of parameters
    has them; memory and speed of the model do not.

    ## Example
        parameters: {total: 684531386000}      # as the hub counts DeepSeek-V3's files

    ## Use instead
        parameters: {total: 671026419200}
        architecture: {extra_prediction: {layers: 1, parameters: 13463422208}, …}
    """
    models: Mapping[str, Any] = subject.catalog.models
    known: dict[tuple[str, str], int] = {}
    for key, model in models.items():
        if model.architecture is not None and model.architecture.extra_prediction is not None:
            line = (key.split("/")[0], model.architecture.model_type)
            known.setdefault(line, model.architecture.extra_prediction.parameters)
    for key, model in models.items():
        groups = counted(model)
        if groups is None:
            continue
        own = model.architecture.extra_prediction
        line = (key.split("/")[0], model.architecture.model_type)
        extra = own.parameters if own is not None else known.get(line, 0)
        total = model.parameters.total
        # The two readings must be told apart: an extra part within rounding says nothing.
        if not extra or extra < 4 * _ALIKE * total:
            continue
        if abs(groups.total + extra - total) <= _ALIKE * total:
            message = Message(
                "{total:,} is the {counted:,} of the shape and {extra:,} of extra prediction layers",
                total=total,
                counted=groups.total,
                extra=extra,
            )
            remedy = Message("write {total} and give extra_prediction", total=total - extra)
            yield Found("models", key, ("parameters", "total"), message, remedy, "warning")


def tokenizer_vocabulary(subject: Subject) -> Iterator[Found]:
    """`vocab_size` is the tokenizer's, not the embedding table's.

    ## What it does
    Computes how many more rows of the embedding table the stated total has room for. It reports a vocabulary that those
    rows, to the last parameter, round up to a multiple of 64.

    ## Why it is bad
    Tables are padded so that they divide over devices. The logits buffer and the table follow the padded width.

    ## Example
        architecture: {vocab_size: 151643, …}      # the tokenizer of Qwen2.5

    ## Use instead
        architecture: {vocab_size: 151936, …}      # vocab_size of config.json
    """
    models: Mapping[str, Any] = subject.catalog.models
    for key, model in models.items():
        groups = counted(model)
        if groups is None:
            continue
        architecture = model.architecture
        width = architecture.embedding_size or architecture.hidden_size
        row = width * (1 if architecture.tied_embeddings else 2)
        rows, rest = divmod(model.parameters.total - groups.total, row)
        padded = architecture.vocab_size + rows
        most = max(1024, _PADDING * architecture.vocab_size)
        if rest == 0 and 0 < rows <= most and padded % _MULTIPLE == 0:
            message = Message("the total is that of a table of {padded} rows", padded=padded)
            remedy = Message("write {padded} if config.json says so", padded=padded)
            yield Found("models", key, ("architecture", "vocab_size"), message, remedy, "warning")


def packed_parameters(subject: Subject) -> Iterator[Found]:
    """The parameter total was counted in packed words.

    ## What it does
    Computes how many stored values a quantized file of the shape has, in the usual packings, and reports a total that
    is near one of them and far from the shape's own count.

    ## Why it is bad
    A hub counts the values in a file's header. A word of a GPTQ, AWQ or MLX file holds four to eight weights, so that a
    model of 7 billion parameters seems to have little more than one.

    ## Example
        parameters: {total: 1246000000}      # read from a GPTQ repository of a 7B model

    ## Use instead
        parameters: {total: 7615616512}      # of the unquantized repository
    """
    models: Mapping[str, Any] = subject.catalog.models
    for key, model in models.items():
        groups = counted(model)
        if groups is None:
            continue
        matrices = (
            groups.attention
            + groups.ffn
            + groups.ffn_down
            + groups.experts_routed
            + groups.experts_down
            + groups.experts_shared
        )
        kept, total = groups.total - matrices, model.parameters.total
        tables = groups.embedding + groups.output
        for fold, how in _PACKINGS:
            # Scales of groups of 64 or 128 weights; MLX packs the tables as well.
            low, high = matrices / fold, matrices * (1 / fold + 1 / 32)
            low += kept - tables + tables / fold
            if low * (1 - _PACKED_ALIKE) <= total <= (high + kept) * (1 + _PACKED_ALIKE) and (
                total < groups.total * 0.8
            ):
                message = Message(
                    "{total:,} looks like {how}: the shape has {counted:,}",
                    total=total,
                    how=how,
                    counted=groups.total,
                )
                remedy = Message("read the unquantized repository")
                yield Found("models", key, ("parameters", "total"), message, remedy, "warning")
                break
