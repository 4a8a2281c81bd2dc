"""Words of JSON Schema that the contracts are written in."""

from __future__ import annotations

from llm_select.render.payload import Json

NUMBER: Json = {"type": "number"}
TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
FLAG: Json = {"type": "boolean"}


def maybe(schema: Json) -> Json:
    """The value, or null where it is not known."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(items: Json) -> Json:
    """A list of alike items."""
    return {"type": "array", "items": items}


def record(required: Json, optional: Json | None = None, *, closed: bool = False) -> Json:
    """An object; keys may be added to it later unless it is closed."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": not closed,
    }


def ref(name: str) -> Json:
    """A schema defined once."""
    return {"$ref": f"#/$defs/{name}"}
