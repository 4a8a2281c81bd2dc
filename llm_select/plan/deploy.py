"""What serves a model on a machine: every engine that does, side by side, the recommended first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llm_select.estimates.limits import largest_context
from llm_select.estimates.memory import serving as estimate_serving
from llm_select.estimates.sizing import sizing
from llm_select.plan.deploy_capacity import capacity
from llm_select.plan.deploy_choice import (
    Choice,
    Site,
    choose,
    held_at_once,
    spread_out,
)
from llm_select.plan.deploy_cost import cost, hosted_plans
from llm_select.plan.deploy_flags import Setup, flags
from llm_select.plan.deploy_load import EIGHT, for_rate, measured, speed_of
from llm_select.plan.deploy_notes import notes
from llm_select.plan.deploy_order import ordered
from llm_select.plan.deploy_types import Ask, Deployment, EnginePlan
from llm_select.selection.candidates import offerings, released_bits, runs, runs_on, variants
from llm_select.selection.types import Reason, Requirements, Value

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.types import Machine
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.hardware import Engine
    from llm_select.schema.model import Model
    from llm_select.schema.serving import Serving
    from llm_select.selection.types import Candidate

COUNTS = (1, 2, 4, 8)
"""Devices of one node that are tried when their number is not given."""
MOST_NODES = 16
"""Nodes tried when their number is not given."""


def deployment(catalog: Catalog, model_id: str, ask: Ask) -> Deployment:
    """Plans for every engine asked for. Raises ShapeError when the card lacks a width that is needed."""
    model = catalog.models[model_id]
    hosted = hosted_plans(model.hosted, ask.workload, ask.rate)
    if model.architecture is None or ask.machine is None:
        privacy = Reason("privacy-hosted", {"providers": tuple(p.offer.provider for p in hosted)})
        return Deployment(model_id, catalog, ask, (), (), hosted, ask.assumed, privacy)
    size = sizing(model)
    assumed = ask.assumed
    plans, refused = _settle(catalog, model_id, ask, size)
    machine = plans[0].machine if plans else ask.machine
    if machine.nodes != (ask.nodes or 1) or machine.devices // machine.nodes != ask.machine.devices:
        values: dict[str, Value] = {
            "devices": machine.devices // machine.nodes,
            "nodes": machine.nodes,
            "machine": machine.name,
            "clustered": ask.clustered,
        }
        assumed = (*assumed, Reason("devices-derived", values))
    return Deployment(
        model_id,
        catalog,
        ask,
        ordered(plans, ask),
        tuple(refused),
        hosted,
        assumed,
        Reason("privacy-self-hosted", {}),
    )


Found = tuple[list[EnginePlan], list[tuple[str, Reason]]]


def _settle(catalog: Catalog, model_id: str, ask: Ask, size: Sizing) -> Found:
    """The first layout that holds the model. Where one device does not, devices of a data centre are added until it is
    held at eight bits or as it was released, for their number is free; cards of a desktop until it is held at all.
    The machine as it was given where nothing holds it."""
    released = released_bits(catalog, catalog.models[model_id])
    enough = min(EIGHT, released) if ask.clustered else 0.0
    first: Found | None = None
    narrow: Found | None = None
    for machine in _layouts(ask):
        found = _on(catalog, model_id, ask, machine, size)
        first = first or found
        bits = [_bits(plan) for plan in found[0] if plan.fits]
        if not bits:
            continue
        if found is first or max(bits) >= enough:
            return found
        narrow = narrow or found
    assert first is not None
    return narrow or first


def _bits(plan: EnginePlan) -> float:
    return plan.candidate.quantization.bits if plan.candidate.quantization is not None else 0.0


def _layouts(ask: Ask) -> Iterator[Machine]:
    """Machines to try, the smallest first: devices in a node, then more nodes of the largest."""
    machine = ask.machine
    assert machine is not None
    counts = (machine.devices,) if ask.devices_given or not ask.stacked else COUNTS
    nodes = ask.nodes or 1
    for count in counts:
        yield machine._replace(devices=count * nodes, nodes=nodes)
    if ask.nodes is None and ask.clustered:
        for more in range(2, MOST_NODES + 1):
            yield machine._replace(devices=counts[-1] * more, nodes=more)


def _on(catalog: Catalog, model_id: str, ask: Ask, machine: Machine, size: Sizing) -> Found:
    model = catalog.models[model_id]
    plans: list[EnginePlan] = []
    refused: list[tuple[str, Reason]] = []
    requirements = Requirements(
        "", machine, ask.workload, {}, "", engines=ask.engines, quantizations=ask.quantizations
    )
    allowed = offerings(catalog, requirements)
    for engine_id, engine in catalog.engines.items():
        if ask.engines and engine_id not in ask.engines:
            continue
        serving = catalog.serving.get(engine_id)
        reason = _refusal(engine_id, engine, serving, model, machine)
        kind = ask.workload.kv_type
        if reason is None and kind is not None and kind not in engine.kv_types:
            reason = Reason("engine-no-kv-type", {"type": kind, "types": tuple(engine.kv_types)})
        if reason is not None or serving is None:
            refused.append((engine_id, reason or Reason("engine-unknown-server", {})))
            continue
        found = tuple(
            variants(
                model_id,
                model,
                "direct",
                tuple(one for one in allowed if one.engine_id == engine_id),
                named=bool(ask.quantizations),
                released=released_bits(catalog, model),
            )
        )
        if not found:
            refused.append((engine_id, Reason("engine-no-format", {})))
            continue
        own = serving.api == "own" or model.kind != "decoder"
        site = Site(serving, machine, size, own)
        choice = _choice(found, ask, site, engine)
        if choice is None:
            refused.append((engine_id, Reason("engine-no-files", {})))
            continue
        plans.append(_plan(ask, site, choice))
    return plans, refused


def _refusal(
    engine_id: str, engine: Engine, serving: Serving | None, model: Model, machine: Machine
) -> Reason | None:
    if not runs(engine, model):
        assert model.architecture is not None
        if model.kind not in engine.kinds:
            return Reason("engine-kind", {"kind": model.kind})
        return Reason("engine-architecture", {"model_type": model.architecture.model_type})
    if not runs_on(engine, engine_id, machine):
        return Reason("engine-device", {"machine": machine.name})
    if serving is None:
        return Reason("engine-unknown-server", {})
    if serving.kinds is not None and model.kind not in serving.kinds:
        return Reason("server-kind", {"kind": model.kind})
    if machine.devices > 1 and not engine.multi_gpu:
        return Reason("engine-one-device", {"devices": machine.devices})
    if machine.nodes > 1 and "nodes" not in serving.options:
        return Reason("engine-one-node", {"nodes": machine.nodes})
    return None


def _choice(found: tuple[Candidate, ...], ask: Ask, site: Site, engine: Engine) -> Choice | None:
    """The format, and the requests that one replica runs together."""
    work = ask.workload
    if not engine.serves_batches:
        work = work._replace(batch=1)
    choice = choose(found, work, site)
    if choice is not None and choice.memory.verdict != "fits" and work.batch > 1:
        choice = spread_out(found, work, site) or choice
    if choice is None or ask.rate is None or choice.memory.verdict != "fits":
        return choice
    return for_rate(choice, found, ask.rate, site) if engine.serves_batches else choice


def _plan(ask: Ask, site: Site, choice: Choice) -> EnginePlan:
    candidate, work = choice.candidate, choice.workload
    engine, model = candidate.engine, candidate.model
    assert engine is not None
    assert candidate.quantization is not None
    split = estimate_serving(site.size, engine, work, site.machine).split
    fits = choice.memory.verdict == "fits"
    context = None
    if model.context is not None and fits:
        context = largest_context(
            model,
            candidate.quantization,
            engine,
            work,
            site.machine,
            size=site.size,
            limit=model.context.native,
            quantization_id=candidate.quantization_id,
        )
    rate = speed_of(choice, site)
    can = capacity(
        rate,
        work,
        held=held_at_once(choice, site) if fits else None,
        wanted=ask.workload.batch,
        rate=ask.rate,
        batches=engine.serves_batches,
        measured=measured(choice),
    )
    price = None
    if ask.usd_per_hour is not None:
        price = cost(
            can,
            work,
            ask.usd_per_hour * site.machine.nodes,
            model.hosted,
            ask.hosted_price,
        )
    setup = Setup(
        candidate,
        site.serving,
        site.machine,
        work,
        split,
        choice.memory,
        site.size.layers,
        choice.files,
        ask.task,
        site.own_server,
        ask.workload.kv_type is not None,
    )
    return EnginePlan(
        candidate,
        site.serving,
        site.machine,
        work,
        split,
        choice.memory,
        rate,
        context,
        choice.files,
        flags(setup),
        can,
        price,
        site.own_server,
        notes(setup, can),
        None,
    )
