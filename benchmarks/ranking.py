"""How well models are ranked on boards and scores that were left out.

    python benchmarks/ranking.py [TASK …]

Two protocols, nothing fitted on what is left out:

board left out   a whole board (one test in one language or pair), with the boards that score the same outputs, is taken
                 away and its models are ranked from the rest. Tasks whose reference has languages leave each of these
                 out; the others leave each of their direct tests out.
score left out   a fifth of a reference board's scores is hidden at a time (with the other metrics of the same
                 outputs) and predicted from the other models on that board and the same models on other boards: what
                 the tool does for a model that a board has not measured.

Beside each rho stand the plain additive model (the same code with the refinements off) and three orders that look at no
evidence: parameter count, release date, and the mean of both ranks.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple
from zlib import crc32

from llm_select.catalog.load import load_catalog
from llm_select.evidence.fit import PLAIN, REFINED, fit
from llm_select.evidence.languages import split_pair
from llm_select.evidence.quality import assess, rate
from llm_select.evidence.scores import ALL, Score, board_id, gather, one_per_board

if TYPE_CHECKING:
    from llm_select.evidence.quality import Quality
    from llm_select.schema.catalog import Catalog

Protocol = Literal["board left out", "score left out"]
Subject = tuple[str, str]
"""Model id and mode."""
LEAST = 8
"""Models a board needs for a rank correlation to mean something."""
FOLDS = 5
"""Parts a board's scores are hidden in, under `score left out`."""
RESAMPLES = 200
"""Bootstrap samples of the models of a task."""
SEED = 20261124


class Prediction(NamedTuple):
    """One score that was left out."""

    subject: Subject
    truth: float
    """On the board, in its unit, higher better."""
    standard: bool
    """True when it was obtained in the board's own setting and split."""
    guess: float
    low: float
    high: float
    plain: float
    """What the plain additive model says; it orders only."""


class Baseline(NamedTuple):
    """An order that looks at no evidence, on the models it can order, beside ours on the same models."""

    rho: float
    ours: float
    models: int


class Row(NamedTuple):
    """One board left out, or all scores of one board left out in turn. Rhos are Spearman's."""

    task: str
    protocol: Protocol
    board: str
    half: Literal["chosen", "kept"]
    """Constants were chosen on the boards of one half (a hash of the board id) and are reported on both."""
    models: int
    rho: float
    low: float
    high: float
    """80 % bootstrap interval over models."""
    own_setting: float | None
    """Rho among the rows of the board's own setting and split: those that are comparable by the board's word."""
    plain: float
    """Rho of the plain additive model."""
    inside: float | None
    """Share of scores in the 80 % interval; None where the board's own unit could not be predicted."""
    error: float | None
    """Mean absolute error in the board's unit."""
    parameters: Baseline | None
    released: Baseline | None
    bigger_and_newer: Baseline | None


class Summary(NamedTuple):
    """A task under one protocol: means over its boards; intervals by resampling models (80 %)."""

    task: str
    protocol: Protocol
    boards: int
    models: tuple[int, int]
    rho: float
    low: float
    high: float
    least: float
    own_setting: float | None
    plain: float
    gain: tuple[float, float]
    """80 % interval of rho minus the plain model's."""
    kept: float | None
    """Mean rho on the half of the boards that no constant was chosen on."""
    inside: float | None
    error: float | None
    parameters: float | None
    released: float | None
    bigger_and_newer: float | None
    above_baselines: bool | None
    """True when, on the models each baseline can order, ours is better beyond its 80 % interval."""


class Ranking(NamedTuple):
    """Everything `main` prints."""

    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]


def ranks(values: Sequence[float]) -> list[float]:
    """Average ranks, from 1."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for i in order[start:stop]:
            result[i] = (start + 1 + stop) / 2
        start = stop
    return result


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation; 0 when one side is all ties."""
    x, y = ranks(one), ranks(other)
    middle = (len(x) + 1) / 2
    top = sum((a - middle) * (b - middle) for a, b in zip(x, y, strict=True))
    left = sum((a - middle) ** 2 for a in x)
    right = sum((b - middle) ** 2 for b in y)
    return top / (left * right) ** 0.5 if left and right else 0.0


def _asked(key: str) -> dict[str, list[str]]:
    """The question that a board's language or pair answers."""
    if key == ALL:
        return {}
    return {"pairs": [key]} if split_pair(key) is not None else {"languages": [key]}


def _signed(catalog: Catalog, score: Score) -> float:
    return (
        score.value if catalog.benchmarks[score.benchmark].direction == "higher" else -score.value
    )


def _truth(rows: Iterable[Score], board: str) -> dict[Subject, Score]:
    return {(r.model, r.mode): r for r in rows if r.board == board and r.reported_by != "developer"}


def _boards(catalog: Catalog, task_id: str) -> list[tuple[str, str]]:
    """(stem, key) of the boards that can be left out."""
    task = catalog.tasks[task_id]
    if task.reference is None:
        return []
    keys = [key for key in catalog.boards[task.reference.board].scores if key != ALL]
    if len(keys) > 1:
        return [(task.reference.board, key) for key in keys]
    return [
        (use.board, key)
        for use in task.boards
        if use.relevance == "direct" and use.board in catalog.boards
        for key in catalog.boards[use.board].scores
    ]


def boards_left_out(catalog: Catalog, task_id: str) -> dict[str, list[Prediction]]:
    """By board: its scores as predicted from the evidence without it."""
    rows = one_per_board(gather(catalog, task_id).scores)
    reference = catalog.tasks[task_id].reference
    found = {}
    for stem, key in _boards(catalog, task_id):
        board = board_id(stem, key)
        truth = _truth(rows, board)
        if len(truth) < LEAST:
            continue
        refined, plain = (
            assess(catalog, task_id, exclude=[board], form=form, **_asked(key)).qualities
            for form in (REFINED, PLAIN)
        )
        same_unit = reference is not None and stem == reference.board and key != ALL
        predictions = _pair(catalog, truth, refined, plain)
        if not same_unit or len(_boards(catalog, task_id)) < LEAST:
            # Another test stands in, in another unit: only the order can be compared.
            nan = float("nan")
            predictions = [p._replace(low=nan, high=nan) for p in predictions]
        if len(predictions) >= LEAST:
            found[board] = predictions
    return found


def scores_left_out(catalog: Catalog, task_id: str) -> dict[str, list[Prediction]]:
    """By reference board: each of its scores as predicted without it."""
    reference = catalog.tasks[task_id].reference
    if reference is None:
        return {}
    gathered = gather(catalog, task_id)
    rows = one_per_board(gathered.scores)
    random = Random(SEED)
    keys = list(catalog.boards[reference.board].scores)
    truths = {key: _truth(rows, board_id(reference.board, key)) for key in keys}
    truths = {key: truth for key, truth in truths.items() if len(truth) >= LEAST}
    fold = {(s, key): random.randrange(FOLDS) for key in truths for s in sorted(truths[key])}
    found: dict[str, list[Prediction]] = {board_id(reference.board, key): [] for key in truths}
    for turn in range(FOLDS):
        hidden = {(*subject, ALL_TESTS, key) for (subject, key), f in fold.items() if f == turn}
        kept = [row for row in rows if not _hides(row, hidden, reference.board, catalog)]
        rest = gathered._replace(scores=tuple(kept))
        answers = {}
        for form in (REFINED, PLAIN):
            links = fit([row for row in kept if row.relevance != "proxy"], form=form)
            for key in truths:
                answers[form, key] = rate(
                    catalog, task_id, rest, links, form=form, **_asked(key)
                ).qualities
        for key, truth in truths.items():
            out = {s: score for s, score in truth.items() if fold[s, key] == turn}
            found[board_id(reference.board, key)] += _pair(
                catalog, out, answers[REFINED, key], answers[PLAIN, key]
            )
    return {board: held for board, held in found.items() if len(held) >= LEAST}


ALL_TESTS = "*"
"""Marks a hidden score: whatever scored the same outputs is hidden with it."""


def _hides(row: Score, hidden: set[tuple[str, str, str, str]], stem: str, catalog: Catalog) -> bool:
    campaign = catalog.benchmarks[catalog.boards[stem].benchmark].campaign
    if row.stem != stem and (campaign is None or row.campaign != campaign):
        return False
    return (row.model, row.mode, ALL_TESTS, row.language or ALL) in hidden


def _pair(
    catalog: Catalog,
    truth: dict[Subject, Score],
    refined: object,
    plain: object,
) -> list[Prediction]:
    one: dict[Subject, Quality] = refined  # type: ignore[assignment]
    other: dict[Subject, Quality] = plain  # type: ignore[assignment]
    return [
        Prediction(
            subject,
            _signed(catalog, score),
            score.standard,
            guess.value,
            guess.low or 0.0,
            guess.high or 0.0,
            other[subject].value or 0.0,
        )
        for subject, score in truth.items()
        if (guess := one.get(subject)) is not None
        and guess.value is not None
        and other[subject].value is not None
    ]


def _orders(catalog: Catalog) -> dict[str, dict[str, float]]:
    """What each baseline knows of a model, greater first; hosted models seldom have a parameter count."""
    size, date = {}, {}
    for model_id, model in catalog.models.items():
        if model.parameters is not None:
            size[model_id] = float(model.parameters.total)
        if model.released is not None:
            parts = [int(part) for part in str(model.released).split("-")]
            date[model_id] = sum(part / 100.0 ** (2 * i) for i, part in enumerate(parts))
    both = sorted(size.keys() & date.keys())
    larger, newer = ranks([size[m] for m in both]), ranks([date[m] for m in both])
    mixed = {m: a + b for m, a, b in zip(both, larger, newer, strict=True)}
    return {"parameters": size, "released": date, "bigger_and_newer": mixed}


def _baseline(held: Sequence[Prediction], order: dict[str, float]) -> Baseline | None:
    known = [p for p in held if p.subject[0] in order]
    if len(known) < LEAST:
        return None
    truth = [p.truth for p in known]
    return Baseline(
        spearman([order[p.subject[0]] for p in known], truth),
        spearman([p.guess for p in known], truth),
        len(known),
    )


def _resampled(
    boards: Sequence[Sequence[Prediction]], statistic: Callable[[Sequence[Prediction]], float]
) -> tuple[float, float]:
    """80 % interval of the mean of a statistic over boards, models drawn with replacement, once for all boards."""
    random = Random(SEED)
    models = sorted({p.subject for held in boards for p in held})
    means = []
    for _ in range(RESAMPLES):
        times: dict[Subject, int] = {}
        for subject in random.choices(models, k=len(models)):
            times[subject] = times.get(subject, 0) + 1
        drawn = [
            statistic(sample)
            for held in boards
            if len(sample := [p for p in held for _ in range(times.get(p.subject, 0))]) >= LEAST
        ]
        if drawn:
            means.append(statistics.fmean(drawn))
    means.sort()
    return means[len(means) // 10], means[-1 - len(means) // 10]


def _ours(held: Sequence[Prediction]) -> float:
    return spearman([p.guess for p in held], [p.truth for p in held])


def _plain(held: Sequence[Prediction]) -> float:
    return spearman([p.plain for p in held], [p.truth for p in held])


def _row(
    task_id: str,
    protocol: Protocol,
    board: str,
    held: Sequence[Prediction],
    orders: dict[str, dict[str, float]],
) -> Row:
    low, high = _resampled([held], _ours)
    own = [p for p in held if p.standard]
    bounded = held[0].low == held[0].low
    return Row(
        task_id,
        protocol,
        board,
        "chosen" if crc32(board.encode()) % 2 else "kept",
        len(held),
        _ours(held),
        low,
        high,
        _ours(own) if len(own) >= LEAST else None,
        _plain(held),
        statistics.fmean(p.low <= p.truth <= p.high for p in held) if bounded else None,
        statistics.fmean(abs(p.guess - p.truth) for p in held) if bounded else None,
        _baseline(held, orders["parameters"]),
        _baseline(held, orders["released"]),
        _baseline(held, orders["bigger_and_newer"]),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _summary(
    rows: Sequence[Row], held: Sequence[Sequence[Prediction]], orders: dict[str, dict[str, float]]
) -> Summary:
    low, high = _resampled(held, _ours)
    total = sum(row.models for row in rows)
    inside = [(row.inside, row.models) for row in rows if row.inside is not None]
    above: list[bool] = []
    for order in orders.values():
        known = [[p for p in one if p.subject[0] in order] for one in held]
        known = [one for one in known if len(one) >= LEAST]
        if known:
            gain = _resampled(
                known,
                lambda one, order=order: (
                    _ours(one)  # type: ignore[misc]
                    - spearman([order[p.subject[0]] for p in one], [p.truth for p in one])
                ),
            )
            above.append(gain[0] > 0)
    return Summary(
        rows[0].task,
        rows[0].protocol,
        len(rows),
        (min(row.models for row in rows), max(row.models for row in rows)),
        statistics.fmean(row.rho for row in rows),
        low,
        high,
        min(row.rho for row in rows),
        _mean(row.own_setting for row in rows),
        statistics.fmean(row.plain for row in rows),
        _resampled(held, lambda one: _ours(one) - _plain(one)),
        _mean(row.rho for row in rows if row.half == "kept"),
        sum(share * n for share, n in inside) / sum(n for _, n in inside) if inside else None,
        _mean(row.error for row in rows),
        _mean(row.parameters and row.parameters.rho for row in rows),
        _mean(row.released and row.released.rho for row in rows),
        _mean(row.bigger_and_newer and row.bigger_and_newer.rho for row in rows),
        all(above) if above and total else None,
    )


def task_results(
    catalog: Catalog, task_id: str, protocol: Protocol
) -> tuple[list[Row], list[Summary]]:
    """Rows and their summary for one task; both empty when nothing can be left out."""
    method = boards_left_out if protocol == "board left out" else scores_left_out
    held = method(catalog, task_id)
    if not held:
        return [], []
    orders = _orders(catalog)
    rows = [_row(task_id, protocol, board, one, orders) for board, one in held.items()]
    return rows, [_summary(rows, list(held.values()), orders)]


def _job(job: tuple[str, Protocol]) -> tuple[list[Row], list[Summary]]:
    return task_results(load_catalog(), *job)


def ranking_results(catalog: Catalog, tasks: Sequence[str] = ()) -> Ranking:
    """Both protocols on the tasks named, else on all; the bundled catalog is read again by each worker."""
    wanted = tasks or sorted(catalog.tasks)
    jobs: list[tuple[str, Protocol]] = [
        (task_id, protocol)
        for protocol in ("board left out", "score left out")
        for task_id in wanted
    ]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(_job, jobs))
    return Ranking(
        tuple(row for rows, _ in results for row in rows),
        tuple(summary for _, summaries in results for summary in summaries),
    )


def _figure(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else format(value, form)


def main() -> int:
    """Print a table of tasks for each protocol."""
    results = ranking_results(load_catalog(), sys.argv[1:])
    protocol = ""
    for s in results.summaries:
        if s.protocol != protocol:
            protocol = s.protocol
            print(f"\n{protocol}\n{HEAD}")
        models = f"{s.models[0]}–{s.models[1]}"
        print(
            f"{s.task:<22}{s.boards:>4} {models:>8}  {s.rho:.2f} [{s.low:.2f}, {s.high:.2f}]"
            f" {s.least:>5.2f} {_figure(s.own_setting):>5} {_figure(s.kept):>5} {s.plain:>5.2f}"
            f" [{s.gain[0]:+.2f}, {s.gain[1]:+.2f}]"
            f" {_figure(s.inside, '.0%'):>6} {_figure(s.error, '.3g'):>6}"
            f" {_figure(s.parameters):>6} {_figure(s.released):>6} {_figure(s.bigger_and_newer):>6}"
            f" {'–' if s.above_baselines is None else 'yes' if s.above_baselines else 'no'}"
        )
    for protocol in ("board left out", "score left out"):
        rhos = [s.rho for s in results.summaries if s.protocol == protocol]
        if rhos:
            print(f"\nmean over tasks, {protocol}: {statistics.fmean(rhos):.3f}")
    return 0


HEAD = (
    f"{'task':<22}{'n':>4} {'models':>8}  {'rho [80 % interval]':<17} least   own  kept plain"
    " [gain]         inside  error   size   date   both above"
)


if __name__ == "__main__":
    sys.exit(main())
