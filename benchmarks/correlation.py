"""Rank correlation with weights, and its bootstrap over models.

Spearman's rho is Pearson's correlation of average ranks (Spearman 1904). A bootstrap sample of models is a count for
each model, so ranks are taken with counts, from an order sorted once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import NamedTuple

SEED = 20261124
RESAMPLES = 200
"""Bootstrap samples."""
LEAST = 8
"""Models a board needs for a rank correlation to mean something."""


def tied(values: Sequence[float]) -> list[list[int]]:
    """Positions in ascending order of value, those of equal value together."""
    groups: list[list[int]] = []
    for i in sorted(range(len(values)), key=values.__getitem__):
        if groups and values[groups[-1][0]] == values[i]:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def ranks(groups: Sequence[Sequence[int]], counts: Sequence[int]) -> list[float]:
    """Average ranks, from 1, when each position stands `counts` times."""
    result = [0.0] * len(counts)
    before = 0
    for group in groups:
        size = sum(counts[i] for i in group)
        for i in group:
            result[i] = before + (size + 1) / 2
        before += size
    return result


def rho(
    one: Sequence[Sequence[int]], other: Sequence[Sequence[int]], counts: Sequence[int]
) -> float:
    """Spearman's rank correlation; 0 when one side is all ties."""
    x, y = ranks(one, counts), ranks(other, counts)
    middle = (sum(counts) + 1) / 2
    top = left = right = 0.0
    for a, b, count in zip(x, y, counts, strict=True):
        if count:
            top += count * (a - middle) * (b - middle)
            left += count * (a - middle) ** 2
            right += count * (b - middle) ** 2
    return top / (left * right) ** 0.5 if left and right else 0.0


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation of two lists."""
    return rho(tied(one), tied(other), [1] * len(one))


class Order(NamedTuple):
    """One board: who sat it, and the orders that several predictors and the truth put them in."""

    subjects: Sequence[Hashable]
    truth: list[list[int]]
    predictors: dict[str, list[list[int]]]
    known: dict[str, list[bool]]
    """Whom a predictor can order; a predictor that is absent here orders all."""

    def rho(self, name: str, counts: Sequence[int] | None = None, on: str = "") -> float | None:
        """Rho of one predictor, on those that it and the predictor `on` can order; None when they are too few."""
        able = [True] * len(self.subjects)
        for which in (name, on):
            if which in self.known:
                able = [a and b for a, b in zip(able, self.known[which], strict=True)]
        if sum(able) < LEAST:
            return None
        drawn = counts or [1] * len(able)
        held = [count if a else 0 for count, a in zip(drawn, able, strict=True)]
        return rho(self.predictors[name], self.truth, held) if sum(map(bool, held)) > 2 else None


def resampled(
    orders: Sequence[Order],
    statistics: dict[str, Callable[[Order, Sequence[int]], float | None]],
) -> dict[str, tuple[float, float]]:
    """80 % intervals of means over boards, models drawn with replacement, the same draw for all boards."""
    random = Random(SEED)
    everyone = sorted({subject for order in orders for subject in order.subjects}, key=repr)
    means: dict[str, list[float]] = {name: [] for name in statistics}
    for _ in range(RESAMPLES):
        times: dict[Hashable, int] = {}
        for subject in random.choices(everyone, k=len(everyone)):
            times[subject] = times.get(subject, 0) + 1
        counts = [[times.get(subject, 0) for subject in order.subjects] for order in orders]
        for name, statistic in statistics.items():
            found = [
                value
                for order, drawn in zip(orders, counts, strict=True)
                if (value := statistic(order, drawn)) is not None
            ]
            if found:
                means[name].append(sum(found) / len(found))
    result = {}
    for name, values in means.items():
        values.sort()
        if values:
            result[name] = (values[len(values) // 10], values[-1 - len(values) // 10])
    return result
