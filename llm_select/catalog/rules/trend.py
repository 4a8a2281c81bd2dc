"""The rule on scores that do not fit the others of their board: LS025."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject
from llm_select.evidence.fit import REFINED, fit
from llm_select.evidence.links import Link, campaign_shares, row_weight
from llm_select.evidence.scores import ALL, Score, gather, one_per_board
from llm_select.messages import Message

TREND = REFINED._replace(noise_rows=10.0, tolerance=5e-3)
"""Quality's own model, but a board may have noise of its own: one spoilt by a slip then bends the abilities less, which
it would be judged by. A slip is far greater than the last movements of a fit, which most of its sweeps go to."""
DEVIATIONS = 7.0
"""Robust standard deviations that a score may lie off the trend. In the bundled catalog, what lies further off was
compared with its source and stands so there. With a tenth of its boards spoilt by exchanged rows and digits, 7 found
one in eight, measured when the trend was still that of the plain additive model."""
LOGITS = 0.7
"""Least distance on the common scale: a jump, not a stray point on a board whose models hardly differ."""
MODELS = 8
"""Models a board must have for a trend."""
BOARDS = 3
"""Other boards of the task that a model must have sat."""
FAILED = 0.15
"""Share of the range below which a model has failed the test. That happens, and the trend says nothing of it."""
MOST_ROWS = 100_000
"""A task of more scores is not judged: the fit would take a minute."""
BOARD_PRIOR = 10
"""A board's spread is mixed with that of all boards of its file as if it had this many more rows."""
MODEL_PRIOR = 3
"""The same for the spread of a model's other scores: some are erratic everywhere."""
_MAD = 1.4826
"""Median absolute deviations in a standard deviation of normally distributed values."""


def score_off_trend(subject: Subject) -> Iterator[Found]:
    """A score jumps off the trend of its board.

    ## What it does
    Fits, for each task, the model that quality is computed with (one ability for each model, one difficulty for each
    board), foretells every score from the same model's scores on the other boards, and reports one that is more than 7
    robust standard deviations and 0.7 logits off. The deviation is the larger of the board's and the model's own. Left
    out are boards of fewer than 8 models, models with fewer than 3 other boards, scores made in another setting than
    the board's, and scores in the lowest 15 % of the range: models do fail a test, with no answer in the form asked for
    or in another script. Only gross slips are found.

    ## Why it is bad
    A digit was lost, two rows were exchanged, or another model stands behind the name.

    ## Example
        scores: {de: {Strong-70B: 38.7, Small-1B: 78.3}}      # exchanged

    ## Use instead
        scores: {de: {Strong-70B: 78.3, Small-1B: 38.7}}
    """
    catalog = subject.catalog
    if not _complete(catalog):
        return
    worst: dict[tuple[str, str, str], tuple[float, Score]] = {}
    judged: set[frozenset[str]] = set()
    for key, task in catalog.tasks.items():
        boards = frozenset(use.board for use in task.boards if use.relevance == "direct")
        if boards and boards not in judged and _asked(subject, boards):
            judged.add(boards)
            for row, off in _off_trend(catalog, key, boards):
                place = (row.stem, row.language or ALL, row.name)
                if place not in worst or abs(off) > abs(worst[place][0]):
                    worst[place] = (off, row)
    for (stem, language, name), (off, row) in sorted(worst.items()):
        section, identity, path = _place(catalog, row, stem, language, name)
        values = {"value": row.value, "off": abs(off), "model": row.model}
        if off > 0:
            message = Message(
                "{value:g} is {off:.0f} deviations above what other scores of {model} foretell",
                **values,
            )
        else:
            message = Message(
                "{value:g} is {off:.0f} deviations below what other scores of {model} foretell",
                **values,
            )
        yield Found(
            section, identity, path, message, Message("compare it with the source"), "warning"
        )


def _asked(subject: Subject, boards: frozenset[str]) -> bool:
    """True when a score asked about stands on one of the boards: a fit takes a second, and only these can be told."""
    if subject.asked is None:
        return True
    catalog = subject.catalog
    if any(("boards", board) in subject.asked for board in boards):
        return True
    measured = {catalog.boards[board].benchmark for board in boards if board in catalog.boards}
    return any(
        evaluation.benchmark in measured
        for section, key in subject.asked
        if section == "models"
        for evaluation in catalog.models[key].evaluations
    )


def _complete(catalog: Any) -> bool:
    """True when every board and score leads to its benchmark: LS002 says so otherwise."""
    return (
        all(board.benchmark in catalog.benchmarks for board in catalog.boards.values())
        and all(
            evaluation.benchmark in catalog.benchmarks
            for model in catalog.models.values()
            for evaluation in model.evaluations
        )
        and all(
            name in board.entries
            for board in catalog.boards.values()
            for row in board.scores.values()
            for name in row
        )
    )


def _place(catalog: Any, row: Score, stem: str, language: str, name: str) -> tuple[str, str, Path]:
    board = catalog.boards.get(stem)
    if board is not None and name in board.scores.get(language, ()):
        return "boards", stem, ("scores", language, name)
    for index, evaluation in enumerate(catalog.models[row.model].evaluations):
        if evaluation.benchmark == row.benchmark and evaluation.value == row.value:
            return "models", row.model, ("evaluations", index, "value")
    return "models", row.model, ("evaluations",)


class _Weighed(NamedTuple):
    """A score with what it says of its model."""

    row: Score
    link: Link
    information: float


class _Residual(NamedTuple):
    """How far a score lies from what the model's other scores foretell, in standard deviations of ability."""

    row: Score
    off: float
    logits: float


def _off_trend(catalog: Any, task: str, boards: frozenset[str]) -> Iterator[tuple[Score, float]]:
    """Scores off the trend, by how many deviations."""
    rows = [row for row in one_per_board(gather(catalog, task).scores) if row.relevance != "proxy"]
    if len(rows) > MOST_ROWS:
        return
    links = fit(rows, form=TREND).boards if rows else {}
    residuals = [r for held in _by_model(rows, links).values() for r in _residuals(held)]
    by_board: dict[str, list[float]] = {}
    by_stem: dict[str, list[float]] = {}
    for row, off, _ in residuals:
        by_board.setdefault(row.board, []).append(off)
        by_stem.setdefault(row.stem, []).append(off)
    centre = {board: _median(found) for board, found in by_board.items()}
    general = {stem: _variance(found, _median(found)) for stem, found in by_stem.items()}
    width = {board: _variance(found, centre[board]) for board, found in by_board.items()}
    of_model: dict[tuple[str, str, str], list[float]] = {}
    for row, off, _ in residuals:
        of_model.setdefault((row.model, row.mode, row.stem), []).append(off - centre[row.board])
    for row, off, logits in residuals:
        if (
            row.stem not in boards
            or not row.standard
            or len(by_board[row.board]) < MODELS
            or abs(logits) < LOGITS
            or _failed(catalog.benchmarks[row.benchmark], row.value)
        ):
            continue
        gap, prior = off - centre[row.board], general[row.stem]
        others = list(of_model[row.model, row.mode, row.stem])
        others.remove(gap)
        spread = max(
            _mixed(width[row.board], len(by_board[row.board]), prior, BOARD_PRIOR),
            _mixed(_variance(others, 0.0), len(others), prior, MODEL_PRIOR),
        )
        if spread > 0 and abs(gap) > DEVIATIONS * spread**0.5:
            yield row, gap / spread**0.5


def _residuals(held: Sequence[_Weighed]) -> Iterator[_Residual]:
    """What the other scores of a model say of each."""
    if len({w.row.board for w in held}) <= BOARDS:
        return
    precision = 1.0 + sum(w.information * w.link.scale**2 for w in held)
    moment = sum(w.information * w.link.scale * (w.row.common - w.link.difficulty) for w in held)
    for row, link, information in held:
        above = row.common - link.difficulty
        rest = precision - information * link.scale**2
        gap = above - link.scale * (moment - information * link.scale * above) / rest
        yield _Residual(row, gap / link.scale, gap)


def _mixed(own: float, count: int, prior: float, weight: int) -> float:
    return (count * own + weight * prior) / (count + weight)


def _variance(values: Sequence[float], centre: float) -> float:
    """From the median absolute deviation; 0 of nothing."""
    return (_MAD * _median(abs(x - centre) for x in values)) ** 2 if values else 0.0


def _by_model(
    rows: Iterable[Score], links: Mapping[str, Link]
) -> dict[tuple[str, str], list[_Weighed]]:
    rows = list(rows)
    shares = campaign_shares(rows)
    held: dict[tuple[str, str], list[_Weighed]] = {}
    for row in rows:
        link = links[row.board]
        information = row_weight(row, shares, TREND.other_setting) / (link.variance + row.variance)
        held.setdefault((row.model, row.mode), []).append(_Weighed(row, link, information))
    return held


def _failed(benchmark: Any, value: float) -> bool:
    if benchmark.scale != "bounded" or benchmark.floor is None or benchmark.ceiling is None:
        return False
    return bool((value - benchmark.floor) / (benchmark.ceiling - benchmark.floor) < FAILED)


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
