"""`settings.yaml`: everything the project's files read. Values are written by the YAML library, never pasted into text,
so that no name can change what the file means."""

from __future__ import annotations

from typing import Any

import yaml

from llm_select.export.training.tasks import instruction, sample
from llm_select.i18n import translated
from llm_select.messages import Message
from llm_select.plan.types import TrainingPlan

_HEAD = Message(
    "Settings of this training project, written from a plan. Every value may be changed;\n"
    "settings.py says which are allowed, and a wrong one is reported with its line."
)
_COMMENTS = {
    "model": Message("The pretrained model: a repository on the Hugging Face hub, or a folder."),
    "data": Message(
        "The examples. Without files for validation and test, rows of `train` are put aside for them by `shares`.\n"
        "`columns` names the columns of a CSV or the keys of a JSONL. seq_len and target_len are in tokens."
    ),
    "training": Message(
        "One step takes batch x accumulation x gpus sequences. The rate rises over warmup_ratio of the steps."
    ),
    "adapter": Message(
        "The small addition that is trained; not used by method full. The update is scaled by alpha / rank."
    ),
    "hardware": Message(
        "precision: number type of weights and arithmetic. base_format: of the frozen base."
    ),
    "evaluation": Message("What is reported on the test rows."),
    "output": Message("Folder of checkpoints, the trained model and its evaluation."),
}


def values(settings: TrainingPlan, name: str) -> dict[str, Any]:
    """The settings by section, in the order of the file."""
    data = sample(settings)
    return {
        "model": {
            "name": name,
            "card": settings.model_id,
            "repository": settings.repository,
            "revision": settings.revision,
            "kind": settings.kind,
            "architecture": settings.model_type,
            "head": settings.head,
        },
        "data": {
            "task": settings.task,
            "languages": list(settings.languages),
            "pairs": list(settings.pairs),
            "train": f"samples/{data.file}",
            "validation": None,
            "test": None,
            "shares": {"train": 0.8, "validation": 0.1, "test": 0.1},
            "columns": {"input": data.input, "context": data.context, "answer": data.answer},
            "instruction": instruction(settings),
            "source_code": None,
            "target_code": None,
            "chat": settings.chat,
            "seq_len": settings.seq_len,
            "target_len": settings.target_len,
            "packing": settings.packing,
        },
        "training": {
            "method": settings.method,
            "loss": settings.loss,
            "label_smoothing": settings.label_smoothing,
            "optimizer": settings.optimizer,
            "learning_rate": settings.learning_rate,
            "schedule": settings.schedule,
            "warmup_ratio": settings.warmup_ratio,
            "weight_decay": settings.weight_decay,
            "max_grad_norm": settings.max_grad_norm,
            "epochs": settings.epochs,
            "batch": settings.batch,
            "accumulation": settings.accumulation,
            "checkpointing": settings.checkpointing,
            "seed": settings.seed,
            "checkpoints": 10,
        },
        "adapter": {
            "rank": settings.lora_rank,
            "alpha": settings.lora_alpha,
            "dropout": settings.lora_dropout,
            "targets": list(settings.lora_targets),
            "modules_to_save": list(settings.modules_to_save),
        },
        "hardware": {
            "precision": settings.precision,
            "base_format": settings.quantization,
            "gpus": settings.gpus,
            "sharding": settings.sharding,
        },
        "evaluation": {"metrics": list(settings.metrics)},
        "output": "output",
    }


def text(settings: TrainingPlan, name: str) -> str:
    """The file."""
    parts = [_comment(_HEAD)]
    for section, content in values(settings, name).items():
        parts.append(_comment(_COMMENTS[section]) + dumped({section: content}))
    return "\n".join(parts)


def _comment(text: Message) -> str:
    return "".join(f"# {line}\n" for line in translated(text).splitlines())


def dumped(content: Any) -> str:
    """YAML in the order given, as people read it."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
