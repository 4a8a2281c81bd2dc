"""Why a model scored as it did: the question of `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.questions.requirements import Hardware, Limits, read_requirements
from llm_select.selection.recommend import Explanation, explain
from llm_select.selection.types import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llm_select.schema.catalog import Catalog


def explain_model(
    catalog: Catalog,
    model_id: str,
    task: str,
    *,
    languages: Sequence[str] = (),
    pairs: Sequence[str] = (),
    hardware: Hardware,
    limits: Limits,
    context: int | None = None,
    generate: int | None = None,
    concurrency: int = 1,
    profile: str = "balanced",
    weights: str | None = None,
    exclude_boards: Sequence[str] = (),
) -> Explanation:
    """The explanation of one model. A hosted model named lets hosted models in, which is said among the assumptions.

    Raises UsageError and its kin for anything wrong.
    """
    card = catalog.models[model_id]
    opened = limits.weights_access is None and card.weights == "hosted"
    requirements = read_requirements(
        catalog,
        task,
        languages=languages,
        pairs=pairs,
        hardware=hardware,
        limits=limits._replace(weights_access="any") if opened else limits,
        context=context,
        generate=generate,
        concurrency=concurrency,
        profile=profile,
        weights=weights,
        exclude_boards=exclude_boards,
    )
    if opened:
        said = Reason("access-opened", {"name": card.name})
        requirements = requirements._replace(assumed=(*requirements.assumed, said))
    return explain(catalog, model_id, requirements)
