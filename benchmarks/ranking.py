"""Leave one reference board out at a time and rank its models from the rest.

    python benchmarks/ranking.py [TASK …]

For each task whose reference board has several languages or pairs: Spearman's rho between the order predicted without a
board (its campaign is left out with it) and the order on it, and the share of its scores inside the 80 % interval
that was predicted. Nothing is fitted on the board that is left out.
"""

from __future__ import annotations

import statistics
import sys
from typing import TYPE_CHECKING

from llm_select.catalog.load import load_catalog
from llm_select.evidence.languages import split_pair
from llm_select.evidence.quality import assess
from llm_select.evidence.scores import ALL, board_id

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

LEAST = 8
"""Models a board needs for a rank correlation to mean something."""


def ranks(values: list[float]) -> list[float]:
    """Average ranks, from 1."""
    order = sorted(values)
    return [
        sum(i + 1 for i, other in enumerate(order) if other == v) / order.count(v) for v in values
    ]


def spearman(one: list[float], other: list[float]) -> float:
    """Spearman's rank correlation."""
    return statistics.correlation(ranks(one), ranks(other))


def held_out(
    catalog: Catalog, task_id: str, stem: str, key: str
) -> tuple[float, float, int] | None:
    """Rho, coverage of the 80 % interval, and models, for one board left out; None when too few are predicted."""
    pair = split_pair(key)
    asked = {"pairs": [key]} if pair is not None else {"languages": [key]}
    truth = assess(catalog, task_id, **asked).qualities
    guess = assess(catalog, task_id, exclude=[board_id(stem, key)], **asked).qualities
    rows = [
        (guess[subject], quality.value)
        for subject, quality in truth.items()
        if quality.tag == "measured" and subject in guess and guess[subject].value is not None
    ]
    if len(rows) < LEAST:
        return None
    rho = spearman([g.value or 0.0 for g, _ in rows], [v or 0.0 for _, v in rows])
    inside = sum((g.low or 0) <= (v or 0) <= (g.high or 0) for g, v in rows)
    return rho, inside / len(rows), len(rows)


def main() -> int:
    """Print a line for each task."""
    catalog = load_catalog()
    wanted = sys.argv[1:] or sorted(catalog.tasks)
    for task_id in wanted:
        reference = catalog.tasks[task_id].reference
        if reference is None:
            continue
        board = catalog.boards[reference.board]
        keys = [key for key in board.scores if key != ALL]
        found = [held_out(catalog, task_id, reference.board, key) for key in keys]
        known = [one for one in found if one is not None]
        if not known:
            continue
        rhos = [rho for rho, _, _ in known]
        models = [n for _, _, n in known]
        inside = sum(share * n for _, share, n in known) / sum(models)
        print(
            f"{task_id:<22} {len(known):>3} boards left out, {min(models)} to {max(models)} models: "
            f"rho mean {statistics.mean(rhos):.2f}, least {min(rhos):.2f}; "
            f"{inside:.0%} inside the 80 % interval"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
