"""mlx-lm's benchmark against the estimates."""

from __future__ import annotations

import measurement_rows as m
import mlx_rows as mlx
import pytest


@pytest.mark.parametrize(("split", "most"), [("calibration", 0.05), ("held-out", 0.02)])
def test_mlx_peaks_are_near(split: str, most: float) -> None:
    pairs = [mlx.peaks(r) for r in m.rows("mlx_memory") if r["split"] == split]
    assert len(pairs) >= 4
    assert max(abs(ours / real - 1) for ours, real in pairs) < most


def test_mlx_peaks_are_in_range() -> None:
    for r in m.rows("mlx_memory"):
        e = mlx.estimate(r)
        half = (e.high - e.low) / 2
        ours, real = mlx.peaks(r)
        assert abs(ours - real) <= half
