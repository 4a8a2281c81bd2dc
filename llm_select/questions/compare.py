"""Models side by side: the question of `compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.errors import UsageError
from llm_select.messages import Message
from llm_select.questions.names import named
from llm_select.questions.requirements import Hardware, Limits, read_requirements
from llm_select.selection.compare import compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llm_select.schema.catalog import Catalog
    from llm_select.selection.compare import Comparison


def compare_models(
    catalog: Catalog,
    names: Sequence[str],
    *,
    task: str | None = None,
    languages: Sequence[str] = (),
    pairs: Sequence[str] = (),
    hardware: Hardware,
    engines: Sequence[str] = (),
    quantizations: Sequence[str] = (),
    examples: int = 0,
    context: int | None = None,
    generate: int | None = None,
    concurrency: int = 1,
    exclude_boards: Sequence[str] = (),
) -> Comparison:
    """Two or more models as named. Without a task no quality is rated.

    Raises UsageError and its kin for anything wrong.
    """
    ids = list(dict.fromkeys(named(catalog, "MODEL", name) for name in names))
    if len(ids) < 2:
        raise UsageError(
            Message("compare takes two or more different models"),
            where="MODEL",
            remedy=Message("name another one"),
        )
    if task is None and (languages or pairs or exclude_boards or examples):
        raise UsageError(
            Message("languages, boards and examples belong to a task"),
            where="--task",
            remedy=Message("add --task ID"),
        )
    hosted = any(catalog.models[key].weights == "hosted" for key in ids)
    requirements = read_requirements(
        catalog,
        task or "text-generation",
        languages=languages,
        pairs=pairs,
        hardware=hardware,
        limits=Limits(
            # Hosted models bring the price into the score; without one it would only dilute the other criteria.
            weights_access="any" if hosted else "open",
            engines=engines,
            quantizations=quantizations,
            examples=examples,
        ),
        context=context,
        generate=generate,
        concurrency=concurrency,
        exclude_boards=exclude_boards,
    )
    return compare(catalog, ids, requirements, any_task=task is None)
