"""Pydantic's errors in the words of the catalog: which field, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from llm_select.catalog.findings import Path
from llm_select.schema import base

_KEY = "[key]"
_PATTERNS = {
    base.PARTIAL_DATE: ("is not a date", 'write 2024-07-23, 2024-07 or "2024" in quotes'),
    base.LANGUAGE_TAG: ("is not a language tag", "write a BCP-47 tag such as de, zh-Hans or pt-BR"),
    r"^LS[0-9]{3}$": ("is not the code of a rule", "write a code such as LS017; see docs/rules.md"),
    base.SLUG: ("is not an id", "use lower-case letters, digits, dots, dashes and underscores"),
}
_FAMILY_FIELDS = ("developer", "license")


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
            context["pattern"], (f"does not match {context['pattern']}", None)
        )
        return path, f"{_short(given)} {said}", remedy
    if kind == "string_type":
        return path, f"{_short(given)} is not text", _text_remedy(given)
    if kind in ("int_type", "int_from_float", "int_parsing"):
        return path, f"{_short(given)} is not a whole number", "write digits only, without quotes"
    if kind == "float_type":
        return path, f"{_short(given)} is not a number", "write a number without quotes"
    if kind == "bool_type":
        return path, f"{_short(given)} is neither true nor false", "write true or false"
    if kind in ("tuple_type", "list_type"):
        return path, f"{_short(given)} is not a list", "write [a, b] or one `- ` line for each"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return path, f"{_short(given)} is not a mapping", _mapping_remedy(root, path)
    message = str(detail["msg"]).removeprefix("Input ")
    return path, f"{_short(given)} {message}", None


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
        return f"the field {name!r} is missing", "add it here or in the directory's family.yaml"
    return f"the field {name!r} is missing", "add it; every field is described in schema/*.json"


def _unknown(root: Any, path: Path) -> tuple[str, str | None]:
    fields = _fields(root, path[:-1])
    near = get_close_matches(str(path[-1]), fields, 1, 0.6)
    remedy = f"did you mean {near[0]}?" if near else f"fields here are {', '.join(fields)}"
    return "unknown field", remedy


def _not_among(expected: str, given: object) -> tuple[str, str]:
    choices = [choice.strip().strip("'") for choice in expected.replace(" or ", ", ").split(",")]
    near = get_close_matches(str(given), choices, 1)
    remedy = f"did you mean {near[0]}?" if near else f"write one of {', '.join(choices)}"
    return f"{_short(given)} is not one of {', '.join(choices)}", remedy


def _text_remedy(given: object) -> str | None:
    if isinstance(given, (int, float)):
        return f'put it in quotes: "{str(given).lower() if isinstance(given, bool) else given}"'
    if given is None:
        return "fill it in, or leave the field out when it is unknown"
    return None


def _mapping_remedy(root: Any, path: Path) -> str | None:
    fields = _fields(root, path)
    return f"its fields are {', '.join(fields)}" if fields else "write `key: value` lines"


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
