"""BLEU and chrF++ by sacrebleu: its statistics for each example, its formula, its signature.

The resampling is our own. That of sacrebleu 2.6.0 counts only differences greater than the one seen, so that two
systems with the same answers get the smallest p there is, and its interval fails with a TypeError when a resample
scores 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.evidence.languages import split_pair

if TYPE_CHECKING:
    from llm_select.evaluation.statistics import Array, Formula

_BY_CHARACTER = frozenset(("ja", "ko", "th", "lo", "km", "my"))
"""Languages written whose words sacrebleu's default tokenizer does not find; its own for them need further packages."""


class Overlap(NamedTuple):
    """Statistics of a corpus."""

    statistics: Array
    """Shape (examples, statistics)."""
    formula: Formula
    items: list[float]
    """Score of each example; BLEU with the effective order, as for sentences."""
    signature: str


def overlap(
    metric: str,
    said: Sequence[str],
    gold: Sequence[Sequence[str]],
    languages: Sequence[str | None],
) -> Overlap:
    """A corpus under `bleu` or `chrf++`; `gold` are the references of each example, `languages` what is written."""
    import numpy as np
    from sacrebleu.metrics import BLEU, CHRF

    tokenizer = tokenizer_for(languages)
    whole: Any = CHRF(word_order=2) if metric == "chrf++" else BLEU(tokenize=tokenizer)
    alone: Any = whole if metric == "chrf++" else BLEU(tokenize=tokenizer, effective_order=True)
    most = max(map(len, gold))
    # References by their number, as sacrebleu takes them; None where an example has fewer.
    columns = [[one[i] if i < len(one) else None for one in gold] for i in range(most)]
    whole.corpus_score(said, columns)  # checks its input, and completes the signature
    statistics = np.array(whole._extract_corpus_statistics(said, columns), dtype=float)

    def formula(sums: Array) -> Array:
        return np.array([float(whole._compute_score_from_stats(list(row)).score) for row in sums])

    items = [
        float(alone.sentence_score(one, list(right)).score)
        for one, right in zip(said, gold, strict=True)
    ]
    return Overlap(statistics, formula, items, str(whole.get_signature()))


def tokenizer_for(languages: Sequence[str | None]) -> str:
    """sacrebleu's tokenizer for the languages written, pairs taken by their second; one for the whole corpus."""
    written = {_written(language) for language in languages}
    if written == {"zh"}:
        return "zh"
    return "char" if written & (_BY_CHARACTER | {"zh"}) else "13a"


def _written(language: str | None) -> str:
    if language is None:
        return ""
    pair = split_pair(language)
    return (pair[1] if pair is not None else language).split("-")[0]
