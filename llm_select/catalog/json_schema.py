"""JSON Schemas of the catalog's files, for editors.

Descriptions are the attribute docstrings of the schema's classes. They are read from the source
with `ast` when the schemas are written, because Python forgets them and pydantic's own reading of
them costs at every start.
"""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from llm_select.catalog.files import DIRECTORIES, SINGLE_FILES
from llm_select.catalog.parse import FAMILY_DEFAULTS, KINDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Bare(GenerateJsonSchema):
    """Without titles: they repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def kinds() -> tuple[str, ...]:
    """Every kind of file that has a schema."""
    return tuple(KINDS)


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of file. Raises KeyError for an unknown kind."""
    schema = TypeAdapter(KINDS[kind]).json_schema(schema_generator=_Bare)
    documents = descriptions()
    for name, definition in [(KINDS[kind], schema), *schema.get("$defs", {}).items()]:
        _describe(
            name if isinstance(name, str) else getattr(name, "__name__", ""), definition, documents
        )
    _close(schema)
    if kind == "model":
        # A card may leave these to its family.
        schema["required"] = [name for name in schema["required"] if name not in FAMILY_DEFAULTS]
    return {"$schema": _DIALECT, "title": f"llm-select {kind}: {place(kind)}", **schema}


def text(kind: str) -> str:
    """The schema as it stands in `catalog/schema/<kind>.json`."""
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"


def write(directory: Path) -> tuple[Path, ...]:
    """Writes every schema to `<directory>/<kind>.json`. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in kinds():
        path = directory / f"{kind}.json"
        path.write_text(text(kind), encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def place(kind: str) -> str:
    """Where files of a kind lie in a catalog."""
    if kind in ("model", "family"):
        return "models/<family>/<model>.yaml" if kind == "model" else "models/<family>/family.yaml"
    for folder, held in DIRECTORIES.items():
        if held == kind:
            return f"{folder}/<id>.yaml"
    return next(file for file, held in SINGLE_FILES.items() if held == kind)


@cache
def descriptions() -> dict[str, dict[str, str]]:
    """Attribute docstrings by class and attribute; the class's own under the empty name."""
    found: dict[str, dict[str, str]] = {}
    schema = Path(__file__).resolve().parent.parent / "schema"
    for path in sorted(schema.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = {"": ast.get_docstring(node) or "", **_attributes(node)}
    return found


def _attributes(node: ast.ClassDef) -> dict[str, str]:
    documented: dict[str, str] = {}
    for before, after in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            documented[before.target.id] = " ".join(after.value.value.split())
    return documented


def _close(schema: Any) -> None:
    """Mappings by id take no other keys; pydantic leaves that unsaid."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        for item in schema.values():
            _close(item)
    elif isinstance(schema, list):
        for item in schema:
            _close(item)


def _describe(name: str, definition: dict[str, Any], documents: dict[str, dict[str, str]]) -> None:
    documented = documents.get(name, {})
    definition.pop("title", None)
    if documented.get(""):
        definition["description"] = " ".join(documented[""].split())
    for field, schema in definition.get("properties", {}).items():
        if field in documented:
            schema["description"] = documented[field]


if __name__ == "__main__":  # python -m llm_select.catalog.json_schema catalog/schema
    import sys

    write(Path(sys.argv[1]))
