"""What a format costs, and the pairs of runs that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llm_select.i18n import tr
from llm_select.render.document import Column, Table
from llm_select.render.numbers import score

if TYPE_CHECKING:
    from llm_select.evidence.loss import Pair
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item

PAIRS_SHOWN = 8


def loss_json(item: Item) -> dict[str, Any] | None:
    """What the format costs; `quality` is that of the unquantized model, `value` and `low` here are after the loss."""
    quantization, loss = item.candidate.quantization, item.loss
    if quantization is None:
        return None
    value, low = item.degraded if item.degraded is not None else (None, None)
    after: dict[str, Any] = {"value": value, "low": low}
    if loss is None:
        return {"status": "not measured", "boards": 0, **after}
    if loss.basis == "none":
        return {"status": loss.status, "boards": 0, **after}
    return {
        "status": loss.status,
        "basis": loss.basis,
        "boards": loss.pairs,
        "pairs": loss.pairs,
        "models": loss.models,
        "common_scale": loss.change,
        "deviation": loss.deviation,
        **after,
    }


def pairs_json(item: Item, task: str, catalog: Catalog) -> list[dict[str, Any]]:
    """Every pair the loss stands on."""
    return [
        {
            "model": pair.model,
            "format": pair.format,
            "test": pair.test,
            "metric": catalog.losses[pair.table].tests[pair.test].metric,
            "unquantized": pair.unquantized,
            "quantized": pair.quantized,
            "common_scale": pair.change,
            "harness": catalog.losses[pair.table].harness,
            "source": pair.source,
            "url": catalog.sources[pair.source].url if pair.source in catalog.sources else None,
        }
        for pair in _pairs(item, task, catalog)
    ]


def pairs_table(item: Item, task: str, catalog: Catalog) -> Table | None:
    """The pairs the loss stands on, those that count most first; None where there is none."""
    found = _pairs(item, task, catalog)
    if not found:
        return None
    shown = sorted(found, key=lambda pair: -pair.weight)[:PAIRS_SHOWN]
    form = item.candidate.quantization
    name = form.name if form is not None else ""
    return Table(
        (
            Column(tr("Model")),
            Column(tr("Test")),
            Column(tr("Unquantized"), right=True),
            Column(tr("Quantized"), right=True),
            Column(tr("Source"), wide=True),
        ),
        tuple(
            (
                pair.model,
                catalog.losses[pair.table].tests[pair.test].name,
                score(pair.unquantized),
                score(pair.quantized),
                pair.source,
            )
            for pair in shown
        ),
        tr(
            "What {format} costs ({shown} of {all} pairs)",
            format=name,
            shown=len(shown),
            all=len(found),
        ),
    )


def _pairs(item: Item, task: str, catalog: Catalog) -> tuple[Pair, ...]:
    from llm_select.evidence.loss import standing

    candidate, loss = item.candidate, item.loss
    if loss is None or candidate.quantization_id is None:
        return ()
    parameters = candidate.model.parameters
    return standing(
        catalog,
        loss,
        candidate.model_id,
        parameters.total if parameters is not None else None,
        candidate.quantization_id,
        task,
    )


def loss_cell(item: Item) -> str:
    """`0.4`, what was deducted in the reference unit; `none`, or `not measured`; a dash for what has no rating."""
    quality = item.quality.value if item.quality is not None else None
    if item.candidate.quantization is None or quality is None:
        return "–"
    if item.loss is None:
        return tr("not measured")
    if item.degraded is None or quality == item.degraded[0]:
        return tr("none")
    return score(quality - item.degraded[0], quality)
