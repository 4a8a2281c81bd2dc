"""Which formats and engines a card can run in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.selection.types import Candidate, Requirements

if TYPE_CHECKING:
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


class Offering(NamedTuple):
    """An engine that may be used, with the formats of it that may be."""

    engine_id: str
    engine: Engine
    formats: tuple[tuple[str, Quantization], ...]


def offerings(catalog: Catalog, requirements: Requirements) -> tuple[Offering, ...]:
    """Engines and formats that the question allows, in the catalog's order; the same for every model."""
    vendor = requirements.machine.vendor if requirements.machine is not None else None
    found = []
    for engine_id, engine in catalog.engines.items():
        if requirements.engines and engine_id not in requirements.engines:
            continue
        if serves(engine, vendor):
            formats = tuple(
                (name, catalog.quantizations[name])
                for name in engine.quantizations
                if not requirements.quantizations or name in requirements.quantizations
            )
            found.append(Offering(engine_id, engine, formats))
    return tuple(found)


def variants(
    model_id: str, model: Model, mode: str, allowed: Sequence[Offering], *, named: bool
) -> list[Candidate]:
    """Every variant worth estimating, the engine and format listed first in the catalog first.

    Two engines that load the same format with the same memory model (Ollama runs llama.cpp) give the same answer
    twice; the first listed stands for both unless --engine asks. A format that needs calibration data counts only
    where somebody published it, and one below four bits only when asked for by name (`named`).
    """
    published = {artifact.quantization for artifact in model.artifacts}
    seen: set[tuple[str, str]] = set()
    found = []
    for engine_id, engine, formats in allowed:
        if not runs(engine, model):
            continue
        for name, quantization in formats:
            key = (name, engine.memory_model)
            if key in seen or not (named or _wanted(quantization, name in published)):
                continue
            seen.add(key)
            found.append(
                Candidate(
                    model_id,
                    model,
                    mode,
                    name,
                    quantization,
                    engine_id,
                    engine,
                    name in published,
                    None,
                )
            )
    return found


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
