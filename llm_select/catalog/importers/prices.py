"""Price tables, CSV or JSON, into offers of hosted models. Every price needs its day and its source."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.reading import (
    MAX_ROWS,
    SourceError,
    csv_rows,
    json_value,
    kind_of,
)
from llm_select.messages import Message, either
from llm_select.schema.base import PARTIAL_DATE

_COLUMNS = {
    "model": ("model", "name", "id"),
    "provider": ("provider",),
    "input_usd_per_mtok": ("input_usd_per_mtok", "usd_per_mtok_in", "input", "prompt"),
    "output_usd_per_mtok": ("output_usd_per_mtok", "usd_per_mtok_out", "output", "completion"),
    "as_of": ("as_of", "date", "read"),
}
"""The card's names, and others that tables use. Prices are USD per million tokens."""


class Price(NamedTuple):
    """One row of a price table."""

    model: str
    provider: str
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    as_of: str
    where: str
    """File and row."""

    def offer(self, source: str) -> Values:
        """As a card has it."""
        return {
            "provider": self.provider,
            "input_usd_per_mtok": _plain(self.input_usd_per_mtok),
            "output_usd_per_mtok": _plain(self.output_usd_per_mtok),
            "as_of": self.as_of,
            "source": source,
        }


def price_table(
    data: bytes, where: str, *, as_of: str | None = None
) -> tuple[list[Price], list[str]]:
    """The rows, and notes on those without both prices. `as_of` dates rows that have no date of their own.

    Raises SourceError with the row of a fault.
    """
    text = data.lstrip()[:1]
    rows = _json_rows(data, where) if text in (b"[", b"{") else _csv_rows(data, where)
    if not rows:
        raise SourceError(Message("no rows"), where=where)
    names = _named(rows[0][1], where)
    prices: list[Price] = []
    skipped = 0
    for place, row in rows:
        found = {field: row.get(name) for field, name in names.items()}
        if any(
            found.get(one) in (None, "") for one in ("input_usd_per_mtok", "output_usd_per_mtok")
        ):
            skipped += 1
            continue
        model, provider = found["model"], found.get("provider")
        if not isinstance(model, str) or not model.strip():
            raise SourceError(Message("the model is missing"), where=place)
        day = found.get("as_of") or as_of
        if not isinstance(day, str) or not re.match(PARTIAL_DATE, day):
            raise SourceError(
                Message("{day}: a price needs the day it was read", day=day or Message("no date")),
                where=place,
                remedy=Message("add a column as_of, or give --as-of 2026-11-24"),
            )
        prices.append(
            Price(
                model.strip(),
                provider.strip()
                if isinstance(provider, str) and provider.strip()
                else model.partition("/")[0],
                _price(found["input_usd_per_mtok"], Message("input"), place),
                _price(found["output_usd_per_mtok"], Message("output"), place),
                day,
                place,
            )
        )
    return prices, [
        Message("{skipped} row(s) without both prices left aside", skipped=skipped)
    ] if skipped else []


def _csv_rows(data: bytes, where: str) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{where}:{line}", dict(row)) for line, row in csv_rows(data, where)[1]]


def _json_rows(data: bytes, where: str) -> list[tuple[str, dict[str, Any]]]:
    value = json_value(data, where)
    if isinstance(value, dict):
        value = value.get("prices", value)
    if isinstance(value, dict):
        value = [{"model": key, **one} for key, one in value.items() if isinstance(one, dict)]
    if not isinstance(value, list) or len(value) > MAX_ROWS:
        raise SourceError(Message("holds no list of prices"), where=where)
    for index, row in enumerate(value):
        if not isinstance(row, dict):
            raise SourceError(
                Message("is {given}, not an object", given=kind_of(row)),
                where=Message("{where}: item {index}", where=where, index=index + 1),
            )
    return [
        (Message("{where}: item {index}", where=where, index=i + 1), row)
        for i, row in enumerate(value)
    ]


def _named(first: dict[str, Any], where: str) -> dict[str, str]:
    found = {
        field: name
        for field, names in _COLUMNS.items()
        for name in reversed(names)
        if name in first
    }
    for field in ("model", "input_usd_per_mtok", "output_usd_per_mtok"):
        if field not in found:
            raise SourceError(
                Message("no column for {field}", field=field),
                where=where,
                remedy=Message("name it {columns}", columns=either(_COLUMNS[field])),
            )
    return found


def _price(value: Any, what: str, where: str) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        raise SourceError(
            Message("the {what} price {given} is not a number", what=what, given=kind_of(value)),
            where=where,
        ) from None
    if not math.isfinite(number) or not 0 <= number < 1e5:
        raise SourceError(
            Message(
                "the {what} price {value} is not USD per million tokens", what=what, value=value
            ),
            where=where,
        )
    return number


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value
