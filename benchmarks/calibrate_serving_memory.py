"""Reports the errors of vLLM, SGLang and CTranslate2 memory on the logs, for `estimates/memory_calibration.py`.

    python benchmarks/calibrate_serving_memory.py

Reads `tests/measurements/serving_memory.csv` and `translation_memory.csv`. Constants were chosen on rows marked
`calibration`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "measurements")]

import measurement_rows as m  # noqa: E402
import serving_rows as s  # noqa: E402
import translation_rows as t  # noqa: E402

from llm_select.units import MIB  # noqa: E402


def _say(name: str, errors: list[float]) -> None:
    ordered = sorted(abs(x) for x in errors)
    last = len(ordered) - 1
    print(
        f"{name}: {len(ordered)} rows, median {ordered[round(0.5 * last)]:.2%}, "
        f"90th percentile {ordered[round(0.9 * last)]:.2%}, worst {ordered[last]:.1%}"
    )


def main() -> None:
    """Errors by part and set, then the verdicts."""
    for part in ("weights", "activations", "overhead", "cache"):
        for split in ("calibration", "held-out"):
            _say(f"{part}, {split}", [x for x, _ in s.errors(part, split)])
    for split in ("calibration", "held-out"):
        rows = [r for r in m.rows("serving_memory") if r["split"] == split]
        _say(f"together, {split}", [u[0] / u[1] - 1 for r in rows if (u := s.used(r))])
        rows = [r for r in m.rows("translation_memory") if r["split"] == split]
        _say(
            f"CTranslate2, {split}",
            [t.estimate(r).total / MIB / float(r["total_mib"]) - 1 for r in rows],
        )
    verdicts = Counter(
        (r["outcome"], s.estimate(r, roomy=False).verdict)
        for r in m.rows("serving_memory")
        if r["device"] and r["engine"] == "vllm"
    )
    for (outcome, verdict), count in sorted(verdicts.items()):
        print(f"{outcome}, said {verdict}: {count}")


if __name__ == "__main__":
    main()
