"""Linking boards: the two-way model that puts all models of a task on one scale.

    common(m, b) = difficulty(b) + scale(family of b) · ability(m) + residual

A Rasch-like two-way analysis of variance (Rasch 1960; Bradley-Terry and Elo are its paired form). Boards are
linked through the models they share, not by their own mean and spread: a board that only strong models sat is not
taken for an easy one. The scale is one number per board family, because a point of XCOMET and a point of Elo are
different things; within a family (the same test in other languages) it is shared, which keeps small boards stable.
Abilities are shrunk towards 0 by the spread found in the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from llm_select.evidence.scores import Score

ITERATIONS = 30
"""Most sweeps of alternating least squares; it stops earlier when abilities move less than TOLERANCE."""
TOLERANCE = 1e-3
"""Largest change of an ability, in its own standard deviations, that still counts as movement."""
PRIOR_ROWS = 10.0
"""A board's residual variance is mixed with the task's as if it had this many more rows."""
MIN_SCALE = 0.05
"""Smallest scale of a family: one that runs against the others is ignored rather than turned round."""
DEVELOPER_WEIGHT = 0.5
"""Weight of a figure the model's own developer reports: self-reported scores are known to run high."""
OTHER_SETTING = 0.25
"""Weight of a row whose setting or split is not the board's own (zero-shot on validation data among few-shot on test
data): such rows stray from the others by more than their error. Without them on either side, the mean rank correlation
on boards left out is 0.82 instead of 0.75 for sentiment and 0.75 instead of 0.65 for summaries."""
MIN_VARIANCE = 1e-4
"""Floor of a residual variance, so that two boards that agree exactly do not claim certainty."""


class Link(NamedTuple):
    """What ties one board to the common scale."""

    difficulty: float
    """Common-scale score of an average model."""
    scale: float
    """Common-scale units for one standard deviation of ability."""
    variance: float
    """Residual variance: how far models stray from the line on this board."""
    rows: int
    """Models it was fitted on."""


class Links(NamedTuple):
    """All boards of a task."""

    boards: Mapping[str, Link]
    between: Mapping[str, float]
    """Variance of difficulty within each board family: what a language without a board adds."""


class Ability(NamedTuple):
    """Where a model stands, in standard deviations of the task's models."""

    mean: float
    variance: float


def campaign_shares(scores: Iterable[Score]) -> dict[tuple[str, str, str | None, str], int]:
    """How many metrics of one campaign scored the same outputs of a model: each then counts as a share of one."""
    shares: dict[tuple[str, str, str | None, str], int] = {}
    for score in scores:
        if score.campaign is not None:
            key = (score.model, score.mode, score.language, score.campaign)
            shares[key] = shares.get(key, 0) + 1
    return shares


def row_weight(score: Score, shares: Mapping[tuple[str, str, str | None, str], int]) -> float:
    """Weight of a row before relevance: its share of the campaign, less in another setting, half if self-reported."""
    weight = 1.0 if score.standard else OTHER_SETTING
    if score.campaign is not None:
        weight /= shares[(score.model, score.mode, score.language, score.campaign)]
    return weight * DEVELOPER_WEIGHT if score.reported_by == "developer" else weight


def ability(
    rows: Sequence[tuple[Score, float]], links: Mapping[str, Link], prior_variance: float = 1.0
) -> Ability:
    """Posterior of one model's ability from weighted scores: a precision-weighted mean shrunk to 0.

    Boards without a link are passed over. With no usable row the prior comes back.
    """
    precision = 1 / prior_variance
    total = 0.0
    for score, weight in rows:
        link = links.get(score.board)
        if link is None or weight <= 0:
            continue
        information = weight / (link.variance + score.variance)
        total += information * link.scale * (score.common - link.difficulty)
        precision += information * link.scale * link.scale
    return Ability(total / precision, 1 / precision)


def fit(
    scores: Sequence[Score],
    anchors: frozenset[str] = frozenset(),
    known: Mapping[str, Link] | None = None,
) -> Links:
    """Difficulty, scale and spread of every board, from the anchor models where a board has any.

    Only anchors move the boards, so a card a user adds reorders nobody else. A board that no anchor sat is placed
    afterwards through the models that did, on the abilities the other boards give them. `known` are links fitted
    before on the same anchors, which then need no fitting.
    """
    anchored = [score for score in scores if score.model in anchors] or scores
    links = dict(known) if known else _alternate(anchored)
    missing = {s.board for s in scores} - set(links)
    if missing:
        shares = campaign_shares(scores)
        held: dict[tuple[str, str], list[tuple[Score, float]]] = {}
        for score in scores:
            if score.board in links:
                held.setdefault((score.model, score.mode), []).append(
                    (score, row_weight(score, shares))
                )
        stand = {subject: ability(rows, links) for subject, rows in held.items()}
        scale = sum(link.scale for link in links.values()) / len(links) if links else 1.0
        spread = sum(link.variance for link in links.values()) / len(links) if links else 1.0
        for board in sorted(missing):
            gaps = [
                s.common
                - scale * (stand[s.model, s.mode].mean if (s.model, s.mode) in stand else 0.0)
                for s in scores
                if s.board == board
            ]
            links[board] = Link(sum(gaps) / len(gaps), scale, spread + 1.0 / len(gaps), len(gaps))
    return Links(links, _between(scores, links))


def _alternate(scores: Sequence[Score]) -> dict[str, Link]:
    if not scores:
        return {}
    shares = campaign_shares(scores)
    subjects: dict[tuple[str, str], int] = {}
    boards: dict[str, int] = {}
    families: dict[str, int] = {}
    family_of: list[int] = []
    rows: list[tuple[int, int, float, float, float]] = []
    for score in scores:
        subject = subjects.setdefault((score.model, score.mode), len(subjects))
        board = boards.setdefault(score.board, len(boards))
        if board == len(family_of):
            family_of.append(families.setdefault(score.stem, len(families)))
        rows.append((subject, board, score.common, row_weight(score, shares), score.variance))
    count = len(boards)
    theta = [0.0] * len(subjects)
    weight_sum = [0.0] * count
    y_sum = [0.0] * count
    for _, board, y, weight, _ in rows:
        weight_sum[board] += weight
        y_sum[board] += weight * y
    y_mean = [y_sum[b] / weight_sum[b] for b in range(count)]
    difficulty = list(y_mean)
    # First guess of scale and spread: each family's own deviation around its boards' means.
    deviation_sum = [0.0] * len(families)
    family_weight = [0.0] * len(families)
    for _, board, y, weight, _ in rows:
        deviation_sum[family_of[board]] += weight * (y - y_mean[board]) ** 2
        family_weight[family_of[board]] += weight
    scale = [
        max(MIN_SCALE, (total / weight) ** 0.5)
        for total, weight in zip(deviation_sum, family_weight, strict=True)
    ]
    guess = list(scale)
    spread = [max(MIN_VARIANCE, scale[family_of[b]] ** 2 / 2) for b in range(count)]
    number = [0] * count
    for _, board, *_ in rows:
        number[board] += 1
    for _ in range(ITERATIONS):
        precision = [1.0] * len(theta)
        moment = [0.0] * len(theta)
        for subject, board, y, weight, variance in rows:
            slope = scale[family_of[board]]
            information = weight * slope / (spread[board] + variance)
            moment[subject] += information * (y - difficulty[board])
            precision[subject] += information * slope
        fresh = [m / p for m, p in zip(moment, precision, strict=True)]
        mean = sum(fresh) / len(fresh)
        deviation = (sum((x - mean) ** 2 for x in fresh) / len(fresh)) ** 0.5 or 1.0
        fresh = [(x - mean) / deviation for x in fresh]
        moved = max(abs(a - b) for a, b in zip(fresh, theta, strict=True))
        theta = fresh
        x_sum = [0.0] * count
        for subject, board, _, weight, _ in rows:
            x_sum[board] += weight * theta[subject]
        x_mean = [x_sum[b] / weight_sum[b] for b in range(count)]
        cross = [0.0] * len(families)
        square = [0.0] * len(families)
        for subject, board, y, weight, _ in rows:
            x = theta[subject] - x_mean[board]
            family = family_of[board]
            cross[family] += weight * x * (y - y_mean[board])
            square[family] += weight * x * x
        # One pseudo-observation of the first guess keeps a family of two rows from inventing its own scale.
        scale = [
            max(MIN_SCALE, (c + g) / (s + 1.0))
            for c, s, g in zip(cross, square, guess, strict=True)
        ]
        difficulty = [y_mean[b] - scale[family_of[b]] * x_mean[b] for b in range(count)]
        squares = [0.0] * count
        for subject, board, y, weight, _ in rows:
            residual = y - difficulty[board] - scale[family_of[board]] * theta[subject]
            squares[board] += weight * residual * residual
        # The task's residual variance is pooled in units of each family's scale: ranks and shares then compare.
        relative = sum(squares[b] / scale[family_of[b]] ** 2 for b in range(count))
        relative /= sum(weight_sum)
        spread = [
            max(
                MIN_VARIANCE,
                (squares[b] + PRIOR_ROWS * relative * scale[family_of[b]] ** 2)
                / (weight_sum[b] + PRIOR_ROWS),
            )
            for b in range(count)
        ]
        if moved < TOLERANCE:
            break
    return {
        name: Link(difficulty[b], scale[family_of[b]], spread[b], number[b])
        for name, b in boards.items()
    }


def _between(scores: Iterable[Score], links: Mapping[str, Link]) -> dict[str, float]:
    stems: dict[str, dict[str, float]] = {}
    for score in scores:
        if score.board in links:
            stems.setdefault(score.stem, {})[score.board] = links[score.board].difficulty
    result = {}
    for stem, values in stems.items():
        mean = sum(values.values()) / len(values)
        result[stem] = sum((v - mean) ** 2 for v in values.values()) / max(1, len(values) - 1)
    return result
