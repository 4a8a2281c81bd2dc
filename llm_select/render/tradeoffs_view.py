"""How trade-offs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.render.document import Pairs
from llm_select.render.item_view import quality_cell
from llm_select.render.payload import Json
from llm_select.selection.tradeoffs import Stability, Step, pareto, stability, steps

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Recommendation

TITLE = "How firmly it stands"


def tradeoffs_block(result: Recommendation, catalog: Catalog) -> Pairs:
    """Who is beaten by nobody, over which weights the winner leads, and what the next step would buy."""
    rows = []
    if len(result.picks) > 1:
        best = pareto(result.picks)
        names = [i.candidate.model.name for i in result.picks if i.candidate.model_id in best]
        rows.append(
            (
                "front",
                f"no other pick is as good in quality, speed and memory at once: {_few(names)}",
            )
        )
    rows += [("weights", _sentence(one, result, catalog)) for one in stability(result.picks)]
    rows += [("a step more", _bought(step, result)) for step in steps(result)]
    return Pairs(tuple(rows), TITLE)


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _sentence(one: Stability, result: Recommendation, catalog: Catalog) -> str:
    first = result.picks[0].candidate.model.name
    if one.below is None and one.above is None:
        return f"{first} leads whatever {one.criterion} weighs"
    parts = []
    if one.below is not None:
        parts.append(f"{catalog.models[one.below].name} leads below {one.low:.2f}")
    if one.above is not None:
        parts.append(f"{catalog.models[one.above].name} above {one.high:.2f}")
    return f"{one.criterion} {one.weight:.2g}: " + ", ".join(parts)


def _bought(step: Step, result: Recommendation) -> str:
    name, quality = step.item.candidate.model.name, quality_cell(step.item, result.target)
    if step.kind == "memory":
        return f"{step.to:g} GiB would let in {name}, {quality}"
    return f"the licence {step.to} would let in {name}, {quality}"


def tradeoffs_json(result: Recommendation) -> Json:
    """The same as data."""
    return {
        "pareto": sorted(pareto(result.picks)),
        "stability": [one._asdict() for one in stability(result.picks)],
        "next_steps": [
            {
                "kind": step.kind,
                "to": step.to,
                "model": step.item.candidate.model_id,
                "quality": step.item.quality.value if step.item.quality is not None else None,
            }
            for step in steps(result)
        ],
    }
