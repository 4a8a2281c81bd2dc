"""The validated catalog as compact JSON; `records` reads it back. Needs pydantic, so only on a
cold start."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from zlib import crc32

from pydantic import BaseModel

from llm_select.catalog.records import COLUMNS, FORMAT, ITEMS, PACKED, SECTIONS, TAG
from llm_select.catalog.rules.references import references
from llm_select.schema.catalog import Catalog
from llm_select.schema.evaluation import Board

SPARSE = 50
"""Entries for each score of a row, above which the row is kept by name."""


def compile_catalog(catalog: Catalog) -> bytes:
    """Header, catalog and the texts it keeps undecoded, one line each, UTF-8."""
    wanted: dict[str, set[str]] = {}
    for *_, kind, name in references(catalog):
        wanted.setdefault(kind, set()).add(name)
    texts: list[bytes] = []
    body = b"\n".join([_dump(encode(catalog, texts)), *texts])
    header = {
        "format": FORMAT,
        "checksum": crc32(body),
        "hash": catalog.content_hash,
        "classes": class_table(),
        "references": {kind: sorted(names) for kind, names in sorted(wanted.items())},
    }
    return _dump(header) + b"\n" + body


def encode(value: Any, texts: list[bytes]) -> Any:
    """A value as JSON types: instances tagged with their class's number, fields at their default
    left out. What is decoded only when asked for goes to `texts`, and its place there stands instead."""
    if isinstance(value, BaseModel):
        numbers = _class_numbers()
        encoded: dict[str, Any] = {TAG: numbers[type(value)]}
        for name, field in type(value).model_fields.items():
            item = getattr(value, name)
            if (
                field.is_required()
                or type(item) is not type(field.default)
                or item != field.default
            ):
                encoded[name] = encode(item, texts)
        if isinstance(value, Board):
            _pack(encoded, value, texts)
        for name in SECTIONS.get(type(value).__name__, ()):
            if name in encoded:
                encoded[PACKED + name] = len(texts)
                texts.append(_dump(encoded.pop(name)))
        return encoded
    if isinstance(value, dict):
        items = {key: encode(item, texts) for key, item in value.items()}
        return {TAG: ITEMS, "items": list(items.items())} if TAG in items else items
    if isinstance(value, (list, tuple)):
        return [encode(item, texts) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value


def _pack(encoded: dict[str, Any], board: Board, texts: list[bytes]) -> None:
    """Scores as text that is parsed when asked for, and by position instead of by name: most of a
    catalog is numbers on boards, and a question touches few of them."""
    names = list(board.entries)
    known = set(names)
    for field in COLUMNS:
        if encoded.pop(field, None) is not None:
            rows: dict[str, Any] = {}
            for row, scores in getattr(board, field).items():
                # A row that is nearly empty stays as it is, lest rows times entries fill the memory; so does one
                # with a name that has no entry (LS010).
                dense = len(names) <= SPARSE * len(scores)
                by_place = dense and scores.keys() <= known
                rows[row] = [scores.get(name) for name in names] if by_place else scores
            encoded[PACKED + field] = len(texts)
            texts.append(_dump(rows))


@cache
def class_table() -> list[list[Any]]:
    """`[name, fields, defaults]` of every schema class, a class after those its defaults are made
    of."""
    return [
        [
            cls.__name__,
            list(cls.model_fields),
            {
                name: encode(field.default, [])
                for name, field in cls.model_fields.items()
                if not field.is_required()
            },
        ]
        for cls in _class_numbers()
    ]


@cache
def _class_numbers() -> dict[type[BaseModel], int]:
    classes: dict[type[BaseModel], int] = {}

    def visit(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in classes:
                annotation.model_rebuild()
                for field in annotation.model_fields.values():
                    visit(field.annotation)
                classes[annotation] = len(classes)
            return
        for argument in getattr(annotation, "__args__", ()):
            visit(argument)

    visit(Catalog)
    return classes


def _dump(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")
