"""Which of a model's variants stands for it."""

from __future__ import annotations

from collections.abc import Sequence

from llm_select.selection.types import Item

FORMAT_MARGIN = 0.05
"""What a narrower format must gain in score before it is taken: its cost in quality was not measured."""


def best_variant(passed: Sequence[Item]) -> Item:
    """The variant to show for a model: the best score, but not at an unmeasured cost in quality for little.

    Formats score alike on quality where nobody measured what they cost, so speed and free memory alone would always
    drive the choice to the narrowest. Among variants within FORMAT_MARGIN of the best, the one with most bits wins.
    """
    top = max(item.score or 0.0 for item in passed)
    near = [item for item in passed if (item.score or 0.0) >= top - FORMAT_MARGIN]
    # What still ties stays in the catalog's order of engines.
    return min(
        near, key=lambda item: (-_bits(item), item.loss is None, not item.candidate.published)
    )


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
