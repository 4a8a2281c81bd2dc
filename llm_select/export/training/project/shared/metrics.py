"""Metrics, by the field's libraries, with an interval from resampling the test rows.

A score on few rows is a rough estimate: another draw of rows would give another score. The bootstrap draws rows with
replacement and takes the middle 95 % of the scores (Efron & Tibshirani 1993; for translation Koehn 2004, W04-3250).
"""

from __future__ import annotations

import math
import random
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Metric = Callable[[Sequence[Any], Sequence[Any]], float]
DRAWS = 200


def accuracy(given: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of exactly right labels."""
    return sum(g == w for g, w in zip(given, wanted, strict=True)) / len(wanted)


def macro_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    """Mean F1 of the labels, a rare label counting as much as a common one."""
    from sklearn.metrics import f1_score

    labels = sorted(set(wanted))
    return float(
        f1_score(list(wanted), list(given), labels=labels, average="macro", zero_division=0)
    )


def matthews(given: Sequence[str], wanted: Sequence[str]) -> float:
    """Matthews correlation: 0 for guessing, 1 for all right."""
    from sklearn.metrics import matthews_corrcoef

    return float(matthews_corrcoef(list(wanted), list(given)))


def entity_f1(given: Sequence[Any], wanted: Sequence[Any]) -> float:
    """F1 over whole names: borders and type must be right (the strict reading of CoNLL-2003).

    Rows are lists of BIO tags; or texts such as "Ada Lovelace (PER); London (LOC)", as a decoder writes them, of
    which each listed name counts once.
    """
    if wanted and isinstance(wanted[0], str):
        return _listed_f1(given, wanted)
    from nervaluate.evaluator import Evaluator

    tags = sorted({tag[2:] for row in (*given, *wanted) for tag in row if tag != "O"})
    if not tags:
        return 1.0
    sides = [[list(row) for row in rows] for rows in (wanted, given)]
    result = Evaluator(*sides, tags=tags, loader="list").evaluate()
    return float(result["overall"]["strict"].f1)


def _listed(text: str) -> Counter[str]:
    names = (part.strip() for part in text.split(";"))
    return Counter(name for name in names if name not in ("", "none"))


def _listed_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    sides = [[_listed(row) for row in rows] for rows in (given, wanted)]
    found, true = (sum(sum(row.values()) for row in rows) for rows in sides)
    right = sum(sum((g & w).values()) for g, w in zip(*sides, strict=True))
    return 2 * right / (found + true) if found + true else 1.0


def exact_match(given: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of answers that are right word for word, without case, punctuation and articles (SQuAD's rule)."""
    return sum(_plain(g) == _plain(w) for g, w in zip(given, wanted, strict=True)) / len(wanted)


def span_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    """Mean F1 of the words that answer and truth share (Rajpurkar et al. 2016, arXiv:1606.05250 §6.1)."""
    return sum(_word_f1(g, w) for g, w in zip(given, wanted, strict=True)) / len(wanted)


def bleu(given: Sequence[str], wanted: Sequence[str]) -> float:
    """BLEU of the whole set, 0 to 100 (sacrebleu; Papineni et al. 2002)."""
    import sacrebleu

    return float(sacrebleu.corpus_bleu(list(given), [list(wanted)]).score)


def chrf(given: Sequence[str], wanted: Sequence[str]) -> float:
    """chrF++, 0 to 100: shared runs of letters and words; fairer than BLEU to rich grammar (Popović 2017)."""
    import sacrebleu

    return float(sacrebleu.corpus_chrf(list(given), [list(wanted)], word_order=2).score)


def rouge(given: Sequence[str], wanted: Sequence[str]) -> float:
    """ROUGE-L: longest common run of words in order (Lin 2004)."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    scores = [scorer.score(w, g)["rougeL"].fmeasure for g, w in zip(given, wanted, strict=True)]
    return float(np.mean(scores))


def mae(given: Sequence[float], wanted: Sequence[float]) -> float:
    """Mean distance from the truth."""
    return float(np.mean(np.abs(np.asarray(given) - np.asarray(wanted))))


def pearson(given: Sequence[float], wanted: Sequence[float]) -> float:
    """Correlation with the truth; 0 when either does not vary."""
    if np.std(given) == 0 or np.std(wanted) == 0:
        return 0.0
    return float(np.corrcoef(given, wanted)[0, 1])


def perplexity(sums: Sequence[float], counts: Sequence[int]) -> float:
    """exp of the mean of −log p over all tokens: among how many tokens the model wavers."""
    return math.exp(min(sum(sums) / sum(counts), 700))


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "macro-f1": macro_f1,
    "matthews": matthews,
    "entity-f1": entity_f1,
    "exact-match": exact_match,
    "span-f1": span_f1,
    "bleu": bleu,
    "chrf": chrf,
    "rouge": rouge,
    "mae": mae,
    "pearson": pearson,
}
NOT_HERE = {
    "pass-at-1": "it runs the code that the model writes; use a harness with a sandbox",
    "ndcg": "it needs a collection of documents to rank",
    "perplexity": "it is reported for decoders",
}
"""Why a metric that a plan may ask for is not computed by `score`."""


def score(
    names: Sequence[str], given: Sequence[Any], wanted: Sequence[Any], seed: int
) -> dict[str, dict[str, float]]:
    """Value, low and high of each metric. A name that is not computed here is said, not passed over."""
    results = {}
    for name in names:
        if name in METRICS:
            results[name] = interval(name, METRICS[name], given, wanted, seed)
        else:
            print(f"{name}: not computed: {NOT_HERE.get(name, 'unknown')}")
    return results


def interval(
    name: str, metric: Metric, given: Sequence[Any], wanted: Sequence[Any], seed: int
) -> dict[str, float]:
    """Prints and returns a metric's value with the middle 95 % of its values over other draws of the rows."""
    dice = random.Random(seed)
    draws = []
    for _ in range(DRAWS):
        drawn = dice.choices(range(len(wanted)), k=len(wanted))
        draws.append(metric([given[i] for i in drawn], [wanted[i] for i in drawn]))
    value = metric(given, wanted)
    low, high = (float(end) for end in np.quantile(draws, [0.025, 0.975]))
    print(f"{name}: {value:.4g} ({low:.4g} to {high:.4g}, {len(wanted)} rows)")
    return {"value": value, "low": low, "high": high}


def _plain(text: str) -> str:
    text = "".join(c for c in text.casefold() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def _word_f1(given: str, wanted: str) -> float:
    g, w = _plain(given).split(), _plain(wanted).split()
    shared = sum((Counter(g) & Counter(w)).values())
    if not g or not w:
        return float(g == w)
    return 2 * shared / (len(g) + len(w))
