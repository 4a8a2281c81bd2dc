"""How trade-offs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import listing, titled, tr, translated
from llm_select.messages import Message
from llm_select.render.document import Pairs
from llm_select.render.item_view import quality_cell
from llm_select.render.payload import Json
from llm_select.render.words import word
from llm_select.selection.tradeoffs import Stability, Step, pareto, stability, steps

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Recommendation

TITLE = Message("How firmly it stands")


def tradeoffs_block(result: Recommendation, catalog: Catalog) -> Pairs:
    """Who is beaten by nobody, over which weights the winner leads, and what the next step would buy."""
    rows = []
    if len(result.picks) > 1:
        best = pareto(result.picks)
        names = [i.candidate.model.name for i in result.picks if i.candidate.model_id in best]
        rows.append(
            (
                tr("front"),
                tr(
                    "no other pick is as good in quality, speed and memory at once: {names}",
                    names=_few(names),
                ),
            )
        )
    rows += [(tr("weights"), _sentence(one, result, catalog)) for one in stability(result.picks)]
    rows += [(tr("a step more"), _bought(step, result)) for step in steps(result)]
    return Pairs(tuple(rows), translated(TITLE))


def _few(names: list[str]) -> str:
    shown = listing(names[:5])
    return tr("{names} and {n} more", names=shown, n=len(names) - 5) if len(names) > 5 else shown


def _sentence(one: Stability, result: Recommendation, catalog: Catalog) -> str:
    first, criterion = result.picks[0].candidate.model.name, word(one.criterion)
    if one.below is None and one.above is None:
        return tr("{model} leads whatever {criterion} weighs", model=first, criterion=criterion)
    below = catalog.models[one.below].name if one.below is not None else ""
    above = catalog.models[one.above].name if one.above is not None else ""
    low, high = f"{one.low:.2f}", f"{one.high:.2f}"
    if not above:
        text = tr("{model} leads below {weight}", model=below, weight=low)
    elif not below:
        text = tr("{model} above {weight}", model=above, weight=high)
    else:
        text = tr(
            "{first} leads below {low}, {second} above {high}",
            first=below,
            low=low,
            second=above,
            high=high,
        )
    return titled(f"{criterion} {one.weight:.2g}", text)


def _bought(step: Step, result: Recommendation) -> str:
    name, quality = step.item.candidate.model.name, quality_cell(step.item, result.target)
    if step.kind == "memory":
        return tr(
            "{to} GiB would let in {name}, {quality}", to=f"{step.to:g}", name=name, quality=quality
        )
    return tr(
        "the licence {to} would let in {name}, {quality}", to=step.to, name=name, quality=quality
    )


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
