"""The speed formulas on measured rows, by constants that have not seen them."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import measurement_rows as m
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import calibrate_speed as b

from llm_select.estimates import speed_calibration as c
from llm_select.estimates.sizing import sizing
from llm_select.estimates.speed import speed

pytestmark = pytest.mark.slow


def test_the_shipped_constants_are_the_fitted_ones() -> None:
    fitted, width = b.fit(b.cases()), b.ranges()
    assert c.DECODE.keys() == fitted.decode.keys()
    for key, d in fitted.decode.items():
        assert c.DECODE[key].efficiency == pytest.approx(d.efficiency, abs=6e-4)
        assert c.DECODE[key].layer_s == pytest.approx(d.layer_s, rel=6e-3, abs=1e-9)
    assert c.PREFILL.keys() == fitted.prefill.keys()
    for pkey, p in fitted.prefill.items():
        assert c.PREFILL[pkey].utilization == pytest.approx(p.utilization, abs=6e-4)
        assert c.PREFILL[pkey].layer_s == pytest.approx(p.layer_s, rel=6e-3, abs=1e-9)
    assert pytest.approx(fitted.scale, rel=6e-3) == c.SCALE
    assert pytest.approx(fitted.launch, rel=6e-3) == c.LAUNCH_S
    assert pytest.approx(fitted.mixture, rel=6e-3) == c.MIXTURE_PREFILL
    for engine, pair in c.BATCH.items():
        assert pair == pytest.approx(width[engine, "batch"], abs=6e-3)


def test_the_estimate_is_what_the_errors_were_taken_of() -> None:
    for k in b.cases():
        if k.phase == "generation":
            continue
        j = k.job
        s = speed(
            m.model(k.row["model"]),
            j.quantization,
            j.engine,
            m.workload(k.row),
            j.machine,
            None,
            size=m.sized(k.row["model"]),
        )
        found = s.decode if k.phase == "decode" else s.prefill
        expected = b.predicted_seconds(k, c.SHIPPED)
        if expected is None:
            assert found is None
            continue
        assert found is not None
        tokens = 1 if k.phase == "decode" else int(k.row["prompt_tokens"])
        assert found.expected == pytest.approx(tokens / expected)


AIMED = [
    ("llama.cpp", "gddr", "decode", "one"),
    ("llama.cpp", "hbm", "decode", "one"),
    ("llama.cpp", "unified", "decode", "one"),
    ("vllm", "hbm", "generation", "one"),
]


@pytest.mark.parametrize("group", AIMED)
def test_decode_meets_its_aim_with_model_or_device_left_out(
    group: tuple[str, str, str, str],
) -> None:
    found = [x for x in b.summaries() if (x.engine, x.memory_class, x.phase, x.setting) == group]
    assert {x.left_out for x in found} == {"model", "device"}
    for x in found:
        assert x.rows >= 30
        assert x.median <= 0.10
        assert x.p90 <= 0.30


@pytest.mark.parametrize("memory_class", ["gddr", "hbm", "unified"])
def test_prefill_on_one_device_meets_its_aim(memory_class: str) -> None:
    found = [
        x
        for x in b.summaries()
        if (x.memory_class, x.phase, x.setting) == (memory_class, "prefill", "one")
        and x.engine in ("llama.cpp", "mlx")
    ]
    assert len(found) >= 2
    for x in found:
        assert x.median <= 0.28


def test_ranges_hold_seven_to_nine_of_ten_rows_in_every_memory_class() -> None:
    by_class = b.summaries(lambda x: ("all", x.memory_class, "all", "all"))
    assert {x.memory_class for x in by_class} == {"gddr", "hbm", "unified", "ddr"}
    for x in by_class:
        assert 0.7 <= x.inside / x.rows <= 0.9


def test_every_excluded_row_says_why() -> None:
    for r in m.rows("speed"):
        assert r["split"] in ("used", "excluded")
        assert bool(r["why"]) == (r["split"] == "excluded")


def test_devices_agree_with_the_catalog() -> None:
    for r in m.rows("devices"):
        if not r["catalog"]:
            continue
        name, gib = r["catalog"].split(":")
        card = m.catalog().devices[name]
        assert (card.vendor, card.memory_class) == (r["vendor"], r["memory_class"])
        assert float(r["bandwidth_gb_s"]) in [
            o.bandwidth_gb_s for o in card.memory if o.gib == float(gib)
        ]
        if r["tflops"]:
            assert float(r["tflops"]) in (card.compute.fp16, card.compute.fp32)


def test_the_catalogs_cards_have_the_shapes_of_the_measured_models() -> None:
    both = [r["model"] for r in m.rows("cards") if r["model"] in m.table("models", "model")]
    assert len(both) >= 25
    for name in both:
        found, written = sizing(m.card(name)), m.sized(name)
        assert (found.layers, found.hidden, found.active) == (
            written.layers,
            written.hidden,
            written.active,
        )
        assert found.parameters == written.parameters
        assert found.cache == written.cache


def test_no_measurement_is_listed_twice() -> None:
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    for r in m.rows("speed"):
        seen[tuple(v for k, v in r.items() if k not in ("split", "why", "date"))] += 1
    assert [k for k, n in seen.items() if n > 1] == []


def test_engines_of_the_catalog_with_rows_count_as_measured() -> None:
    named = {engine.name.lower() for engine in m.catalog().engines.values()}
    assert {"llama.cpp", "ollama", "vllm", "sglang", "transformers", "mlx lm"} <= named & set(
        c.MEASURED_ENGINES
    )
