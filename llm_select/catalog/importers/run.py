"""`catalog import` from end to end, without a word printed: source, facts, differences, files to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from llm_select.catalog.files import bundled_directory
from llm_select.catalog.importers.diff import Change, accepted, apply, changes
from llm_select.catalog.importers.draft import Draft, Origin, cite, draft, slug_of
from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.reading import MAX_JSON, SourceError, read_file
from llm_select.catalog.importers.source import Bundle, facts_of, local_bundle
from llm_select.catalog.importers.write import (
    add_sources,
    card_text,
    missing,
    updated_text,
    write_file,
)
from llm_select.catalog.parse import merge_family
from llm_select.catalog.yaml_loader import parse
from llm_select.messages import Message, listed
from llm_select.schema.base import PARTIAL_DATE

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*\Z")
_GIVEN = ("name", "developer", "released", "license")


class Request(NamedTuple):
    """What a user asked for."""

    source: str
    id: str | None = None
    directory: Path | None = None
    """Where to write; None prints only."""
    accept: tuple[str, ...] = ()
    given: Mapping[str, str] = {}
    """Fields that no file holds, given by hand."""
    origin: Origin = Origin()
    dry_run: bool = False


class Result(NamedTuple):
    """What came of it."""

    id: str | None
    known: bool
    """There is a card of this id."""
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    """Required fields that are still to be given."""
    card: str
    """The card as it would be written."""
    sources: dict[str, Values]
    written: tuple[str, ...]


def run_import(request: Request, catalog: Any, *, today: str) -> Result:
    """Reads the source, compares, and writes where a directory was given. Raises SourceError."""
    bundle = _bundle(request.source)
    facts = facts_of(bundle, catalog)
    name, known = _target(request, bundle, catalog)
    slug = slug_of((name or bundle.repository or Path(request.source).stem).rpartition("/")[2])
    proposal = draft(bundle, facts, catalog, slug=slug, origin=request.origin, today=today)
    proposal = proposal._replace(facts={**_given(request), **proposal.facts, **_given(request)})
    if not proposal.facts:
        notes = (
            *proposal.notes,
            Message("the files hold {size:,} bytes", size=bundle.size)
            if bundle.size
            else Message("no facts for a card"),
        )
        return Result(name, known, (), notes, (), "", {}, ())
    old = _card_file(name, request.directory) if name and known else None
    card: Values = parse(old).value if old is not None else {}
    if name and known and not _has_family(name, request.directory):
        # A card that replaces a bundled one in another directory is a whole card: its family stays behind.
        card = merge_family(card, _family(name, Path(bundled_directory())))
    values = _named(proposal.facts, card, bundle)
    found = changes(card if old is not None else None, values)
    return _result(request, name, known, card, old, proposal, found)


def _result(
    request: Request,
    name: str | None,
    known: bool,
    card: Values,
    old: bytes | None,
    proposal: Draft,
    found: list[Change],
) -> Result:
    chosen = accepted(found, request.accept)
    merged = apply(card, chosen)
    if proposal.attributed:
        sources = cite(card, [one.field for one in chosen], proposal.cited)
        if sources:
            merged["sources"] = sources
    used = set(merged.get("sources", {}).values()) | {
        one.get("source")
        for field in ("evaluations", "hosted", "artifacts")
        for one in merged.get(field, ())
    }
    entries = {key: entry for key, entry in proposal.sources.items() if key in used}
    text = updated_text(old, merged) if old is not None else card_text(merged)
    written: tuple[str, ...] = ()
    if request.directory is not None and not request.dry_run and chosen:
        written = _write(request, name, text, entries, proposal)
    root = request.directory or (Path(bundled_directory()) if known else None)
    family = _family(name, root) if name and root else {}
    lacking = tuple(field for field in missing(merged) if field not in family)
    return Result(name, known, tuple(found), proposal.notes, lacking, text, entries, written)


def _write(
    request: Request, name: str | None, text: str, entries: dict[str, Values], proposal: Draft
) -> tuple[str, ...]:
    assert request.directory is not None
    if name is None:
        raise SourceError(
            Message("no id to write the card under"),
            where="--id",
            remedy=Message("give --id family/name"),
        )
    if proposal.cited and not proposal.attributed:
        raise SourceError(
            Message("a card is not written without a source for its facts"),
            where="--catalog",
            remedy=Message(
                "say where the files came from: --repository OWNER/NAME [--revision COMMIT], or "
                "--url URL"
            ),
        )
    family, model = name.split("/")
    place = request.directory / "models" / family / f"{model}.yaml"
    sources = request.directory / "sources" / f"{family}.yaml"
    added = add_sources(sources, entries) if entries else None
    write_file(place, text)
    if added is None:
        return (str(place),)
    write_file(sources, added)
    return (str(place), str(sources))


def _bundle(source: str) -> Bundle:
    if source.startswith("hf:"):
        from llm_select.catalog.importers.hub import hub_bundle

        return hub_bundle(source)
    return local_bundle(Path(source))


def _target(request: Request, bundle: Bundle, catalog: Any) -> tuple[str | None, bool]:
    """The id, and whether there is a card. Without --id, that of the card which names the repository."""
    if request.id is not None:
        if not _ID.match(request.id):
            raise SourceError(
                Message("{id!r} is no id", id=request.id),
                where="--id",
                remedy=Message("write family/name in lower case: llama/llama-3.1-8b"),
            )
        return request.id, request.id in catalog.models
    repository = bundle.repository or request.origin.repository
    if repository is None:
        return None, False
    folded = repository.casefold()
    for key, model in catalog.models.items():
        names = (*model.aliases, *(one.repository for one in model.artifacts))
        if any(one.casefold() == folded for one in names):
            return key, True
    owner, _, model_name = repository.partition("/")
    return f"{slug_of(owner)}/{slug_of(model_name)}", False


def _card_file(name: str, directory: Path | None) -> bytes:
    """The card's text: the user's before the bundled one."""
    for root in (directory, Path(bundled_directory())):
        path = root / "models" / f"{name}.yaml" if root is not None else None
        if path is not None and path.is_file():
            return read_file(path, MAX_JSON)
    raise SourceError(
        Message("the card {name} is in neither the catalog given nor the bundled one", name=name),
        where="--catalog",
    )


def _has_family(name: str, directory: Path | None) -> bool:
    """The directory that is written to gives the defaults that the card takes."""
    root = directory or Path(bundled_directory())
    return (root / "models" / name.split("/")[0] / "family.yaml").is_file()


def _family(name: str, directory: Path) -> Values:
    path = directory / "models" / name.split("/")[0] / "family.yaml"
    value = parse(read_file(path, MAX_JSON)).value if path.is_file() else None
    return value if isinstance(value, dict) else {}


def _given(request: Request) -> Values:
    for name, value in request.given.items():
        if name not in _GIVEN:
            raise SourceError(
                Message("{name!r} is not given by hand", name=name),
                where="--set",
                remedy=Message("it takes {choices}", choices=listed(_GIVEN)),
            )
        if name == "released" and not re.match(PARTIAL_DATE, value):
            raise SourceError(
                Message("{value!r} is no date", value=value),
                where="--set",
                remedy=Message("write released=2026-07-23"),
            )
    return dict(request.given)


def _named(facts: Values, card: Values, bundle: Bundle) -> Values:
    """A new card's name is the repository's, until a person gives the one people use."""
    if card or "name" in facts or bundle.repository is None:
        return facts
    return {"name": bundle.repository.rpartition("/")[2].replace("-", " "), **facts}


def fields_of(found: Sequence[Change], status: str) -> list[str]:
    """Fields of one status."""
    return [one.field for one in found if one.status == status]
