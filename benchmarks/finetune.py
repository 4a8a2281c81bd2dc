"""Training memory against measured peaks.

    python benchmarks/finetune.py [-v]

Every row of `tests/measurements/finetune.csv` whose conditions its source states goes through the code of
`llm-select finetune --cases`. Counters differ: `allocated` leaves the driver's context out, `reserved` adds what the
caching allocator keeps, `driver` has both. Rows that cannot be estimated are counted with the reason.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from llm_select.catalog import resolve  # noqa: E402
from llm_select.catalog.load import load_catalog  # noqa: E402
from llm_select.cli.finetune_cases import COLUMNS  # noqa: E402
from llm_select.errors import LlmSelectError  # noqa: E402
from llm_select.estimates.training_calibration import FRAGMENTATION  # noqa: E402
from llm_select.questions.training import case_memory  # noqa: E402
from llm_select.units import GIB  # noqa: E402

if TYPE_CHECKING:
    from llm_select.estimates.training import TrainingMemory
    from llm_select.schema.catalog import Catalog

ROWS = ROOT / "tests" / "measurements" / "finetune.csv"
FITTED = ("mistralai/Mistral-7B-v0.1", "meta-llama/Meta-Llama-3-8B")
"""Models whose fms-acceleration rows gave `LAYERS_IN_FLIGHT`, `FRAGMENTATION` and the bytes of fused losses."""


class Compared(NamedTuple):
    """A measured peak and its estimate, GiB on one GPU."""

    row: dict[str, str]
    model: str
    measured: float
    expected: float
    low: float
    high: float
    memory: TrainingMemory

    @property
    def error(self) -> float:
        """Expected over measured, less 1."""
        return self.expected / self.measured - 1


class Group(NamedTuple):
    """Errors of rows alike."""

    trainer: str
    method: str
    counter: str
    rows: int
    models: int
    median: float
    p90: float
    inside: float


def measured_rows() -> list[dict[str, str]]:
    """The rows as they stand."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_counted(memory: TrainingMemory, counter: str) -> tuple[float, float, float]:
    """Low, expected and high bytes as a counter would show them."""
    slack = FRAGMENTATION * memory.activations if counter in ("reserved", "driver") else 0.0
    context = memory.overhead if counter in ("allocated", "reserved") else 0.0
    return memory.low - context, memory.total + slack - context, memory.high - context


def compare(catalog: Catalog) -> tuple[list[Compared], Counter[str]]:
    """Every row that can be compared, and why the others cannot."""
    found: list[Compared] = []
    left: Counter[str] = Counter()
    for row in measured_rows():
        if row["stated"] != "1":
            left["conditions not stated"] += 1
            continue
        if row["exclude"]:
            left[row["exclude"]] += 1
            continue
        case = {k: v for k, v in row.items() if k in COLUMNS}
        try:
            model = resolve.model(catalog, row["model"])
            memory = case_memory(catalog, model, case)
        except LlmSelectError as error:
            left[error.message] += 1
            continue
        low, expected, high = (x / GIB for x in as_counted(memory, row["what"]))
        found.append(Compared(row, model, float(row["peak_gib"]), expected, low, high, memory))
    return found, left


def groups(found: list[Compared]) -> list[Group]:
    """Errors by trainer, kind of method and counter."""
    kinds: dict[tuple[str, str, str], list[Compared]] = {}
    for one in found:
        method = one.row["method"]
        kind = method if method in ("full", "lora", "qlora") else "other adapters"
        sharded = f"{kind}, sharded" if one.row["sharding"] else kind
        kinds.setdefault((one.row["engine"], sharded, one.row["what"]), []).append(one)
    return [_group(*key, some) for key, some in sorted(kinds.items())]


def _group(trainer: str, method: str, counter: str, some: list[Compared]) -> Group:
    errors = sorted(abs(c.error) for c in some)
    return Group(
        trainer,
        method,
        counter,
        len(some),
        len({c.model for c in some}),
        statistics.median(errors),
        errors[min(len(errors) - 1, int(0.9 * len(errors)))],
        sum(c.low <= c.measured <= c.high for c in some) / len(some),
    )


def main() -> int:
    """Print the table."""
    found, left = compare(load_catalog())
    for g in [*groups(found), _group("all", "", "", found)]:
        print(
            f"{g.trainer:<17} {g.method:<24} {g.counter:<10} {g.rows:>4} rows {g.models:>2} models: "
            f"median {g.median:.1%}, 90th percentile {g.p90:.1%}, {g.inside:.0%} in range"
        )
    apart = [c for c in found if c.row["model"] not in FITTED]
    print(_group("models without a part in any constant", "", "", apart))
    for reason, n in left.most_common():
        print(f"left out {n:>4}: {reason}")
    if "-v" in sys.argv:
        for c in sorted(found, key=lambda c: -abs(c.error)):
            r = c.row
            print(
                f"{c.error:+.1%} {c.model} {r['method']} {r['quantization']} {r['precision']} batch {r['batch']} "
                f"of {r['seq_len']}, {r['engine']} {r['sharding']} {r['gpus']}, {r['what']}: "
                f"{c.measured:.2f} measured, {c.expected:.2f} expected"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
