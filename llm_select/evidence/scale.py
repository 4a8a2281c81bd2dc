"""The common scale: a board's own unit to an unbounded one, and back.

Bounded metrics go to logits between their floor (chance) and ceiling, as in item-response theory (Rasch 1960), so
that a point near the ceiling counts for more than one in the middle; where lower is better the floor is the greater
number. Ratings (Elo, Bradley-Terry) are already on a
logit-like scale and are only divided by a constant; ranks keep their order and distance. Higher is always better.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm_select.schema.evaluation import Benchmark

EDGE = 0.01
"""Share of the range kept away from both ends: a score of 0 or 100 % is not infinitely far."""
COUNTED = ("%", "accuracy")
"""Units of benchmarks that count right answers."""
COUNTED_ERROR, GRADED_ERROR = 0.01, 0.002
"""Standard error of a score where none is published, as a share of the range, when answers are counted and when each is
graded. The published ones have medians of 0.006 to 0.010 by board where EuroEval counts answers and 0.03 on a test of
225 problems, 0.002 where it grades summaries."""
RATING_UNIT = 400 / math.log(10)
"""Elo points in one logit (400 points are odds of 10 to 1)."""


def to_common(value: float, benchmark: Benchmark) -> float:
    """A score in the benchmark's unit as an unbounded number, higher better."""
    if (
        benchmark.scale == "bounded"
        and benchmark.floor is not None
        and benchmark.ceiling is not None
    ):
        share = (value - benchmark.floor) / (benchmark.ceiling - benchmark.floor)
        share = min(1 - EDGE, max(EDGE, share))
        return math.log(share / (1 - share))
    signed = value if benchmark.direction == "higher" else -value
    return signed / RATING_UNIT if benchmark.scale == "rating" else signed


def converter(benchmark: Benchmark) -> Callable[[float], float]:
    """`to_common` for many scores of one benchmark, its constants looked up once."""
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if benchmark.scale != "bounded" or floor is None or ceiling is None:
        return lambda value: to_common(value, benchmark)
    width, log = ceiling - floor, math.log

    def convert(value: float) -> float:
        share = min(1 - EDGE, max(EDGE, (value - floor) / width))
        return log(share / (1 - share))

    return convert


def from_common(x: float, benchmark: Benchmark) -> float:
    """The inverse of `to_common`, in the benchmark's unit."""
    if (
        benchmark.scale == "bounded"
        and benchmark.floor is not None
        and benchmark.ceiling is not None
    ):
        share = 1 / (1 + math.exp(-x)) if x > -700 else 0.0
        return benchmark.floor + share * (benchmark.ceiling - benchmark.floor)
    signed = x * RATING_UNIT if benchmark.scale == "rating" else x
    return signed if benchmark.direction == "higher" else -signed


def slope_at(x: float, benchmark: Benchmark) -> float:
    """Units of the benchmark for one unit of the common scale at `x` (absolute value)."""
    if (
        benchmark.scale == "bounded"
        and benchmark.floor is not None
        and benchmark.ceiling is not None
    ):
        share = 1 / (1 + math.exp(-x)) if x > -700 else 0.0
        return share * (1 - share) * abs(benchmark.ceiling - benchmark.floor)
    return RATING_UNIT if benchmark.scale == "rating" else 1.0


def measurement_variance(common: float, stderr: float | None, benchmark: Benchmark) -> float:
    """Variance of measurement at `common`, on the common scale; `stderr` is in the benchmark's unit, where published.

    Where none is published, a bounded metric is taken to be off by what is usual. In the middle of the range that is
    next to nothing; at chance or at the ceiling, where a point moves the logit far, it says that the score tells
    little.
    """
    unit = slope_at(common, benchmark)
    if stderr:
        return (stderr / unit) ** 2 if unit else 0.0
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if benchmark.scale != "bounded" or floor is None or ceiling is None:
        return 0.0
    usual = COUNTED_ERROR if benchmark.unit in COUNTED else GRADED_ERROR
    return (usual * (ceiling - floor) / unit) ** 2
