"""Models side by side: one machine, the boards they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.evidence.languages import supports
from llm_select.evidence.quality import assess, probability_better
from llm_select.evidence.reference import language_matches
from llm_select.evidence.scores import Score, gather, one_per_board
from llm_select.selection.evaluate import enter, evaluate, footprint, pose
from llm_select.selection.types import Item, Requirements

if TYPE_CHECKING:
    from llm_select.evidence.reference import Target
    from llm_select.schema.catalog import Catalog


class SharedBoard(NamedTuple):
    """A board on which at least two of the models were measured."""

    board: str
    benchmark: str
    scores: Mapping[str, Score]
    """By model id."""
    best: str
    """The model that leads it."""


class Comparison(NamedTuple):
    """The answer to `compare`."""

    requirements: Requirements
    target: Target | None
    items: tuple[Item, ...]
    """In the order asked; an item that fails a constraint says so and still shows its memory."""
    shared: tuple[SharedBoard, ...]
    better: Mapping[tuple[str, str], float]
    """P(first is truly better at the task than second)."""
    languages: Mapping[str, tuple[str, ...]]
    """Languages asked for that a model does not list."""


def compare(
    catalog: Catalog,
    model_ids: Sequence[str],
    requirements: Requirements,
    *,
    any_task: bool = False,
) -> Comparison:
    """Put models side by side on one machine. Raises KeyError for an unknown id.

    With `any_task` the boards of all tasks are searched for ones they share, not only those of the task asked.
    """
    assessment = assess(
        catalog,
        requirements.task,
        languages=requirements.languages,
        pairs=requirements.pairs,
        exclude=requirements.exclude_boards,
    )
    question = pose(catalog, requirements, assessment)
    items = []
    for model_id in model_ids:
        item = evaluate(question, enter(question, model_id))
        if item.memory is None and requirements.machine is not None:
            item = footprint(question, model_id, item)
        items.append(item)
    better = {}
    for one in items:
        for other in items:
            if one is not other and one.quality is not None and other.quality is not None:
                chance = probability_better(one.quality, other.quality)
                if chance is not None:
                    better[one.candidate.model_id, other.candidate.model_id] = chance
    unlisted = {
        model_id: tuple(
            language
            for language in requirements.languages
            if not supports(catalog.models[model_id].languages, language)
        )
        for model_id in model_ids
    }
    tasks = tuple(catalog.tasks) if any_task else (requirements.task,)
    return Comparison(
        requirements,
        assessment.target,
        tuple(items),
        shared_boards(catalog, model_ids, tasks, requirements),
        better,
        unlisted,
    )


def shared_boards(
    catalog: Catalog,
    model_ids: Sequence[str],
    tasks: Sequence[str],
    requirements: Requirements,
) -> tuple[SharedBoard, ...]:
    """Boards of the tasks, in the languages asked for, that two or more of the models sat."""
    rows = one_per_board(
        score
        for task in tasks
        for score in gather(catalog, task, requirements.exclude_boards).scores
    )
    boards: dict[str, dict[str, Score]] = {}
    for row in rows:
        if row.model in model_ids and language_matches(
            row.language, requirements.languages, requirements.pairs
        ):
            held = boards.setdefault(row.board, {}).get(row.model)
            # A model with two modes is shown in the one that does better; the mode stands beside the figure.
            if held is None or row.common > held.common:
                boards[row.board][row.model] = row
    shared = []
    for board, scores in boards.items():
        if len(scores) >= 2:
            first = next(iter(scores.values()))
            best = max(scores.values(), key=lambda s: s.common).model
            shared.append(SharedBoard(board, first.benchmark, scores, best))
    return tuple(sorted(shared, key=lambda s: (-len(s.scores), s.board)))
