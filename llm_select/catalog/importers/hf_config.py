"""A Hugging Face `config.json` into the facts of a card. An architecture that no family here knows is refused with
the fields that were not placed; so is a field of a known one that looks like a part of the shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn

from llm_select.catalog.importers import decoders, encoders, hybrids, latent, mixtures
from llm_select.catalog.importers.counting import counts
from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.quantized import quantization
from llm_select.catalog.importers.reading import Fields, SourceError
from llm_select.catalog.importers.towers import tower
from llm_select.estimates.shape import ShapeError
from llm_select.messages import Message, listed

_SPECIAL: dict[str, Callable[[Fields, str], Values]] = {
    **dict.fromkeys(latent.LATENT, latent.latent_decoder),
    **dict.fromkeys(latent.COMPRESSED, latent.compressed_decoder),
    **dict.fromkeys(hybrids.DELTA, hybrids.delta_decoder),
    **dict.fromkeys(encoders.ENCODERS, encoders.encoder),
    **dict.fromkeys(encoders.ENCODER_DECODERS, encoders.encoder_decoder),
    "falcon": decoders.falcon,
    "nemotron_h": hybrids.nemotron_h,
    "nemotron-nas": hybrids.searched,
    "granitemoehybrid": hybrids.granite_hybrid,
    "mamba": hybrids.mamba,
    "jamba": hybrids.jamba,
    "llama4_text": mixtures.llama4,
    "gemma4_text": mixtures.gemma4,
    "minimax_m3": mixtures.minimax_m3,
    "mimo_v2_flash": mixtures.mimo_v2,
    "step3p7": mixtures.step3p7,
}
_WRAPPERS = {
    "qwen3_vl": "qwen3_vl_text",
    "qwen3_vl_moe": "qwen3_vl_moe_text",
    "qwen3_5": "qwen3_5_text",
    "qwen3_5_moe": "qwen3_5_moe_text",
    "qwen2_5_vl": "qwen2_5_vl_text",
    "gemma3": "gemma3_text",
    "gemma4": "gemma4_text",
    "llama4": "llama4_text",
    "mistral3": "mistral",
    "kimi_k25": "kimi_k2",
    "minimax_m3_vl": "minimax_m3",
}
"""Models with towers, and the language model inside when `text_config` does not name it."""

_HARMLESS = re.compile(
    r"^_|(^|_)(id|ids|token_index|dropout|eps|epsilon|theta|factor|act|activation|dtype|range|alpha|beta|gamma|"
    r"scaling|coef|loss|probs?|init|initializer|impl|version|cache|penalty|temperature|func|function|placeholder)$|"
    r"^(transformers|torch|tokenizer|rope|use_cache|output_|return_|num_beam|bos_|eos_|pad_|sep_|decoder_start|"
    r"auto_map|task_|problem_|id2label|label2id|finetuning|gradient_|layerdrop|summary_|forced_|early_|max_length|"
    r"min_length|top_|typical_p|do_sample|prefix|no_repeat|length_|remove_|tf_|torchscript|pruned_|chunk_size_feed|"
    r"is_decoder|is_encoder_decoder|add_cross|cross_attention|tie_encoder|bad_words|begin_|suppress|exponential|"
    r"diversity|encoder_no_repeat|repetition|ignore_|initial|time_step_(min|max|floor|limit|rank))|"
    r"(router|logit|attn|attention|activation|swiglu|norm_topk|topk|n_group|score|scoring|seq_aux|mrope|soft)"
    r".*(dtype|limit|prob|method|group|func|cap|capping|jitter|aux|type)$"
)
"""Names of fields that say nothing about the shape: training, generation, tokens, rotation, numbers' formats."""
_SHAPELY = re.compile(
    r"(^|_)(layers?|heads?|dim|dims|size|rank|experts?|width|depth|groups?|kernel|window|pattern|types?|blocks?|freq|"
    r"ratio|ratios|streams|mult|every|period|config|configs|bias|norm|gate|shared)($|_)"
)
"""Names of fields that may be a part of the shape."""


class ConfigFacts(NamedTuple):
    """What a configuration says."""

    facts: Values
    """A part of a card as plain values: kind, generation, architecture, parameters, context, modalities."""
    notes: tuple[str, ...]
    """What a reader must know: defaults that were taken, fields that were left aside."""
    quantization: str | None
    """Id of the number format of the files, where it says one that the catalog has."""


def config_facts(
    values: dict[str, Any], where: str, *, tower_weights: int | None = None
) -> ConfigFacts:
    """The facts in a configuration. Raises SourceError, which names the field.

    `tower_weights`: weights of vision or audio towers, where the tensors' names and shapes are known.
    """
    outer = Fields(values, where)
    named = outer.text("model_type")
    if named is None:
        _unknown(outer, Message("model_type is missing"))
    inner = outer.child("text_config") or outer.child("llm_config")
    fields, inside = outer, named
    if inner is not None:
        if named not in _WRAPPERS:
            _unknown(outer, Message("model_type {named!r} is not known", named=named))
        fields, inside = inner, inner.text("model_type") or _WRAPPERS[named]
        _hand_down(outer, inner)
    elif named in _WRAPPERS:
        inside = _WRAPPERS[named]
    build = _SPECIAL.get(inside) or (decoders.decoder if inside in decoders.TRAITS else None)
    if build is None:
        _unknown(fields, Message("model_type {inside!r} is not known", inside=inside))
    arch = build(fields, inside)
    if inner is not None or named in _WRAPPERS:
        arch["model_type"] = named
    towers, notes = _towers(outer, named, arch, tower_weights)
    if towers:
        arch["towers"] = towers
    names = ("video_token_id", "video_token_index", "video_placeholder")
    video = ["video"] if towers and any(name in values for name in names) else []
    for one in (outer, fields) if inner is not None else (outer,):
        _refuse_leftovers(one, named)
    return ConfigFacts(
        _facts(arch, fields, inside, towers, video),
        (*notes, *_defaults(fields)),
        quantization(values),
    )


def _facts(
    arch: Values, fields: Fields, inside: str, towers: list[Values], video: list[str]
) -> Values:
    try:
        total = counts(arch)
    except (ShapeError, ValueError) as error:
        raise SourceError(
            Message("the shape does not add up: {error}", error=error.args[0]), where=fields.where
        ) from None
    if total["total"] <= 0:
        raise SourceError(Message("the shape has no weights"), where=fields.where)
    facts: Values = {
        "generation": _generation(arch),
        "kind": _kind(arch, inside),
        "weights": "open",
        "parameters": total,
        "architecture": arch,
    }
    length = encoders.native_context(fields, inside)
    if length is not None and arch["position"] != "relative" and inside != "mamba":
        facts["context"] = {"native": length}
    if towers:
        inputs = ["text", *dict.fromkeys(one["modality"] for one in towers), *video]
        facts["modalities"] = {"input": inputs, "output": ["text"]}
    return facts


def _kind(arch: Values, inside: str) -> str:
    if "encoder" in arch:
        return "encoder-decoder"
    return "encoder" if inside in encoders.ENCODERS else "decoder"


def _generation(arch: Values) -> str:
    groups = arch.get("attention", ())
    if any(one["kind"] in ("linear", "state-space") for one in groups):
        return "hybrid"
    return "mixture" if "experts" in arch else "transformer"


def _towers(
    outer: Fields, named: str, arch: Values, weights: int | None
) -> tuple[list[Values], list[str]]:
    vision, audio = outer.child("vision_config"), outer.child("audio_config")
    if vision is None and audio is None:
        if named in _WRAPPERS and weights is None:
            return [], [
                Message(
                    "no vision_config beside {named}: the count leaves the tower out", named=named
                )
            ]
        return [], []
    if weights is not None:
        modality = "image" if vision is not None else "audio"
        return [{"modality": modality, "parameters": weights}], []
    remedy = Message(
        "give the directory with the safetensors files beside it: their tensors are counted"
    )
    if audio is not None:
        raise SourceError(
            Message("audio_config is not placed: no audio tower is known"),
            where=outer.where,
            remedy=remedy,
        )
    assert vision is not None
    found = tower(vision, named, outer, arch["hidden_size"])
    if found is None:
        raise SourceError(
            Message(
                "vision_config is not placed: the tower of {named} is not known ({fields})",
                named=named,
                fields=listed(sorted(vision.values)[:12]),
            ),
            where=outer.where,
            remedy=remedy,
        )
    return [found], []


def _hand_down(outer: Fields, inner: Fields) -> None:
    """`tie_word_embeddings` outside wins: that is what loading reads (Transformers `tie_weights`)."""
    if isinstance(outer.values.get("tie_word_embeddings"), bool):
        inner.values = {**inner.values, "tie_word_embeddings": outer.values["tie_word_embeddings"]}
    outer.skip("tie_word_embeddings", "text_config", "llm_config")


def _unknown(fields: Fields, message: str) -> NoReturn:
    known = sorted({*_SPECIAL, *decoders.TRAITS, *_WRAPPERS})
    near = get_close_matches(str(fields.values.get("model_type")), known, 3)
    parts = [
        fields,
        *(one for name in ("text_config", "llm_config") if (one := fields.child(name))),
    ]
    left = [name for part in parts for name in part.unread()]
    shape = [name for name in left if _shapely(name)]
    names = listed(shape[:40]) or Message("none that looks like a shape")
    hint = Message("near it: {nearest}; ", nearest=listed(near)) if near else ""
    raise SourceError(
        Message("{message}; fields not placed: {fields}", message=message, fields=names),
        where=fields.where,
        remedy=Message("{hint}write the card by hand (docs/adding-a-model.md)", hint=hint),
    )


def _shapely(path: str) -> bool:
    name = path.rpartition(".")[2]
    if name in _BESIDE or _HARMLESS.search(name):
        return False
    return _SHAPELY.search(name) is not None


def _refuse_leftovers(fields: Fields, named: str) -> None:
    left = [name for name in fields.unread() if _shapely(name)]
    if left:
        raise SourceError(
            Message(
                "{named} is known, but not with these fields: {fields}",
                named=named,
                fields=listed(left[:16]),
            ),
            where=fields.where,
            remedy=Message("if they do not change the shape, remove them from a copy of the file"),
        )


_BESIDE = frozenset((
    "quantization_config", "compression_config", "generation_config", "architectures",
    "model_type", "text_config", "vision_config", "partial_rotary_factor", "rotary_dim",
    "max_window_layers", "mm_tokens_per_image", "use_mrope", "image_token_index",
    "vision_feature_layer", "vision_soft_tokens_per_image", "attention_value_scale", "ep_size",
    "num_logits_to_keep", "expert_dtype", "use_bidirectional_attention", "hidden_activation",
    "query_pre_attn_scalar", "num_mtp_modules", "mtp_transformer_layers",
    "num_nextn_predict_layers", "use_mtp", "intermediate_size", "use_gemma_norm",
    "shared_intermediate_size", "rope_interleave", "indexer_rope_interleave",
    "num_reward_heads", "pretraining_tp", "moe_layer_freq", "head_dim", "num_labels",
    "residual_in_fp32", "rescale_prenorm_residual", "n_group", "use_routing_bias",
    "use_mamba_kernels", "mamba_hidden_act", "image_grid_pinpoints", "process_image_mode",
    "rotary_pct", "rms_norm",
))  # fmt: skip
"""Fields that look like a shape and are none, or that families read only in part."""


def _defaults(fields: Fields) -> list[str]:
    return [
        Message(
            "{name} is not in the file: {value} is the default of its configuration class",
            name=name,
            value=value,
        )
        for name, value in fields.defaulted.items()
    ]
