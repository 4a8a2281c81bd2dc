"""Which formats and engines a card can run in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.selection.types import Candidate, Requirements

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.hardware import Engine, Quantization
    from llm_select.schema.model import Model


def runs(engine: Engine, model: Model) -> bool:
    """True when the engine lists the architecture and every token mixer in it."""
    shape = model.architecture
    if (
        shape is None
        or model.kind not in engine.kinds
        or shape.model_type not in engine.model_types
    ):
        return False
    groups = [*shape.attention]
    for stack in (shape.encoder, shape.decoder):
        if stack is not None:
            groups.extend(stack.attention)
    return all(group.kind in engine.mixers for group in groups)


class Format(NamedTuple):
    """A number format of an engine."""

    name: str
    quantization: Quantization
    least_bits: float
    """Bits of its narrowest matrices: with the weights, a bound below what it takes."""


class Offering(NamedTuple):
    """An engine that may be used, with the formats of it that may be."""

    engine_id: str
    engine: Engine
    formats: tuple[Format, ...]


def offerings(catalog: Catalog, requirements: Requirements) -> tuple[Offering, ...]:
    """Engines and formats that the question allows, in the catalog's order; the same for every model."""
    machine = requirements.machine
    found = []
    for engine_id, engine in catalog.engines.items():
        if requirements.engines and engine_id not in requirements.engines:
            continue
        if runs_on(engine, engine_id, machine):
            formats = tuple(
                Format(name, catalog.quantizations[name], _least_bits(catalog.quantizations[name]))
                for name in engine.quantizations
                if (not requirements.quantizations or name in requirements.quantizations)
                and (machine is None or loads(engine, name, catalog.quantizations[name], machine))
            )
            found.append(Offering(engine_id, engine, formats))
    return tuple(found)


def runs_on(engine: Engine, engine_id: str, machine: Machine | None) -> bool:
    """False on another maker's devices, and on those of a generation that the engine left behind or never took up."""
    if machine is None:
        return serves(engine, None)
    return serves(engine, machine.vendor) and (
        machine.engines is None or engine_id in machine.engines
    )


def loads(engine: Engine, name: str, quantization: Quantization, machine: Machine) -> bool:
    """True when the engine loads the format on the machine: on this maker's devices, with these matrix units."""
    vendor = machine.vendor or "nvidia"
    return (
        vendor in engine.format_vendors.get(name, engine.vendors)
        and _has_units(machine, quantization.requires)
        and _has_units(machine, engine.format_units.get(name))
    )


def _has_units(machine: Machine, kind: str | None) -> bool:
    """True when the machine multiplies matrices of the type, or nobody asks for it.

    Where throughput by type is not known (only a memory size was given, or FP32 alone as for Apple's devices), BF16
    and FP8 count as present, for most devices have them, and FP4 as lacking, for few do.
    """
    if kind is None:
        return True
    if machine.tflops and machine.vendor in MATRIX_VENDORS:
        return kind in machine.tflops
    return kind != "fp4"


MATRIX_VENDORS = ("nvidia", "amd", "intel")
"""Makers whose devices carry throughput by type in the catalog, so that a type not listed is one they lack."""


def _least_bits(quantization: Quantization) -> float:
    bits = quantization.bits
    return min(
        bits,
        quantization.attention_bits or bits,
        quantization.ffn_down_bits or bits,
        quantization.output_bits or bits,
    )


def variants(
    model_id: str,
    model: Model,
    mode: str,
    allowed: Sequence[Offering],
    *,
    named: bool,
    released: float,
    most_bits: float = float("inf"),
    largest_first: bool = False,
) -> Iterator[Candidate]:
    """Every variant worth estimating, the engine and format listed first in the catalog first.

    Two engines that load the same format with the same memory model (Ollama runs llama.cpp) give the same answer
    twice; the first listed stands for both unless --engine asks. A format that needs calibration data counts only
    where somebody published it, and one below four bits only when asked for by name (`named`). A format wider
    than the released weights (`released` bits) is left out. Formats of which even the narrowest matrices take more
    than `most_bits` are left out; when all do, the narrowest of each engine stays, for the nearest miss to be chosen
    among them by the bytes they take. Candidates are made as they are asked for.
    """
    published = {artifact.quantization for artifact in model.artifacts}
    widest = released if released < SMALL_BITS else released * WIDER
    seen: set[tuple[str, str]] = set()
    found = [
        (form, offering)
        for offering in allowed
        if runs(offering.engine, model)
        for form in offering.formats
        if named
        or (_wanted(form.quantization, form.name in published) and form.quantization.bits <= widest)
    ]
    kept = [pair for pair in found if pair[0].least_bits <= most_bits]
    if not kept:
        kept = _narrowest(found)
    if largest_first:
        kept.sort(key=lambda pair: -pair[0].quantization.bits)
    for form, (engine_id, engine, _) in kept:
        key = (form.name, engine.memory_model)
        if key in seen:
            continue
        seen.add(key)
        yield Candidate(
            model_id,
            model,
            mode,
            form.name,
            form.quantization,
            engine_id,
            engine,
            form.name in published,
            None,
        )


def _narrowest(found: Sequence[tuple[Format, Offering]]) -> list[tuple[Format, Offering]]:
    """The narrowest format of each engine, the first listed where several are as narrow."""
    by_engine: dict[str, tuple[Format, Offering]] = {}
    for pair in found:
        engine_id = pair[1].engine_id
        if engine_id not in by_engine or pair[0].least_bits < by_engine[engine_id][0].least_bits:
            by_engine[engine_id] = pair
    return list(by_engine.values())


WIDER = 1.1
"""A format this much wider than released weights of eight bits or more still counts as the same: scales differ."""
SMALL_BITS = 8.0
"""Below it weights were trained or rounded to their format, and only that format or a narrower one makes sense."""


def released_bits(catalog: Catalog, model: Model) -> float:
    """Bits of the widest released weights: one gains nothing by unpacking a checkpoint that came in four or eight
    bits (gpt-oss, DeepSeek-V3). Infinite when the card names no files in the developer's own format."""
    released = [
        catalog.quantizations[artifact.quantization].bits
        for artifact in model.artifacts
        if artifact.format == "safetensors"
    ]
    return max(released, default=float("inf"))


def serves(engine: Engine, vendor: str | None) -> bool:
    """True when the engine runs on the maker's devices; an unnamed device is taken for an NVIDIA one."""
    return (vendor or "nvidia") in engine.vendors


def _wanted(quantization: Quantization, published: bool) -> bool:
    if published:
        return quantization.default or quantization.native_16bit
    return quantization.default and not quantization.needs_calibration


def hosted(catalog: Catalog, model_id: str, mode: str) -> Candidate | None:
    """The cheapest offer for the model, by output price; None when nobody offers it."""
    model = catalog.models[model_id]
    if not model.hosted:
        return None
    offer = min(
        model.hosted, key=lambda o: (o.output_usd_per_mtok, o.input_usd_per_mtok, o.provider)
    )
    return Candidate(model_id, model, mode, None, None, None, None, True, offer)
