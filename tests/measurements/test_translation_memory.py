"""CTranslate2's own benchmark against the estimates."""

from __future__ import annotations

import measurement_rows as m
import pytest
import translation_rows as t

from llm_select.units import MIB


@pytest.mark.parametrize("split", ["calibration", "held-out"])
def test_ctranslate2s_peaks_are_within_five_percent(split: str) -> None:
    errors = [
        t.estimate(r).total / MIB / float(r["total_mib"]) - 1
        for r in m.rows("translation_memory")
        if r["split"] == split
    ]
    assert len(errors) == 3
    assert max(abs(x) for x in errors) < 0.05


def test_ctranslate2s_peaks_are_in_range() -> None:
    for r in m.rows("translation_memory"):
        e = t.estimate(r)
        assert e.low <= float(r["total_mib"]) * MIB <= e.high
