"""Mixtures whose layers need more than a row of `decoders`: Llama 4, Gemma 4, MiniMax-M3, MiMo-V2."""

from __future__ import annotations

from llm_select.catalog.importers.layers import (
    Values,
    attention,
    experts,
    grouped,
    layer_count,
    layer_types,
    needed_experts,
    sparse_layers,
    width,
)
from llm_select.catalog.importers.reading import Fields
from llm_select.messages import Message


def _frame(fields: Fields, model_type: str, tied: bool = False) -> Values:
    return {
        "model_type": model_type,
        "layers": layer_count(fields),
        "hidden_size": width(fields),
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": fields.flag("tie_word_embeddings", tied),
        "position": "rope",
    }


def llama4(fields: Fields, model_type: str) -> Values:
    """Llama 4: chunked attention but in every fourth layer, experts in every n-th with one shared."""
    arch = _frame(fields, model_type)
    layers, hidden = arch["layers"], arch["hidden_size"]
    one = attention(fields, hidden)
    if fields.flag("attention_bias"):
        one["bias"] = "all"
    chunk = fields.count("attention_chunk_size")
    types = layer_types(fields, layers, ("chunked_attention", "full_attention"))
    marked = fields.items("no_rope_layers") or []
    full = (
        [kind == "full_attention" for kind in types]
        if types
        else [not (i + 1) % 4 for i in range(layers)]
    )
    if marked and len(marked) == layers and not types:
        full = [not rotary for rotary in marked]
    arch["attention"] = grouped([one if whole else {**one, "window": chunk} for whole in full])
    step = fields.maybe("interleave_moe_layer_step") or 1
    listed = fields.items("moe_layers")
    sparse = listed if listed is not None else [i for i in range(layers) if not (i + 1) % step]
    dense = layers - len(sparse)
    arch["experts"] = needed_experts(fields, layers, shared=1, dense_layers=dense)
    if dense:
        arch["ffn"] = {"size": fields.count("intermediate_size_mlp"), "gated": True}
    fields.skip(
        "intermediate_size_mlp", "use_qk_norm", "no_rope_layer_interval"
    )  # its normalisation of queries and keys has no weights
    return arch


def gemma4(fields: Fields, model_type: str) -> Values:
    """Gemma 4: windows and global layers of different heads, global keys as values, experts beside the network."""
    arch = _frame(fields, model_type, tied=True)
    layers, hidden = arch["layers"], arch["hidden_size"]
    types = layer_types(fields, layers, ("sliding_attention", "full_attention"))
    if types is None:
        fields.fail("layer_types", Message("is missing"))
    near = {
        **attention(fields, hidden),
        "window": fields.count("sliding_window"),
        "qk_norm": "head",
    }
    same = fields.flag("attention_k_eq_v")
    kv = fields.maybe("num_global_key_value_heads") if same else None
    far = {
        **attention(fields, hidden, kv=kv, dim=_global_width(fields, types)),
        "qk_norm": "head",
    }
    if same:
        far["key_is_value"] = True
    fields.skip("num_global_key_value_heads")
    shared = fields.some("num_kv_shared_layers")
    built = [near if kind == "sliding_attention" else far for kind in types]
    built[layers - shared :] = [{**one, "reuses_cache": True} for one in built[layers - shared :]]
    arch["attention"] = grouped(built)
    arch["ffn"] = {"size": fields.count("intermediate_size"), "gated": True}
    if fields.flag("use_double_wide_mlp"):
        fields.fail("use_double_wide_mlp", Message("is true: which layers are wider is not known"))
    arch["norms_per_layer"] = 4
    arch["other_parameters"] = layers
    arch["note"] = "Other parameters are one output scale per layer."
    if fields.flag("enable_moe_block"):
        mixture = experts(fields, layers, beside_dense=True)
        if mixture is None:
            fields.fail("num_experts", Message("is missing"), Message("enable_moe_block is true"))
        arch["experts"] = mixture
        arch["norms_per_layer"] = 7
        arch["other_parameters"] = layers * (1 + hidden + mixture["count"])
        arch["note"] = (
            "Other parameters are one output scale per layer and the scales of its router and experts."
        )
    fields.skip(
        "num_experts", "top_k_experts", "moe_intermediate_size", "use_bidirectional_attention"
    )
    per_layer = fields.some("hidden_size_per_layer_input")
    rows = fields.maybe("vocab_size_per_layer_input")
    if per_layer:
        arch["per_layer_embedding"] = {"vocab_size": rows or arch["vocab_size"], "size": per_layer}
    return arch


def _global_width(fields: Fields, types: list[str]) -> int | None:
    """Width of global heads: `global_head_dim`, which Transformers 5 writes for each of their layers instead."""
    stated = fields.maybe("global_head_dim")
    own = fields.child("per_layer_config")
    for index, values in own.values.items() if own is not None else ():
        layer = int(index) if index.isdecimal() and len(index) < 6 else len(types)
        given = Fields(
            values if isinstance(values, dict) else {}, fields.where, "per_layer_config."
        )
        dim = given.maybe("head_dim")
        whole = layer < len(types) and types[layer] == "full_attention" and not given.unread()
        if dim is None or not whole or stated not in (None, dim):
            fields.fail(
                "per_layer_config", Message("says something else than the width of global heads")
            )
        stated = dim
    return stated


def minimax_m3(fields: Fields, model_type: str) -> Values:
    """MiniMax-M3: grouped-query attention that reads chosen blocks, dense first layers, one shared expert."""
    arch = _frame(fields, model_type)
    layers, hidden = arch["layers"], arch["hidden_size"]
    one = {**attention(fields, hidden), "qk_norm": "head"}
    if fields.text("qk_norm_type") not in (None, "per_head"):
        fields.fail("qk_norm_type", Message("is not per_head"))
    fields.skip("use_qk_norm")
    if fields.flag("attention_output_gate"):
        one["output_gate"] = True
    chosen = _sparse_blocks(fields, layers, hidden, one)
    arch["attention"] = grouped(chosen)
    mixture = experts(fields, layers, router_bias=fields.flag("use_routing_bias") or None)
    if mixture is None:
        fields.fail("num_local_experts", Message("is missing"))
    arch["experts"] = mixture
    if mixture.get("dense_layers"):
        arch["ffn"] = {"size": fields.count("dense_intermediate_size"), "gated": True}
    return arch


def _sparse_blocks(fields: Fields, layers: int, hidden: int, one: Values) -> list[Values]:
    """Layers with an index of queries and one key, from which blocks of the context are chosen."""
    config = fields.child("sparse_attention_config")
    if config is None or not config.flag("use_sparse_attention"):
        return [one] * layers
    on = config.items("sparse_attention_freq", layers) or [1] * layers
    width_, heads = config.count("sparse_index_dim"), config.count("sparse_num_index_heads")
    rest = {"sparse_index": width_}
    kv, query = one["kv_heads"] * one["head_dim"], one["heads"] * one["head_dim"]
    index = hidden * width_ * (heads + 1) + 2 * width_
    size = hidden * (2 * query + 2 * kv) + 2 * one["head_dim"] + index
    note = "Parameters count the index of queries and one key, each normalised, besides the projections."
    return [{**one, **rest, "parameters": size, "note": note} if bit else one for bit in on]


def mimo_v2(fields: Fields, model_type: str) -> Values:
    """MiMo-V2-Flash: windows with more key-value heads and sinks between global layers; values narrower than keys."""
    arch = _frame(fields, model_type)
    layers, hidden = arch["layers"], arch["hidden_size"]
    pattern = fields.items("hybrid_layer_pattern", layers)
    if pattern is None or not all(bit in (0, 1) for bit in pattern):
        fields.fail("hybrid_layer_pattern", Message("does not give 0 or 1 for each layer"))
    if fields.flag("attention_bias"):
        fields.fail(
            "attention_bias", Message("is true, which no known model of this architecture has")
        )
    far = {**attention(fields, hidden), "value_dim": fields.count("v_head_dim")}
    near = attention(
        fields,
        hidden,
        heads=fields.count("swa_num_attention_heads"),
        kv=fields.count("swa_num_key_value_heads"),
        dim=fields.count("swa_head_dim"),
    )
    near.update(value_dim=fields.count("swa_v_head_dim"), window=fields.count("sliding_window"))
    for group, name in (
        (far, "add_full_attention_sink_bias"),
        (near, "add_swa_attention_sink_bias"),
    ):
        if fields.flag(name):
            group["sinks"] = True
    fields.skip("attention_chunk_size", "sliding_window_size")
    arch["attention"] = grouped([near if bit else far for bit in pattern])
    corrected = fields.text("topk_method") == "noaux_tc"
    arch["experts"] = needed_experts(fields, layers, router_bias=corrected or None)
    if not all(sparse_layers(fields, layers)):
        arch["ffn"] = {"size": fields.count("intermediate_size"), "gated": True}
    return arch


def step3p7(fields: Fields, model_type: str) -> Values:
    """Step-3.7 Flash: windows between global layers, dense first layers, one shared expert."""
    arch = _frame(fields, model_type)
    layers = arch["layers"]
    one = attention(fields, arch["hidden_size"])
    types = layer_types(fields, layers, ("sliding_attention", "full_attention"))
    if types is None:
        fields.fail("layer_types", Message("is missing"))
    near = {**one, "window": fields.count("sliding_window")}
    arch["attention"] = grouped([near if kind == "sliding_attention" else one for kind in types])
    arch["experts"] = needed_experts(
        fields, layers, router_bias=fields.flag("use_moe_router_bias") or None
    )
    arch["ffn"] = {"size": fields.count("intermediate_size"), "gated": True}
    return arch
