"""What a user types into ids of the catalog. Pure; letter case and surrounding spaces do not
matter, nor full-width forms and traditional signs.

Each function returns an id, raises UnknownNameError with the nearest names, or AmbiguousNameError
when the name belongs to several objects. An id wins over an equal name or alias of another object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from llm_select.catalog.rules.iso639 import LONG_FORMS, MISTAKEN
from llm_select.errors import AmbiguousNameError, UnknownNameError
from llm_select.evidence.languages import split_pair
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

_NEAREST = 3
_MEMORY = re.compile(r"[\s-]*\b(\d{1,4})\s*gi?b?\s*\Z", re.IGNORECASE)
"""A memory size at the end of a device's name."""
_SUBTAG = re.compile(r"(?:[A-Z][a-z]{3}|[A-Z]{2}|[0-9]{3})\Z")
"""A script or a region in its usual letter case."""


class _ModelNames:
    """Names of a catalog's models, made once for a sheet of many rows."""

    def __init__(self, models: Mapping[str, Any]) -> None:
        self.models = models
        self.ids: dict[str, None] = dict.fromkeys(models)
        self.names: dict[str, set[str]] = {}
        self.last_parts: dict[str, set[str]] = {}
        self._repositories: dict[str, set[str]] | None = None
        for key, card in models.items():
            for known in (card.name, *card.aliases):
                self.names.setdefault(_folded(known), set()).add(key)
            self.last_parts.setdefault(key.partition("/")[2], set()).add(key)

    def repositories(self) -> dict[str, set[str]]:
        """Repositories of artifacts; most questions do not need them, and reading them takes time."""
        if self._repositories is None:
            self._repositories = {}
            for key, card in self.models.items():
                for artifact in card.artifacts:
                    self._repositories.setdefault(_folded(artifact.repository), set()).add(key)
        return self._repositories


_latest = _ModelNames({})


def model(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id, the id's last part, name, alias, or the repository of an artifact."""
    global _latest
    if _latest.models is not catalog.models:
        _latest = _ModelNames(catalog.models)
    known = _latest
    levels: tuple[Mapping[str, set[str] | None], ...]
    levels = (known.ids, known.names, known.last_parts)
    if not any(_folded(name) in level for level in levels):
        levels = (*levels, known.repositories())
    return _one(Message("model"), name, levels, where)


def device(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id, name or alias, with or without the vendor's brand before it and its memory behind it."""
    names = _named(catalog.devices)
    weak: dict[str, set[str]] = {}
    for known, keys in names.items():
        for short in _without_brand(known):
            weak.setdefault(short, set()).update(keys)
    if not any(_folded(name) in level for level in (catalog.devices, names, weak)):
        loose: dict[str, set[str]] = {}
        plain = {key: {key} for key in catalog.devices}
        for known, keys in [*names.items(), *weak.items(), *plain.items()]:
            loose.setdefault(_loose(known), set()).update(keys)
        bare = _folded(_MEMORY.sub("", name))
        for short in (bare, *_without_brand(bare)):
            if _loose(short) in loose:
                return _only(Message("device"), name, loose[_loose(short)], where)
    return _one(Message("device"), name, (dict.fromkeys(catalog.devices), names, weak), where)


def memory_of(name: str) -> float | None:
    """The GiB behind a device's name: 80 for `A100 80GB`."""
    found = _MEMORY.search(name)
    return float(found[1]) if found else None


def task(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id, name (in any language the task has one) or alias."""
    if _folded(name) in catalog.tasks:
        return _folded(
            name
        )  # before the Chinese names are made plain, which most questions do not need
    names = _named(catalog.tasks)
    for key, one in catalog.tasks.items():
        for known in one.names.values():
            names.setdefault(_folded(known), set()).add(key)
    return _one(Message("task"), name, (dict.fromkeys(catalog.tasks), names), where)


def license(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id, full name (in any language the licence has one) or SPDX id."""
    if _folded(name) in catalog.licenses:
        return _folded(name)
    names = _named(catalog.licenses)
    for key, one in catalog.licenses.items():
        for known in one.names.values():
            names.setdefault(_folded(known), set()).add(key)
        if one.spdx is not None:
            names.setdefault(_folded(one.spdx), set()).add(key)
    return _one(Message("license"), name, (dict.fromkeys(catalog.licenses), names), where)


def engine(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id or name."""
    return _one(
        Message("engine"), name, (dict.fromkeys(catalog.engines), _named(catalog.engines)), where
    )


def quantization(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id or name; dashes and underscores are the same."""
    known = catalog.quantizations
    loose: dict[str, set[str]] = {}
    for key, one in known.items():
        for form in (key, one.name):
            loose.setdefault(_loose(form), set()).add(key)
    try:
        return _one(Message("quantization"), name, (dict.fromkeys(known), _named(known)), where)
    except UnknownNameError:
        found = loose.get(_loose(name), set())
        if not found:
            raise
        return _only(Message("quantization"), name, found, where)


def method(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """A fine-tuning method or optimizer, by id or name."""
    return _one(
        Message("method"), name, (dict.fromkeys(catalog.methods), _named(catalog.methods)), where
    )


def benchmark(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By id or name."""
    known = catalog.benchmarks
    return _one(Message("benchmark"), name, (dict.fromkeys(known), _named(known)), where)


def family(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """By the first part of the cards' ids."""
    known = dict.fromkeys(key.partition("/")[0] for key in catalog.models)
    return _one(Message("family"), name, (known,), where)


def language(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """A BCP-47 tag that a card or board has, in its usual letter case, or a language's name.

    A region or script of a known language that the catalog does not have (`de-CH`, `sr-Latn`) is
    taken too; so is a language that it only has with one (`zh` where it has `zh-Hans`).
    """
    known = languages(catalog)
    name = _plain(name)
    tag = _tag(name, known) or _called(name, known)
    if tag is None:
        typed = name.strip().lower()
        near = [one for one in known if typed[:2] and one.partition("-")[0] == typed]
        near = near or [tag for tag in (MISTAKEN.get(typed), LONG_FORMS.get(typed)) if tag in known]
        near = near or _like_named(name, known)
        raise UnknownNameError(
            Message("language"), name, near or nearest(typed, known), where=where
        )
    return tag


def pair(catalog: Catalog, name: str, *, where: str | None = None) -> str:
    """Source and target language: `en-zh`, also typed `en->zh`, `en→zh`, `en:zh` or 英译中."""
    known, known_pairs = languages(catalog), pairs(catalog)
    typed = name.strip()
    if not typed.isascii():
        from llm_select.catalog.chinese import direction

        typed = direction(typed)
    for one in known_pairs:
        if one.lower() == typed.lower():
            return one
    for sign in ("->", "→", ":", ">"):
        typed = typed.replace(sign, "|")
    parts = typed.replace("|", "-").split("-")
    splits = [parts[:index] for index in range(1, len(parts))]
    if "|" in typed:
        splits = [split for split in splits if typed.startswith("-".join(split) + "|")]
    found: set[str] = set()
    for split in splits:
        first, second = (
            _tag(part, known) or _called(part, known)
            for part in ("-".join(split).strip(), "-".join(parts[len(split) :]).strip())
        )
        if first is not None and second is not None and first != second:
            found.add(f"{first}-{second}")
    if not found:
        near = nearest(typed.lower(), known_pairs) or _like_directed(typed, known)
        raise UnknownNameError(Message("language pair"), name, near, where=where)
    return _only(Message("language pair"), name, found, where)


def languages(catalog: Catalog) -> tuple[str, ...]:
    """Every language tag of the cards and boards, sorted."""
    found: set[str] = set()
    for card in catalog.models.values():
        found.update(card.languages)
        found.update(one.language for one in card.evaluations if one.language is not None)
    for row in _rows(catalog):
        found.update(split_pair(row) or (row,))
    found.discard("all")
    return tuple(sorted(found))


def pairs(catalog: Catalog) -> tuple[str, ...]:
    """Every language pair of the cards and boards, sorted."""
    found = {row for row in _rows(catalog) if split_pair(row) is not None}
    for card in catalog.models.values():
        found.update(one.pair for one in card.evaluations if one.pair is not None)
    return tuple(sorted(found))


def _rows(catalog: Catalog) -> Iterable[str]:
    for board in catalog.boards.values():
        yield from board.scores


def _one(
    what: str, name: str, levels: tuple[Mapping[str, set[str] | None], ...], where: str | None
) -> str:
    """The only id a name leads to, on the first level that knows it. A level maps folded names to
    ids; None stands for the name itself."""
    wanted = _folded(name)
    for level in levels:
        if wanted in level:
            found = level[wanted]
            return wanted if found is None else _only(what, name, found, where)
    raise UnknownNameError(what, name, _distinct(wanted, levels), where=where)


def _distinct(wanted: str, levels: Iterable[Mapping[str, set[str] | None]]) -> list[str]:
    """The nearest names, one for each object: two ways to write the same are one answer."""
    leads: dict[str, frozenset[str]] = {}
    for level in levels:
        for known, found in level.items():
            leads.setdefault(known, frozenset(found if found is not None else (known,)))
    near: dict[frozenset[str], str] = {}
    for one in nearest(wanted, leads, most=4 * _NEAREST):
        near.setdefault(leads[one], one)
    return list(near.values())[:_NEAREST]


def _only(what: str, name: str, found: set[str], where: str | None) -> str:
    if len(found) > 1:
        raise AmbiguousNameError(what, name, sorted(found), where=where)
    return next(iter(found))


def _named(objects: Mapping[str, Any]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for key, value in objects.items():
        for known in (value.name, *getattr(value, "aliases", ())):
            names.setdefault(_folded(known), set()).add(key)
    return names


def nearest(name: str, known: Iterable[str], most: int = _NEAREST) -> list[str]:
    """At most three known names like this one, or `most`, the likest first."""
    from difflib import get_close_matches

    candidates = list(known)
    near = get_close_matches(name, candidates, most, 0.4 if _han(name) else 0.6)
    if not near and len(name) > 2:
        near = sorted((one for one in candidates if name in one), key=lambda one: (len(one), one))
    return near[:most]


def _folded(name: str) -> str:
    return " ".join(_plain(name).split()).casefold()


def _plain(name: str) -> str:
    """Half-width and simplified; what is ASCII is so already."""
    if name.isascii():
        return name
    from llm_select.catalog.chinese import plain

    return plain(name)


def _han(name: str) -> bool:
    if name.isascii():
        return False
    from llm_select.catalog.chinese import has_han

    return has_han(name)


def _called(name: str, known: Iterable[str]) -> str | None:
    """The known tag of a language given by its name, `Dutch`, `Nederlands`, `荷兰语` or `荷兰文`."""
    folded = _folded(name)
    names = _language_names(chinese=_han(folded))
    tag = names.get(folded)
    if tag is None and folded.endswith("文"):
        tag = names.get(folded.removesuffix("文") + "语")
    return _tag(tag, known) if tag is not None else None


def _like_named(name: str, known: Iterable[str]) -> list[str]:
    """The known tags of languages with a name like this one; of a Chinese one the names."""
    from difflib import get_close_matches

    chinese = _han(name)
    names = _language_names(chinese=chinese)
    near = get_close_matches(_folded(name), names, _NEAREST, 0.5 if chinese else 0.75)
    tags = {names[one]: one for one in reversed(near) if _tag(names[one], known) is not None}
    return [one if chinese else tag for tag, one in reversed(tags.items())]


def _like_directed(typed: str, known: Iterable[str]) -> list[str]:
    """Directions in Chinese like `英语->德国语`, with one language that is not known: `英语译德语`."""
    first, sign, second = typed.partition("|")
    if not sign or not _han(typed):
        return []
    ends = [
        [one] if _tag(one, known) or _called(one, known) else _like_named(one, known)
        for one in (first, second)
    ]
    return [f"{one}译{other}" for one in ends[0] for other in ends[1]][:_NEAREST]


@cache
def _language_names(*, chinese: bool) -> dict[str, str]:
    # Read only where a tag was not found: most questions need no names.
    from llm_select.catalog.rules.language_names import NAMES

    names = {_folded(name): tag for tag, names in NAMES.items() for name in names}
    if chinese:
        from llm_select.catalog.rules.language_names_zh import NAMES as CHINESE

        names.update((_folded(name), tag) for tag, name in CHINESE.items())
    return names


def _loose(name: str) -> str:
    return _folded(name).replace("-", "").replace("_", "").replace(" ", "").replace(".", "")


def _without_brand(name: str) -> Iterable[str]:
    for brand in (
        "nvidia geforce ",
        "nvidia ",
        "geforce ",
        "amd radeon ",
        "amd ",
        "apple ",
        "intel ",
    ):
        if name.startswith(brand):
            yield name[len(brand) :]


def _tag(name: str, known: Iterable[str]) -> str | None:
    """The known tag that is meant, or a known language with another region or script, or None.

    A lower-case second part is only a region where the catalog has that tag: `en-zh` is a pair.
    """
    typed = name.strip().replace("_", "-")
    folded = {tag.lower(): tag for tag in known}
    if typed.lower() in folded:
        return folded[typed.lower()]
    language, *rest = typed.split("-")
    language = language.lower()
    if not any(tag == language or tag.startswith(f"{language}-") for tag in folded):
        return None
    if all(_SUBTAG.match(part) for part in rest):
        return "-".join([language, *rest])
    return None
