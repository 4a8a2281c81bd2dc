"""Plain text: no colour, no box, columns separated by two spaces; safe to grep and to pipe."""

from __future__ import annotations

from llm_select.render.document import Document, Pairs, Table, Text


def render_plain(document: Document) -> str:
    """The document as lines of text ending in a newline."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Text):
            lines += [block.text, ""]
        elif isinstance(block, Pairs):
            lines += _titled(block.title)
            width = max((len(name) for name, _ in block.rows), default=0)
            lines += [f"{name.ljust(width)}  {value}".rstrip() for name, value in block.rows]
            lines.append("")
        else:
            lines += [*_titled(block.title), *_table(block), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _titled(title: str) -> list[str]:
    return [title] if title else []


def _table(table: Table) -> list[str]:
    rows = [tuple(c.title for c in table.columns), *table.rows]
    rows = [tuple(cell.replace("\n", "; ") for cell in row) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
