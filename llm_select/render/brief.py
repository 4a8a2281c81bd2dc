"""An answer made small enough for a reader with little room: long lists cut, and every cut counted.

The payload stays what its published schema says; `<key>_left_out` beside a list tells how many of it are missing.
"""

from __future__ import annotations

from collections.abc import Mapping

from llm_select.render.payload import Json

BRIEF: Mapping[str, int] = {
    "evidence": 1,
    "boards": 3,
    "aliases": 2,
    "unrated": 3,
    "rejected": 3,
    "variants": 2,
    "shared_boards": 10,
    "devices": 8,
    "rules": 10,
    "rivals": 3,
    "optimizers": 3,
    "pareto": 10,
    "memory.assumptions": 0,
    "speed.assumptions": 0,
}
"""Most entries kept of a list, by its key, or by `<key of the object around it>.<key>`."""
FULL: Mapping[str, int] = {
    "evidence": 20,
    "unrated": 20,
    "rejected": 20,
    "variants": 20,
    "shared_boards": 100,
}
_FIRST = {"rules": "holds"}
"""By key of a list: the flag of those entries that are kept before the others."""


def shortened(payload: Json, limits: Mapping[str, int]) -> Json:
    """The payload with every list of `limits` cut to its length, at any depth. Other lists stay whole."""
    return _record(payload, limits, "")


def _record(value: Mapping[str, object], limits: Mapping[str, int], around: str) -> Json:
    found: Json = {}
    for key, inner in value.items():
        if isinstance(inner, list):
            most = limits.get(f"{around}.{key}", limits.get(key, len(inner)))
            kept = inner if len(inner) <= most else _first(key, inner)[:most]
            found[key] = [_any(one, limits, key) for one in kept]
            if len(inner) > most:
                found[f"{key}_left_out"] = len(inner) - most
        else:
            found[key] = _any(inner, limits, key)
    return found


def _first(key: str, entries: list[object]) -> list[object]:
    flag = _FIRST.get(key)
    if flag is None:
        return entries
    return sorted(entries, key=lambda one: not (isinstance(one, Mapping) and one.get(flag)))


def _any(value: object, limits: Mapping[str, int], key: str) -> object:
    if isinstance(value, Mapping):
        return _record(value, limits, key)
    if isinstance(value, list):
        return [_any(one, limits, key) for one in value]
    return value
