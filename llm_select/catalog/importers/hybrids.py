"""Decoders whose layers differ in kind: linear attention, state spaces, windows of another shape, searched layers."""

from __future__ import annotations

from typing import Any

from llm_select.catalog.importers.counting import prediction_layers
from llm_select.catalog.importers.layers import (
    Values,
    attention,
    experts,
    grouped,
    head_kind,
    layer_count,
    layer_types,
    needed_experts,
    width,
)
from llm_select.catalog.importers.reading import Fields, kind_of
from llm_select.messages import Message, listed

DELTA = ("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text")


def _frame(fields: Fields, model_type: str, tied: bool = False, **more: Any) -> Values:
    return {
        "model_type": model_type,
        "layers": layer_count(fields),
        "hidden_size": width(fields),
        "vocab_size": fields.count("vocab_size"),
        "tied_embeddings": fields.flag("tie_word_embeddings", tied),
        "position": "rope",
        **more,
    }


def delta_decoder(fields: Fields, model_type: str) -> Values:
    """Qwen3-Next and Qwen3.5: gated delta networks with full attention in every n-th layer."""
    arch = _frame(fields, model_type)
    layers = arch["layers"]
    types = layer_types(fields, layers, ("linear_attention", "full_attention"))
    every = fields.maybe("full_attention_interval") or 4
    types = types or [
        "linear_attention" if (i + 1) % every else "full_attention" for i in range(layers)
    ]
    full = attention(fields, arch["hidden_size"])
    full.update(qk_norm="head", output_gate=True)
    if fields.flag("attention_bias"):
        fields.fail(
            "attention_bias", Message("is true, which no known model of this architecture has")
        )
    fields.skip("attn_output_gate", "output_gate_type")
    state = {
        "variant": "gated-delta-net",
        "heads": fields.count("linear_num_value_heads"),
        "head_dim": fields.count("linear_value_head_dim"),
        "key_heads": fields.count("linear_num_key_heads"),
        "key_dim": fields.count("linear_key_head_dim"),
        "conv": fields.count("linear_conv_kernel_dim"),
    }
    linear = {"kind": "linear", "state": state}
    arch["attention"] = grouped([full if one == "full_attention" else linear for one in types])
    _feed_forward(fields, arch, shared_gate=True)
    predicting = fields.some("mtp_num_hidden_layers")
    fields.skip("mtp_use_dedicated_embeddings")
    if predicting:
        arch["extra_prediction"] = prediction_layers(
            arch, predicting, projections=2, norms=3, mixer=full
        )
    return arch


def _feed_forward(
    fields: Fields, arch: Values, dense: str = "intermediate_size", **more: Any
) -> None:
    """Dense networks, experts, or both, as the configuration has them."""
    mixture = experts(fields, arch["layers"], **more)
    few = mixture.get("dense_layers", 0) if mixture else arch["layers"]
    if mixture and not mixture.get("shared"):
        mixture.pop("shared_gate", None)
    if mixture and few < arch["layers"]:
        arch["experts"] = mixture
    if few:
        arch["ffn"] = {"size": fields.count(dense), "gated": True}


_RENAMED = {"linear_attention": "mamba", "full_attention": "attention"}
"""What Transformers 5 calls them when it saves a configuration again."""
_NEMOTRON = {"M": "mamba", "*": "attention", "-": "mlp", "E": "moe"}


def nemotron_h(fields: Fields, model_type: str) -> Values:
    """Nemotron-H and Nemotron 3: each layer is one Mamba-2 mixer, one attention, one network or one mixture."""
    given = fields.items("layers_block_type")
    if given is not None and fields.values.get("num_hidden_layers") is None:
        # The newest files leave the count to the list.
        fields.values = {**fields.values, "num_hidden_layers": len(given)}
    arch = _frame(fields, model_type, position="none", norms_per_layer=1)
    layers = arch["layers"]
    kinds = fields.items("layers_block_type", layers)
    pattern = fields.text("hybrid_override_pattern")
    if kinds is None:
        if pattern is None or len(pattern) != layers or set(pattern) - set(_NEMOTRON):
            fields.fail(
                "hybrid_override_pattern",
                Message(
                    "does not give {layers} layers of {kinds}",
                    layers=layers,
                    kinds=" ".join(_NEMOTRON),
                ),
            )
        kinds = [_NEMOTRON[sign] for sign in pattern]
    kinds = [_RENAMED.get(str(one), one) for one in kinds]
    if set(map(str, kinds)) - set(_NEMOTRON.values()):
        fields.fail(
            "layers_block_type",
            Message("has other kinds than {kinds}", kinds=listed(_NEMOTRON.values())),
        )
    for name in ("mamba_proj_bias", "mlp_bias", "use_bias", "attention_bias"):
        if fields.flag(name):
            fields.fail(name, Message("is true, which no known model of this architecture has"))
    full = {**attention(fields, arch["hidden_size"]), "feed_forward": False}
    mamba = {"kind": "state-space", "state": _mamba2(fields), "feed_forward": False}
    feed: Values = {"kind": "none"}
    if "mlp" in kinds and "moe" in kinds:
        fields.fail(
            "layers_block_type",
            Message("mixes dense networks and mixtures, which no known model does"),
        )
    arch["attention"] = grouped(
        [{"mamba": mamba, "attention": full}.get(one, feed) for one in kinds]
    )
    arch["note"] = f"{layers} layers of one kind each: " + ", ".join(
        f"{kinds.count(one)} {one}" for one in dict.fromkeys(kinds)
    )
    arch["note"] += "."
    if "moe" in kinds:
        # `gated` false: squared ReLU, two matrices.
        mixture = experts(
            fields, layers, router_bias=True, latent_size=fields.maybe("moe_latent_size")
        )
        if mixture is None:
            fields.fail(
                "n_routed_experts", Message("is missing"), Message("the pattern has mixtures")
            )
        arch["experts"] = {**mixture, "gated": False}
        fields.skip("intermediate_size", "moe_shared_expert_overlap")
    elif "mlp" in kinds:
        arch["ffn"] = {"size": fields.count("intermediate_size"), "gated": False}
    _nemotron_prediction(fields, arch, full)
    return arch


def _nemotron_prediction(fields: Fields, arch: Values, full: Values) -> None:
    """Extra prediction layers are an attention and a mixture each, whatever the pattern of the network."""
    predicting = fields.some("num_nextn_predict_layers")
    kinds = [_RENAMED.get(str(one), one) for one in fields.items("mtp_layers_block_type") or ()]
    pattern = fields.text("mtp_hybrid_override_pattern") or ""
    kinds = kinds or [_NEMOTRON.get(sign) for sign in pattern]
    if predicting and kinds == ["attention", "moe"]:
        mixer = {key: value for key, value in full.items() if key != "feed_forward"}
        two = {**arch, "norms_per_layer": 2}
        arch["extra_prediction"] = prediction_layers(
            two, predicting, projections=2, norms=3, mixer=mixer
        )


def _mamba2(fields: Fields) -> Values:
    heads = fields.count("mamba_num_heads", "mamba_n_heads", "num_heads")
    dim = fields.count("mamba_head_dim", "mamba_d_head", "head_dim")
    fields.skip(
        "expand",
        "mamba_expand",
        "chunk_size",
        "mamba_chunk_size",
        "time_step_rank",
        "use_conv_bias",
    )
    return {
        "variant": "mamba2",
        "inner_size": heads * dim,
        "state_size": fields.count("ssm_state_size", "mamba_d_state", "state_size"),
        "heads": heads,
        "head_dim": dim,
        "groups": fields.count("n_groups", "mamba_n_groups"),
        "conv": fields.count("conv_kernel", "mamba_d_conv"),
    }


def granite_hybrid(fields: Fields, model_type: str) -> Values:
    """Granite 4: Mamba-2 or attention, then experts with one shared expert, or the shared expert alone."""
    arch = _frame(fields, model_type, tied=True)
    layers = arch["layers"]
    kinds = fields.items("layer_types", layers) or fields.items("layers_block_type", layers) or []
    kinds = [_RENAMED.get(str(one), one) for one in kinds]
    if not kinds or set(map(str, kinds)) - {"mamba", "attention"}:
        fields.fail("layer_types", Message("does not give mamba or attention for each layer"))
    arch["position"] = fields.text("position_embedding_type") or "none"
    if arch["position"] not in ("rope", "none", "nope"):
        fields.fail(
            "position_embedding_type",
            Message("is {position}, neither rope nor nope", position=arch["position"]),
        )
    arch["position"] = arch["position"].replace("nope", "none")
    full = attention(fields, arch["hidden_size"])
    if fields.flag("attention_bias"):
        full["bias"] = "all"
    mamba = {"kind": "state-space", "state": _mamba2(fields)} if "mamba" in kinds else {}
    arch["attention"] = grouped([mamba if one == "mamba" else full for one in kinds])
    if fields.some("num_local_experts"):
        arch["experts"] = needed_experts(fields, layers)
    else:
        arch["ffn"] = {"size": fields.count("shared_intermediate_size"), "gated": True}
        fields.skip("intermediate_size", "num_experts_per_tok")
    fields.skip("mamba_conv_bias", "mamba_proj_bias")
    return arch


def mamba(fields: Fields, model_type: str) -> Values:
    """Mamba: one mixer and one normalisation in each layer (Gu and Dao 2023, arXiv:2312.00752)."""
    arch = _frame(fields, model_type, tied=True, position="none", norms_per_layer=1)
    hidden = arch["hidden_size"]
    state: Values = {
        "variant": "mamba",
        "inner_size": fields.maybe("intermediate_size", "d_inner") or 2 * hidden,
        "state_size": fields.maybe("state_size") or 16,
        "conv": fields.maybe("conv_kernel") or 4,
    }
    rank = fields.get("time_step_rank")
    state["dt_rank"] = (
        -(-hidden // 16) if rank in (None, "auto") else fields.count("time_step_rank")
    )
    if fields.flag("use_bias"):
        fields.fail("use_bias", Message("is true, which no known Mamba has"))
    fields.skip("expand", "use_conv_bias")
    arch["attention"] = [
        {"layers": arch["layers"], "kind": "state-space", "state": state, "feed_forward": False}
    ]
    return arch


def jamba(fields: Fields, model_type: str) -> Values:
    """Jamba: attention in every n-th layer, experts in every m-th (Lieber et al. 2024, arXiv:2403.19887)."""
    arch = _frame(fields, model_type, position="none")
    layers, hidden = arch["layers"], arch["hidden_size"]
    every, at = fields.count("attn_layer_period"), fields.some("attn_layer_offset")
    state = {
        "variant": "mamba",
        "inner_size": hidden * fields.count("mamba_expand"),
        "state_size": fields.count("mamba_d_state"),
        "dt_rank": fields.count("mamba_dt_rank"),
        "conv": fields.count("mamba_d_conv"),
    }
    mixer = {"kind": "state-space", "state": state}
    full = attention(fields, hidden)
    arch["attention"] = grouped([full if i % every == at else mixer for i in range(layers)])
    period, offset = fields.count("expert_layer_period"), fields.some("expert_layer_offset")
    dense = sum(i % period != offset for i in range(layers))
    arch["experts"] = needed_experts(fields, layers, dense_layers=dense)
    arch["ffn"] = {"size": fields.count("intermediate_size"), "gated": True}
    linear = sum(one["layers"] for one in arch["attention"] if one["kind"] == "state-space")
    arch["other_parameters"] = linear * (state["dt_rank"] + 2 * state["state_size"])
    arch["note"] = (
        "other_parameters are the normalisations of step size, B and C in the Mamba layers."
    )
    fields.skip("mamba_conv_bias", "mamba_proj_bias", "use_mamba_kernels")
    return arch


def searched(fields: Fields, model_type: str) -> Values:
    """Nemotron-NAS (Bercovich et al. 2024, arXiv:2411.19146): a Llama whose layers were each thinned or dropped."""
    arch = _frame(fields, model_type)
    hidden, heads = arch["hidden_size"], fields.count("num_attention_heads")
    fields.skip("intermediate_size", "num_key_value_heads")
    built: list[Values] = []
    for index, block in enumerate(fields.items("block_configs", arch["layers"]) or ()):
        if not isinstance(block, dict):
            fields.fail(
                "block_configs",
                Message("has {given} for layer {index}", given=kind_of(block), index=index),
            )
        built.append(
            _searched_layer(Fields(block, fields.where, f"block_configs[{index}]."), hidden, heads)
        )
    if not built:
        fields.fail("block_configs", Message("is missing"))
    arch["attention"] = grouped(built)
    # The normalisations before dropped parts are dropped with them.
    arch["other_parameters"] = -hidden * sum(
        one["layers"] * ((one["kind"] == "none") + (not one.get("feed_forward", True)))
        for one in arch["attention"]
    )
    arch["note"] = "Layers differ; other_parameters takes back the normalisations of dropped parts."
    return arch


def _searched_layer(block: Fields, hidden: int, heads: int) -> Values:
    mixer, network = block.child("attention"), block.child("ffn")
    if mixer is None or network is None:
        block.fail("attention", Message("or ffn is missing"))
    for part in (mixer, network):
        if part.flag("replace_with_linear"):
            part.fail(
                "replace_with_linear", Message("is true: a linear layer in its place is not known")
            )
    found: Values = {"kind": "none"}
    if not mixer.flag("no_op"):
        kv = max(1, heads // mixer.count("n_heads_in_group"))
        found = {
            "kind": head_kind(mixer, heads, kv), "heads": heads, "kv_heads": kv, "head_dim": hidden // heads
        }  # fmt: skip
        window = mixer.maybe("window_length")
        if window:
            found["window"] = window
    if network.flag("no_op"):
        return {**found, "feed_forward": False}
    times = network.get("ffn_mult")
    if isinstance(times, bool) or not isinstance(times, (int, float)) or not 0 < times < 100:
        network.fail(
            "ffn_mult", Message("is {given}, not a multiple of the width", given=kind_of(times))
        )
    # Rounded up to 256 after two thirds, as in Llama (`_ffn_mult_to_intermediate_size`).
    size = -(-int(2 * times * hidden / 3) // 256) * 256
    return {**found, "ffn": {"size": size, "gated": True}}
