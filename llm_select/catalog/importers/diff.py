"""What an import would change on a card, field by field. What a person put there stays unless it is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.reading import SourceError
from llm_select.messages import Message, listed

Status = Literal["added", "same", "differs", "card-only"]
_KEYED = {
    "artifacts": ("format", "quantization", "repository"),
    "hosted": ("provider",),
    "evaluations": ("benchmark", "language", "pair", "metric", "mode", "setting", "detail"),
}
"""Lists of a card whose items are told apart by these fields."""
_SETS = ("aliases",)
_PROSE = ("note", "tokens_per_item")
"""What a person adds to a shape; an import does not contradict it."""


class Change(NamedTuple):
    """One field."""

    field: str
    """Dotted; an item of a list by what tells it apart: `hosted[OpenAI]`."""
    status: Status
    card: Any
    found: Any


def changes(card: Mapping[str, Any] | None, facts: Values) -> list[Change]:
    """Every field that the facts speak of beside what the card has; `card` None for a new one."""
    return [
        one
        for name, value in facts.items()
        for one in _compare(name, (card or {}).get(name), value)
    ]


def accepted(found: Iterable[Change], accept: Iterable[str]) -> list[Change]:
    """The changes to be written: what is added, and what differs where it was accepted. `all` accepts everything,
    `architecture` everything in it, `architecture.*` too. Raises SourceError for a name that accepts nothing."""
    changes = list(found)
    differing = [one.field for one in changes if one.status == "differs"]
    taken: set[str] = set()
    for name in accept:
        hits = [field for field in differing if name == "all" or _covers(name, field)]
        if not hits and name != "all":
            told = (
                Message("what differs: {fields}", fields=listed(differing))
                if differing
                else Message("nothing differs")
            )
            raise SourceError(
                Message("{name!r} accepts nothing", name=name), where="--accept", remedy=told
            )
        taken.update(hits)
    return [one for one in changes if one.status == "added" or one.field in taken]


def _covers(name: str, field: str) -> bool:
    return (
        field == name
        or field.startswith((f"{name}.", f"{name}["))
        or fnmatchcase(field, name.replace("[", "[[]"))
    )


def _compare(name: str, card: Any, found: Any) -> Iterator[Change]:
    if name == "architecture" and isinstance(card, Mapping):
        yield from _architecture(card, found)
    elif name in _KEYED:
        yield from _keyed(name, card or (), found)
    elif name in _SETS:
        known = {str(one).casefold() for one in card or ()}
        new = [one for one in found if one.casefold() not in known]
        if new:
            yield Change(name, "added", None, new)
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from _compare(
                f"{name}.{key}", card.get(key) if isinstance(card, Mapping) else None, value
            )
    elif card is None:
        yield Change(name, "added", None, found)
    else:
        yield Change(name, "same" if _plain(card) == _plain(found) else "differs", card, found)


def _keyed(name: str, card: Any, found: list[Values]) -> Iterator[Change]:
    keys = _KEYED[name]
    have = {_key(one, keys): one for one in card if isinstance(one, Mapping)}
    for one in found:
        said = [str(one[key]) for key in keys if one.get(key) is not None]
        field = f"{name}[{' '.join(said)}]"
        old = have.get(_key(one, keys))
        if old is None:
            yield Change(field, "added", None, one)
            continue
        # A revision or a day that is newer is no contradiction while the figures agree.
        loose = ("revision", "source", "as_of", "date") if _figures(old, one) else ("source",)
        differing = {
            key for key in one if key not in loose and old.get(key) not in (None, one[key])
        }
        yield Change(field, "differs" if differing else "same", dict(old), one)


def _figures(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return all(
        old.get(key) in (None, value)
        for key, value in new.items()
        if isinstance(value, (int, float))
    )


def _key(one: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return json.dumps([one.get(key) for key in keys], default=str)


def _architecture(card: Mapping[str, Any], found: Values) -> Iterator[Change]:
    """Both shapes with the schema's defaults filled in, so that `bias: none` and no `bias` are the same."""
    left, right = _filled(dict(card)), _filled(found)
    if left is None or right is None:
        yield Change("architecture", "differs", dict(card), found)
        return
    for key in sorted({*left, *right} - set(_PROSE)):
        old, new = left.get(key), right.get(key)
        field = f"architecture.{key}"
        if old == new:
            if key in card or key in found:
                yield Change(field, "same", card.get(key), found.get(key))
        elif key not in card:
            yield Change(field, "added" if _optional(key) else "differs", old, found.get(key, new))
        elif key not in found and _optional(key):
            yield Change(field, "card-only", card[key], None)
        else:
            proposed = found.get(key, new)
            if key == "towers" and proposed:
                proposed = _with_tokens(card[key], proposed)
            yield Change(field, "differs", card[key], proposed)


def _with_tokens(card: list[Values], found: list[Values]) -> list[Values]:
    """A tower keeps the tokens per image that a person found; no configuration says them."""
    known = {one["modality"]: one["tokens_per_item"] for one in card if "tokens_per_item" in one}
    return [
        {**one, "tokens_per_item": known[one["modality"]]} if one["modality"] in known else one
        for one in found
    ]


def _optional(key: str) -> bool:
    """Parts that a source may be silent about without denying them."""
    return key in ("towers", "extra_prediction")


def _filled(arch: Values) -> Values | None:
    from pydantic import ValidationError

    from llm_select.catalog.importers.counting import shape

    try:
        filled: Values = json.loads(shape(_without_prose(arch)).model_dump_json())
    except (ValidationError, TypeError, ValueError):
        return None
    for stack in (filled, filled.get("encoder"), filled.get("decoder")):
        experts = stack.get("experts") if stack else None
        if experts and experts["shared_size"] == experts["size"]:
            experts["shared_size"] = None
        if stack and stack.get("attention"):
            stack["attention"] = sorted(
                stack["attention"], key=lambda one: json.dumps(one, sort_keys=True)
            )
    return filled


def _without_prose(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_prose(one) for key, one in value.items() if key not in _PROSE}
    if isinstance(value, (list, tuple)):
        return [_without_prose(one) for one in value]
    return value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def apply(card: Mapping[str, Any], chosen: Iterable[Change]) -> Values:
    """The card with these changes."""
    changed: Values = json.loads(json.dumps(card))
    for one in chosen:
        top = one.field.partition("[")[0]
        if top in _KEYED:
            listed = [
                item
                for item in changed.get(top, [])
                if _key(item, _KEYED[top]) != _key(one.found, _KEYED[top])
            ]
            changed[top] = [*listed, one.found]
        elif top in _SETS:
            changed[top] = [*changed.get(top, []), *one.found]
        else:
            _put(changed, one.field.split("."), one.found)
    return changed


def _put(values: Values, path: list[str], value: Any) -> None:
    for key in path[:-1]:
        values = values.setdefault(key, {})
    if value is None:
        values.pop(path[-1], None)
    else:
        values[path[-1]] = value
