"""The rule on exemptions from rules: LS029."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.rules.found import Found, Subject
from llm_select.messages import Message

SECTIONS = ("models", "boards")
"""Parts of the catalog whose objects have `checks`."""


def needless_exemption(subject: Subject) -> Iterator[Found]:
    """`checks` sets a rule aside that finds nothing there, or that cannot be set aside.

    ## What it does
    Reports every code of `checks: {ignore: […]}` that is not of a plausibility rule (those are marked below), and every
    one whose rule has nothing to say of the object.

    ## Why it is bad
    An exemption outlives its reason, and then hides the next mistake.

    ## Example
        checks: {ignore: [LS004], because: the count is rounded}

    ## Use instead
        checks: {ignore: [LS027], because: the developer's terms are narrower than those of the base}
    """
    from llm_select.catalog.rules.registry import PLAUSIBILITY

    for section, key, index, code in exemptions(subject.catalog):
        if code not in PLAUSIBILITY:
            message = Message("{code} cannot be set aside", code=code)
            yield Found(
                section,
                key,
                ("checks", "ignore", index),
                message,
                Message("mend what it finds"),
                "error",
            )


def exemptions(catalog: Any) -> Iterator[tuple[str, str, int, str]]:
    """Section, id, position and code of every exemption."""
    for section in SECTIONS:
        for key, value in getattr(catalog, section).items():
            for index, code in enumerate(value.checks.ignore if value.checks is not None else ()):
                yield section, key, index, code


def idle(section: str, key: str, index: int, code: str) -> Found:
    """What is said of an exemption that nothing needed."""
    path = ("checks", "ignore", index)
    return Found(
        section,
        key,
        path,
        Message("{code} finds nothing here", code=code),
        Message("remove it"),
        "warning",
    )
