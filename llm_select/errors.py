"""Every error a user can meet: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable

from llm_select.messages import Message, joined, listed, placed


class LlmSelectError(Exception):
    """Base of all errors shown to users. `exit_code` follows the contract: 1 nothing fits, 2 bad input.

    `message` and `remedy` are best given as `Message`, so that they can be shown in another language.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, where: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return self.laid_out(str(self.message), self.remedy)

    def as_message(self) -> Message:
        """The whole error as one sentence, to be a value of another."""
        head = placed(self.where, self.message) if self.where else self.message
        return joined("\n  ", [head, self.remedy] if self.remedy else [head])

    def laid_out(self, message: str, remedy: str | None, where: str | None = None) -> str:
        """`message`, `remedy` and `where`, in whatever language, as an error is written."""
        where = where or self.where
        head = f"{where}: {message}" if where else message
        return f"{head}\n  {remedy}" if remedy else head


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
        remedy = (
            Message("did you mean {nearest}?", nearest=listed(self.nearest))
            if self.nearest
            else None
        )
        super().__init__(
            Message("unknown {what} {name!r}", what=what, name=name), where=where, remedy=remedy
        )


class AmbiguousNameError(UsageError):
    """A name that means several things."""

    def __init__(
        self, what: str, name: str, matches: Iterable[str], *, where: str | None = None
    ) -> None:
        self.matches = tuple(matches)
        super().__init__(
            Message("{what} {name!r} is ambiguous", what=what, name=name),
            where=where,
            remedy=Message("say which: {matches}", matches=listed(self.matches)),
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
