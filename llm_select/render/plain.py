"""Plain text: no colour, no box, columns separated by two spaces; safe to grep and to pipe."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from llm_select.i18n import clauses
from llm_select.render.document import Document, Pairs, Table, Text


def render_plain(document: Document) -> str:
    """The document as lines of text ending in a newline."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Text):
            lines += [block.text, ""]
        elif isinstance(block, Pairs):
            lines += _titled(block.title)
            width = max((cells(name) for name, _ in block.rows), default=0)
            lines += [f"{_left(name, width)}  {value}".rstrip() for name, value in block.rows]
            lines.append("")
        else:
            lines += [*_titled(block.title), *_table(block), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def cells(text: str) -> int:
    """Columns of a terminal that the text takes: two for each wide sign, none for one that is put on another."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _left(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _titled(title: str) -> list[str]:
    return [title] if title else []


def _table(table: Table) -> list[str]:
    rows = [tuple(c.title for c in table.columns), *table.rows]
    rows = [tuple(clauses(cell.split("\n")) for cell in row) for row in rows]
    widths = [max(cells(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = []
    for row in rows:
        padded = [
            _right(cell, width) if column.right else _left(cell, width)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines
