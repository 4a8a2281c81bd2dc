"""Sentences for reason codes. The only place where a code becomes language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llm_select.i18n import clauses, listing, tr, translated, trn
from llm_select.messages import Message
from llm_select.render.labels import language_label
from llm_select.render.numbers import rate, score, share, tokens, usd
from llm_select.render.words import word, words
from llm_select.selection.types import Change, Reason, Value

Values = Mapping[str, Value]


def _num(values: Values, key: str) -> float:
    value = values[key]
    assert isinstance(value, int | float)
    return float(value)


def _list(values: Values, key: str) -> str:
    value = values[key]
    return listing(value) if isinstance(value, tuple) else str(value)


def _languages(values: Values, key: str) -> str:
    value = values[key]
    return listing(map(language_label, value if isinstance(value, tuple) else (str(value),)))


def _codes(values: Values, key: str) -> str:
    value = values[key]
    return words(value) if isinstance(value, tuple) else word(value)


def _gib(values: Values, key: str) -> str:
    return f"{_num(values, key):.1f} GiB"


def _memory(v: Values) -> str:
    expected, high = _gib(v, "expected_gib"), _gib(v, "high_gib")
    usable = _gib(v, "usable_gib")
    if _num(v, "devices") > 1:
        return tr(
            "needs {expected} (up to {high}) on each of {devices} devices, {usable} usable",
            expected=expected,
            high=high,
            devices=v["devices"],
            usable=usable,
        )
    return tr(
        "needs {expected} (up to {high}), {usable} usable",
        expected=expected,
        high=high,
        usable=usable,
    )


def _tight(v: Values) -> str:
    return tr(
        "tight: {expected} expected but up to {high} possible, {usable} usable",
        expected=_gib(v, "expected_gib"),
        high=_gib(v, "high_gib"),
        usable=_gib(v, "usable_gib"),
    )


def _examples(v: Values) -> str:
    if v["known"]:
        return tr(
            "must be fine-tuned; its evidence used {needed} labelled examples, you have {given}",
            needed=f"{_num(v, 'needed'):,.0f}",
            given=f"{_num(v, 'given'):,.0f}",
        )
    return tr("must be fine-tuned on labelled examples, and no board says on how many")


def _excluded(v: Values) -> str:
    boards = v["boards"]
    names = boards if isinstance(boards, tuple) else (str(boards),)
    shown = listing((*names[:6], "…") if len(names) > 6 else names)
    return tr("left out {n} board(s) with their siblings: {shown}", n=len(names), shown=shown)


_MISSING = {
    "bandwidth-unknown": Message("memory bandwidth of the machine not given"),
    "host-bandwidth-unknown": Message(
        "some layers run from main memory, whose bandwidth is not given"
    ),
    "compute-unknown": Message("throughput of the machine not in the catalog"),
    "reads-only": Message("throughput of the machine not in the catalog"),
    "network-unmeasured": Message("the network between nodes was not measured"),
    "batch-unmeasured": Message("so many requests together were not measured on such an engine"),
}


def missing_speed(code: object) -> str:
    """Why no speed is known."""
    return translated(_MISSING.get(str(code), Message("memory bandwidth not given")))


_BASES = {
    "this-task": Message("measured at this task"),
    "other-tests": Message("inferred from its scores on other tests"),
    "size-class": Message("inferred from models of its size"),
}


def _format_cost(v: Values) -> str:
    """`0.4 deducted for Q4_K_M, inferred from models of its size (45 pairs, 3 models)`."""
    if "loss_basis" not in v:
        return tr("what {format} costs was not measured", format=v["format"])
    lost = _num(v, "loss")
    models, pairs = _num(v, "loss_models"), _num(v, "loss_pairs")
    basis = trn("{n} pair", "{n} pairs", pairs, n=f"{pairs:.0f}")
    if models > 1:
        basis = listing((basis, tr("{n} models", n=f"{models:.0f}")))
    known = translated(_BASES[str(v["loss_basis"])])
    if lost > 0:
        return tr(
            "{amount} deducted for {format}, {known} ({basis})",
            amount=score(lost, _num(v, "value")),
            format=v["format"],
            known=known,
            basis=basis,
        )
    return tr(
        "nothing deducted for {format}, {known} ({basis})",
        format=v["format"],
        known=known,
        basis=basis,
    )


def _quality(v: Values) -> str:
    value = tr(
        "{value} between {low} and {high} ({tag})",
        value=score(_num(v, "value")),
        low=f"{_num(v, 'low'):g}",
        high=f"{_num(v, 'high'):g}",
        tag=word(v["tag"]),
    )
    return clauses((value, _format_cost(v))) if "loss_status" in v else value


def _machine_memory_only(v: Values) -> str:
    if v["devices"] == 1:
        return tr(
            "a device of {nominal} GiB, taken for an NVIDIA card, with {usable} usable (GB and GiB mean the same here)",
            nominal=f"{_num(v, 'nominal_gib'):g}",
            usable=_gib(v, "usable_gib"),
        )
    return tr(
        "{devices} devices of {nominal} GiB, taken for NVIDIA cards, each with {usable} usable (GB and GiB mean the "
        "same here)",
        devices=v["devices"],
        nominal=f"{_num(v, 'nominal_gib'):g}",
        usable=_gib(v, "usable_gib"),
    )


MESSAGES: dict[str, str | Callable[[Values], str]] = {
    # hard constraints
    "family": lambda v: tr("is of family {family}", family=v["family"]),
    "kind": lambda v: tr(
        "{kind} models cannot do this task; it takes {kinds}",
        kind=word(v["kind"]),
        kinds=_codes(v, "kinds"),
    ),
    "specialization": lambda v: tr("made only for {tasks}", tasks=_list(v, "tasks")),
    "base-model": Message("a pretrained base model without a chat format"),
    "modality": lambda v: tr("does not read {missing}", missing=_codes(v, "missing")),
    "modality-output": lambda v: tr("does not produce {missing}", missing=_codes(v, "missing")),
    "language": lambda v: tr(
        "does not list {missing} and was not measured in it", missing=_list(v, "missing")
    ),
    "direction": lambda v: tr(
        "was trained to translate {trained}, not {missing}",
        trained=_list(v, "trained"),
        missing=_list(v, "missing"),
    ),
    "examples": _examples,
    "privacy": Message("runs only at its provider: your text leaves the machine"),
    "access-hosted": Message("no open weights: only its provider runs it"),
    "access-open": Message("no hosted offer in the catalog"),
    "license": lambda v: tr("licence {license}", license=v["license"]),
    "commercial": lambda v: tr("licence {license} forbids commercial use", license=v["license"]),
    "context": lambda v: tr(
        "context of {limit} tokens, {needed} needed",
        limit=tokens(_num(v, "limit")),
        needed=tokens(_num(v, "needed")),
    ),
    "thinking": lambda v: tr("runs in {mode} mode", mode=word(v["mode"])),
    "memory": _memory,
    "memory-tight": _tight,
    "speed": lambda v: tr(
        "{low} tokens/s at the low end, {needed} asked",
        low=rate(_num(v, "low")),
        needed=rate(_num(v, "needed")),
    ),
    "thinking-length-unknown": (
        Message(
            "it thinks first, for how long is not known: the answer comes later than its tokens/s "
            "suggest"
        )
    ),
    "speed-unknown": lambda v: tr("speed unknown: {why}", why=missing_speed(v.get("missing"))),
    "reading-speed": lambda v: tr(
        "reads a request as fast as a decoder of {value} tokens/s would answer it",
        value=rate(_num(v, "value")),
    ),
    "retired": Message("retired or about to be by its provider"),
    "accuracy": lambda v: tr(
        "low end of quality {low}, {needed} asked",
        low=score(_num(v, "low"), _num(v, "needed")),
        needed=score(_num(v, "needed")),
    ),
    "accuracy-unknown": Message("no evidence to hold against --min-accuracy"),
    "price": lambda v: tr("{price} per million output tokens", price=usd(_num(v, "price"))),
    "no-offer": Message("no price in the catalog"),
    "no-machine": Message("no machine given to run it on"),
    "shape-unknown": Message("its shape is not published, so memory cannot be computed"),
    "shape-incomplete": lambda v: tr("its memory cannot be computed: {why}", why=v["why"]),
    "no-format": Message("none of the engines and formats asked for runs it"),
    "no-engine": lambda v: tr(
        "no engine in the catalog runs {model_type} on this machine", model_type=v["model_type"]
    ),
    # evidence
    "no-board": Message("no board ranks models for this task"),
    "proxy-only": Message("only general-ability scores, none for this task"),
    "language-unsupported": Message("neither lists the language nor was measured in it"),
    "language-unknown": Message("its languages are not published and no board measured it there"),
    "language-not-stated": (
        Message(
            "its developer lists no languages; measured in ten others or more, it is taken for "
            "multilingual"
        )
    ),
    "coverage": Message("covers less than half of the languages of the task's boards"),
    "other-way": (
        Message(
            "only fine-tuned or only prompted models sat the boards asked for; it was measured the "
            "other way"
        )
    ),
    "unlinked": Message("its boards share no models with the others"),
    "loosely-linked": Message(
        "the boards it sat are tied to the ones asked for too loosely to tell it from the average"
    ),
    "partial-coverage": Message("some languages of the boards are not covered"),
    "related-board": Message("no board ranks this task itself: shown on that of a near task"),
    "no-board-in-language": lambda v: (
        tr(
            "no board for {asked}: shown as expected over the languages of {board}, with a wider "
            "interval",
            asked=_languages(v, "asked"),
            board=v["board"],
        )
        if "board" in v
        else tr("no board in this language: inferred from others")
    ),
    "no-evidence": Message("no published score for this task"),
    "access-opened": lambda v: tr(
        "hosted models are let in, since {name} is one; by default they are left out",
        name=v["name"],
    ),
    "no-reference": lambda v: tr(
        "no board ranks today's models for {task}; nothing is inferred", task=v["task"]
    ),
    "substitute-board": lambda v: tr(
        "the task's reference board has no list for this question; {board} stands in",
        board=v["board"],
    ),
    "excluded-boards": _excluded,
    "unmatched-board": lambda v: tr("--exclude-board {glob} matches no board", glob=v["glob"]),
    # score terms
    "quality": _quality,
    "headroom": lambda v: tr(
        "{free} of usable memory free; {high} is enough",
        free=share(max(0.0, _num(v, "free"))),
        high=share(_num(v, "high")),
    ),
    "cost": lambda v: tr(
        "{value} per million output tokens at {provider}",
        value=usd(_num(v, "value")),
        provider=v["provider"],
    ),
    "hosted-speed": Message("speed of a hosted model is not in the catalog"),
    "hosted-memory": Message("runs elsewhere"),
    "own-machine-price": Message("your own machine has no price per token"),
    "no-scoring": Message("the catalog has no scoring.yaml"),
    "no-bandwidth": lambda v: tr(
        "memory bandwidth of {machine} unknown: give --gpu", machine=v["machine"]
    ),
    "no-price": Message("open weights on your own machine have no price per token"),
    # assumptions of the edge
    "machine-detected": lambda v: tr("this machine: {machine}", machine=v["machine"]),
    "machine-processor": lambda v: tr(
        "{machine} with {nominal} GiB of main memory, {usable} usable",
        machine=v["machine"],
        nominal=f"{_num(v, 'nominal_gib'):g}",
        usable=_gib(v, "usable_gib"),
    ),
    "machine-memory-only": _machine_memory_only,
    "machine": lambda v: tr(
        "{devices} × {machine}, {nominal} GiB each, {usable} usable",
        devices=v["devices"],
        machine=v["machine"],
        nominal=f"{_num(v, 'nominal_gib'):g}",
        usable=_gib(v, "usable_gib"),
    ),
    "lengths": lambda v: tr(
        "{prompt} tokens read and {generate} written per request, context {context}, {batch} at "
        "a time",
        prompt=tokens(_num(v, "prompt")),
        generate=tokens(_num(v, "generate")),
        context=tokens(_num(v, "context")),
        batch=v["batch"],
    ),
    "default-profile": lambda v: tr("profile {profile}", profile=v["profile"]),
    "price-of-hosted": (
        Message(
            "--max-price holds for hosted models, and none was asked for: add --weights-access any"
        )
    ),
    "all-languages": Message("no --language or --pair: all languages of the task's boards"),
}


def sentence(reason: Reason) -> str:
    """The sentence for a reason. An unknown code is a defect, shown rather than hidden."""
    if reason.code == "speed" and "value" in reason.values:
        value, high = _num(reason.values, "value"), _num(reason.values, "high")
        return tr("{value} tokens/s; {high} scores 1", value=rate(value), high=rate(high))
    make = MESSAGES.get(reason.code, reason.code)
    return translated(make) if isinstance(make, str) else make(reason.values)


def remedy(change: Change | None) -> str:
    """How to lift an objection, as typed: `--gpu-mem 48`."""
    if change is None:
        return ""
    value = change.value
    if change.instead is not None:
        return tr(
            "{option} {value} in place of {instead}",
            option=change.option,
            value=f"{value:g}",
            instead=change.instead,
        )
    if value is None:
        return tr("without {option}", option=change.option)
    if isinstance(value, float):
        return f"{change.option} {value:g}"
    return f"{change.option} {value}"
