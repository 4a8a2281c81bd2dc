"""START READING HERE. The whole advice in one function, top to bottom:

    requirements → evidence for the task → every model's variants → hard constraints → scores → order → explanation

Everything it calls is pure: the same catalog and requirements give the same answer on any machine and any day.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from llm_select.evidence.quality import assess, probability_better
from llm_select.selection.admit import admitting_changes
from llm_select.selection.evaluate import Entry, Question, enter, evaluate, footprint, pose
from llm_select.selection.types import Change, Item, Reason, Recommendation, Requirements

if TYPE_CHECKING:
    from llm_select.evidence.quality import Assessment
    from llm_select.evidence.reference import Target
    from llm_select.schema.catalog import Catalog


SHOWN = 10
"""Near misses that are shown at most, unless all are."""
UNRATED_SHOWN = 6
"""Models without a rating that are named, unless all are."""


def recommend(
    catalog: Catalog,
    requirements: Requirements,
    *,
    near_misses: int | None = SHOWN,
    unrated: int | None = None,
) -> Recommendation:
    """Rank every model of the catalog for the question.

    Picks are rated models that meet all constraints, by score; a tie goes to the better quality, then to the narrower
    interval, then to the smaller model, then to the id. `near_misses` of the rejected (None: all) carry every
    objection; for the others the machine is not looked at when their card alone rules them out. Of the models without
    a rating the machine is tried until `unrated` of them fit (None: for all), those with most scores first; they
    cannot be picked, and most of a catalog has no evidence for any one task. All are tried when there is no pick.
    Raises KeyError for an unknown task (the edge has checked names before).
    """
    assessment, question = _pose(catalog, requirements)
    return _answer(question, assessment, near_misses, unrated)


def _pose(catalog: Catalog, requirements: Requirements) -> tuple[Assessment, Question]:
    assessment = assess(
        catalog,
        requirements.task,
        languages=requirements.languages,
        pairs=requirements.pairs,
        exclude=requirements.exclude_boards,
    )
    return assessment, pose(catalog, requirements, assessment)


def _answer(
    question: Question,
    assessment: Assessment,
    near_misses: int | None = SHOWN,
    unrated: int | None = None,
) -> Recommendation:
    catalog, requirements = question.catalog, question.requirements
    entries = [enter(question, model_id) for model_id in catalog.models]
    waiting = sorted((e for e in entries if e.open and not e.rated), key=_unrated_order)
    items = [evaluate(question, entry) for entry in entries if entry.rated or not entry.open]
    passed = [item for item in items if not item.objections]
    picks = sorted((i for i in passed if i.score is not None), key=_pick_order)
    others, untried = _try(question, waiting, unrated if picks else None)
    # A mode without evidence may fit where the rated one does not.
    fit = [item for item in (*passed, *others) if item.score is None and not item.objections]
    rejected = [item for item in (*items, *others) if item.objections]
    rejected = _nearest_first(question, rejected, near_misses)
    better = tuple(
        probability_better(one.quality, other.quality)
        if one.quality is not None and other.quality is not None
        else None
        for one, other in pairwise(picks)
    )
    return Recommendation(
        requirements,
        assessment.target,
        tuple(picks),
        tuple(fit),
        untried,
        tuple(rejected),
        assumptions(requirements, assessment),
        question.dropped,
        better,
        catalog.content_hash,
    )


def _try(
    question: Question, waiting: list[Entry], wanted: int | None
) -> tuple[list[Item], tuple[str, ...]]:
    """Unrated models on the machine until enough of them fit, and the ids of those left."""
    items: list[Item] = []
    fit = 0
    for place, entry in enumerate(waiting):
        if fit == wanted:
            return items, tuple(left.model_id for left in waiting[place:])
        items.append(evaluate(question, entry))
        fit += not items[-1].objections
    return items, ()


def _nearest_first(question: Question, rejected: list[Item], near_misses: int | None) -> list[Item]:
    """In order of nearness, the first of them with all their objections: the change named for a miss must admit it."""

    def whole(item: Item) -> Item:
        if any(objection.change is None for objection in item.objections):
            return item
        return footprint(question, item.candidate.model_id, item)

    if near_misses is None:
        return sorted(map(whole, rejected), key=_miss_order)
    waiting = sorted(rejected, key=_miss_order)
    done = 0
    while done < min(near_misses, len(waiting)):
        item = whole(waiting[done])
        if _miss_order(item) <= _miss_order(waiting[done]):
            waiting[done] = item
            done += 1
        else:
            del waiting[done]
            insort(waiting, item, lo=done, key=_miss_order)
    return waiting


class Explanation(NamedTuple):
    """Where one model stands for a question."""

    requirements: Requirements
    target: Target | None
    item: Item
    rank: int | None
    """Its place among the picks; None when it is not one."""
    ranked: int
    """How many picks there are."""
    changes: tuple[Change, ...]
    """Other changes, each enough alone, for a model that only memory keeps out."""
    assumptions: tuple[Reason, ...]
    dropped: Mapping[str, Reason]


def explain(catalog: Catalog, model_id: str, requirements: Requirements) -> Explanation:
    """One model's item and rank, and for one that does not fit, what else would admit it.

    A model that its card alone rules out still shows what memory it would take. Raises KeyError for an unknown id.
    """
    assessment, question = _pose(catalog, requirements)
    result = _answer(question, assessment)
    everyone = (*result.picks, *result.unrated, *result.rejected)
    item = next(i for i in everyone if i.candidate.model_id == model_id)
    rank = next(
        (n for n, i in enumerate(result.picks, 1) if i.candidate.model_id == model_id), None
    )
    if item.memory is None and requirements.machine is not None:
        item = footprint(question, model_id, item)
    codes = {objection.reason.code for objection in item.objections}
    changes: tuple[Change, ...] = ()
    if codes and codes <= {"memory", "memory-tight"}:
        changes = admitting_changes(question, model_id)
    return Explanation(
        requirements,
        result.target,
        item,
        rank,
        len(result.picks),
        changes,
        result.assumptions,
        result.dropped,
    )


def _pick_order(item: Item) -> tuple[float, float, bool, float, int, str]:
    quality = item.quality
    value = (quality.value or 0.0) if quality is not None else 0.0
    width = (quality.deviation or 0.0) if quality is not None else 0.0
    parameters = item.candidate.model.parameters
    return (
        -(item.score or 0.0),
        -value,
        item.candidate.quantization is not None and item.loss is None,
        width,
        parameters.total if parameters is not None else 0,
        item.candidate.model_id,
    )


def _unrated_order(entry: Entry) -> tuple[int, str]:
    return -entry.rows, entry.model_id


def _miss_order(item: Item) -> tuple[int, bool, float, str]:
    """Fewest objections first, then those that a change would lift, then the best at the task."""
    liftable = all(objection.change is not None for objection in item.objections)
    value = item.quality.value if item.quality is not None else None
    return (
        len(item.objections),
        not liftable,
        -(value if value is not None else float("-inf")),
        item.candidate.model_id,
    )


def assumptions(requirements: Requirements, assessment: Assessment) -> tuple[Reason, ...]:
    """What was taken for granted: by the edge, and in finding the boards that answer the question."""
    notes = list(requirements.assumed)
    target = assessment.target
    if target is None:
        notes.append(Reason("no-reference", {"task": requirements.task}))
    else:
        if target.substitute:
            notes.append(Reason("substitute-board", {"board": target.stem}))
        if not target.direct:
            notes.append(Reason("related-board", {}))
        if not target.exact:
            notes.append(
                Reason(
                    "no-board-in-language",
                    {"board": target.stem, "asked": requirements.pairs or requirements.languages},
                )
            )
    gathered = assessment.gathered
    if gathered.excluded:
        notes.append(Reason("excluded-boards", {"boards": gathered.excluded}))
    for glob in gathered.unmatched:
        notes.append(Reason("unmatched-board", {"glob": glob}))
    return tuple(notes)
