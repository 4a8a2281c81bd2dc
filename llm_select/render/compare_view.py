"""How a comparison reads: one column for each model, differences marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import noted, tr
from llm_select.render.card_view import attention_text, context_text, count_text, languages_text
from llm_select.render.charts.points import name_of
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.item_view import (
    flat,
    format_and_engine,
    memory_cell,
    quality_cell,
    speed_cell,
)
from llm_select.render.labels import boards_label, license_label
from llm_select.render.messages import remedy, sentence
from llm_select.render.numbers import score, share
from llm_select.render.words import unit_word, verdict_word, word, words

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.compare import Comparison, SharedBoard
    from llm_select.selection.types import Item

BOARDS_SHOWN = 15
SAME = " "
DIFFERS = "≠"


def comparison_document(result: Comparison, catalog: Catalog, *, rated: bool) -> Document:
    """A table of facts, then the boards that the models share."""
    names = tuple(map(name_of, result.items))
    columns = (Column("", keep=True), Column("", keep=True), *(Column(name) for name in names))
    rows = []
    for label, cells in _facts(result, catalog, rated):
        mark = SAME if len(set(cells)) == 1 else DIFFERS
        rows.append((mark, label, *cells))
    blocks: list[Block] = [
        Text(" · ".join(names), "head"),
        Table(columns, tuple(rows)),
        Text(tr("{mark} marks rows that differ.", mark=DIFFERS), "note"),
    ]
    if result.shared:
        groups = _groups(result.shared)
        blocks.append(_boards(groups, result, catalog))
        if len(groups) > BOARDS_SHOWN:
            blocks.append(
                Text(
                    tr("{n} more board families in -o json.", n=len(groups) - BOARDS_SHOWN), "note"
                )
            )
    else:
        blocks.append(Text(tr("No board in the catalog has scored two of them."), "note"))
    if rated and result.better:
        blocks.append(_chances(result))
    assumed = tuple((tr("assumed"), sentence(reason)) for reason in result.requirements.assumed)
    blocks.append(Pairs(assumed, tr("On what this stands")))
    return Document(tuple(blocks), [flat(item, result.target, None) for item in result.items])


def _facts(result: Comparison, catalog: Catalog, rated: bool) -> list[tuple[str, tuple[str, ...]]]:
    models = [item.candidate.model for item in result.items]
    rows: list[tuple[str, tuple[str, ...]]] = [
        (tr("developer"), tuple(m.developer for m in models)),
        (tr("released"), tuple(m.released for m in models)),
        (tr("kind"), tuple(words((m.kind, m.generation)) for m in models)),
        (tr("parameters"), tuple(count_text(m) for m in models)),
        (tr("attention"), tuple(attention_text(m) for m in models)),
        (tr("context"), tuple(context_text(m) for m in models)),
        (tr("languages"), tuple(languages_text(m) for m in models)),
        (tr("licence"), tuple(_license(catalog, m.license) for m in models)),
        (
            tr("text leaves the machine"),
            tuple(word("yes" if m.weights == "hosted" else "no") for m in models),
        ),
        (tr("format, engine"), tuple(format_and_engine(item) for item in result.items)),
        (tr("memory, GiB"), tuple(memory_cell(item) for item in result.items)),
        (tr("verdict"), tuple(_verdict(item) for item in result.items)),
        (tr("tokens/s"), tuple(speed_cell(item) for item in result.items)),
        (tr("price in/out"), tuple(_price(item) for item in result.items)),
    ]
    if rated:
        label = (
            tr("quality, {board}", board=boards_label(result.target))
            if result.target is not None
            else tr("quality")
        )
        rows.append((label, tuple(quality_cell(item, result.target) for item in result.items)))
        rows.append((tr("constraints"), tuple(_objections(item) for item in result.items)))
    return rows


def _license(catalog: Catalog, license_id: str) -> str:
    license_ = catalog.licenses.get(license_id)
    if license_ is None:
        return license_id
    return tr(
        "{license} (commercial: {commercial})",
        license=license_label(license_id, catalog),
        commercial=word(license_.commercial),
    )


def _verdict(item: Item) -> str:
    return verdict_word(item.memory.verdict or "–") if item.memory is not None else "–"


def _price(item: Item) -> str:
    offers = item.candidate.model.hosted
    if not offers:
        return "–"
    offer = min(offers, key=lambda o: o.output_usd_per_mtok)
    return tr(
        "${read} / ${written} per M tokens, {provider} {day}",
        read=f"{offer.input_usd_per_mtok:g}",
        written=f"{offer.output_usd_per_mtok:g}",
        provider=offer.provider,
        day=offer.as_of,
    )


def _objections(item: Item) -> str:
    if not item.objections:
        return tr("met")
    return "\n".join(
        noted(sentence(o.reason), remedy(o.change)) if o.change is not None else sentence(o.reason)
        for o in item.objections
    )


def _boards(groups: list[list[SharedBoard]], result: Comparison, catalog: Catalog) -> Table:
    """A row for each board family: its score, or the mean over the languages that all shown models share."""
    rows = []
    for group in groups[:BOARDS_SHOWN]:
        benchmark = catalog.benchmarks[group[0].benchmark]
        means = {}
        for item in result.items:
            model = item.candidate.model_id
            if model in group[0].scores:
                means[model] = sum(s.scores[model].value for s in group) / len(group)
        sign = 1 if benchmark.direction == "higher" else -1
        best = max(means, key=lambda model: sign * means[model])
        cells = []
        for item in result.items:
            model = item.candidate.model_id
            if model not in means:
                cells.append("–")
                continue
            shown = f"{'▸ ' if model == best else ''}{score(means[model])}"
            thinking = {s.scores[model].mode == "thinking" for s in group}
            cells.append(tr("{model} (thinking)", model=shown) if thinking == {True} else shown)
        name = (
            group[0].board
            if len(group) == 1
            else tr("{board}, mean of {n}", board=_stem(group[0]), n=len(group))
        )
        rows.append((noted(name, unit_word(benchmark.unit)), *cells))
    names = (item.candidate.model.name for item in result.items)
    return Table(
        (Column(tr("Shared board")), *(Column(name, right=True) for name in names)),
        tuple(rows),
        tr("Quality on shared boards (▸ leads)"),
    )


def _stem(shared: SharedBoard) -> str:
    return next(iter(shared.scores.values())).stem


def _groups(shared: Sequence[SharedBoard]) -> list[list[SharedBoard]]:
    """Boards of one family that the same models sat, those that most models sat first."""
    groups: dict[tuple[str, frozenset[str]], list[SharedBoard]] = {}
    for one in shared:
        groups.setdefault((_stem(one), frozenset(one.scores)), []).append(one)
    return sorted(groups.values(), key=lambda g: (-len(g[0].scores), -len(g), g[0].board))


def _chances(result: Comparison) -> Pairs:
    names = {item.candidate.model_id: item.candidate.model.name for item in result.items}
    rows = tuple(
        (tr("{a} better than {b}", a=names[a], b=names[b]), share(p))
        for (a, b), p in result.better.items()
        if p >= 0.5
    )
    return Pairs(rows, tr("Chance, from the intervals"))
