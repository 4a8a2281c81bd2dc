"""Comma-separated values, one flat row for each record."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(records: Sequence[Mapping[str, object]]) -> str:
    """Records with their keys as header; the columns are those of the first record."""
    out = io.StringIO()
    if records:
        writer = csv.DictWriter(out, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: _cell(v) for k, v in record.items()} for record in records)
    return out.getvalue()


def _cell(value: object) -> object:
    # A text cell that a spreadsheet would run as a formula is quoted; numbers are left alone.
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value
