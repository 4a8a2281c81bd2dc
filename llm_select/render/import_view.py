"""How an import reads: the differences, what was noted, the card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llm_select.i18n import listing, tr, translated
from llm_select.render.document import Block, Column, Document, Table, Text
from llm_select.render.payload import VERSION, Json

if TYPE_CHECKING:
    from llm_select.catalog.importers.boards import BoardResult
    from llm_select.catalog.importers.diff import Change
    from llm_select.catalog.importers.run import Result

_LONG = 60


def import_document(result: Result, *, accepted: Sequence[str]) -> Document:
    """The differences first, since they ask for a decision; then what is new, notes, and the card of a new model."""
    blocks: list[Block] = [Text(_head(result), "head")]
    shown = [one for one in result.changes if one.status != "same"] if result.known else []
    if shown:
        blocks.append(Text("\n".join(map(_line, shown)), "line"))
    same = sum(one.status == "same" for one in result.changes)
    differing = [one.field for one in result.changes if one.status == "differs"]
    if result.known:
        blocks.append(
            Text(
                tr(
                    "{same} field(s) agree, {differing} differ.",
                    same=same,
                    differing=len(differing),
                )
            )
        )
    if differing and not accepted:
        blocks.append(
            Text(
                tr(
                    "What differs stays as the card has it; --accept FIELD or --accept all takes it."
                ),
                "note",
            )
        )
    blocks += [Text(translated(note), "note") for note in result.notes]
    if result.missing:
        blocks.append(
            Text(tr("Still to be given: {missing}.", missing=listing(result.missing)), "warn")
        )
    if not result.known and result.card and not result.written:
        blocks.append(Text(result.card.rstrip("\n"), "line"))
    blocks += [Text(tr("written: {path}", path=path), "line") for path in result.written]
    return Document(tuple(blocks), _records(result))


def import_json(result: Result) -> Json:
    """The same for scripts."""
    return {
        "version": VERSION,
        "model": result.id,
        "known": result.known,
        "changes": _records(result),
        "notes": list(map(translated, result.notes)),
        "missing": list(result.missing),
        "card": result.card,
        "sources": result.sources,
        "written": list(result.written),
    }


def prices_document(
    rows: Sequence[Mapping[str, Any]], notes: Sequence[str], written: Sequence[str]
) -> Document:
    """One line for each offer."""
    columns = (
        Column(tr("Model"), keep=True), Column(tr("Provider")), Column("", keep=True), Column(tr("Card"), right=True),
        Column(tr("Source"), right=True),
    )  # fmt: skip
    table = Table(
        columns,
        tuple(
            tuple(str(row[key]) for key in ("model", "provider", "status", "card", "found"))
            for row in rows
        ),
    )
    blocks: list[Block] = [table] if rows else []
    blocks += [Text(translated(note), "note") for note in notes]
    blocks += [Text(tr("written: {path}", path=path), "line") for path in written]
    return Document(tuple(blocks), rows)


def board_document(result: BoardResult) -> Document:
    """Counts, names without a card, differences, the file."""
    blocks: list[Block] = [Text(translated(result.summary), "head")]
    if result.differing:
        columns = (
            Column(tr("Entry")),
            Column(tr("Language")),
            Column(tr("Board"), right=True),
            Column("CSV", right=True),
        )
        rows = tuple((one[0], one[1], f"{one[2]:g}", f"{one[3]:g}") for one in result.differing)
        blocks.append(Table(columns, rows))
    blocks += [Text(translated(note), "note") for note in result.notes]
    if not result.known and not result.written:
        blocks.append(Text(result.text.rstrip("\n"), "line"))
    blocks += [Text(tr("written: {path}", path=path), "line") for path in result.written]
    return Document(
        tuple(blocks),
        [{"entry": n, "language": la, "board": a, "csv": b} for n, la, a, b in result.differing],
    )


def _head(result: Result) -> str:
    if result.id is None:
        return tr("No id and no repository: the facts alone")
    if result.known:
        return tr("{id}: a card of the catalog", id=result.id)
    return tr("{id}: a new card", id=result.id)


def _records(result: Result) -> list[Json]:
    return [
        {"field": one.field, "status": one.status, "card": one.card, "source": one.found}
        for one in result.changes
    ]


def _line(one: Change) -> str:
    if one.status == "added":
        return f"+ {one.field}: {_short(one.found)}"
    if one.status == "card-only":
        return f"  {tr('{field}: only on the card', field=one.field)}"
    differs = tr(
        "{field}: {card} on the card, {found} in the source",
        field=one.field,
        card=_short(one.card),
        found=_short(one.found),
    )
    return f"! {differs}"


def _short(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
