"""llama.cpp's logs against the estimates, part by part."""

from __future__ import annotations

import llama_cpp_rows as logs
import measurement_rows as m
import pytest


def errors(part: str, split: str | None = None) -> list[float]:
    return sorted(
        abs(p.error)
        for r in m.rows("llama_cpp_memory")
        if split in (None, r["split"])
        for p in logs.parts(r)
        if p.name == part
    )


def test_there_are_logs_of_several_backends_sizes_and_batches() -> None:
    rows = m.rows("llama_cpp_memory")
    assert len(rows) >= 51
    assert {r["backend"] for r in rows} == {"cuda", "rocm", "vulkan", "metal"}
    assert {r["kv_type"] for r in rows} == {"f16", "q8_0", "q4_0"}
    assert max(int(r["context"]) for r in rows) > 131_072
    assert max(int(r["batch"]) for r in rows) == 16
    assert max(int(r["devices"]) for r in rows) == 13


def test_every_cache_is_exact() -> None:
    assert max(errors("kv_cache")) < 0.001


def test_weights_on_the_device_are_exact_where_the_format_is_plain() -> None:
    plain = [r for r in m.rows("llama_cpp_memory") if not r["file_mib"]]
    off = [abs(p.error) for r in plain for p in logs.parts(r) if p.name == "weights"]
    assert len(off) >= 8
    assert max(off) < 0.001
    # Makers keep the token table, which stays in main memory, at bits of their own.
    assert max(errors("weights")) < 0.012


@pytest.mark.parametrize("split", ["calibration", "held-out"])
def test_the_buffers_together_are_within_two_percent(split: str) -> None:
    off = errors("total", split)
    assert len(off) >= 10
    assert off[len(off) // 2] < 0.01
    assert max(off) < 0.02


def test_compute_buffers_are_near_but_for_holes() -> None:
    off = errors("activations")
    assert off[len(off) // 2] < 0.03
    # The worst are of one hybrid at long contexts, where the allocator leaves the mask's place empty.
    assert max(off) < 0.40


def test_each_device_holds_what_the_log_shows() -> None:
    for r in m.rows("llama_cpp_memory"):
        if int(r["devices"]) > 1 and r["weights_mib"] and r["compute_mib"]:
            columns = [r[c].split(";") for c in ("weights_mib", "kv_mib", "compute_mib")]
            fullest = max(sum(float(x) for x in device) for device in zip(*columns, strict=True))
            e = logs.estimate(r)
            held = (e.device_expected or 0) - e.overhead / int(r["devices"])
            # Layers are taken as equal; k-quants keep some at more bits.
            assert held / logs.MIB == pytest.approx(fullest, rel=0.02)


def test_the_range_holds() -> None:
    totals = [
        (r, p) for r in m.rows("llama_cpp_memory") for p in logs.parts(r) if p.name == "total"
    ]
    inside = [abs(p.estimated - p.measured) <= logs.half_width(r) for r, p in totals]
    assert sum(inside) / len(inside) > 0.8


def test_every_row_has_its_source() -> None:
    assert all(r["source"].startswith("https://") for r in m.rows("llama_cpp_memory"))
