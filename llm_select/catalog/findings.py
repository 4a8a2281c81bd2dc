"""One thing wrong with a catalog: where it is, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from llm_select.errors import CatalogError
from llm_select.messages import Message

Key = str | int
"""A step into a YAML document: the key of a mapping or the index of a list."""
Path = tuple[Key, ...]
"""Steps from the root of a document."""
Severity = Literal["error", "warning"]


class Finding(NamedTuple):
    """What a check reports. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    code: str
    severity: Severity
    field: str
    """Dotted path of the field; empty for the file as a whole."""
    message: str
    remedy: str | None = None

    def __str__(self) -> str:
        return str(self.as_line())

    def as_line(self) -> Message:
        """The finding on one line, to be translated where it is shown."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        head = f"{place}: {self.code}{field}"
        if not self.remedy:
            return Message("{head} {message}", head=head, message=self.message)
        return Message(
            "{head} {message} ({remedy})", head=head, message=self.message, remedy=self.remedy
        )


LONGEST = 500
"""Signs of a key or a message that are shown: a name of a megabyte may stand in a thousand findings."""


def shortened(text: str) -> str:
    """The text, or its beginning."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def dotted(path: Path) -> str:
    """`attention[0].heads` for `("attention", 0, "heads")`."""
    text = ""
    for step in path:
        key = shortened(step) if isinstance(step, str) else step
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def catalog_error(findings: Iterable[Finding], directory: str) -> CatalogError:
    """The error that carries every finding, sorted by place."""
    lines = tuple(finding.as_line() for finding in sorted(set(findings), key=order))
    return CatalogError(
        Message("the catalog cannot be used: 1 problem")
        if len(lines) == 1
        else Message("the catalog cannot be used: {n} problems", n=len(lines)),
        where=directory,
        findings=lines,
    )


def order(finding: Finding) -> tuple[str, int, str, str, str]:
    """Sorting key: file, line, code, field, message."""
    return finding.file, finding.line, finding.code, finding.field, finding.message
