"""What the listing commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from llm_select.render.document import Column, Document, Table


def list_document(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    records: Sequence[Mapping[str, object]],
) -> Document:
    """One table and its flat records."""
    return Document((Table(tuple(columns), tuple(tuple(row) for row in rows)),), records)


def emit_list(
    form: str,
    key: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    records: Sequence[Mapping[str, object]],
    extra: Callable[[], Mapping[str, object]] | None = None,
) -> None:
    """Print a list; in JSON the records stand under `key`."""
    from llm_select.cli.output import emit
    from llm_select.render.payload import VERSION

    emit(
        form,
        lambda: list_document(columns, rows, records),
        lambda: {"version": VERSION, **(extra() if extra else {}), key: list(records)},
    )
