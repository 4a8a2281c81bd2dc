"""How an evaluation reads: scores with intervals, who is better with what certainty, what failed, where texts went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.evaluation.metrics import UNITS
from llm_select.evaluation.results import FEW
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.evaluate_payload import Shown, note_sentence, record_of
from llm_select.render.numbers import tokens

if TYPE_CHECKING:
    from llm_select.evaluation.journal import Spend
    from llm_select.evaluation.results import Evaluation, Result
    from llm_select.evaluation.runner import Failure
    from llm_select.evaluation.statistics import Interval

SURE = 0.05
"""P-value below which a difference counts as told apart from chance."""
_SHOWN = 160
"""Characters of a text that are shown."""

REASONS = {
    "budget": "stopped before the budget would have been exceeded",
    "redirect": "the endpoint sends on to another address; nothing was sent there",
    "connect": "the endpoint cannot be reached",
    "long-wait": "the endpoint asks for a longer pause than this run takes",
    "failing": "given up after failures in a row",
    "401": "the endpoint refuses the key; --api-key-env names the variable that holds it",
    "403": "the endpoint refuses access with this key",
    "404": "the endpoint has no such model or address",
    "timeout": "no answer in time",
    "broken": "the connection broke off",
    "cut-json": "the answer broke off",
    "not-json": "the answer was no JSON: is it the address of a model server?",
    "no-answer": "the answer held no choice",
    "too-long": "the text is longer than the model reads",
    "not-in-batch": "the batch job left no answer to it",
    "language": "the model does not write this language",
}
"""Sentences for codes of failures; a code that is a status of HTTP speaks for itself."""


def why(failure: Failure) -> str:
    """A failure as a sentence, with the server's own words."""
    sentence = REASONS.get(failure.code, "")
    hint = "ask it with --api completions" if "chat template" in failure.detail else ""
    return "; ".join(part.rstrip(".") for part in (sentence, failure.detail, hint) if part)


def evaluation_document(evaluation: Evaluation, shown: Shown) -> Document:
    """The page."""
    head = f"{shown.task_name}{f' ({shown.language})' if shown.language else ''} on {shown.data}"
    blocks: list[Block] = [Text(f"{head}: {shown.examples} examples", "head"), _scores(evaluation)]
    blocks += _failures(evaluation)
    if evaluation.pairs:
        blocks.append(_pairs(evaluation))
    blocks += _languages(evaluation)
    blocks += _labels(evaluation)
    for result in evaluation.results:
        if result.worst:
            blocks.append(_worst(result))
    blocks.append(Pairs(tuple(_stands_on(evaluation, shown)), "On what this stands"))
    return Document(tuple(blocks), [record_of(r, shown) for r in evaluation.results])


def _points(interval: Interval) -> str:
    return f"{interval.value:.1f} ({interval.low:.1f}–{interval.high:.1f})"


def _scores(evaluation: Evaluation) -> Table:
    measured = next((r.scores for r in evaluation.results if r.scores), ())
    metrics = [score.metric for score in measured]
    columns = [Column("Model"), *(Column(UNITS[m], right=True) for m in metrics)]
    columns += [Column("Answered", right=True), Column("Unreadable", right=True)]
    columns += [Column("s each", right=True, wide=True)]
    rows = []
    for result in evaluation.results:
        points = [_points(score.interval) for score in result.scores] or ["–"] * len(metrics)
        seconds = "–" if result.seconds is None else f"{result.seconds:.2f}"
        answered = f"{result.answered}/{result.asked}"
        rows.append((result.label, *points, answered, str(result.unparsable), seconds))
    return Table(tuple(columns), tuple(rows))


def _failures(evaluation: Evaluation) -> list[Block]:
    from llm_select.evaluation.runner import Failure

    blocks: list[Block] = []
    for result in evaluation.results:
        if result.stopped is not None:
            blocks.append(Text(f"{result.label}: {why(result.stopped)}.", "warn"))
        if result.failed:
            reasons = [f"{count} × {why(Failure(code, said))}" for code, said, count in result.why]
            asked = sum(count for _, _, count in result.why)
            if result.failed > asked:
                reasons.append(f"{result.failed - asked} not asked")
            text = f"{result.label}: {result.failed} without an answer, in no score: {'; '.join(reasons)}."
            blocks.append(Text(text, "warn"))
    return blocks


def _pairs(evaluation: Evaluation) -> Table:
    unit = UNITS[evaluation.metric]
    rows = []
    for pair in evaluation.pairs:
        gap = pair.difference
        ends = f" ({gap.low:+.1f} to {gap.high:+.1f})"
        sure = "yes" if pair.corrected < SURE else "no"
        rows.append(
            (pair.one, pair.other, f"{gap.value:+.1f}{ends}", f"{pair.corrected:.3f}", sure)
        )
    columns = (
        Column("Better"),
        Column("than"),
        Column(f"by {unit}", right=True),
        Column("p", right=True),
        Column("Told apart"),
    )
    return Table(columns, tuple(rows), "Who is better, on the same examples")


def _languages(evaluation: Evaluation) -> list[Block]:
    held = [r for r in evaluation.results if r.languages]
    if not held:
        return []
    names = list(dict.fromkeys(g.language for r in held for g in r.languages))
    rows = []
    for name in names:
        cells, count = [], 0
        for result in held:
            group = next((g for g in result.languages if g.language == name), None)
            cells.append("–" if group is None else _points(group.score))
            count = max(count, group.examples if group is not None else 0)
        rows.append((name or "(not given)", str(count), *cells))
    columns = (
        Column("Language"),
        Column("Examples", right=True),
        *(Column(r.label, right=True) for r in held),
    )
    return [Table(columns, tuple(rows), f"{UNITS[evaluation.metric]} by language")]


def _labels(evaluation: Evaluation) -> list[Block]:
    held = [r for r in evaluation.results if r.labels]
    if not held:
        return []
    rows = []
    for row in held[0].labels:
        cells = []
        for result in held:
            own = next((one for one in result.labels if one.label == row.label), None)
            cells.append(
                "–" if own is None else f"{own.f1:.1f} ({own.precision:.0f}, {own.recall:.0f})"
            )
        rows.append((row.label, str(row.expected), *cells))
    columns = (
        Column("Label"),
        Column("In the data", right=True),
        *(Column(r.label, right=True) for r in held),
    )
    return [Table(columns, tuple(rows), "F1 (precision, recall) by label")]


def _cut(text: str) -> str:
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"


def _worst(result: Result) -> Pairs:
    rows: list[tuple[str, str]] = []
    for bad in result.worst:
        rows += [
            (f"line {bad.line}", _cut(bad.shown)),
            ("  right", _cut(bad.expected)),
            ("  answer" if bad.parsed else "  unreadable", _cut(bad.answer) or "(empty)"),
        ]
    return Pairs(tuple(rows), f"Worst of {result.label}")


def _stands_on(evaluation: Evaluation, shown: Shown) -> list[tuple[str, str]]:
    rows = [("data", f"{shown.data}, sha256 {shown.digest[:16]}…")]
    rows += [("data", note_sentence(note)) for note in shown.notes]
    if shown.examples < FEW:
        rows.append(("data", f"fewer than {FEW} examples: the intervals themselves are uncertain"))
    scores = next((r.scores for r in evaluation.results if r.scores), ())
    rows += [("metric", score.signature) for score in scores]
    if scores:
        rows.append(("interval", "95 %, by bootstrap over the examples"))
    if evaluation.pairs:
        rows.append(
            ("p", "approximate randomization, corrected for the number of pairs by Holm's method")
        )
    for result in evaluation.results:
        rows += _of_model(result, shown)
    asked = [place for label, place in shown.places.items() if shown.spends[label].attempts]
    away = [
        place for place in dict.fromkeys(asked) if not place.startswith(("transformers:", "batch:"))
    ]
    if away:
        rows.append(("sent to", f"{', '.join(away)} and nowhere else"))
    elif asked:
        rows.append(("sent to", "nowhere by this command"))
    else:
        rows.append(("sent to", "nowhere: no request was sent"))
    rows.append(
        ("journal", f"{shown.journal}: every answer; --resume asks only for what is missing")
    )
    rows += [("saved", path) for path in shown.saved]
    rows += [
        ("not saved", f"{label}: some examples have no answer; --resume asks for them again")
        for label in shown.unsaved
    ]
    return rows


def _of_model(result: Result, shown: Shown) -> list[tuple[str, str]]:
    rows = []
    label = result.label
    if result.unparsable:
        rows.append(("counted", f"{label}: {result.unparsable} unreadable answers, as wrong ones"))
    if result.cut:
        rows.append(
            ("cut", f"{label}: {result.cut} answers reached the limit; raise it with --max-tokens")
        )
    if result.reasoned:
        rows.append(("thinking", f"{label}: {result.reasoned} of the answers came with reasoning"))
    rows.append(
        ("spent", f"{label}: {spend_sentence(shown.spends[label], shown.prices.get(label))}")
    )
    if shown.reused.get(label):
        rows.append(
            ("reused", f"{label}: {shown.reused[label]} answers of an earlier run, not paid again")
        )
    if label in shown.unknown:
        near = shown.unknown[label]
        hint = f"; is {' or '.join(near)} meant?" if near else ""
        rows.append(("no card", f"{label} is not in the catalog{hint}"))
    return rows


def spend_sentence(spend: Spend, price: str | None) -> str:
    """What was used, and what may have been charged beyond it."""
    money = f", ${spend.billed.usd:.4f} ({price})" if price is not None else ", no price known"
    text = f"{spend.attempts} requests, {tokens(spend.billed.tokens)} tokens{money}"
    if spend.lost:
        more = f" or ${spend.unconfirmed.usd:.4f}" if price is not None else ""
        text += (
            f"; {spend.lost} more broke off and may have been charged, at most "
            f"{tokens(spend.unconfirmed.tokens)} tokens{more}"
        )
    return text
