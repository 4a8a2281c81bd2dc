"""The language of a page: from its address, else from the browser, else from the environment."""

from __future__ import annotations

from llm_select import i18n
from llm_select.errors import UsageError
from llm_select.messages import Message, listed

NAMES = {"en": "English", "zh": "中文"}
"""Each language by its own name."""


def locale_of(asked: str | None, accepted: str, default: str) -> str:
    """One of `i18n.LOCALES`. Raises UsageError for one asked for that there are no messages in."""
    if asked is not None:
        found = i18n.known(asked)
        if found is None:
            raise UsageError(
                Message("no messages in {asked!r}", asked=asked),
                where="--locale",
                remedy=Message("it takes {choices}", choices=listed(i18n.LOCALES)),
            )
        return found
    return _accepted(accepted) or default


def _accepted(header: str) -> str | None:
    """The first language of an Accept-Language header that there is, by its weight; None when there is none."""
    found: list[tuple[float, str]] = []
    for part in header[:1000].split(","):
        name, _, weight = part.partition(";")
        text = weight.strip().removeprefix("q=")
        try:
            found.append((float(text) if text else 1.0, name))
        except ValueError:
            continue
    for share, name in sorted(found, key=lambda pair: -pair[0]):
        locale = i18n.known(name)
        if locale is not None and share > 0:
            return locale
    return None
