"""Counts of weights that follow from a drafted shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llm_select.catalog.importers.layers import Values
from llm_select.estimates.parameters import active_parameters, parameter_groups

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture


def shape(arch: Values) -> Architecture:
    """The drafted values as the schema's object. Raises pydantic's ValidationError."""
    from llm_select.schema.architecture import Architecture

    return Architecture.model_validate_json(_json(arch), strict=True)


def counts(arch: Values) -> dict[str, int]:
    """`total` and `active` of a drafted shape. Raises ShapeError when it lacks a width."""
    drafted = shape(arch)
    found = parameter_groups(drafted)
    return {"total": found.total, "active": active_parameters(drafted, found)}


def prediction_layers(
    arch: Values,
    layers: int,
    *,
    projections: int,
    norms: int,
    beside: int = 0,
    mixer: Values | None = None,
) -> Values:
    """Extra prediction layers: each a layer like the last of the network (or with this mixer), `projections` squares
    of the hidden width to join token and state, `norms` more normalisations, and `beside`."""
    hidden = arch["hidden_size"]
    one: Values = {
        key: arch[key]
        for key in ("model_type", "hidden_size", "position", "norm", "experts")
        if key in arch
    }
    if "experts" in one:
        one["experts"] = {k: v for k, v in one["experts"].items() if k != "dense_layers"}
    else:
        one["ffn"] = arch["ffn"]
    group = {k: v for k, v in (mixer or arch["attention"][-1]).items() if k != "sparse_index"}
    one.update(
        layers=1,
        vocab_size=1,
        tied_embeddings=True,
        final_norm=False,
        attention=[{**group, "layers": 1}],
    )
    layer = parameter_groups(shape(one)).total - hidden
    return {
        "layers": layers,
        "parameters": layers * (layer + projections * hidden**2 + norms * hidden + beside),
    }


def _json(values: Any) -> str:
    import json

    return json.dumps(values)
