"""GitHub-flavoured Markdown."""

from __future__ import annotations

from llm_select.i18n import titled
from llm_select.render.document import Document, Pairs, Table, Text


def render_markdown(document: Document) -> str:
    """The document as Markdown ending in a newline."""
    parts: list[str] = []
    for block in document.blocks:
        if isinstance(block, Text):
            text = _escape(block.text)
            parts.append(f"## {text}" if block.style == "head" else text)
        elif isinstance(block, Pairs):
            if block.title:
                parts.append(f"### {_escape(block.title)}")
            parts.append(
                "\n".join("- " + titled(f"**{_escape(k)}**", _escape(v)) for k, v in block.rows)
            )
        else:
            if block.title:
                parts.append(f"### {_escape(block.title)}")
            parts.append(_table(block))
    return "\n\n".join(parts) + "\n"


def _escape(text: str) -> str:
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", " ")


def _table(table: Table) -> str:
    head = "| " + " | ".join(_escape(c.title) for c in table.columns) + " |"
    rule = "| " + " | ".join("---:" if c.right else "---" for c in table.columns) + " |"
    rows = ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join([head, rule, *rows])
