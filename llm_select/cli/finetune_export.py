"""`finetune --export DIR`: the plan as a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.errors import UsageError
from llm_select.export.training.write import write_project
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.plan.answer import Answer
    from llm_select.schema.catalog import Catalog


def export_project(directory: Path, answer: Answer, catalog: Catalog) -> list[str]:
    """The names of the files written. Raises UsageError when there is no plan, when it does not fit the machine, or
    when the project cannot be written; then nothing is."""
    planned = answer.planned
    if planned is None:
        raise UsageError(
            Message("nothing is to be trained, so there is no project to write"),
            where="--export",
            remedy=Message("see the advice without --export, or name a way to train with --method"),
        )
    if planned.verdict not in ("fits", None):
        raise UsageError(
            Message("the plan does not fit this machine"),
            where="--export",
            remedy=Message(
                "see without --export what to give up first, or leave --gpu out to write it for "
                "another machine"
            ),
        )
    return write_project(directory, planned.plan, name=catalog.models[planned.plan.model_id].name)
