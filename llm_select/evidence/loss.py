"""What a number format costs in quality: measured for the model, or inferred from models of its size.

A pair is a quantized run and the unquantized run of the same model on the same test and harness (`catalog/
quantization_losses/`). Its loss is the difference on the common scale (logits between chance and ceiling), on which
one format costs models of one size about the same whatever the test; in points it would depend on how hard the test
is. A pair counts by the information of its score, 4·p·(1 − p) (the binomial one, 1 in the middle of the scale).

Models of a size class are pooled by their median, so that one broken release does not speak for its class; that
median is shrunk by the weight of two models towards that of all formats of the same files and whole bits. Where formats
with more bits of the same files would cost more than those with fewer, both take their mean (pool adjacent violators;
Barlow et al. 1972, Statistical Inference under Order Restrictions): that order is noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from llm_select.evidence.scale import EDGE

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.losses import LossTest

Status = Literal["unquantized", "as-released", "as-scored", "measured", "inferred"]
Basis = Literal["none", "this-task", "other-tests", "size-class"]
SIZE_EDGES = (2e9, 5e9, 12e9, 40e9)
"""Weights at which a size class ends and the next begins; the classes are 0 to 4. From 2 to 40 billion, sizes of one
class differ by at most a factor of 3.3. With fewer classes left-out losses are foretold about as well."""
ALL = ""
"""Key of a model's loss over all tests, beside those by task."""
PRIOR = 2.0
"""Models (for a pool) or full tests (for a model's own mean) that what stands behind counts as."""
LEAST_PAIRS = 8
"""Pairs that a group needs for its own spread; below, that of all its sizes stands in, and where those are too few as
well, that of all pairs."""
Z80 = 1.2816


class Pair(NamedTuple):
    """Two runs that differ in the number format only."""

    table: str
    model: str
    """The card's id, else the name in the table without what stands in brackets."""
    carded: bool
    parameters: int
    format: str
    test: str
    tasks: tuple[str, ...]
    unquantized: float
    quantized: float
    change: float
    """Common scale; negative is a loss."""
    weight: float
    """Information, in tests at the middle of the scale."""
    of: int
    """Tests that each run is the mean of."""
    source: str


class Loss(NamedTuple):
    """What a format takes from a model, on the common scale."""

    status: Status
    basis: Basis
    change: float
    """Expected difference to the unquantized model; negative is a loss."""
    deviation: float
    """Standard deviation of the difference on one test."""
    pairs: int
    models: int
    """Models the pairs are of."""


UNQUANTIZED = Loss("unquantized", "none", 0.0, 0.0, 0, 0)
AS_RELEASED = Loss("as-released", "none", 0.0, 0.0, 0, 0)
"""The format the developer released the model in: its scores are of it."""
AS_SCORED = Loss("as-scored", "none", 0.0, 0.0, 0, 0)
"""The format in which the model sat the board its quality is shown on."""


def size_class(parameters: int) -> int:
    """0 for the smallest models to 4 for the largest."""
    return sum(parameters >= edge for edge in SIZE_EDGES)


def pairs(catalog: Catalog) -> Iterator[Pair]:
    """Every pair of scores in the catalog, in the order of its files. Perplexity and divergence are no scores."""
    for name, table in catalog.losses.items():
        for label, measured in table.models.items():
            card = catalog.models.get(measured.model) if measured.model else None
            known = card.parameters.total if card is not None and card.parameters else None
            parameters = known or measured.parameters
            if parameters is None:
                continue
            identity = measured.model or label.split(" (")[0]
            for form, scores in measured.quantized.items():
                for key, value in scores.items():
                    test, base = table.tests.get(key), measured.scores.get(key)
                    if test is None or base is None or not _bounded(test):
                        continue  # reported by `catalog check`
                    x, y = _share(base, test), _share(value, test)
                    yield Pair(
                        name,
                        identity,
                        card is not None,
                        parameters,
                        form,
                        key,
                        tuple(test.tasks),
                        base,
                        value,
                        math.log(y / (1 - y)) - math.log(x / (1 - x)),
                        4 * x * (1 - x) * test.of,
                        test.of,
                        measured.source or table.source,
                    )


def _bounded(test: LossTest) -> bool:
    if test.kind != "score" or test.floor is None or test.ceiling is None:
        return False
    return test.floor != test.ceiling


def _share(value: float, test: LossTest) -> float:
    floor, ceiling = test.floor or 0.0, test.ceiling or 1.0
    return min(1 - EDGE, max(EDGE, (value - floor) / (ceiling - floor)))


class Pool(NamedTuple):
    """A format's loss in a size class."""

    change: float
    deviation: float
    """Standard deviation of single pairs about the loss of their format and class, from the central 80 %."""
    pairs: int
    models: int


Pools = Mapping[str, Mapping[str, Sequence[float]]]
"""By format and size class (as text, for JSON), the fields of `Pool`."""
Own = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]
"""By card, format and task (`ALL` for every test): change, weight, pairs."""


def pool(found: Iterable[Pair], kinds: Mapping[str, str]) -> dict[str, dict[str, Pool]]:
    """Losses by format and size class. `kinds` names for each format the group it is shrunk to (see `kind_of`)."""
    cells: dict[tuple[str, int], dict[str, list[Pair]]] = {}
    for pair in found:
        cell = cells.setdefault((pair.format, size_class(pair.parameters)), {})
        cell.setdefault(pair.model, []).append(pair)
    means = {cell: [_mean(rows)[0] for rows in by.values()] for cell, by in cells.items()}
    medians = {cell: _median(values) for cell, values in means.items()}
    residuals: dict[tuple[str, int | None], list[tuple[float, float]]] = {}
    every: list[tuple[float, float]] = []
    groups: dict[tuple[str, int], list[float]] = {}
    for (form, size), by in cells.items():
        groups.setdefault((kinds[form], size), []).extend(means[form, size])
        for rows in by.values():
            for row in rows:
                # A mean of n tests strays less than one test does, by the square root of n.
                off = (abs(row.change - medians[form, size]) * math.sqrt(row.of), row.weight)
                residuals.setdefault((kinds[form], size), []).append(off)
                residuals.setdefault((kinds[form], None), []).append(off)
                every.append(off)
    pooled: dict[str, dict[str, Pool]] = {}
    for (form, size), by in sorted(cells.items()):
        count = len(by)
        prior = _median(groups[kinds[form], size])
        change = (count * medians[form, size] + PRIOR * prior) / (count + PRIOR)
        wider = (residuals[kinds[form], size], residuals[kinds[form], None])
        spread = next((one for one in wider if len(one) >= LEAST_PAIRS), every)
        number = sum(len(rows) for rows in by.values())
        pooled.setdefault(form, {})[str(size)] = Pool(change, _spread(spread), number, count)
    _order_by_bits(pooled, kinds)
    return pooled


def _order_by_bits(pooled: dict[str, dict[str, Pool]], kinds: Mapping[str, str]) -> None:
    """Moves groups of formats so that, in the same files and size class, more whole bits never cost more."""
    levels: dict[tuple[str, str], dict[int, list[str]]] = {}
    for form, sizes in pooled.items():
        files, whole = kinds[form].rsplit(" ", 1)
        for size in sizes:
            levels.setdefault((files, size), {}).setdefault(int(whole), []).append(form)
    for (_, size), by_bits in levels.items():
        means: dict[int, float] = {}
        blocks: list[tuple[float, int, tuple[int, ...]]] = []
        for bits in sorted(by_bits, reverse=True):
            cells = [pooled[form][size] for form in by_bits[bits]]
            models = sum(cell.models for cell in cells)
            means[bits] = sum(cell.change * cell.models for cell in cells) / models
            blocks.append((means[bits], models, (bits,)))
            while len(blocks) > 1 and blocks[-1][0] > blocks[-2][0]:
                (a, m, one), (b, n, other) = blocks[-2:]
                blocks[-2:] = [((a * m + b * n) / (m + n), m + n, one + other)]
        for mean, _, joined in blocks:
            for bits in joined:
                for form in by_bits[bits]:
                    cell = pooled[form][size]
                    moved = cell.change + mean - means[bits]
                    pooled[form][size] = cell._replace(change=moved)


def kind_of(catalog: Catalog) -> dict[str, str]:
    """For each format the group of formats in the same files with the same whole bits: `gguf 4`."""
    return {
        name: f"{format_.format} {int(format_.bits)}"
        for name, format_ in catalog.quantizations.items()
    }


def pools_of(catalog: Catalog) -> dict[str, dict[str, tuple[float, float, int, int]]]:
    """What is kept in the compiled catalog: `pool` to five digits."""
    return {
        form: {
            size: (round(one.change, 5), round(one.deviation, 5), one.pairs, one.models)
            for size, one in sizes.items()
        }
        for form, sizes in pool(pairs(catalog), kind_of(catalog)).items()
    }


def own_of(catalog: Catalog) -> dict[str, dict[str, dict[str, tuple[float, float, int]]]]:
    """What is kept in the compiled catalog: each card's measured losses by format, over all tests and by task."""
    rows: dict[str, dict[str, dict[str, list[Pair]]]] = {}
    for pair in pairs(catalog):
        if pair.carded:
            by_task = rows.setdefault(pair.model, {}).setdefault(pair.format, {})
            for task in (ALL, *pair.tasks):
                by_task.setdefault(task, []).append(pair)
    return {
        model: {
            form: {task: _own_row(found) for task, found in tasks.items()}
            for form, tasks in forms.items()
        }
        for model, forms in rows.items()
    }


def _own_row(found: Sequence[Pair]) -> tuple[float, float, int]:
    change, weight = _mean(found)
    return round(change, 5), round(weight, 3), len(found)


def loss_of(
    pools: Pools,
    own: Own,
    model_id: str,
    parameters: int | None,
    form: str,
    task: str,
    boards: tuple[float, int] | None = None,
) -> Loss | None:
    """What the format costs the model at the task; None when nobody measured it for the model or its size.

    In this order: the quantized model's own scores on the task's boards (`boards`: change and their number) or on
    other tests of the task, as they are; its scores on other tests, shrunk to its size class; its size class.
    """
    sizes = pools.get(form, {})
    cell = sizes.get(str(size_class(parameters))) if parameters is not None else None
    rows = own.get(model_id, {}).get(form, {})
    spread = cell[1] if cell is not None else UNKNOWN_SPREAD
    if boards is not None:
        on_boards, number = boards
        return Loss("measured", "this-task", on_boards, spread / math.sqrt(number), number, 1)
    if task in rows:
        change, weight, tests = rows[task]
        deviation = spread / math.sqrt(max(weight, EDGE))
        return Loss("measured", "this-task", change, deviation, int(tests), 1)
    if cell is None:
        return None
    middle, _, pooled, models = cell
    if rows:
        change, weight, own_pairs = rows[ALL]
        share = weight / (weight + PRIOR)
        deviation = spread * math.sqrt(1 + 1 / (weight + PRIOR))
        shrunk = share * change + (1 - share) * middle
        return Loss("inferred", "other-tests", shrunk, deviation, int(own_pairs), 1)
    deviation = spread * math.sqrt(1 + 1 / models)
    return Loss("inferred", "size-class", middle, deviation, int(pooled), int(models))


def standing(
    catalog: Catalog, loss: Loss, model_id: str, parameters: int | None, form: str, task: str
) -> tuple[Pair, ...]:
    """The pairs a loss stands on, in the order of the catalog's files; none for one read off the task's boards."""
    found = (pair for pair in pairs(catalog) if pair.format == form)
    if loss.basis == "size-class":
        size = size_class(parameters or 0)
        return tuple(pair for pair in found if size_class(pair.parameters) == size)
    own = (pair for pair in found if pair.model == model_id)
    if loss.basis == "this-task":
        return tuple(pair for pair in own if task in pair.tasks)
    return tuple(own) if loss.basis == "other-tests" else ()


UNKNOWN_SPREAD = 0.1
"""Deviation of a pair where a quantized model was scored on a board but its format is in no table."""


def _mean(rows: Iterable[Pair]) -> tuple[float, float]:
    """Mean change by weight, and the weight."""
    rows = tuple(rows)
    weight = sum(row.weight for row in rows)
    return sum(row.weight * row.change for row in rows) / weight, weight


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _spread(residuals: Iterable[tuple[float, float]]) -> float:
    """Standard deviation of a normal distribution with the same central 80 %, by weight."""
    ordered = sorted(residuals)
    limit = 0.8 * sum(weight for _, weight in ordered)
    passed = 0.0
    for size, weight in ordered:
        passed += weight
        if passed >= limit:
            return size / Z80
    return 0.0
