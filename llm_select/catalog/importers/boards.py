"""A board's table as CSV into `catalog/evaluations/`: names to cards, scores by language, differences from a board that
is there. Two forms: long (`entry, language, score[, stderr]`), or wide (`entry`, then a column for each language)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.reading import MAX_JSON, SourceError, csv_rows, read_file
from llm_select.catalog.importers.write import field_text, write_file
from llm_select.catalog.yaml_loader import parse
from llm_select.errors import AmbiguousNameError, UnknownNameError
from llm_select.messages import Message, either, listed
from llm_select.schema.base import LANGUAGE_TAG, PARTIAL_DATE, SLUG

HEAD = "# yaml-language-server: $schema=../schema/board.json\n"
_ENTRY = ("entry", "model", "name", "system")
_TAG = re.compile(LANGUAGE_TAG)


class BoardRequest(NamedTuple):
    """What a user says of the table."""

    board: str
    benchmark: str | None = None
    source: str | None = None
    date: str | None = None
    reported_by: str | None = None
    setting: str | None = None
    directory: Path | None = None
    accept: bool = False
    dry_run: bool = False


class BoardResult(NamedTuple):
    """What came of it."""

    board: str
    known: bool
    """There is a board of this id."""
    summary: str
    text: str
    differing: tuple[tuple[str, str, float, float], ...]
    """Entry, language, the board's score, the table's."""
    unknown: tuple[str, ...]
    """Names that lead to no card; they stay as entries without one."""
    notes: tuple[str, ...]
    written: tuple[str, ...]


def import_board(data: bytes, where: str, request: BoardRequest, catalog: Any) -> BoardResult:
    """The board's file with the table's scores. Raises SourceError."""
    if not re.match(SLUG, request.board):
        raise SourceError(
            Message("{id!r} is no id", id=request.board),
            where="--board",
            remedy=Message("write lower case and dashes"),
        )
    scores, errors = _scores(data, where)
    old = _old(request)
    known = dict(old.get("entries") or {})
    entries: dict[str, Values] = {}
    unknown: list[str] = []
    notes: list[str] = []
    names = sorted({name for column in scores.values() for name in column})
    for name in names:
        if name in known:
            continue
        card = _card(name, catalog, notes)
        if card is None:
            unknown.append(name)
        entries[name] = {"model": card} if card else {}
    head = _head(request, old, catalog)
    _within(scores, head["benchmark"], catalog, where)
    merged, differing, added = _merge(old.get("scores") or {}, scores, request.accept)
    board = {**head, "entries": {**known, **entries}, "scores": merged}
    stderr, _, _ = _merge(old.get("stderr") or {}, errors, True)
    if stderr:
        board["stderr"] = stderr
    if unknown:
        shown = listed(unknown[:12])
        if len(unknown) > 12:
            shown = Message("{names} and {n} more", names=shown, n=len(unknown) - 12)
        notes.append(
            Message(
                "no card for {count} name(s): {shown}; they stay as entries and link boards",
                count=len(unknown),
                shown=shown,
            )
        )
    if differing and not request.accept:
        notes.append(
            Message(
                "scores that differ stay as the board has them; --accept takes those of the table"
            )
        )
    text = HEAD + "".join(field_text(name, value) for name, value in board.items())
    count = sum(map(len, scores.values()))
    summary = Message(
        "{board}: {scores} score(s) of {names} name(s), {added} new, {differing} differ",
        board=request.board,
        scores=count,
        names=len(names),
        added=added,
        differing=len(differing),
    )
    written: tuple[str, ...] = ()
    if (
        request.directory is not None
        and not request.dry_run
        and (added or (differing and request.accept))
    ):
        path = request.directory / "evaluations" / f"{request.board}.yaml"
        write_file(path, text)
        written = (str(path),)
    return BoardResult(
        request.board,
        bool(old),
        summary,
        text,
        tuple(differing),
        tuple(unknown),
        tuple(notes),
        written,
    )


def _scores(
    data: bytes, where: str
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    names, rows = csv_rows(data, where)
    entry = next((name for name in _ENTRY if name in names), None)
    if entry is None:
        raise SourceError(Message("no column {columns}", columns=either(_ENTRY)), where=where)
    long_form = "score" in names
    wide = [name for name in names if name not in (entry, "language", "score", "stderr", "pair")]
    for name in wide if not long_form else ():
        _language(name, where, 1)
    scores: dict[str, dict[str, float]] = {}
    errors: dict[str, dict[str, float]] = {}
    for line, row in rows:
        name = (row[entry] or "").strip()
        if not name:
            raise SourceError(Message("the name is missing"), where=f"{where}:{line}")
        if long_form:
            tag = (row.get("language") or row.get("pair") or "all").strip()
            cells = [(_language(tag, where, line), row["score"], row.get("stderr"))]
        else:
            cells = [(tag, row[tag], None) for tag in wide]
        for tag, score, error in cells:
            if score in (None, ""):
                continue
            column = scores.setdefault(tag, {})
            if name in column:
                raise SourceError(
                    Message("{name} has two scores for {tag}", name=name, tag=tag),
                    where=f"{where}:{line}",
                    remedy=Message("keep one"),
                )
            column[name] = _number(score, where, line)
            if error not in (None, ""):
                value = _number(error, where, line)
                if value < 0:
                    raise SourceError(
                        Message("a standard error is below 0"), where=f"{where}:{line}"
                    )
                errors.setdefault(tag, {})[name] = value
    if not scores:
        raise SourceError(Message("no scores"), where=where)
    return scores, errors


def _language(tag: str, where: str, line: int) -> str:
    """A language tag, a pair of two, or `all`."""
    parts = tag.split("-")
    pair = any(
        _TAG.match("-".join(parts[:i])) and _TAG.match("-".join(parts[i:]))
        for i in range(1, len(parts))
    )
    if tag != "all" and not pair and not _TAG.match(tag):
        raise SourceError(
            Message("{tag!r} is no language tag and no pair", tag=tag),
            where=f"{where}:{line}",
            remedy=Message(
                "write de, sr-Cyrl, en-zh or all; a table without a language column is `entry,score`"
            ),
        )
    return tag


def _number(text: str, where: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise SourceError(
            Message("{text!r} is not a number", text=text[:40]), where=f"{where}:{line}"
        ) from None
    if not math.isfinite(value):
        raise SourceError(
            Message("{text!r} is not finite", text=text[:40]),
            where=f"{where}:{line}",
            remedy=Message("leave the cell empty"),
        )
    return int(value) if value.is_integer() and "." not in text else value


def _card(name: str, catalog: Any, notes: list[str]) -> str | None:
    from llm_select.catalog.resolve import model

    try:
        return model(catalog, name)
    except AmbiguousNameError as error:
        notes.append(
            Message(
                "{name} may be {matches}: no card is put",
                name=name,
                matches=either(error.matches),
            )
        )
    except UnknownNameError:
        pass
    return None


def _old(request: BoardRequest) -> Values:
    """The board's file in the user's directory, else the bundled one, else nothing."""
    from llm_select.catalog.files import bundled_directory

    for root in (request.directory, Path(bundled_directory())):
        path = root / "evaluations" / f"{request.board}.yaml" if root is not None else None
        if path is not None and path.is_file():
            document = parse(read_file(path, MAX_JSON))
            if document.problems or not isinstance(document.value, dict):
                raise SourceError(
                    Message("cannot be read as a board"),
                    where=str(path),
                    remedy=Message("see llm-select catalog check"),
                )
            return document.value
    return {}


def _head(request: BoardRequest, old: Mapping[str, Any], catalog: Any) -> Values:
    head: Values = {}
    for name, value in (
        (
            "benchmark",
            request.benchmark or (request.board if request.board in catalog.benchmarks else None),
        ),
        ("source", request.source),
        ("date", request.date),
        ("reported_by", request.reported_by),
        ("setting", request.setting),
    ):
        found = value if value is not None else old.get(name)
        if found is None:
            option = f"--{name.replace('_', '-')}"
            raise SourceError(
                Message("a new board needs {option}", option=option),
                where=option,
                remedy=Message("say how the scores came about"),
            )
        head[name] = found
    for name in ("split", "harness"):
        if name in old:
            head[name] = old[name]
    if head["benchmark"] not in catalog.benchmarks:
        raise SourceError(
            Message("unknown benchmark {name!r}", name=head["benchmark"]),
            where="--benchmark",
            remedy=Message(
                "add catalog/benchmarks/<id>.yaml first, or see `llm-select benchmarks`"
            ),
        )
    if not re.match(PARTIAL_DATE, str(head["date"])):
        raise SourceError(
            Message("{date!r} is no date", date=head["date"]),
            where="--date",
            remedy=Message("write 2026-07-23"),
        )
    if not re.match(SLUG, str(head["source"])):
        raise SourceError(
            Message("{source!r} is no id of a source", source=head["source"]), where="--source"
        )
    for name, choices in (
        ("reported_by", ("developer", "third-party", "organisers", "users")),
        ("setting", ("fine-tuned", "few-shot", "zero-shot", "prompted", "preference")),
    ):
        if head[name] not in choices:
            option = f"--{name.replace('_', '-')}"
            raise SourceError(
                Message("{value!r} is not known", value=head[name]),
                where=option,
                remedy=Message("it takes {choices}", choices=listed(choices)),
            )
    return head


def _within(
    scores: Mapping[str, Mapping[str, float]], benchmark: str, catalog: Any, where: str
) -> None:
    """Scores of a bounded benchmark lie between its ends: a table in shares beside a benchmark in percent does not."""
    known = catalog.benchmarks[benchmark]
    if known.scale != "bounded" or known.ceiling is None:
        return
    values = [value for column in scores.values() for value in column.values()]
    lowest = (
        min(0.0, known.floor or 0.0)
        if known.direction == "higher"
        else min(known.floor or 0.0, known.ceiling)
    )
    highest = max(known.ceiling, known.floor or 0.0)
    beyond = [value for value in values if not lowest <= value <= highest]
    if beyond:
        raise SourceError(
            Message(
                "{value:g} lies outside {benchmark}, {lowest:g} to {highest:g}",
                value=beyond[0],
                benchmark=benchmark,
                lowest=lowest,
                highest=highest,
            ),
            where=where,
        )
    if highest >= 100 and len(values) > 1 and max(values) <= 1:
        raise SourceError(
            Message(
                "all scores are 1 or less, but {benchmark} is in {unit}",
                benchmark=benchmark,
                unit=known.unit,
            ),
            where=where,
        )


def _merge(
    old: Mapping[str, Mapping[str, float]], new: Mapping[str, Mapping[str, float]], accept: bool
) -> tuple[dict[str, dict[str, float]], list[tuple[str, str, float, float]], int]:
    merged = {tag: dict(column) for tag, column in old.items()}
    differing: list[tuple[str, str, float, float]] = []
    added = 0
    for tag, column in new.items():
        have = merged.setdefault(tag, {})
        for name, value in column.items():
            if name not in have:
                added += 1
                have[name] = value
            elif have[name] != value:
                differing.append((name, tag, have[name], value))
                if accept:
                    have[name] = value
    return merged, differing, added
