"""Reads training rows from CSV or JSONL, cleans them, and names file and line of everything that is wrong.

A row is an input, perhaps a context, and the answer that the model should learn to give:

    CSV      text,label                      one row a line, any column names (see `columns` in settings.yaml)
    JSONL    {"text": "…", "label": "…"}     the same, one JSON object a line
    chat     {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}
    tokens   {"tokens": ["Ada", "wrote"], "tags": ["B-PER", "O"]}, or a CSV with a token a line: sentence,token,tag
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from settings import HERE, Columns, ProjectError

MOST_FAULTS = 20
ROLES = ("system", "user", "assistant")


class DataError(ProjectError):
    """What is wrong with the data, a line each."""


class Row(NamedTuple):
    """One example."""

    where: str
    """File and line."""
    input: str | tuple[str, ...]
    """Text, or tokens."""
    context: str
    """A passage or a second text; empty when there is none."""
    answer: str | tuple[str, ...]
    """Label, text, or one tag for each token."""
    messages: tuple[dict[str, str], ...] = ()
    """A whole conversation; then `input` is all turns but the last, and `answer` the last."""

    @property
    def key(self) -> str:
        """What makes two rows the same question: the input without case and spacing."""
        text = self.input if isinstance(self.input, str) else " ".join(self.input)
        return " ".join(f"{text} {self.context}".casefold().split())


class Faults:
    """Collects what is wrong, so that one run tells it all."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, where: str, message: str) -> None:
        self.lines.append(f"{where}: {message}")

    def raise_any(self) -> None:
        if self.lines:
            rest = len(self.lines) - MOST_FAULTS
            more = [f"… and {rest} more"] if rest > 0 else []
            raise DataError("\n".join(self.lines[:MOST_FAULTS] + more))


def clean(text: str) -> str:
    """One form for each character (Unicode NFC), no control characters but line ends and tabs, no blanks around.

    Two spellings of é, one character or two, are different tokens to a model and equal to a reader.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def read_rows(path: Path, columns: Columns, *, tokens: bool = False) -> list[Row]:
    """All rows of a file. `tokens`: inputs are lists of tokens and answers lists of tags. Raises DataError."""
    faults = Faults()
    file, path = path, path.relative_to(HERE) if path.is_relative_to(HERE) else path
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path}:{line}: not UTF-8: {error.reason}; save the file as UTF-8"
        ) from None
    kind = path.suffix.casefold()
    if kind == ".jsonl":
        records = _json_lines(path, text, faults)
    elif kind == ".csv" and tokens:
        records = _sentences(path, text, columns, faults)
    elif kind == ".csv":
        records = _csv_lines(path, text, faults)
    else:
        raise DataError(f"{path}: the name must end in .csv or .jsonl")
    rows = [
        row for where, record in records if (row := _row(where, record, columns, tokens, faults))
    ]
    faults.raise_any()
    if not rows:
        raise DataError(f"{path}: no rows")
    return rows


def _json_lines(path: Path, text: str, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    # Not splitlines(): it would also split at separators that JSON allows inside a string.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            faults.add(where, f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield where, record
        else:
            faults.add(where, "not a JSON object; each line must be one, {…}")


def _csv_lines(path: Path, text: str, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        names = next(reader, [])
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            faults.add(f"{path}:1", f"column {', '.join(doubled)} stands twice")
            return
        line = reader.line_num + 1
        for cells in reader:
            where = f"{path}:{line}"
            line = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                faults.add(
                    where,
                    f"{len(cells)} cells, but the first line has {len(names)} columns; "
                    'put texts with commas in "quotes"',
                )
                continue
            yield where, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        faults.add(f"{path}:{line}", f"not CSV: {error}")


def _sentences(
    path: Path, text: str, columns: Columns, faults: Faults
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lines of `sentence,token,tag` put together; a sentence is a run of lines with the same first cell."""
    start, sentence, tokens, tags = "", None, [], []
    for where, record in _csv_lines(path, text, faults):
        if set(record) != {"sentence", "token", "tag"}:
            faults.add(where, f"columns must be sentence, token and tag, not {', '.join(record)}")
            return
        if record["sentence"] != sentence:
            if tokens:
                yield start, {columns.input: tokens, columns.answer: tags}
            start, sentence, tokens, tags = where, record["sentence"], [], []
        tokens.append(record["token"])
        tags.append(record["tag"])
    if tokens:
        yield start, {columns.input: tokens, columns.answer: tags}


def _row(
    where: str, record: dict[str, Any], columns: Columns, tokens: bool, faults: Faults
) -> Row | None:
    if "messages" in record and not tokens:
        return _conversation(where, record["messages"], faults)
    wanted = [columns.input, columns.answer] + ([columns.context] if columns.context else [])
    missing = [name for name in wanted if record.get(name) is None]
    if missing:
        faults.add(where, f"no {', '.join(missing)}; there is {', '.join(map(str, record))}")
        return None
    if tokens:
        return _tokens(where, record[columns.input], record[columns.answer], faults)
    values = [record[name] for name in wanted]
    if not all(isinstance(value, str | int | float) for value in values):
        faults.add(where, f"{', '.join(wanted)} must be texts or numbers")
        return None
    question, answer, *rest = (clean(str(value)) for value in values)
    empty = [
        name for name, value in zip(wanted, [question, answer, *rest], strict=True) if not value
    ]
    if empty:
        faults.add(where, f"{', '.join(empty)} is empty")
        return None
    return Row(where, question, rest[0] if rest else "", answer)


def _tokens(where: str, tokens: Any, tags: Any, faults: Faults) -> Row | None:
    for name, value in (("tokens", tokens), ("tags", tags)):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            faults.add(where, f"{name} must be a list of texts")
            return None
    if len(tokens) != len(tags):
        faults.add(where, f"{len(tokens)} tokens, but {len(tags)} tags")
        return None
    cleaned = tuple(clean(token) for token in tokens)
    if not tokens or not all(cleaned):
        faults.add(where, "an empty token, or none")
        return None
    wrong = [tag for tag in tags if tag != "O" and tag[:2] not in ("B-", "I-")]
    if wrong:
        faults.add(where, f"tag {wrong[0]!r}; tags are O, B-TYPE (first token of a name) or I-TYPE")
        return None
    return Row(where, cleaned, "", tuple(tags))


def _conversation(where: str, messages: Any, faults: Faults) -> Row | None:
    if not isinstance(messages, list) or len(messages) < 2:
        faults.add(where, "messages must be a list of two turns or more")
        return None
    turns = []
    for place, turn in enumerate(messages, 1):
        if not isinstance(turn, dict) or turn.get("role") not in ROLES:
            faults.add(where, f"turn {place}: role must be {', '.join(ROLES)}")
            return None
        content = turn.get("content")
        if not isinstance(content, str) or not clean(content):
            faults.add(where, f"turn {place}: content must be a text that is not empty")
            return None
        turns.append({"role": turn["role"], "content": clean(content)})
    if turns[-1]["role"] != "assistant":
        faults.add(where, "the last turn must be the assistant's: it is what the model learns")
        return None
    before = "\n".join(turn["content"] for turn in turns[:-1])
    return Row(where, before, "", turns[-1]["content"], tuple(turns))
