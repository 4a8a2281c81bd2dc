"""Modules an adapter sits on, as Transformers names them, by architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.estimates.matrices import ALL_LINEAR, matrices

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture

_ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
_GATED = (*_ATTENTION, "gate_proj", "up_proj", "down_proj")
_SEQ2SEQ = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
_FUSED = ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h")
NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "llama", "mistral", "ministral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "granite", "olmo",
            "olmo2", "olmo3", "smollm3", "cohere", "cohere2", "exaone4", "stablelm", "helium",
        ),
        _GATED,
    ),
    "apertus": (*_ATTENTION, "up_proj", "down_proj"),
    **dict.fromkeys(("phi3",), ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")),
    **dict.fromkeys(("phi",), ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2")),
    **dict.fromkeys(("opt", "m2m_100", "bart", "mbart", "marian", "pegasus"), _SEQ2SEQ),
    **dict.fromkeys(("gpt_neox", "bloom", "falcon"), _FUSED),
    **dict.fromkeys(("gpt2",), ("c_attn", "c_proj", "c_fc")),
    **dict.fromkeys(("t5", "mt5", "umt5"), ("q", "k", "v", "o", "wi_0", "wi_1", "wo")),
    **dict.fromkeys(("bert", "roberta", "xlm-roberta", "electra", "camembert"), ("query", "key", "value", "dense")),
    **dict.fromkeys(("deberta-v2",), ("query_proj", "key_proj", "value_proj", "dense")),
    **dict.fromkeys(("distilbert",), ("q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2")),
    **dict.fromkeys(("modernbert",), ("Wqkv", "Wi", "Wo")),
}  # fmt: skip
"""Every linear module inside the layers, held against the models of Transformers 5.23 at small widths."""
T5_UNGATED = ("q", "k", "v", "o", "wi", "wo")
"""T5 before version 1.1 has one matrix where later ones have a gate."""


_ATTENTION_NAMES = {
    "query": "q_proj", "key": "k_proj", "value": "v_proj", "output": "o_proj", "q-down": "q_a_proj",
    "q-up": "q_b_proj", "kv-down": "kv_a_proj_with_mqa", "kv-up": "kv_b_proj",
}  # fmt: skip
"""Attention's matrices as the mixtures of Transformers call them, latent attention after DeepSeek's code."""


def module_names(arch: Architecture, *, attention_only: bool) -> tuple[str, ...]:
    """Module names of all layers' matrices; `all-linear`, PEFT's word for them, where the names are not listed.

    `attention_only` for mixtures: current Transformers holds the experts of a layer in one tensor, which is no linear
    module, and adapters on attention alone are what was measured on Mixtral.
    """
    if attention_only:
        roles = {matrix.role for matrix in matrices(arch)}
        named = tuple(name for role, name in _ATTENTION_NAMES.items() if role in roles)
        return named or (ALL_LINEAR,)
    stack = arch.encoder or arch
    if arch.model_type == "t5" and stack.ffn is not None and not stack.ffn.gated:
        return T5_UNGATED
    return NAMES.get(arch.model_type, (ALL_LINEAR,))


_IA3_ROLES = (
    "k_proj",
    "v_proj",
    "down_proj",
    "fc2",
    "k",
    "v",
    "wo",
    "query_key_value",
    "dense_4h_to_h",
)


def scaled_modules(arch: Architecture) -> tuple[str, ...]:
    """Modules that IA3 scales: keys, values and the feed-forward network's last matrix (Liu et al. 2022,
    arXiv:2205.05638 §3.3)."""
    names = module_names(arch, attention_only=False)
    return tuple(name for name in names if name in _IA3_ROLES) or names


HEADS = {
    "deberta-v2": ("classifier", "pooler"),
    "distilbert": ("classifier", "pre_classifier"),
    "modernbert": ("classifier", "head"),
}
"""Modules that are new on top of an encoder, where it is not `classifier` alone."""


def new_modules(arch: Architecture, kind: str, head: str) -> tuple[str, ...]:
    """Modules drawn at random for the task, which an adapter must train whole (PEFT `modules_to_save`)."""
    if head in ("language-model", "embedding"):
        return ()
    if kind != "encoder":
        return ("score",) if kind == "decoder" else ("classification_head",)
    if head == "span":
        return ("qa_outputs",)
    if arch.model_type in HEADS and head != "token-labels":
        return HEADS[arch.model_type]
    return ("classifier",)
