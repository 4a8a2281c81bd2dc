"""Cards drawn by chance, as a checklist to hold against their sources, figure by figure.

    python benchmarks/card_sample.py [--seed 20261124] [--cards 10]

Draws active model cards with `random.Random(seed)`: at least one of each stratum (open decoders, encoders,
encoder-decoders, hosted), the other places in proportion to the strata's sizes. Prints Markdown: for each card every
figure with the id of its source, and below it each source's title, address, and the copy it was read through. The same
seed and catalog draw the same cards; another seed draws others.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from llm_select.catalog.load import load_catalog  # noqa: E402

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model

SEED = 20261124
CARDS = 10
STRATA = ("decoder", "encoder", "encoder-decoder", "hosted")
NAMES = ("name", "aliases", "kind", "generation", "weights", "status", "superseded_by")
"""Fields that sort and name a card rather than state a figure."""


class Figure(NamedTuple):
    """One value of a card."""

    field: str
    """Its path in the card: `architecture.attention[0].heads`."""
    value: str
    source: str | None
    """Id of the source; None for a field that names none."""


def stratum(model: Model) -> str:
    """The stratum a card is drawn from: `hosted`, else its kind."""
    return "hosted" if model.weights == "hosted" else model.kind


def places(sizes: dict[str, int], count: int) -> dict[str, int]:
    """How many cards each stratum gives: one, and the rest by the largest remainders of its share.

    `sizes` are cards by stratum. Raises ValueError when `count` is below the number of strata or above that of cards.
    """
    if not len(sizes) <= count <= sum(sizes.values()):
        raise ValueError(
            f"--cards must be from {len(sizes)}, one of each stratum, to {sum(sizes.values())}, not {count}"
        )
    rest = count - len(sizes)
    share = {
        key: rest * (size - 1) / max(sum(sizes.values()) - len(sizes), 1)
        for key, size in sizes.items()
    }
    given = {key: 1 + int(value) for key, value in share.items()}
    by_remainder = sorted(sizes, key=lambda key: (int(share[key]) - share[key], key))
    for key in by_remainder[: count - sum(given.values())]:
        given[key] += 1
    return given


def draw(models: dict[str, Model], seed: int, count: int) -> tuple[str, ...]:
    """Ids of `count` active cards, by stratum and then by id. Raises ValueError as `places` does."""
    strata: dict[str, list[str]] = {key: [] for key in STRATA}
    for key in sorted(models):
        if models[key].status == "active" and stratum(models[key]) in strata:
            strata[stratum(models[key])].append(key)
    chance = random.Random(seed)
    given = places({key: len(ids) for key, ids in strata.items() if ids}, count)
    return tuple(key for name, n in given.items() for key in sorted(chance.sample(strata[name], n)))


def figures(model: Model) -> tuple[Figure, ...]:
    """Every figure of a card (or of its family) in the card's order, names left out."""
    fields: tuple[str, ...] = model._fields  # type: ignore[attr-defined]
    found = (
        figure
        for field in fields
        if field not in (*NAMES, "sources", "checks")
        for figure in _leaves(field, getattr(model, field), None)
    )
    return tuple(f if f.source else f._replace(source=_source(model, f.field)) for f in found)


def _source(model: Model, path: str) -> str | None:
    """The source of the narrowest field that names one: of `context.extended` before that of `context`; a key may leave
    out what is above it (`towers` for `architecture.towers`)."""
    parts = [part.partition("[")[0] for part in path.split(".")]
    for end in range(len(parts), 0, -1):
        for start in range(end):
            key = ".".join(parts[start:end])
            if key in model.sources and (start == 0 or not hasattr(model, parts[start])):
                return model.sources[key]
    return None


def _leaves(path: str, value: Any, source: str | None) -> Iterator[Figure]:
    """The values below a path; one that says nothing (absent, 0, none, a flag at its default) is left out."""
    if hasattr(value, "_fields"):
        own = getattr(value, "source", None) or source
        for field in value._fields:
            held = getattr(value, field)
            # An attribute of the class is its default; a flag that stands at it is not news.
            plain = isinstance(held, bool) and held is getattr(type(value), field, None)
            if field != "source" and not plain:
                yield from _leaves(f"{path}.{field}", held, own)
    elif isinstance(value, (list, tuple)) and any(hasattr(item, "_fields") for item in value):
        for number, item in enumerate(value):
            yield from _leaves(f"{path}[{number}]", item, source)
    elif isinstance(value, dict):
        if value:
            yield Figure(path, ", ".join(f"{key} ({what})" for key, what in value.items()), source)
    elif isinstance(value, (list, tuple)):
        if value:
            yield Figure(path, ", ".join(map(str, value)), source)
    elif isinstance(value, bool):
        yield Figure(path, "yes" if value else "no", source)
    elif value and value != "none":
        yield Figure(path, f"{value:,}" if isinstance(value, int) else str(value), source)


def checklist(catalog: Catalog, key: str) -> Iterator[str]:
    """Lines of Markdown: a card's figures to tick, then its sources."""
    model = catalog.models[key]
    found = figures(model)
    yield f"## {model.name} (`{key}`, {stratum(model)})\n"
    for figure in found:
        yield f"- [ ] {figure.field}: {figure.value} ({figure.source or 'no source named'})"
    yield "\nSources:\n"
    for name in dict.fromkeys(figure.source for figure in found if figure.source):
        source = catalog.sources[name]
        via = f" Read through: {source.via}." if source.via else ""
        yield f"- {name}: {source.title}, {source.url}, read {source.read}.{via}"
    yield ""


def main() -> int:
    """Prints the checklist; 2 when so many cards cannot be drawn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cards", type=int, default=CARDS, metavar="N")
    given = parser.parse_args()
    catalog = load_catalog()
    try:
        drawn = draw(dict(catalog.models), given.seed, given.cards)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"# {len(drawn)} cards of seed {given.seed}\n")
    for key in drawn:
        print(*checklist(catalog, key), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
