"""Sentences of the fine-tuning strategy and plan: why a rule holds, what a concession is, why a setting is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llm_select.render.numbers import count, score

Values = Mapping[str, str | float | int | None]
_Make = Callable[[Values], str]


def _number(values: Values, key: str) -> float:
    value = values[key]
    assert isinstance(value, int | float)
    return float(value)


def _n(values: Values, key: str) -> str:
    return f"{_number(values, key):,.0f}"


def _s(values: Values, key: str) -> str:
    value = values.get(key)
    return score(float(value)) if isinstance(value, int | float) else "unknown"


def said(sentences: Mapping[str, str | _Make], code: str, values: Values) -> str:
    """The sentence for a code; an unknown one is a defect, shown rather than hidden."""
    make = sentences.get(code, code)
    return make if isinstance(make, str) else make(values)


STRATEGIES = {
    "prompt": "prompting",
    "prompt-tuning": "prompt tuning",
    "prefix-tuning": "prefix tuning",
    "ia3": "IA3",
    "lora": "LoRA",
    "qlora": "QLoRA",
    "dora": "DoRA",
    "full": "full fine-tuning",
    "encoder": "a fine-tuned encoder instead",
    "encoder-decoder": "a fine-tuned encoder-decoder instead",
}
_BLOCKED: dict[str, str | _Make] = {
    "kind": lambda v: f"{v['kind']} models cannot do it; it takes {v['kinds']}",
    "specialization": lambda v: f"it was made only for {v['made_for']}",
    "modality": "it does not read what the task gives",
    "modality-output": "it does not produce what the task asks",
}
_NOT_HIGHER: dict[str, _Make] = {
    "same-kind": lambda v: f"the model is an {v['kind']} itself",
    "task": lambda v: f"the task's file names no {v['kind']}s",
    "none": lambda v: f"no fine-tuned {v['kind']} stands on the boards and passes the constraints",
    "examples": lambda v: (
        f"{v['name']} reaches {_s(v, 'value')}, fine-tuned on {_n(v, 'needed')} examples; you have "
        f"{_n(v, 'examples')}"
    ),
    "unrated": lambda v: (
        f"{v['name']} reaches {_s(v, 'value')}, but no board shows the model: they cannot be compared"
    ),
    "lower": lambda v: (
        f"the best, {v['name']}, has {_s(v, 'value')}; the model {_s(v, 'own')}"
        f" (probability that the {v['kind']} is better: {_number(v, 'probability'):.0%})"
    ),
}
_HIGHER: dict[str, _Make] = {
    "higher": lambda v: (
        f"{v['name']}, fine-tuned on {_n(v, 'needed')} examples, has {_s(v, 'value')}; the model, prompted, "
        f"{_s(v, 'own')} (probability that the {v['kind']} is better: {_number(v, 'probability'):.0%})"
    ),
    "reaches": lambda v: (
        f"{v['name']}, fine-tuned on {_n(v, 'needed')} examples, reaches the {_s(v, 'asked')} asked for"
    ),
}


def _wins(values: Values) -> str:
    why = str(values["why"])
    return (_HIGHER.get(why) or _NOT_HIGHER[why])(values)


def _memory(v: Values) -> str:
    verdict = v["verdict"]
    if verdict == "unplanned":
        return "not planned for this model"
    if verdict is None:
        return "no machine given"
    return {
        "fits": "it fits",
        "reduced": "it fits only with the weights held in 16 bits, where small updates vanish",
        "tight": "it may not fit: expected memory does, the upper end does not",
        "no": "it does not fit",
    }[str(verdict)]


def _few(v: Values) -> str:
    return f"{_n(v, 'given')} given, {_n(v, 'needed')} needed"


HOLDS: dict[str, str | _Make] = {
    "weights-hosted": lambda v: (
        f"{v['developer']} does not give them out: it cannot be trained here"
    ),
    "privacy-hosted": "it runs only at its provider",
    "license-commercial": lambda v: (
        f"{v['license']} is not among those of --license"
        if v["other"]
        else f"{v['license']} forbids commercial use"
    ),
    "task-kind": lambda v: said(_BLOCKED, str(v["code"]), v),
    "not-promptable": lambda v: f"an {v['kind']} must be trained for the task first",
    "no-examples": "none given: nothing to train on",
    "few-examples": lambda v: f"{_n(v, 'given')} given; training pays from about {_n(v, 'needed')}",
    "accuracy-reached": lambda v: f"low end {_s(v, 'low')}, asked {_s(v, 'asked')}",
    "encoder-wins": _wins,
    "encoder-decoder-wins": _wins,
    "own-encoder": "all weights are trained, with a new output layer",
    "encoder-few": lambda v: (
        f"{_n(v, 'given')} given; encoders classified well from {_n(v, 'needed')} on"
    ),
    "translation-few": lambda v: (
        f"{_n(v, 'given')} given; below {_n(v, 'needed')} fine-tuning made a decoder translate worse"
    ),
    "own-encoder-decoder": "all weights are trained where they fit, else an adapter",
    "many-examples": lambda v: (
        f"{_n(v, 'given')} given: from {_n(v, 'needed')} on adapters fall behind"
    ),
    "short-answers-few": lambda v: (
        f"{_n(v, 'given')} given: between {_n(v, 'from')} and {_n(v, 'to')}"
    ),
    "adapter": lambda v: f"{_n(v, 'given')} given, {_n(v, 'needed')} needed",
    "quantized-base": "LoRA does not fit in 16 bits, QLoRA does in 4",
    "dora": lambda v: (
        f"the model has {_s(v, 'own')}, asked {_s(v, 'asked')}: a variant to try after LoRA"
    ),
    "virtual-tokens": lambda v: f"{count(_number(v, 'parameters'))} parameters",
    "memory-serve": "no format of it fits the machine",
    "memory-full": _memory,
    "memory-lora": _memory,
    "memory-qlora": _memory,
    "memory-small": _memory,
    "new-facts": lambda v: (
        f"{v['task']} asks what is true: look it up, and give the passage in the prompt"
    ),
    "baseline": "prompting the model as it is",
    "small-data": lambda v: (
        f"{_n(v, 'given')} examples: train several seeds, choose on held-out data"
    ),
    "no-chat-format": "it is a base model: give solved examples, not instructions",
    "language-not-listed": lambda v: f"its card does not list {v['missing']}",
    "license-terms": lambda v: f"{v['license']}: {v['conditions']}",
    "superseded": lambda v: f"{v['successor']}: consider starting from it",
    "accuracy-unknown": lambda v: f"no board rates it at {v['task']}: measure it before training",
    "gap-open": lambda v: f"the best on the boards has {_s(v, 'best')}, asked {_s(v, 'asked')}",
    "other-maker": lambda v: (
        f"memory is counted as CUDA programs take it; the device is from {v['vendor']}"
    ),
    "gain-unknown": "the boards hold no score of this model trained: measure before and after",
}
"""Why a rule holds."""
FAILS: dict[str, str | _Make] = {
    "weights-hosted": "they are open",
    "privacy-hosted": lambda v: (
        "it runs on your machines"
        if v["privacy"] == "self-hosted"
        else "--privacy self-hosted was not asked for"
    ),
    "license-commercial": lambda v: (
        f"{v['license']} allows it" if v["asked"] else "--commercial was not asked for"
    ),
    "task-kind": lambda v: f"{v['kind']} is among {v['kinds']}",
    "not-promptable": "it takes instructions, or does the task as it is",
    "no-examples": lambda v: f"{_n(v, 'given')} given",
    "few-examples": lambda v: f"{_n(v, 'given')} given, from {_n(v, 'needed')} on there are enough",
    "accuracy-reached": lambda v: (
        "--min-accuracy was not given"
        if v["asked"] is None
        else f"low end {_s(v, 'low')}, asked {_s(v, 'asked')}"
    ),
    "encoder-wins": _wins,
    "encoder-decoder-wins": _wins,
    "own-encoder": lambda v: (
        f"it is an {v['kind']}" if v["kind"] != "decoder" else "it is a decoder"
    ),
    "encoder-few": lambda v: (
        f"{_n(v, 'given')} given" if v["kind"] == "encoder" else "it is no encoder"
    ),
    "translation-few": lambda v: (
        f"{_n(v, 'given')} given, {_n(v, 'needed')} needed"
        if v["applies"]
        else "not a decoder that translates"
    ),
    "own-encoder-decoder": lambda v: f"it is of kind {v['kind']}",
    "many-examples": lambda v: f"{_n(v, 'given')} given; many begin at {_n(v, 'needed')}",
    "short-answers-few": lambda v: (
        f"{_n(v, 'given')} given; the rule is for {_n(v, 'from')} to {_n(v, 'to')}"
        if v["short"]
        else "the task's answers are long"
    ),
    "adapter": lambda v: (
        f"{_n(v, 'given')} given, {_n(v, 'needed')} needed"
        if v["kind"] == "decoder"
        else f"it is of kind {v['kind']}"
    ),
    "quantized-base": lambda v: (
        "LoRA fits in 16 bits"
        if v["lora"] == "fits"
        else "QLoRA does not fit either"
        if v["lora"] in ("tight", "no")
        else "no machine given, or not planned for this model"
    ),
    "dora": lambda v: (
        "no accuracy was asked for that LoRA could miss"
        if v["asked"] is None
        else "no decoder that is short of what was asked"
    ),
    "virtual-tokens": lambda v: f"not a decoder of {count(_number(v, 'needed'))} parameters",
    "memory-serve": lambda v: "it runs" if v["serves"] else "no machine given, or a hosted model",
    "memory-full": _memory,
    "memory-lora": _memory,
    "memory-qlora": _memory,
    "memory-small": _memory,
    "new-facts": lambda v: f"{v['task']} asks for a skill, not for facts",
    "small-data": lambda v: f"{_n(v, 'given')} given",
    "no-chat-format": "it follows a chat format, or its card does not say",
    "language-not-listed": "the languages asked for are listed, or none was asked for",
    "license-terms": lambda v: f"{v['license']} asks for no more than a notice",
    "superseded": "its card names none",
    "accuracy-unknown": lambda v: f"boards rate it at {v['task']}",
    "gap-open": lambda v: (
        "--min-accuracy was not given"
        if v["asked"] is None
        else f"the best on the boards has {_s(v, 'best')}"
    ),
    "other-maker": "it is, or no machine was named",
    "gain-unknown": "the boards show it fine-tuned, or there are no examples",
}
"""Why a rule does not hold."""


def rule_sentence(rule: str, holds: bool, values: Values) -> str:
    """Why a rule holds or not. An unknown rule is a defect, shown rather than hidden."""
    return said(HOLDS if holds else FAILS, rule, values)


CONCESSIONS: dict[str, str | _Make] = {
    "start": lambda v: f"{v['batch']} sequence(s) in a pass, everything kept",
    "checkpointing": "recompute activations",
    "micro-batch": lambda v: f"one sequence a pass, {v['accumulation']} passes a step",
    "optimizer": lambda v: f"optimizer {v['name']}",
    "lora": "LoRA in place of all weights",
    "qlora": "QLoRA: the base in 4 bits",
    "sharding": lambda v: f"share out by {v['name']}",
    "gpus": lambda v: f"{v['gpus']} GPUs, shared out by FSDP",
    "smaller-base": lambda v: (
        f"smaller base: {v['model']}"
        + (f", sequences cut to {_n(v, 'seq_len')} tokens" if "seq_len" in v else "")
    ),
    "sequence": lambda v: (
        f"sequences cut to {_n(v, 'seq_len')} tokens (an example has {_n(v, 'tokens')})"
    ),
}
CHOICES: dict[str, str | _Make] = {
    "recipe": lambda v: f"recipe {v['id']}: {v['name']}",
    "asked": "as asked for",
    "usual": "Transformers' default",
    "recipe-value": lambda v: f"recipe {v['id']}",
    "lengths": lambda v: (
        f"{_n(v, 'tokens')} tokens of "
        + ("an example as given" if v["given"] else "the task's typical request")
        + f", {_number(v, 'margin'):g} times, to a power of two"
    ),
    "all-layers": "every linear layer: attention alone learns less",
    "experts-in-one-tensor": "attention only: experts lie in one tensor, as measured on Mixtral",
    "precision-bf16": "the frozen base in 16 bits, the adapter in 32",
    "precision-fp16": "the device has no BF16; the frozen base in FP16",
    "precision-bf16-mixed": "32-bit weights under 16-bit arithmetic: small updates survive",
    "precision-fp16-mixed": "the device has no BF16; 32-bit weights under FP16 arithmetic",
    "packed": "two examples or more fit in a sequence",
    "not-packed": lambda v: (
        "an example fills more than half of a sequence"
        if v["kind"] == "decoder"
        else "one text, one label"
    ),
    "fits-fastest": lambda v: (
        f"about the fastest way to {v['sequences']} sequences a step that fits"
    ),
    "no-machine": lambda v: (
        f"no machine given: {v['sequences']} sequences a step, in passes that need least memory"
    ),
    "recomputes": "the only way that fits, or the faster",
    "keeps": "fits without recomputing, which would cost a forward pass",
    "states-too-large": lambda v: f"states of {v['instead']} do not fit",
    "weights-too-large": lambda v: (
        f"32-bit weights ({v['instead']}) do not fit; small updates may vanish"
    ),
    "first-that-fits": lambda v: f"the first way to use {v['gpus']} GPUs that fits",
}
MISSING_TIME = {
    "no-machine": "no machine given: add --gpu NAME",
    "compute-unknown": "the machine's throughput is not in the catalog: give --gpu NAME",
    "unmeasured-vendor": "training speed was measured on NVIDIA cards only",
}
