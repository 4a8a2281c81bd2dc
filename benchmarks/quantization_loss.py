"""What formats cost by size, and how well the loss of a model is foretold from the other models.

    python benchmarks/quantization_loss.py

Each model is left out in turn with all its runs; the loss of each of its formats is then predicted from the others as
`evidence.loss` does for a model nobody quantized. Reported are the error against the mean loss that was measured, what
predicting no loss would have erred by, and the share of single pairs inside the predicted 80 % interval.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from llm_select.catalog.load import load_catalog
from llm_select.evidence.loss import (
    SIZE_EDGES,
    Z80,
    Pair,
    kind_of,
    loss_of,
    pairs,
    pool,
    size_class,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llm_select.schema.catalog import Catalog


class Cost(NamedTuple):
    """What a format costs models of one size class, as measured."""

    format: str
    size: int
    """Size class, 0 to 5."""
    pairs: int
    models: int
    points: float
    """Mean difference in points of the tests, quantized minus unquantized."""
    relative: float
    """Mean difference as a share of what the unquantized model scored, in percent."""
    change: float
    """Pooled difference on the common scale, as selection deducts it."""
    low: float
    """Low end of the 80 % interval of one test of another model."""
    high: float


class HeldOut(NamedTuple):
    """How well one model's loss is foretold without it."""

    model: str
    format: str
    size: int
    pairs: int
    predicted: float
    """Common scale."""
    measured: float
    """Mean over the model's tests, common scale."""
    inside: int
    """Of its pairs, those inside the predicted 80 % interval."""


class Error(NamedTuple):
    """Prediction errors over the models left out, common scale."""

    group: str
    cases: int
    """Model and format."""
    pairs: int
    error: float
    """Mean absolute error of the predicted loss."""
    none: float
    """The same when no loss is predicted."""
    coverage: float
    """Share of pairs inside the 80 % interval."""


def size_name(size: int) -> str:
    """`5 to 12 B`."""
    edges = [f"{edge / 1e9:g}" for edge in SIZE_EDGES]
    if size == 0:
        return f"under {edges[0]} B"
    if size == len(edges):
        return f"from {edges[-1]} B"
    return f"{edges[size - 1]} to {edges[size]} B"


def costs(catalog: Catalog) -> list[Cost]:
    """One row for each format and size class, in the order of the catalog's formats."""
    found: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs(catalog):
        found.setdefault((pair.format, size_class(pair.parameters)), []).append(pair)
    pooled = pool(pairs(catalog), kind_of(catalog))
    rows = []
    for form in catalog.quantizations:
        for size in range(len(SIZE_EDGES) + 1):
            cell = found.get((form, size))
            if cell is None:
                continue
            one = pooled[form][str(size)]
            half = Z80 * one.deviation * (1 + 1 / one.models) ** 0.5
            points = [pair.quantized - pair.unquantized for pair in cell]
            relative = [
                100 * (pair.quantized / pair.unquantized - 1) for pair in cell if pair.unquantized
            ]
            rows.append(
                Cost(
                    form,
                    size,
                    one.pairs,
                    one.models,
                    sum(points) / len(points),
                    sum(relative) / len(relative),
                    one.change,
                    one.change - half,
                    one.change + half,
                )
            )
    return rows


def held_out(catalog: Catalog) -> list[HeldOut]:
    """Every model and format whose loss other models of its size foretell, in the order of the catalog's tables."""
    everything = list(pairs(catalog))
    kinds = kind_of(catalog)
    rows = []
    for model in dict.fromkeys(pair.model for pair in everything):
        own = [pair for pair in everything if pair.model == model]
        pooled = pool((pair for pair in everything if pair.model != model), kinds)
        for form in dict.fromkeys(pair.format for pair in own):
            mine = [pair for pair in own if pair.format == form]
            loss = loss_of(pooled, {}, model, mine[0].parameters, form, "")
            if loss is None:
                continue
            half = Z80 * loss.deviation
            weight = sum(pair.weight for pair in mine)
            rows.append(
                HeldOut(
                    model,
                    form,
                    size_class(mine[0].parameters),
                    len(mine),
                    loss.change,
                    sum(pair.weight * pair.change for pair in mine) / weight,
                    sum(abs(pair.change - loss.change) <= half for pair in mine),
                )
            )
    return rows


def errors(catalog: Catalog) -> list[Error]:
    """Errors by group of formats (same files, same whole bits), then over all."""
    rows = held_out(catalog)
    kinds = kind_of(catalog)
    groups = list(dict.fromkeys(kinds[form] for form in catalog.quantizations))
    found = [_error(group, [row for row in rows if kinds[row.format] == group]) for group in groups]
    return [one for one in [*found, _error("all", rows)] if one is not None]


def _error(group: str, rows: Sequence[HeldOut]) -> Error | None:
    if not rows:
        return None
    count = sum(row.pairs for row in rows)
    return Error(
        group,
        len(rows),
        count,
        _mean(abs(row.predicted - row.measured) for row in rows),
        _mean(abs(row.measured) for row in rows),
        sum(row.inside for row in rows) / count,
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def main() -> int:
    """Print both tables."""
    catalog = load_catalog()
    for row in costs(catalog):
        print(
            f"{row.format:<11} {size_name(row.size):<12} {row.pairs:>4} pairs {row.models:>3} models: "
            f"{row.points:+6.2f} points, {row.relative:+6.1f} %; "
            f"{row.change:+.3f} ({row.low:+.3f} to {row.high:+.3f}) on the common scale"
        )
    for error in errors(catalog):
        print(
            f"{error.group:<15} {error.cases:>3} left out, {error.pairs:>4} pairs: error {error.error:.3f}, "
            f"{error.none:.3f} if no loss were predicted; {error.coverage:.0%} inside the 80 % interval"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
