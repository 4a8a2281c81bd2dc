"""The rule on contexts that are a library's default: LS017."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.rules.found import Found, Subject
from llm_select.messages import Message

DEFAULTS = {
    "apertus": 65536,
    "bart": 1024,
    "bert": 512,
    "codegen": 2048,
    "cohere": 8192,
    "cohere2": 8192,
    "deberta-v2": 512,
    "deepseek_v2": 2048,
    "deepseek_v3": 4096,
    "deepseek_v32": 163840,
    "distilbert": 512,
    "ernie4_5": 131072,
    "eurobert": 8192,
    "exaone4": 2048,
    "falcon": 2048,
    "gemma": 8192,
    "gemma2": 8192,
    "gemma3_text": 131072,
    "gemma3n": 32768,
    "gemma4": 131072,
    "glm": 131072,
    "glm4": 131072,
    "glm4_moe": 131072,
    "glm_moe_dsa": 202752,
    "gpt2": 1024,
    "gpt_neox": 2048,
    "gpt_oss": 131072,
    "gptj": 2048,
    "granite": 2048,
    "granitemoe": 2048,
    "granitemoehybrid": 2048,
    "jamba": 262144,
    "llama": 2048,
    "llama4": 131072,
    "m2m_100": 1024,
    "minimax_m2": 196608,
    "mistral": 131072,
    "mixtral": 131072,
    "modernbert": 8192,
    "nemotron_h": 4096,
    "olmo": 2048,
    "olmo2": 2048,
    "olmo3": 2048,
    "opt": 2048,
    "pegasus": 1024,
    "phi": 2048,
    "phi3": 4096,
    "qwen2": 32768,
    "qwen2_5_vl": 32768,
    "qwen2_moe": 32768,
    "qwen3": 32768,
    "qwen3_5": 32768,
    "qwen3_5_moe": 32768,
    "qwen3_moe": 32768,
    "qwen3_next": 32768,
    "qwen3_vl": 128000,
    "rembert": 512,
    "roberta": 512,
    "smollm3": 32768,
    "stablelm": 4096,
    "starcoder2": 4096,
    "xlm-roberta": 512,
}
"""Positions that a configuration class of Transformers 5.24.0 takes where `config.json` is silent, by `model_type`;
of a model with towers, those of its text configuration."""
_OFFSET = 8
"""Rows a learned table may have beyond its positions (RoBERTa and OPT have two)."""


def library_default_context(subject: Subject) -> Iterator[Found]:
    """A context that is a library's default, where something else on the card or in its release says more.

    ## What it does
    Compares `context.native` with the number of positions that the configuration class of the card's `model_type` takes
    when `config.json` is silent. Where they are equal it looks for a contradiction: a position table with more rows, a
    window as long as the context, a base of the same architecture with a longer context, or two or more cards of the
    same family, architecture and month, of at most twice or half its size, that agree on a longer one.

    ## Why it is bad
    The figure was then computed by a library, not read: the model is refused for requests that it can serve.

    ## Example
        architecture: {model_type: llama, …}
        context: {native: 2048}      # and its base has 131072

    ## Use instead
        context: {native: 131072}
    """
    models = subject.catalog.models
    releases: dict[tuple[str, str, str], list[tuple[str, int, int]]] = {}
    for key, model in models.items():
        if model.context is not None and model.architecture is not None:
            release = (key.split("/")[0], model.architecture.model_type, model.released[:7])
            size = model.parameters.total if model.parameters is not None else 0
            releases.setdefault(release, []).append((key, model.context.native, size))
    for (_, kind, month), members in releases.items():
        for key, native, size in members:
            if native != DEFAULTS.get(kind):
                continue
            others = [
                context
                for other, context, near in members
                if other != key and len(month) == 7 and size <= 2 * near and near <= 2 * size
            ]
            said = _contradiction(models[key], models, others)
            if said is not None:
                message = Message(
                    "{native} is what {kind} takes by default, but {said}",
                    native=native,
                    kind=kind,
                    said=said,
                )
                remedy = Message("read max_position_embeddings, or the developer's text")
                yield Found("models", key, ("context", "native"), message, remedy, "warning")


def _contradiction(model: Any, models: Any, others: list[int]) -> str | None:
    native, architecture = model.context.native, model.architecture
    rows = architecture.max_positions
    if rows is not None and rows > native + _OFFSET:
        return Message("its position table has {rows} rows", rows=rows)
    for stack in (architecture, architecture.encoder, architecture.decoder):
        for group in stack.attention if stack is not None else ():
            if group.window is not None and group.window >= native:
                return Message(
                    "{layers} of its layers see {window} tokens back",
                    layers=group.layers,
                    window=group.window,
                )
    base = models.get(model.finetuning.base) if model.finetuning is not None else None
    if (
        base is not None
        and base.context is not None
        and base.architecture is not None
        and base.architecture.model_type == architecture.model_type
        and base.context.native > native
    ):
        return Message(
            "its base {base} has {native}", base=model.finetuning.base, native=base.context.native
        )
    if len(others) > 1 and len(set(others)) == 1 and others[0] > native:
        return Message(
            "{count} others of its release have {native}", count=len(others), native=others[0]
        )
    return None
