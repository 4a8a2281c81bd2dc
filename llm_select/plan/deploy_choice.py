"""Which format an engine serves a model in, on which layout of devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.limits import largest_batch
from llm_select.estimates.memory import inference_memory
from llm_select.plan.deploy_capacity import MOST_SEQUENCES
from llm_select.plan.deploy_files import files

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.types import Machine, MemoryEstimate, Workload
    from llm_select.plan.deploy_types import Files
    from llm_select.schema.serving import Serving
    from llm_select.selection.types import Candidate

NARROW_CACHE = 1.1
"""Bytes per value of the cache types tried where the default does not fit: 8 bits, no fewer."""
SHARE_STEP = 0.01


class Choice(NamedTuple):
    """A format that was settled on, with the estimate that decided it."""

    candidate: Candidate
    files: Files
    workload: Workload
    memory: MemoryEstimate


class Site(NamedTuple):
    """What the choice is made for."""

    serving: Serving
    machine: Machine
    size: Sizing
    own_server: bool


def choose(candidates: Sequence[Candidate], workload: Workload, site: Site) -> Choice | None:
    """The widest format that fits, else the one that lacks least; None when no files can be had in any.

    Tried in turn: as the engine is by default; with a larger share of the device; with a cache of 8 bits; with layers
    in main memory where its size was given, the format that leaves fewest there. A cache type that was asked for is
    kept.
    """
    held = [(one, where) for one in candidates if (where := files(one, site.serving)) is not None]
    # Of formats as wide, files that exist go before files to be made.
    held.sort(key=lambda pair: (-_bits(pair[0]), pair[1].basis != "published"))
    if not held:
        return None
    alone = site._replace(machine=site.machine._replace(ram_gib=None))
    nearest: Choice | None = None
    for attempt in _attempts(held[0][0], workload, alone):
        for candidate, where in held:
            choice = _try(candidate, where, attempt, alone)
            if choice.memory.verdict == "tight" and attempt.memory_share is None:
                choice = _raised(choice, alone) or choice
            if choice.memory.verdict == "fits":
                return choice
            if nearest is None or choice.memory.device_high < nearest.memory.device_high:
                nearest = choice
    if site.machine.ram_gib is not None:
        spilt = [_try(candidate, where, workload, site) for candidate, where in held]
        fitting = [one for one in spilt if one.memory.verdict == "fits"]
        if fitting:
            return min(fitting, key=lambda one: one.memory.offloaded_layers)
    return nearest


def spread_out(candidates: Sequence[Candidate], workload: Workload, site: Site) -> Choice | None:
    """For more requests than one replica holds: the format that takes fewest replicas, the default cache before a
    narrow one, the wider of two alike; None when none holds one. Its workload has a replica's even share."""
    best: tuple[int, bool, float, Choice] | None = None
    for candidate in candidates:
        one = choose((candidate,), workload._replace(batch=1), site)
        if one is None or one.memory.verdict != "fits":
            continue
        most = min(held_at_once(one, site), workload.batch)
        replicas = -(-workload.batch // max(1, most))
        key = (-replicas, one.workload.kv_type == workload.kv_type, _bits(candidate))
        if best is None or key > best[:3]:
            each = -(-workload.batch // replicas)
            best = (*key, one._replace(workload=one.workload._replace(batch=each)))
    if best is None:
        return None
    choice = best[3]
    return _try(choice.candidate, choice.files, choice.workload, site)


def held_at_once(choice: Choice, site: Site) -> int:
    """Requests that memory holds together, up to `MOST_SEQUENCES`."""
    candidate = choice.candidate
    assert candidate.quantization is not None
    assert candidate.engine is not None
    return largest_batch(
        candidate.model,
        candidate.quantization,
        candidate.engine,
        choice.workload,
        site.machine,
        size=site.size,
        limit=MOST_SEQUENCES,
        quantization_id=candidate.quantization_id,
    )


def _attempts(candidate: Candidate, workload: Workload, site: Site) -> Iterator[Workload]:
    yield workload
    engine = candidate.engine
    assert engine is not None
    if workload.kv_type is not None or site.own_server or not engine.kv_types:
        return
    if not site.serving.batches_with_narrow_cache and workload.batch > 1:
        return
    known = {*site.serving.options, *site.serving.environment}
    if not known & {"kv-type", "kv-key-type", "kv-bits"}:
        return
    default = next(iter(engine.kv_types.values()))
    for name, width in engine.kv_types.items():
        eight = 0.9 < float(width) <= NARROW_CACHE < float(default)
        # FP8 caches are written by FP8 units (vLLM and SGLang); block formats need none.
        if eight and (name.startswith("q") or "fp8" in site.machine.tflops):
            yield workload._replace(kv_type=name)
            return


def _try(candidate: Candidate, where: Files, workload: Workload, site: Site) -> Choice:
    assert candidate.quantization is not None
    assert candidate.engine is not None
    memory = inference_memory(
        candidate.model,
        candidate.quantization,
        candidate.engine,
        workload,
        site.machine,
        size=site.size,
        quantization_id=candidate.quantization_id,
    )
    return Choice(candidate, where, workload, memory)


def _raised(choice: Choice, site: Site) -> Choice | None:
    """The smallest share of the device, in steps of a hundredth, with which it fits."""
    said = next((a for a in choice.memory.assumptions if a.code == "memory-share"), None)
    if said is None:
        return None
    share, most = float(said.values["share"]), float(said.values["most"])
    step = int(share / SHARE_STEP) + 1
    while step * SHARE_STEP <= most + 1e-9:
        work = choice.workload._replace(memory_share=round(step * SHARE_STEP, 2))
        found = _try(choice.candidate, choice.files, work, site)
        if found.memory.verdict == "fits":
            return found
        step += 1
    return None


def _bits(candidate: Candidate) -> float:
    return candidate.quantization.bits if candidate.quantization is not None else 0.0
