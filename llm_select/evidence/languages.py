"""Language tags and pairs: when one satisfies another."""

from __future__ import annotations

from collections.abc import Collection, Mapping

MACROLANGUAGES = {"no": ("nb", "nn")}
"""ISO 639-3 macrolanguages of which boards and cards name now the whole, now a member."""


def covers(known: str, asked: str) -> bool:
    """True when a tag covers another: `zh` and `zh-Hans` cover each other, `zh-Hans` and `zh-Hant` do not; `no`
    and its members `nb` and `nn` do."""
    if known == asked or known.startswith(asked + "-") or asked.startswith(known + "-"):
        return True
    return asked in MACROLANGUAGES.get(known, ()) or known in MACROLANGUAGES.get(asked, ())


def split_pair(pair: str) -> tuple[str, str] | None:
    """`en-sr-Cyrl` → (`en`, `sr-Cyrl`); None when it is not a pair.

    A new language starts with two or three lower-case letters.
    """
    parts = pair.split("-")
    starts = [i for i, part in enumerate(parts) if 2 <= len(part) <= 3 and part.islower()]
    if len(starts) != 2 or starts[0] != 0:
        return None
    return "-".join(parts[: starts[1]]), "-".join(parts[starts[1] :])


def pair_covers(known: str, asked: str) -> bool:
    """True when both ends of a pair are covered, in the same direction."""
    one, other = split_pair(known), split_pair(asked)
    if one is None or other is None:
        return False
    return covers(one[0], other[0]) and covers(one[1], other[1])


def supports(languages: Mapping[str, str] | Collection[str], asked: str) -> bool:
    """True when any of the tags covers the one asked for."""
    return asked in languages or any(covers(known, asked) for known in languages)
