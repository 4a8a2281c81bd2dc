"""Notes under the picks of a recommendation: what their figures leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import listing, tr
from llm_select.render.document import Block, Text
from llm_select.render.thinking_view import thinking_notes

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Recommendation

TIED = (0.4, 0.6)
"""Chances that one of two neighbours is better, between which they are called alike."""


def pick_notes(items: tuple[Item, ...], result: Recommendation, catalog: Catalog) -> list[Block]:
    """What must be known about the picks shown, in the order of a reader's questions."""
    notes: list[Block] = []
    tags = {item.quality.tag for item in items if item.quality is not None}
    if "inferred" in tags:
        notes.append(
            Text(
                tr("~ inferred from other boards through the models they share; not measured."),
                "note",
            )
        )
    if any(_deducted(item) for item in items):
        notes.append(
            Text(
                tr(
                    "Quality is that of the unquantized model; the score deducts what its format costs (see "
                    "--explain)."
                ),
                "note",
            )
        )
    unmeasured = [item for item in items if _quantized_unmeasured(item)]
    if unmeasured:
        forms = listing(dict.fromkeys(_sized_format(item) for item in unmeasured))
        notes.append(
            Text(
                tr(
                    "What a format costs was not measured, and not deducted, for {formats}.",
                    formats=forms,
                ),
                "note",
            )
        )
    notes += [
        Text(text, "note") for text in thinking_notes(items, result.requirements.task, catalog)
    ]
    untuned = [item.candidate.model.name for item in items if _untuned(item)]
    if untuned:
        notes.append(
            Text(
                tr(
                    "Pretrained only: {models} will continue a text rather than follow an instruction; show examples "
                    "in the prompt.",
                    models=listing(dict.fromkeys(untuned)),
                ),
                "note",
            )
        )
    if any(item.candidate.offer is not None for item in items):
        notes.append(
            Text(
                tr("Hosted models score 0 for speed and free memory, which nobody publishes."),
                "note",
            )
        )
    tied = _tied(items, result)
    if tied:
        notes.append(
            Text(tr("Places {places} can hardly be told apart by quality.", places=tied), "note")
        )
    developer = any(
        row.reported_by == "developer"
        for item in items
        if item.quality is not None
        for row in item.quality.evidence[:1]
    )
    if developer:
        notes.append(Text(tr("* reported by the model's own developer."), "note"))
    restricted = [item for item in items if _restricted(item, catalog)]
    if restricted:
        names = listing(dict.fromkeys(item.candidate.model.name for item in restricted))
        notes.append(
            Text(tr("Not for commercial use by their licence: {models}.", models=names), "warn")
        )
    followed = {
        item.candidate.model.name: catalog.models[item.candidate.model.superseded_by].name
        for item in items
        if item.candidate.model.superseded_by in catalog.models
    }
    if followed:
        text = listing(tr("{old} by {new}", old=old, new=new) for old, new in followed.items())
        notes.append(
            Text(tr("Superseded by a newer model of its line: {pairs}.", pairs=text), "note")
        )
    if len(result.picks) > len(items):
        notes.append(
            Text(
                tr("{n} more fit; see them with --top or --all.", n=len(result.picks) - len(items)),
                "note",
            )
        )
    return notes


def _tied(items: tuple[Item, ...], result: Recommendation) -> str:
    """Runs of places whose neighbours are about as likely better as worse: `2–5`."""
    runs: list[list[int]] = []
    for place in range(1, len(items)):
        chance = result.better[place - 1]
        if chance is None or not TIED[0] <= chance <= TIED[1]:
            continue
        if runs and runs[-1][-1] == place:
            runs[-1].append(place + 1)
        else:
            runs.append([place, place + 1])
    return listing(f"{run[0]}–{run[-1]}" for run in runs)


def _restricted(item: Item, catalog: Catalog) -> bool:
    license_ = catalog.licenses.get(item.candidate.model.license)
    return license_ is not None and license_.commercial == "no"


def _quantized_unmeasured(item: Item) -> bool:
    quantization = item.candidate.quantization
    return quantization is not None and not quantization.native_16bit and item.loss is None


def _deducted(item: Item) -> bool:
    return item.loss is not None and item.loss.change < 0


def _sized_format(item: Item) -> str:
    """`Q6_K of Gemma 3 27B`."""
    quantization = item.candidate.quantization
    name = quantization.name if quantization is not None else ""
    return tr("{format} of {model}", format=name, model=item.candidate.model.name)


def _untuned(item: Item) -> bool:
    """A decoder whose card says that it was not trained on instructions, shown for a score that prompting gave."""
    model = item.candidate.model
    tuning = model.finetuning
    prompted = item.quality is None or all(
        row.setting != "fine-tuned" for row in item.quality.evidence[:1]
    )
    return (
        model.kind == "decoder"
        and tuning is not None
        and tuning.chat_template is False
        and prompted
    )
