"""How the findings of `catalog check` read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.render.document import Block, Document, Text
from llm_select.render.payload import VERSION, Json

if TYPE_CHECKING:
    from llm_select.catalog.findings import Finding


def check_document(findings: Sequence[Finding]) -> Document:
    """One line for each finding, then the count."""
    blocks: list[Block] = [Text("\n".join(map(str, findings)), "line")] if findings else []
    errors = sum(1 for f in findings if f.severity == "error")
    warnings = len(findings) - errors
    blocks.append(Text(f"{errors} error(s), {warnings} warning(s)", "head"))
    return Document(tuple(blocks), [f._asdict() for f in findings])


def check_json(findings: Sequence[Finding]) -> Json:
    """Findings as records."""
    return {
        "version": VERSION,
        "ok": not any(f.severity == "error" for f in findings),
        "findings": [f._asdict() for f in findings],
    }
