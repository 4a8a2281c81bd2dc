"""The shipped constants of speed hold on rows that no constant was fitted to."""

from __future__ import annotations

import measurement_rows as m
import pytest

from llm_select.estimates import speed_calibration as c
from llm_select.estimates.speed import speed


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def speed_ratios(engine: str, phase: str = "decode") -> list[float]:
    """Measured over expected, held-out rows on one device."""
    return [ratio for _, ratio, _ in speed_rows(engine, phase)]


def speed_rows(engine: str, phase: str) -> list[tuple[m.Row, float, bool]]:
    """Held-out rows on one device, measured over expected, and whether the range holds it."""
    found_rows = []
    for r in m.rows("speed"):
        if (r["engine"], r["phase"], r["split"], r["devices"]) != (engine, phase, "held-out", "1"):
            continue
        s = speed(
            m.model(r["model"]),
            m.quantization(r["quantization"]),
            m.engine(engine),
            m.workload(r),
            m.machine(r["device"], 1),
            None,
            size=m.sized(r["model"]),
        )
        found = s.decode if phase == "decode" else s.prefill
        assert found is not None
        value = float(r["tokens_per_s"])
        found_rows.append((r, value / found.expected, found.low <= value <= found.high))
    return found_rows


@pytest.mark.parametrize(
    ("engine", "bound"), [("llama.cpp", 0.08), ("transformers", 0.20), ("vllm", 0.20)]
)
def test_decode_is_within_its_bound_in_the_middle(engine: str, bound: float) -> None:
    ratios = speed_ratios(engine)
    assert len(ratios) >= 10
    assert middle([abs(x - 1) for x in ratios]) < bound


def test_llama_cpp_prefill_is_within_a_factor_of_two_and_a_half() -> None:
    ratios = speed_ratios("llama.cpp", "prefill")
    assert all(1 / 2.5 < x < 2.5 for x in ratios)


def newer(phase: str) -> list[tuple[m.Row, float, bool]]:
    return [
        row
        for row in speed_rows("llama.cpp", phase)
        if int(row[0]["engine_version"] or 0) >= c.LLAMACPP_PREFILL_BUILD
    ]


@pytest.mark.parametrize(("phase", "count", "bound"), [("decode", 43, 0.08), ("prefill", 17, 0.30)])
def test_newer_llama_cpp_builds_are_within_their_bound(
    phase: str, count: int, bound: float
) -> None:
    found = newer(phase)
    assert len(found) == count
    assert middle([abs(ratio - 1) for _, ratio, _ in found]) < bound


@pytest.mark.parametrize("phase", ["decode", "prefill"])
def test_the_ranges_hold_four_of_five_newer_llama_cpp_rows(phase: str) -> None:
    inside = [held for _, _, held in newer(phase)]
    assert sum(inside) / len(inside) >= 0.8


def test_only_the_rows_named_in_the_documentation_are_excluded() -> None:
    excluded = [r for r in m.rows("speed") if r["split"] == "excluded"]
    assert {(r["device"], r["model"], r["quantization"]) for r in excluded} == {
        ("a40", "llama-3-70b", "q4_k_m"),
        ("l40s", "llama-3-8b", "f16"),
        ("a100-80", "llama-3-8b", "f16"),
    }
