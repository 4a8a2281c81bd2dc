"""How long a model reasons before it answers: what was measured at the task, else what `scoring.yaml` assumes.

Lengths differ a hundredfold between a plain question and a contest problem, so a figure stands for the tasks it was
measured at and for no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model, ThinkingLength


def measured_length(model: Model, task_id: str) -> ThinkingLength | None:
    """The card's length for the task, the first that names it; None when nobody measured it there."""
    lengths = model.thinking.lengths if model.thinking is not None else ()
    return next((length for length in lengths if task_id in length.tasks), None)


def assumed_length(catalog: Catalog, task_id: str) -> int | None:
    """Reasoning tokens taken for a model that nobody measured at the task."""
    scoring = catalog.scoring
    if scoring is None:
        return None
    return scoring.assumed_thinking_tokens_by_task.get(task_id, scoring.assumed_thinking_tokens)


def thinking_tokens(
    catalog: Catalog, model: Model, mode: str, task_id: str, answer: int
) -> int | None:
    """Reasoning tokens of a request that is answered in `answer` tokens; None when not even an assumption is at hand.

    A measurement that counts the answer too gives up the answer's tokens.
    """
    if mode != "thinking" or model.thinking is None:
        return 0
    length = measured_length(model, task_id)
    if length is None:
        return assumed_length(catalog, task_id)
    return max(0, length.tokens - answer) if length.answer_included else length.tokens
