"""How well models are ranked on boards and scores that were left out.

    python benchmarks/ranking.py [TASK …]

Two protocols, nothing fitted on what is left out:

board left out   a whole board (one test in one language or pair), with the boards that score the same outputs, is taken
                 away and its models are ranked from the rest. Tasks whose reference has languages leave each of these
                 out; the others leave each of their direct tests out.
score left out   a fifth of the reference boards' scores is hidden at a time (with the other metrics of the same
                 outputs) and predicted from the other models on that board and the same models on other boards: what
                 the tool does for a model that a board has not measured.

Beside each rho stand the plain additive model (the same code with the refinements off) and three orders that look at no
evidence: parameter count, release date, and the mean of both ranks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING, Literal, NamedTuple
from zlib import crc32

from correlation import LEAST, SEED, Order, resampled, spearman, tied

from llm_select.catalog.load import load_catalog
from llm_select.evidence.fit import PLAIN, REFINED, fit
from llm_select.evidence.languages import split_pair
from llm_select.evidence.quality import assess, rate
from llm_select.evidence.scores import ALL, Score, board_id, gather, one_per_board

if TYPE_CHECKING:
    from llm_select.evidence.quality import Quality
    from llm_select.schema.catalog import Catalog

Protocol = Literal["board left out", "score left out"]
PROTOCOLS: tuple[Protocol, Protocol] = ("board left out", "score left out")
Subject = tuple[str, str]
"""Model id and mode."""
FOLDS = 5
"""Parts that scores are hidden in, under `score left out`."""
BASELINES = ("parameters", "released", "bigger_and_newer")


class Prediction(NamedTuple):
    """One score that was left out. Values are in the board's unit, higher better."""

    subject: Subject
    truth: float
    stderr: float
    """Of the truth, as the board prints it; 0 where it prints none."""
    standard: bool
    """True when it was obtained in the board's own setting and split."""
    guess: float
    interval: tuple[float, float] | None
    """80 %; None when another board's unit stands in, where only the order can be compared."""
    plain: float
    """What the plain additive model says."""


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
    """Constants were tuned on the boards of one half (a hash of the board id) and are reported on both."""
    models: int
    rho: float
    low: float
    high: float
    """80 % bootstrap interval over models."""
    own_setting: float | None
    """Rho among the rows of the board's own setting and split, which alone are comparable by the board's word."""
    ceiling: float | None
    """What a repetition of the board would reach, from the standard errors it prints."""
    plain: float
    """Rho of the plain additive model."""
    inside: float | None
    """Share of scores in the 80 % interval."""
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
    ceiling: float | None
    plain: float
    gain: tuple[float, float]
    """80 % interval of rho minus the plain model's."""
    kept: float | None
    """Mean rho on the half of the boards that no constant was tuned on."""
    inside: float | None
    error: float | None
    parameters: float | None
    released: float | None
    bigger_and_newer: float | None
    above_baselines: bool | None
    """True when, on the models each baseline can order, ours is better beyond the 80 % interval of the difference."""


class Ranking(NamedTuple):
    """Everything `main` prints."""

    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]


def ranking_results(catalog: Catalog, tasks: Sequence[str] = ()) -> Ranking:
    """Both protocols on the tasks named, else on all of the bundled catalog, which each worker loads for itself."""
    wanted = tasks or sorted(catalog.tasks)
    jobs = [(task_id, protocol) for protocol in PROTOCOLS for task_id in wanted]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(_job, jobs))
    return Ranking(
        tuple(row for rows, _ in results for row in rows),
        tuple(summary for _, summary in results if summary is not None),
    )


def _job(job: tuple[str, Protocol]) -> tuple[list[Row], Summary | None]:
    return task_results(load_catalog(), *job)


def task_results(
    catalog: Catalog, task_id: str, protocol: Protocol
) -> tuple[list[Row], Summary | None]:
    """Rows and their summary for one task; nothing when nothing can be left out."""
    method = boards_left_out if protocol == "board left out" else scores_left_out
    held = method(catalog, task_id)
    if not held:
        return [], None
    known = _orders(catalog)
    orders = {board: _order(one, known) for board, one in held.items()}
    rows = [_row(task_id, protocol, board, one, orders[board]) for board, one in held.items()]
    return rows, _summary(rows, list(orders.values()))


def boards_left_out(catalog: Catalog, task_id: str) -> dict[str, list[Prediction]]:
    """By board: its scores as predicted from the evidence without it."""
    rows = one_per_board(gather(catalog, task_id).scores)
    pairs, several = _boards(catalog, task_id)
    found = {}
    for stem, key in pairs:
        board = board_id(stem, key)
        truth = _truth(rows, board)
        if len(truth) < LEAST:
            continue
        refined, plain = (
            assess(catalog, task_id, exclude=[board], form=form, **_asked(key)).qualities
            for form in (REFINED, PLAIN)
        )
        predictions = _predictions(catalog, truth, refined, plain)
        if not several:
            predictions = [p._replace(interval=None) for p in predictions]
        if len(predictions) >= LEAST:
            found[board] = predictions
    return found


def _boards(catalog: Catalog, task_id: str) -> tuple[list[tuple[str, str]], bool]:
    """(stem, key) of the boards that can be left out; True when they are the languages of one test."""
    task = catalog.tasks[task_id]
    if task.reference is None:
        return [], False
    keys = [key for key in catalog.boards[task.reference.board].scores if key != ALL]
    if len(keys) > 1:
        return [(task.reference.board, key) for key in keys], True
    direct = [use.board for use in task.boards if use.relevance == "direct"]
    held = [stem for stem in direct if stem in catalog.boards]
    return [(stem, key) for stem in held for key in catalog.boards[stem].scores], False


def scores_left_out(catalog: Catalog, task_id: str) -> dict[str, list[Prediction]]:
    """By reference board: each of its scores as predicted without it."""
    reference = catalog.tasks[task_id].reference
    if reference is None:
        return {}
    gathered = gather(catalog, task_id)
    rows = one_per_board(gathered.scores)
    campaign = catalog.benchmarks[catalog.boards[reference.board].benchmark].campaign
    truths = {}
    for key in catalog.boards[reference.board].scores:
        truth = _truth(rows, board_id(reference.board, key))
        if len(truth) >= LEAST:
            truths[key] = truth
    random = Random(SEED)
    fold = {(*s, key): random.randrange(FOLDS) for key in truths for s in sorted(truths[key])}
    found: dict[str, list[Prediction]] = {key: [] for key in truths}
    for turn in range(FOLDS):
        kept = [
            row
            for row in rows
            if fold.get((row.model, row.mode, row.language or ALL)) != turn
            or not (row.stem == reference.board or (campaign and row.campaign == campaign))
        ]
        answers = []
        for form in (REFINED, PLAIN):
            links = fit([row for row in kept if row.relevance != "proxy"], form=form)
            answers.append(
                {
                    key: rate(
                        catalog, task_id, gathered, kept, links, form=form, **_asked(key)
                    ).qualities
                    for key in truths
                }
            )
        for key, truth in truths.items():
            out = {s: score for s, score in truth.items() if fold[(*s, key)] == turn}
            found[key] += _predictions(catalog, out, answers[0][key], answers[1][key])
    return {
        board_id(reference.board, key): held for key, held in found.items() if len(held) >= LEAST
    }


def _asked(key: str) -> dict[str, list[str]]:
    """The question that a board's language or pair answers."""
    if key == ALL:
        return {}
    return {"pairs": [key]} if split_pair(key) is not None else {"languages": [key]}


def _truth(rows: Iterable[Score], board: str) -> dict[Subject, Score]:
    return {(r.model, r.mode): r for r in rows if r.board == board and r.reported_by != "developer"}


def _predictions(
    catalog: Catalog,
    truth: Mapping[Subject, Score],
    refined: Mapping[Subject, Quality],
    plain: Mapping[Subject, Quality],
) -> list[Prediction]:
    found = []
    for subject, score in truth.items():
        guess, other = refined.get(subject), plain.get(subject)
        if guess is None or guess.value is None or other is None or other.value is None:
            continue
        higher = catalog.benchmarks[score.benchmark].direction == "higher"
        found.append(
            Prediction(
                subject,
                score.value if higher else -score.value,
                score.stderr or 0.0,
                score.standard,
                guess.value,
                (guess.low or 0.0, guess.high or 0.0),
                other.value,
            )
        )
    return found


def _orders(catalog: Catalog) -> dict[str, dict[str, float]]:
    """What each baseline knows of a model, greater first; hosted models seldom publish a parameter count."""
    size, date = {}, {}
    for model_id, model in catalog.models.items():
        if model.parameters is not None:
            size[model_id] = float(model.parameters.total)
        parts = [int(part) for part in str(model.released or "").split("-") if part]
        if parts:
            date[model_id] = sum(part / 100.0 ** (2 * i) for i, part in enumerate(parts))
    both = sorted(size.keys() & date.keys())
    place = [
        {i: n for n, group in enumerate(tied([order[m] for m in both])) for i in group}
        for order in (size, date)
    ]
    mixed = {m: float(place[0][i] + place[1][i]) for i, m in enumerate(both)}
    return dict(zip(BASELINES, (size, date, mixed), strict=True))


def _order(held: Sequence[Prediction], known: Mapping[str, Mapping[str, float]]) -> Order:
    predictors = {"ours": tied([p.guess for p in held]), "plain": tied([p.plain for p in held])}
    able = {"standard": [p.standard for p in held]}
    for name in BASELINES:
        values = known[name]
        predictors[name] = tied([values.get(p.subject[0], 0.0) for p in held])
        able[name] = [p.subject[0] in values for p in held]
    return Order([p.subject for p in held], tied([p.truth for p in held]), predictors, able)


def _row(
    task_id: str, protocol: Protocol, board: str, held: Sequence[Prediction], order: Order
) -> Row:
    low, high = resampled([order], {"ours": lambda o, counts: o.rho("ours", counts)})["ours"]
    bounded = [p for p in held if p.interval is not None]
    baselines = []
    for name in BASELINES:
        one, ours = order.rho(name), order.rho("ours", on=name)
        known = sum(order.known[name])
        baselines.append(
            Baseline(one, ours, known) if one is not None and ours is not None else None
        )
    return Row(
        task_id,
        protocol,
        board,
        "chosen" if crc32(board.encode()) % 2 else "kept",
        len(held),
        order.rho("ours") or 0.0,
        low,
        high,
        order.rho("ours", on="standard"),
        _ceiling(held),
        order.rho("plain") or 0.0,
        fmean(p.interval[0] <= p.truth <= p.interval[1] for p in bounded if p.interval)
        if bounded
        else None,
        fmean(abs(p.guess - p.truth) for p in bounded) if bounded else None,
        *baselines,
    )


def _ceiling(held: Sequence[Prediction]) -> float | None:
    """Rho between a board and itself measured again, by its standard errors; None when it prints none."""
    if not all(p.stderr for p in held):
        return None
    random = Random(SEED)
    truth = [p.truth for p in held]
    again = [[p.truth + random.gauss(0, p.stderr) for p in held] for _ in range(20)]
    return fmean(spearman(truth, one) for one in again)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _gain(over: str) -> Callable[[Order, Sequence[int]], float | None]:
    def gain(order: Order, counts: Sequence[int]) -> float | None:
        one, other = order.rho("ours", counts, on=over), order.rho(over, counts)
        return None if one is None or other is None else one - other

    return gain


def _summary(rows: Sequence[Row], orders: Sequence[Order]) -> Summary:
    drawn = resampled(
        orders,
        {
            "ours": lambda order, counts: order.rho("ours", counts),
            **{name: _gain(name) for name in ("plain", *BASELINES)},
        },
    )
    inside = [(row.inside, row.models) for row in rows if row.inside is not None]
    above = [drawn[name][0] > 0 for name in BASELINES if name in drawn]
    return Summary(
        rows[0].task,
        rows[0].protocol,
        len(rows),
        (min(row.models for row in rows), max(row.models for row in rows)),
        fmean(row.rho for row in rows),
        *drawn["ours"],
        min(row.rho for row in rows),
        _mean(row.own_setting for row in rows),
        _mean(row.ceiling for row in rows),
        fmean(row.plain for row in rows),
        drawn["plain"],
        _mean(row.rho for row in rows if row.half == "kept"),
        sum(share * n for share, n in inside) / sum(n for _, n in inside) if inside else None,
        _mean(row.error for row in rows),
        _mean(row.parameters and row.parameters.rho for row in rows),
        _mean(row.released and row.released.rho for row in rows),
        _mean(row.bigger_and_newer and row.bigger_and_newer.rho for row in rows),
        all(above) if above else None,
    )


HEAD = (
    f"{'task':<22}{'n':>3} {'models':>8}  {'rho [80 %]':<17} least   own  kept  ceil plain [gain]"
    "         inside  error   size   date   both  above all three"
)


def _figure(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else format(value, form)


def main() -> int:
    """Print a table of tasks for each protocol."""
    results = ranking_results(load_catalog(), sys.argv[1:])
    for protocol in PROTOCOLS:
        print(f"\n{protocol}\n{HEAD}")
        found = [s for s in results.summaries if s.protocol == protocol]
        for s in found:
            print(
                f"{s.task:<22}{s.boards:>3} {f'{s.models[0]}–{s.models[1]}':>8} "
                f" {s.rho:.2f} [{s.low:.2f}, {s.high:.2f}] {s.least:>5.2f}"
                f" {_figure(s.own_setting):>5} {_figure(s.kept):>5} {_figure(s.ceiling):>5}"
                f" {s.plain:>5.2f} [{s.gain[0]:+.2f}, {s.gain[1]:+.2f}]"
                f" {_figure(s.inside, '.0%'):>6} {_figure(s.error, '.3g'):>6}"
                f" {_figure(s.parameters):>6} {_figure(s.released):>6}"
                f" {_figure(s.bigger_and_newer):>6} "
                f" {'–' if s.above_baselines is None else 'yes' if s.above_baselines else 'no'}"
            )
        if found:
            mean, plain = fmean(s.rho for s in found), fmean(s.plain for s in found)
            print(f"{'mean':<36}{mean:.2f}, plain {plain:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
