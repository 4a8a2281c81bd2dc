"""What people said of the models shown, beside an automatic metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.evidence.reference import language_matches
from llm_select.i18n import clauses, listing, noted, titled, tr
from llm_select.render.numbers import score

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Requirements

MOST = 3
"""Boards named in the note."""


def people_note(items: Sequence[Item], requirements: Requirements, catalog: Catalog) -> str | None:
    """Human scores of the models shown, by board, in the languages asked for; None for a task that has none."""
    stems = [use.board for use in catalog.tasks[requirements.task].boards]
    human = {
        board.benchmark
        for board in (catalog.boards[stem] for stem in stems if stem in catalog.boards)
        if catalog.benchmarks[board.benchmark].human
    }
    if not human:
        return None
    found: dict[tuple[str, str], list[str]] = {}
    for item in items:
        for row in item.quality.evidence if item.quality is not None else ():
            if row.benchmark in human and language_matches(
                row.language, requirements.languages, requirements.pairs
            ):
                label = f"{item.candidate.model.name} {score(row.value)}"
                if row.reported_by == "developer":
                    label = tr("{model_and_score} by its developer", model_and_score=label)
                held = found.setdefault((row.board, row.benchmark), [])
                if label not in held:
                    held.append(label)
    if not found:
        return tr("the catalog has no human scores of these models for this question")
    parts = []
    for (board, name), labels in list(found.items())[:MOST]:
        benchmark = catalog.benchmarks[name]
        way = (
            tr("{unit}, higher is better", unit=benchmark.unit)
            if benchmark.direction == "higher"
            else tr("{unit}, lower is better", unit=benchmark.unit)
        )
        parts.append(titled(noted(board, way), listing(labels)))
    if len(found) > MOST:
        parts.append(tr("{n} more boards, see --explain", n=len(found) - MOST))
    return clauses(parts)
