"""From the options of `finetune --task` to the question of a strategy and a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.messages import Message
from llm_select.plan.answer import Answer, answer
from llm_select.plan.request import Asked
from llm_select.questions.requirements import (
    MAX_DEVICES,
    MAX_TOKENS,
    Hardware,
    Limits,
    positive,
    read_requirements,
)
from llm_select.questions.training import (
    method_named,
    read_setup,
    refuse_lone_sharding,
    refuse_unused,
)

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Requirements

MAX_RATE = 10.0
MAX_EPOCHS = 10_000


class Goal(NamedTuple):
    """Options that only a strategy has, as typed."""

    task: str | None = None
    examples: int | None = None
    language: Sequence[str] | None = None
    pair: Sequence[str] | None = None
    min_accuracy: float | None = None
    privacy: str | None = None
    commercial: bool = False
    license: Sequence[str] | None = None
    exclude_board: Sequence[str] | None = None
    tokens_per_example: int | None = None
    epochs: float | None = None
    learning_rate: float | None = None
    accumulation: int | None = None
    regression: bool = False
    price_per_hour: float | None = None
    explain: bool = False
    export: Path | None = None

    def refuse_without_task(self) -> None:
        """Raises UsageError when one was given and no task: it would have no effect."""
        given = next((name for name, value in self._asdict().items() if value), None)
        if self.task is None and (given is not None or self.examples is not None):
            option = f"--{(given or 'examples').replace('_', '-')}"
            raise UsageError(
                Message("it has a meaning for a task only"),
                where=option,
                remedy=Message("add --task ID for a strategy and a plan; see `llm-select tasks`"),
            )


def ask_strategy(
    catalog: Catalog,
    model_id: str | None,
    goal: Goal,
    row: Mapping[str, str],
    hardware: Hardware,
) -> Answer:
    """Strategy and plan for `goal.task`. `row` holds the settings given, as the training sheet names them.

    Raises UsageError and its kin for anything wrong.
    """
    method = row.get("method")
    settings = {**row, "gpus": str(hardware.gpus or 1)}
    refuse_lone_sharding(settings)
    if method is not None:
        refuse_unused(settings)
    requirements, asked = read_question(catalog, model_id, goal, row, hardware)
    chosen = method_named(method) if method is not None else None
    return answer(catalog, model_id, requirements, asked, chosen)


def read_question(
    catalog: Catalog,
    model_id: str | None,
    goal: Goal,
    row: Mapping[str, str],
    hardware: Hardware,
) -> tuple[Requirements, Asked]:
    """The question, checked. `row` holds the settings given, as the training sheet names them.

    Without a model a machine is needed, and this one is looked at when none is given.
    """
    assert goal.task is not None
    if goal.examples is None:
        raise UsageError(
            Message("how many labelled examples are there?"),
            where="--examples",
            remedy=Message("give a number; 0 when there are none"),
        )
    positive(goal.tokens_per_example, where="--tokens-per-example", limit=MAX_TOKENS)
    positive(goal.epochs, where="--epochs", limit=MAX_EPOCHS)
    positive(goal.learning_rate, where="--learning-rate", limit=MAX_RATE)
    positive(goal.accumulation, where="--accumulation", limit=1_000_000)
    positive(goal.price_per_hour, where="--price-per-hour", limit=1_000_000)
    gpus = int(row.get("gpus") or 1)
    positive(gpus, where="--gpus", limit=MAX_DEVICES)
    sized = hardware.gpu is not None or hardware.gpu_mem is not None
    requirements = read_requirements(
        catalog,
        goal.task,
        languages=goal.language or (),
        pairs=goal.pair or (),
        hardware=hardware if sized or model_id is None else Hardware(),
        limits=Limits(
            min_accuracy=goal.min_accuracy,
            commercial=goal.commercial,
            licenses=goal.license or (),
            privacy=goal.privacy or "any",
            examples=goal.examples,
        ),
        exclude_boards=goal.exclude_board or (),
        machine_needed=model_id is None,
    )
    return requirements, _asked(catalog, goal, row, requirements, gpus)


def _asked(
    catalog: Catalog,
    goal: Goal,
    row: Mapping[str, str],
    requirements: Requirements,
    gpus: int,
) -> Asked:
    """Settings as the sheet's reader understands them; what was not given is left to the plan."""
    machine = requirements.machine
    quantization, setup = read_setup(catalog, dict(row), [])
    targets = tuple(p.strip() for p in row.get("lora_targets", "").split(";") if p.strip())
    return Asked(
        task=requirements.task,
        examples=requirements.examples,
        languages=requirements.languages,
        pairs=requirements.pairs,
        machine=machine,
        tokens_per_example=goal.tokens_per_example,
        quantization=quantization if "quantization" in row else None,
        optimizer=setup.optimizer if "optimizer" in row else None,
        precision=setup.precision if "precision" in row else None,
        rank=setup.rank,
        targets=targets,
        batch=setup.batch if "batch" in row else None,
        accumulation=goal.accumulation,
        seq_len=setup.seq_len if "seq_len" in row else None,
        checkpointing=setup.checkpointing,
        trainer=setup.trainer if "engine" in row else None,
        sharding=setup.sharding if "sharding" in row else None,
        gpus=machine.devices if machine is not None else gpus,
        epochs=goal.epochs,
        learning_rate=goal.learning_rate,
        regression=goal.regression,
        price_per_hour=goal.price_per_hour,
    )
