"""A user's own evaluation as evidence: a board, its benchmark and source, and the task that takes it for its reference.

The task is written whole, since a directory replaces objects whole: a copy of the one in use with the board put first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from llm_select.catalog.files import bundled_directory
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.importers.write import SOURCES_HEAD, field_text, sources_text, write_file
from llm_select.catalog.yaml_loader import parse
from llm_select.messages import Message

_HEAD = "# yaml-language-server: $schema=../schema/{}.json\n"


class Evidence(NamedTuple):
    """What was measured."""

    task: str
    """Id of the task."""
    board: str
    """Id of the board, of its benchmark and of its source."""
    data: str
    """Name of the data file."""
    digest: str
    """Its SHA-256."""
    metric: str
    """As it is printed; also the unit."""
    floor: float
    """The score of chance."""
    setting: str
    """`zero-shot`, `prompted` or `fine-tuned`."""
    harness: str
    """Signature of the metric, the prompt and the number of examples: scores under another one are not comparable."""
    date: str
    entries: Mapping[str, Mapping[str, str]]
    """By name on the board: the card, the format and the mode, where known."""
    scores: Mapping[str, Mapping[str, float]]
    """By language or pair (`all` without), then by name."""
    stderr: Mapping[str, Mapping[str, float]]


def save_evidence(
    directory: Path, evidence: Evidence, catalogs: Sequence[Path] = ()
) -> tuple[str, ...]:
    """Write or extend the four files; paths written. `catalogs` are the user's others, whose task would be covered.
    Raises SourceError when the board there is of other data, another
    metric or another prompt, and OSError."""
    board = _board(directory / "evaluations" / f"{evidence.board}.yaml", evidence)
    task_path = directory / "tasks" / f"{evidence.task}.yaml"
    task = _task(task_path, evidence, catalogs)
    source = {
        "title": f"Own evaluation on {evidence.data}",
        "url": f"file:{evidence.data}",
        "revision": f"sha256:{evidence.digest}",
        "read": evidence.date,
    }
    benchmark = {
        "name": f"Own data: {evidence.data}",
        "description": f"The user's own examples of the task {evidence.task}, {evidence.metric}.",
        "metric": evidence.metric,
        "unit": evidence.metric,
        "direction": "higher",
        "scale": "bounded",
        "floor": round(evidence.floor, 4),
        "ceiling": 100,
        "source": evidence.board,
    }
    texts = {
        directory / "sources" / f"{evidence.board}.yaml": SOURCES_HEAD
        + sources_text({evidence.board: source}),
        directory / "benchmarks" / f"{evidence.board}.yaml": _text("benchmark", benchmark),
        directory / "evaluations" / f"{evidence.board}.yaml": _text("board", board),
        task_path: _text("task", task),
    }
    for path, text in texts.items():
        write_file(path, text)
    return tuple(map(str, texts))


def _text(kind: str, fields: Mapping[str, Any]) -> str:
    return _HEAD.format(kind) + "".join(field_text(name, value) for name, value in fields.items())


def _board(path: Path, evidence: Evidence) -> dict[str, Any]:
    old = _read(path)
    head = {
        "benchmark": evidence.board,
        "source": evidence.board,
        "date": evidence.date,
        "reported_by": "users",
        "setting": evidence.setting,
        "harness": evidence.harness,
    }
    if old:
        source = _read(path.parent.parent / "sources" / f"{evidence.board}.yaml")
        revision = source.get(evidence.board, {}).get("revision")
        for what, there, here in (
            (Message("other data"), revision, f"sha256:{evidence.digest}"),
            (Message("another metric, prompt or sample"), old.get("harness"), evidence.harness),
        ):
            if there != here:
                raise SourceError(
                    Message("the board there is of {what}", what=what),
                    where=str(path),
                    remedy=Message("name another one with --board"),
                )
    entries = {**(old.get("entries") or {}), **{k: dict(v) for k, v in evidence.entries.items()}}
    board: dict[str, Any] = {**head, "entries": entries}
    for name, new in (("scores", evidence.scores), ("stderr", evidence.stderr)):
        merged = {row: dict(column) for row, column in (old.get(name) or {}).items()}
        for row, column in new.items():
            merged.setdefault(row, {}).update(column)
        board[name] = merged
    return board


def _task(path: Path, evidence: Evidence, catalogs: Sequence[Path]) -> dict[str, Any]:
    """The task in use, with the board as its first evidence and its reference."""
    places = [path, *(one / "tasks" / path.name for one in reversed(catalogs))]
    places.append(Path(bundled_directory()) / "tasks" / path.name)
    task = next(found for found in map(_read, places) if found)
    uses = [use for use in task.get("boards") or [] if use["board"] != evidence.board]
    task["boards"] = [{"board": evidence.board, "relevance": "direct"}, *uses]
    task["reference"] = {"board": evidence.board}
    task["quality"] = task["own_data"]["quality"]
    return task


def _read(path: Path) -> dict[str, Any]:
    """A file's mapping; empty when there is none. Raises SourceError for a file that cannot be read as one."""
    if not path.exists():
        return {}
    document = parse(path.read_bytes())
    if document.problems or not isinstance(document.value, dict):
        raise SourceError(
            Message("cannot be read"),
            where=str(path),
            remedy=Message("see llm-select catalog check"),
        )
    return document.value
