"""What reasoning was charged, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llm_select.i18n import clauses, listing, noted, tr
from llm_select.render.numbers import tokens
from llm_select.selection.thinking import assumed_length, measured_length, thinking_tokens

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import ThinkingLength
    from llm_select.selection.types import Item, Requirements


def thinking_notes(items: Sequence[Item], task_id: str, catalog: Catalog) -> list[str]:
    """For models that reason first: the measured lengths used, with their source, and for whom a length is assumed."""
    assumed: list[str] = []
    measured: list[str] = []
    for item in items:
        if item.candidate.mode != "thinking":
            continue
        name = item.candidate.model.name
        length = measured_length(item.candidate.model, task_id)
        if length is None:
            assumed.append(name)
        else:
            measured.append(f"{name} {length_text(length)}")
    notes = []
    if measured:
        notes.append(
            tr(
                "(thinking): it reasons first. Measured at this task, and charged: {lengths}.",
                lengths=clauses(dict.fromkeys(measured)),
            )
        )
    figure = assumed_length(catalog, task_id)
    if assumed and figure:
        notes.append(
            tr(
                "(thinking): it reasons first. {n} tokens are assumed for that, since no length was "
                "measured at this task for {models}, and charged to context and to the score's speed.",
                n=tokens(figure),
                models=listing(dict.fromkeys(assumed)),
            )
        )
    return notes


def length_text(length: ThinkingLength) -> str:
    """`5,622 tokens (6 problems of mathematics, effort high; lrm-token-economy)`."""
    n = tokens(length.tokens)
    text = (
        tr("{n} tokens with the answer", n=n) if length.answer_included else tr("{n} tokens", n=n)
    )
    test = length.test
    if length.effort is not None:
        test = tr("{test}, effort {effort}", test=test, effort=length.effort)
    return noted(text, clauses((test, length.source)))


def thinking_json(
    item: Item, requirements: Requirements, catalog: Catalog
) -> dict[str, Any] | None:
    """Reasoning charged to a request, and the measurement it is; None in direct mode."""
    candidate = item.candidate
    if candidate.mode != "thinking":
        return None
    length = measured_length(candidate.model, requirements.task)
    answer = requirements.workload.generate_tokens
    return {
        "tokens": thinking_tokens(
            catalog, candidate.model, candidate.mode, requirements.task, answer
        ),
        "measured": length is not None,
        "test": length.test if length is not None else None,
        "effort": length.effort if length is not None else None,
        "source": length.source if length is not None else None,
    }
