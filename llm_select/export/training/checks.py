"""What a project can follow. What it cannot is refused here, with what it can, rather than left out in silence."""

from __future__ import annotations

from llm_select.errors import UsageError
from llm_select.export.training import other_trainers
from llm_select.export.training.tasks import folder
from llm_select.messages import Message, listed
from llm_select.plan.types import TrainingPlan

METHODS = (
    "full",
    "lora",
    "qlora",
    "dora",
    "rslora",
    "pissa",
    "prefix-tuning",
    "prompt-tuning",
    "ia3",
)
OPTIMIZERS = (
    "sgd",
    "momentum",
    "adam",
    "adamw",
    "adamw-8bit",
    "paged-adamw",
    "paged-adamw-8bit",
    "adafactor",
    "lion",
    "ademamix",
    "galore",
)
PRECISIONS = ("bf16", "fp16", "bf16-mixed", "fp16-mixed", "fp32")
SCHEDULES = ("linear", "cosine", "constant")
TRAINERS = ("transformers", "peft", "llama-factory", "axolotl")
"""Trainers that the project's programs or the files beside them use."""
SHARDINGS = ("none", "ddp", "zero1", "zero2", "zero3", "fsdp")


def check(settings: TrainingPlan) -> None:
    """Raises UsageError, naming the option, for what the project's files do not do."""
    folder(settings)
    if not settings.repository:
        raise UsageError(
            Message(
                "the card of {model} names no repository of weights to train",
                model=settings.model_id,
            ),
            where="--export",
            remedy=Message("choose a model with open weights"),
        )
    for option, value, known in (
        ("--method", settings.method, METHODS),
        ("--optimizer", settings.optimizer, OPTIMIZERS),
        ("--precision", settings.precision, PRECISIONS),
        ("--schedule", settings.schedule, SCHEDULES),
        ("--sharding", settings.sharding, SHARDINGS),
        ("--trainer", settings.trainer, TRAINERS),
    ):
        if value not in known:
            raise UsageError(
                Message("the exported project cannot do {value}", value=value),
                where=option,
                remedy=Message("with --export it takes {known}", known=listed(known)),
            )
    reason = other_trainers.refusal(settings)
    if settings.trainer == "axolotl":
        reason = reason or other_trainers.axolotl_refusal(settings)
    if reason and settings.trainer in ("llama-factory", "axolotl"):
        raise UsageError(
            Message(
                "{trainer} cannot follow the plan: {reason}",
                trainer=settings.trainer,
                reason=reason,
            ),
            where="--trainer",
            remedy=Message("leave it out: the project's own programs can"),
        )
    if settings.method == "qlora" and settings.quantization != "nf4":
        raise UsageError(
            Message(
                "the exported project does QLoRA over nf4, not over {quantization}",
                quantization=settings.quantization,
            ),
            where="--quantization",
        )
    if settings.loss != ("mse" if settings.head == "number" else "cross-entropy"):
        raise UsageError(
            Message(
                "the exported project cannot train a {head} head with loss {loss}",
                head=settings.head,
                loss=settings.loss,
            ),
            where="--export",
        )
    if settings.method == "prefix-tuning" and settings.checkpointing:
        raise UsageError(
            Message(
                "prefix tuning passes its vectors through the cache, which recomputing activations turns "
                "off"
            ),
            where="--checkpointing",
            remedy=Message("leave one of the two out"),
        )
