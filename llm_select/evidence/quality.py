"""How good each model is at a task: measured where a board says so, inferred where boards can be linked, else unrated.

Quality is shown in the unit of the task's reference board. A model measured on a board keeps its measured value; a
board it did not sit is predicted from its ability (see `fit`). Intervals are 80 % intervals.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Literal, NamedTuple

from llm_select.evidence.fit import REFINED, Form, fit
from llm_select.evidence.languages import supports
from llm_select.evidence.links import (
    DEVELOPER_WEIGHT,
    Ability,
    Link,
    Links,
    Shares,
    ability,
    campaign_shares,
    linking_errors,
    row_weight,
    with_linking_error,
)
from llm_select.evidence.reference import Target, find_target, language_matches
from llm_select.evidence.scale import from_common, slope_at, to_common
from llm_select.evidence.scores import (
    Gathered,
    Score,
    evaluated_languages,
    gather,
    one_per_board,
)

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Benchmark

Tag = Literal["measured", "inferred", "unrated"]
Speech = Literal["stated", "wide", "unknown"]
"""Whether a card lists languages; if not, whether the model was measured in so many that it is multilingual."""
Z80 = 1.2816
"""Half-width of a central 80 % interval in standard deviations."""
OTHER_LANGUAGE = 0.5
"""Weight of a direct board in another language than the one asked for."""
RELATED = 0.5
"""Weight of a board of a near task."""
NOISE_SHARE = 0.2
"""Share of a board's residual variance taken as measurement noise where no standard error is published. Where one is
published the share has a median of 0.002 to 0.19 and a ninetieth percentile of 0.01 to 0.7, by task."""
MIN_NOISE = 0.02**2
"""Least variance of measurement in logits, half a point in the middle of a scale of 100: where two or three models sat
the boards of a task they agree by construction, which says nothing of what a second run would give."""
UNSEEN_LANGUAGE = 0.5**2
"""Variance in logits of what another language adds, where the reference has one language only. Where it has many, their
difficulties have a standard deviation of 0.2 to 1.0 by task, median 0.5."""
WIDELY = 10
"""Languages a model must have been measured in to be taken for multilingual when its developer lists none."""
MIN_COVERAGE = 0.5
"""Share of the reference boards a model must cover to be rated when no language was asked for."""


RELIABLE = 0.5
"""Share of the variance between models that the evidence must tell of one that did not sit the boards asked for (its
reliability, in the words of test theory: Lord and Novick 1968). Below a half the value would be more of the average of
all models than of this one, and being unknown would look like being average."""


class Quality(NamedTuple):
    """One model in one mode. Values are in the reference unit, higher better; None when unrated."""

    model: str
    mode: str
    tag: Tag
    value: float | None
    low: float | None
    high: float | None
    deviation: float | None
    """Standard deviation that counts when two models are compared (what both share left out)."""
    measured: int
    """Reference boards asked for that the model sat."""
    boards: int
    """Reference boards asked for."""
    evidence: tuple[Score, ...]
    """The rows it stands on, the reference board first."""
    reason: str | None
    """Code of why it is unrated or of a reservation."""
    uncovered: tuple[str, ...]
    """Languages of reference boards the model neither supports nor was measured in."""


class Assessment(NamedTuple):
    """Quality of every model for one question."""

    task: str
    target: Target | None
    qualities: Mapping[tuple[str, str], Quality]
    """By (model, mode)."""
    losses: Mapping[tuple[str, str], tuple[float, int]]
    """Common-scale effect of a quantization on a model, and the boards it was measured on."""
    links: Links
    gathered: Gathered


def assess(
    catalog: Catalog,
    task_id: str,
    *,
    languages: Sequence[str] = (),
    pairs: Sequence[str] = (),
    exclude: Sequence[str] = (),
    form: Form = REFINED,
) -> Assessment:
    """Rate every model of the catalog that has evidence for the task. Raises KeyError for an unknown task."""
    gathered = gather(catalog, task_id, exclude)
    rows = one_per_board(gathered.scores)
    rating = [row for row in rows if row.relevance != "proxy"]
    known = _kept(catalog, task_id) if not exclude and form is REFINED else None
    links = fit(rating, catalog.anchors, known, form)
    return rate(
        catalog, task_id, gathered, rows, links, languages=languages, pairs=pairs, form=form
    )


def rate(
    catalog: Catalog,
    task_id: str,
    gathered: Gathered,
    rows: Sequence[Score],
    links: Links,
    *,
    languages: Sequence[str] = (),
    pairs: Sequence[str] = (),
    form: Form = REFINED,
) -> Assessment:
    """The second half of `assess`: from one row for each model and board, and links, to the quality of every model."""
    rating = [row for row in rows if row.relevance != "proxy"]
    target = find_target(catalog, task_id, languages, pairs, links.boards)
    shares = campaign_shares(rows)
    spoken: Mapping[str, Iterable[str]] = catalog.measured_languages
    if gathered.excluded or not spoken:
        spoken = evaluated_languages(catalog, frozenset(gathered.excluded))
    held: dict[tuple[str, str], list[Score]] = {}
    for row in rows:
        held.setdefault((row.model, row.mode), []).append(row)
    asked = bool(languages or pairs)
    # Which board languages speak about the question: decided once for each, not for each row.
    about = {
        language: language_matches(language, languages, pairs)
        for language in {row.language for row in rows}
    }
    if target is not None and not target.exact:
        # No board speaks the language asked for: then no row is closer than another.
        about = dict.fromkeys(about, True)
    human = {name for name, benchmark in catalog.benchmarks.items() if benchmark.human}
    order = _board_order(rows, target, about, human)
    linked = linking_errors(rating, target.boards, links.boards) if target is not None else {}
    # A row that hangs on a long chain of tests says little: the error of the chain is noise to it, and what says little
    # leaves the model near the average.
    loose = {
        board: links.boards[board]._replace(variance=links.boards[board].variance + error)
        for board, error in linked.items()
    }
    ways = {_tuned(row) for row in rating if target is not None and row.board in target.boards}
    qualities = {}
    for subject, own in held.items():
        known = dict(catalog.models[subject[0]].languages)
        heard = spoken.get(subject[0], ())
        tags = [*known, *heard]
        wide = len({tag.split("-")[0] for tag in heard}) >= WIDELY
        speech: Speech = "stated" if known else "wide" if wide else "unknown"
        qualities[subject] = _rate(
            subject,
            own,
            tags,
            speech,
            target,
            links,
            shares,
            about,
            asked,
            order,
            linked,
            loose,
            ways,
            form,
        )
    return Assessment(task_id, target, qualities, _losses(gathered.scores), links, gathered)


def _kept(catalog: Catalog, task_id: str) -> dict[str, Link] | None:
    """Links fitted when the catalog was compiled."""
    rows = catalog.links.get(task_id)
    if not rows:
        return None
    return {
        board: Link(a, b, c, int(n), first, second, (x, y, z))
        for board, (a, b, c, n, first, second, x, y, z) in rows.items()
    }


def links_of(catalog: Catalog, task_id: str) -> dict[str, tuple[float, ...]]:
    """What `_kept` reads back: the fit of a task on all boards and models of the catalog, to seven digits."""
    rows = one_per_board(gather(catalog, task_id).scores)
    links = fit([row for row in rows if row.relevance != "proxy"])
    return {
        board: tuple(float(f"{number:.7g}") for number in (a, b, c, n, first, second, *offsets))
        for board, (a, b, c, n, first, second, offsets) in links.boards.items()
    }


def probability_better(one: Quality, other: Quality) -> float | None:
    """P(`one` is truly better than `other`), normal approximation; None when either is unrated."""
    if one.value is None or other.value is None:
        return None
    spread = math.hypot(one.deviation or 0.0, other.deviation or 0.0)
    if spread == 0:
        return 1.0 if one.value > other.value else 0.5 if one.value == other.value else 0.0
    return 0.5 * (1 + math.erf((one.value - other.value) / (spread * math.sqrt(2))))


def shifted(value: float, change: float, benchmark: Benchmark) -> float:
    """A value of the reference board after a change on the common scale (a quantization's loss)."""
    return from_common(to_common(value, benchmark) + change, benchmark)


def _weight(row: Score, about: Mapping[str | None, bool]) -> float:
    if row.relevance == "proxy":
        return 0.0
    weight = RELATED if row.relevance == "related" else 1.0
    if not about[row.language]:
        weight *= OTHER_LANGUAGE
    return weight


def _rate(
    subject: tuple[str, str],
    rows: list[Score],
    tags: list[str],
    speech: Speech,
    target: Target | None,
    links: Links,
    shares: Shares,
    about: Mapping[str | None, bool],
    asked: bool,
    order: Mapping[str, tuple[int, bool, str]],
    linked: Mapping[str, float],
    loose: Mapping[str, Link],
    ways: Set[bool],
    form: Form,
) -> Quality:
    ordered = tuple(sorted(rows, key=lambda row: order[row.board]))
    total = len(target.boards) if target is not None else 0

    def unrated(reason: str, uncovered: tuple[str, ...] = ()) -> Quality:
        return Quality(
            *subject, "unrated", None, None, None, None, 0, total, ordered, reason, uncovered
        )

    rating = [row for row in rows if row.relevance != "proxy"]
    if target is None:
        return unrated("no-board")
    if not rating:
        return unrated("proxy-only")
    own = {row.board: row for row in rating if row.board in target.boards}
    if not ways & {_tuned(row) for row in rating}:
        # Fine-tuned encoders alone sat the board, or prompted models alone: what the other way would reach there is
        # not known, and a chain of boards does not tell it.
        return unrated("other-way")
    missing = tuple(language for language in target.languages_asked if not supports(tags, language))
    if asked and missing and not (own and target.exact) and speech != "wide":
        return unrated(f"language-{'unsupported' if speech == 'stated' else 'unknown'}", missing)
    uncovered = (
        ()
        if asked or speech == "wide"
        else tuple(
            "-".join(ends)
            for board, ends in target.ends.items()
            if board not in own and not all(supports(tags, end) for end in ends)
        )
    )
    if total - len(uncovered) < MIN_COVERAGE * total:
        return unrated("coverage", uncovered)
    weighted = [
        (row, row_weight(row, shares, form.other_setting) * _weight(row, about)) for row in rating
    ]
    weighted = [(row, weight) for row, weight in weighted if row.board in linked and weight > 0]
    if not weighted:
        return unrated("unlinked")
    stand = with_linking_error(ability(weighted, loose), weighted, loose, linked)
    if not own and 1 - stand.covariance[0] < RELIABLE:
        return unrated("loosely-linked")
    skip = frozenset(
        board for board, ends in target.ends.items() if "-".join(ends) in set(uncovered)
    )
    value, deviation, shared = _predict(target, own, stand, links, skip, _setting(rating, target))
    half = Z80 * math.hypot(deviation, shared)
    low, high = value - half, value + half
    if target.benchmark.scale == "bounded":
        worst = _signed(target.benchmark.floor or 0.0, target.benchmark)
        best = _signed(target.benchmark.ceiling or 0.0, target.benchmark)
        low, high = max(low, min(worst, value)), min(high, max(best, value))
    whole = target.exact and target.direct and len(own) == total
    reason = None
    if missing and speech == "wide" and not whole:
        reason = "language-not-stated"
    elif uncovered:
        reason = "partial-coverage"
    elif not target.exact:
        reason = "no-board-in-language"
    elif not target.direct:
        reason = "related-board"
    return Quality(
        *subject,
        "measured" if whole else "inferred",
        value,
        low,
        high,
        deviation,
        len(own) if target.exact else 0,
        total,
        ordered,
        reason,
        uncovered,
    )


def _tuned(row: Score) -> bool:
    """True for a model fine-tuned on the task's examples, False for one that was prompted."""
    return row.setting == "fine-tuned"


def _setting(rows: Sequence[Score], target: Target) -> tuple[int, ...]:
    """How the model is measured on the target's family: a figure inferred there is one in that setting. What a setting
    adds on a board nobody has seen is not known."""
    for row in rows if target.exact else ():
        if row.stem == target.stem:
            return row.differs
    return ()


def _predict(
    target: Target,
    own: Mapping[str, Score],
    stand: Ability,
    links: Links,
    skip: frozenset[str],
    differs: tuple[int, ...],
) -> tuple[float, float, float]:
    """Mean over the target boards: value, deviation, and the deviation that all models share, in the board's unit."""
    benchmark = target.benchmark
    use_own = target.exact
    boards = [board for board in target.boards if board not in skip] or list(target.boards)
    if skip:
        # The covered boards tell how the model stands; the mean over all boards is then taken at that standing, so
        # that covering only the easy boards does not look like being good.
        gaps = [
            (own[b].common - stand.on(links.boards[b]) - links.boards[b].offset(differs))
            / links.boards[b].scale
            for b in boards
            if b in own
        ]
        general, first, second = stand.mean
        stand = stand._replace(mean=(general + sum(gaps) / len(boards), first, second))
        boards, use_own = list(target.boards), False
    value = independent = x = y = z = 0.0
    for board in boards:
        link = links.boards[board]
        score = own.get(board) if use_own else None
        if score is not None:
            value += _signed(score.value, benchmark)
            noise = score.variance
            if not score.stderr:
                noise = max(noise, NOISE_SHARE * link.variance, MIN_NOISE)
            if score.reported_by == "developer":
                noise /= DEVELOPER_WEIGHT
            independent += noise * slope_at(score.common, benchmark) ** 2
        else:
            expected = stand.on(link) + link.offset(differs)
            unit = slope_at(expected, benchmark)
            value += _signed(from_common(expected, benchmark), benchmark)
            x, y, z = x + unit * link.scale, y + unit * link.first, z + unit * link.second
            independent += link.variance * unit**2
    count = len(boards)
    deviation = math.sqrt(stand.spread(x, y, z) + independent) / count
    shared = 0.0
    if not (target.exact and target.direct):
        # Another language or a near task: models stray as they do between boards, and the board asked about may be
        # easier or harder than the ones shown. A family of one language says nothing of the latter: its residual
        # variance then stands in.
        middle = sum(links.boards[b].difficulty for b in boards) / count
        unit = slope_at(middle, benchmark)
        residual = sum(links.boards[b].variance for b in boards) / count
        deviation = math.hypot(deviation, unit * math.sqrt(residual))
        between = links.between.get(target.stem, 0.0) if count > 1 else 0.0
        if count == 1 and not target.exact and benchmark.scale == "bounded":
            between = UNSEEN_LANGUAGE
        shared = unit * math.sqrt(max(between, residual))
    return value / count, deviation, shared


def _signed(value: float, benchmark: Benchmark) -> float:
    return value if benchmark.direction == "higher" else -value


def _board_order(
    rows: Iterable[Score],
    target: Target | None,
    about: Mapping[str | None, bool],
    human: Collection[str],
) -> dict[str, tuple[int, bool, str]]:
    """Where a board's rows stand in the evidence: the reference first, then what people judged in the language asked
    for, then by relevance, language and name."""
    rank = {"direct": 2, "related": 3, "proxy": 4}
    boards = target.boards if target is not None and target.exact else ()
    first = dict.fromkeys(boards, 0)
    for row in rows:
        if row.benchmark in human and about[row.language]:
            first.setdefault(row.board, 1)
    return {
        row.board: (first.get(row.board, rank[row.relevance]), not about[row.language], row.board)
        for row in rows
    }


def _losses(scores: Iterable[Score]) -> dict[tuple[str, str], tuple[float, int]]:
    """Paired differences between a quantized and the unquantized entry of a model on the same board and setting."""
    scores = tuple(scores)
    variants = {score.model for score in scores if score.quantization is not None}
    plain: dict[tuple[str, str, str, str | None, str], float] = {}
    for score in scores:
        if score.quantization is None and score.model in variants:
            key = (score.model, score.mode, score.board, score.setting, score.split)
            plain.setdefault(key, score.common)
    gaps: dict[tuple[str, str], list[float]] = {}
    for score in scores:
        if score.quantization is not None:
            base = plain.get((score.model, score.mode, score.board, score.setting, score.split))
            if base is not None:
                gaps.setdefault((score.model, score.quantization), []).append(score.common - base)
    return {key: (sum(values) / len(values), len(values)) for key, values in gaps.items()}
