"""What `catalog import` and `catalog import-evaluations` do once their options are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.catalog.importers.reading import MAX_JSON, SourceError, json_value, read_file
from llm_select.cli.output import emit, open_catalog
from llm_select.errors import UsageError
from llm_select.i18n import translated
from llm_select.messages import Message
from llm_select.render.import_view import (
    board_document,
    import_document,
    import_json,
    prices_document,
)
from llm_select.render.payload import VERSION

if TYPE_CHECKING:
    from llm_select.catalog.importers.draft import Origin
    from llm_select.schema.catalog import Catalog

MAX_TABLE = 64 * 2**20


def is_price_table(source: str) -> bool:
    """A CSV, or JSON with prices in it: a list, or an object that is neither a configuration nor an index."""
    path = Path(source)
    if source.startswith("hf:") or not path.is_file():
        return False
    if path.suffix.lower() == ".csv":
        return True
    if path.suffix.lower() != ".json":
        return False
    value = json_value(read_file(path, MAX_JSON), source)
    if isinstance(value, dict):
        return "prices" in value or (
            bool(value)
            and all(isinstance(one, dict) and "provider" in one for one in value.values())
        )
    return isinstance(value, list)


def import_card(
    form: str,
    source: str,
    model_id: str | None,
    directory: Path | None,
    accept: tuple[str, ...],
    dry_run: bool,
    origin: tuple[str | None, str | None, str | None],
    given: list[str] | None,
    unused: Mapping[str, object],
) -> int:
    """A card from configurations and headers."""
    from llm_select.catalog.importers import draft
    from llm_select.catalog.importers.run import Request, run_import

    _refuse(unused, Message("goes with a price table"))
    request = Request(
        source,
        model_id,
        directory,
        accept,
        _given(given),
        _hub_origin(draft.Origin(*origin)),
        dry_run,
    )
    result = run_import(request, _catalog(directory), today=_today())
    emit(form, lambda: import_document(result, accepted=accept), lambda: import_json(result))
    return 0


def import_price_table(
    form: str,
    source: str,
    unused: Mapping[str, object],
    model_id: str | None,
    directory: Path | None,
    accept: tuple[str, ...],
    dry_run: bool,
    price_source: str | None,
    as_of: str | None,
) -> int:
    """Offers from a price table."""
    from llm_select.catalog.importers.price_run import import_prices
    from llm_select.questions.names import named

    _refuse(unused, Message("goes with configurations and headers"))
    catalog = _catalog(directory)
    only = named(catalog, "MODEL", model_id) if model_id is not None else None
    result = import_prices(
        read_file(Path(source), MAX_TABLE), source, catalog,
        only=only, source=price_source, as_of=as_of, directory=directory, accept=accept, dry_run=dry_run,
    )  # fmt: skip
    emit(
        form,
        lambda: prices_document(result.rows, result.notes, result.written),
        lambda: {
            "version": VERSION,
            "offers": list(result.rows),
            "notes": list(map(translated, result.notes)),
            "written": list(result.written),
        },
    )
    return 0


def import_board_table(
    form: str,
    table: Path,
    board: str,
    facts: tuple[str | None, str | None, str | None, str | None, str | None],
    directory: Path | None,
    accept: bool,
    dry_run: bool,
) -> int:
    """A board from a CSV."""
    from llm_select.catalog.importers.boards import BoardRequest, import_board

    request = BoardRequest(board, *facts, directory=directory, accept=accept, dry_run=dry_run)
    result = import_board(read_file(table, MAX_TABLE), str(table), request, _catalog(directory))
    emit(
        form,
        lambda: board_document(result),
        lambda: {
            "version": VERSION,
            "board": result.board,
            "summary": translated(result.summary),
            "differing": [
                {"entry": name, "language": tag, "board": old, "csv": new}
                for name, tag, old, new in result.differing
            ],
            "unknown": list(result.unknown),
            "notes": list(map(translated, result.notes)),
            "text": result.text,
            "written": list(result.written),
        },
    )
    return 0


def _catalog(directory: Path | None) -> Catalog:
    """The bundled catalog with the directory over it, when that has files already."""
    if directory is None or not directory.exists():
        return open_catalog(None)
    if not directory.is_dir():
        raise UsageError(
            Message("{directory} is not a directory", directory=directory), where="--catalog"
        )
    return open_catalog([directory] if any(directory.rglob("*.yaml")) else None)


def _given(given: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given or ():
        name, sign, value = one.partition("=")
        if not sign or not value.strip():
            raise SourceError(
                Message("{text!r} is no FIELD=VALUE", text=one),
                where="--set",
                remedy=Message("write released=2026-07-23"),
            )
        found[name.strip()] = value.strip()
    return found


def _hub_origin(origin: Origin) -> Origin:
    from llm_select.catalog.importers.hub import split

    if origin.repository is not None:
        split(f"hf:{origin.repository}")
    if origin.url is not None and not origin.url.startswith(("https://", "http://")):
        raise UsageError(
            Message("{url!r} is no address", url=origin.url),
            where="--url",
            remedy=Message("begin with https://"),
        )
    return origin


def _refuse(unused: Mapping[str, object], why: str) -> None:
    for name, value in unused.items():
        if value:
            raise UsageError(Message("{option} {why}", option=name, why=why), where=name)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
