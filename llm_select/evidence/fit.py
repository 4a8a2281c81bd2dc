"""Fitting the links between boards: the model that puts all models of a task on one scale (its form: `links`).

Boards are linked through the models they share, not by their own mean and spread: a board that only strong models sat
is not taken for an easy one. A board's scale is drawn to the one of its family, because a point of XCOMET and a point
of Elo are different things while the same test in another language is much the same thing; skills and offsets are
drawn to 0. Expectation and maximization alternate as in factor analysis with missing values (Rubin and Thayer 1982).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import cos
from typing import NamedTuple

from llm_select.evidence.links import (
    STANDARD,
    Ability,
    Link,
    Links,
    ability,
    campaign_shares,
    posterior,
    row_weight,
)
from llm_select.evidence.scores import Score


class Form(NamedTuple):
    """Which refinements are on. `REFINED` is what answers stand on; `PLAIN` is the baseline it is measured against."""

    slope_rows: float
    """A board's scale is drawn to its family's as if by this many rows."""
    skills: bool
    """Two skills beside the general ability."""
    skill_rows: float
    """Rows that draw a board's skill loadings to 0."""
    offsets: bool
    """A setting other than the board's own shifts its rows on that board."""
    offset_rows: float
    """Rows that draw such a shift to 0."""
    noise_rows: float
    """A board's residual variance is mixed with the task's as if it had this many more rows."""
    other_setting: float
    """Weight of a row whose setting or split is not the board's own."""
    tolerance: float = 1e-5
    """Largest change of an ability, in its own standard deviations, that still counts as movement."""


REFINED = Form(30.0, True, 10.0, True, 3.0, 1e9, 1.0)
"""No noise of each board's own: where a task has few boards, one of them took the ability for itself (its residual went
to 0), and the rank correlation on scores left out fell from 0.92 to 0.72 for mathematics."""
PLAIN = Form(1e9, False, 0.0, False, 0.0, 1e9, 1.0)
"""score = difficulty(board) + scale(family) · ability(model): the two-way analysis of variance."""

SWEEPS = 25
"""Sweeps for a task of many languages, whose boards share most models. It stops earlier when abilities stand still."""
CHAIN_SWEEPS = 1000
"""Most sweeps elsewhere: tests of different years are chained by few models, and the two ends of such a chain settle
slowly. After 25 sweeps a model of 8B of 2024 stood at 62 on a mathematics test of 2026, at the end at 40."""
CHAIN_ROWS = 1_500_000
"""Rows that such a fit may visit in all, a second or two of work."""
SKILL_BOARDS = 8
"""Boards a family needs to have skills: with fewer, a skill is one board's own noise. Where they were allowed on tasks
of a dozen single boards, the rank correlation on scores left out fell from 0.93 to 0.79 for reasoning."""
MIN_SCALE = 0.05
"""Smallest scale of a board: one that runs against the others is ignored rather than turned round."""
MIN_VARIANCE = 1e-4
"""Floor of a residual variance, so that two boards that agree exactly do not claim certainty."""


def fit(
    scores: Sequence[Score],
    anchors: frozenset[str] = frozenset(),
    known: Mapping[str, Link] | None = None,
    form: Form = REFINED,
) -> Links:
    """Difficulty, scale and spread of every board, from the anchor models where a board has any.

    Only anchors move the boards, so a card a user adds reorders nobody else. A board that no anchor sat is placed
    afterwards through the models that did, on the abilities the other boards give them. `known` are links fitted
    before on the same anchors, which then need no fitting.
    """
    anchored = [score for score in scores if score.model in anchors] or scores
    links = dict(known) if known else _Fit(anchored, form).run()
    missing = {s.board for s in scores} - set(links)
    if missing:
        shares = campaign_shares(scores)
        held: dict[tuple[str, str], list[tuple[Score, float]]] = {}
        for score in scores:
            if score.board in links:
                held.setdefault((score.model, score.mode), []).append(
                    (score, row_weight(score, shares, form.other_setting))
                )
        stand = {subject: ability(rows, links) for subject, rows in held.items()}
        scale = sum(link.scale for link in links.values()) / len(links) if links else 1.0
        spread = sum(link.variance for link in links.values()) / len(links) if links else 1.0
        for board in sorted(missing):
            gaps = [
                s.common
                - scale * (stand[s.model, s.mode].mean[0] if (s.model, s.mode) in stand else 0.0)
                for s in scores
                if s.board == board
            ]
            links[board] = Link(sum(gaps) / len(gaps), scale, spread + 1.0 / len(gaps), len(gaps))
    return Links(links, _between(scores, links))


class _Row(NamedTuple):
    other: int
    """The board's number in a subject's list, the subject's in a board's."""
    y: float
    weight: float
    noise: float
    differs: tuple[int, ...]


class _Fit:
    """The state of one fit, by board number."""

    def __init__(self, scores: Sequence[Score], form: Form) -> None:
        shares = campaign_shares(scores)
        subjects: dict[tuple[str, str], int] = {}
        boards: dict[str, int] = {}
        families: dict[str, int] = {}
        self.form, self.boards = form, boards
        self.family: list[int] = []
        self.by_board: list[list[_Row]] = []
        self.by_subject: list[list[_Row]] = []
        for score in scores:
            subject = subjects.setdefault((score.model, score.mode), len(subjects))
            board = boards.setdefault(score.board, len(boards))
            if board == len(self.family):
                self.family.append(families.setdefault(score.stem, len(families)))
                self.by_board.append([])
            if subject == len(self.by_subject):
                self.by_subject.append([])
            weight = row_weight(score, shares, form.other_setting)
            differs = score.differs if form.offsets else ()
            self.by_board[board].append(
                _Row(subject, score.common, weight, score.variance, differs)
            )
            self.by_subject[subject].append(
                _Row(board, score.common, weight, score.variance, differs)
            )
        self.weight = [sum(row.weight for row in rows) for rows in self.by_board]
        self._start(len(families))

    def _start(self, families: int) -> None:
        """First guess of scale and spread: each family's own deviation around its boards' means."""
        self.difficulty = [
            sum(row.weight * row.y for row in rows) / total
            for rows, total in zip(self.by_board, self.weight, strict=True)
        ]
        squares, totals = [0.0] * families, [0.0] * families
        for b, rows in enumerate(self.by_board):
            squares[self.family[b]] += sum(
                row.weight * (row.y - self.difficulty[b]) ** 2 for row in rows
            )
            totals[self.family[b]] += self.weight[b]
        number = [self.family.count(family) for family in range(families)]
        self.skilled = [
            self.form.skills and number[family] >= SKILL_BOARDS for family in self.family
        ]
        self.form = self.form._replace(skills=any(self.skilled))
        self.guess = [
            max(MIN_SCALE, (square / total) ** 0.5)
            for square, total in zip(squares, totals, strict=True)
        ]
        self.shared = list(self.guess)
        self.loads: list[tuple[float, float, float]] = []
        for b, family in enumerate(self.family):
            scale = self.guess[family]
            # Skills need a start that is not 0; any that tells boards apart will do, and this one is reproducible.
            tilt = 0.2 * scale if self.skilled[b] else 0.0
            self.loads.append((scale, tilt * cos(1.7 * b), tilt * cos(2.3 * b + 1)))
        self.spread = [max(MIN_VARIANCE, self.guess[f] ** 2 / 2) for f in self.family]
        self.offsets: list[list[float]] = [list(STANDARD) for _ in self.family]

    def run(self) -> dict[str, Link]:
        """Alternate until abilities stand still."""
        if not self.by_board:
            return {}
        before = [0.0] * len(self.by_subject)
        rows = sum(len(rows) for rows in self.by_board)
        sweeps = max(SWEEPS, min(CHAIN_SWEEPS, CHAIN_ROWS // rows))
        for _ in range(SWEEPS if any(self.skilled) else sweeps):
            stands = self._abilities()
            self._loadings(stands)
            if self.form.offsets:
                self._offsets(stands)
            self._spreads(stands)
            now = [stand.mean[0] for stand in stands]
            moved = max(abs(a - b) for a, b in zip(now, before, strict=True))
            before = now
            if moved < self.form.tolerance:
                break
        return {
            name: Link(
                self.difficulty[b],
                self.loads[b][0],
                self.spread[b],
                len(self.by_board[b]),
                self.loads[b][1],
                self.loads[b][2],
                (self.offsets[b][0], self.offsets[b][1], self.offsets[b][2]),
            )
            for name, b in self.boards.items()
        }

    def _abilities(self) -> list[Ability]:
        """Every subject's posterior, brought to mean 0 and variance 1 over the subjects."""
        difficulty, loads, spread, offsets = self.difficulty, self.loads, self.spread, self.offsets
        raw = []
        for rows in self.by_subject:
            terms = []
            for b, y, weight, noise, differs in rows:
                gap = y - difficulty[b]
                for which in differs:
                    gap -= offsets[b][which]
                terms.append((weight / (spread[b] + noise), *loads[b], gap))
            raw.append(posterior(terms))
        count = len(raw)
        centre = [sum(stand.mean[k] for stand in raw) / count for k in range(3)]
        sizes = []
        for k, diagonal in enumerate((0, 3, 5)):
            square = sum(
                (s.mean[k] - centre[k]) ** 2 + (s.covariance[diagonal] if self.form.skills else 0.0)
                for s in raw
            )
            sizes.append((square / count) ** 0.5 or 1.0)
        x, y, z = sizes
        return [
            Ability(
                (
                    (s.mean[0] - centre[0]) / x,
                    (s.mean[1] - centre[1]) / y,
                    (s.mean[2] - centre[2]) / z,
                ),
                (
                    s.covariance[0] / (x * x),
                    s.covariance[1] / (x * y),
                    s.covariance[2] / (x * z),
                    s.covariance[3] / (y * y),
                    s.covariance[4] / (y * z),
                    s.covariance[5] / (z * z),
                ),
            )
            for s in raw
        ]

    def _loadings(self, stands: Sequence[Ability]) -> None:
        """Difficulty and loadings of every board: a weighted regression on the abilities, drawn to the family."""
        form, moments = self.form, []
        cross, square = [0.0] * len(self.shared), [0.0] * len(self.shared)
        for b, rows in enumerate(self.by_board):
            n = sx = sy = sz = xx = xy = xz = yy = yz = zz = t = tx = ty = tz = 0.0
            own = self.offsets[b]
            for subject, value, weight, noise, differs in rows:
                (x, y, z), (c00, c01, c02, c11, c12, c22) = stands[subject]
                for which in differs:
                    value -= own[which]
                if form.skills:
                    weight *= self.spread[b] / (self.spread[b] + noise)
                    wx, wy, wz = weight * x, weight * y, weight * z
                    xx += wx * x + weight * c00
                    xy += wx * y + weight * c01
                    xz += wx * z + weight * c02
                    yy += wy * y + weight * c11
                    yz += wy * z + weight * c12
                    zz += wz * z + weight * c22
                    sy += wy
                    sz += wz
                    ty += wy * value
                    tz += wz * value
                else:
                    wx = weight * x
                    xx += wx * x
                n += weight
                sx += wx
                t += weight * value
                tx += wx * value
            moments.append((n, sx, sy, sz, xx, xy, xz, yy, yz, zz, t, tx, ty, tz))
            _, p, q = self.loads[b]
            family = self.family[b]
            cross[family] += tx - p * xy - q * xz - sx * (t - p * sy - q * sz) / n
            square[family] += xx - sx * sx / n
        # One pseudo-observation of the first guess keeps a family of two rows from inventing its own scale.
        self.shared = [
            max(MIN_SCALE, (c + g) / (s + 1.0))
            for c, s, g in zip(cross, square, self.guess, strict=True)
        ]
        for b, (n, sx, sy, sz, xx, xy, xz, yy, yz, zz, t, tx, ty, tz) in enumerate(moments):
            shared = self.shared[self.family[b]]
            _, p, q = self.loads[b]
            pull = form.slope_rows
            rest = tx - p * xy - q * xz - sx * (t - p * sy - q * sz) / n
            scale = max(MIN_SCALE, (rest + pull * shared) / (xx - sx * sx / n + pull))
            if self.skilled[b]:
                # Each loading in turn, given the others: the sweeps make it the joint solution.
                rest = ty - scale * xy - q * yz - sy * (t - scale * sx - q * sz) / n
                p = rest / (yy - sy * sy / n + form.skill_rows)
                rest = tz - scale * xz - p * yz - sz * (t - scale * sx - p * sy) / n
                q = rest / (zz - sz * sz / n + form.skill_rows)
            self.loads[b] = (scale, p, q)
            self.difficulty[b] = (t - scale * sx - p * sy - q * sz) / n

    def _offsets(self, stands: Sequence[Ability]) -> None:
        """What each way of differing from a board's own setting adds there, beyond what it adds on average."""
        along: dict[tuple[int, int], float] = {}
        square: dict[tuple[int, int], float] = {}
        for b, rows in enumerate(self.by_board):
            scale, p, q = self.loads[b]
            own = self.offsets[b]
            sums, weights = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
            for subject, value, weight, _, differs in rows:
                if differs:
                    x, y, z = stands[subject].mean
                    rest = value - self.difficulty[b] - scale * x - p * y - q * z
                    rest -= sum(own[which] for which in differs)
                    for which in differs:
                        sums[which] += weight * (rest + own[which])
                        weights[which] += weight
            for which, found in enumerate(weights):
                if found:
                    own[which] = sums[which] / (found + self.form.offset_rows)
                    key = (self.family[b], which)
                    information = scale / self.spread[b]
                    along[key] = along.get(key, 0.0) + information * own[which]
                    square[key] = square.get(key, 0.0) + information * scale
        # What a setting adds on every board cannot be told from the ability of the models so measured: it goes there.
        for b, family in enumerate(self.family):
            for which in range(3):
                if self.offsets[b][which]:
                    key = (family, which)
                    self.offsets[b][which] -= self.loads[b][0] * along[key] / square[key]

    def _spreads(self, stands: Sequence[Ability]) -> None:
        """Residual variances, pooled in units of each board's family scale: ranks and shares then compare."""
        squares = []
        for b, rows in enumerate(self.by_board):
            scale, p, q = self.loads[b]
            difficulty, own, skills = self.difficulty[b], self.offsets[b], self.form.skills
            found = 0.0
            for subject, value, weight, _, differs in rows:
                stand = stands[subject]
                x, y, z = stand.mean
                rest = value - difficulty - scale * x - p * y - q * z
                for which in differs:
                    rest -= own[which]
                found += weight * (rest * rest + (stand.spread(scale, p, q) if skills else 0.0))
            squares.append(found)
        units = [self.shared[family] ** 2 for family in self.family]
        relative = sum(s / u for s, u in zip(squares, units, strict=True)) / sum(self.weight)
        rows_more = self.form.noise_rows
        self.spread = [
            max(
                MIN_VARIANCE,
                (squares[b] + rows_more * relative * unit) / (self.weight[b] + rows_more),
            )
            for b, unit in enumerate(units)
        ]


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
