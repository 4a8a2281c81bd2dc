"""From a draft to settings that fit the machine, the fastest of them; and how far they reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.sizing import sizing
from llm_select.estimates.training import TrainingMemory, training_memory
from llm_select.plan.cost import run_seconds
from llm_select.plan.draft import UNBROKEN, on_apple
from llm_select.plan.request import setup_of
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.types import Machine, Verdict
    from llm_select.plan.draft import Draft
    from llm_select.plan.request import Asked
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog

SAVING_OPTIMIZER = "paged-adamw-8bit"
"""What takes AdamW's place when its states do not fit."""
WHOLE = ("full",)


class Fitted(NamedTuple):
    """A plan and its memory on one GPU."""

    plan: TrainingPlan
    memory: TrainingMemory
    verdict: Verdict | None
    """None without a machine."""


class Room:
    """Memory of plans of one model, and whether they fit the machine."""

    def __init__(self, catalog: Catalog, model_id: str, machine: Machine | None) -> None:
        self.catalog, self.machine = catalog, machine
        self.model = catalog.models[model_id]
        self.size: Sizing = sizing(self.model)

    def memory(self, plan: TrainingPlan) -> TrainingMemory:
        """Peak of one GPU. Raises UsageError for settings that contradict each other."""
        return training_memory(
            self.model,
            self.catalog.quantizations[plan.quantization],
            setup_of(self.catalog, plan),
            size=self.size,
        )

    def look(self, plan: TrainingPlan) -> Fitted:
        """The plan with its memory and verdict."""
        memory = self.memory(plan)
        if self.machine is None:
            return Fitted(plan, memory, None)
        return Fitted(plan, memory, memory.verdict(self.machine.usable_gib * GIB))

    def fits(self, plan: TrainingPlan) -> bool:
        """True when the high end fits."""
        return self.look(plan).verdict == "fits"


def fit(room: Room, draft: Draft, asked: Asked) -> Fitted:
    """The most comfortable level of settings at which something fits, and in it the fastest run.

    Levels go from keeping everything to giving up precision of the optimizer's states, then of the weights. Within
    one, a pass holds as many sequences as fit and activations are recomputed only where that is faster or the only
    way. When nothing fits, the most austere settings are returned with their verdict.
    """
    last: Fitted | None = None
    for level in _levels(draft.plan, asked):
        found = [room.look(plan) for plan in _passes(level, draft.step_sequences, asked)]
        good = [one for one in found if one.verdict in ("fits", None)]
        if good:
            return _preferred(room, good, draft.tokens)
        smallest = min(found, key=lambda one: one.memory.high)
        if last is None or smallest.memory.high < last.memory.high:
            last = smallest
    assert last is not None  # there is always one level with one pass
    return last


def _levels(plan: TrainingPlan, asked: Asked) -> Iterator[TrainingPlan]:
    """Optimizer, precision and sharding, from comfortable to austere."""
    whole = plan.method in WHOLE
    shardings = _shardings(plan, asked)
    optimizers = [plan.optimizer]
    if asked.optimizer is None and whole and plan.optimizer == "adamw" and not on_apple(asked):
        optimizers.append(SAVING_OPTIMIZER)
    precisions = [plan.precision]
    if asked.precision is None and plan.precision == "bf16-mixed":
        # 16-bit weights in FP16 do not train; BF16 has the range, at the price of small updates.
        precisions.append("bf16")
    for precision in precisions:
        for optimizer in optimizers:
            for sharding in shardings:
                yield plan._replace(precision=precision, optimizer=optimizer, sharding=sharding)


def _shardings(plan: TrainingPlan, asked: Asked) -> tuple[str, ...]:
    if asked.sharding is not None:
        return (asked.sharding,)
    if plan.gpus < 2:
        return ("none",)
    if plan.method in WHOLE:
        return ("ddp", "zero2", "zero3", "fsdp")
    # bitsandbytes' 4-bit weights are shared out by FSDP.
    return ("ddp", "fsdp") if plan.method == "qlora" else ("ddp", "zero3", "fsdp")


def _passes(plan: TrainingPlan, sequences: int, asked: Asked) -> Iterator[TrainingPlan]:
    """Ways to cut a step into passes, with and without recomputation."""
    each = max(1, -(-sequences // plan.gpus))
    sizes = [1 << n for n in range(each.bit_length()) if 1 << n <= each]
    if asked.batch is not None:
        sizes = [asked.batch]
    free = asked.checkpointing is None and plan.method not in UNBROKEN
    for recompute in (False, True) if free else (plan.checkpointing,):
        for batch in sizes:
            accumulation = asked.accumulation or max(1, -(-each // batch))
            yield plan._replace(batch=batch, accumulation=accumulation, checkpointing=recompute)


ALIKE = 1.2
"""Times within this factor are taken for the same: the estimate knows them no better."""


def _preferred(room: Room, good: list[Fitted], tokens: int) -> Fitted:
    """Of the settings that fit and are about as fast as the fastest: without recomputation, then with the fewest
    passes. Without a known throughput, by those two alone; without a machine, what needs least memory."""

    def seconds(one: Fitted) -> float:
        found = run_seconds(room.size, one.plan, one.memory, room.machine, 1, tokens).seconds
        return found.expected if found is not None else 0.0

    if room.machine is None:
        return min(good, key=lambda one: one.memory.high)
    paces = [seconds(one) for one in good]
    best = min(paces) * ALIKE
    alike = [one for one, pace in zip(good, paces, strict=True) if pace <= best]
    return min(alike, key=lambda one: (one.plan.checkpointing, one.plan.accumulation))


def largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest whole number up to `most` that fits; 0 when 1 does not. What fits must fit when smaller."""
    if not fits(1):
        return 0
    low, high = 1, 2
    while high <= most and fits(high):
        low, high = high, high * 2
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


MOST_BATCH = 4096
MOST_TOKENS = 1 << 20


def longest_sequence(room: Room, plan: TrainingPlan) -> int:
    """Tokens of the longest sequence that fits with the plan's other settings, at most what the model reads."""
    context = room.model.context.native if room.model.context is not None else MOST_TOKENS

    def possible(tokens: int) -> bool:
        target = tokens if plan.target_len is not None else None
        return room.fits(plan._replace(seq_len=tokens, target_len=target))

    return largest(possible, context)


def largest_batch(room: Room, plan: TrainingPlan) -> int:
    """Sequences of the largest pass that fits with the plan's other settings."""
    return largest(lambda batch: room.fits(plan._replace(batch=batch)), MOST_BATCH)
