"""Which of a model's variants stands for it."""

from __future__ import annotations

from collections.abc import Sequence

from llm_select.selection.types import Item

FORMAT_MARGIN = 0.05
"""What a narrower format must gain in score before it is taken when nobody measured its cost in quality."""


def best_variant(passed: Sequence[Item]) -> Item:
    """The variant to show for a model: the best score, but not at an uncertain cost in quality for little.

    A variant is taken from one with more bits only when it scores better even after its doubt: what it would lose at
    the low end of its format's loss, or FORMAT_MARGIN where that was not measured. Of those that no other beats in
    this way, the one with most bits wins.
    """
    limit = max((item.score or 0.0) - doubt(item) for item in passed)
    near = [item for item in passed if (item.score or 0.0) >= limit]
    # What still ties stays in the catalog's order of engines.
    return min(
        near, key=lambda item: (-_bits(item), item.loss is None, not item.candidate.published)
    )


def doubt(item: Item) -> float:
    """Score that the format may cost beyond what was deducted.

    For a format that takes nothing it is the margin too: it can only be chosen against engines of the same bits, and
    those listed first stay unless another does markedly better.
    """
    known = item.loss is not None and item.loss.basis != "none"
    return item.doubt if known else FORMAT_MARGIN


def _bits(item: Item) -> float:
    quantization = item.candidate.quantization
    return quantization.bits if quantization is not None else 0.0


def variant_order(item: Item) -> tuple[float, bool, float]:
    """Best score first, then what was measured before what was not, then more bits.

    Sorting is stable: what still ties stays in the catalog's order of engines and formats.
    """
    return (
        -(item.score if item.score is not None else -1.0),
        item.loss is None,
        -_bits(item),
    )
