"""What to give up first when a run does not fit: one concession after the other, each with the memory it saves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import LlmSelectError
from llm_select.plan.draft import UNBROKEN, draft, on_apple
from llm_select.plan.fit import SAVING_OPTIMIZER, WHOLE, Fitted, Room, longest_sequence

if TYPE_CHECKING:
    from llm_select.plan.draft import Draft
    from llm_select.plan.request import Asked
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog

MORE_GPUS = (2, 4, 8, 16, 32, 64)
LEAST_SEQUENCE = 512
"""Tokens below which cutting sequences is no way out."""
LEAST_SAVED = 0.05 * 2**30
"""Bytes below which a concession is not worth naming."""


class Rung(NamedTuple):
    """One concession, made after those before it."""

    code: str
    """start, checkpointing, micro-batch, optimizer, precision, lora, qlora, sharding, gpus or smaller-base."""
    values: dict[str, str | int]
    fitted: Fitted
    saved: float
    """Bytes of one GPU less than on the rung before, at the high end."""


def ladder(catalog: Catalog, room: Room, start: Draft, asked: Asked) -> tuple[Rung, ...]:
    """Concessions in order, from a whole step in one pass with everything kept, up to the first that fits.

    Each keeps those before it. One that saves nothing is left out. Empty when the start fits, or without a machine.
    """
    if room.machine is None:
        return ()
    each = max(1, -(-start.step_sequences // start.plan.gpus))
    plan = start.plan._replace(
        batch=asked.batch or each,
        accumulation=asked.accumulation or 1,
        sharding=asked.sharding or ("ddp" if start.plan.gpus > 1 else "none"),
    )
    first = room.look(plan)
    if first.verdict == "fits":
        return ()
    rungs = [Rung("start", {"batch": plan.batch}, first, 0.0)]
    for code, values, there, changed in _concessions(catalog, room, start, asked, plan):
        fitted = there.look(changed)
        saved = rungs[-1].fitted.memory.high - fitted.memory.high
        if saved < LEAST_SAVED and fitted.verdict != "fits":
            continue
        rungs.append(Rung(code, values, fitted, saved))
        if fitted.verdict == "fits":
            break
    return tuple(rungs)


_Concession = tuple[str, dict[str, str | int], Room, "TrainingPlan"]


def _concessions(
    catalog: Catalog, room: Room, start: Draft, asked: Asked, plan: TrainingPlan
) -> Iterator[_Concession]:
    """Every concession that what was asked for leaves open, cheapest in quality and time first."""
    each = plan.batch * plan.accumulation
    if asked.checkpointing is None and plan.method not in UNBROKEN:
        plan = plan._replace(checkpointing=True)
        yield "checkpointing", {}, room, plan
    if asked.batch is None and plan.batch > 1:
        plan = plan._replace(batch=1, accumulation=each)
        yield "micro-batch", {"accumulation": each}, room, plan
    if asked.sharding is None and plan.gpus > 1:
        # GPUs that are there anyway: sharing costs time, not quality.
        plan = plan._replace(sharding="zero3" if plan.method in WHOLE else "fsdp")
        yield "sharding", {"name": plan.sharding}, room, plan
    if asked.optimizer is None and plan.optimizer == "adamw" and not on_apple(asked):
        plan = plan._replace(optimizer=SAVING_OPTIMIZER)
        yield "optimizer", {"name": SAVING_OPTIMIZER}, room, plan
    for method in ("lora", "qlora"):
        lighter = _with_method(catalog, plan, method, asked)
        if lighter is not None:
            plan = lighter
            yield method, {}, room, plan
    if asked.sharding is None:
        for gpus in MORE_GPUS:
            if gpus <= plan.gpus:
                continue
            more = plan._replace(
                gpus=gpus, sharding="fsdp", accumulation=max(1, -(-start.step_sequences // gpus))
            )
            if room.fits(more):
                yield "gpus", {"gpus": gpus, "fits": 1}, room, more
                break
    yield from _smaller(catalog, room, asked, plan)
    if asked.seq_len is None:
        longest = longest_sequence(room, plan)
        if longest >= LEAST_SEQUENCE:
            yield (
                "sequence",
                {"seq_len": longest, "tokens": start.tokens},
                room,
                _cut(plan, longest),
            )
        else:
            yield from _smaller(catalog, room, asked, plan, cut=True)


def _cut(plan: TrainingPlan, tokens: int) -> TrainingPlan:
    return plan._replace(seq_len=tokens, target_len=tokens if plan.target_len is not None else None)


def _with_method(
    catalog: Catalog, plan: TrainingPlan, method: str, asked: Asked
) -> TrainingPlan | None:
    """The plan with a lighter method; None where it is none or the kind of model has no recipe for it."""
    lighter = {"lora": WHOLE, "qlora": (*WHOLE, "lora", "dora", "rslora", "pissa")}[method]
    if plan.method not in lighter or asked.quantization or asked.precision:
        return None
    try:
        other = draft(catalog, plan.model_id, method, asked).plan
    except LlmSelectError:
        return None
    return other._replace(
        batch=plan.batch,
        accumulation=plan.accumulation,
        checkpointing=plan.checkpointing and method not in UNBROKEN,
        sharding="fsdp" if plan.sharding == "zero3" else plan.sharding,
    )


def _smaller(
    catalog: Catalog, room: Room, asked: Asked, plan: TrainingPlan, *, cut: bool = False
) -> Iterator[_Concession]:
    """The largest model of the same family and kind that fits; with `cut`, in sequences as long as fit."""
    family = plan.model_id.split("/", 1)[0]
    own = room.size.parameters.total
    others = []
    for key, model in catalog.models.items():
        sized = model.parameters.total if model.parameters is not None else 0
        if (
            key.split("/", 1)[0] == family
            and model.kind == plan.kind
            and model.weights == "open"
            and model.architecture is not None
            and not model.architecture.recurrent
            and model.specialization == room.model.specialization
            and 0 < sized < own
        ):
            chat = model.finetuning is not None and bool(model.finetuning.chat_template)
            others.append((chat == plan.chat, model.status == "active", sized, key))
    for _, _, _, key in sorted(others, reverse=True):
        try:
            there = Room(catalog, key, room.machine)
            made = draft(catalog, key, plan.method, asked).plan._replace(
                batch=plan.batch,
                accumulation=plan.accumulation,
                checkpointing=plan.checkpointing,
                optimizer=plan.optimizer,
                sharding=plan.sharding,
            )
            if there.fits(made):
                yield "smaller-base", {"model": key}, there, made
                return
            longest = longest_sequence(there, made) if cut else 0
            if longest >= LEAST_SEQUENCE:
                values: dict[str, str | int] = {"model": key, "seq_len": longest}
                yield "smaller-base", values, there, _cut(made, longest)
                return
        except LlmSelectError:
            continue
