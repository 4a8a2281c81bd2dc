"""START READING HERE. A training plan in one function:

question → recipe for the method → settings that fit the machine → cost → what else would fit → what to give up
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.plan.cost import Cost, run_seconds
from llm_select.plan.draft import Choice, draft
from llm_select.plan.fit import Fitted, Room, fit, largest_batch, longest_sequence
from llm_select.plan.ladder import Rung, ladder

if TYPE_CHECKING:
    from llm_select.estimates.training import TrainingMemory
    from llm_select.plan.request import Asked
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog


class OptimizerStates(NamedTuple):
    """What an optimizer would hold for the weights this plan trains."""

    optimizer: str
    name: str
    bytes_per_parameter: float
    """As the plan holds its weights."""
    total: float
    """Bytes over all GPUs."""
    paged: bool


class Planned(NamedTuple):
    """A plan, what it takes and why."""

    plan: TrainingPlan
    memory: TrainingMemory
    verdict: str | None
    """fits, tight or no; None without a machine."""
    cost: Cost
    longest_sequence: int | None
    """Tokens; None without a machine."""
    largest_batch: int | None
    """Sequences in one pass; None without a machine."""
    ladder: tuple[Rung, ...]
    """Concessions from a step in one pass to what fits; empty when nothing has to be given up."""
    choices: tuple[Choice, ...]
    """Why each setting is as it is."""
    optimizers: tuple[OptimizerStates, ...]
    tokens: int
    """Mean tokens of an example."""


def plan_training(catalog: Catalog, model_id: str, method: str, asked: Asked) -> Planned:
    """The settings of a run, what it takes, and why. Raises UsageError for what cannot be planned, ShapeError for a
    card without a width."""
    drafted = draft(catalog, model_id, method, asked)
    room = Room(catalog, model_id, asked.machine)
    found = fit(room, drafted, asked)
    plan = found.plan
    cost = run_seconds(
        room.size,
        plan,
        found.memory,
        asked.machine,
        asked.examples,
        drafted.tokens,
        asked.price_per_hour,
    )
    known = asked.machine is not None
    return Planned(
        plan,
        found.memory,
        found.verdict,
        cost,
        longest_sequence(room, plan) if known else None,
        largest_batch(room, plan) if known else None,
        ladder(catalog, room, drafted, asked),
        (*drafted.choices, *_fitted_choices(found, drafted.plan, drafted.step_sequences, asked)),
        optimizer_states(catalog, room, plan),
        drafted.tokens,
    )


def verdict_of(catalog: Catalog, model_id: str, method: str, asked: Asked) -> Fitted:
    """Whether a method fits, without the rest of the plan."""
    room = Room(catalog, model_id, asked.machine)
    return fit(room, draft(catalog, model_id, method, asked), asked)


def optimizer_states(
    catalog: Catalog, room: Room, plan: TrainingPlan
) -> tuple[OptimizerStates, ...]:
    """Every optimizer's states for the weights the plan trains, smallest first.

    States of PyTorch's own optimizers take the weight's type; others have a type of their own.
    """
    found = []
    for key, method in catalog.methods.items():
        if method.kind != "optimizer":
            continue
        memory = room.memory(plan._replace(optimizer=key, sharding="none", gpus=1))
        each = method.state_bytes_per_parameter or 0.0
        if not method.paged and memory.trainable:
            each = memory.optimizer / memory.trainable
        found.append(OptimizerStates(key, method.name, each, each * memory.trainable, method.paged))
    return tuple(sorted(found, key=lambda one: (one.total, one.optimizer)))


def _fitted_choices(
    found: Fitted, drafted: TrainingPlan, sequences: int, asked: Asked
) -> list[Choice]:
    plan = found.plan
    said = [
        Choice(
            "batch",
            "asked" if asked.batch else "fits-fastest" if asked.machine else "no-machine",
            {"sequences": sequences},
        )
    ]
    if asked.checkpointing is not None:
        said.append(Choice("checkpointing", "asked", {}))
    else:
        said.append(Choice("checkpointing", "recomputes" if plan.checkpointing else "keeps", {}))
    if plan.optimizer != drafted.optimizer:
        said.append(Choice("optimizer", "states-too-large", {"instead": drafted.optimizer}))
    if plan.precision != drafted.precision:
        said.append(Choice("precision", "weights-too-large", {"instead": drafted.precision}))
    if plan.gpus > 1:
        code = "asked" if asked.sharding else "first-that-fits"
        said.append(Choice("sharding", code, {"gpus": plan.gpus}))
    return said
