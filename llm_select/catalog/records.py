"""The compiled catalog: JSON into light, frozen records with the attributes of the schema's
classes.

Pydantic is not imported here, nor anywhere else on the way from the cache to an answer. The JSON
starts with two lines. The first is the header: format, content hash, the ids referred to, and for
each schema class its name, fields and defaults. The second is the catalog: an instance is a mapping
whose `@` is the number of its class and which holds only what differs from the defaults; an
attribute left out is found on the record's class. Each further line is a text that is decoded when
asked for; the number of the line stands in its place (see `COLUMNS`, `SECTIONS`). Sequences are
lists (defaults: tuples).
"""

from __future__ import annotations

import gc
import json
from typing import Any, NoReturn
from zlib import crc32

FORMAT = 5
TAG = "@"
ITEMS = -1
"""The tag of a plain mapping that has a key `@` itself; its items are then a list."""


COLUMNS = ("scores", "stderr")
"""Fields of a board that are kept as JSON text until they are asked for. A row is a list in the order
of the board's entries, with null where there is no value."""
SECTIONS = {
    "Catalog": (
        "devices",
        "serving",
        "licenses",
        "methods",
        "strategies",
        "recipes",
        "sources",
        "links",
        "measured_languages",
        "losses",
        "loss_pools",
        "model_losses",
    ),
    "Model": (
        "architecture",
        "sources",
        "languages",
        "artifacts",
        "pretraining",
        "risks",
        "checks",
    ),
    "Board": ("entries",),
}
"""Fields that are kept as JSON text in the same way, by class: a question touches few of them."""
PACKED = "_packed_"
"""Prefix of the attribute that holds the text."""


class Record:
    """An immutable value with named attributes. Equal to another of its class with equal
    attributes."""

    __hash__ = None  # type: ignore[assignment]

    _fields: tuple[str, ...] = ()

    def _asdict(self) -> dict[str, Any]:
        """Every attribute with its value, defaults included, in the schema's order."""
        return {name: getattr(self, name) for name in self._fields}

    def given(self) -> dict[str, Any]:
        """The attributes that differ from their defaults, in the schema's order."""
        held = self.__dict__
        return {
            name: getattr(self, name)
            for name in self._fields
            if name in held or PACKED + name in held
        }

    def _replace(self, **changes: Any) -> Any:
        """A copy with some attributes changed. Raises TypeError for an unknown one."""
        unknown = changes.keys() - set(self._fields)
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        if "entries" in changes:  # a board's rows depend on its entries until they are parsed
            for name in COLUMNS:
                getattr(self, name, None)
        kept = {
            name: value
            for name, value in self.__dict__.items()
            if name.removeprefix(PACKED) not in changes
        }
        return _instance(type(self), {**kept, **changes})

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            _plain(getattr(self, name)) == _plain(getattr(other, name)) for name in self._fields
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.given().items())
        return f"{type(self).__name__}({shown})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")


def _plain(value: Any) -> Any:
    """A list as a tuple: the two mean the same sequence."""
    return tuple(value) if isinstance(value, list) else value


def _instance(cls: type[Record], attributes: dict[str, Any]) -> Any:
    record = object.__new__(cls)
    object.__setattr__(record, "__dict__", attributes)
    return record


class _Rows:
    """A board's column: parsed when first read, then an ordinary attribute of the record."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __get__(self, board: Any, owner: type) -> dict[str, dict[str, float]]:
        if board is None:
            return {}
        text = board.__dict__.get(PACKED + self.field)
        names = list(board.entries)
        rows = {
            row: scores
            if isinstance(scores, dict)
            else {name: x for name, x in zip(names, scores, strict=True) if x is not None}
            for row, scores in (json.loads(text) if text else {}).items()
        }
        board.__dict__[self.field] = rows
        return rows


class _Section:
    """A field kept as text: decoded when first read, then an ordinary attribute of the record."""

    def __init__(self, field: str, default: Any, classes: list[type[Record]]) -> None:
        self.field = field
        self.default = default
        self.classes = classes

    def __get__(self, record: Any, owner: type) -> Any:
        if record is None:
            return self.default
        text = record.__dict__.get(PACKED + self.field)
        if text is None:
            return self.default
        value = record.__dict__[self.field] = _decoded(text, self.classes)
        return value


_tables: dict[str, list[type[Record]]] = {}
"""Record classes by the JSON of their table, so that catalogs of one schema share them."""


def load(data: bytes) -> tuple[Any, dict[str, list[str]]]:
    """The Catalog record of a compiled catalog, and the ids its objects refer to, by attribute.

    Raises ValueError when the bytes are not a compiled catalog of this format.
    """
    try:
        end = data.index(b"\n")
        header = json.loads(data[:end])
        if header["format"] != FORMAT:
            raise ValueError("a compiled catalog of another format")
        body = data[end + 1 :]
        if header["checksum"] != crc32(body):
            raise ValueError("damaged compiled catalog")
        first, *texts = body.split(b"\n")
        catalog = _decoded(first, _classes(header["classes"]), texts)
        if catalog._fields and type(catalog).__name__ == "Catalog":
            return catalog, header["references"]
    except (TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValueError("damaged compiled catalog") from error
    raise ValueError("not a compiled catalog")


def _decoded(body: bytes, classes: list[type[Record]], texts: list[bytes] | None = None) -> Any:
    new, assign, pop = object.__new__, object.__setattr__, dict.pop
    kept = (
        {number for number, cls in enumerate(classes) if cls.__name__ in SECTIONS} if texts else ()
    )

    def hook(mapping: dict[str, Any]) -> Any:
        number = pop(mapping, TAG, None)
        if number is None:
            return mapping
        if number < 0:
            return dict(mapping["items"])
        if texts is not None and number in kept:
            for name in reversed(mapping):  # what is packed comes last
                if not name.startswith(PACKED):
                    break
                mapping[name] = texts[mapping[name]]
        record = new(classes[number])
        assign(record, "__dict__", mapping)
        return record

    collecting = gc.isenabled()
    gc.disable()  # nothing here is garbage, and a collection would look at all of it
    try:
        return json.loads(body, object_hook=hook)
    finally:
        if collecting:
            gc.enable()


def _classes(table: list[list[Any]]) -> list[type[Record]]:
    """Record classes from `[name, fields, defaults]` rows; a default instance belongs to an
    earlier row."""
    key = json.dumps(table)
    classes = _tables.get(key)
    if classes is None:
        classes = []
        for name, fields, defaults in table:
            namespace = {field: _default(value, classes) for field, value in defaults.items()}
            if name == "Board":
                namespace |= {field: _Rows(field) for field in COLUMNS}
            for field in SECTIONS.get(name, ()):
                namespace[field] = _Section(field, namespace.get(field, {}), classes)
            namespace["_fields"] = tuple(fields)
            namespace["__module__"] = __name__
            classes.append(type(name, (Record,), namespace))
        _tables[key] = classes
    return classes


def _default(value: Any, classes: list[type[Record]]) -> Any:
    if isinstance(value, list):
        return tuple(_default(item, classes) for item in value)
    if isinstance(value, dict) and TAG in value:
        attributes = {key: _default(item, classes) for key, item in value.items() if key != TAG}
        return _instance(classes[value[TAG]], attributes)
    return value
