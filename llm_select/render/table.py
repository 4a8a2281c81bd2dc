"""Tables for a terminal. With the bars of `progress`, the only user of rich."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from llm_select.i18n import SOURCE, current
from llm_select.render.document import Document, Pairs, Span, Table, Text
from llm_select.render.wrap import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.containers import Lines

WIDE = 110
"""Columns of a terminal from which wide tables are shown whole."""
ROOM = 60
"""Columns of a terminal from which bars are drawn beside figures."""
BAR, PAIRS_BAR = 10, 24
"""Columns of a bar, in a table and beside pairs."""
_STYLE = {"head": "bold", "note": "dim", "warn": "yellow", "plain": "", "line": ""}


class _Printer(Console):
    """A console that leaves a closed pipe to the caller; rich's own exits with 1, which means that nothing fits."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def render_table(document: Document, out: TextIO) -> None:
    """Print to a terminal (or a file: then without colour), within its width. Raises BrokenPipeError."""
    console = _Printer(file=out, highlight=False, soft_wrap=False, emoji=False, markup=False)
    draws = console.is_terminal and console.width >= ROOM
    sign = "█" if console.encoding.lower().startswith("utf") else "#"
    folds = current() != SOURCE
    for block in document.blocks:
        for piece in _pieces(block, console.width, sign if draws else ""):
            if folds and isinstance(piece, RichText) and not _kept(block):
                piece.plain = wrapped(piece.plain, console.width)
            console.print(piece, soft_wrap=_kept(block))


def _kept(block: Text | Table | Pairs) -> bool:
    """True for lines that tools read, such as file:line of a finding: they must not be broken."""
    return isinstance(block, Text) and block.style == "line"


class _Cell(RichText):
    """A cell that breaks Chinese between its signs; rich breaks at spaces alone."""

    def wrap(self, console: Console, width: int, **options: Any) -> Lines:
        text = RichText(wrapped(self.plain, width), style=self.style)
        return text.wrap(console, width, **options)


def _cell(text: str) -> RichText:
    return RichText(text) if current() == SOURCE else _Cell(text)


def _pieces(block: Text | Table | Pairs, width: int, sign: str) -> list[RenderableType]:
    """`sign` is what bars are made of; empty for none."""
    if isinstance(block, Text):
        return [RichText(block.text, style=_STYLE[block.style])]
    title: list[RenderableType] = [RichText(block.title, style="bold")] if block.title else []
    if isinstance(block, Pairs):
        grid = RichTable.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        bars = _bars(block.bars, PAIRS_BAR, sign)
        for at, (name, value) in enumerate(block.rows):
            grid.add_row(RichText(name), _cell(value), *bars[at : at + 1])
        return [*title, Padding(grid, (0, 0, 1, 0))]
    shown = [i for i, c in enumerate(block.columns) if width >= WIDE or not c.wide]
    table = RichTable(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    for i in shown:
        column = block.columns[i]
        table.add_column(
            RichText(column.title),
            justify="right" if column.right else "left",
            no_wrap=column.keep,
            overflow="fold",
        )
    bars = _bars(block.bars, BAR, sign)
    if bars:
        table.add_column("", no_wrap=True, min_width=BAR)
    for at, row in enumerate(block.rows):
        table.add_row(*(_cell(row[i]) for i in shown), *bars[at : at + 1])
    return [*title, Padding(table, (0, 0, 1, 0))]


def _bars(spans: Sequence[Span], columns: int, sign: str) -> list[RichText]:
    """Bars in whole columns; a part that is not nothing has at least one."""
    if not sign:
        return []
    found = []
    for start, end in spans:
        first = min(columns - 1, round(start * columns))
        last = max(round(end * columns), first + 1) if end > start else first
        found.append(RichText(" " * first + sign * (min(last, columns) - first), style="cyan"))
    return found
