"""Bytes of strangers into values: bounded in size, depth and number, and never a traceback."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, NoReturn

from llm_select.errors import LlmSelectError
from llm_select.foreign import in_our_words
from llm_select.messages import Message

MAX_JSON = 16 * 2**20
"""Bytes of a configuration or an index; the largest index of a published model has some 20 MB per million tensors."""
MAX_VALUES = 1_000_000
"""Values in one JSON text: the header of 70,000 tensors."""
MAX_ROWS = 200_000
"""Rows of one table."""
MAX_TEXT = 4096
"""Signs in a text that is used."""
MAX_COUNT = 10**13
"""No width, count or size in a configuration comes near."""


class SourceError(LlmSelectError):
    """A file that cannot be imported: `where` names it, with the field where there is one."""


class Unbounded(float):
    """NaN or an infinity where JSON has none. Some configurations write it into a field that no shape needs."""


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes. Raises SourceError."""
    try:
        if not path.is_file():
            raise SourceError(
                Message("not a file"), where=str(path), remedy=Message("give a file that exists")
            )
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise SourceError(
            Message("cannot be read: {reason}", reason=error.strerror or error), where=str(path)
        ) from None
    if len(data) > most:
        raise SourceError(
            Message("larger than {limit} MiB", limit=most // 2**20),
            where=str(path),
            remedy=Message("is it the file you meant?"),
        )
    return data


def csv_rows(data: bytes, where: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The columns of a CSV in UTF-8, and its rows with their lines. Raises SourceError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            Message("not UTF-8"), where=f"{where}:{line}", remedy=Message("save the file as UTF-8")
        ) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        names = list(reader.fieldnames or ())
        if len(set(names)) != len(names):
            raise SourceError(Message("a column is given twice"), where=f"{where}:1")
        for row in reader:
            if None in row:
                raise SourceError(
                    Message("more cells than the header"), where=f"{where}:{reader.line_num}"
                )
            rows.append((reader.line_num, row))
            if len(rows) > MAX_ROWS:
                raise SourceError(Message("more than {limit:,} rows", limit=MAX_ROWS), where=where)
    except csv.Error as error:
        raise SourceError(
            Message("not CSV: {error}", error=in_our_words(str(error))),
            where=f"{where}:{reader.line_num}",
        ) from None
    return names, rows


def json_value(data: bytes, where: str, most: int = MAX_JSON) -> Any:
    """JSON in UTF-8 without duplicate keys. NaN and infinities come back as `Unbounded`. Raises SourceError."""
    if len(data) > most:
        raise SourceError(Message("larger than {limit} MiB", limit=most // 2**20), where=where)
    if sum(data.count(sign) for sign in (b"[", b"{", b",")) > MAX_VALUES:
        raise SourceError(Message("more than {limit:,} values", limit=MAX_VALUES), where=where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            Message(
                "not UTF-8: byte 0x{byte:02x} at {start}", byte=data[error.start], start=error.start
            ),
            where=where,
            remedy=Message("save the file as UTF-8"),
        ) from None
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=Unbounded)
    except _Twice as twice:
        raise SourceError(
            Message("the key {key!r} is given twice", key=twice.args[0]),
            where=where,
            remedy=Message("keep one"),
        ) from None
    except RecursionError:
        raise SourceError(
            Message("nested too deeply"), where=where, remedy=Message("flatten it")
        ) from None
    except json.JSONDecodeError as error:
        raise SourceError(
            Message("not JSON: {reason}", reason=in_our_words(error.msg)),
            where=f"{where}:{error.lineno}:{error.colno}",
        ) from None
    except ValueError:  # an integer of thousands of digits
        raise SourceError(Message("a number is too long to be one"), where=where) from None


def json_object(data: bytes, where: str, most: int = MAX_JSON) -> dict[str, Any]:
    """As `json_value`, for a file whose top is an object."""
    value = json_value(data, where, most)
    if not isinstance(value, dict):
        raise SourceError(
            Message("holds {given} where an object belongs", given=kind_of(value)), where=where
        )
    return value


def kind_of(value: object) -> str:
    """A value's kind in words, the value itself when it is short."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return Message("an object")
    if isinstance(value, list):
        return Message("a list")
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."


class _Twice(Exception):  # noqa: N818 - a signal inside this module
    pass


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key[:80])
            seen.add(key)
    return found


class Fields:
    """A configuration's fields, each marked when it is read, so that what no rule placed can be named.

    Every reader raises SourceError with the field's name when the value is of the wrong kind.
    """

    def __init__(self, values: dict[str, Any], where: str, path: str = "") -> None:
        self.values = values
        self.where = where
        self.path = path
        self.read: set[str] = set()
        self.defaults: dict[str, Any] = {}
        """Values of the architecture's configuration class, for fields a file may leave out."""
        self.defaulted: dict[str, Any] = {}
        """The defaults that were needed."""

    def get(self, *names: str) -> Any:
        """The first of these fields that is given and not null, else its default, else None."""
        self.read.update(names)
        for name in names:
            if self.values.get(name) is not None:
                return self.values[name]
        for name in names:
            if name in self.defaults and name not in self.values:
                if self.defaults[name] is not None:
                    self.defaulted[name] = self.defaults[name]
                return self.defaults[name]
        return None

    def count(self, *names: str) -> int:
        """A whole number above 0 that must be there."""
        value = self.maybe(*names)
        if value is None:
            self.fail(
                names[0], Message("is missing"), Message("the shape cannot be told without it")
            )
        return value

    def maybe(self, *names: str) -> int | None:
        """A whole number above 0, or None. A float without a fraction counts as one, as JSON writers make them."""
        value = self.get(*names)
        if value is None:
            return None
        if isinstance(value, float) and not isinstance(value, Unbounded) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(
                self._given(names), Message("is {given}, not a whole number", given=kind_of(value))
            )
        if not 0 < value <= MAX_COUNT:
            self.fail(self._given(names), Message("is {given}, not a count", given=kind_of(value)))
        return value

    def some(self, *names: str) -> int:
        """A whole number, 0 when absent or 0."""
        value = self.get(*names)
        if value is None or (value == 0 and not isinstance(value, bool)):
            return 0
        return self.maybe(*names) or 0

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fail(name, Message("is {given}, neither true nor false", given=kind_of(value)))
        return value

    def text(self, *names: str) -> str | None:
        """Text, or None."""
        value = self.get(*names)
        if value is not None and not isinstance(value, str):
            self.fail(self._given(names), Message("is {given}, not text", given=kind_of(value)))
        if value is not None and len(value) > MAX_TEXT:
            self.fail(self._given(names), Message("is {count:,} signs long", count=len(value)))
        return value

    def items(self, name: str, length: int | None = None) -> list[Any] | None:
        """A list, of this length where one is given, or None."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            self.fail(name, Message("is {given}, not a list", given=kind_of(value)))
        if length is not None and len(value) != length:
            self.fail(
                name,
                Message(
                    "has {count} items, not one for each of {length} layers",
                    count=len(value),
                    length=length,
                ),
            )
        return value

    def child(self, name: str) -> Fields | None:
        """An object inside, or None."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fail(name, Message("is {given}, not an object", given=kind_of(value)))
        return Fields(value, self.where, f"{self.path}{name}.")

    def skip(self, *names: str) -> None:
        """Marks fields as read that say nothing about the shape."""
        self.read.update(names)

    def fail(self, name: str, message: str, remedy: str | None = None) -> NoReturn:
        """Raises SourceError about a field."""
        field = f"{self.path}{name}"
        said = Message("{field} {message}", field=field, message=message)
        raise SourceError(said, where=self.where, remedy=remedy)

    def unread(self) -> list[str]:
        """Fields with a value that nothing has read."""
        return [
            f"{self.path}{name}"
            for name, value in self.values.items()
            if name not in self.read and value not in (None, False, 0, "", [], {})
        ]

    def _given(self, names: tuple[str, ...]) -> str:
        return next((name for name in names if self.values.get(name) is not None), names[0])
