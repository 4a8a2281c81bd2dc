"""Training speed against measured runs, and the constants that follow from them.

    python benchmarks/training_speed.py [-v]

`tests/measurements/training_speed.csv` has the tokens a second of published training runs. Rows marked `fit` give the
constants of `llm_select/estimates/training_calibration.py`; those held out are of other programs and another card.
"""

from __future__ import annotations

import csv
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from llm_select.catalog import resolve  # noqa: E402
from llm_select.catalog.load import load_catalog  # noqa: E402
from llm_select.estimates.adapters import adapter  # noqa: E402
from llm_select.estimates.sizing import sizing  # noqa: E402
from llm_select.estimates.training_time import pass_seconds, pass_work, step_seconds  # noqa: E402

ROWS = ROOT / "tests" / "measurements" / "training_speed.csv"


class Run(NamedTuple):
    """A measured run beside its estimate, seconds of one pass."""

    row: dict[str, str]
    measured: float
    expected: float
    low: float
    high: float
    utilization: float
    """Arithmetic counted over that of the measured time at full rate."""
    layer_s: float
    """Measured seconds for each layer."""

    @property
    def ratio(self) -> float:
        """Measured over expected."""
        return self.measured / self.expected


def runs() -> list[Run]:
    """Every row whose model has a card."""
    catalog = load_catalog()
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        model = catalog.models[resolve.model(catalog, row["model"], where="model")]
        size = sizing(model)
        assert model.architecture is not None
        tuned = adapter(
            model.architecture,
            size.parameters,
            row["method"],
            int(row["lora_rank"]) if row["lora_rank"] else None,
            tuple(part for part in row["lora_targets"].split(";") if part),
        )
        tokens, recompute = int(row["tokens_per_pass"]), row["checkpointing"] == "1"
        device = catalog.devices[resolve.device(catalog, row["device"], where="device")]
        compute = device.compute
        assert compute is not None
        assert compute.bf16 is not None
        work = pass_work(
            size,
            full=row["method"] == "full",
            trainable=tuned.trainable,
            tokens=tokens,
            seq_len=int(row["seq_len"]),
            recompute=recompute,
        )
        estimate = pass_seconds(size, work.total, compute.bf16, full=row["method"] == "full")
        bandwidth = min(m.bandwidth_gb_s or device.memory[0].bandwidth_gb_s for m in device.memory)
        step = step_seconds(tuned.trainable / int(row["gpus"]), bandwidth)
        step /= int(row["accumulation"])
        measured = tokens / float(row["tokens_per_second"])
        found.append(
            Run(
                row,
                measured,
                estimate.expected + step,
                estimate.low + step,
                estimate.high + step,
                work.total / measured / compute.bf16 / 1e12,
                measured / size.layers,
            )
        )
    return found


def main() -> None:
    """Prints the share of runs inside their range, fitted and held out apart."""
    every = runs()
    for use in ("fit", "held out"):
        some = [run for run in every if run.row["use"] == use]
        inside = sum(run.low <= run.measured <= run.high for run in some)
        ratios = [run.ratio for run in some]
        print(
            f"{use}: {inside} of {len(some)} runs inside their range; measured over expected "
            f"{min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.2f}"
        )
    if "-v" in sys.argv:
        for run in every:
            print(
                f"{run.row['model']:36} {run.row['method']:6} {run.row['sharding']:6}"
                f" {run.row['tokens_per_pass']:>6} tokens  {run.utilization:.2f} of peak"
                f"  {run.layer_s * 1e3:5.1f} ms a layer  {run.ratio:.2f}"
            )


if __name__ == "__main__":
    main()
