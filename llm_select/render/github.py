"""Findings as workflow commands of GitHub Actions, which annotate the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions: `::error file=…,line=…::message`. Signs
that end a property or the line are escaped as the runner's own toolkit does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import tr
from llm_select.render.sarif import relative_path, said

if TYPE_CHECKING:
    from llm_select.catalog.findings import Finding


def github(findings: Sequence[Finding], *, root: str) -> str:
    """One command for each finding, then the count, which a log shows as it is."""
    lines = [_command(finding, root) for finding in findings]
    errors = sum(finding.severity == "error" for finding in findings)
    lines.append(
        tr(
            "{errors} error(s), {warnings} warning(s)",
            errors=errors,
            warnings=len(findings) - errors,
        )
    )
    return "\n".join(lines) + "\n"


def _command(finding: Finding, root: str) -> str:
    properties = {"file": relative_path(finding.file, root) or finding.file}
    if finding.line:
        properties["line"] = str(finding.line)
    properties["title"] = finding.code
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{finding.severity} {given}::{_data(said(finding))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
