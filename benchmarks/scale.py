"""Growth of one recommendation with the catalog: time ratio and peak memory for 100, 1,000 and 10,000 cards.

    python benchmarks/scale.py [--quick]

Synthetic cards are copies of the bundled dense decoders under other names, each with scores on one board and eight
formats. Growth is no worse than linear when ten times the cards take at most ten times the time and memory, with a
fifth of slack for the processor's caches, which the larger catalog no longer fits.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

from llm_select.catalog.load import load_catalog
from llm_select.estimates.types import Machine, Workload
from llm_select.selection.recommend import recommend
from llm_select.selection.types import Requirements

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

FORMATS = ("bf16", "fp8", "bf16-gguf", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0")
SLACK = 1.2
TASK = "ner"


def synthetic(base: Catalog, count: int) -> Catalog:
    """A catalog of `count` cards made from the bundled dense decoders."""
    stem = base.tasks[TASK].reference.board  # type: ignore[union-attr]
    board = base.boards[stem]
    cards = [m for m in base.models.values() if m.kind == "decoder" and m.architecture is not None]
    models, entries = {}, {}
    scores: dict[str, dict[str, float]] = {key: {} for key in board.scores}
    for number in range(count):
        name = f"synthetic/m{number}"
        models[name] = cards[number % len(cards)]
        entries[name] = next(iter(board.entries.values()))._replace(model=name)  # type: ignore[attr-defined]
        for place, key in enumerate(scores):
            scores[key][name] = 20 + (number * 7919 + place * 104729) % 6000 / 100
    made = board._replace(entries=entries, scores=scores, stderr={})  # type: ignore[attr-defined]
    return base._replace(models=models, boards={stem: made}, anchors=frozenset())  # type: ignore[attr-defined, no-any-return]


def measure(catalog: Catalog) -> tuple[float, float]:
    """Seconds of one recommendation (best of two), and peak MiB of another."""
    machine = Machine(
        "24 GiB card", None, "nvidia", 1, 24.0, 23.5, "gddr", 1008.0, {"bf16": 165.0}, None, None
    )
    question = Requirements(
        task=TASK,
        machine=machine,
        workload=Workload(1024, 768, 256),
        weights={"quality": 0.6, "speed": 0.2, "headroom": 0.1, "cost": 0.1},
        profile="balanced",
        quantizations=FORMATS,
    )
    gc.disable()  # as the command line does: one answer makes no garbage worth looking for
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        recommend(catalog, question)
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    recommend(catalog, question)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return min(seconds), peak


def main() -> int:
    """Print a line for each size; exit 1 when growth is worse than linear."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 and 1,000 cards only")
    sizes = (100, 1000) if parser.parse_args().quick else (100, 1000, 10000)
    base = load_catalog()
    held: tuple[int, float, float] | None = None
    linear = True
    for size in sizes:
        seconds, peak = measure(synthetic(base, size))
        line = f"{size:>6} cards × {len(FORMATS)} formats: {seconds:7.3f} s, peak {peak:7.1f} MiB"
        if held is not None:
            time_ratio, memory_ratio = seconds / held[1], peak / held[2]
            limit = size / held[0] * SLACK
            linear = linear and time_ratio <= limit and memory_ratio <= limit
            line += f"; time × {time_ratio:.1f}, memory × {memory_ratio:.1f} (linear: × {size / held[0]:.0f})"
        print(line)
        held = (size, seconds, peak)
    return 0 if linear else 1


if __name__ == "__main__":
    sys.exit(main())
