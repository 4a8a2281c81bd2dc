"""What ties a board to the common scale, and where a model stands on it.

    common(m, b) = difficulty(b) + scale(b) · general(m) + skill₁(b) · skill₁(m) + skill₂(b) · skill₂(m)
                   + offset(b, setting of m) + residual

A Rasch-like two-way model (Rasch 1960) with a slope for each board (Birnbaum 1968) and a few skills, as in factor
analysis of benchmark tables (Ruan et al. 2024, arXiv 2405.10938; Polo et al. 2024, arXiv 2412.06540). The general
ability carries most of it; a skill is what some boards share beyond it (acceptability in Romance languages, say).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from llm_select.evidence.scores import Score

DEVELOPER_WEIGHT = 0.5
"""Weight of a figure the model's own developer reports: self-reported scores are known to run high."""
STANDARD = (0.0, 0.0, 0.0)
"""Offsets of a board whose rows are all in its own setting."""


class Link(NamedTuple):
    """What ties one board to the common scale."""

    difficulty: float
    """Common-scale score of an average model."""
    scale: float
    """Common-scale units for one standard deviation of general ability."""
    variance: float
    """Residual variance: how far models stray from the line on this board."""
    rows: int
    """Models it was fitted on."""
    first: float = 0.0
    """Common-scale units for one standard deviation of the first skill."""
    second: float = 0.0
    """The same for the second skill."""
    offsets: tuple[float, float, float] = STANDARD
    """What a fine-tuned model, another prompting, and another split add here, beyond what they add on average."""

    def offset(self, differs: Iterable[int]) -> float:
        """Sum of the offsets of the ways in which a row differs from the board's own setting."""
        return sum(self.offsets[which] for which in differs)


class Links(NamedTuple):
    """All boards of a task."""

    boards: Mapping[str, Link]
    between: Mapping[str, float]
    """Variance of difficulty within each board family: what a language without a board adds."""


class Ability(NamedTuple):
    """Where a model stands, in standard deviations of the task's models: general ability and two skills."""

    mean: tuple[float, float, float]
    covariance: tuple[float, float, float, float, float, float]
    """Upper triangle by rows: 00, 01, 02, 11, 12, 22."""

    def on(self, link: Link) -> float:
        """Expected common-scale score on a board, in the board's own setting."""
        general, first, second = self.mean
        return link.difficulty + link.scale * general + link.first * first + link.second * second

    def spread(self, x: float, y: float, z: float) -> float:
        """Variance of `x` · general + `y` · first skill + `z` · second skill."""
        c00, c01, c02, c11, c12, c22 = self.covariance
        across = x * y * c01 + x * z * c02 + y * z * c12
        return x * x * c00 + y * y * c11 + z * z * c22 + 2 * across


Shares = Mapping[tuple[str, str, str | None, str], tuple[int, int]]
"""By model, mode, language and campaign: rows by people or a key, and rows by automatic metrics."""


def campaign_shares(scores: Iterable[Score]) -> Shares:
    """How many rows of one campaign scored the same outputs of a model: together they count as one row."""
    shares: dict[tuple[str, str, str | None, str], tuple[int, int]] = {}
    for score in scores:
        if score.campaign is not None:
            key = (score.model, score.mode, score.language, score.campaign)
            people, metrics = shares.get(key, (0, 0))
            shares[key] = (people, metrics + 1) if score.automatic else (people + 1, metrics)
    return shares


def row_weight(score: Score, shares: Shares, other_setting: float) -> float:
    """Weight of a row before relevance: its share of the campaign, less in another setting, half if self-reported.

    Where people and automatic metrics scored the same outputs, each side counts half, however many metrics there are.
    """
    weight = 1.0 if score.standard else other_setting
    if score.campaign is not None:
        people, metrics = shares[(score.model, score.mode, score.language, score.campaign)]
        weight /= metrics if score.automatic else people
        if people and metrics:
            weight /= 2
    return weight * DEVELOPER_WEIGHT if score.reported_by == "developer" else weight


def ability(rows: Sequence[tuple[Score, float]], links: Mapping[str, Link]) -> Ability:
    """Posterior of one model's abilities from weighted scores, shrunk to the average model (Gaussian prior of 1).

    Boards without a link are passed over. With no usable row the prior comes back.
    """
    terms = []
    for score, weight in rows:
        link = links.get(score.board)
        if link is None or weight <= 0:
            continue
        gap = score.common - link.difficulty
        if score.differs:
            gap -= link.offset(score.differs)
        terms.append(
            (weight / (link.variance + score.variance), link.scale, link.first, link.second, gap)
        )
    return posterior(terms)


def posterior(terms: Iterable[tuple[float, float, float, float, float]]) -> Ability:
    """Mean and covariance given rows of (information, three loadings, gap to the average model)."""
    a00 = a11 = a22 = 1.0
    a01 = a02 = a12 = b0 = b1 = b2 = 0.0
    for information, x, y, z, gap in terms:
        p = information * x
        a00 += p * x
        b0 += p * gap
        if y or z:
            q, r = information * y, information * z
            a01 += p * y
            a02 += p * z
            a11 += q * y
            a12 += q * z
            a22 += r * z
            b1 += q * gap
            b2 += r * gap
    # The inverse of a symmetric 3 × 3 matrix by its cofactors.
    c00, c01, c02 = a11 * a22 - a12 * a12, a02 * a12 - a01 * a22, a01 * a12 - a02 * a11
    determinant = a00 * c00 + a01 * c01 + a02 * c02
    c00, c01, c02 = c00 / determinant, c01 / determinant, c02 / determinant
    c11 = (a00 * a22 - a02 * a02) / determinant
    c12 = (a01 * a02 - a00 * a12) / determinant
    c22 = (a00 * a11 - a01 * a01) / determinant
    mean = (
        c00 * b0 + c01 * b1 + c02 * b2,
        c01 * b0 + c11 * b1 + c12 * b2,
        c02 * b0 + c12 * b1 + c22 * b2,
    )
    return Ability(mean, (c00, c01, c02, c11, c12, c22))


def linking_errors(
    rows: Iterable[Score], targets: Iterable[str], links: Mapping[str, Link]
) -> dict[str, float]:
    """Boards that a chain of shared models ties to the targets, and the variance of general ability each chain adds.

    Two boards with n models in common are linked to within the mean of n differences of residuals, which is the linking
    error of test equating; along a chain they add up. A board that no chain reaches says nothing about the targets: on
    the common scale it would only show its own average.
    """
    sat: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        sat.setdefault(row.board, set()).add((row.model, row.mode))
    errors = {board: 0.0 for board in targets if board in links}
    if not errors:
        return {}
    noise = {board: link.variance / (link.scale * link.scale) for board, link in links.items()}
    reached: dict[tuple[str, str], tuple[float, float]] = {}
    """By model: the least error of its boards so far, and that board's noise."""
    fresh = list(errors)
    waiting = {board for board in sat if board in links and board not in errors}
    while fresh:
        for board in fresh:
            for subject in sat.get(board, ()):
                best = (errors[board], noise[board])
                if subject not in reached or best < reached[subject]:
                    reached[subject] = best
        fresh = []
        for board in sorted(waiting):
            shared = [reached[subject] for subject in sat[board] if subject in reached]
            if shared:
                own = noise[board] * len(shared)
                across = sum(error for error, _ in shared) * len(shared)
                errors[board] = (own + sum(n for _, n in shared) + across) / len(shared) ** 2
                fresh.append(board)
        waiting.difference_update(fresh)
    return errors


def with_linking_error(
    stand: Ability,
    rows: Iterable[tuple[Score, float]],
    links: Mapping[str, Link],
    errors: Mapping[str, float],
) -> Ability:
    """An ability with the error of the chains it hangs on, which all its rows may share, added to its variance."""
    total = added = 0.0
    for score, weight in rows:
        link = links[score.board]
        information = weight * link.scale * link.scale / (link.variance + score.variance)
        total += information
        added += information * errors[score.board]
    if not added:
        return stand
    first, *others = stand.covariance
    c01, c02, c11, c12, c22 = others
    return stand._replace(covariance=(first + added / total, c01, c02, c11, c12, c22))
