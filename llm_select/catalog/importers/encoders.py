"""Encoders (BERT and its kin) and encoder-decoders (T5, BART, M2M-100 and theirs)."""

from __future__ import annotations

from typing import Any

from llm_select.catalog.importers.layers import (
    MAX_LAYERS,
    Values,
    attention,
    context_length,
    grouped,
    layer_count,
    layer_types,
    width,
)
from llm_select.catalog.importers.reading import Fields
from llm_select.messages import Message

ENCODERS = (
    "bert", "roberta", "xlm-roberta", "camembert", "distilbert", "electra", "deberta-v2", "modernbert", "eurobert",
)  # fmt: skip
ENCODER_DECODERS = ("t5", "mt5", "umt5", "bart", "mbart", "m2m_100", "marian", "pegasus")


def _layernorm(tied: bool = True) -> Values:
    return {
        "tied_embeddings": tied,
        "norm": "layernorm",
        "final_norm": False,
        "embedding_norm": True,
    }


def _heads_of(fields: Fields) -> set[str]:
    """What the classes in `architectures` put on the body: `mlm`, `pooler`, or nothing."""
    names = [str(one) for one in fields.items("architectures") or ()]
    if any(one.endswith("ForMaskedLM") for one in names):
        return {"mlm"}
    if any(one.endswith("Model") for one in names):
        return {"pooler"}
    return set()


def encoder(fields: Fields, model_type: str) -> Values:
    """One stack that sees both ways. A head for masked words counts where `architectures` has it, a pooler where it
    names the bare model of an architecture that has one."""
    if model_type in ("modernbert", "eurobert"):
        return (_modernbert if model_type == "modernbert" else _eurobert)(fields, model_type)
    hidden, layers = width(fields), layer_count(fields)
    head = _heads_of(fields)
    bert = model_type != "distilbert"
    fields.skip("position_embedding_type", "type_vocab_size", "is_decoder", "summary_type")
    arch: Values = {
        "model_type": model_type,
        "layers": layers,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "position": "learned",
        "max_positions": fields.count("max_position_embeddings"),
        **_layernorm(),
    }
    if bert and model_type != "deberta-v2" and fields.some("type_vocab_size"):
        arch["token_types"] = fields.some("type_vocab_size")
    size = fields.maybe("embedding_size")
    if size is not None and size != hidden:
        arch["embedding_size"] = size
    if model_type == "deberta-v2":
        _disentangled(fields, arch)
    arch["attention"] = [{"layers": layers, **attention(fields, hidden), "bias": "all"}]
    arch["ffn"] = {
        "size": fields.count("intermediate_size", "hidden_dim"),
        "gated": False,
        "bias": True,
    }
    if "mlm" in head:
        arch["head_layer"] = True
    elif "pooler" in head and model_type in ("bert", "roberta", "xlm-roberta", "camembert"):
        arch["other_parameters"] = hidden * hidden + hidden
        arch["note"] = (
            "`other_parameters` is the pooler, a dense layer of hidden width on the first token."
        )
    fields.skip(
        "pooler_hidden_size", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers"
    )
    fields.skip(
        "pooler_size_per_head",
        "pooler_type",
        "sinusoidal_pos_embds",
        "tie_weights_",
        "tie_word_embeddings",
    )
    return arch


def _disentangled(fields: Fields, arch: Values) -> None:
    """He et al. 2021 (arXiv:2111.09543): one table of relative positions for all layers, shared projections."""
    listed = fields.get("pos_att_type")
    listed = listed.split("|") if isinstance(listed, str) else fields.items("pos_att_type")
    parts = set(map(str, listed or ()))
    if (
        not fields.flag("relative_attention")
        or not fields.flag("share_att_key")
        or parts - {"p2c", "c2p"}
    ):
        fields.fail(
            "pos_att_type",
            Message("is not that of DeBERTa-v2 and v3: p2c and c2p with shared projections"),
        )
    if fields.text("norm_rel_ebd") not in (None, "layer_norm"):
        fields.fail("norm_rel_ebd", Message("is not layer_norm"))
    if fields.some("conv_kernel_size"):
        fields.fail("conv_kernel_size", Message("adds a convolution that a card cannot say"))
    fields.skip(
        "position_biased_input",
        "max_relative_positions",
        "pooler_dropout",
        "pooler_hidden_act",
        "conv_act",
    )
    buckets = fields.count("position_buckets")
    arch.pop("max_positions")
    arch.update(position="disentangled", relative_buckets=2 * buckets)


def _modernbert(fields: Fields, model_type: str) -> Values:
    """Warner et al. 2024, arXiv:2412.13663: windows but in every third layer; the first layer lacks a norm."""
    hidden, layers = width(fields), layer_count(fields)
    every = fields.maybe("global_attn_every_n_layers") or 3
    types = layer_types(fields, layers, ("full_attention", "sliding_attention"))
    near = [one == "sliding_attention" for one in types or ()] or [
        i % every > 0 for i in range(layers)
    ]
    one, window = attention(fields, hidden), fields.maybe("local_attention") or 128
    for name in ("attention_bias", "mlp_bias", "norm_bias"):
        if fields.flag(name):
            fields.fail(name, Message("is true, which no known ModernBERT has"))
    arch: Values = {
        "model_type": model_type,
        "layers": layers,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": True,
        "position": "rope",
        "norm": "layernorm-nobias",
        "embedding_norm": True,
        "attention": grouped([{**one, "window": window} if bit else one for bit in near]),
        "ffn": {"size": fields.count("intermediate_size"), "gated": True},
        "other_parameters": -hidden,
        "note": "The first layer has no normalisation before its attention, hence the negative `other_parameters`.",
    }
    if "mlm" in _heads_of(fields):
        arch["head_layer"] = True
    fields.skip(
        "decoder_bias",
        "classifier_bias",
        "classifier_pooling",
        "sparse_prediction",
        "tie_word_embeddings",
    )
    fields.skip(
        "position_embedding_type", "global_rope_theta", "local_rope_theta", "classifier_activation"
    )
    return arch


def _eurobert(fields: Fields, model_type: str) -> Values:
    hidden, layers = width(fields), layer_count(fields)
    if fields.flag("attention_bias") or fields.flag("mlp_bias"):
        fields.fail("attention_bias", Message("or mlp_bias is true, which no known EuroBERT has"))
    masked = "mlm" in _heads_of(fields)
    return {
        "model_type": model_type,
        "layers": layers,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": not masked or fields.flag("tie_word_embeddings"),
        "position": "rope",
        "attention": [{"layers": layers, **attention(fields, hidden)}],
        "ffn": {"size": fields.count("intermediate_size"), "gated": True},
    }


def encoder_decoder(fields: Fields, model_type: str) -> Values:
    """Two stacks. T5: Raffel et al. 2020 (arXiv:1910.10683); BART: Lewis et al. 2019 (arXiv:1910.13461)."""
    if model_type in ("t5", "mt5", "umt5"):
        return _t5(fields, model_type)
    hidden = fields.count("d_model")
    known: dict[str, Any] = {
        "bart": {"position": "learned", **_layernorm()},
        "mbart": {
            "position": "learned",
            "norm": "layernorm",
            "embedding_norm": True,
            "tied_embeddings": True,
        },
        "m2m_100": {"position": "sinusoidal", "norm": "layernorm", "tied_embeddings": True},
        "pegasus": {"position": "sinusoidal", "norm": "layernorm", "tied_embeddings": True},
        "marian": {**_layernorm(), "position": "sinusoidal", "embedding_norm": False},
    }
    arch: Values = {
        "model_type": model_type,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        **known[model_type],
    }
    if arch["position"] == "learned":
        # Two rows that no position uses (Transformers `BartLearnedPositionalEmbedding`).
        arch["max_positions"] = fields.count("max_position_embeddings") + 2
    if model_type == "marian":
        arch["other_parameters"] = arch["vocab_size"]
        arch["note"] = (
            "`other_parameters` is the bias of the output head, a value per row of the vocabulary."
        )
    fields.skip(
        "num_hidden_layers", "is_encoder_decoder", "scale_embedding", "static_position_embeddings"
    )
    fields.skip(
        "extra_pos_embeddings", "normalize_before", "normalize_embedding", "add_final_layer_norm"
    )
    fields.skip(
        "add_bias_logits",
        "share_encoder_decoder_embeddings",
        "tie_word_embeddings",
        "decoder_vocab_size",
    )
    for side in ("encoder", "decoder"):
        layers = _depth(fields, f"{side}_layers")
        heads = fields.count(f"{side}_attention_heads")
        arch[side] = {
            "layers": layers,
            "attention": [
                {
                    "layers": layers,
                    **attention(fields, hidden, heads=heads, kv=heads),
                    "bias": "all",
                }
            ],
            "ffn": {"size": fields.count(f"{side}_ffn_dim"), "gated": False, "bias": True},
        }
    return arch


def _depth(fields: Fields, *names: str) -> int:
    layers = fields.count(*names)
    if layers > MAX_LAYERS:
        fields.fail(
            names[0], Message("is {layers}, more than {limit}", layers=layers, limit=MAX_LAYERS)
        )
    return layers


def _t5(fields: Fields, model_type: str) -> Values:
    hidden, heads = fields.count("d_model"), fields.count("num_heads")
    form = fields.text("feed_forward_proj") or "relu"
    fields.skip(
        "dense_act_fn",
        "is_gated_act",
        "relative_attention_max_distance",
        "n_positions",
        "is_encoder_decoder",
    )
    ffn = {"size": fields.count("d_ff"), "gated": form.startswith("gated")}
    one = {
        "kind": "multi-head",
        "heads": heads,
        "kv_heads": heads,
        "head_dim": fields.count("d_kv"),
    }
    above = _depth(fields, "num_layers")
    below = fields.maybe("num_decoder_layers") or above
    if model_type == "umt5":
        fields.fail(
            "model_type",
            Message("is umt5: its table of relative positions in every layer is not known"),
        )
    return {
        "model_type": model_type,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": fields.flag("tie_word_embeddings", True),
        "position": "relative",
        "relative_buckets": fields.maybe("relative_attention_num_buckets") or 32,
        "encoder": {"layers": above, "attention": [{"layers": above, **one}], "ffn": dict(ffn)},
        "decoder": {"layers": below, "attention": [{"layers": below, **one}], "ffn": dict(ffn)},
    }


def native_context(fields: Fields, model_type: str) -> int | None:
    """Tokens that fit: RoBERTa and its kin keep two position rows for padding."""
    length = context_length(fields)
    return (
        length - 2 if length and model_type in ("roberta", "xlm-roberta", "camembert") else length
    )
