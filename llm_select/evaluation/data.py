"""A user's labelled examples: the columns a task takes, checked, with every problem told by file and line."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from llm_select.errors import UsageError
from llm_select.evaluation.rows import Cell, DataError, Row, decode, read_bytes, rows
from llm_select.evaluation.spans import Span, from_tags, problem_of, span_of
from llm_select.evidence.languages import split_pair
from llm_select.messages import Message, either, listed, placed
from llm_select.schema.base import LANGUAGE_TAG

_TAG = re.compile(LANGUAGE_TAG)
GOLD = {
    "text": ("reference",),
    "label": ("label",),
    "entities": ("spans", "tags"),
    "answer": ("answers",),
}
"""Columns that hold what is right, by the form of the answer; any one of them will do."""
MOST_LABELS = 200
"""Labels beyond this are taken for free text in the wrong column."""


class Example(NamedTuple):
    """One labelled example."""

    line: int
    """Line of the file."""
    inputs: Mapping[str, str]
    """What the prompt shows, by column."""
    gold: tuple[str, ...]
    """References; the label; or acceptable answers, none for a question without an answer."""
    spans: tuple[Span, ...] = ()
    """Entities, in characters of `inputs["text"]`."""
    language: str | None = None
    """Language or pair, where the data or the user say."""


class Note(NamedTuple):
    """Something a user should know of the data; sentences are made when it is shown."""

    code: str
    values: Mapping[str, object]


class Data(NamedTuple):
    """A data file, read."""

    name: str
    """The file's name, without its directory."""
    digest: str
    """SHA-256 of its bytes."""
    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    """Labels, or entity types, by name or as the user orders them; empty for other forms."""
    notes: tuple[Note, ...]


class DataRequest(NamedTuple):
    """How to read a data file."""

    form: str
    """`text`, `label`, `entities` or `answer`."""
    inputs: tuple[str, ...]
    """Columns that the prompt shows."""
    language: str | None = None
    """Language or pair of all rows, unless a row says otherwise."""
    paired: bool = False
    """True when rows name a `pair` rather than a `language`."""
    labels: tuple[str, ...] = ()
    """Labels allowed; empty takes those of the data."""
    encoding: str | None = None
    sample: int | None = None
    """Rows drawn at random; None takes all."""
    seed: int = 0


def read_data(path: Path, request: DataRequest) -> Data:
    """Examples of a file. Raises UsageError for an unusable file and DataError with all that is wrong in its rows."""
    data = read_bytes(path)
    text = decode(path, data, request.encoding)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(
            [Message("{path}:{line}: holds a NUL character", path=path, line=line)],
            Message("save the file as text"),
        )
    records = list(rows(path, text))
    if not records:
        raise UsageError(
            Message("{path} has no rows", path=path),
            where="--data",
            remedy=Message("it needs at least one"),
        )
    _check_columns(path, records, request)
    examples, problems = [], []
    for record in records:
        try:
            examples.append(_example(record, request))
        except ValueError as error:
            problems.append(placed(f"{path}:{record.line}", error.args[0]))
    if problems:
        raise DataError(problems, Message("mend these rows or take them out"))
    labels = _labels(path, examples, request)
    notes = _duplicates(examples)
    if request.sample is not None and request.sample < len(examples):
        chosen = random.Random(request.seed).sample(range(len(examples)), request.sample)
        notes.append(Note("sampled", {"taken": len(chosen), "of": len(examples)}))
        examples = [examples[index] for index in sorted(chosen)]
    return Data(path.name, sha256(data).hexdigest(), tuple(examples), labels, tuple(notes))


def _check_columns(path: Path, records: Sequence[Row], request: DataRequest) -> None:
    """Raises DataError when a column is absent from the first row, with the nearest that is there."""
    first = records[0]
    present = list(first.cells)
    problems = []
    wanted = [name for name in request.inputs if not (name == "text" and "tokens" in present)]
    if request.form == "entities" and "tags" in present and "tokens" not in present:
        wanted.append("tokens")
    for name in wanted:
        if name not in present:
            problems.append(
                _absent(path, first.line, Message("column {name}", name=f"`{name}`"), name, present)
            )
    gold = GOLD[request.form]
    if not any(name in present for name in gold):
        known = either([f"`{name}`" for name in gold])
        problems.append(
            _absent(path, first.line, Message("column {name}", name=known), gold[0], present)
        )
    if problems:
        needed = listed([*request.inputs, either(gold)])
        raise DataError(
            problems,
            Message(
                "this task takes {needed}; the data have {present}",
                needed=needed,
                present=listed(present),
            ),
        )


def _absent(path: Path, line: int, what: str, name: str, present: Sequence[str]) -> str:
    near = get_close_matches(name, present, 1, 0.6)
    said = Message("no {what}", what=what)
    if near:
        said = Message("no {what}; is {nearest!r} meant?", what=what, nearest=near[0])
    return placed(f"{path}:{line}", said)


def _example(record: Row, request: DataRequest) -> Example:
    """Raises ValueError with what is wrong in the row."""
    cells = record.cells
    language = _language(cells, request)
    spans: tuple[Span, ...] = ()
    if request.form == "entities":
        text, spans = _entities(cells)
        inputs = {name: _text(cells, name) for name in request.inputs if name != "text"}
        if "text" in request.inputs:
            inputs["text"] = text
        gold: tuple[str, ...] = ()
    else:
        inputs = {name: _text(cells, name) for name in request.inputs}
        gold = _gold(cells, request.form)
    if request.form == "label" and request.labels and gold[0] not in request.labels:
        near = get_close_matches(gold[0], request.labels, 1)
        raise ValueError(
            Message(
                "label {label!r} is not among --labels; is {nearest!r} meant?",
                label=gold[0],
                nearest=near[0],
            )
            if near
            else Message("label {label!r} is not among --labels", label=gold[0])
        )
    return Example(record.line, inputs, gold, spans, language)


def _text(cells: Mapping[str, Cell], name: str) -> str:
    value = cells.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        missing = Message("`{name}` is missing", name=name)
        raise ValueError(missing if value is None else Message("`{name}` is no text", name=name))
    text = str(value)
    if not text.strip():
        raise ValueError(Message("`{name}` is empty", name=name))
    return _whole(text, name)


def _whole(text: str, name: str) -> str:
    """Raises ValueError for half a surrogate pair, which JSON can write and no file or request can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(
            Message("`{name}` holds half a character (a lone surrogate)", name=name)
        ) from None
    return text


def _language(cells: Mapping[str, Cell], request: DataRequest) -> str | None:
    """What the row says, else what holds for all."""
    name = "pair" if request.paired else "language"
    value = cells.get(name)
    if value is None or value == "":
        return request.language
    tag = value.strip() if isinstance(value, str) else ""
    if not (split_pair(tag) if request.paired else _TAG.match(tag)):
        example = "en-zh" if request.paired else Message("en or zh-Hant")
        raise ValueError(
            Message(
                "`{name}` is {value!r}, not such as {example}",
                name=name,
                value=value,
                example=example,
            )
        )
    return tag


def _gold(cells: Mapping[str, Cell], form: str) -> tuple[str, ...]:
    if form == "label":
        return (_text(cells, "label").strip(),)
    name = GOLD[form][0]
    values = _listed(cells.get(name), name)
    if not all(isinstance(one, str) for one in values):
        raise ValueError(Message("`{name}` is no text and no list of texts", name=name))
    found = tuple(_whole(str(one), name) for one in values if str(one).strip())
    if form == "text" and not found:
        raise ValueError(Message("`{name}` is empty", name=name))
    return found


def _listed(value: Cell, name: str) -> list[object]:
    """A JSON list, a list written as JSON in a cell, or one value."""
    if isinstance(value, Mapping) and name == "answers" and "text" in value:
        value = value["text"]  # SQuAD's own form: {"text": [...], "answer_start": [...]}
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            read = json.loads(value)
        except ValueError:
            read = value
        value = read
    if value is None:
        raise ValueError(Message("`{name}` is missing", name=name))
    return list(value) if isinstance(value, list) else [value]


def _entities(cells: Mapping[str, Cell]) -> tuple[str, tuple[Span, ...]]:
    """The text and its entities, from `text` with `spans` or from `tokens` with `tags`."""
    if cells.get("spans") not in (None, ""):
        text = _text(cells, "text")
        spans = tuple(span_of(one) for one in _listed(cells["spans"], "spans"))
    else:
        tokens, tags = (_words(cells, name) for name in ("tokens", "tags"))
        if len(tokens) != len(tags):
            raise ValueError(
                Message("{tokens} tokens but {tags} tags", tokens=len(tokens), tags=len(tags))
            )
        text, spans = from_tags(tokens, tags)
    wrong = problem_of(text, spans)
    if wrong:
        raise ValueError(wrong)
    return text, spans


def _words(cells: Mapping[str, Cell], name: str) -> list[str]:
    value = cells.get(name)
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return value.split()
    words = _listed(value, name)
    if not words or not all(isinstance(word, str) and word.strip() for word in words):
        raise ValueError(Message("`{name}` is no list of words", name=name))
    return [_whole(str(word), name) for word in words]


def _labels(path: Path, examples: Sequence[Example], request: DataRequest) -> tuple[str, ...]:
    if request.form == "label":
        counts = Counter(example.gold[0] for example in examples)
    elif request.form == "entities":
        counts = Counter(span.label for example in examples for span in example.spans)
    else:
        return ()
    # By name: in order of frequency they would tell the model which answer is the likeliest.
    labels = request.labels or tuple(sorted(counts))
    if not labels:
        raise DataError(
            [Message("{path}: no row has an entity", path=path)],
            Message("name the types with --labels"),
        )
    if len(labels) > MOST_LABELS:
        raise DataError(
            [Message("{path}: {n} different labels", path=path, n=len(labels))],
            Message("is the column of labels free text?"),
        )
    folded = Counter(label.casefold() for label in labels)
    alike = [label for label in labels if folded[label.casefold()] > 1]
    if alike:
        raise DataError(
            [
                Message(
                    "{path}: labels that differ only in letter case: {labels}",
                    path=path,
                    labels=listed(sorted(alike)),
                )
            ],
            Message("write each label one way"),
        )
    return labels


def _duplicates(examples: Sequence[Example]) -> list[Note]:
    seen: dict[tuple[tuple[str, str], ...], Example] = {}
    repeated: list[int] = []
    contrary: list[int] = []
    for example in examples:
        key = (*example.inputs.items(), ("", example.language or ""))
        first = seen.setdefault(key, example)
        if first is example:
            continue
        same = (first.gold, first.spans) == (example.gold, example.spans)
        (repeated if same else contrary).append(example.line)
    notes = []
    if repeated:
        notes.append(Note("duplicates", {"count": len(repeated), "lines": tuple(repeated[:5])}))
    if contrary:
        notes.append(Note("contradictions", {"count": len(contrary), "lines": tuple(contrary[:5])}))
    return notes
