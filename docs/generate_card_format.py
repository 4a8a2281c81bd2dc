"""Writes `docs/card-format.md` from the schema's classes, and says whether it is up to date.

    python docs/generate_card_format.py            # write
    python docs/generate_card_format.py --check    # exit 1 when the page differs

The meanings are the attribute docstrings of `llm_select/schema/`, which editors show as well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from generated import write_or_check

from llm_select.catalog.json_schema import json_schema, kinds, place
from llm_select.catalog.parse import FAMILY_DEFAULTS
from llm_select.schema.base import LANGUAGE_TAG, PARTIAL_DATE, SLUG
from llm_select.schema.model import Model

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "card-format.md"

_INTRODUCTION = """\
# The format of cards and of the other files

Generated from the schema by `docs/generate_card_format.py`; do not edit. [Adding a model](adding-a-model.md) shows a
whole card and where to find its facts.

All files are YAML. The id of a card is its path, `<family>/<model>`, and is not written inside. A field the table does
not list is an error, a value that is not known is left out. Dates may stop at the month or the year. Languages are
BCP-47 tags. `llm-select catalog check` checks all of this, and `llm-select catalog schema KIND` prints the same as JSON
Schema for an editor.
"""
_PATTERNS = {
    PARTIAL_DATE: "date",
    LANGUAGE_TAG: "language tag",
    SLUG: "id",
    r"^[A-Z][A-Z0-9_]*$": "variable",
    r"^[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*$": "model id",
}
_SIMPLE = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}
_TITLES = {
    "model": "Model card",
    "family": "Family",
    "board": "Board",
    "benchmark": "Benchmark",
    "task": "Task",
    "device": "Device",
    "sources": "Sources",
    "quantizations": "Number formats",
    "engines": "Engines",
    "serving": "Servers of engines",
    "methods": "Methods and optimizers",
    "licenses": "Licences",
    "strategies": "Strategy rules",
    "recipes": "Training recipes",
    "scoring": "Scoring",
    "losses": "Tables of format losses",
}


def page() -> str:
    """The whole page: a section for each kind of file, each class once, where it is first used."""
    done: set[str] = set()
    sections = [_section(kind, done) for kind in kinds()]
    index = "\n".join(
        f"- [{_title(kind)}](#{_title(kind).lower().replace(' ', '-')}): `{place(kind)}`"
        for kind in kinds()
    )
    return "\n".join([_INTRODUCTION, index + "\n", *sections])


def _title(kind: str) -> str:
    return _TITLES.get(kind, kind.capitalize())


def _section(kind: str, done: set[str]) -> str:
    schema = json_schema(kind)
    definitions = schema.get("$defs", {})
    described = f" {schema['description']}" if schema.get("description") else ""
    parts = [f"## {_title(kind)}\n\nFile: `{place(kind)}`.{described}\n"]
    if "properties" in schema:
        parts.append(_fields(schema, inherited=FAMILY_DEFAULTS if kind == "model" else ()))
    else:
        parts.append(f"A {_type(schema)}.\n")
    queue = _references(schema)
    while queue:
        name = queue.pop(0)
        if name in done:
            continue
        done.add(name)
        definition = definitions[name]
        text = definition.get("description", "")
        parts.append(f"### {name}\n\n{text}\n\n{_fields(definition)}")
        queue = [*_references(definition), *queue]
    return "\n".join(parts)


def _fields(schema: dict[str, Any], inherited: tuple[str, ...] = ()) -> str:
    required = schema.get("required", [])
    lines = ["| field | takes | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in schema["properties"].items():
        default = "required" if name in required else _default(field)
        if name in inherited:
            needed = Model.model_fields[name].is_required()
            default = "required, here or in the family" if needed else "the family's"
        meaning = field.get("description", "").replace("|", "\\|")
        lines.append(f"| `{name}` | {_type(field)} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, str):
        return f"`{value}`"
    return f"`{json.dumps(value, ensure_ascii=False).replace(chr(34), '')}`"


def _type(field: dict[str, Any]) -> str:
    """What a field takes, in words."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"] if one.get("type") != "null")
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    kind = field.get("type")
    if kind == "array":
        return f"list of {_type(field.get('items', {}))}"
    if kind == "object":
        for pattern, inner in field.get("patternProperties", {}).items():
            return f"mapping from {_PATTERNS[pattern]} to {_type(inner)}"
        inner = field.get("additionalProperties")
        return f"mapping from text to {_type(inner)}" if isinstance(inner, dict) else "mapping"
    if "pattern" in field:
        return _PATTERNS.get(field["pattern"], "text")
    return _SIMPLE[kind or "string"] + _bounds(field)


def _bounds(field: dict[str, Any]) -> str:
    if "exclusiveMinimum" in field:
        return f" above {field['exclusiveMinimum']:g}"
    return f", at least {field['minimum']:g}" if "minimum" in field else ""


def _references(schema: dict[str, Any]) -> list[str]:
    """Classes a schema's fields are made of, in their order; `$defs` itself is not looked into."""
    found: list[str] = []

    def visit(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                found.append(value["$ref"].rsplit("/", 1)[-1])
            for key, inner in value.items():
                if key != "$defs":
                    visit(inner)
        elif isinstance(value, list):
            for inner in value:
                visit(inner)

    visit(schema)
    return list(dict.fromkeys(found))


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    return write_or_check(PAGE, page(), Path(__file__).name, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
