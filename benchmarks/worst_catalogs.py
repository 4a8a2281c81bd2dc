"""The dearest catalog files that the bounds on a file let through: processor time and memory of each.

    python benchmarks/worst_catalogs.py [NAME …]

Each is a file near 4 MiB or 500,000 values, made so that one rule or one step has as much to do as it can. Everything
that `fuzz_catalog.py` does with an input is done with it. Prints a line for each; exits 1 when one raises.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from fuzz_catalog import Fuzzer, peak_mib, reset_peak

from llm_select.catalog.files import bundled_directory

MODEL = "nllb/nllb-200-3.3b"
SCORE = "{benchmark: squad-v2, metric: x, value: 1, reported_by: developer, source: a, date: 2024}"
OFFER = "{provider: x, input_usd_per_mtok: 1, output_usd_per_mtok: 2, as_of: 2020, source: q}"
GROUP = "{layers: 100000, kind: grouped-query, heads: 28, kv_heads: 4, head_dim: 128, window: 4}, "


def board(text: str, entries: str, scores: str) -> str:
    """A board with other entries and scores."""
    return f"{text.partition('entries:')[0]}entries:\n{entries}scores:\n{scores}"


def lines(form: str, count: int) -> str:
    """A line for each number, which stands for `#`."""
    return "".join(form.replace("#", str(i)) + "\n" for i in range(count))


ONE = f"  a: {{model: {MODEL}}}\n"
CASES: dict[str, tuple[str, Callable[[str], str]]] = {
    # name: kind of file, what is done with the good one
    "rows-of-one-model": ("board", lambda t: board(t, ONE, lines("  l#: {a: 50}", 160_000))),
    "scores-out-of-range": ("board", lambda t: board(t, ONE, lines("  l#: {a: 500}", 160_000))),
    "unknown-names": (
        "board",
        lambda t: board(
            t, lines("  entry-#: {}", 60_000), "  en:\n" + lines("    entri-#: 5", 80_000)
        ),
    ),
    "twins": (
        "board",
        lambda t: board(
            t, lines(f"  e#: {{model: {MODEL}}}", 70_000), "  en:\n" + lines("    e#: 5", 70_000)
        ),
    ),
    "long-names": (
        "board",
        lambda t: board(
            t,
            f"  ? {'o' * 2_000_000}\n  : {{model: {MODEL}}}\n" + lines("  e#: {}", 9_000),
            f"  ? {'r' * 1_500_000}\n  : {{"
            + ", ".join(f"e{i}: 500" for i in range(9_000))
            + "}\n",
        ),
    ),
    "twins-apart": (
        "board",
        lambda t: board(
            t, lines(f"  e#: {{model: {MODEL}}}", 40_000), lines("  r#: {e#: 5}", 40_000)
        ),
    ),
    "aliases": (
        "model",
        lambda t: t.replace("aliases:\n", "aliases:\n" + lines("  - alias-#", 200_000)),
    ),
    "evaluations": ("model", lambda t: f"{t}evaluations:\n" + lines(f"  - {SCORE}", 38_000)),
    "offers": ("model", lambda t: f"{t}hosted:\n" + lines(f"  - {OFFER}", 45_000)),
    "layer-groups": ("model", lambda t: t.replace("attention: [", "attention: [" + GROUP * 30_000)),
    "exemptions": (
        "model",
        lambda t: f"{t}checks: {{because: x, ignore: [{'LS017, ' * 200_000} LS018]}}\n",
    ),
    "long-text": (
        "model",
        lambda t: f"{t}risks: {{source: a, safety_notes: '{'x' * 4_000_000}'}}\n",
    ),
    "sources": ("sources", lambda _: lines("s#: {title: x, url: y, read: 2026-01-01}", 80_000)),
    "tests-of-losses": (
        "losses",
        lambda t: t.replace(
            "tests:\n",
            "tests:\n" + lines("  t#: {name: x, metric: y, floor: 0, ceiling: 1}", 70_000),
        ),
    ),
}


def main(names: list[str]) -> int:
    """Measure the cases named, or all; return the exit code."""
    fuzzer = Fuzzer(Path(bundled_directory()))
    failed = 0
    for name in names or CASES:
        kind, change = CASES[name]
        file, data = next((f, d) for f, d in fuzzer.seeds if f.kind == kind)
        text = change(data.decode()).encode()
        before, began = reset_peak(), time.process_time()
        try:
            outcome = fuzzer.run(file, text)
        except Exception:
            failed += 1
            print(f"{name}: {traceback.format_exc()}")
            continue
        used = time.process_time() - began
        print(
            f"{name:20} {len(text) / 1e6:4.1f} MB {used:6.2f} s {peak_mib() - before:5.0f} MiB "
            f"{outcome.findings:6,} findings",
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
