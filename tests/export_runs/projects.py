"""Projects to run: plans of a few seconds on tiny models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from llm_select.export.training import write
from llm_select.plan.types import TrainingPlan
from tests.unit.export import plans

SAMPLES = write.SOURCE / "samples"
DECODER = plans.DECODER._replace(
    model_id="test/tiny",
    repository="",
    revision=None,
    method="full",
    quantization="fp32",
    precision="fp32",
    learning_rate=3e-3,
    schedule="linear",
    warmup_ratio=0.1,
    weight_decay=0.01,
    epochs=12,
    accumulation=1,
    seq_len=128,
    checkpointing=False,
    lora_rank=None,
    lora_alpha=None,
    lora_dropout=None,
    lora_targets=(),
    trainer="transformers",
    seed=1,
    metrics=("perplexity", "rouge"),
)
_ENCODER = DECODER._replace(kind="encoder", chat=False, learning_rate=1e-3, model_type="bert")
_SEQUENCE = _ENCODER._replace(kind="encoder-decoder", target_len=48, learning_rate=2e-3)
PLANS = {
    "chat": DECODER,
    "labels": _ENCODER._replace(
        head="sequence-labels", task="sentiment-analysis", metrics=("accuracy", "macro-f1")
    ),
    "number": _ENCODER._replace(
        head="number", task="text-classification", metrics=("mae", "pearson"), loss="mse"
    ),
    "names": _ENCODER._replace(head="token-labels", task="ner", metrics=("entity-f1",)),
    "span": _ENCODER._replace(
        head="span", task="extractive-qa", metrics=("exact-match", "span-f1")
    ),
    "translation": _SEQUENCE._replace(
        task="translation", pairs=("en-de",), model_type="marian", metrics=("bleu", "chrf")
    ),
    "summary": _SEQUENCE._replace(task="summarization", model_type="t5", metrics=("rouge",)),
}
"""Plans by what is learnt; full training each."""


def lora(plan: TrainingPlan, **changes: Any) -> TrainingPlan:
    """The same with an adapter. New heads are trained whole beside it, as PEFT does by itself."""
    return plan._replace(
        **{
            "method": "lora",
            "lora_rank": 8,
            "lora_alpha": 16.0,
            "lora_dropout": 0.0,
            "lora_targets": ("all-linear",),
            "learning_rate": 1e-2,
            **changes,
        }
    )


def model(architecture: str, folder: Path) -> Path:
    """The tiny model of an architecture."""
    from tests.export_runs import tiny

    return tiny.build(architecture, SAMPLES, folder)


def export(directory: Path, plan: TrainingPlan, repository: Path) -> Path:
    """Writes the project that trains `repository`."""
    write.write_project(directory, plan._replace(repository=str(repository)))
    return directory
