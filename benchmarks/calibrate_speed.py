"""Fits the constants of `llm_select/estimates/speed_calibration.py` and reports the errors.

    python benchmarks/calibrate_speed.py

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

from llm_select.estimates import speed_calibration as c  # noqa: E402
from llm_select.estimates.speed import matrix_tflops, old_prefill, step_seconds  # noqa: E402
from llm_select.estimates.split import ONE, plan_split  # noqa: E402

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


def peak_flops(r: Row) -> float:
    """Arithmetic per second that utilization is a share of."""
    machine = m.machine(r["device"], 1)
    tflops = matrix_tflops(
        machine.tflops,
        m.quantization(r["quantization"]),
        r["engine"],
        machine.memory_class,
        machine.vendor,
    )
    assert tflops is not None
    return tflops * 1e12


def fit_prefill(rows: list[Row]) -> c.Prefill:
    """Median utilization, the fixed cost per layer taken off."""
    found = []
    for r in rows:
        seconds = (
            int(r["prompt_tokens"]) / float(r["tokens_per_s"])
            - m.sized(r["model"]).layers * c.PREFILL_LAYER_S
        )
        found.append(m.flops(r) / peak_flops(r) / seconds)
    return c.Prefill(quantile(found, 0.5), 1.0, 1.0)


def prefill_ratio(r: Row, constants: c.Prefill) -> float:
    """Measured over estimated tokens per second."""
    seconds = (
        m.flops(r) / peak_flops(r) / constants.utilization
        + m.sized(r["model"]).layers * c.PREFILL_LAYER_S
    )
    return float(r["tokens_per_s"]) * seconds / int(r["prompt_tokens"])


STUDENT = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356)
"""90th percentiles of Student's t with 1 to 12 degrees of freedom."""


def unseen_device(groups: Iterable[list[float]]) -> tuple[float, float]:
    """An 80 % range of measured / estimated on a device outside the sample: the prediction interval of the logarithm,
    its spread taken from all groups (both widths of a memory class), for one alone has two or three devices."""
    squares, freedom, smallest = 0.0, 0, 10**6
    for ratios in groups:
        logs = [math.log(x) for x in ratios]
        mean = sum(logs) / len(logs)
        squares += sum((x - mean) ** 2 for x in logs)
        freedom += len(logs) - 1
        smallest = min(smallest, len(logs))
    t = STUDENT[min(freedom, len(STUDENT)) - 1]
    half = t * math.sqrt(squares / freedom * (1 + 1 / smallest))
    return min(math.exp(-half), c.REPEAT[0]), max(math.exp(half), c.REPEAT[1])


def is_old(r: Row) -> bool:
    """Whether the row is of a build that reads prompts as in December 2023."""
    return old_prefill(m.engine(r["engine"]), m.workload(r))


def device_ratios(every: list[Row], memory_class: str) -> list[list[float]]:
    """Measured over estimated prefill on the calibration rows of newer builds, by width."""
    devices = m.table("devices", "device")
    groups: dict[bool, list[Row]] = {}
    for r in every:
        if (
            (r["engine"], r["phase"], r["split"]) == ("llama.cpp", "prefill", "calibration")
            and devices[r["device"]]["memory_class"] == memory_class
            and not is_old(r)
        ):
            groups.setdefault(m.quantization(r["quantization"]).bits >= 16, []).append(r)
    return [[prefill_ratio(r, fit_prefill(g)) for r in g] for g in groups.values()]


def report(
    name: str, rows: list[Row], fit: Callable[[list[Row]], T], ratio: Callable[[Row, T], float]
) -> tuple[T, float, float]:
    """Fit on calibration rows; print errors with one model left out and on held-out rows.

    Returns the constants and the range.
    """
    used = [
        r
        for r in rows
        if r["split"] == "calibration"
        and r["devices"] == "1"
        and not m.sized(r["model"]).expert_count
    ]
    constants = fit(used)
    models = sorted({r["model"] for r in used})
    # One model says nothing about others: then what is left out is a device.
    unit = "model" if len(models) > 1 else "device"
    left = []
    for out in sorted({r[unit] for r in used}):
        rest = [r for r in used if r[unit] != out]
        if rest:
            k = fit(rest)
            left += [ratio(r, k) for r in used if r[unit] == out]
    left = left or [ratio(r, constants) for r in used]
    low, high = min(quantile(left, 0.1), c.REPEAT[0]), max(quantile(left, 0.9), c.REPEAT[1])
    print(f"{name}: {constants} from {len(used)} rows of {len(models)} models")
    print(
        f"  left one {unit} out: median |error| {_middle(left):.1%}, "
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
            (is_old(r), r["engine"], kind[r["device"]], wide[r["quantization"]])
            for r in every
            if r["phase"] == "prefill"
        }
    ):
        some = [
            r
            for r in every
            if r["phase"] == "prefill"
            and (is_old(r), r["engine"], kind[r["device"]], wide[r["quantization"]]) == key
        ]
        builds = "old builds" if key[0] else "new builds"
        p, low, high = report(f"prefill {builds} {key[1:]}", some, fit_prefill, prefill_ratio)
        if not key[0]:
            low, high = unseen_device(device_ratios(every, key[2]))
        inside = {
            split: [low <= prefill_ratio(r, p) <= high for r in some if r["split"] == split]
            for split in ("calibration", "held-out", "excluded")
        }
        print("  in range:", {k: f"{sum(v)} of {len(v)}" for k, v in inside.items() if v})
        print(f"    {key[1:]}: Prefill({p.utilization:.3f}, {low:.2f}, {high:.2f}),")


if __name__ == "__main__":
    speeds()
