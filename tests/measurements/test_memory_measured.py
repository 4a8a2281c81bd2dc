"""Memory estimates hold on rows that no constant was fitted to."""

from __future__ import annotations

import math

import measurement_rows as m
import pytest

from llm_select.estimates import memory_calibration as c
from llm_select.units import GIB


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def memory_errors(engine: str, split: str = "held-out") -> list[float]:
    errors = []
    for r in m.rows("memory"):
        if r["engine"] == engine and r["split"] == split:
            e = m.memory(r)
            errors.append(abs(m.compared(r, e) / GIB / float(r["total_gib"]) - 1))
    return errors


def test_llama_cpp_buffers_are_within_half_a_percent() -> None:
    errors = memory_errors("llama.cpp") + memory_errors("llama.cpp", "calibration")
    assert len(errors) == 14
    assert max(errors) < 0.005


@pytest.mark.parametrize(
    ("part", "column"),
    [
        ("weights", "weights_gib"),
        ("kv_cache", "kv_cache_gib"),
        ("activations", "compute_gib"),
    ],
)
def test_each_llama_cpp_buffer_is_within_a_percent(part: str, column: str) -> None:
    for r in m.rows("memory"):
        if r["engine"] == "llama.cpp":
            assert getattr(m.memory(r), part) / GIB == pytest.approx(float(r[column]), rel=0.01)


def test_transformers_peak_is_within_three_percent_in_the_middle() -> None:
    errors = memory_errors("transformers")
    assert len(errors) == 68
    assert middle(errors) < 0.03
    assert sorted(errors)[int(0.9 * len(errors))] < 0.07


@pytest.mark.parametrize("quantization", ["bf16", "fp8", "gptq-int8", "gptq-int4", "awq"])
def test_transformers_peaks_hold_in_each_format(quantization: str) -> None:
    errors = sorted(
        abs(m.compared(r, m.memory(r)) / GIB / float(r["total_gib"]) - 1)
        for r in m.rows("memory")
        if (r["engine"], r["quantization"]) == ("transformers", quantization)
    )
    assert errors[len(errors) // 2] < 0.03
    assert errors[int(0.9 * len(errors))] < 0.07


def test_most_transformers_peaks_are_in_range() -> None:
    # An 80 % range is asked for.
    inside = 0
    w = c.WIDTHS["transformers"]
    some = [
        r for r in m.rows("memory") if (r["engine"], r["split"]) == ("transformers", "held-out")
    ]
    for r in some:
        e = m.memory(r)
        half = math.hypot(
            w.weights * e.weights, w.kv_cache * e.kv_cache, w.activations * e.activations
        )
        inside += abs(m.compared(r, e) - float(r["total_gib"]) * GIB) <= half
    assert inside / len(some) > 0.8


def verdicts() -> list[tuple[m.Row, str | None, float]]:
    """Each row with the verdict and the share of the usable memory that the estimate expects."""
    found = []
    for r in m.rows("outcomes"):
        e = m.memory(r)
        found.append((r, e.verdict, (e.device_expected or 0) / (e.usable or 1)))
    return found


def test_no_failure_is_said_to_fit() -> None:
    failed = [v for r, v, _ in verdicts() if r["outcome"] == "out of memory"]
    assert len(failed) == 96
    assert "fits" not in failed


def test_every_run_with_a_seventh_to_spare_is_said_to_fit() -> None:
    roomy = [v for r, v, taken in verdicts() if r["outcome"] == "runs" and taken <= 0.85]
    assert len(roomy) > 280
    assert set(roomy) == {"fits"}


def test_two_runs_that_filled_their_devices_are_refused() -> None:
    refused = [
        (r["model"], r["device"]) for r, v, _ in verdicts() if (r["outcome"], v) == ("runs", "no")
    ]
    assert refused == [("llama-3-70b", "rtx-3090"), ("llama-3-8b", "m1-8")]


def test_every_row_has_its_source() -> None:
    for name in (
        "models",
        "devices",
        "memory",
        "outcomes",
        "serving_memory",
        "translation_memory",
        "speed",
    ):
        assert all(r["source"].startswith("https://") for r in m.rows(name))
