"""Every error a user can meet: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable


class LlmSelectError(Exception):
    """Base of all errors shown to users. `exit_code` follows the contract: 1 nothing fits, 2 bad input."""

    exit_code = 2

    def __init__(
        self, message: str, *, where: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  {self.remedy}" if self.remedy else head


class UsageError(LlmSelectError):
    """A wrong option or argument; `where` names it."""


class UnknownNameError(UsageError):
    """A name that is not in the catalog; carries the nearest ones."""

    def __init__(
        self, what: str, name: str, nearest: Iterable[str], *, where: str | None = None
    ) -> None:
        self.what = what
        self.name = name
        self.nearest = tuple(nearest)
        remedy = f"did you mean {', '.join(self.nearest)}?" if self.nearest else None
        super().__init__(f"unknown {what} {name!r}", where=where, remedy=remedy)


class AmbiguousNameError(UsageError):
    """A name that means several things."""

    def __init__(
        self, what: str, name: str, matches: Iterable[str], *, where: str | None = None
    ) -> None:
        self.matches = tuple(matches)
        super().__init__(
            f"{what} {name!r} is ambiguous",
            where=where,
            remedy=f"say which: {', '.join(self.matches)}",
        )


class CatalogError(LlmSelectError):
    """A catalog that cannot be used; `findings` holds every problem found, not only the first."""

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        remedy: str | None = None,
        findings: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.findings = findings

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.findings])
