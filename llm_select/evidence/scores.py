"""Gathering: every score in the catalog that says something about a task, one record each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, NamedTuple

from llm_select.evidence.languages import split_pair
from llm_select.evidence.scale import converter, measurement_variance, to_common

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Board, Entry
    from llm_select.schema.model import Model

Relevance = Literal["direct", "related", "proxy"]
FINE_TUNED, PROMPTING, SPLIT = 0, 1, 2
"""Ways in which a row's setting can differ from its board's: fine-tuned among prompted, zero-shot among few-shot (or
another prompting), the validation split among test rows."""
ALL = "all"
"""Key of a board that has one list for all languages."""


class Score(NamedTuple):
    """One score of one model on one board."""

    board: str
    """Board id, `<stem>.<language or pair>` or the stem alone."""
    stem: str
    """The board file, or the benchmark for a score that stands on a card."""
    language: str | None
    """Language or pair of the board; None when it has none."""
    benchmark: str
    campaign: str | None
    model: str
    mode: str
    """`thinking` or `direct`."""
    quantization: str | None
    """Set when a quantized variant was measured."""
    value: float
    """In the benchmark's unit."""
    stderr: float | None
    """Standard error in the same unit, where published."""
    common: float
    """The value on the common scale."""
    variance: float
    """Variance of measurement on the common scale (`scale.measurement_variance`)."""
    setting: str | None
    split: str
    detail: str | None
    examples: int | None
    """Labelled examples a fine-tuned entry used."""
    reported_by: str
    automatic: bool
    source: str
    date: str
    relevance: Relevance
    name: str
    """The name on the board."""
    standard: bool
    """True when setting and split are the board's own; fine-tuning is the ordinary setting of an encoder."""
    differs: tuple[int, ...]
    """In what the row differs from the board's own setting: FINE_TUNED, PROMPTING, SPLIT."""


class Gathered(NamedTuple):
    """Scores for a task and what leaving boards out did."""

    scores: tuple[Score, ...]
    excluded: tuple[str, ...]
    """Board ids left out, siblings of the same campaign included."""
    unmatched: tuple[str, ...]
    """Globs that matched no board of the catalog."""


def board_id(stem: str, key: str) -> str:
    """`euroeval-ner` and `de` → `euroeval-ner.de`; a single list keeps the stem."""
    return stem if key == ALL else f"{stem}.{key}"


def default_mode(model: Model) -> str:
    """The mode a score belongs to when the board does not say."""
    modes = model.thinking.modes if model.thinking is not None else ()
    return modes[0] if modes else "direct"


def excluded_boards(
    catalog: Catalog, globs: Sequence[str]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Board ids that the globs leave out, and the globs that match none.

    Leaving out a board leaves out the boards of its campaign in the same language: they score the same outputs by
    another metric, so keeping them would answer the question "what without this board?" with the board's own evidence.
    """
    if not globs:
        return frozenset(), ()
    known: dict[str, tuple[str | None, str]] = {}
    for stem, board in catalog.boards.items():
        benchmark = catalog.benchmarks.get(board.benchmark)
        campaign = benchmark.campaign if benchmark is not None else None
        for key in board.scores:
            known[board_id(stem, key)] = (campaign, key)
    for model in catalog.models.values():
        for evaluation in model.evaluations:
            key = evaluation.pair or evaluation.language or ALL
            benchmark = catalog.benchmarks.get(evaluation.benchmark)
            campaign = benchmark.campaign if benchmark is not None else None
            known.setdefault(board_id(evaluation.benchmark, key), (campaign, key))
    hit: set[str] = set()
    unmatched = []
    for glob in globs:
        matches = [name for name in known if fnmatchcase(name, glob)]
        hit.update(matches)
        if not matches:
            unmatched.append(glob)
    families = {known[name] for name in hit if known[name][0] is not None}
    hit.update(name for name, family in known.items() if family in families)
    return frozenset(hit), tuple(unmatched)


def gather(catalog: Catalog, task_id: str, exclude: Sequence[str] = ()) -> Gathered:
    """Scores on the task's boards and on cards, carded models only. Raises KeyError for an unknown task."""
    task = catalog.tasks[task_id]
    relevance: dict[str, Relevance] = {use.board: use.relevance for use in task.boards}
    left_out, unmatched = excluded_boards(catalog, exclude)
    scores: list[Score] = []
    for stem, weight in relevance.items():
        board = catalog.boards.get(stem)
        if board is not None:
            scores.extend(_from_board(catalog, stem, board, weight, left_out))
    scores.extend(_from_cards(catalog, relevance, left_out))
    return Gathered(tuple(scores), tuple(sorted(left_out)), unmatched)


def _from_board(
    catalog: Catalog, stem: str, board: Board, relevance: Relevance, left_out: frozenset[str]
) -> list[Score]:
    benchmark = catalog.benchmarks[board.benchmark]
    convert = converter(benchmark)
    # What an entry says is the same in every language of the board: decided once.
    fixed = {}
    for label, entry in board.entries.items():
        model = catalog.models.get(entry.model) if entry.model else None
        if model is None or entry.model is None:
            continue
        fixed[label] = (
            entry.model,
            entry.mode or default_mode(model),
            entry.quantization,
            entry.setting or board.setting,
            entry.split or board.split,
            entry.detail,
            entry.examples or benchmark.examples,
            entry.reported_by or board.reported_by,
            _differs(board, entry),
        )
    # A large task has thousands of rows: tuples are made by position, in the order of `Score`, without its constructor.
    rows: list[Score] = []
    new, append = tuple.__new__, rows.append
    name, campaign, automatic = board.benchmark, benchmark.campaign, benchmark.automatic
    source, date, errors = board.source, board.date, board.stderr
    for key, column in board.scores.items():
        board_name = board_id(stem, key)
        if board_name in left_out:
            continue
        language = None if key == ALL else key
        error = errors.get(key, {})
        for label, value in column.items():
            known = fixed.get(label)
            if known is None:
                continue
            model_id, mode, quantization, setting, split, detail, examples, reporter, differs = (
                known
            )
            stderr = error.get(label)
            common = convert(value)
            variance = measurement_variance(common, stderr, benchmark)
            row = (
                board_name,
                stem,
                language,
                name,
                campaign,
                model_id,
                mode,
                quantization,
                value,
                stderr,
                common,
                variance,
                setting,
                split,
                detail,
                examples,
                reporter,
                automatic,
                source,
                date,
                relevance,
                label,
                PROMPTING not in differs and SPLIT not in differs,
                differs,
            )
            append(new(Score, row))
    return rows


def _from_cards(
    catalog: Catalog, relevance: dict[str, Relevance], left_out: frozenset[str]
) -> Iterator[Score]:
    """Scores that stand on cards; one of a benchmark that a board has joins that board."""
    stems = {catalog.boards[stem].benchmark: stem for stem in relevance if stem in catalog.boards}
    for model_id, model in catalog.models.items():
        for row in model.evaluations:
            stem = stems.get(row.benchmark, row.benchmark)
            weight = relevance.get(stem)
            key = row.pair or row.language or ALL
            name = board_id(stem, key)
            if weight is None or name in left_out:
                continue
            benchmark = catalog.benchmarks[row.benchmark]
            common = to_common(row.value, benchmark)
            yield Score(
                board=name,
                stem=stem,
                language=None if key == ALL else key,
                benchmark=row.benchmark,
                campaign=benchmark.campaign,
                model=model_id,
                mode=row.mode or default_mode(model),
                quantization=None,
                value=row.value,
                stderr=row.stderr,
                common=common,
                variance=measurement_variance(common, row.stderr, benchmark),
                setting=row.setting,
                split="test",
                detail=row.detail,
                examples=benchmark.examples,
                reported_by=row.reported_by,
                automatic=benchmark.automatic,
                source=row.source,
                date=row.date,
                relevance=weight,
                name=model.name,
                standard=True,
                differs=(),
            )


def _differs(board: Board, entry: Entry) -> tuple[int, ...]:
    ways = []
    if entry.setting not in (None, board.setting):
        ways.append(FINE_TUNED if entry.setting == "fine-tuned" else PROMPTING)
    if entry.split not in (None, board.split):
        ways.append(SPLIT)
    return tuple(ways)


def evaluated_languages(
    catalog: Catalog, left_out: frozenset[str] = frozenset()
) -> dict[str, set[str]]:
    """Languages in which each model has a score on any board: evidence that somebody found it worth testing."""
    found: dict[str, set[str]] = {}
    for stem, board in catalog.boards.items():
        for key, column in board.scores.items():
            if key == ALL or board_id(stem, key) in left_out:
                continue
            ends = split_pair(key) or (key,)
            for label in column:
                model = board.entries[label].model
                if model is not None:
                    found.setdefault(model, set()).update(ends)
    return found


def one_per_board(scores: Iterable[Score]) -> list[Score]:
    """One score for each (model, mode, board), never an average.

    Order of preference: unquantized, the board's own setting and split, no special effort level, then the name. Which
    one was taken is visible in the evidence; the others are not merged in.
    """
    best: dict[tuple[str, str, str], Score] = {}
    for score in scores:
        key = (score.model, score.mode, score.board)
        held = best.get(key)
        if held is None or _preference(score) < _preference(held):
            best[key] = score
    return list(best.values())


def _preference(score: Score) -> tuple[bool, bool, bool, str]:
    return (
        score.quantization is not None,
        not score.standard,
        score.detail is not None,
        score.name,
    )
