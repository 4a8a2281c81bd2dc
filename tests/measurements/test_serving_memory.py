"""vLLM's and SGLang's start-up logs against the estimates, part by part."""

from __future__ import annotations

import math

import measurement_rows as m
import pytest
import serving_rows as s

from llm_select.estimates import memory_calibration as c
from llm_select.estimates.limits import largest_batch
from llm_select.estimates.sizing import sizing

CURRENT = (0, 17)


def quantile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[round(q * (len(ordered) - 1))]


def current(r: m.Row) -> bool:
    """Of the versions since the sampler changed."""
    return tuple(int(x) for x in r["engine_version"].split(".")[:2]) >= CURRENT


def test_there_are_logs_of_many_models_and_formats() -> None:
    rows = m.rows("serving_memory")
    assert len(rows) >= 75
    assert len({r["model"] for r in rows}) >= 25
    assert {"bf16", "fp16", "fp32", "fp8", "int8", "gptq-int4", "mxfp4"} <= {
        r["quantization"] for r in rows
    }


@pytest.mark.parametrize("split", ["calibration", "held-out"])
@pytest.mark.parametrize(
    ("part", "middle", "most"),
    [("weights", 0.005, 0.05), ("cache", 0.001, 0.03), ("overhead", 0.05, 0.16)],
)
def test_each_part_is_near_its_log_line(split: str, part: str, middle: float, most: float) -> None:
    errors = [abs(x) for x, _ in s.errors(part, split)]
    assert len(errors) >= 15
    assert quantile(errors, 0.5) < middle
    assert quantile(errors, 0.9) < most


@pytest.mark.parametrize("split", ["calibration", "held-out"])
def test_the_profiled_pass_is_within_five_percent_since_the_sampler_changed(split: str) -> None:
    errors = [abs(x) for x, r in s.errors("activations", split) if current(r)]
    assert len(errors) >= 15
    assert quantile(errors, 0.9) < 0.05


def test_the_profiled_pass_of_older_versions_is_within_eight_percent_in_the_middle() -> None:
    errors = [abs(x) for x, r in s.errors("activations") if not current(r)]
    assert quantile(errors, 0.5) < 0.08


@pytest.mark.parametrize("split", ["calibration", "held-out"])
def test_what_a_device_holds_is_within_three_percent(split: str) -> None:
    pairs = [u for r in m.rows("serving_memory") if r["split"] == split if (u := s.used(r))]
    errors = [abs(ours / real - 1) for ours, real in pairs]
    assert len(errors) >= 15
    assert quantile(errors, 0.5) < 0.01
    assert quantile(errors, 0.9) < 0.03


def test_most_logs_are_in_range() -> None:
    w = c.WIDTHS["vllm"]
    inside = [
        abs(u[0] - u[1])
        <= math.hypot(
            w.weights * (p.weights or 0),
            w.kv_cache * (p.cache or 0),
            w.activations * (p.activations or 0),
            w.overhead * (p.overhead or 0),
        )
        for r in m.rows("serving_memory")
        if (u := s.used(r)) is not None
        for p in [s.estimated(r)]
    ]
    assert sum(inside) / len(inside) >= 0.9


def verdicts() -> list[tuple[m.Row, str | None]]:
    return [
        (r, s.estimate(r, roomy=False).verdict)
        for r in m.rows("serving_memory")
        if r["device"] and r["engine"] == "vllm"
    ]


def test_no_start_that_failed_is_said_to_fit() -> None:
    failed = [v for r, v in verdicts() if r["outcome"] == "out of memory"]
    assert len(failed) >= 7
    assert "fits" not in failed


def test_starts_that_had_room_are_said_to_fit() -> None:
    ran = [v for r, v in verdicts() if r["outcome"] == "runs"]
    assert "no" not in ran
    assert ran.count("fits") / len(ran) >= 0.95


def test_the_largest_batch_is_a_little_below_the_concurrency_that_vllm_prints() -> None:
    # Its figure counts a whole pass for every sequence of a layer with a window: those models are left out.
    ratios = [
        largest_batch(
            s.model(r["model"]),
            s.catalog().quantizations[r["quantization"]],
            s.catalog().engines["vllm"],
            s.workload(r),
            on,
        )
        / float(r["concurrency"])
        for r in m.rows("serving_memory")
        if (on := s.machine(r)) is not None
        and r["engine_version"] == "0.19.0"
        and r["parallel"] != "pipeline"
        and float(r["concurrency"]) > 10
        and not sizing(s.model(r["model"])).cache.windowed
    ]
    assert len(ratios) >= 30
    assert 0.9 < min(ratios) <= max(ratios) <= 1.0
