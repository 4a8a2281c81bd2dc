"""Rows of a data file, each with the line it starts on: CSV, TSV and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from llm_select.errors import LlmSelectError, UsageError
from llm_select.foreign import in_our_words
from llm_select.messages import Message, joined, placed

MAX_BYTES = 2**30
MOST_PROBLEMS = 20
"""Problems of a file that are told one by one."""
_FIELD_BYTES = 2**26
_BOMS = (
    # The marks of UTF-32 begin with those of UTF-16.
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF8, "utf-8-sig"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_JSON_LINES = (".jsonl", ".ndjson")

Cell = object
"""Text in CSV; any JSON value in JSON Lines."""


class Row(NamedTuple):
    """One record."""

    line: int
    """Line of the file on which it starts, from 1."""
    cells: dict[str, Cell]


class DataError(LlmSelectError):
    """Data that cannot be used; `problems` holds what is wrong, each with its place."""

    def __init__(self, problems: Sequence[str], remedy: str | None = None) -> None:
        shown = list(problems[:MOST_PROBLEMS])
        if len(problems) > MOST_PROBLEMS:
            shown.append(Message("and {count} more", count=len(problems) - MOST_PROBLEMS))
        super().__init__(joined("\n  ", shown), remedy=remedy)
        self.problems = tuple(problems)


def read_bytes(path: Path) -> bytes:
    """The file. Raises UsageError when it is none, is empty or too large."""
    if path.suffix.lower() not in (*_DELIMITERS, *_JSON_LINES):
        raise UsageError(
            Message("{path} is neither CSV nor JSON Lines by its name", path=path),
            where="--data",
            remedy=Message("give a .csv, .tsv, .jsonl or .ndjson file"),
        )
    if not path.is_file():
        raise UsageError(
            Message("{path} is not a file", path=path),
            where="--data",
            remedy=Message("give a file that exists"),
        )
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UsageError(
            Message("{path} is larger than 1 GiB", path=path),
            where="--data",
            remedy=Message("split it"),
        )
    data = path.read_bytes()
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UsageError(
            Message("{path} is empty", path=path),
            where="--data",
            remedy=Message("it needs at least one row"),
        )
    return data


def decode(path: Path, data: bytes, encoding: str | None = None) -> str:
    """Text by the byte-order mark, else by `encoding`, else as UTF-8. Raises DataError and UsageError."""
    marked = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    name = marked or encoding or "utf-8"
    try:
        return data.decode(name)
    except LookupError:
        raise UsageError(
            Message("unknown encoding {encoding!r}", encoding=name),
            where="--encoding",
            remedy=Message("for example utf-8 or gb18030"),
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            [
                Message(
                    "{path}:{line}: not {encoding}: byte 0x{byte:02x}",
                    path=path,
                    line=line,
                    encoding=name,
                    byte=data[error.start],
                )
            ],
            Message(
                "save the file as UTF-8, or say what it is with --encoding, for example gb18030 or "
                "cp1252"
            ),
        ) from None


def rows(path: Path, text: str) -> Iterator[Row]:
    """The records in their order; blank lines are passed over. Raises DataError."""
    if path.suffix.lower() in _JSON_LINES:
        return _json_rows(path, text)
    return _csv_rows(path, text, _DELIMITERS[path.suffix.lower()])


def _json_rows(path: Path, text: str) -> Iterator[Row]:
    problems: list[str] = []
    # Only \n ends a record: str.splitlines would also break at U+2028 within a text.
    for line, record in enumerate(text.split("\n"), 1):
        if not record.strip():
            continue
        try:
            value = json.loads(record)
        except (ValueError, RecursionError) as error:
            reason = (
                in_our_words(error.msg)
                if isinstance(error, json.JSONDecodeError)
                else Message("not JSON")
            )
            problems.append(
                Message("{path}:{line}: not JSON: {reason}", path=path, line=line, reason=reason)
            )
            continue
        if not isinstance(value, dict):
            problems.append(Message("{path}:{line}: not a JSON object", path=path, line=line))
            continue
        if not problems:
            yield Row(line, value)
    if problems:
        raise DataError(problems, Message("each line holds one JSON object, on that line alone"))


def _csv_rows(path: Path, text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_FIELD_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    problems: list[str] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = [cell.strip() for cell in cells]
                twice = {name for name in names if names.count(name) > 1}
                if twice:
                    message = Message(
                        "{path}:{line}: column {name!r} stands twice",
                        path=path,
                        line=line,
                        name=min(twice),
                    )
                    raise DataError([message], Message("give each column its own name"))
            elif len(cells) != len(names):
                message = Message(
                    "{path}:{line}: {cells} cells, the header has {columns}",
                    path=path,
                    line=line,
                    cells=len(cells),
                    columns=len(names),
                )
                problems.append(message)
            elif not problems:
                yield Row(line, dict(zip(names, cells, strict=True)))
    except csv.Error as error:
        problems.append(placed(f"{path}:{reader.line_num}", in_our_words(str(error))))
    if problems:
        raise DataError(problems, Message("quote cells that hold a comma, a quote or a line break"))
