"""How the findings of `catalog check` read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import tr, translated
from llm_select.render.document import Block, Document, Text
from llm_select.render.payload import VERSION, Json
from llm_select.render.sarif import said

if TYPE_CHECKING:
    from llm_select.catalog.findings import Finding


def check_document(findings: Sequence[Finding]) -> Document:
    """One line for each finding, then the count."""
    blocks: list[Block] = [Text("\n".join(map(_line, findings)), "line")] if findings else []
    errors = sum(1 for f in findings if f.severity == "error")
    warnings = len(findings) - errors
    blocks.append(
        Text(
            tr("{errors} error(s), {warnings} warning(s)", errors=errors, warnings=warnings), "head"
        )
    )
    return Document(tuple(blocks), list(map(_record, findings)))


def check_json(findings: Sequence[Finding]) -> Json:
    """Findings as records."""
    return {
        "version": VERSION,
        "ok": not any(f.severity == "error" for f in findings),
        "findings": list(map(_record, findings)),
    }


def _line(finding: Finding) -> str:
    """`file:line: code field: message (remedy)`, as `str` has it, in the reader's language."""
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    return f"{place}: {finding.code} {said(finding)}"


def _record(finding: Finding) -> Json:
    record: Json = finding._asdict()
    record["message"] = translated(finding.message)
    record["remedy"] = translated(finding.remedy) if finding.remedy else finding.remedy
    return record
