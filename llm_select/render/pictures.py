"""Which pictures a result has. `draw(width)` gives SVG text; the first of them stands for the result with -o svg."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from llm_select.i18n import clauses, sentences, titled, tr
from llm_select.render.charts.axes import Axis
from llm_select.render.charts.intervals import Measured, intervals
from llm_select.render.charts.memory import Capacity, Fullest, Memory, memory
from llm_select.render.charts.points import heading, name_of, plots, recommendation_svg
from llm_select.render.charts.terms import Scored, terms
from llm_select.render.item_view import format_and_engine, quality_cell
from llm_select.render.labels import boards_label
from llm_select.render.messages import sentence
from llm_select.render.words import word
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine, MemoryEstimate
    from llm_select.evaluation.results import Evaluation
    from llm_select.evidence.reference import Target
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.compare import Comparison
    from llm_select.selection.footprints import Footprint
    from llm_select.selection.recommend import Explanation
    from llm_select.selection.types import Item, Recommendation, Requirements


class Draw(Protocol):
    """Makes the picture."""

    def __call__(self, *, width: float, style: bool) -> str:
        """SVG text of this width; `style`: with its sheet inside."""


class Picture(NamedTuple):
    """A picture of a result."""

    title: str
    draw: Draw


def of_recommendation(result: Recommendation, catalog: Catalog, *, top: int) -> list[Picture]:
    """Quality against each figure that is known, then the scores of the picks in parts."""
    found = []
    for against in plots(result):

        def plot(*, width: float, style: bool, against: str = against) -> str:
            return recommendation_svg(
                result,
                catalog,
                against,  # type: ignore[arg-type]
                top=top,
                width=width,
                height=min(460, 300 + width / 4),
                style=style,
            )

        found.append(Picture(heading(against), plot))
    if result.picks:
        found.append(_scores(result.picks[:top]))
    return found


def of_comparison(result: Comparison) -> list[Picture]:
    """Quality with its intervals, and memory, as far as they are known."""
    found = []
    rated = _rated(result.items, result.target)
    if rated and result.target is not None:
        axis = Axis(_quality_on(result.target), result.target.benchmark.unit, False)
        found.append(_intervals(_quality_on(result.target), rated, axis))
    held = [i for i in result.items if i.memory is not None]
    if held:
        bars = [_bar(_named(i), i.memory) for i in held if i.memory is not None]
        found.append(_memory(tr("Memory"), bars, _whole(result.requirements.machine)))
    return found or [_intervals(tr("Quality"), [], Axis(tr("Quality"), "", False))]


def of_explanation(result: Explanation) -> list[Picture]:
    """The score in parts if it has one, the memory if it was estimated."""
    item, found = result.item, []
    if item.terms:
        found.append(_scores([item]))
    if item.memory is not None:
        found += of_memory(_named(item), item.memory, result.requirements.machine)
    return found or [_memory(tr("Memory"), [], Capacity(None, None))]


def of_estimate(
    found: Sequence[Footprint], requirements: Requirements, chosen: Footprint
) -> list[Picture]:
    """The chosen format in parts, then all formats."""
    machine = requirements.machine
    pictures = of_memory(_format(chosen), chosen.memory, machine)
    if len(found) > 1:
        bars = [_bar(_format(one), one.memory) for one in found]
        pictures.append(_memory(tr("Memory of every format"), bars, _whole(machine)))
    return pictures


def of_evaluation(evaluation: Evaluation) -> list[Picture]:
    """Each metric with its intervals, the main one first."""
    metrics = list(dict.fromkeys(s.metric for r in evaluation.results for s in r.scores))
    metrics.sort(key=lambda metric: metric != evaluation.metric)
    return [_metric(evaluation, metric) for metric in metrics or [evaluation.metric]]


def _metric(evaluation: Evaluation, metric: str) -> Picture:
    from llm_select.evaluation.metrics import UNITS

    rows = [
        Measured(
            result.label,
            s.interval.value,
            s.interval.low,
            s.interval.high,
            f"{s.interval.value:.1f} ({s.interval.low:.1f}–{s.interval.high:.1f})",
            note=tr("{answered} of {asked} answered", answered=result.answered, asked=result.asked),
        )
        for result in evaluation.results
        for s in result.scores
        if s.metric == metric
    ]
    title = tr("{metric}, 95 % intervals", metric=UNITS[metric])
    return _intervals(title, rows, Axis(UNITS[metric], "", False))


def _rated(items: Sequence[Item], target: Target | None) -> list[Measured]:
    return [
        Measured(
            name_of(item),
            quality.value,
            quality.low,
            quality.high,
            quality_cell(item, target),
            "inferred" if quality.tag == "inferred" else "measured",
            clauses(sentence(o.reason) for o in item.objections),
        )
        for item in items
        if (quality := item.quality) is not None and quality.value is not None
    ]


def _quality_on(target: Target) -> str:
    return tr("Quality on {board}", board=boards_label(target))


def _intervals(title: str, rows: Sequence[Measured], axis: Axis) -> Picture:
    said = tr("For each model its figure as a dot, with the interval it lies in.")
    said = sentences(
        [said, *(tr("{model}: {figure}.", model=r.label, figure=r.said) for r in rows)]
    )
    return Picture(title, partial(intervals, rows, axis, title=title, description=said))


def _scores(items: Sequence[Item]) -> Picture:
    title = tr("Scores in parts")
    rows = [
        Scored(
            name_of(item),
            item.score or 0.0,
            tuple((word(term.criterion), term.contribution) for term in item.terms),
            clauses(titled(word(term.criterion), sentence(term.reason)) for term in item.terms),
        )
        for item in items
    ]
    said = tr("For each model what each criterion gives; the parts sum to the score.")
    return Picture(title, partial(terms, rows, title=title, description=said))


def of_memory(label: str, held: MemoryEstimate, machine: Machine | None) -> list[Picture]:
    """All devices together; with several, also the fullest of them against one."""
    title = tr("Memory of {what}", what=label)
    if machine is None or machine.devices == 1:
        usable = held.usable / GIB if held.usable is not None else None
        nominal = machine.nominal_gib if machine is not None else None
        return [_memory(title, [_bar(label, held)], Capacity(usable, nominal))]
    one = Fullest(
        tr("fullest of {n} devices", n=machine.devices),
        held.device_expected / GIB,
        held.device_high / GIB,
    )
    usable = held.usable / GIB if held.usable is not None else machine.usable_gib
    return [
        _memory(title, [_bar(label, held)], _whole(machine)),
        _memory(tr("The fullest device"), [one], Capacity(usable, machine.nominal_gib)),
    ]


def _whole(machine: Machine | None) -> Capacity:
    if machine is None:
        return Capacity(None, None)
    return Capacity(machine.usable_gib * machine.devices, machine.nominal_gib * machine.devices)


def _memory(title: str, bars: Sequence[Memory | Fullest], capacity: Capacity) -> Picture:
    said = tr("Memory on the devices by part; the line with ends is the range of the total.")
    draw: Callable[..., str] = partial(memory, bars, capacity, title=title, description=said)
    return Picture(title, draw)


def _bar(label: str, held: MemoryEstimate) -> Memory:
    return Memory(
        label,
        held.weights / GIB,
        held.kv_cache / GIB,
        held.activations / GIB,
        held.overhead / GIB,
        held.low / GIB,
        held.high / GIB,
        note={
            "fits": tr("fits"),
            "tight": tr("tight"),
            "no": tr("does not fit"),
            None: "",
        }[held.verdict],
    )


def _named(item: Item) -> str:
    return f"{name_of(item)}, {format_and_engine(item)}"


def _format(one: Footprint) -> str:
    quantization, engine = one.candidate.quantization, one.candidate.engine
    assert quantization is not None
    assert engine is not None
    return f"{quantization.name} {engine.name}"
