"""An evaluation as data: the JSON answer, the rows of CSV, and what a page needs beside the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.i18n import listing, tr
from llm_select.render.payload import VERSION, Json

if TYPE_CHECKING:
    from llm_select.evaluation.data import Note
    from llm_select.evaluation.journal import Spend
    from llm_select.evaluation.results import Bad, Evaluation, Result


class Shown(NamedTuple):
    """What a page about an evaluation needs beside the results."""

    task: str
    task_name: str
    data: str
    digest: str
    examples: int
    language: str | None
    notes: Sequence[Note]
    places: Mapping[str, str]
    """Endpoint by model."""
    prices: Mapping[str, str]
    """What the price of each model stands on; absent without a price."""
    unknown: Mapping[str, tuple[str, ...]]
    """Models without a card, with the nearest cards."""
    spends: Mapping[str, Spend]
    reused: Mapping[str, int]
    journal: str
    saved: Sequence[str] = ()
    unsaved: Sequence[str] = ()
    """Models with examples that have no answer: an incomplete score is no evidence."""


def note_sentence(note: Note) -> str:
    """What a user should know of the data."""
    v = note.values
    if note.code == "sampled":
        return tr("{taken} examples drawn at random from {of}", taken=v["taken"], of=v["of"])
    raw = v["lines"]
    lines = listing(str(line) for line in raw) if isinstance(raw, tuple) else str(raw)
    if note.code == "duplicates":
        return tr(
            "{n} examples are repeated (line {lines}, …): each is asked once and counted as often",
            n=v["count"],
            lines=lines,
        )
    return tr(
        "{n} examples repeat an earlier one with another right answer (line {lines}, …)",
        n=v["count"],
        lines=lines,
    )


def record_of(result: Result, shown: Shown) -> dict[str, object]:
    """One model as a flat row."""
    record: dict[str, object] = {"model": result.label, "endpoint": shown.places[result.label]}
    for score in result.scores:
        name = score.metric
        record[name] = round(score.interval.value, 4)
        record[f"{name}_low"] = round(score.interval.low, 4)
        record[f"{name}_high"] = round(score.interval.high, 4)
    spend = shown.spends[result.label]
    return {
        **record,
        "examples": result.asked,
        "answered": result.answered,
        "unreadable": result.unparsable,
        "cut": result.cut,
        "failed": result.failed,
        "tokens": spend.billed.tokens,
        "usd": round(spend.billed.usd, 6) if result.label in shown.prices else None,
    }


def evaluation_json(evaluation: Evaluation, shown: Shown) -> Json:
    """The answer of `evaluate`."""
    return {
        "version": VERSION,
        "task": shown.task,
        "language": shown.language,
        "data": {"name": shown.data, "sha256": shown.digest, "examples": shown.examples},
        "notes": [note_sentence(note) for note in shown.notes],
        "metric": evaluation.metric,
        "models": [_model_json(result, shown) for result in evaluation.results],
        "pairs": [
            {
                "better": pair.one,
                "than": pair.other,
                "examples": pair.examples,
                "difference": pair.difference.value,
                "low": pair.difference.low,
                "high": pair.difference.high,
                "p": pair.difference.p,
                "p_corrected": pair.corrected,
            }
            for pair in evaluation.pairs
        ],
        "journal": shown.journal,
        "saved": list(shown.saved),
    }


def _model_json(result: Result, shown: Shown) -> Json:
    spend = shown.spends[result.label]
    priced = result.label in shown.prices
    return {
        "model": result.label,
        "endpoint": shown.places[result.label],
        "in_catalog": result.label not in shown.unknown,
        "scores": {
            score.metric: {**score.interval._asdict(), "signature": score.signature}
            for score in result.scores
        },
        "examples": result.asked,
        "answered": result.answered,
        "reused": shown.reused.get(result.label, 0),
        "unreadable": result.unparsable,
        "cut": result.cut,
        "reasoned": result.reasoned,
        "failed": result.failed,
        "failures": [
            {"code": code, "detail": detail, "count": count} for code, detail, count in result.why
        ],
        "stopped": None if result.stopped is None else result.stopped._asdict(),
        "languages": [
            {"language": g.language or None, "examples": g.examples, **g.score._asdict()}
            for g in result.languages
        ],
        "labels": [row._asdict() for row in result.labels],
        "worst": [_bad_json(bad) for bad in result.worst],
        "requests": spend.attempts,
        "prompt_tokens": result.prompt_tokens,
        "completion_tokens": result.completion_tokens,
        "tokens": spend.billed.tokens,
        "usd": spend.billed.usd if priced else None,
        "unconfirmed": {
            "requests": spend.lost,
            "tokens": spend.unconfirmed.tokens,
            "usd": spend.unconfirmed.usd if priced else None,
        },
        "seconds": result.seconds,
    }


def _bad_json(bad: Bad) -> Json:
    return {
        "line": bad.line,
        "score": bad.score,
        "input": bad.shown,
        "expected": bad.expected,
        "answer": bad.answer,
        "readable": bad.parsed,
    }
