"""Decoders of latent attention (DeepSeek-V2, arXiv:2405.04434) and of DeepSeek-V4's compressed attention."""

from __future__ import annotations

from llm_select.catalog.importers.counting import prediction_layers
from llm_select.catalog.importers.layers import (
    Values,
    experts,
    grouped,
    layer_count,
    layer_types,
    needed_experts,
    width,
)
from llm_select.catalog.importers.reading import Fields, kind_of
from llm_select.messages import Message

LATENT = ("deepseek_v2", "deepseek_v3", "deepseek_v32", "kimi_k2", "glm_moe_dsa", "glm4_moe_lite")
COMPRESSED = ("deepseek_v4", "deepseek_ref")
"""The second is the name sglang's repackaged files carry; `architectures` must say DeepseekV4."""


def latent_decoder(fields: Fields, model_type: str) -> Values:
    """DeepSeek-V2 to V3.2, Kimi K2, GLM 4.7 Flash and GLM 5."""
    layers, hidden = layer_count(fields), width(fields)
    heads = fields.count("num_attention_heads")
    one: Values = {"kind": "latent", "heads": heads}
    if fields.flag("attention_bias"):
        fields.fail("attention_bias", Message("is true, which no known latent model has"))
    fields.skip("num_key_value_heads", "head_dim", "qk_head_dim")  # follow from the widths below
    one["latent"] = _latent(fields)
    indexed, index_size = _indexer(fields, layers, hidden)
    arch = _frame(fields, model_type, layers, hidden)
    arch["attention"] = grouped(
        [{**one, "sparse_index": fields.count("index_head_dim")} if on else one for on in indexed]
    )
    # DeepSeek-V2 has no correction of the router; its successors have (`noaux_tc`, arXiv:2412.19437 §2.1.2), and
    # Transformers 5 no longer writes the field.
    corrected = fields.text("topk_method") == "noaux_tc" or model_type != "deepseek_v2"
    mixture = experts(fields, layers, router_bias=corrected or None)
    dense = mixture.get("dense_layers", 0) if mixture else layers
    if mixture and dense < layers:
        arch["experts"] = mixture
    if dense:
        arch["ffn"] = {"size": fields.count("intermediate_size"), "gated": True}
    if any(indexed):
        arch["other_parameters"] = index_size * sum(indexed)
        arch["note"] = (
            f"The sparse-attention indexer of {sum(indexed)} layers ({fields.count('index_n_heads')} heads, "
            f"{index_size} weights a layer) is in other_parameters."
        )
    predicting = fields.some("num_nextn_predict_layers")
    if predicting:
        # DeepSeek's files repeat the embedding and the head in each (arXiv:2412.19437 §2.2); GLM's do not.
        repeated = 2 * arch["vocab_size"] * hidden if model_type.startswith("deepseek") else 0
        extra = index_size + repeated
        arch["extra_prediction"] = prediction_layers(
            arch, predicting, projections=2, norms=3, beside=extra
        )
    return arch


def _frame(fields: Fields, model_type: str, layers: int, hidden: int) -> Values:
    return {
        "model_type": model_type,
        "layers": layers,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": fields.flag("tie_word_embeddings"),
        "position": "rope",
    }


def _latent(fields: Fields) -> Values:
    found = {
        "kv_rank": fields.count("kv_lora_rank"),
        "q_rank": fields.maybe("q_lora_rank"),
        "nope_dim": fields.count("qk_nope_head_dim"),
        "rope_dim": fields.count("qk_rope_head_dim"),
        "value_dim": fields.count("v_head_dim"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _indexer(fields: Fields, layers: int, hidden: int) -> tuple[list[bool], int]:
    """Layers with a sparse-attention indexer, and the indexer's weights.

    DeepSeek-V3.2 (inference/model.py, `Indexer`): queries from the compressed query, one key with weight and bias
    of a layer normalisation, and a weight for each head.
    """
    heads, dim = fields.maybe("index_n_heads"), fields.maybe("index_head_dim")
    fields.skip("index_topk", "index_topk_freq", "index_topk_pattern", "index_skip_topk_offset")
    fields.skip("index_share_for_mtp_iteration")
    layer_types(
        fields, layers, ("deepseek_sparse_attention", "indexed_attention", "full_attention")
    )
    kinds = fields.items("indexer_types", layers)
    if heads is None or dim is None:
        return [False] * layers, 0
    size = fields.count("q_lora_rank") * heads * dim + hidden * dim + 2 * dim + hidden * heads
    for one in kinds or ():
        if one not in ("full", "shared"):
            fields.fail(
                "indexer_types", Message("has {given}, neither full nor shared", given=kind_of(one))
            )
    return [one == "full" for one in kinds] if kinds else [True] * layers, size


def compressed_decoder(fields: Fields, model_type: str) -> Values:
    """DeepSeek-V4: one shared key-value head behind a window, rows of the past compressed by a ratio for each layer,
    low-rank queries, grouped low-rank output, hyper-connections (inference/model.py of its repository)."""
    if not any("DeepseekV4" in str(one) for one in fields.items("architectures") or ()):
        fields.fail(
            "model_type",
            Message(
                "is {model_type}, but `architectures` does not name DeepseekV4",
                model_type=model_type,
            ),
        )
    layers, hidden = layer_count(fields), width(fields)
    streams = fields.count("hc_mult")
    ratios = fields.items("compress_ratios") or _named_ratios(fields, layers)
    if len(ratios) < layers:
        fields.fail(
            "compress_ratios",
            Message("has {count} items for {layers} layers", count=len(ratios), layers=layers),
        )
    base: Values = {
        "kind": "multi-query",
        "heads": fields.count("num_attention_heads"),
        "kv_heads": fields.count("num_key_value_heads"),
        "head_dim": fields.count("head_dim"),
        "sinks": True,
        "key_is_value": True,
        "window": fields.count("sliding_window"),
    }
    arch = _frame(fields, "deepseek_v4", layers, hidden)
    arch["attention"] = grouped(
        [_compressed(fields, base, hidden, streams, one) for one in ratios[:layers]]
    )
    # Layers routed by the hash of a token have no correction of the router.
    listed = fields.items("mlp_layer_types", layers) or []
    hashed = fields.some("num_hash_layers") or listed.count("hash_moe")
    if set(map(str, listed)) - {"moe", "hash_moe"}:
        fields.fail("mlp_layer_types", Message("has other values than moe and hash_moe"))
    arch["experts"] = needed_experts(fields, layers, sparse=[True] * layers, router_bias=True)
    mixing = streams * streams * hidden + streams + 1
    arch["other_parameters"] = mixing - hashed * arch["experts"]["count"]
    arch["note"] = (
        "A layer's parameters hold its mixer (low-rank queries, grouped low-rank output, compressor, indexer) and its "
        f"hyper-connections; other_parameters holds the final hyper-connection less the router biases of the {hashed} "
        "hash-routed layers."
    )
    fields.skip(
        "qk_rope_head_dim",
        "num_nextn_predict_layers",
        "index_topk",
        "attention_bias",
        "hc_sinkhorn_iters",
    )
    return arch


_RATIOS = {
    "sliding_attention": 0,
    "compressed_sparse_attention": 4,
    "heavily_compressed_attention": 128,
}


def _named_ratios(fields: Fields, layers: int) -> list[int]:
    """Ratios under the names that Transformers 5 gives to the layers."""
    types = layer_types(fields, layers, tuple(_RATIOS)) or []
    rates = fields.child("compress_rates")
    for name, rate in rates.values.items() if rates is not None else ():
        if _RATIOS.get(name) != rate:
            fields.fail(
                "compress_rates",
                Message("gives {given} to {name}", given=kind_of(rate), name=name[:40]),
            )
    return [_RATIOS[one] for one in types]


def _compressed(fields: Fields, base: Values, hidden: int, streams: int, ratio: object) -> Values:
    if ratio not in (0, 4, 128) or isinstance(ratio, bool):
        fields.fail(
            "compress_ratios", Message("has {given}, not one of 0, 4 and 128", given=kind_of(ratio))
        )
    heads, dim = base["heads"], base["head_dim"]
    rank = fields.count("q_lora_rank")
    out_rank, parts = fields.count("o_lora_rank"), fields.count("o_groups")
    size = hidden * rank + rank + rank * heads * dim + hidden * dim + dim
    size += heads * dim * out_rank + parts * out_rank * hidden + heads
    # Two hyper-connections: a matrix from all streams to their mixing weights, their biases, three scales.
    mixes = (2 + streams) * streams
    size += 2 * (mixes * streams * hidden + mixes + 3)
    group = dict(base)
    if ratio:
        group["cache_ratio"] = ratio
        size += _compressor(hidden, dim, int(str(ratio)))
    if ratio == 4:
        index, wide = fields.count("index_n_heads"), fields.count("index_head_dim")
        group["sparse_index"] = wide
        size += rank * index * wide + hidden * index + _compressor(hidden, wide, 4)
    return {**group, "parameters": size}


def _compressor(hidden: int, dim: int, ratio: int) -> int:
    """Key-values and gates, a position for each row of a block, a normalisation; blocks of four overlap."""
    wide = dim * (2 if ratio == 4 else 1)
    return 2 * hidden * wide + ratio * wide + dim
