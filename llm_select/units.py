"""Units. Memory is GiB (2**30 bytes), bandwidth GB/s (1e9 bytes), compute TFLOPS (1e12)."""

from __future__ import annotations

import re

from llm_select.errors import UsageError
from llm_select.messages import Message

GIB = 2**30
MIB = 2**20
MAX_MEMORY_GIB = 1_000_000.0

_MEMORY = re.compile(
    r"^\s*([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*(gib|gb|g|mib|mb|m|tib|tb|t)?\s*$", re.IGNORECASE
)
_FACTOR = {"g": 1.0, "m": 1 / 1024, "t": 1024.0}


def half_width(text: str) -> str:
    """Full-width digits, letters and signs, as an input method for Chinese writes them, in the usual form (NFKC)."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)


def parse_memory_gib(text: str, *, where: str) -> float:
    """Nominal GiB from what a user types: `24`, `24GB` and `24GiB` mean the same card.

    Vendors print GB and drivers show GiB for the same memory, so no unit is rescaled by 1000/1024.
    Raises UsageError for anything else, for zero, and for more than a million.
    """
    match = _MEMORY.match(half_width(text))
    if match is None:
        raise UsageError(
            Message("{text!r} is not an amount of memory", text=text),
            where=where,
            remedy=Message("write a number of GiB such as 24, 24GB or 24GiB"),
        )
    value = float(match[1]) * _FACTOR[(match[2] or "g")[0].lower()]
    if not 0 < value <= MAX_MEMORY_GIB:
        raise UsageError(
            Message("{text!r} is out of range", text=text),
            where=where,
            remedy=Message("memory must be more than 0 and at most 1,000,000 GiB"),
        )
    return value
