"""Cards and sources as YAML in the style of the catalog. A card that is there keeps every line of the fields that do
not change."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from textwrap import wrap
from typing import Any

from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.yaml_loader import parse
from llm_select.messages import Message
from llm_select.schema.model import Model

WIDTH = 100
HEAD = "# yaml-language-server: $schema=../../schema/model.json\n"
SOURCES_HEAD = "# yaml-language-server: $schema=../schema/sources.json\n"
REQUIRED = ("name", "developer", "released", "generation", "kind", "license", "weights")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+()-]*\Z")
_ORDER = tuple(Model.model_fields)


def card_text(card: Mapping[str, Any]) -> str:
    """A whole card."""
    fields = [name for name in _ORDER if name in card and card[name] not in ({}, [])]
    return HEAD + "".join(field_text(name, card[name]) for name in fields)


def missing(card: Mapping[str, Any]) -> list[str]:
    """Required fields that a person must still give."""
    return [name for name in REQUIRED if name not in card]


def updated_text(old: bytes, card: Mapping[str, Any]) -> str:
    """The text of a card with the fields that differ from its values written anew, each in its place; new fields come
    last, before `sources`."""
    document = parse(old)
    before: Values = document.value
    lines = old.decode("utf-8-sig").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    starts = sorted((document.position((name,))[0] - 1, name) for name in before)
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    out = "".join(lines[: starts[0][0]]) if starts else "".join(lines)
    new = "".join(
        field_text(name, card[name]) for name in _ORDER if name in card and name not in before
    )
    for (start, name), end in zip(starts, ends, strict=True):
        block = lines[start:end]
        if name == "sources":
            out += new
            new = ""
        if card.get(name) == before[name]:
            out += "".join(block)
        else:
            # Comments and blank lines before the next field are that field's.
            kept = len(block)
            while kept > 1 and (not block[kept - 1].strip() or block[kept - 1].startswith("#")):
                kept -= 1
            out += field_text(name, card[name]) + "".join(block[kept:])
    return out + new


def field_text(name: str, value: Any, indent: int = 0) -> str:
    """One field and what is in it; on one line where that fits."""
    pad = " " * indent
    flat = f"{pad}{_key(name)}: {_flow(value)}"
    if (
        isinstance(value, str)
        and len(flat) > WIDTH
        and "\n" not in value
        and "  " not in value.strip()
    ):
        folded = wrap(value, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
        text = f"{pad}{_key(name)}: >-\n" + "".join(f"{pad}  {line}\n" for line in folded)
        return text if parse(text.encode()).value == {name: value} else f"{flat}\n"
    if (
        not isinstance(value, (dict, list))
        or not value
        or (len(flat) <= WIDTH and not _deep(name, value))
    ):
        return f"{flat}\n"
    if isinstance(value, dict):
        return f"{pad}{_key(name)}:\n" + "".join(
            field_text(key, one, indent + 2) for key, one in value.items()
        )
    text = f"{pad}{_key(name)}:\n"
    for one in value:
        line = f"{pad}  - {_flow(one)}"
        if isinstance(one, dict) and one and len(line) > WIDTH:
            inner = "".join(field_text(key, item, indent + 4) for key, item in one.items())
            line = f"{pad}  - {inner.lstrip()}".rstrip("\n")
        text += f"{line}\n"
    return text


def sources_text(entries: Mapping[str, Values]) -> str:
    """Entries of a sources file."""
    return "".join(
        f"{key}:\n" + "".join(field_text(name, value, 2) for name, value in entry.items())
        for key, entry in entries.items()
    )


def add_sources(path: Path, entries: Mapping[str, Values]) -> str:
    """The text of a sources file with these entries, those that it has already kept as they are. Raises SourceError."""
    if not path.exists():
        return SOURCES_HEAD + sources_text(entries)
    document = parse(path.read_bytes())
    if document.problems or not isinstance(document.value, dict):
        raise SourceError(
            Message("cannot be read as sources"),
            where=str(path),
            remedy=Message("see llm-select catalog check"),
        )
    new = {key: value for key, value in entries.items() if key not in document.value}
    old = path.read_text(encoding="utf-8-sig")
    return (old if old.endswith("\n") or not old else f"{old}\n") + sources_text(new)


def write_file(path: Path, text: str) -> None:
    """Writes at once or not at all. Raises SourceError when the text would not read back, and OSError."""
    problems = parse(text.encode()).problems
    if problems:
        raise SourceError(
            Message("the text to write does not read back: {message}", message=problems[0].message),
            where=str(path),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _deep(name: str, value: Any) -> bool:
    """An architecture and the sources read better one field to a line."""
    return name == "architecture" or (name == "sources" and len(value) > 3)


def _key(name: str) -> str:
    return name if _is_plain(name) else json.dumps(name, ensure_ascii=False)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, str) and _is_plain(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Text that the loader reads back as the same text without quotes."""
    if not _PLAIN.match(text) or text.endswith(" "):
        return False
    return bool(parse(f"a: {text}".encode()).value == {"a": text})
