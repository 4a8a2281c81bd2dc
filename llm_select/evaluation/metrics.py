"""Metrics by the field's libraries, in points of 0 to 100. An answer that cannot be read counts as a wrong one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.evaluation.answers import Parsed
from llm_select.evaluation.data import Example
from llm_select.evaluation.overlap import overlap
from llm_select.evaluation.statistics import (
    Formula,
    Interval,
    bootstrap,
    bootstrap_difference,
    randomization,
)
from llm_select.evaluation.words import exact_match, token_f1, words

if TYPE_CHECKING:
    from llm_select.evaluation.statistics import Array

UNITS = {
    "chrf++": "chrF++",
    "bleu": "BLEU",
    "rouge-l": "ROUGE-L",
    "macro-f1": "macro-F1",
    "accuracy": "accuracy",
    "entity-f1": "entity F1",
    "token-f1": "F1",
    "exact-match": "exact match",
}
"""Metrics as they are printed."""
FORMS = {
    "text": ("chrf++", "bleu", "rouge-l"),
    "label": ("macro-f1", "accuracy"),
    "entities": ("entity-f1",),
    "answer": ("token-f1", "exact-match"),
}
"""Metrics of each form of answer."""
NEEDS = {
    "chrf++": "sacrebleu",
    "bleu": "sacrebleu",
    "rouge-l": "rouge-score",
    "entity-f1": "nervaluate",
}
"""The library behind a metric."""


class Difference(NamedTuple):
    """How much better one model is than another on the same examples."""

    value: float
    low: float
    """95 % interval."""
    high: float
    p: float


Answers = Sequence[Parsed | None]


class Measured(NamedTuple):
    """A model's answers under one metric: a score follows from sums over examples."""

    statistics: Array
    """Shape (examples, statistics)."""
    formula: Formula
    items: list[float]
    """The score of each example alone."""
    signature: str
    """Library, version and settings."""
    seed: int

    def interval(self, rows: Sequence[int] | None = None) -> Interval:
        """Score and 95 % interval over all examples or over some."""
        chosen = self.statistics if rows is None else self.statistics[list(rows)]
        return bootstrap(chosen, self.formula, self.seed)


def measured(
    metric: str, answers: Answers, examples: Sequence[Example], labels: Sequence[str], seed: int
) -> Measured:
    """A metric over one model's answers, in the order of the examples, of which there is at least one."""
    import numpy as np

    own = "llm-select's own"
    if metric in ("chrf++", "bleu"):
        said = [answer if isinstance(answer, str) else "" for answer in answers]
        gold = [example.gold for example in examples]
        found = overlap(metric, said, gold, [example.language for example in examples])
        return Measured(*found[:3], f"{UNITS[metric]}|{found.signature}", seed)
    if metric == "macro-f1":
        counts = _by_label(answers, examples, labels)
        # Of a single example only right or wrong can be said.
        items = [100 * float(row[0::3].sum() > 0) for row in counts]
        return Measured(counts, _macro_f1, items, f"macro-F1 over {len(labels)} labels|{own}", seed)
    if metric == "entity-f1":
        counts = _entity_counts(answers, examples, labels)
        signature = f"micro-F1, strict|nervaluate {version('nervaluate')}"
        return Measured(counts, _f1, [float(one) for one in _f1(counts)], signature, seed)
    if metric == "rouge-l":
        values = _rouge(answers, examples)
        signature = f"ROUGE-L F|words of any script|rouge-score {version('rouge-score')}"
    else:
        values = [_simple(metric, a, e) for a, e in zip(answers, examples, strict=True)]
        normal = "" if metric == "accuracy" else ", SQuAD's normal form"
        signature = f"{UNITS[metric]}{normal}|{own}"
    pairs = np.array([(value, 1.0) for value in values])
    return Measured(pairs, _mean, [100 * value for value in values], signature, seed)


def difference(one: Measured, other: Measured) -> Difference:
    """Two models under the same metric on the same examples."""
    gap = bootstrap_difference(one.statistics, other.statistics, one.formula, one.seed)
    p = randomization(one.statistics, other.statistics, one.formula, one.seed)
    return Difference(*gap, p)


def _simple(metric: str, answer: Parsed | None, example: Example) -> float:
    if not isinstance(answer, str):
        return 0.0
    if metric == "accuracy":
        return float(answer == example.gold[0])
    return (exact_match if metric == "exact-match" else token_f1)(answer, example.gold)


def _mean(sums: Array) -> Array:
    return 100 * sums[:, 0] / sums[:, 1]


def _f1(sums: Array) -> Array:
    """Columns: right, expected, given. With nothing expected and nothing given all is right."""
    import numpy as np

    both = sums[:, 1] + sums[:, 2]
    return np.where(both > 0, 200 * sums[:, 0] / np.where(both > 0, both, 1), 100.0)


def _macro_f1(sums: Array) -> Array:
    """Mean of the F1 of the labels; a label neither expected nor given is left out. Columns by label: right, wrongly
    given, missed."""
    import numpy as np

    right, wrong, missed = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    both = 2 * right + wrong + missed
    f1 = np.where(both > 0, 200 * right / np.where(both > 0, both, 1), 0.0)
    mean: Array = f1.sum(axis=1) / np.maximum((both > 0).sum(axis=1), 1)
    return mean


def _by_label(answers: Answers, examples: Sequence[Example], labels: Sequence[str]) -> Array:
    import numpy as np

    place = {label: 3 * index for index, label in enumerate(labels)}
    counts = np.zeros((len(examples), 3 * len(labels)))
    for row, (answer, example) in enumerate(zip(answers, examples, strict=True)):
        gold = place[example.gold[0]]
        if answer == example.gold[0]:
            counts[row, gold] = 1
            continue
        counts[row, gold + 2] = 1
        if isinstance(answer, str):
            counts[row, place[answer] + 1] = 1
    return counts


def _entity_counts(answers: Answers, examples: Sequence[Example], labels: Sequence[str]) -> Array:
    import numpy as np

    counts = []
    for answer, example in zip(answers, examples, strict=True):
        strict = entity_results([answer], [example], labels)["overall"]["strict"]
        counts.append((strict.correct, strict.possible, strict.actual))
    return np.array(counts, dtype=float)


def entity_results(
    answers: Answers, examples: Sequence[Example], labels: Sequence[str]
) -> dict[str, Any]:
    """nervaluate's results, overall and by type. Types that were not asked for are wrong answers like others."""
    from nervaluate.evaluator import Evaluator

    given = [() if answer is None or isinstance(answer, str) else answer for answer in answers]
    known = dict.fromkeys([*labels, *(span.label for spans in given for span in spans)])
    # Ends are the last character there: with ours, one behind it, neighbours would pass for overlapping.
    true, said = (
        [[{"start": s.start, "end": s.end - 1, "label": s.label} for s in spans] for spans in side]
        for side in ([example.spans for example in examples], given)
    )
    results: dict[str, Any] = Evaluator(true, said, tags=list(known), loader="dict").evaluate()
    return results


def _rouge(answers: Answers, examples: Sequence[Example]) -> list[float]:
    from rouge_score.rouge_scorer import RougeScorer

    class Words:
        def tokenize(self, text: str) -> list[str]:
            return words(text)

    scorer = RougeScorer(["rougeL"], tokenizer=Words())
    return [
        scorer.score_multi(example.gold, answer)["rougeL"].fmeasure
        if isinstance(answer, str)
        else 0.0
        for answer, example in zip(answers, examples, strict=True)
    ]
