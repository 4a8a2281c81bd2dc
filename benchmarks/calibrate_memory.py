"""Reports the errors of memory estimates on the measurements, for `llm_select/estimates/memory_calibration.py`.

    python benchmarks/calibrate_memory.py

Reads the rows of `tests/measurements`. Constants were chosen on rows marked `calibration`; those marked `held-out`
gave none. `errors` and `verdicts` return the tables as rows, for other scripts.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "measurements")]

import llama_cpp_rows as llama  # noqa: E402
import measurement_rows as m  # noqa: E402
import mlx_rows as mlx  # noqa: E402
import serving_rows as serving  # noqa: E402
import translation_rows as translation  # noqa: E402
from quantiles import quantile  # noqa: E402

from llm_select.estimates import memory_calibration as c  # noqa: E402
from llm_select.units import GIB  # noqa: E402

SPARE = 0.15
"""A run had room when what it was expected to take leaves this share of the usable memory free."""


class Sample(NamedTuple):
    """One part of one measured run."""

    engine: str
    format: str
    split: str
    """calibration or held-out."""
    part: str
    """weights, kv_cache, activations, overhead or total (without the driver's context, but for CTranslate2)."""
    measured: float
    """GiB, summed over the devices, or on one where a log tells one."""
    estimated: float
    in_range: bool | None = None
    """Of totals: within the shipped 80 % range."""


class ErrorRow(NamedTuple):
    """Errors of one part, by engine and format."""

    engine: str
    format: str
    """`all`: every format of the engine together."""
    split: str
    """`all`: both."""
    part: str
    n: int
    median: float
    """Relative, absolute value; so too the next two."""
    p90: float
    worst: float
    in_range: int | None
    """Rows inside the 80 % range; None where it was not asked."""


class Outcome(NamedTuple):
    """One run that is known to have fitted or not."""

    engine: str
    ran: bool
    verdict: str
    taken: float
    """Share of the usable memory of the fullest device that the estimate expects."""


class VerdictRow(NamedTuple):
    """How often the verdict was right, by engine."""

    engine: str
    roomy: int
    """Runs with `SPARE` or more to spare."""
    roomy_fits: int
    """Of them said to fit; so too below."""
    close: int
    """Runs with less to spare."""
    close_fits: int
    close_refused: int
    """Of them said not to fit."""
    failed: int
    """Runs out of memory."""
    failed_fits: int
    tight: int
    """Of all runs, ran or failed, called tight."""


def _table() -> Iterator[Sample]:
    """`memory.csv`: buffers of llama.cpp in 2023, peaks of Transformers."""
    for r in m.rows("memory"):
        e = m.memory(r)
        w = c.WIDTHS[r["engine"]]
        half = math.hypot(
            w.weights * e.weights, w.kv_cache * e.kv_cache, w.activations * e.activations
        )
        # Logs and torch's counters leave the driver's context out.
        ours, real = m.compared(r, e), float(r["total_gib"]) * GIB
        key = (r["engine"], r["quantization"], r["split"])
        yield Sample(*key, "total", real / GIB, ours / GIB, abs(ours - real) <= half)
        for part, column in (
            ("weights", "weights_gib"),
            ("kv_cache", "kv_cache_gib"),
            ("activations", "compute_gib"),
        ):
            if r[column]:
                yield Sample(*key, part, float(r[column]), getattr(e, part) / GIB)


def _llama_cpp() -> Iterator[Sample]:
    """`llama_cpp_memory.csv`: buffers of llama.cpp since."""
    for r in m.rows("llama_cpp_memory"):
        for p in llama.parts(r):
            inside = None
            if p.name == "total":
                inside = abs(p.estimated - p.measured) <= llama.half_width(r)
            name = f"{r['quantization']} (own mix)" if r["file_mib"] else r["quantization"]
            yield Sample(
                "llama.cpp", name, r["split"], p.name, p.measured / 1024, p.estimated / 1024, inside
            )


def _serving() -> Iterator[Sample]:
    """`serving_memory.csv`: start-up logs of vLLM and SGLang, on one device."""
    for r in m.rows("serving_memory"):
        key = (r["engine"], r["quantization"], r["split"])
        real, ours = serving.printed(r), serving.estimated(r)
        if r["parallel"] != "pipeline":
            for part, field in (
                ("weights", "weights"),
                ("activations", "activations"),
                ("overhead", "overhead"),
                ("kv_cache", "cache"),
            ):
                if getattr(real, field):
                    yield Sample(*key, part, getattr(real, field), getattr(ours, field))
        used = serving.used(r)
        if used:
            yield Sample(*key, "total", used[1], used[0])


def _translation() -> Iterator[Sample]:
    """`translation_memory.csv`: peaks of CTranslate2, the driver's context included."""
    for r in m.rows("translation_memory"):
        e = translation.estimate(r)
        real = float(r["total_mib"]) / 1024
        inside = e.low <= real * GIB <= e.high
        key = (r["engine"], r["quantization"], r["split"], "total")
        yield Sample(*key, real, e.total / GIB, inside)


def _mlx() -> Iterator[Sample]:
    """`mlx_memory.csv`: peaks of mlx-lm's allocator."""
    w = c.WIDTHS["mlx"]
    for r in m.rows("mlx_memory"):
        e = mlx.estimate(r)
        ours, real = mlx.peaks(r)
        half = math.hypot(
            w.weights * e.weights, w.kv_cache * e.kv_cache, w.activations * e.activations
        )
        key = ("mlx", r["quantization"], r["split"], "total")
        yield Sample(*key, real / GIB, ours / GIB, abs(ours - real) <= half)


SOURCES: tuple[Callable[[], Iterator[Sample]], ...] = (
    _table,
    _llama_cpp,
    _serving,
    _translation,
    _mlx,
)
"""One function for each file of measurements."""


def samples() -> list[Sample]:
    """Every part of every measured run."""
    return [one for source in SOURCES for one in source()]


def errors(of: Iterable[Sample] | None = None, *, by_split: bool = False) -> list[ErrorRow]:
    """Errors by engine, format and part; an engine's formats together first. `by_split`: calibration and held-out
    rows apart."""
    groups: dict[tuple[str, str, str, str], list[Sample]] = {}
    for s in samples() if of is None else of:
        split = s.split if by_split else "all"
        for name in ("all", s.format):
            groups.setdefault((s.engine, name, split, s.part), []).append(s)
    found = []
    for key, some in sorted(groups.items(), key=lambda x: (x[0][0], x[0][1] != "all", x[0])):
        off = [abs(s.estimated / s.measured - 1) for s in some]
        asked = [s.in_range for s in some if s.in_range is not None]
        found.append(
            ErrorRow(
                *key,
                len(off),
                quantile(off, 0.5),
                quantile(off, 0.9),
                max(off),
                sum(asked) if asked else None,
            )
        )
    return found


def outcomes() -> list[Outcome]:
    """Runs that are known to have fitted or not: `outcomes.csv`, and the logs of servers that came up or did not."""
    found = []
    for r in m.rows("outcomes"):
        e = m.memory(r)
        if e.usable and e.device_expected:
            taken = e.device_expected / e.usable
            found.append(Outcome(r["engine"], r["outcome"] == "runs", e.verdict or "", taken))
    for r in m.rows("serving_memory"):
        e = serving.estimate(r, roomy=False)
        if r["outcome"] and e.usable and e.device_expected:
            taken = e.device_expected / e.usable
            found.append(Outcome(r["engine"], r["outcome"] == "runs", e.verdict or "", taken))
    return found


def verdicts(of: Iterable[Outcome] | None = None) -> list[VerdictRow]:
    """The verdicts against what happened, by engine."""
    groups: dict[str, list[Outcome]] = {}
    for o in outcomes() if of is None else of:
        groups.setdefault(o.engine, []).append(o)
    found = []
    for engine, some in sorted(groups.items()):
        roomy = [o for o in some if o.ran and o.taken <= 1 - SPARE]
        close = [o for o in some if o.ran and o.taken > 1 - SPARE]
        failed = [o for o in some if not o.ran]
        found.append(
            VerdictRow(
                engine,
                len(roomy),
                sum(o.verdict == "fits" for o in roomy),
                len(close),
                sum(o.verdict == "fits" for o in close),
                sum(o.verdict == "no" for o in close),
                len(failed),
                sum(o.verdict == "fits" for o in failed),
                sum(o.verdict == "tight" for o in some),
            )
        )
    return found


def report() -> None:
    """Prints both tables."""
    for e in errors():
        inside = "" if e.in_range is None else f", {e.in_range} in range"
        print(
            f"{e.engine:12} {e.format:18} {e.part:11} {e.n:4} rows, median {e.median:6.2%}, "
            f"90th percentile {e.p90:6.2%}, worst {e.worst:6.1%}{inside}"
        )
    for v in verdicts():
        print(
            f"{v.engine:12} with {SPARE:.0%} to spare {v.roomy_fits} of {v.roomy} said to fit; with less "
            f"{v.close_fits} of {v.close}, {v.close_refused} refused; out of memory {v.failed_fits} of {v.failed} "
            "said to fit; "
            f"{v.tight} tight"
        )


if __name__ == "__main__":
    report()
