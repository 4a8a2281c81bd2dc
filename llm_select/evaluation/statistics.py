"""Intervals and significance by resampling examples: no metric here has a standard error in closed form.

Bootstrap percentile intervals: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13. Approximate
randomization for two systems on the same examples: Noreen 1989; for F1 and BLEU see Yeh 2000 and Riezler and Maxwell
2005. Several comparisons are corrected as by Holm 1979.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

RESAMPLES = 1000
TRIALS = 2000
_CELLS = 10_000_000
"""Numbers held at a time."""

Formula = Callable[["Array"], "Array"]
"""From sums of the statistics of examples, shape (k, statistics), to k scores."""


class Interval(NamedTuple):
    """A score in points with its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap(statistics: Array, formula: Formula, seed: int) -> Interval:
    """The score of all examples, shape (examples, statistics), and its percentile interval."""
    import numpy as np

    value = float(formula(statistics.sum(axis=0, keepdims=True))[0])
    scores = np.concatenate(
        [formula(weights @ statistics) for weights in _resampled(len(statistics), seed)]
    )
    low, high = np.nanpercentile(scores, [2.5, 97.5])
    return _around(value, float(low), float(high), len(statistics), (0.0, 100.0))


def bootstrap_difference(one: Array, other: Array, formula: Formula, seed: int) -> Interval:
    """How much better `one` is than `other` on the same examples, each resample taken for both."""
    import numpy as np

    def gap(sums_one: Array, sums_other: Array) -> Array:
        return formula(sums_one) - formula(sums_other)

    value = float(gap(one.sum(axis=0, keepdims=True), other.sum(axis=0, keepdims=True))[0])
    gaps = np.concatenate([gap(w @ one, w @ other) for w in _resampled(len(one), seed)])
    low, high = np.nanpercentile(gaps, [2.5, 97.5])
    return _around(value, float(low), float(high), len(one), (-100.0, 100.0))


def _around(
    value: float, low: float, high: float, examples: int, bounds: tuple[float, float]
) -> Interval:
    """An interval that holds its value. Where no resample differs, since all examples score alike, up to 3 / n of such
    examples may still score otherwise (Hanley and Lippman-Hand 1983, the rule of three), by 100 points at most."""
    if high - low < 1e-9:
        margin = 300 / examples
        low, high = max(bounds[0], value - margin), min(bounds[1], value + margin)
    return Interval(value, min(low, value), max(high, value))


def randomization(one: Array, other: Array, formula: Formula, seed: int) -> float:
    """P of a difference at least as large if the two systems' answers were exchanged at random, example by example."""
    import numpy as np

    random = np.random.default_rng(seed)
    total = one.sum(axis=0) + other.sum(axis=0)
    seen = abs(_gap(one.sum(axis=0, keepdims=True), other.sum(axis=0, keepdims=True), formula)[0])
    at_least, done = 0, 0
    size = max(1, _CELLS // max(1, len(one)))
    while done < TRIALS:
        count = min(size, TRIALS - done)
        keep = random.integers(0, 2, (count, len(one))).astype(np.float64)
        mixed = other.sum(axis=0) + keep @ (one - other)
        gaps = np.abs(_gap(mixed, total - mixed, formula))
        at_least += int((gaps >= seen - 1e-9).sum())
        done += count
    return (at_least + 1) / (TRIALS + 1)


def _gap(one: Array, other: Array, formula: Formula) -> Array:
    return formula(one) - formula(other)


def _resampled(examples: int, seed: int) -> Iterator[Array]:
    """How often each example is drawn, shape (resamples, examples), a part at a time."""
    import numpy as np

    random = np.random.default_rng(seed)
    size = max(1, _CELLS // max(1, examples))
    even = np.full(examples, 1 / examples)
    for start in range(0, RESAMPLES, size):
        count = min(size, RESAMPLES - start)
        yield random.multinomial(examples, even, count).astype(np.float64)


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected for their number, in the order given."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    corrected = [0.0] * len(values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, values[index] * (len(values) - rank)))
        corrected[index] = highest
    return corrected
