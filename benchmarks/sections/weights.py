"""File sizes and parameter counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plots
import sizes
from quantiles import quantile

from sections.section import Section, percent, prose, table

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

FILES, COUNTS = "File sizes", "Parameter counts"


def section(catalog: Catalog) -> Section:
    """Errors by format, with the misses."""
    rows = sizes.file_sizes()
    formats = table(
        ("format", "files", "models", "median error", "90th percentile", "worst"),
        [
            (
                f.quantization,
                f.files,
                f.models,
                percent(f.median, 2),
                percent(f.p90, 2),
                f"{f.worst * 100:+.2f} %",
            )
            for f in sizes.by_format(rows)
        ],
    )
    misses = table(
        ("model", "format", "error", "cause"),
        [
            (r.model, r.quantization, f"{r.error * 100:+.1f} %", r.cause or "not understood")
            for r in sizes.misses(rows)
        ],
    )
    models = len({r.model for r in rows})
    text = f"""{
        prose(
            f'''
{len(rows)} published sizes of {models} models beside those computed from the shape and the format's rules alone:
a card's own artifacts are not used (`tests/measurements/file_sizes.csv`).'''
        )
    }

{formats}

![predicted against measured](plots/file-sizes.svg)

More than 2 % off:

{misses}
"""
    errors = [abs(r.error) for r in rows]
    middle, high = percent(quantile(errors, 0.5), 2), percent(quantile(errors, 0.9))
    figure = f"median {middle}, 90th percentile {high} ({len(rows)} files)"
    groups: dict[str, list[tuple[float, float]]] = {}
    kinds = {q: catalog.quantizations[q].format for q in {r.quantization for r in rows}}
    for r in rows:
        groups.setdefault(kinds[r.quantization], []).append(
            (r.published / 2**30, r.computed / 2**30)
        )
    picture = plots.scatter(FILES, "GiB", [plots.Series(k, v) for k, v in groups.items()])
    return Section(FILES, (FILES, figure, "median 1 %"), text, {"file-sizes.svg": picture})


def counts(_: Catalog) -> Section:
    """Parameter counts computed from the shape."""
    cards, hub = sizes.card_counts(), sizes.hub_counts()
    sets = (
        ("cards with a published total", cards),
        ("of these, shapes that describe every weight", [r for r in cards if r.described]),
        ("models as another party lists them", hub),
    )
    rows = []
    for what, some in sets:
        c = sizes.count_errors(what, some)
        rows.append((c.what, c.models, c.exact, c.within, f"{c.worst * 100:+.2f} %"))
    outside = table(
        ("model", "error", "note"),
        [
            (r.model, f"{r.error * 100:+.1f} %", r.note or "not understood")
            for r in (*cards, *hub)
            if abs(r.error) > sizes.AIM
        ],
    )
    text = f"""{table(("", "models", "exact", "within 1 %", "worst"), rows)}

More than 1 % off:

{outside}
"""
    within = sizes.count_errors("", cards)
    figure = f"{within.within} of {within.models} cards within 1 %, {within.exact} exact"
    return Section(COUNTS, (COUNTS, figure, "95 % of cards within 1 %"), text)
