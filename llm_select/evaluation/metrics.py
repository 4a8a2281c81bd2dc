"""Metrics by the field's libraries, in points of 0 to 100. An answer that cannot be read counts as a wrong one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from llm_select.evaluation.answers import Parsed
from llm_select.evaluation.data import Example
from llm_select.evaluation.statistics import (
    RESAMPLES,
    TRIALS,
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
_BY_CHARACTER = ("ja", "ko", "th", "lo", "km", "my")
"""Target languages whose words sacrebleu's default tokenizer does not find."""


class Difference(NamedTuple):
    """How much better one model is than another on the same examples."""

    value: float
    low: float | None
    """95 % interval; None for metrics whose library gives none for a difference."""
    high: float | None
    p: float


class Measured(Protocol):
    """A model's answers under one metric."""

    signature: str

    def interval(self, rows: Sequence[int] | None = None) -> Interval:
        """Score and 95 % interval over all examples or over some."""

    def items(self) -> list[float]:
        """The score of each example alone."""


Answers = Sequence[Parsed | None]


def measured(
    metric: str, answers: Answers, examples: Sequence[Example], labels: Sequence[str], seed: int
) -> Measured:
    """A metric over one model's answers, in the order of the examples."""
    if metric in ("chrf++", "bleu"):
        return _Sacre(metric, answers, examples)
    return _Summed(metric, answers, examples, labels, seed)


def difference(one: Measured, other: Measured) -> Difference:
    """Two models under the same metric on the same examples."""
    if isinstance(one, _Sacre) and isinstance(other, _Sacre):
        return one.against(other)
    assert isinstance(one, _Summed)
    assert isinstance(other, _Summed)
    gap = bootstrap_difference(one.statistics, other.statistics, one.formula, one.seed)
    p = randomization(one.statistics, other.statistics, one.formula, one.seed)
    return Difference(*gap, p)


class _Summed:
    """A metric that follows from sums over examples."""

    def __init__(
        self,
        metric: str,
        answers: Answers,
        examples: Sequence[Example],
        labels: Sequence[str],
        seed: int,
    ) -> None:
        import numpy as np

        self.seed = seed
        self.formula: Formula = _mean
        own = "llm-select's own"
        if metric == "macro-f1":
            self.statistics = _by_label(answers, examples, labels)
            self.formula, self.signature = _macro_f1, f"macro-F1 over {len(labels)} labels|{own}"
        elif metric == "entity-f1":
            self.statistics = _entity_counts(answers, examples, labels)
            self.formula = _f1
            self.signature = f"micro-F1, strict|nervaluate {version('nervaluate')}"
        else:
            if metric == "rouge-l":
                values = _rouge(answers, examples)
                self.signature = (
                    f"ROUGE-L F|words of any script|rouge-score {version('rouge-score')}"
                )
            else:
                values = [_simple(metric, a, e) for a, e in zip(answers, examples, strict=True)]
                self.signature = f"{UNITS[metric]}|{own}"
                if metric != "accuracy":
                    self.signature = f"{UNITS[metric]}, SQuAD 1.1 normal form|{own}"
            self.statistics = np.array([(value, 1.0) for value in values])

    def interval(self, rows: Sequence[int] | None = None) -> Interval:
        chosen = self.statistics if rows is None else self.statistics[list(rows)]
        return bootstrap(chosen, self.formula, self.seed)

    def items(self) -> list[float]:
        if self.formula is _macro_f1:  # of a single example only right or wrong can be said
            return [100 * float(row[0::3].sum() > 0) for row in self.statistics]
        return [float(value) for value in self.formula(self.statistics)]


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
    true, said = (
        [[span._asdict() for span in spans] for spans in side]
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


class _Sacre:
    """BLEU and chrF++ as sacrebleu computes them, with its signature, intervals and significance test."""

    def __init__(self, metric: str, answers: Answers, examples: Sequence[Example]) -> None:
        from sacrebleu.metrics import BLEU, CHRF

        self._name = UNITS[metric]
        # Effective order only for single sentences: the corpus score is the standard one.
        tokenizer = _tokenizer({example.language for example in examples})
        self._metric: Any = CHRF(word_order=2) if metric == "chrf++" else BLEU(tokenize=tokenizer)
        self._sentence: Any = (
            self._metric if metric == "chrf++" else BLEU(tokenize=tokenizer, effective_order=True)
        )
        self._said = [answer if isinstance(answer, str) else "" for answer in answers]
        self._gold = [example.gold for example in examples]
        self.signature = ""
        if self._said:
            self._metric.corpus_score(self._said[:1], self._columns([0]))
            self.signature = f"{self._name}|{self._metric.get_signature()}"

    def _columns(self, rows: Sequence[int]) -> list[list[str | None]]:
        """References by their number, as sacrebleu takes them; None where an example has fewer."""
        most = max(len(self._gold[row]) for row in rows)
        return [
            [self._gold[row][i] if i < len(self._gold[row]) else None for row in rows]
            for i in range(most)
        ]

    def interval(self, rows: Sequence[int] | None = None) -> Interval:
        chosen = range(len(self._said)) if rows is None else rows
        said = [self._said[row] for row in chosen]
        score = self._metric.corpus_score(said, self._columns(chosen), n_bootstrap=RESAMPLES)
        value = float(score.score)
        signature = str(self._metric.get_signature())
        told = json.loads(score.format(width=4, signature=signature, is_json=True))
        half = float(told.get("confidence_var", 0.0))
        return Interval(value, max(0.0, value - half), min(100.0, value + half))

    def items(self) -> list[float]:
        return [
            float(self._sentence.sentence_score(said, list(gold)).score)
            for said, gold in zip(self._said, self._gold, strict=True)
        ]

    def against(self, other: _Sacre) -> Difference:
        from sacrebleu.significance import PairedTest

        test = PairedTest(
            [("other", other._said), ("one", self._said)],
            {self._name: self._metric},
            self._columns(range(len(self._said))),
            test_type="ar",
            n_samples=TRIALS,
        )
        _, scores = test()
        base, mine = next(pair for name, pair in scores.items() if name != "System")
        return Difference(float(mine.score - base.score), None, None, float(mine.p_value))


def _tokenizer(languages: set[str | None]) -> str:
    """sacrebleu's tokenizer for the language written; one for all, by character where languages differ in need."""
    targets = {(language or "").split("-")[-1] for language in languages}
    targets |= {(language or "").split("-")[0] for language in languages if _script(language)}
    if "zh" in targets:
        return "zh" if len(languages) == 1 else "char"
    return "char" if targets & set(_BY_CHARACTER) else "13a"


def _script(language: str | None) -> bool:
    """True when a tag ends in a script or region, so that its last part names no language."""
    last = (language or "").split("-")[-1]
    return not last.islower()
