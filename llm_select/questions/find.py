"""Models and devices found by part of a name: what to ask before a question that needs the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.catalog import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from llm_select.schema.catalog import Catalog

_SEPARATORS = str.maketrans("", "", " -_./")


class Found(NamedTuple):
    """What a search found."""

    ids: tuple[str, ...]
    """The first so many."""
    total: int
    nearest: tuple[str, ...]
    """Names like the one asked for, when nothing has all of its words."""


def find_models(
    catalog: Catalog,
    query: str,
    *,
    scores: Mapping[str, int],
    kind: str | None = None,
    weights: str | None = None,
    limit: int,
) -> Found:
    """Models whose id, name or alias has every word of `query`; `kind` and `weights` narrow it.

    The best known come first: `scores` counts the evidence of each model. Upper and lower case, dashes and dots make no
    difference.
    """
    names = {
        key: (key, card.name, *card.aliases)
        for key, card in catalog.models.items()
        if kind in (None, card.kind) and weights in (None, card.weights)
    }
    return _found(query, names, limit, lambda key: -scores.get(key, 0))


def find_devices(
    catalog: Catalog,
    query: str,
    *,
    form: str | None = None,
    vendor: str | None = None,
    min_gib: float | None = None,
    limit: int,
) -> Found:
    """Devices whose id, name or alias has every word of `query`; an empty one finds all. The largest come first."""
    names = {
        key: (key, device.name, *device.aliases)
        for key, device in catalog.devices.items()
        if form in (None, device.form)
        and vendor in (None, device.vendor)
        and (min_gib is None or any(m.gib >= min_gib for m in device.memory))
    }
    bare = query if _words(query) else ""
    largest = {key: max(m.gib for m in catalog.devices[key].memory) for key in names}
    return _found(bare, names, limit, lambda key: -largest[key])


def _found(
    query: str, names: Mapping[str, Iterable[str]], limit: int, order: Callable[[str], float]
) -> Found:
    words = _words(query)
    whole = "".join(words)
    hits = []
    for key, known in names.items():
        loose = [_loose(name) for name in (*known, key.rpartition("/")[2])]
        if all(any(word in name for name in loose) for word in words):
            exact = bool(whole) and whole in loose
            hits.append((not exact, order(key), key))
    if not hits:
        spelled = {name.casefold(): None for known in names.values() for name in known}
        return Found((), 0, tuple(resolve.nearest(query.strip().casefold(), spelled)))
    return Found(tuple(key for *_, key in sorted(hits)[:limit]), len(hits), ())


def _words(text: str) -> list[str]:
    return [word for word in map(_loose, text.split()) if word]


def _loose(text: str) -> str:
    return text.casefold().translate(_SEPARATORS)
