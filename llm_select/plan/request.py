"""What a plan is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.matrices import ALL_LINEAR
from llm_select.estimates.training import TrainingSetup
from llm_select.plan.targets import module_names

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog


class Asked(NamedTuple):
    """The question of one plan; None leaves the choice to it."""

    task: str
    examples: int
    """Labelled examples to train on."""
    languages: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    machine: Machine | None = None
    """None: no machine to fit; the plan is then made for one GPU of any size."""
    tokens_per_example: int | None = None
    """Mean tokens of an example, answer included; None: the task's typical request."""
    quantization: str | None = None
    optimizer: str | None = None
    precision: str | None = None
    rank: int | None = None
    targets: tuple[str, ...] = ()
    batch: int | None = None
    """Sequences in one pass of one GPU."""
    accumulation: int | None = None
    seq_len: int | None = None
    checkpointing: bool | None = None
    trainer: str | None = None
    sharding: str | None = None
    gpus: int = 1
    epochs: float | None = None
    learning_rate: float | None = None
    regression: bool = False
    price_per_hour: float | None = None
    """USD for the whole machine."""
    seed: int = 42


def setup_of(catalog: Catalog, plan: TrainingPlan) -> TrainingSetup:
    """The plan as the memory estimate reads it: every sequence as long as the longest allowed.

    An encoder-decoder is counted with the longer of its two lengths for both stacks.
    """
    optimizer = catalog.methods[plan.optimizer]
    arch = catalog.models[plan.model_id].architecture
    targets = plan.lora_targets
    if arch is not None and targets == module_names(arch, attention_only=False):
        # The estimate's own word, since one name stands for several matrices in some architectures.
        targets = (ALL_LINEAR,)
    return TrainingSetup(
        method=plan.method,
        optimizer=plan.optimizer,
        state_bytes=optimizer.state_bytes_per_parameter or 0.0,
        state_scales=optimizer.state_in_weight_type,
        precision=plan.precision,
        batch=plan.batch,
        seq_len=max(plan.seq_len, plan.target_len or 0),
        trainer=plan.trainer,
        rank=plan.lora_rank,
        targets=targets,
        packed=plan.packing,
        checkpointing=plan.checkpointing,
        sharding=plan.sharding,
        gpus=plan.gpus,
        paged=optimizer.paged,
        accumulates=plan.accumulation > 1,
    )
