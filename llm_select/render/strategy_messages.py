"""Sentences of the fine-tuning strategy and plan: why a rule holds, what a concession is, why a setting is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llm_select.i18n import clauses, prose, titled, tr, translated
from llm_select.messages import Message
from llm_select.render.numbers import count, score
from llm_select.render.words import word, words

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
    return score(float(value)) if isinstance(value, int | float) else word("unknown")


def _kinds(values: Values) -> str:
    return words(str(values["kinds"]).split(", "))


def _conditions(values: Values) -> str:
    return clauses(map(prose, str(values["conditions"]).split("; ")))


def said(sentences: Mapping[str, str | _Make], code: str, values: Values) -> str:
    """The sentence for a code; an unknown one is a defect, shown rather than hidden."""
    make = sentences.get(code, code)
    return translated(make) if isinstance(make, str) else make(values)


STRATEGIES = {
    "prompt": Message("prompting"),
    "prompt-tuning": Message("prompt tuning"),
    "prefix-tuning": Message("prefix tuning"),
    "ia3": "IA3",
    "lora": "LoRA",
    "qlora": "QLoRA",
    "dora": "DoRA",
    "full": Message("full fine-tuning"),
    "encoder": Message("a fine-tuned encoder instead"),
    "encoder-decoder": Message("a fine-tuned encoder-decoder instead"),
}
_ALONE = {
    "encoder": Message("a fine-tuned encoder"),
    "encoder-decoder": Message("a fine-tuned encoder-decoder"),
}


def strategy_name(strategy: str, *, alone: bool = False) -> str:
    """A strategy, or a method of training, as people call it; `alone` where it is set against no model."""
    name: str = STRATEGIES.get(strategy, strategy)
    return translated(_ALONE.get(strategy, name) if alone else name)


_BLOCKED: dict[str, str | _Make] = {
    "kind": lambda v: tr(
        "{kind} models cannot do it; it takes {kinds}", kind=word(v["kind"]), kinds=_kinds(v)
    ),
    "specialization": lambda v: tr("it was made only for {made_for}", made_for=v["made_for"]),
    "modality": Message("it does not read what the task gives"),
    "modality-output": Message("it does not produce what the task asks"),
}
_NOT_HIGHER: dict[str, _Make] = {
    "same-kind": lambda v: tr("the model is an {kind} itself", kind=word(v["kind"])),
    "task": lambda v: tr("the task's file names no {kind}s", kind=word(v["kind"])),
    "none": lambda v: tr(
        "no fine-tuned {kind} stands on the boards and passes the constraints", kind=word(v["kind"])
    ),
    "examples": lambda v: tr(
        "{name} reaches {value}, fine-tuned on {needed} examples; you have {examples}",
        name=v["name"],
        value=_s(v, "value"),
        needed=_n(v, "needed"),
        examples=_n(v, "examples"),
    ),
    "unrated": lambda v: tr(
        "{name} reaches {value}, but no board shows the model: they cannot be compared",
        name=v["name"],
        value=_s(v, "value"),
    ),
    "lower": lambda v: tr(
        "the best, {name}, has {value}; the model {own} (probability that the {kind} is better: "
        "{probability})",
        name=v["name"],
        value=_s(v, "value"),
        own=_s(v, "own"),
        kind=word(v["kind"]),
        probability=f"{_number(v, 'probability'):.0%}",
    ),
}
_HIGHER: dict[str, _Make] = {
    "higher": lambda v: tr(
        "{name}, fine-tuned on {needed} examples, has {value}; the model, prompted, {own} "
        "(probability that the {kind} is better: {probability})",
        name=v["name"],
        needed=_n(v, "needed"),
        value=_s(v, "value"),
        own=_s(v, "own"),
        kind=word(v["kind"]),
        probability=f"{_number(v, 'probability'):.0%}",
    ),
    "reaches": lambda v: tr(
        "{name}, fine-tuned on {needed} examples, reaches the {asked} asked for",
        name=v["name"],
        needed=_n(v, "needed"),
        asked=_s(v, "asked"),
    ),
}


def _wins(values: Values) -> str:
    why = str(values["why"])
    return (_HIGHER.get(why) or _NOT_HIGHER[why])(values)


def _memory(v: Values) -> str:
    verdict = v["verdict"]
    if verdict == "unplanned":
        return tr("not planned for this model")
    if verdict is None:
        return tr("no machine given")
    return translated(
        {
            "fits": Message("it fits"),
            "reduced": Message(
                "it fits only with the weights held in 16 bits, where small updates vanish"
            ),
            "tight": Message("it may not fit: expected memory does, the upper end does not"),
            "no": Message("it does not fit"),
        }[str(verdict)]
    )


def _few(v: Values) -> str:
    return tr("{given} given, {needed} needed", given=_n(v, "given"), needed=_n(v, "needed"))


HOLDS: dict[str, str | _Make] = {
    "weights-hosted": lambda v: tr(
        "{developer} does not give them out: it cannot be trained here", developer=v["developer"]
    ),
    "privacy-hosted": Message("it runs only at its provider"),
    "license-commercial": lambda v: (
        tr("{license} is not among those of --license", license=v["license"])
        if v["other"]
        else tr("{license} forbids commercial use", license=v["license"])
    ),
    "task-kind": lambda v: said(_BLOCKED, str(v["code"]), v),
    "not-promptable": lambda v: tr(
        "an {kind} must be trained for the task first", kind=word(v["kind"])
    ),
    "no-examples": Message("none given: nothing to train on"),
    "few-examples": lambda v: tr(
        "{given} given; training pays from about {needed}",
        given=_n(v, "given"),
        needed=_n(v, "needed"),
    ),
    "accuracy-reached": lambda v: tr(
        "low end {low}, asked {asked}", low=_s(v, "low"), asked=_s(v, "asked")
    ),
    "encoder-wins": _wins,
    "encoder-decoder-wins": _wins,
    "own-encoder": Message("all weights are trained, with a new output layer"),
    "encoder-few": lambda v: tr(
        "{given} given; encoders classified well from {needed} on",
        given=_n(v, "given"),
        needed=_n(v, "needed"),
    ),
    "translation-few": lambda v: tr(
        "{given} given; below {needed} fine-tuning made a decoder translate worse",
        given=_n(v, "given"),
        needed=_n(v, "needed"),
    ),
    "own-encoder-decoder": Message("all weights are trained where they fit, else an adapter"),
    "many-examples": lambda v: tr(
        "{given} given: from {needed} on adapters fall behind",
        given=_n(v, "given"),
        needed=_n(v, "needed"),
    ),
    "short-answers-few": lambda v: tr(
        "{given} given: between {start} and {to}",
        given=_n(v, "given"),
        start=_n(v, "from"),
        to=_n(v, "to"),
    ),
    "adapter": lambda v: tr(
        "{given} given, {needed} needed", given=_n(v, "given"), needed=_n(v, "needed")
    ),
    "quantized-base": Message("LoRA does not fit in 16 bits, QLoRA does in 4"),
    "dora": lambda v: tr(
        "the model has {own}, asked {asked}: a variant to try after LoRA",
        own=_s(v, "own"),
        asked=_s(v, "asked"),
    ),
    "virtual-tokens": lambda v: tr(
        "{parameters} parameters", parameters=count(_number(v, "parameters"))
    ),
    "memory-serve": Message("no format of it fits the machine"),
    "memory-full": _memory,
    "memory-lora": _memory,
    "memory-qlora": _memory,
    "memory-small": _memory,
    "new-facts": lambda v: tr(
        "{task} asks what is true: look it up, and give the passage in the prompt", task=v["task"]
    ),
    "baseline": Message("prompting the model as it is"),
    "small-data": lambda v: tr(
        "{given} examples: train several seeds, choose on held-out data", given=_n(v, "given")
    ),
    "no-chat-format": Message("it is a base model: give solved examples, not instructions"),
    "language-not-listed": lambda v: tr("its card does not list {missing}", missing=v["missing"]),
    "license-terms": lambda v: titled(str(v["license"]), _conditions(v)),
    "superseded": lambda v: tr("{successor}: consider starting from it", successor=v["successor"]),
    "accuracy-unknown": lambda v: tr(
        "no board rates it at {task}: measure it before training", task=v["task"]
    ),
    "gap-open": lambda v: tr(
        "the best on the boards has {best}, asked {asked}", best=_s(v, "best"), asked=_s(v, "asked")
    ),
    "other-maker": lambda v: tr(
        "memory is counted as CUDA programs take it; the device is from {vendor}",
        vendor=v["vendor"],
    ),
    "gain-unknown": Message(
        "the boards hold no score of this model trained: measure before and after"
    ),
}
"""Why a rule holds."""
FAILS: dict[str, str | _Make] = {
    "weights-hosted": Message("they are open"),
    "privacy-hosted": lambda v: (
        tr("it runs on your machines")
        if v["privacy"] == "self-hosted"
        else tr("--privacy self-hosted was not asked for")
    ),
    "license-commercial": lambda v: (
        tr("{license} allows it", license=v["license"])
        if v["asked"]
        else tr("--commercial was not asked for")
    ),
    "task-kind": lambda v: tr("{kind} is among {kinds}", kind=word(v["kind"]), kinds=_kinds(v)),
    "not-promptable": Message("it takes instructions, or does the task as it is"),
    "no-examples": lambda v: tr("{given} given", given=_n(v, "given")),
    "few-examples": lambda v: tr(
        "{given} given, from {needed} on there are enough",
        given=_n(v, "given"),
        needed=_n(v, "needed"),
    ),
    "accuracy-reached": lambda v: (
        tr("--min-accuracy was not given")
        if v["asked"] is None
        else tr("low end {low}, asked {asked}", low=_s(v, "low"), asked=_s(v, "asked"))
    ),
    "encoder-wins": _wins,
    "encoder-decoder-wins": _wins,
    "own-encoder": lambda v: (
        tr("it is an {kind}", kind=word(v["kind"]))
        if v["kind"] != "decoder"
        else tr("it is a decoder")
    ),
    "encoder-few": lambda v: (
        tr("{given} given", given=_n(v, "given"))
        if v["kind"] == "encoder"
        else tr("it is no encoder")
    ),
    "translation-few": lambda v: (
        tr("{given} given, {needed} needed", given=_n(v, "given"), needed=_n(v, "needed"))
        if v["applies"]
        else tr("not a decoder that translates")
    ),
    "own-encoder-decoder": lambda v: tr("it is of kind {kind}", kind=word(v["kind"])),
    "many-examples": lambda v: tr(
        "{given} given; many begin at {needed}", given=_n(v, "given"), needed=_n(v, "needed")
    ),
    "short-answers-few": lambda v: (
        tr(
            "{given} given; the rule is for {start} to {to}",
            given=_n(v, "given"),
            start=_n(v, "from"),
            to=_n(v, "to"),
        )
        if v["short"]
        else tr("the task's answers are long")
    ),
    "adapter": lambda v: (
        tr("{given} given, {needed} needed", given=_n(v, "given"), needed=_n(v, "needed"))
        if v["kind"] == "decoder"
        else tr("it is of kind {kind}", kind=word(v["kind"]))
    ),
    "quantized-base": lambda v: (
        tr("LoRA fits in 16 bits")
        if v["lora"] == "fits"
        else tr("QLoRA does not fit either")
        if v["lora"] in ("tight", "no")
        else tr("no machine given, or not planned for this model")
    ),
    "dora": lambda v: (
        tr("no accuracy was asked for that LoRA could miss")
        if v["asked"] is None
        else tr("no decoder that is short of what was asked")
    ),
    "virtual-tokens": lambda v: tr(
        "not a decoder of {needed} parameters", needed=count(_number(v, "needed"))
    ),
    "memory-serve": lambda v: (
        tr("it runs") if v["serves"] else tr("no machine given, or a hosted model")
    ),
    "memory-full": _memory,
    "memory-lora": _memory,
    "memory-qlora": _memory,
    "memory-small": _memory,
    "new-facts": lambda v: tr("{task} asks for a skill, not for facts", task=v["task"]),
    "small-data": lambda v: tr("{given} given", given=_n(v, "given")),
    "no-chat-format": Message("it follows a chat format, or its card does not say"),
    "language-not-listed": Message("the languages asked for are listed, or none was asked for"),
    "license-terms": lambda v: tr("{license} asks for no more than a notice", license=v["license"]),
    "superseded": Message("its card names none"),
    "accuracy-unknown": lambda v: tr("boards rate it at {task}", task=v["task"]),
    "gap-open": lambda v: (
        tr("--min-accuracy was not given")
        if v["asked"] is None
        else tr("the best on the boards has {best}", best=_s(v, "best"))
    ),
    "other-maker": Message("it is, or no machine was named"),
    "gain-unknown": Message("the boards show it fine-tuned, or there are no examples"),
}
"""Why a rule does not hold."""


def rule_sentence(rule: str, holds: bool, values: Values) -> str:
    """Why a rule holds or not. An unknown rule is a defect, shown rather than hidden."""
    return said(HOLDS if holds else FAILS, rule, values)


def _smaller_base(v: Values) -> str:
    if "seq_len" in v:
        return tr(
            "smaller base: {model}, sequences cut to {n} tokens",
            model=v["model"],
            n=_n(v, "seq_len"),
        )
    return tr("smaller base: {model}", model=v["model"])


def _lengths(v: Values) -> str:
    n, margin = _n(v, "tokens"), f"{_number(v, 'margin'):g}"
    if v["given"]:
        return tr(
            "{n} tokens of an example as given, {margin} times, to a power of two",
            n=n,
            margin=margin,
        )
    return tr(
        "{n} tokens of the task's typical request, {margin} times, to a power of two",
        n=n,
        margin=margin,
    )


CONCESSIONS: dict[str, str | _Make] = {
    "start": lambda v: tr("{batch} sequence(s) in a pass, everything kept", batch=v["batch"]),
    "checkpointing": Message("recompute activations"),
    "micro-batch": lambda v: tr(
        "one sequence a pass, {accumulation} passes a step", accumulation=v["accumulation"]
    ),
    "optimizer": lambda v: tr("optimizer {name}", name=v["name"]),
    "lora": Message("LoRA in place of all weights"),
    "qlora": Message("QLoRA: the base in 4 bits"),
    "sharding": lambda v: tr("share out by {name}", name=v["name"]),
    "gpus": lambda v: tr("{gpus} GPUs, shared out by FSDP", gpus=v["gpus"]),
    "smaller-base": _smaller_base,
    "sequence": lambda v: tr(
        "sequences cut to {n} tokens (an example has {tokens})",
        n=_n(v, "seq_len"),
        tokens=_n(v, "tokens"),
    ),
}
CHOICES: dict[str, str | _Make] = {
    "recipe": lambda v: tr("recipe {id}: {name}", id=v["id"], name=prose(str(v["name"]))),
    "asked": Message("as asked for"),
    "usual": Message("Transformers' default"),
    "recipe-value": lambda v: tr("recipe {id}", id=v["id"]),
    "lengths": _lengths,
    "all-layers": Message("every linear layer: attention alone learns less"),
    "experts-in-one-tensor": Message(
        "attention only: experts lie in one tensor, as measured on Mixtral"
    ),
    "precision-bf16": Message("the frozen base in 16 bits, the adapter in 32"),
    "precision-fp16": Message("the device has no BF16; the frozen base in FP16"),
    "precision-bf16-mixed": Message(
        "32-bit weights under 16-bit arithmetic: small updates survive"
    ),
    "precision-fp16-mixed": Message("the device has no BF16; 32-bit weights under FP16 arithmetic"),
    "packed": Message("two examples or more fit in a sequence"),
    "not-packed": lambda v: (
        tr("an example fills more than half of a sequence")
        if v["kind"] == "decoder"
        else tr("one text, one label")
    ),
    "fits-fastest": lambda v: tr(
        "about the fastest way to {sequences} sequences a step that fits", sequences=v["sequences"]
    ),
    "no-machine": lambda v: tr(
        "no machine given: {sequences} sequences a step, in passes that need least memory",
        sequences=v["sequences"],
    ),
    "recomputes": Message("the only way that fits, or the faster"),
    "keeps": Message("fits without recomputing, which would cost a forward pass"),
    "states-too-large": lambda v: tr("states of {instead} do not fit", instead=v["instead"]),
    "weights-too-large": lambda v: tr(
        "32-bit weights ({instead}) do not fit; small updates may vanish", instead=v["instead"]
    ),
    "first-that-fits": lambda v: tr("the first way to use {gpus} GPUs that fits", gpus=v["gpus"]),
}
MISSING_TIME = {
    "no-machine": Message("no machine given: add --gpu NAME"),
    "compute-unknown": Message("the machine's throughput is not in the catalog: give --gpu NAME"),
    "unmeasured-vendor": Message("training speed was measured on NVIDIA cards only"),
}
