"""Reports the errors of memory estimates on the measurements, for `llm_select/estimates/memory_calibration.py`.

    python benchmarks/calibrate_memory.py

Reads the rows of `tests/measurements`. Constants were chosen on rows marked `calibration`; those marked `held-out`
gave none.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "measurements")]

import measurement_rows as m  # noqa: E402

from llm_select.estimates import memory_calibration as c  # noqa: E402
from llm_select.units import GIB  # noqa: E402


def quantile(values: Iterable[float], q: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _middle(ratios: Iterable[float]) -> float:
    return quantile((abs(x - 1) for x in ratios), 0.5)


def memories() -> None:
    """Errors of the parts that logs show: buffers for llama.cpp, peak allocation for Transformers."""
    for name in ("llama.cpp", "transformers"):
        for split in ("calibration", "held-out"):
            some = [r for r in m.rows("memory") if r["engine"] == name and r["split"] == split]
            totals, compute, inside = [], [], 0
            for r in some:
                e = m.memory(r)
                # Logs leave the driver's context out, so the overhead is left out here too.
                measured = float(r["total_gib"]) * GIB
                totals.append(m.compared(r, e) / measured)
                w = c.WIDTHS[name]
                half = math.hypot(
                    w.weights * e.weights, w.kv_cache * e.kv_cache, w.activations * e.activations
                )
                inside += abs(m.compared(r, e) - measured) <= half
                if r["compute_gib"]:
                    compute.append(e.activations / GIB / float(r["compute_gib"]))
            if some:
                print(
                    f"memory {name}, {split}: {len(some)} rows, median |error| {_middle(totals):.2%}, "
                    f"90th percentile {quantile((abs(t - 1) for t in totals), 0.9):.2%}, worst "
                    f"{max(abs(t - 1) for t in totals):.1%}, {inside} in range"
                    + (f"; compute buffer {_middle(compute):.2%}" if compute else "")
                )
    right = wrong_fit = wrong_no = tight = 0
    for r in m.rows("outcomes"):
        verdict = m.memory(r).verdict
        ran = r["outcome"] == "runs"
        tight += verdict == "tight"
        wrong_fit += verdict == "fits" and not ran
        wrong_no += verdict == "no" and ran
        right += (verdict == "fits") == ran and verdict != "tight"
    print(
        f"outcomes: {right} right, {tight} tight, {wrong_fit} said to fit but failed, "
        f"{wrong_no} said not to fit but ran"
    )


if __name__ == "__main__":
    memories()
