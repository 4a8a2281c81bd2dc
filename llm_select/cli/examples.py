"""Examples at the end of a command's help."""

from __future__ import annotations

from llm_select.i18n import tr, translated

_AS_IT_STANDS = "\b"
"""On a line of its own it tells click not to wrap what follows."""


class Examples(str):
    """The end of a help text; keeps what it is made of, so that it can be said in another language and be tested."""

    pairs: tuple[tuple[str, str], ...]
    """What a line does, a Message, and the line itself."""


def examples(*pairs: tuple[str, str]) -> Examples:
    """Lines to type, each under a comment that says what it does: together a script of the shell."""
    lines = [_AS_IT_STANDS, tr("Examples:")]
    for said, line in pairs:
        lines += [f"  # {translated(said)}", *(f"  {part}" for part in line.splitlines())]
    self = Examples("\n".join(lines))
    self.pairs = pairs
    return self
