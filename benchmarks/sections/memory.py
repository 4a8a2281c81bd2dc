"""Memory for inference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import calibrate_memory as cm
import measurement_rows as m
import peers
import plots
from quantiles import quantile

from llm_select.units import GIB
from sections.peer_cases import Rival, inference_case, rivals_table
from sections.section import Section, percent, prose, table

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

TITLE = "Inference memory"
VERDICTS = "Verdicts"
PARTS = {
    "weights": "weights",
    "kv_cache": "cache",
    "activations": "compute buffers",
    "overhead": "context, graphs, buffers",
    "total": "total",
}
MISS = 0.2
"""Twice the aim at the 90th percentile."""


def section(_: Catalog) -> Section:
    """Errors by engine, format and part."""
    samples = cm.samples()
    every = cm.errors(samples)
    parts = table(
        ("engine", "part", "rows", "median error", "90th percentile", "worst", "in range"),
        [
            (
                e.engine,
                PARTS[e.part],
                e.n,
                percent(e.median, 2),
                percent(e.p90),
                percent(e.worst),
                _inside(e),
            )
            for e in every
            if e.format == "all"
        ],
    )
    formats = table(
        ("engine", "format", "rows", "median error", "90th percentile", "worst"),
        [
            (e.engine, e.format, e.n, percent(e.median, 2), percent(e.p90), percent(e.worst))
            for e in every
            if e.format != "all" and e.part == "total"
        ],
    )
    totals = [s for s in samples if s.part == "total"]
    errors = [abs(s.estimated / s.measured - 1) for s in totals]
    bad = [s for s in samples if abs(s.estimated / s.measured - 1) > MISS]
    misses = table(
        ("engine", "format", "part", "measured GiB", "estimated", "error"),
        [
            (
                s.engine,
                s.format,
                PARTS[s.part],
                f"{s.measured:.2f}",
                f"{s.estimated:.2f}",
                f"{(s.estimated / s.measured - 1) * 100:+.0f} %",
            )
            for s in sorted(bad, key=lambda s: -abs(s.estimated / s.measured - 1))
        ],
    )
    others = len(samples) - len(totals)
    share = f"{len(bad)} of {len(samples)}"
    text = f"""{
        prose(
            f'''
{len(totals)} measured totals and {others} parts of totals from logs (`memory.csv`, `llama_cpp_memory.csv`,
`serving_memory.csv` and others in `tests/measurements/`), each with its source. llama.cpp prints its buffers, vLLM what
it profiled, Transformers' figures are torch's peak; the driver's context is left out where the counter leaves it
out.'''
        )
    }

{parts}

![predicted against measured](plots/memory.svg)

Totals by format:

{formats}

**Other tools' formulas on the same rows**, the totals of `memory.csv` (the fixed part for driver and framework taken
off, as it is in none of these counters). Its llama.cpp rows have a short context, where weights alone are nearly all:

{rivals_table(peers.MEMORY, _rivals(), peers.OVERHEAD_GIB)}

**More than {percent(MISS, 0)} off** (twice the aim at the 90th percentile), {
        share
    }; causes that are known are in
[Estimates](estimates.md#what-is-weak):

{misses}
"""
    middle, high = percent(quantile(errors, 0.5), 2), percent(quantile(errors, 0.9))
    figure = f"median {middle}, 90th percentile {high} ({len(errors)} totals)"
    groups: dict[str, list[tuple[float, float]]] = {}
    for s in totals:
        groups.setdefault(s.engine, []).append((s.measured, s.estimated))
    picture = plots.scatter(TITLE, "GiB", [plots.Series(k, v) for k, v in groups.items()])
    return Section(TITLE, (TITLE, figure, "3 % and 10 %"), text, {"memory.svg": picture})


def verdicts(_: Catalog) -> Section:
    """Whether "fits" was right."""
    rows = cm.verdicts()
    lines = table(
        (
            "engine", "ran with 15 % to spare", "said to fit", "ran with less", "said to fit", "refused",
            "ran out", "said to fit", "tight",
        ),
        [
            (
                v.engine, v.roomy, f"{v.roomy_fits} ({percent(v.roomy_fits / v.roomy, 0)})" if v.roomy else "–",
                v.close, v.close_fits, v.close_refused, v.failed, v.failed_fits, v.tight,
            )
            for v in rows
        ],
    )  # fmt: skip
    text = f"""{
        prose(
            '''
Runs that are known to have fitted or to have run out of memory (`tests/measurements/outcomes.csv` and servers' logs).
"Fits" means that the high end of the range fits; "tight" that only the expected figure does.'''
        )
    }

{lines}
"""
    roomy, fits = sum(v.roomy for v in rows), sum(v.roomy_fits for v in rows)
    failed, wrong = sum(v.failed for v in rows), sum(v.failed_fits for v in rows)
    figure = f"{fits} of {roomy} that ran with room said to fit; {wrong} of {failed} that ran out"
    return Section(VERDICTS, (VERDICTS, figure, "95 % and none"), text)


def _inside(e: cm.ErrorRow) -> str:
    return "–" if e.in_range is None else percent(e.in_range / e.n, 0)


def _rivals() -> list[Rival[peers.InferenceCase]]:
    found = []
    for r in m.rows("memory"):
        if not r["total_gib"]:
            continue
        model, quantization = m.model(r["model"]), m.quantization(r["quantization"])
        case = inference_case(model, m.sized(r["model"]), r["quantization"], quantization, r)
        e = m.memory(r)
        found.append(Rival(case, r["model"], float(r["total_gib"]), m.compared(r, e) / GIB))
    return found
