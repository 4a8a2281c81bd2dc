"""How an evaluation reads: scores with intervals, who is better with what certainty, what failed, where texts went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.evaluation.metrics import UNITS
from llm_select.evaluation.results import FEW
from llm_select.i18n import clauses, listing, tr, translated
from llm_select.messages import Message
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.evaluate_payload import Shown, note_sentence, record_of
from llm_select.render.labels import language_label
from llm_select.render.numbers import tokens
from llm_select.render.words import either, word

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
    "budget": Message("stopped before the budget would have been exceeded"),
    "redirect": Message("the endpoint sends on to another address; nothing was sent there"),
    "connect": Message("the endpoint cannot be reached"),
    "long-wait": Message("the endpoint asks for a longer pause than this run takes"),
    "failing": Message("given up after failures in a row"),
    "401": Message("the endpoint refuses the key; --api-key-env names the variable that holds it"),
    "403": Message("the endpoint refuses access with this key"),
    "404": Message("the endpoint has no such model or address"),
    "timeout": Message("no answer in time"),
    "broken": Message("the connection broke off"),
    "cut-json": Message("the answer broke off"),
    "not-json": Message("the answer was no JSON: is it the address of a model server?"),
    "no-answer": Message("the answer held no choice"),
    "too-long": Message("the text is longer than the model reads"),
    "not-in-batch": Message("the batch job left no answer to it"),
    "language": Message("the model does not write this language"),
}
"""Sentences for codes of failures; a code that is a status of HTTP speaks for itself."""


def why(failure: Failure) -> str:
    """A failure as a sentence, with the server's own words."""
    sentence = translated(REASONS.get(failure.code, ""))
    hint = tr("ask it with --api completions") if "chat template" in failure.detail else ""
    return clauses(
        part.rstrip(".。") for part in (sentence, translated(failure.detail), hint) if part
    )


def evaluation_document(evaluation: Evaluation, shown: Shown) -> Document:
    """The page."""
    blocks: list[Block] = [Text(_head(shown), "head"), _scores(evaluation)]
    blocks += _failures(evaluation)
    if evaluation.pairs:
        blocks.append(_pairs(evaluation))
    blocks += _languages(evaluation)
    blocks += _labels(evaluation)
    for result in evaluation.results:
        if result.worst:
            blocks.append(_worst(result))
    blocks.append(Pairs(tuple(_stands_on(evaluation, shown)), tr("On what this stands")))
    return Document(tuple(blocks), [record_of(r, shown) for r in evaluation.results])


def _head(shown: Shown) -> str:
    if shown.language:
        return tr(
            "{task} ({language}) on {data}: {n} examples",
            task=shown.task_name,
            language=language_label(shown.language),
            data=shown.data,
            n=shown.examples,
        )
    return tr(
        "{task} on {data}: {n} examples", task=shown.task_name, data=shown.data, n=shown.examples
    )


def _points(interval: Interval) -> str:
    return f"{interval.value:.1f} ({interval.low:.1f}–{interval.high:.1f})"


def _scores(evaluation: Evaluation) -> Table:
    measured = next((r.scores for r in evaluation.results if r.scores), ())
    metrics = [score.metric for score in measured]
    columns = [Column(tr("Model")), *(Column(translated(UNITS[m]), right=True) for m in metrics)]
    columns += [Column(tr("Answered"), right=True), Column(tr("Unreadable"), right=True)]
    columns += [Column(tr("s each"), right=True, wide=True)]
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
            blocks.append(
                Text(
                    tr("{model}: {reason}.", model=result.label, reason=why(result.stopped)), "warn"
                )
            )
        if result.failed:
            reasons = [f"{count} × {why(Failure(code, said))}" for code, said, count in result.why]
            asked = sum(count for _, _, count in result.why)
            if result.failed > asked:
                reasons.append(tr("{n} not asked", n=result.failed - asked))
            text = tr(
                "{model}: {n} without an answer, in no score: {reasons}.",
                model=result.label,
                n=result.failed,
                reasons=clauses(reasons),
            )
            blocks.append(Text(text, "warn"))
    return blocks


def _pairs(evaluation: Evaluation) -> Table:
    unit = translated(UNITS[evaluation.metric])
    rows = []
    for pair in evaluation.pairs:
        gap = pair.difference
        points = tr(
            "{value} ({low} to {high})",
            value=f"{gap.value:+.1f}",
            low=f"{gap.low:+.1f}",
            high=f"{gap.high:+.1f}",
        )
        sure = word("yes" if pair.corrected < SURE else "no")
        rows.append((pair.one, pair.other, points, f"{pair.corrected:.3f}", sure))
    columns = (
        Column(tr("Better")),
        Column(tr("than")),
        Column(tr("by {unit}", unit=unit), right=True),
        Column("p", right=True),
        Column(tr("Told apart")),
    )
    return Table(columns, tuple(rows), tr("Who is better, on the same examples"))


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
        rows.append((name or tr("(not given)"), str(count), *cells))
    columns = (
        Column(tr("Language")),
        Column(tr("Examples"), right=True),
        *(Column(r.label, right=True) for r in held),
    )
    return [
        Table(
            columns,
            tuple(rows),
            tr("{metric} by language", metric=translated(UNITS[evaluation.metric])),
        )
    ]


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
        Column(tr("Label")),
        Column(tr("In the data"), right=True),
        *(Column(r.label, right=True) for r in held),
    )
    return [Table(columns, tuple(rows), tr("F1 (precision, recall) by label"))]


def _cut(text: str) -> str:
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"


def _worst(result: Result) -> Pairs:
    rows: list[tuple[str, str]] = []
    for bad in result.worst:
        rows += [
            (tr("line {line}", line=bad.line), _cut(bad.shown)),
            (f"  {tr('right')}", _cut(bad.expected)),
            (
                f"  {tr('answer') if bad.parsed else tr('unreadable')}",
                _cut(bad.answer) or tr("(empty)"),
            ),
        ]
    return Pairs(tuple(rows), tr("Worst of {model}", model=result.label))


def _stands_on(evaluation: Evaluation, shown: Shown) -> list[tuple[str, str]]:
    rows = [(tr("data"), f"{shown.data}, sha256 {shown.digest[:16]}…")]
    rows += [(tr("data"), note_sentence(note)) for note in shown.notes]
    if shown.examples < FEW:
        rows.append(
            (
                tr("data"),
                tr("fewer than {n} examples: the intervals themselves are uncertain", n=FEW),
            )
        )
    scores = next((r.scores for r in evaluation.results if r.scores), ())
    rows += [(tr("metric"), score.signature) for score in scores]
    if scores:
        rows.append((tr("interval"), tr("95 %, by bootstrap over the examples")))
    if evaluation.pairs:
        rows.append(
            (
                "p",
                tr("approximate randomization, corrected for the number of pairs by Holm's method"),
            )
        )
    for result in evaluation.results:
        rows += _of_model(result, shown)
    asked = [place for label, place in shown.places.items() if shown.spends[label].attempts]
    away = [
        place for place in dict.fromkeys(asked) if not place.startswith(("transformers:", "batch:"))
    ]
    if away:
        rows.append((tr("sent to"), tr("{places} and nowhere else", places=listing(away))))
    elif asked:
        rows.append((tr("sent to"), tr("nowhere by this command")))
    else:
        rows.append((tr("sent to"), tr("nowhere: no request was sent")))
    rows.append(
        (
            tr("journal"),
            tr(
                "{journal}: every answer; --resume asks only for what is missing",
                journal=shown.journal,
            ),
        )
    )
    rows += [(tr("saved"), path) for path in shown.saved]
    rows += [
        (
            tr("not saved"),
            tr("{model}: some examples have no answer; --resume asks for them again", model=label),
        )
        for label in shown.unsaved
    ]
    return rows


def _of_model(result: Result, shown: Shown) -> list[tuple[str, str]]:
    rows = []
    label = result.label
    if result.unparsable:
        rows.append(
            (
                tr("counted"),
                tr(
                    "{model}: {n} unreadable answers, as wrong ones",
                    model=label,
                    n=result.unparsable,
                ),
            )
        )
    if result.cut:
        rows.append(
            (
                tr("cut"),
                tr(
                    "{model}: {n} answers reached the limit; raise it with --max-tokens",
                    model=label,
                    n=result.cut,
                ),
            )
        )
    if result.reasoned:
        rows.append(
            (
                tr("thinking"),
                tr(
                    "{model}: {n} of the answers came with reasoning",
                    model=label,
                    n=result.reasoned,
                ),
            )
        )
    rows.append(
        (tr("spent"), f"{label}: {spend_sentence(shown.spends[label], shown.prices.get(label))}")
    )
    if shown.reused.get(label):
        rows.append(
            (
                tr("reused"),
                tr(
                    "{model}: {n} answers of an earlier run, not paid again",
                    model=label,
                    n=shown.reused[label],
                ),
            )
        )
    if label in shown.unknown:
        near = shown.unknown[label]
        text = (
            tr("{model} is not in the catalog; is {near} meant?", model=label, near=either(near))
            if near
            else tr("{model} is not in the catalog", model=label)
        )
        rows.append((tr("no card"), text))
    return rows


def spend_sentence(spend: Spend, price: str | None) -> str:
    """What was used, and what may have been charged beyond it."""
    values = {"requests": spend.attempts, "tokens": tokens(spend.billed.tokens)}
    text = (
        tr("{requests} requests, {tokens} tokens, no price known", **values)
        if price is None
        else tr(
            "{requests} requests, {tokens} tokens, ${usd} ({price})",
            usd=f"{spend.billed.usd:.4f}",
            price=price,
            **values,
        )
    )
    if not spend.lost:
        return text
    lost, most = spend.lost, tokens(spend.unconfirmed.tokens)
    more = (
        tr(
            "{n} more broke off and may have been charged, at most {tokens} tokens",
            n=lost,
            tokens=most,
        )
        if price is None
        else tr(
            "{n} more broke off and may have been charged, at most {tokens} tokens or ${usd}",
            n=lost,
            tokens=most,
            usd=f"{spend.unconfirmed.usd:.4f}",
        )
    )
    return clauses((text, more))
