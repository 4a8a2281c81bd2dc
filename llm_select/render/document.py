"""A page before it has a form: text, tables and pairs. Views build it, the formatters print it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table."""

    title: str
    right: bool = False
    """Numbers are aligned right."""
    wide: bool = False
    """Shown only where there is room: at 110 columns or more, and in files."""
    keep: bool = False
    """Never wrapped."""


Span = tuple[float, float]
"""Where a bar starts and ends, both from 0 to 1."""


class Text(NamedTuple):
    """A paragraph. Style is one of `plain`, `head`, `note`, `warn`, and `line`, which is never broken."""

    text: str
    style: str = "plain"


class Table(NamedTuple):
    """Rows of text under columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    bars: tuple[Span, ...] = ()
    """A bar for each row, drawn on a terminal and nowhere else; without, none."""


class Pairs(NamedTuple):
    """A list of name and value."""

    rows: tuple[tuple[str, str], ...]
    title: str = ""
    bars: tuple[Span, ...] = ()
    """As in a table; the last rows may have none."""


class Exported(NamedTuple):
    """What `--export` wrote."""

    directory: str
    files: tuple[str, ...]


Block = Text | Table | Pairs


class Document(NamedTuple):
    """What a command prints."""

    blocks: tuple[Block, ...]
    records: Sequence[Mapping[str, object]] = ()
    """Flat rows for CSV."""
