"""Sentences for reason codes. The only place where a code becomes language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llm_select.render.numbers import rate, score, share, tokens, usd
from llm_select.selection.types import Change, Reason, Value

Values = Mapping[str, Value]


def _num(values: Values, key: str) -> float:
    value = values[key]
    assert isinstance(value, int | float)
    return float(value)


def _list(values: Values, key: str, sep: str = ", ") -> str:
    value = values[key]
    return sep.join(value) if isinstance(value, tuple) else str(value)


def _gib(values: Values, key: str) -> str:
    return f"{_num(values, key):.1f} GiB"


def _memory(v: Values) -> str:
    devices = f" on each of {v['devices']} devices" if _num(v, "devices") > 1 else ""
    return (
        f"needs {_gib(v, 'expected_gib')} (up to {_gib(v, 'high_gib')}){devices}, "
        f"{_gib(v, 'usable_gib')} usable"
    )


def _tight(v: Values) -> str:
    return (
        f"tight: {_gib(v, 'expected_gib')} expected but up to {_gib(v, 'high_gib')} possible, "
        f"{_gib(v, 'usable_gib')} usable"
    )


def _examples(v: Values) -> str:
    if v["known"]:
        return (
            f"must be fine-tuned; its evidence used {_num(v, 'needed'):,.0f} labelled examples, "
            f"you have {_num(v, 'given'):,.0f}"
        )
    return "must be fine-tuned on labelled examples, and no board says on how many"


def _excluded(v: Values) -> str:
    boards = v["boards"]
    names = boards if isinstance(boards, tuple) else (str(boards),)
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return f"left out {len(names)} board(s) with their siblings: {shown}"


_MISSING = {
    "bandwidth-unknown": "memory bandwidth of the machine not given",
    "host-bandwidth-unknown": "some layers run from main memory, whose bandwidth is not given",
    "compute-unknown": "throughput of the machine not in the catalog",
    "reads-only": "throughput of the machine not in the catalog",
    "network-unmeasured": "the network between nodes was not measured",
    "batch-unmeasured": "so many requests together were not measured on such an engine",
}


def _speed_unknown(v: Values) -> str:
    return f"speed unknown: {_MISSING.get(str(v.get('missing')), 'memory bandwidth not given')}"


_BASES = {
    "this-task": "measured at this task",
    "other-tests": "inferred from its scores on other tests",
    "size-class": "inferred from models of its size",
}


def _format_cost(v: Values) -> str:
    """`0.4 of it is lost to Q4_K_M, inferred from models of its size (45 pairs, 3 models)`."""
    if "loss_basis" not in v:
        return f"what {v['format']} costs was not measured"
    lost = _num(v, "loss")
    models, pairs = _num(v, "loss_models"), _num(v, "loss_pairs")
    basis = f"{pairs:.0f} pair{'s' if pairs != 1 else ''}"
    if models > 1:
        basis += f", {models:.0f} models"
    amount = f"{score(lost, _num(v, 'value'))} deducted for" if lost > 0 else "nothing deducted for"
    return f"{amount} {v['format']}, {_BASES[str(v['loss_basis'])]} ({basis})"


MESSAGES: dict[str, str | Callable[[Values], str]] = {
    # hard constraints
    "family": lambda v: f"is of family {v['family']}",
    "kind": lambda v: f"{v['kind']} models cannot do this task; it takes {_list(v, 'kinds')}",
    "specialization": lambda v: f"made only for {_list(v, 'tasks')}",
    "base-model": "a pretrained base model without a chat format",
    "modality": lambda v: f"does not read {_list(v, 'missing')}",
    "modality-output": lambda v: f"does not produce {_list(v, 'missing')}",
    "language": lambda v: f"does not list {_list(v, 'missing')} and was not measured in it",
    "direction": lambda v: (
        f"was trained to translate {_list(v, 'trained')}, not {_list(v, 'missing')}"
    ),
    "examples": _examples,
    "privacy": "runs only at its provider: your text leaves the machine",
    "access-hosted": "no open weights: only its provider runs it",
    "access-open": "no hosted offer in the catalog",
    "license": lambda v: f"licence {v['license']}",
    "commercial": lambda v: f"licence {v['license']} forbids commercial use",
    "context": lambda v: (
        f"context of {tokens(_num(v, 'limit'))} tokens, {tokens(_num(v, 'needed'))} needed"
    ),
    "thinking": lambda v: f"runs in {v['mode']} mode",
    "memory": _memory,
    "memory-tight": _tight,
    "speed": lambda v: (
        f"{rate(_num(v, 'low'))} tokens/s at the low end, {rate(_num(v, 'needed'))} asked"
    ),
    "thinking-length-unknown": (
        "it thinks first, for how long is not known: the answer comes later than its tokens/s suggest"
    ),
    "speed-unknown": lambda v: _speed_unknown(v),
    "reading-speed": lambda v: (
        f"reads a request as fast as a decoder of {rate(_num(v, 'value'))} tokens/s would answer it"
    ),
    "retired": "retired or about to be by its provider",
    "accuracy": lambda v: (
        f"low end of quality {score(_num(v, 'low'), _num(v, 'needed'))}, {score(_num(v, 'needed'))} asked"
    ),
    "accuracy-unknown": "no evidence to hold against --min-accuracy",
    "price": lambda v: f"{usd(_num(v, 'price'))} per million output tokens",
    "no-offer": "no price in the catalog",
    "no-machine": "no machine given to run it on",
    "shape-unknown": "its shape is not published, so memory cannot be computed",
    "shape-incomplete": lambda v: f"its memory cannot be computed: {v['why']}",
    "no-format": "none of the engines and formats asked for runs it",
    "no-engine": lambda v: f"no engine in the catalog runs {v['model_type']} on this machine",
    # evidence
    "no-board": "no board ranks models for this task",
    "proxy-only": "only general-ability scores, none for this task",
    "language-unsupported": "neither lists the language nor was measured in it",
    "language-unknown": "its languages are not published and no board measured it there",
    "language-not-stated": (
        "its developer lists no languages; measured in ten others or more, it is taken for multilingual"
    ),
    "coverage": "covers less than half of the languages of the task's boards",
    "other-way": (
        "only fine-tuned or only prompted models sat the boards asked for; it was measured the other way"
    ),
    "unlinked": "its boards share no models with the others",
    "partial-coverage": "some languages of the boards are not covered",
    "related-board": "no board ranks this task itself: shown on that of a near task",
    "no-board-in-language": lambda v: (
        f"no board for {_list(v, 'asked')}: shown as expected over the languages of {v['board']}, with a wider "
        "interval"
        if "board" in v
        else "no board in this language: inferred from others"
    ),
    "no-evidence": "no published score for this task",
    "access-opened": lambda v: (
        f"hosted models are let in, since {v['name']} is one; by default they are left out"
    ),
    "no-reference": lambda v: f"no board ranks today's models for {v['task']}; nothing is inferred",
    "substitute-board": lambda v: (
        f"the task's reference board has no list for this question; {v['board']} stands in"
    ),
    "excluded-boards": _excluded,
    "unmatched-board": lambda v: f"--exclude-board {v['glob']} matches no board",
    # score terms
    "quality": lambda v: (
        f"{score(_num(v, 'value'))} between {_num(v, 'low'):g} and {_num(v, 'high'):g} ({v['tag']})"
        + (f"; {_format_cost(v)}" if "loss_status" in v else "")
    ),
    "headroom": lambda v: (
        f"{share(max(0.0, _num(v, 'free')))} of usable memory free; "
        f"{share(_num(v, 'high'))} is enough"
    ),
    "cost": lambda v: f"{usd(_num(v, 'value'))} per million output tokens at {v['provider']}",
    "hosted-speed": "speed of a hosted model is not in the catalog",
    "hosted-memory": "runs elsewhere",
    "own-machine-price": "your own machine has no price per token",
    "no-scoring": "the catalog has no scoring.yaml",
    "no-bandwidth": lambda v: f"memory bandwidth of {v['machine']} unknown: give --gpu",
    "no-price": "open weights on your own machine have no price per token",
    # assumptions of the edge
    "machine-detected": lambda v: f"this machine: {v['machine']}",
    "machine-processor": lambda v: (
        f"{v['machine']} with {_num(v, 'nominal_gib'):g} GiB of main memory, {_gib(v, 'usable_gib')} usable"
    ),
    "machine-memory-only": lambda v: (
        (
            f"a device of {_num(v, 'nominal_gib'):g} GiB, taken for an NVIDIA card, "
            if v["devices"] == 1
            else f"{v['devices']} devices of {_num(v, 'nominal_gib'):g} GiB, taken for NVIDIA cards, each "
        )
        + f"with {_gib(v, 'usable_gib')} usable (GB and GiB mean the same here)"
    ),
    "machine": lambda v: (
        f"{v['devices']} × {v['machine']}, {_num(v, 'nominal_gib'):g} GiB each, "
        f"{_gib(v, 'usable_gib')} usable"
    ),
    "lengths": lambda v: (
        f"{tokens(_num(v, 'prompt'))} tokens read and {tokens(_num(v, 'generate'))} written per "
        f"request, context {tokens(_num(v, 'context'))}, {v['batch']} at a time"
    ),
    "default-profile": lambda v: f"profile {v['profile']}",
    "price-of-hosted": (
        "--max-price holds for hosted models, and none was asked for: add --weights-access any"
    ),
    "all-languages": "no --language or --pair: all languages of the task's boards",
}


def sentence(reason: Reason) -> str:
    """The sentence for a reason. An unknown code is a defect, shown rather than hidden."""
    if reason.code == "speed" and "value" in reason.values:
        value, high = _num(reason.values, "value"), _num(reason.values, "high")
        return f"{rate(value)} tokens/s; {rate(high)} scores 1"
    make = MESSAGES.get(reason.code, reason.code)
    return make if isinstance(make, str) else make(reason.values)


def remedy(change: Change | None) -> str:
    """How to lift an objection, as typed: `--gpu-mem 48`."""
    if change is None:
        return ""
    value = change.value
    if change.instead is not None:
        return f"{change.option} {value:g} in place of {change.instead}"
    if value is None:
        return f"without {change.option}"
    if isinstance(value, float):
        return f"{change.option} {value:g}"
    return f"{change.option} {value}"
