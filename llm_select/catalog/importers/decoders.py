"""Decoders of dot-product attention: dense ones and mixtures, with windows. One row of traits for each `model_type`.

A row says what the configuration does not: which projections carry biases, how many normalisations a layer has, what
an absent field means. It is read from the modelling and configuration classes of Transformers
(https://github.com/huggingface/transformers, src/transformers/models/<model_type>).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llm_select.catalog.importers.counting import prediction_layers
from llm_select.catalog.importers.layers import (
    Values,
    attention,
    context_length,
    experts,
    grouped,
    layer_count,
    width,
    windows,
)
from llm_select.catalog.importers.reading import Fields
from llm_select.messages import Message


class Traits(NamedTuple):
    """What a `model_type` fixes."""

    bias: str = "none"
    """none, qkv or all; or `config` where `attention_bias` puts one on every projection, `config-qkv` on three."""
    qk_norm: str = "none"
    """none, head or full; `config` where `use_qk_norm` decides between none and full."""
    gated: bool = True
    ffn_bias: str = "none"
    """none, all, or the name of the field that decides."""
    norm: str = "rmsnorm"
    norms: int = 2
    """Normalisations in a layer."""
    tied: bool = False
    """When `tie_word_embeddings` is absent."""
    position: str = "rope"
    window: str = "none"
    """A rule of `layers.windows`."""
    moe: str = ""
    """How a mixture differs: words `bias`, `router-bias`, `shared-gate`."""
    embedding_norm: bool = False
    grouped: bool = True
    """False where every query head has its own keys and values, whatever other fields say."""
    head_bias: bool = False
    """The output head has a value per row of the vocabulary."""
    defaults: tuple[tuple[str, Any], ...] = ()
    """Values of the configuration class for shape fields that published files leave out."""


_LLAMA = Traits(bias="config", ffn_bias="mlp_bias")
_GEMMA = Traits(bias="config", tied=True, defaults=(("head_dim", 256),))
_GPT2 = Traits(bias="all", gated=False, ffn_bias="all", norm="layernorm", tied=True, grouped=False)
_QWEN2 = Traits(bias="qkv", window="switch")
_QWEN3 = Traits(bias="config", qk_norm="head", window="switch")
_COHERE = Traits(bias="config", qk_norm="config", norm="layernorm-nobias", norms=1, tied=True)
_OLMO2 = Traits(bias="config", qk_norm="full")

TRAITS: dict[str, Traits] = {
    "llama": _LLAMA,
    "mistral": Traits(window="all"),
    "ministral": Traits(window="all"),
    "ministral3": Traits(window="all"),
    "mixtral": Traits(window="all"),
    "qwen2": _QWEN2,
    "qwen2_moe": _QWEN2._replace(moe="shared-gate"),
    "qwen2_vl_text": _QWEN2,
    "qwen2_5_vl_text": _QWEN2,
    "qwen3": _QWEN3,
    "qwen3_moe": _QWEN3,
    "qwen3_vl_text": _QWEN3,
    "qwen3_vl_moe_text": _QWEN3,
    "mimo": _QWEN2,
    "gemma": _GEMMA,
    "gemma2": _GEMMA._replace(norms=4, window="alternate"),
    "gemma3_text": _GEMMA._replace(
        norms=4,
        qk_norm="head",
        window="pattern",
        defaults=(
            ("vocab_size", 262208), ("num_attention_heads", 8), ("num_key_value_heads", 4), ("head_dim", 256),
            ("sliding_window", 4096), ("sliding_window_pattern", 6), ("max_position_embeddings", 131072),
        ),
    ),
    "phi3": Traits(window="all"),
    "phi": Traits(bias="all", gated=False, ffn_bias="all", norm="layernorm", norms=1, head_bias=True),
    "cohere": _COHERE,
    "cohere2": _COHERE._replace(
        qk_norm="none", window="pattern", defaults=(("sliding_window_pattern", 4),)
    ),
    "olmo": Traits(bias="config", norm="none"),
    "olmo2": _OLMO2,
    "olmo3": _OLMO2._replace(window="pattern", defaults=(("sliding_window_pattern", 4),)),
    "olmoe": _OLMO2,
    "granite": _LLAMA._replace(tied=True),
    "granitemoe": _LLAMA._replace(tied=True),
    "smollm3": Traits(bias="config", ffn_bias="mlp_bias", tied=True, window="switch"),
    "apertus": Traits(bias="config", qk_norm="head", gated=False),
    "seed_oss": Traits(bias="config-qkv", ffn_bias="mlp_bias"),
    "exaone4": Traits(qk_norm="head", window="pattern"),
    "internlm2": Traits(bias="none"),
    "nemotron": Traits(bias="config", gated=False, ffn_bias="mlp_bias", norm="layernorm"),
    "stablelm": Traits(norm="layernorm"),
    "starcoder2": Traits(bias="all", gated=False, ffn_bias="all", norm="layernorm", tied=True, window="all"),
    "glm": Traits(bias="config-qkv"),
    "glm4": Traits(bias="config-qkv", norms=4),
    "glm4_moe": Traits(bias="config-qkv", qk_norm="config-head", moe="router-bias"),
    "gpt_neox": _GPT2._replace(tied=False, position="rope"),
    "gptj": _GPT2._replace(bias="none", tied=False, norms=1, head_bias=True),
    "gpt2": _GPT2._replace(position="learned"),
    "opt": _GPT2._replace(position="learned"),
    "bloom": _GPT2._replace(position="alibi", embedding_norm=True),
    "gpt_oss": Traits(bias="config", window="alternate", moe="bias sinks"),
    "minimax_m2": Traits(qk_norm="full", moe="router-bias"),
}  # fmt: skip


def known() -> tuple[str, ...]:
    """Every `model_type` that has a row."""
    return tuple(TRAITS)


def decoder(fields: Fields, model_type: str) -> Values:
    """The architecture of a card. Raises SourceError for what the row does not know."""
    traits = TRAITS[model_type]
    fields.defaults = dict(traits.defaults)
    layers, hidden = layer_count(fields), width(fields)
    one = _heads(fields, model_type, traits, hidden)
    bias, qk_norm = _bias(fields, model_type, traits), _qk_norm(fields, traits)
    if bias != "none":
        one["bias"] = bias
    if qk_norm != "none":
        one["qk_norm"] = qk_norm
    if "sinks" in traits.moe:
        one["sinks"] = True
    seen = windows(fields, layers, traits.window)
    arch: Values = {
        "model_type": model_type,
        "layers": layers,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": fields.flag("tie_word_embeddings", traits.tied),
        "position": traits.position,
    }
    if traits.position == "learned":
        # OPT keeps two rows that no position uses (Transformers `OPTLearnedPositionalEmbedding`).
        arch["max_positions"] = (context_length(fields) or 0) + (2 if model_type == "opt" else 0)
    arch.update(_norms(fields, model_type, traits))
    arch["attention"] = grouped([{**one, "window": size} if size else one for size in seen])
    mixture = experts(fields, layers, **_mixture_traits(traits))
    sparse = layers - mixture.get("dense_layers", 0) if mixture else 0
    if mixture and sparse:
        arch["experts"] = mixture
    if sparse < layers:
        arch["ffn"] = _ffn(fields, model_type, traits, hidden)
    if traits.head_bias:
        arch["other_parameters"] = arch["vocab_size"]
    if model_type == "mimo" and fields.some("num_nextn_predict_layers"):
        predicting = fields.some("num_nextn_predict_layers")
        arch["extra_prediction"] = prediction_layers(arch, predicting, projections=2, norms=3)
    if model_type == "minimax_m2" and set(
        map(str, fields.items("attn_type_list", layers) or ())
    ) - {"1"}:
        fields.fail(
            "attn_type_list",
            Message("has other kinds than 1: this architecture is known with full attention only"),
        )
    if model_type == "opt":
        _only_opt(fields, hidden)
    if model_type == "smollm3":
        fields.skip("no_rope_layers", "no_rope_layer_interval")
    if model_type == "apertus":
        arch["other_parameters"] = 2 * layers  # the learned values of xIELU, arXiv:2411.13010
    return arch


def falcon(fields: Fields, model_type: str) -> Values:
    """Falcon (Almazrouei et al. 2023, arXiv:2311.16867): one key-value head, or groups in the newer architecture."""
    layers, hidden = layer_count(fields), width(fields)
    heads = fields.count("num_attention_heads", "n_head")
    newer, parallel = fields.flag("new_decoder_architecture"), fields.flag("parallel_attn", True)
    kv = 1 if fields.flag("multi_query", True) else heads
    if newer:
        kv = fields.maybe("num_kv_heads", "n_head_kv") or heads
    fields.skip("num_kv_heads", "n_head_kv")
    norms = 2 if newer or not parallel else 1
    norms = fields.maybe("num_ln_in_parallel_attn") or norms
    one = attention(fields, hidden, heads=heads, kv=kv)
    ffn: Values = {"size": fields.maybe("ffn_hidden_size") or 4 * hidden, "gated": False}
    if fields.flag("bias"):
        one["bias"], ffn["bias"] = "all", True
    arch: Values = {
        "model_type": model_type,
        "layers": layers,
        "hidden_size": hidden,
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": fields.flag("tie_word_embeddings", True),
        "position": "alibi" if fields.flag("alibi") else "rope",
        "norm": "layernorm",
        "norms_per_layer": norms,
        "attention": [{"layers": layers, **one}],
        "ffn": ffn,
    }
    return arch


def _heads(fields: Fields, model_type: str, traits: Traits, hidden: int) -> Values:
    """One layer's heads; some families have no width of their own for them."""
    if model_type in ("stablelm", "olmoe") or not traits.grouped:
        heads = fields.count("num_attention_heads", "n_head")
        stated = fields.maybe("head_dim")
        if stated is not None and stated * heads != hidden:
            fields.fail(
                "head_dim",
                Message(
                    "is {stated}, but this architecture has {hidden} / {heads}",
                    stated=stated,
                    hidden=hidden,
                    heads=heads,
                ),
            )
        return attention(fields, hidden, kv=None if traits.grouped else heads)
    return attention(fields, hidden)


def _ffn(fields: Fields, model_type: str, traits: Traits, hidden: int) -> Values:
    if model_type in ("gpt2", "gptj", "bloom"):
        size = (
            fields.maybe("n_inner") or 4 * hidden
        )  # their classes: null means four times the width
    else:
        size = fields.count("ffn_dim" if model_type == "opt" else "intermediate_size")
    ffn: Values = {"size": size, "gated": traits.gated}
    bias = traits.ffn_bias
    if bias == "all" or (bias != "none" and fields.flag(bias)):
        ffn["bias"] = True
    return ffn


def _only_opt(fields: Fields, hidden: int) -> None:
    """OPT-350m projects its embeddings and normalises after the sublayers: no card can say that."""
    if (fields.maybe("word_embed_proj_dim") or hidden) != hidden:
        fields.fail(
            "word_embed_proj_dim",
            Message("is not the hidden width: projections around the stack are not known"),
        )
    for name in ("do_layer_norm_before", "enable_bias", "layer_norm_elementwise_affine"):
        if not fields.flag(name, True):
            fields.fail(name, Message("is false, which is not known"))


def _bias(fields: Fields, model_type: str, traits: Traits) -> str:
    if traits.bias == "config":
        # GptOssConfig and ApertusConfig write `attention_bias`; absent, the first has them and the second has none.
        return "all" if fields.flag("attention_bias", model_type == "gpt_oss") else "none"
    if traits.bias == "config-qkv":
        return "qkv" if fields.flag("attention_bias") else "none"
    if model_type == "stablelm":
        return "qkv" if fields.flag("use_qkv_bias") else "none"
    if model_type == "internlm2":
        return "all" if fields.flag("bias") else "none"
    fields.skip("attention_bias", "qkv_bias", "use_bias", "bias")
    return traits.bias


def _qk_norm(fields: Fields, traits: Traits) -> str:
    if traits.qk_norm.startswith("config"):
        on = fields.flag("use_qk_norm")
        return ("head" if traits.qk_norm == "config-head" else "full") if on else "none"
    if traits.qk_norm != "none":
        fields.skip("use_qk_norm", "qk_norm_type")
    return traits.qk_norm


def _norms(fields: Fields, model_type: str, traits: Traits) -> Values:
    found: Values = {}
    norms = traits.norms
    if model_type == "stablelm":
        if fields.flag("qk_layernorm"):
            fields.fail("qk_layernorm", Message("is not known: a normalisation for every head"))
        norms = 1 if fields.flag("use_parallel_residual") else 2
    elif model_type == "gpt_neox":
        fields.skip("use_parallel_residual")  # both normalisations are there either way
    if traits.norm != "rmsnorm":
        found["norm"] = traits.norm
    if norms != 2:
        found["norms_per_layer"] = norms
    if traits.embedding_norm:
        found["embedding_norm"] = True
    return found


def _mixture_traits(traits: Traits) -> Values:
    words = traits.moe.split()
    return {
        "bias": "bias" in words or None,
        "router_bias": "router-bias" in words or None,
        "shared_gate": "shared-gate" in words or None,
    }
