"""Pydantic's errors in the words of the catalog: which field, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from llm_select.catalog.findings import Path
from llm_select.messages import Message, listed
from llm_select.schema import base

_KEY = "[key]"
_PATTERNS = {
    base.PARTIAL_DATE: (
        Message("is not a date"),
        Message('write 2024-07-23, 2024-07 or "2024" in quotes'),
    ),
    base.LANGUAGE_TAG: (
        Message("is not a language tag"),
        Message("write a BCP-47 tag such as de, zh-Hans or pt-BR"),
    ),
    r"^LS[0-9]{3}$": (
        Message("is not the code of a rule"),
        Message("write a code such as LS017; see docs/rules.md"),
    ),
    base.SLUG: (
        Message("is not an id"),
        Message("use lower-case letters, digits, dots, dashes and underscores"),
    ),
}
_FAMILY_FIELDS = ("developer", "license")


_LIMITS = (
    Message("should be greater than or equal to {limit}"),
    Message("should be less than or equal to {limit}"),
    Message("should be greater than {limit}"),
    Message("should be less than {limit}"),
)
"""Bounds in pydantic's words."""
_OTHERS: dict[str, Message] = {
    text: text
    for text in (
        Message("should be a finite number"),
        Message("should be a valid integer"),
        Message("should be a valid number"),
        Message("String should have at least 1 character"),
        Message("Tuple should have at least 1 item after validation, not 0"),
        Message("Dictionary should have at least 1 item after validation, not 0"),
        Message("Keys should be strings"),
    )
}
"""What else pydantic says of values in a catalog."""


def describe(root: Any, detail: Mapping[str, Any]) -> tuple[Path, str, str | None]:
    """Path, message and remedy of one error of `ValidationError.errors()`; `root` is the type
    validated."""
    location: Path = tuple(detail["loc"])
    path = tuple(key for key in location if key != _KEY)
    kind, context = detail["type"], detail.get("ctx", {})
    given = detail.get("input")
    if kind == "missing":
        return path[:-1], *_missing(path)
    if kind == "extra_forbidden":
        return path, *_unknown(root, path)
    if kind == "literal_error":
        return path, *_not_among(context["expected"], given)
    if kind == "string_pattern_mismatch":
        said, remedy = _PATTERNS.get(
            context["pattern"],
            (Message("does not match {pattern}", pattern=context["pattern"]), None),
        )
        return path, Message("{given} {said}", given=_short(given), said=said), remedy
    if kind == "string_type":
        return path, Message("{given} is not text", given=_short(given)), _text_remedy(given)
    if kind in ("int_type", "int_from_float", "int_parsing"):
        return (
            path,
            Message("{given} is not a whole number", given=_short(given)),
            Message("write digits only, without quotes"),
        )
    if kind == "float_type":
        return (
            path,
            Message("{given} is not a number", given=_short(given)),
            Message("write a number without quotes"),
        )
    if kind == "bool_type":
        return (
            path,
            Message("{given} is neither true nor false", given=_short(given)),
            Message("write true or false"),
        )
    if kind in ("tuple_type", "list_type"):
        return (
            path,
            Message("{given} is not a list", given=_short(given)),
            Message("write [a, b] or one `- ` line for each"),
        )
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return (
            path,
            Message("{given} is not a mapping", given=_short(given)),
            _mapping_remedy(root, path),
        )
    return path, Message("{given} {said}", given=_short(given), said=_said(detail)), None


def _said(detail: Mapping[str, Any]) -> str:
    """What pydantic says, as a Message where its words are known."""
    text = str(detail["msg"]).removeprefix("Input ")
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, ValueError) and error.args and isinstance(error.args[0], Message):
        return Message("Value error, {error}", error=error.args[0])
    for limit in _LIMITS:
        head = limit.template.removesuffix("{limit}")
        if text.startswith(head):
            return Message(limit.template, limit=text.removeprefix(head))
    return _OTHERS.get(text, text)


def schema_at(root: Any, path: Path) -> Any:
    """The type that the schema gives a path; None when the path leaves the schema."""
    current = _unwrap(root)
    for key in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(key))
            current = _unwrap(field.annotation) if field is not None else None
        elif get_origin(current) in (dict, tuple, list):
            current = _unwrap(get_args(current)[1 if get_origin(current) is dict else 0])
        else:
            return None
    return current


def _unwrap(annotation: Any) -> Any:
    """The one type behind `X | None` and Annotated."""
    if hasattr(annotation, "__metadata__"):
        return _unwrap(annotation.__origin__)
    arguments = [item for item in get_args(annotation) if item is not type(None)]
    if get_origin(annotation) not in (dict, tuple, list) and len(arguments) == 1:
        return _unwrap(arguments[0])
    return annotation


def _fields(root: Any, path: Path) -> list[str]:
    schema = schema_at(root, path)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return list(schema.model_fields)
    return []


def _missing(path: Path) -> tuple[str, str]:
    name = path[-1]
    if len(path) == 1 and name in _FAMILY_FIELDS:
        return Message("the field {name!r} is missing", name=name), Message(
            "add it here or in the directory's family.yaml"
        )
    return Message("the field {name!r} is missing", name=name), Message(
        "add it; every field is described in schema/*.json"
    )


def _unknown(root: Any, path: Path) -> tuple[str, str | None]:
    fields = _fields(root, path[:-1])
    near = get_close_matches(str(path[-1]), fields, 1, 0.6)
    remedy = (
        Message("did you mean {nearest}?", nearest=near[0])
        if near
        else Message("fields here are {fields}", fields=listed(fields))
    )
    return Message("unknown field"), remedy


def _not_among(expected: str, given: object) -> tuple[str, str]:
    choices = [choice.strip().strip("'") for choice in expected.replace(" or ", ", ").split(",")]
    near = get_close_matches(str(given), choices, 1)
    remedy = (
        Message("did you mean {nearest}?", nearest=near[0])
        if near
        else Message("write one of {choices}", choices=listed(choices))
    )
    return Message(
        "{given} is not one of {choices}", given=_short(given), choices=listed(choices)
    ), remedy


def _text_remedy(given: object) -> str | None:
    if isinstance(given, (int, float)):
        text = str(given).lower() if isinstance(given, bool) else given
        return Message('put it in quotes: "{text}"', text=text)
    if given is None:
        return Message("fill it in, or leave the field out when it is unknown")
    return None


def _mapping_remedy(root: Any, path: Path) -> str | None:
    fields = _fields(root, path)
    return (
        Message("its fields are {fields}", fields=listed(fields))
        if fields
        else Message("write `key: value` lines")
    )


def _short(value: object) -> str:
    if value is None:
        return Message("nothing")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return Message("a mapping")
    if isinstance(value, list):
        return Message("a list")
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
