"""From replies to results: scores with intervals, tables by language and label, comparisons, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import NamedTuple

from llm_select.evaluation.answers import Parsed, parse
from llm_select.evaluation.client import Reply
from llm_select.evaluation.data import Data, Example
from llm_select.evaluation.metrics import (
    Difference,
    Measured,
    difference,
    entity_results,
    measured,
)
from llm_select.evaluation.runner import Failure
from llm_select.evaluation.statistics import Interval, holm

FEW = 30
"""Examples below which an interval says little."""


class Score(NamedTuple):
    """One metric of one model."""

    metric: str
    interval: Interval
    signature: str


class Group(NamedTuple):
    """Examples of one language."""

    language: str
    examples: int
    score: Interval


class LabelRow(NamedTuple):
    """One label or entity type, in points."""

    label: str
    expected: int
    precision: float
    recall: float
    f1: float


class Bad(NamedTuple):
    """An example the model did badly on."""

    line: int
    score: float
    shown: str
    """The longest column of the prompt."""
    expected: str
    answer: str
    parsed: bool


class Result(NamedTuple):
    """One model on the data."""

    label: str
    asked: int
    answered: int
    unparsable: int
    """Answers in another form than asked for; they count as wrong."""
    cut: int
    """Answers that reached the limit of tokens."""
    reasoned: int
    """Answers that came with reasoning."""
    failed: int
    """Examples without an answer; they count in no score."""
    why: tuple[tuple[str, str, int], ...]
    """Code, an example of what was said, and how often, for those without an answer."""
    stopped: Failure | None
    scores: tuple[Score, ...]
    """In the order of the task's metrics; empty when nothing was answered."""
    languages: tuple[Group, ...]
    labels: tuple[LabelRow, ...]
    worst: tuple[Bad, ...]
    prompt_tokens: int
    completion_tokens: int
    seconds: float | None
    """Median time of an answer."""


class Pair(NamedTuple):
    """Two models on the examples that both answered."""

    one: str
    other: str
    examples: int
    difference: Difference
    corrected: float
    """P-value after Holm's correction for the number of pairs."""


class Evaluation(NamedTuple):
    """All models on the data, the best first."""

    metric: str
    """The first metric, which orders and compares."""
    results: tuple[Result, ...]
    pairs: tuple[Pair, ...]


class Asked(NamedTuple):
    """One model's part of a run."""

    label: str
    keys: tuple[str, ...]
    """Request of each example, in the order of the examples."""


def evaluate(
    form: str,
    metrics: Sequence[str],
    data: Data,
    models: Sequence[Asked],
    replies: Mapping[str, Reply],
    failures: Mapping[str, Failure],
    stopped: Mapping[str, Failure],
    *,
    seed: int = 0,
    worst: int = 3,
) -> Evaluation:
    """Results of every model. Unparsable answers are wrong answers and are counted; examples without an answer are
    left out and counted."""
    held: dict[str, dict[int, Parsed | None]] = {}
    results = []
    for model in models:
        parsed = {
            index: parse(form, replies[key].text, data.examples[index], data.labels)
            for index, key in enumerate(model.keys)
            if key in replies
        }
        held[model.label] = parsed
        results.append(
            _result(metrics, data, model, parsed, replies, failures, stopped, seed, worst)
        )
    results.sort(key=lambda r: -r.scores[0].interval.value if r.scores else 1.0)
    pairs = _pairs(metrics[0], data, [r.label for r in results], held, seed)
    return Evaluation(metrics[0], tuple(results), pairs)


def _result(
    metrics: Sequence[str],
    data: Data,
    model: Asked,
    parsed: Mapping[int, Parsed | None],
    replies: Mapping[str, Reply],
    failures: Mapping[str, Failure],
    stopped: Mapping[str, Failure],
    seed: int,
    worst: int,
) -> Result:
    rows = sorted(parsed)
    examples = [data.examples[row] for row in rows]
    answers = [parsed[row] for row in rows]
    own = [replies[model.keys[row]] for row in rows]
    scores: list[Score] = []
    first: Measured | None = None
    for metric in metrics if rows else ():
        found = measured(metric, answers, examples, data.labels, seed)
        first = first or found
        scores.append(Score(metric, found.interval(), found.signature))
    # A request that two examples share was answered, and paid, once.
    paid = {model.keys[row]: replies[model.keys[row]] for row in rows}.values()
    missing = [key for key in model.keys if key not in replies]
    return Result(
        model.label,
        len(model.keys),
        len(rows),
        sum(answer is None for answer in answers),
        sum(reply.finish == "length" for reply in own),
        sum(reply.reasoned for reply in own),
        len(missing),
        _why([failures[key] for key in missing if key in failures]),
        stopped.get(model.label),
        tuple(scores),
        _by_language(first, examples),
        _by_label(answers, examples, data.labels, metrics[0]),
        _worst(first, answers, examples, own, worst),
        sum(reply.prompt_tokens or 0 for reply in paid),
        sum(reply.completion_tokens or 0 for reply in paid),
        median(reply.seconds for reply in own) if own else None,
    )


def _why(failures: Sequence[Failure]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(failure.code for failure in failures)
    shown = {failure.code: failure.detail for failure in failures}
    return tuple((code, shown[code], count) for code, count in counts.most_common())


def _by_language(found: Measured | None, examples: Sequence[Example]) -> tuple[Group, ...]:
    rows: dict[str, list[int]] = {}
    for index, example in enumerate(examples):
        rows.setdefault(example.language or "", []).append(index)
    if found is None or len(rows) < 2:
        return ()
    return tuple(
        Group(language, len(held), found.interval(held)) for language, held in sorted(rows.items())
    )


def _by_label(
    answers: Sequence[Parsed | None],
    examples: Sequence[Example],
    labels: Sequence[str],
    metric: str,
) -> tuple[LabelRow, ...]:
    if not labels or not examples:
        return ()
    if metric == "entity-f1":
        by_type = entity_results(answers, examples, labels)["entities"]
        return tuple(
            LabelRow(
                label,
                by_type[label]["strict"].possible,
                100 * by_type[label]["strict"].precision,
                100 * by_type[label]["strict"].recall,
                100 * by_type[label]["strict"].f1,
            )
            for label in labels
            if label in by_type
        )
    found = []
    for label in labels:
        expected = sum(example.gold[0] == label for example in examples)
        given = sum(answer == label for answer in answers)
        right = sum(
            answer == label == example.gold[0]
            for answer, example in zip(answers, examples, strict=True)
        )
        precision = 100 * right / given if given else 0.0
        recall = 100 * right / expected if expected else 0.0
        f1 = 200 * right / (expected + given) if expected + given else 0.0
        found.append(LabelRow(label, expected, precision, recall, f1))
    return tuple(found)


def _worst(
    found: Measured | None,
    answers: Sequence[Parsed | None],
    examples: Sequence[Example],
    replies: Sequence[Reply],
    count: int,
) -> tuple[Bad, ...]:
    if found is None:
        return ()
    scores = found.items
    # Equal scores: what was answered in the wrong form last, since it is counted apart.
    order = sorted(
        range(len(scores)), key=lambda i: (scores[i], answers[i] is None, examples[i].line)
    )
    return tuple(
        Bad(
            examples[i].line,
            scores[i],
            max(examples[i].inputs.values(), key=len),
            _expected(examples[i]),
            replies[i].text,
            answers[i] is not None,
        )
        for i in order[:count]
        if scores[i] < 100
    )


def _expected(example: Example) -> str:
    if example.spans:
        text = example.inputs["text"]
        return ", ".join(f"{text[s.start : s.end]} ({s.label})" for s in example.spans)
    return " | ".join(example.gold) or "(nothing)"


def _pairs(
    metric: str,
    data: Data,
    labels: Sequence[str],
    held: Mapping[str, Mapping[int, Parsed | None]],
    seed: int,
) -> tuple[Pair, ...]:
    found: list[tuple[str, str, int, Difference]] = []
    scored: dict[tuple[str, tuple[int, ...]], Measured] = {}

    def score(label: str, rows: tuple[int, ...]) -> Measured:
        # Models that answered everything share their rows with every other one.
        if (label, rows) not in scored:
            answers = [held[label][row] for row in rows]
            examples = [data.examples[row] for row in rows]
            scored[label, rows] = measured(metric, answers, examples, data.labels, seed)
        return scored[label, rows]

    for one, other in combinations(labels, 2):
        rows = tuple(sorted(held[one].keys() & held[other].keys()))
        if len(rows) > 1:
            gap = difference(score(one, rows), score(other, rows))
            found.append((one, other, len(rows), gap))
    corrected = holm([gap.p for _, _, _, gap in found])
    return tuple(Pair(*pair, value) for pair, value in zip(found, corrected, strict=True))
