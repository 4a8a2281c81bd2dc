"""What number formats cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import quantization_loss as q

from sections.section import Section, percent, prose, table

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

TITLE = "Quantization loss"


def section(catalog: Catalog) -> Section:
    """Measured losses by format and size, and how well a model's loss is foretold from others."""
    rows, errors = q.costs(catalog), q.errors(catalog)
    pairs = sum(r.pairs for r in rows)
    costs = table(
        (
            "format",
            "weights",
            "pairs",
            "models",
            "points",
            "share of the score",
            "deducted",
            "80 % interval",
        ),
        [
            (
                r.format,
                q.size_name(r.size),
                r.pairs,
                r.models,
                f"{r.points:+.2f}",
                f"{r.relative:+.1f} %",
                f"{max(0.0, -r.change):.3f}",
                f"{r.low:+.3f} to {r.high:+.3f}",
            )
            for r in rows
        ],
    )
    foretold = table(
        ("formats", "left out", "pairs", "mean error", "predicting no loss", "in interval"),
        [
            (e.group, e.cases, e.pairs, f"{e.error:.3f}", f"{e.none:.3f}", percent(e.coverage, 0))
            for e in errors
        ],
    )
    text = f"""{
        prose(
            f'''
{pairs} pairs of a quantized and an unquantized run of the same model in the same harness, each with its source
(`catalog/quantization_losses/`). "Points" is the mean difference on the tests; "deducted" is the loss on the common
(logit) scale of scores, pooled over models of the format and size. Perplexity is kept apart and never deducted.'''
        )
    }

{costs}

{
        prose(
            '''
One model left out at a time, its loss in a format foretold from the others, in logits. A format where the error is no
smaller than that of predicting no loss costs too little to foretell.'''
        )
    }

{foretold}
"""
    every = next(e for e in errors if e.group == "all")
    figure = (
        f"{pairs} pairs; foretold within {every.error:.3f} logits, {every.none:.3f} if none were"
    )
    return Section(TITLE, (TITLE, figure, "each with source and harness"), text)
