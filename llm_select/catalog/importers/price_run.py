"""A price table beside the offers on the cards: which agree, which differ, which are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from llm_select.catalog.files import bundled_directory
from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.prices import Price, price_table
from llm_select.catalog.importers.reading import MAX_JSON, SourceError, read_file
from llm_select.catalog.importers.write import updated_text, write_file
from llm_select.catalog.yaml_loader import parse
from llm_select.errors import UsageError
from llm_select.messages import Message, listed


class PriceResult(NamedTuple):
    """What came of it."""

    rows: tuple[dict[str, Any], ...]
    """model, provider, status, card, found."""
    notes: tuple[str, ...]
    written: tuple[str, ...]


def import_prices(
    data: bytes,
    where: str,
    catalog: Any,
    *,
    only: str | None,
    source: str | None,
    as_of: str | None,
    directory: Path | None,
    accept: Sequence[str],
    dry_run: bool,
) -> PriceResult:
    """Compares, and writes into `directory` where one is given: new offers, and those that differ where accepted.

    Raises SourceError. `only`: the one card asked about. `source`: the id of the table in `sources/`.
    """
    prices, said = price_table(data, where, as_of=as_of)
    notes = list(said)
    rows: list[dict[str, Any]] = []
    changed: dict[str, list[Values]] = {}
    lost: list[str] = []
    seen: dict[tuple[str, str], tuple[dict[str, Any], Price]] = {}
    for price in prices:
        card = _card(price.model, catalog)
        if card is None:
            lost.append(price.model)
            continue
        if only is not None and card != only:
            continue
        row = _row(card, price, catalog.models[card].hosted)
        again = seen.get((card, price.provider.casefold()))
        if again is not None:
            if again[0]["found"] != row["found"]:
                # Two snapshots or two tiers of one model: which is the card's, a person must say.
                again[0]["status"] = row["status"] = "ambiguous"
                offers = changed.get(card, [])
                changed[card] = [one for one in offers if one["provider"] != again[1].provider]
                rows.append(row)
            continue
        seen[card, price.provider.casefold()] = (row, price)
        rows.append(row)
        if row["status"] == "added" or (row["status"] == "differs" and _takes(accept, card)):
            changed.setdefault(card, []).append(price.offer(source or ""))
    if lost:
        shown = listed(dict.fromkeys(lost[:8]))
        notes.append(
            Message(
                "{count} row(s) of models without a card, as {names}", count=len(lost), names=shown
            )
        )
    doubled = sorted({row["model"] for row in rows if row["status"] == "ambiguous"})
    if doubled:
        notes.append(
            Message("several prices of one provider, none taken: {models}", models=listed(doubled))
        )
    if only is not None and not rows:
        raise SourceError(Message("no row is about {model}", model=only), where=where)
    written: tuple[str, ...] = ()
    if directory is not None and not dry_run and changed:
        if source is None or source not in catalog.sources:
            raise SourceError(
                Message("a price is not written without its source"),
                where="--source",
                remedy=Message(
                    "give the id of an entry of sources/, and put the entry there first"
                ),
            )
        written = tuple(
            _write(directory, card, offers) for card, offers in changed.items() if offers
        )
    return PriceResult(tuple(rows), tuple(notes), written)


def _takes(accept: Sequence[str], card: str) -> bool:
    return any(name in ("all", "hosted", card) for name in accept)


def _row(card: str, price: Price, offers: Sequence[Any]) -> dict[str, Any]:
    mine = next(
        (one for one in offers if one.provider.casefold() == price.provider.casefold()), None
    )
    new = f"{price.input_usd_per_mtok:g} / {price.output_usd_per_mtok:g}"
    if mine is None:
        return {
            "model": card,
            "provider": price.provider,
            "status": "added",
            "card": "–",
            "found": new,
        }
    old = f"{mine.input_usd_per_mtok:g} / {mine.output_usd_per_mtok:g}"
    status = "same" if old == new else "differs"
    return {
        "model": card,
        "provider": mine.provider,
        "status": status,
        "card": f"{old} ({mine.as_of})",
        "found": f"{new} ({price.as_of})",
    }


def _card(name: str, catalog: Any) -> str | None:
    """The card by name, or by the name after a provider's prefix."""
    from llm_select.catalog.resolve import model

    for form in (name, name.rpartition("/")[2]):
        try:
            return model(catalog, form)
        except UsageError:
            continue
    return None


def _write(directory: Path, card: str, offers: Sequence[Mapping[str, Any]]) -> str:
    family, name = card.split("/")
    place = Path("models") / family / f"{name}.yaml"
    for root in (directory, Path(bundled_directory())):
        if (root / place).is_file():
            old = read_file(root / place, MAX_JSON)
            break
    else:
        raise SourceError(Message("the card {card} has no file", card=card), where="--catalog")
    values = parse(old).value
    new = {one["provider"].casefold(): one for one in offers}
    kept = [one for one in values.get("hosted", ()) if one["provider"].casefold() not in new]
    values["hosted"] = [*kept, *new.values()]
    write_file(directory / place, updated_text(old, values))
    return str(directory / place)
