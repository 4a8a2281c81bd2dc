"""`requirements.txt` of a project: the versions it was run with, and no package it does not need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from llm_select.plan.types import TrainingPlan

PINS = Path(__file__).parent / "project" / "requirements.txt"
DEEPSPEED = "deepspeed==0.19.8"
"""Not run here: it needs a GPU and a compiler."""
_ALWAYS = (
    "accelerate",
    "datasets",
    "numpy",
    "peft",
    "protobuf",
    "pydantic",
    "pyyaml",
    "sentencepiece",
    "torch",
    "transformers",
)
_BY_METRIC = {
    "macro-f1": "scikit-learn",
    "matthews": "scikit-learn",
    "entity-f1": "nervaluate",
    "bleu": "sacrebleu",
    "chrf": "sacrebleu",
    "rouge": "rouge-score",
}
BITSANDBYTES = ("adamw-8bit", "paged-adamw", "paged-adamw-8bit", "ademamix")
"""Optimizers that Transformers takes from bitsandbytes."""


def pins() -> dict[str, str]:
    """Each package with its pinned line."""
    lines = PINS.read_text(encoding="utf-8").splitlines()
    return {line.partition("==")[0]: line for line in lines if line and not line.startswith("#")}


def text(settings: TrainingPlan) -> str:
    """The file."""
    known = pins()
    lines = {known[name] for name in _needed(settings)}
    if settings.sharding.startswith("zero"):
        lines.add(DEEPSPEED)
    return "".join(f"{line}\n" for line in sorted(lines))


def _needed(settings: TrainingPlan) -> Iterable[str]:
    yield from _ALWAYS
    yield from (_BY_METRIC[name] for name in settings.metrics if name in _BY_METRIC)
    if settings.kind == "decoder" and settings.head == "language-model":
        yield "trl"
    if settings.method == "qlora" or settings.optimizer in BITSANDBYTES:
        yield "bitsandbytes"
    if settings.optimizer == "galore":
        yield "galore-torch"
