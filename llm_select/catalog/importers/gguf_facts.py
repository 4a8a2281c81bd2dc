"""A GGUF header into the facts of a card: its metadata under the names of `config.json`, then the same mapping."""

from __future__ import annotations

from typing import Any

from llm_select.catalog.importers.gguf_header import Gguf
from llm_select.catalog.importers.hf_config import ConfigFacts, config_facts
from llm_select.catalog.importers.reading import SourceError
from llm_select.messages import Message, listed

_TYPES = {
    "llama": "llama", "qwen2": "qwen2", "qwen2moe": "qwen2_moe", "qwen3": "qwen3", "qwen3moe": "qwen3_moe",
    "gemma": "gemma", "gemma2": "gemma2", "gemma3": "gemma3_text", "phi2": "phi", "phi3": "phi3",
    "gptneox": "gpt_neox", "gpt2": "gpt2", "bloom": "bloom", "starcoder2": "starcoder2", "olmo": "olmo",
    "olmo2": "olmo2", "olmoe": "olmoe", "command-r": "cohere", "cohere2": "cohere2", "stablelm": "stablelm",
    "granite": "granite", "smollm3": "smollm3", "apertus": "apertus", "exaone4": "exaone4", "gpt-oss": "gpt_oss",
    "glm4": "glm4", "glm4moe": "glm4_moe", "seed_oss": "seed_oss", "minimax-m2": "minimax_m2",
}  # fmt: skip
"""llama.cpp's names (src/llama-arch.cpp) and those of Transformers."""
_NAMES = {
    "block_count": "num_hidden_layers",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.key_length": "head_dim",
    "attention.sliding_window": "sliding_window",
    "context_length": "max_position_embeddings",
    "expert_count": "num_experts",
    "expert_used_count": "num_experts_per_tok",
    "expert_feed_forward_length": "moe_intermediate_size",
    "expert_shared_feed_forward_length": "shared_expert_intermediate_size",
    "expert_shared_count": "n_shared_experts",
    "leading_dense_block_count": "first_k_dense_replace",
    "nextn_predict_layers": "num_nextn_predict_layers",
    "use_parallel_residual": "use_parallel_residual",
}
_IGNORED = ("rope.", "attention.layer_norm", "vocab_size", "attention.causal", "attention.value_length", "logit_scale",
            "tensor_data_layout", "attn_logit_softcapping", "final_logit_softcapping", "expert_weights",
            "expert_gating_func", "residual_scale", "embedding_scale", "attention.scale", "attention.clamp_kqv",
            "attention.max_alibi_bias", "attention.sliding_window_pattern", "xielu.", "pooling_type", "swiglu",
            "attention.group_norm")  # fmt: skip
_FILE_TYPES = {
    0: "f32", 1: "f16", 2: "q4_0", 7: "q8_0", 10: "q2_k", 12: "q3_k_m", 14: "q4_k_s", 15: "q4_k_m", 16: "q5_k_s",
    17: "q5_k_m", 18: "q6_k", 27: "iq3_m", 29: "iq2_m", 30: "iq4_xs", 32: "bf16-gguf", 38: "mxfp4-gguf",
}  # fmt: skip
"""`general.file_type` (include/llama.h, `llama_ftype`) as ids of quantizations.yaml."""


def gguf_config(header: Gguf, where: str) -> dict[str, Any]:
    """The metadata as a `config.json` would say it. Raises SourceError for an architecture that is not known."""
    name = header.metadata.get("general.architecture")
    if not isinstance(name, str) or not 0 < len(name) < 64:
        raise SourceError(Message("general.architecture is missing or no name"), where=where)
    own = {
        key[len(name) + 1 :]: value
        for key, value in header.metadata.items()
        if key.startswith(f"{name}.")
    }
    if name not in _TYPES:
        names = listed(sorted(own)[:24]) or Message("none")
        raise SourceError(
            Message(
                "architecture {name!r} is not known; fields not placed: {fields}",
                name=name,
                fields=names,
            ),
            where=where,
            remedy=Message(
                "import its config.json instead, or write the card by hand (docs/adding-a-model.md)"
            ),
        )
    left = [key for key in own if key not in _NAMES and not key.startswith(_IGNORED)]
    if left:
        raise SourceError(
            Message(
                "{name} is known, but not with these fields: {fields}",
                name=name,
                fields=listed(sorted(left)[:16]),
            ),
            where=where,
        )
    config: dict[str, Any] = {"model_type": _TYPES[name]}
    for key, field in _NAMES.items():
        if key in own:
            config[field] = _alike(own[key], key, where)
    tensors = {one.name: one for one in header.tensors}
    table = tensors.get("token_embd.weight")
    if table is None or len(table.shape) != 2:
        raise SourceError(
            Message("no table of embeddings: token_embd.weight is missing"), where=where
        )
    config["vocab_size"] = table.shape[1]
    config["tie_word_embeddings"] = "output.weight" not in tensors
    config["attention_bias"] = "blk.0.attn_q.bias" in tensors
    _peculiar(name, config, tensors)
    return {key: value for key, value in config.items() if value not in (None, 0)}


def gguf_facts(header: Gguf, where: str) -> ConfigFacts:
    """The facts of a header. The count of parameters is that of its tensors. Raises SourceError."""
    found = config_facts(gguf_config(header, where), where)
    facts = {**found.facts}
    notes = list(found.notes)
    counted, shape = header.weights, facts["parameters"]["total"]
    extra = facts["architecture"].get("extra_prediction", {}).get("parameters", 0)
    if counted not in (shape, shape + extra):
        notes.append(
            Message(
                "the tensors hold {counted:,} weights, the shape gives {shape:,}",
                counted=counted,
                shape=shape,
            )
        )
    split = header.metadata.get("split.count")
    if isinstance(split, int) and split > 1:
        notes.append(Message("one of {split} parts: its tensors are not all of them", split=split))
    elif abs(counted - shape) > shape // 100 and counted != shape + extra:
        raise SourceError(
            Message(
                "the tensors hold {counted:,} weights but the metadata give {shape:,}: a part of the "
                "shape is not known",
                counted=counted,
                shape=shape,
            ),
            where=where,
        )
    return ConfigFacts(facts, tuple(notes), quantization(header))


def quantization(header: Gguf) -> str | None:
    """Id of the file's number format, or None where the catalog has none for it."""
    kind = header.metadata.get("general.file_type")
    return _FILE_TYPES.get(kind) if isinstance(kind, int) else None


def _alike(value: Any, key: str, where: str) -> Any:
    """One value; a list, which llama.cpp writes where layers may differ, must say the same for all."""
    if not isinstance(value, list):
        return value
    if not value or any(one != value[0] for one in value):
        raise SourceError(
            Message("{key} differs from layer to layer, which is not known", key=key), where=where
        )
    return value[0]


def _peculiar(name: str, config: dict[str, Any], tensors: dict[str, Any]) -> None:
    """What llama.cpp's names do not say."""
    if name == "llama" and config.get("num_experts"):
        config["model_type"] = "mixtral"
    if name == "llama" and config.get("sliding_window"):
        config["model_type"] = "mistral"
    if name in ("qwen2", "qwen2moe", "qwen3", "qwen3moe"):
        config.pop("sliding_window", None)
    if name == "stablelm":
        config["use_qkv_bias"] = config["attention_bias"]
    if name == "command-r":
        config["use_qk_norm"] = "blk.0.attn_q_norm.weight" in tensors
    if name == "glm4moe":
        config["use_qk_norm"] = "blk.0.attn_q_norm.weight" in tensors
        config["num_hidden_layers"] = config.get("num_hidden_layers", 0) - config.get(
            "num_nextn_predict_layers", 0
        )
    if name == "gemma3" and "sliding_window" in config:
        config["sliding_window_pattern"] = 6
