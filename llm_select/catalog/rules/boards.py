"""The rule on boards: LS010."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.rules.found import Found, Subject, nearest
from llm_select.messages import Message, listed


def inconsistent_board(subject: Subject) -> Iterator[Found]:
    """Scores, entries and standard errors of a board do not belong together.

    ## What it does
    Every scored name must be in `entries`, every entry should have a score, every standard error
    must stand beside a score, and two entries must not claim the same model under the same
    conditions. The languages of a task's reference must be rows of its board.

    ## Why it is bad
    A score under an unknown name is lost without a word; two scores for one thing are counted
    twice.

    ## Example
        entries: {Llama-3.1-8B: {model: llama/llama-3.1-8b-instruct}}
        scores: {en: {Llama-3.1-8b: 61.2}}

    ## Use instead
        scores: {en: {Llama-3.1-8B: 61.2}}
    """
    catalog = subject.catalog
    for key, board in catalog.boards.items():
        scored: set[str] = set()
        for row, scores in board.scores.items():
            scored.update(scores)
            if not scores:
                yield Found(
                    "boards",
                    key,
                    ("scores", row),
                    Message("no score in this row"),
                    Message("remove the row"),
                )
            for name in scores:
                if name not in board.entries:
                    remedy = nearest(name, board.entries) or Message(
                        "add {name!r} to entries", name=name
                    )
                    yield Found(
                        "boards", key, ("scores", row, name), Message("no such entry"), remedy
                    )
        for name in board.entries:
            if name not in scored:
                yield Found(
                    "boards",
                    key,
                    ("entries", name),
                    Message("has no score"),
                    Message("remove it"),
                    "warning",
                )
        for row, errors in board.stderr.items():
            for name in errors:
                if name not in board.scores.get(row, {}):
                    yield Found(
                        "boards",
                        key,
                        ("stderr", row, name),
                        Message("no score stands beside it"),
                        Message("remove it or add the score"),
                    )
        yield from _twins(key, board)
    for key, task in catalog.tasks.items():
        reference = task.reference
        shown = catalog.boards.get(reference.board) if reference is not None else None
        if reference is not None and shown is not None:
            for index, row in enumerate(reference.languages):
                if row not in shown.scores:
                    remedy = nearest(row, shown.scores) or Message(
                        "rows are {rows}", rows=listed(shown.scores)
                    )
                    yield Found(
                        "tasks",
                        key,
                        ("reference", "languages", index),
                        Message("{row!r} is no row of {board}", row=row, board=reference.board),
                        remedy,
                    )


def _twins(key: str, board: Any) -> Iterator[Found]:
    owners: dict[tuple[Any, ...], str] = {}
    rows: dict[str, set[str]] = {}
    for row, scores in board.scores.items():
        for name in scores:
            rows.setdefault(name, set()).add(row)
    for name, entry in board.entries.items():
        if entry.model is None:
            continue
        conditions = (
            entry.model,
            entry.mode,
            entry.setting,
            entry.split,
            entry.quantization,
            entry.examples,
            entry.detail,
            entry.reported_by,
        )
        owner = owners.setdefault(conditions, name)
        if owner != name and not rows.get(owner, set()).isdisjoint(rows.get(name, ())):
            yield Found(
                "boards",
                key,
                ("entries", name),
                Message("stands for the same as {name!r}", name=owner),
                Message("say in mode, setting or detail how they differ"),
                "warning",
            )
