"""The training-time formula on measured runs."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import training_speed as b
from quantiles import quantile

from llm_select.estimates import training_calibration as c

FITTED = [run for run in b.runs() if run.row["use"] == "fit"]
LONG = [run for run in FITTED if int(run.row["tokens_per_pass"]) >= 4096]


@pytest.mark.parametrize(
    ("full", "constant"), [(True, c.UTILIZATION_FULL), (False, c.UTILIZATION_ADAPTER)]
)
def test_the_share_of_peak_is_the_median_of_the_fitted_runs(full: bool, constant: float) -> None:
    shares = [run.utilization for run in LONG if (run.row["method"] == "full") is full]
    assert constant == pytest.approx(statistics.median(shares), abs=5e-3)


def test_the_hosts_time_is_the_median_of_short_passes() -> None:
    short = [
        run.layer_s
        for run in FITTED
        if int(run.row["tokens_per_pass"]) <= 1024 and run.row["method"] != "full"
    ]
    assert pytest.approx(statistics.median(short), abs=1e-4) == c.HOST_LAYER_S


def test_the_range_covers_the_tenth_to_the_ninetieth_percentile() -> None:
    ratios = [run.ratio for run in FITTED]
    assert quantile(ratios, 0.1) >= c.TIME_LOW
    assert quantile(ratios, 0.9) <= c.TIME_HIGH


def test_runs_left_out_of_the_fit_lie_in_the_range() -> None:
    held = [run for run in b.runs() if run.row["use"] == "held out"]
    assert len(held) == 3
    assert all(run.low <= run.measured <= run.high for run in held)
