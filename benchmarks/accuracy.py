"""Writes `docs/accuracy.md`: every estimate beside measurements, and beside the formulas of other tools.

    python benchmarks/accuracy.py            writes the page, its plots and the README's table
    python benchmarks/accuracy.py --check    exits 1 when one of them is not what it would write

Nothing in it is written by hand: a change of a formula, a constant, a card or a row changes the page.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE), str(ROOT / "tests" / "measurements")]

from sections.order import StaleError  # noqa: E402

from llm_select.catalog.load import load_catalog  # noqa: E402

if TYPE_CHECKING:
    from sections.section import Section

DATE = "2026-11-24"
"""When the measurements were last gathered; the README quotes it."""
PARTS = (
    ("memory", "section"),
    ("memory", "verdicts"),
    ("speed", "section"),
    ("training", "section"),
    ("weights", "section"),
    ("weights", "counts"),
    ("loss", "section"),
    ("order", "section"),
)
"""Modules of `sections` with the function that makes the part, in the order of the page."""
PAGE = ROOT / "docs" / "accuracy.md"
PLOTS = ROOT / "docs" / "plots"
README = ROOT / "README.md"
MARK = re.compile(r"(<!-- accuracy -->\n).*?(<!-- /accuracy -->)", re.DOTALL)


def files(*, write: bool) -> dict[Path, str]:
    """What is to be written, by path. `write`: whether results that take minutes may be computed anew."""
    catalog = load_catalog([ROOT / "catalog"], bundled=False)
    parts = []
    for module, make in PARTS:
        function = getattr(import_module(f"sections.{module}"), make)
        parts.append(function(catalog, recompute=write) if module == "order" else function(catalog))
    found = {PAGE: page(parts)}
    for part in parts:
        found |= {PLOTS / name: svg for name, svg in part.plots.items()}
    text = README.read_text(encoding="utf-8")
    if not MARK.search(text):
        raise SystemExit("README.md: the marks <!-- accuracy --> and <!-- /accuracy --> are gone")
    found[README] = MARK.sub(lambda m: m[1] + headlines(parts) + "\n" + m[2], text)
    return found


def headlines(parts: list[Section]) -> str:
    """The table at the top."""
    from sections.section import table

    rows = [part.headline for part in parts]
    return "\n" + table(("", "measured", "aim"), rows) + "\n"


def page(parts: list[Section]) -> str:
    """The whole page."""
    body = "\n".join(f"## {part.title}\n\n{part.text}" for part in parts)
    return f"""# Accuracy

<!-- written by benchmarks/accuracy.py; CI fails when it differs -->

Every estimate beside measurements that others published, gathered until {DATE}. The rows are in `tests/measurements/`,
each with its source; `python benchmarks/accuracy.py` writes this page anew, and CI fails when it would write another.
Errors are of the expected figure relative to the measured one; "in range" is the share of measurements between low and
high, meant to be 80 %.
{headlines(parts)}
{body}"""


def main() -> int:
    """Write, or check."""
    stale = []
    try:
        made = files(write="--check" not in sys.argv)
    except StaleError:
        print("tests/measurements/ranking.json:1: is of other evidence; run benchmarks/accuracy.py")
        return 1
    for path, text in made.items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv:
            stale.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in stale:
        print(
            f"{path.relative_to(ROOT)}:1: differs from what benchmarks/accuracy.py writes; run it"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
