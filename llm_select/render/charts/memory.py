"""An estimate of memory in its named parts, against what the device has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from llm_select.i18n import tr
from llm_select.render.charts.bars import Part, Row, Stop, bars


class Memory(NamedTuple):
    """What one model takes on the devices, GiB."""

    label: str
    weights: float
    cache: float
    activations: float
    overhead: float
    low: float
    """Low end of the total's range."""
    high: float
    note: str = ""
    href: str | None = None


class Fullest(NamedTuple):
    """The fullest of several devices, GiB: which parts lie on it is not told apart."""

    label: str
    expected: float
    high: float


class Capacity(NamedTuple):
    """What there is, GiB, over all devices of the bars. None: not known."""

    usable: float | None
    nominal: float | None


NONE = Capacity(None, None)


def memory(
    found: Sequence[Memory | Fullest],
    capacity: Capacity = NONE,
    *,
    width: float = 720,
    title: str,
    description: str,
    style: bool = False,
) -> str:
    """A bar for each model as SVG text: weights, cache, activations, overhead with their GiB, the range as a whisker,
    lines where the usable and the nominal memory end."""
    stops = []
    if capacity.usable is not None:
        said = tr("usable {gib} GiB", gib=_gib(capacity.usable))
        stops.append(Stop(capacity.usable, said, True))
    if capacity.nominal is not None:
        said = tr("built in {gib} GiB", gib=_gib(capacity.nominal))
        stops.append(Stop(capacity.nominal, said, False))
    return bars(
        [_row(one) for one in found],
        unit="GiB",
        nothing=tr("Nothing to draw: no memory was estimated."),
        width=width,
        title=title,
        description=description,
        style=style,
        stops=stops,
    )


def _row(one: Memory | Fullest) -> Row:
    if isinstance(one, Fullest):
        part = Part(tr("all parts"), one.expected, _gib(one.expected), 6)
        said = tr("{expected} GiB, up to {high}", expected=_gib(one.expected), high=_gib(one.high))
        return Row(one.label, said, (part,), one.expected, one.high)
    named = (
        (tr("weights"), one.weights),
        (tr("KV cache"), one.cache),
        (tr("activations"), one.activations),
        (tr("overhead"), one.overhead),
    )
    parts = tuple(Part(name, v, _gib(v), n) for n, (name, v) in enumerate(named, 1))
    total = sum(value for _, value in named)
    said = tr(
        "{total} GiB ({low}–{high})", total=_gib(total), low=_gib(one.low), high=_gib(one.high)
    )
    return Row(one.label, said, parts, one.low, one.high, one.note, one.href)


def _gib(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"
