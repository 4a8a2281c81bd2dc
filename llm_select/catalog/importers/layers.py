"""What the families of architectures share: heads, windows, which layers are mixtures, layer groups."""

from __future__ import annotations

from typing import Any

from llm_select.catalog.importers.reading import Fields, kind_of
from llm_select.messages import Message, listed

MAX_LAYERS = 4096
"""Deeper networks are typing errors, and lists of layers are built one by one."""

Values = dict[str, Any]
"""A part of a card as plain values, under the schema's names."""


def layer_count(fields: Fields) -> int:
    """Layers of the only stack."""
    layers = fields.count("num_hidden_layers", "n_layer", "n_layers", "num_layers")
    if layers > MAX_LAYERS:
        fields.fail(
            "num_hidden_layers",
            Message("is {layers}, more than {limit}", layers=layers, limit=MAX_LAYERS),
        )
    return layers


def width(fields: Fields) -> int:
    """Width of the residual stream."""
    return fields.count("hidden_size", "n_embd", "d_model", "dim")


def grouped(layers: list[Values]) -> list[Values]:
    """Alike layers as one group each, in the order of their first appearance."""
    groups: list[Values] = []
    for layer in layers:
        for group in groups:
            if {k: v for k, v in group.items() if k != "layers"} == layer:
                group["layers"] += 1
                break
        else:
            groups.append({"layers": 1, **layer})
    return groups


def head_kind(fields: Fields, heads: int, kv: int) -> str:
    """How queries share keys and values (Shazeer 2019, arXiv:1911.02150; Ainslie et al. 2023, arXiv:2305.13245)."""
    if kv > heads or heads % kv:
        fields.fail(
            "num_key_value_heads",
            Message("is {kv}, which does not divide {heads} heads", kv=kv, heads=heads),
        )
    return "multi-head" if kv == heads else "multi-query" if kv == 1 else "grouped-query"


def attention(
    fields: Fields,
    hidden: int,
    *,
    heads: int | None = None,
    kv: int | None = None,
    dim: int | None = None,
) -> Values:
    """One layer's dot-product attention; what is not given comes from the configuration."""
    heads = heads or fields.count("num_attention_heads", "n_head", "n_heads", "num_heads")
    if kv is None:
        kv = fields.maybe("num_key_value_heads", "num_kv_heads", "n_head_kv") or heads
    stated = dim or fields.maybe("head_dim", "attention_head_dim", "kv_channels")
    if stated is None and hidden % heads:
        fields.fail(
            "num_attention_heads",
            Message(
                "is {heads}, which does not divide the width {hidden}", heads=heads, hidden=hidden
            ),
        )
    return {
        "kind": head_kind(fields, heads, kv),
        "heads": heads,
        "kv_heads": kv,
        "head_dim": stated or hidden // heads,
    }


def context_length(fields: Fields) -> int | None:
    """Positions a configuration states, under the names the field has used."""
    return fields.maybe(
        "max_position_embeddings",
        "n_positions",
        "n_ctx",
        "max_sequence_length",
        "seq_length",
        "max_seq_len",
    )


def layer_types(fields: Fields, layers: int, known: tuple[str, ...]) -> list[str] | None:
    """`layer_types`, each of which must be known; None when the configuration has none."""
    types = fields.items("layer_types", layers)
    for one in types or ():
        if one not in known:
            fields.fail(
                "layer_types",
                Message("has {given}", given=kind_of(one)),
                Message("this architecture is known with {known}", known=listed(known)),
            )
    return types


def windows(fields: Fields, layers: int, rule: str) -> list[int | None]:
    """Tokens each layer sees, None for all, by the rule of the architecture:

    `none`: no layer has a window; `all`: every layer, when `sliding_window` is given; `switch`: none unless
    `use_sliding_window`, then the layers from `max_window_layers` on (Qwen2); `alternate`: every other layer, the
    first included (Gemma 2); `pattern`: all but every n-th (Gemma 3, Cohere 2). `layer_types` overrules them.
    """
    size = fields.some("sliding_window", "sliding_window_size") or None
    on = fields.flag("use_sliding_window", rule != "switch")
    first = fields.some("max_window_layers")
    pattern = fields.maybe("sliding_window_pattern", "_sliding_window_pattern")
    types = layer_types(fields, layers, ("full_attention", "sliding_attention"))
    native = context_length(fields)
    if size is not None and native is not None and size >= native:
        size = None  # never bites (Phi-3)
    if not on or size is None:
        return [None] * layers
    if types is not None:
        return [size if one == "sliding_attention" else None for one in types]
    if rule == "none":
        fields.fail("sliding_window", Message("is not known for this architecture"))
    if rule == "switch":
        return [size if i >= first else None for i in range(layers)]
    if rule == "alternate":
        return [None if i % 2 else size for i in range(layers)]
    if rule == "pattern":
        if pattern is None:
            fields.fail("sliding_window_pattern", Message("is missing beside sliding_window"))
        return [size if (i + 1) % pattern else None for i in range(layers)]
    return [size] * layers


def sparse_layers(fields: Fields, layers: int) -> list[bool]:
    """Which layers are mixtures, by any of the ways in which configurations say so. All, when none says."""
    sparse = [True] * layers
    first = fields.some("first_k_dense_replace")
    sparse[:first] = [False] * min(first, layers)
    every = fields.maybe("decoder_sparse_step", "moe_every_n_layers")
    if every is not None:
        sparse = [is_on and not (i + 1) % every for i, is_on in enumerate(sparse)]
    for index in fields.items("mlp_only_layers") or ():
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < layers:
            fields.fail(
                "mlp_only_layers", Message("has {given}, which is no layer", given=kind_of(index))
            )
        sparse[index] = False
    rate = fields.get("moe_layer_freq")
    if isinstance(rate, list):
        fields.items("moe_layer_freq", layers)
        if not all(one in (0, 1) for one in rate):
            fields.fail("moe_layer_freq", Message("has other values than 0 and 1"))
        sparse = [one == 1 for one in rate]
    elif rate is not None:
        step = fields.count("moe_layer_freq")
        sparse = [is_on and not i % step for i, is_on in enumerate(sparse)]
    kinds = fields.items("mlp_layer_types", layers)
    if kinds is not None:
        if not all(one in ("dense", "sparse") for one in kinds):
            fields.fail("mlp_layer_types", Message("has other values than dense and sparse"))
        sparse = [one == "sparse" for one in kinds]
    return sparse


def experts(
    fields: Fields, layers: int, *, sparse: list[bool] | None = None, **more: Any
) -> Values | None:
    """The mixture, or None when the configuration has no experts. `more` overrules what it says."""
    count = fields.maybe("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
    if count is None:
        return None
    active = fields.count(
        "num_experts_per_tok",
        "experts_per_token",
        "num_experts_per_token",
        "top_k_experts",
        "moe_topk",
        "moe_k",
    )
    if active > count:
        fields.fail(
            "num_experts_per_tok",
            Message("is {active}, more than the {count} experts", active=active, count=count),
        )
    sparse = sparse if sparse is not None else sparse_layers(fields, layers)
    size = fields.count(
        "moe_intermediate_size", "expert_intermediate_size", "intermediate_size", "ffn_hidden_size"
    )
    shared = fields.some("n_shared_experts", "num_shared_experts")
    shared_size = fields.some(
        "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "share_expert_dim",
        "shared_intermediate_size",
    )  # fmt: skip
    found: Values = {"count": count, "active": active, "size": size}
    if shared_size and not shared:
        shared = 1
    if shared:
        found["shared"] = shared
        if shared_size and shared_size != size:
            found["shared_size"] = shared_size
    dense = layers - sum(sparse)
    if dense:
        found["dense_layers"] = dense
    found.update(more)
    return {key: value for key, value in found.items() if value not in (None, False, 0)}


def needed_experts(
    fields: Fields, layers: int, *, sparse: list[bool] | None = None, **more: Any
) -> Values:
    """The experts of an architecture that always has them."""
    found = experts(fields, layers, sparse=sparse, **more)
    if found is None:
        fields.fail("num_experts", Message("is missing"), Message("this architecture is a mixture"))
    return found
