"""YAML as the catalog uses it: less than YAML 1.1 allows, at the speed of libyaml.

Booleans are only `true` and `false` (`no` stays the language tag it is), numbers are those of
JSON's decimal notation, dates stay strings. Tags, merge keys, several documents, duplicate keys,
keys that are not plainly strings, NaN and infinity are refused; size, depth, nodes and aliases are
bounded.

Values are built from libyaml's events, not from composed nodes: the depth can then be bounded
before the C stack is, and PyYAML's resolver, which is Python and slow, is not run.
"""

# Plain paths: pathlib costs milliseconds at every start.
# ruff: noqa: PTH116, PTH123

from __future__ import annotations

import os
import re
import stat
from typing import Any, NamedTuple

import yaml

from llm_select.catalog.findings import Key, Path
from llm_select.foreign import in_our_words
from llm_select.messages import Message

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 64
MAX_NODES = 500_000
"""Scalars and collections in one file, those repeated by an alias counted again."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,29})\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+\Z")
_NUMBER_STARTS = frozenset("0123456789+-.")
_NOT_FINITE = frozenset((".nan", ".inf", "+.inf", "-.inf"))
_UNACCEPTABLE = re.compile(
    r"unacceptable character (\S+): control characters are not allowed"
    r' in "<unicode string>", position (\d+)'
)
_NULLS = frozenset(("", "~", "null"))
_INFINITY = float("inf")


class Problem(NamedTuple):
    """Something wrong in one document. Lines and columns count from 1."""

    line: int
    column: int
    path: Path
    message: str
    remedy: str | None = None


class Document(NamedTuple):
    """A file's content and where each of its fields stands."""

    value: Any
    positions: dict[Path, tuple[int, int]]
    """Line and column, from 1, of every key and list item."""
    problems: tuple[Problem, ...]

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of a field, or of the nearest field around it."""
        while path not in self.positions and path:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


class UnreadableError(Exception):
    """A document that cannot be read to its end; `args[0]` is the Problem."""

    @property
    def problem(self) -> Problem:
        problem: Problem = self.args[0]
        return problem


class CatalogLoader(yaml.CSafeLoader):
    """Builds one document from libyaml's events; see the module's docstring for what it refuses."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.positions: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._nodes = 0
        self._repeated = 0
        self._anchors: dict[str, Any] = {}

    def document(self) -> Any:
        """The value of the only document; None when the text holds none. Raises UnreadableError."""
        event = self.get_event()  # stream start
        event = self.get_event()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self._value(self.get_event(), (), 0)
        self.get_event()  # document end
        event = self.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._stop(
                event,
                (),
                Message("a second document begins"),
                Message("keep one document in a file"),
            )
        return value

    def _value(self, event: Any, path: Path, depth: int) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._stop(
                event,
                path,
                Message("more than {limit:,} values", limit=MAX_NODES),
                Message("split the file"),
            )
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event, path, depth)
        if event.tag is not None:
            raise self._stop(
                event,
                path,
                Message("the tag {tag} is not allowed", tag=event.tag),
                Message("remove the tag"),
            )
        if kind is yaml.ScalarEvent:
            value = self._scalar(event, path) if event.implicit[0] else event.value
        elif depth >= MAX_DEPTH:
            raise self._stop(
                event,
                path,
                Message("nested more than {limit} deep", limit=MAX_DEPTH),
                Message("flatten it"),
            )
        elif kind is yaml.MappingStartEvent:
            value = self._mapping(path, depth + 1)
        else:
            value = self._sequence(path, depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        positions, get_event = self.positions, self.get_event
        while True:
            event: Any = get_event()
            if type(event) is yaml.MappingEndEvent:
                return mapping
            key = self._key(event, path)
            here = (*path, key)
            mark = event.start_mark
            if key in mapping:
                first = positions[here][0]
                self._note(
                    event,
                    here,
                    Message("{key!r} is given twice, first on line {first}", key=key, first=first),
                    Message("keep one"),
                )
            else:
                positions[here] = (mark.line + 1, mark.column + 1)
            mapping[key] = self._value(get_event(), here, depth)

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        while True:
            event: Any = self.get_event()
            if type(event) is yaml.SequenceEndEvent:
                return items
            here = (*path, len(items))
            mark = event.start_mark
            self.positions[here] = (mark.line + 1, mark.column + 1)
            items.append(self._value(event, here, depth))

    def _key(self, event: Any, path: Path) -> str:
        if type(event) is not yaml.ScalarEvent or event.tag is not None or event.anchor is not None:
            raise self._stop(
                event, path, Message("a key must be plain text"), Message("write the key as text")
            )
        key: str = event.value
        if event.implicit[0]:
            if key == "<<":
                raise self._stop(
                    event,
                    path,
                    Message("merge keys are not allowed"),
                    Message("write the fields out"),
                )
            problems = len(self.problems)
            if not isinstance(self._scalar(event, (*path, key)), str):
                del self.problems[problems:]
                self._note(
                    event,
                    (*path, key),
                    Message("the key {key} is not text", key=key or "null"),
                    Message('put it in quotes: "{key}"', key=key),
                )
        return key

    def _scalar(self, event: Any, path: Path) -> str | int | float | bool | None:
        text: str = event.value
        if text and text[0] in _NUMBER_STARTS:
            if _INTEGER.match(text):
                return int(text)
            if _FLOAT.match(text) and not _LEADING_ZERO.match(text):
                number = float(text)
                # An integer too long for _INTEGER is an identifier, never a quantity.
                if "." not in text and "e" not in text.lower():
                    return text
                if number in (_INFINITY, -_INFINITY):
                    self._note(
                        event,
                        path,
                        Message("{text} is too large a number", text=text),
                        Message("put it in quotes if it is text"),
                    )
                    return None
                return number
        elif text == "true":
            return True
        elif text == "false":
            return False
        if text in _NULLS:
            return None
        if text.lower() in _NOT_FINITE:
            self._note(
                event,
                path,
                Message("{text} is not a finite number", text=text),
                Message("leave an unknown figure out"),
            )
            return None
        return text

    def _alias(self, event: Any, path: Path, depth: int) -> Any:
        if event.anchor not in self._anchors:
            raise self._stop(
                event,
                path,
                Message("the alias *{anchor} has no anchor before it", anchor=event.anchor),
                Message("write the value out"),
            )
        value = self._anchors[event.anchor]
        self._count_again(value, event, path, depth)
        return value

    def _count_again(self, value: Any, event: Any, path: Path, depth: int) -> None:
        """Counts an aliased value as if it were written out, and bounds it the same way."""
        if isinstance(value, str):
            self._repeat(len(value), event, path)
        if not isinstance(value, (dict, list)):
            return
        items = value.values() if isinstance(value, dict) else value
        if isinstance(value, dict):
            self._repeat(sum(map(len, value)), event, path)
        if depth >= MAX_DEPTH:
            raise self._stop(
                event,
                path,
                Message("nested more than {limit} deep", limit=MAX_DEPTH),
                Message("flatten it"),
            )
        self._nodes += len(value)
        if self._nodes > MAX_NODES:
            raise self._stop(
                event,
                path,
                Message("aliases expand to more than {limit:,} values", limit=MAX_NODES),
                Message("write the values out"),
            )
        for item in items:
            self._count_again(item, event, path, depth + 1)

    def _repeat(self, length: int, event: Any, path: Path) -> None:
        """Counts characters that an alias stands for: a long text named a thousand times is no short file."""
        self._repeated += length
        if self._repeated > MAX_BYTES:
            message = Message(
                "aliases repeat more than {limit} MiB of text", limit=MAX_BYTES // 2**20
            )
            raise self._stop(event, path, message, Message("write the values out"))

    def _note(self, event: Any, path: Path, message: str, remedy: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(mark.line + 1, mark.column + 1, path, message, remedy))

    def _stop(self, event: Any, path: Path, message: str, remedy: str) -> UnreadableError:
        mark = event.start_mark
        return UnreadableError(Problem(mark.line + 1, mark.column + 1, path, message, remedy))


def parse(data: bytes) -> Document:
    """The document in a file's bytes; `problems` holds all that is wrong with it as YAML."""
    if len(data) > MAX_BYTES:
        return _refused(Problem(1, 1, (), *_TOO_LARGE))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = Message("not UTF-8: byte 0x{byte:02x}", byte=data[error.start])
        return _refused(Problem(line, 1, (), message, Message("save the file as UTF-8")))
    loader: CatalogLoader | None = None
    try:
        loader = CatalogLoader(text)
        value = loader.document()
    except UnreadableError as stop:
        return _refused(*(loader.problems if loader else ()), stop.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = in_our_words(error.context, error.problem)
        if (
            "nesting depth" in said
        ):  # libyaml's own limit, which its scanner meets before we see an event
            deep = Message("nested more than {limit} deep", limit=MAX_DEPTH)
            return _refused(Problem(line, column, (), deep, Message("flatten it")))
        return _refused(Problem(line, column, (), Message("not YAML: {said}", said=said)))
    except yaml.YAMLError as error:  # a character that YAML does not allow
        text = " ".join(str(error).split())
        return _refused(Problem(1, 1, (), Message("not YAML: {said}", said=_unacceptable(text))))
    finally:
        if loader is not None:
            loader.dispose()
    return Document(value, loader.positions, tuple(loader.problems))


def _unacceptable(text: str) -> str:
    """PyYAML's words on a character that may not stand anywhere."""
    found = _UNACCEPTABLE.fullmatch(text)
    if found is None:
        return text
    code, position = found.groups()
    return Message(
        "unacceptable character {code}: control characters are not allowed"
        ' in "<unicode string>", position {position}',
        code=code,
        position=position,
    )


def read_bytes(path: str) -> bytes:
    """A file's bytes, at most `MAX_BYTES`. Raises UnreadableError when it is too large or no regular
    file, and OSError."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(
            Problem(0, 0, (), Message("not a regular file"), Message("put a file here"))
        )
    if status.st_size > MAX_BYTES:
        raise UnreadableError(Problem(0, 0, (), *_TOO_LARGE))
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableError(Problem(0, 0, (), *_TOO_LARGE))
    return data


_TOO_LARGE = (
    Message("larger than {limit} MiB", limit=MAX_BYTES // 2**20),
    Message("split the file"),
)


def _refused(*problems: Problem) -> Document:
    return Document(None, {}, problems)


__all__ = ["CatalogLoader", "Document", "Key", "Problem", "UnreadableError", "parse", "read_bytes"]
