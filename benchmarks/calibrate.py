"""Fits the constants of `llm_select/estimates/calibration.py` and reports the errors.

    python benchmarks/calibrate.py

Reads the rows of `tests/measurements`. Constants come from rows marked `calibration`; errors are reported on them with
one model left out at a time, and on the rows marked `held-out`, which no constant has seen.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "measurements")]

import measurement_rows as m  # noqa: E402

from llm_select.estimates import calibration as c  # noqa: E402
from llm_select.estimates.speed import step_seconds  # noqa: E402
from llm_select.estimates.split import ONE, plan_split  # noqa: E402
from llm_select.units import GIB  # noqa: E402

Row = m.Row
T = TypeVar("T")


def quantile(values: Iterable[float], q: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def fit_decode(rows: list[Row]) -> c.Decode:
    """Least squares on relative time: t = layers · layer_s + bytes / bandwidth / efficiency, within physics."""
    points = []
    for r in rows:
        t = m.terms(r)
        seconds = 1 / float(r["tokens_per_s"])
        bandwidth = float(m.table("devices", "device")[r["device"]]["bandwidth_gb_s"]) * 1e9
        points.append((t.layers / seconds, (t.weights + t.cache) / bandwidth / seconds))
    aa = sum(x * x for x, _ in points)
    ab = sum(x * y for x, y in points)
    bb = sum(y * y for _, y in points)
    a1, b1 = sum(x for x, _ in points), sum(y for _, y in points)
    det = aa * bb - ab * ab
    fixed, inverse = (
        ((a1 * bb - b1 * ab) / det, (b1 * aa - a1 * ab) / det)
        if det > 1e-9 * aa * bb
        else (0.0, b1 / bb)
    )
    if inverse < 1:
        # No engine beats the memory: keep the bandwidth and fit the rest.
        inverse, fixed = 1.0, max(0.0, (a1 - ab) / aa)
    if fixed < 0:
        fixed, inverse = 0.0, b1 / bb
    return c.Decode(fixed, 1 / inverse, 1.0, 1.0)


def decode_ratio(r: Row, constants: c.Decode) -> float:
    """Measured over estimated tokens per second."""
    machine, size = m.machine(r["device"], int(r["devices"])), m.sized(r["model"])
    split = (
        plan_split(size, m.SPLITS[r["engine"]][0], machine.devices) if machine.devices > 1 else ONE
    )
    assert machine.bandwidth_gb_s is not None
    seconds = step_seconds(
        m.terms(r),
        constants,
        machine.bandwidth_gb_s,
        split,
        1,
        size.hidden,
        machine.interconnect_gb_s,
    )
    if r["engine"] == "transformers":
        seconds += size.decode_layers * size.expert_count * c.TRANSFORMERS_EXPERT_S
    return float(r["tokens_per_s"]) * seconds


def fit_prefill(rows: list[Row]) -> c.Prefill:
    """Median utilization, the fixed cost per layer taken off."""
    found = []
    for r in rows:
        peak = float(m.table("devices", "device")[r["device"]]["tflops"]) * 1e12
        seconds = (
            int(r["prompt_tokens"]) / float(r["tokens_per_s"])
            - m.sized(r["model"]).layers * c.PREFILL_LAYER_S
        )
        found.append(m.flops(r) / peak / seconds)
    return c.Prefill(quantile(found, 0.5), 1.0, 1.0)


def prefill_ratio(r: Row, constants: c.Prefill) -> float:
    """Measured over estimated tokens per second."""
    peak = float(m.table("devices", "device")[r["device"]]["tflops"]) * 1e12
    seconds = (
        m.flops(r) / peak / constants.utilization + m.sized(r["model"]).layers * c.PREFILL_LAYER_S
    )
    return float(r["tokens_per_s"]) * seconds / int(r["prompt_tokens"])


def report(
    name: str, rows: list[Row], fit: Callable[[list[Row]], T], ratio: Callable[[Row, T], float]
) -> tuple[T, float, float]:
    """Fit on calibration rows; print errors left-one-model-out and held-out. Returns the constants and the range."""
    used = [
        r
        for r in rows
        if r["split"] == "calibration"
        and r["devices"] == "1"
        and not m.sized(r["model"]).expert_count
    ]
    constants = fit(used)
    models = sorted({r["model"] for r in used})
    left = []
    for name_out in models:
        rest = [r for r in used if r["model"] != name_out]
        if rest:
            k = fit(rest)
            left += [ratio(r, k) for r in used if r["model"] == name_out]
    left = left or [ratio(r, constants) for r in used]
    low, high = min(quantile(left, 0.1), c.REPEAT[0]), max(quantile(left, 0.9), c.REPEAT[1])
    print(f"{name}: {constants} from {len(used)} rows of {len(models)} models")
    print(
        f"  left one model out: median |error| {_middle(left):.1%}, "
        f"10 to 90 %: {quantile(left, 0.1):.2f} to {quantile(left, 0.9):.2f}"
    )
    for label, some in (
        ("one device", [r for r in rows if r["devices"] == "1"]),
        ("several devices", [r for r in rows if r["devices"] != "1"]),
    ):
        held = [
            ratio(r, constants)
            for r in some
            if r["split"] == "held-out" or label == "several devices"
        ]
        if held:
            print(
                f"  held out, {label}: {len(held)} rows, median |error| {_middle(held):.1%}, "
                f"{quantile(held, 0.1):.2f} to {quantile(held, 0.9):.2f}"
            )
    return constants, low, high


def _middle(ratios: Iterable[float]) -> float:
    return quantile((abs(x - 1) for x in ratios), 0.5)


def speeds() -> None:
    """Decode by engine, memory class and width; prefill by engine and class."""
    every = m.rows("speed")
    kind = {name: r["memory_class"] for name, r in m.table("devices", "device").items()}
    wide = {name: float(r["bits"]) >= 16 for name, r in m.table("formats", "quantization").items()}
    keys = sorted(
        {
            (r["engine"], kind[r["device"]], wide[r["quantization"]])
            for r in every
            if r["phase"] == "decode"
        }
    )
    for key in keys:
        some = [
            r
            for r in every
            if r["phase"] == "decode"
            and (r["engine"], kind[r["device"]], wide[r["quantization"]]) == key
        ]
        if any(r["split"] == "calibration" and r["devices"] == "1" for r in some):
            k, low, high = report(f"decode {key}", some, fit_decode, decode_ratio)
            print(f"    {key}: Decode({k.layer_s:.3g}, {k.efficiency:.3f}, {low:.2f}, {high:.2f}),")
    for key in sorted(
        {
            (r["engine"], kind[r["device"]], wide[r["quantization"]])
            for r in every
            if r["phase"] == "prefill"
        }
    ):
        some = [
            r
            for r in every
            if r["phase"] == "prefill"
            and (r["engine"], kind[r["device"]], wide[r["quantization"]]) == key
        ]
        p, low, high = report(f"prefill {key}", some, fit_prefill, prefill_ratio)
        print(f"    {key}: Prefill({p.utilization:.3f}, {low:.2f}, {high:.2f}),")


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
                totals.append((e.total - e.overhead) / measured)
                w = c.WIDTHS[name]
                half = math.hypot(
                    w.weights * e.weights, w.kv_cache * e.kv_cache, w.activations * e.activations
                )
                inside += abs(e.total - e.overhead - measured) <= half
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
    speeds()
