"""What a project is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class ProjectSettings(NamedTuple):
    """A training plan, with what a reader of the project needs beside it. Field for field the plan's, then the name
    and the command that serves the result."""

    model_id: str
    """The card."""
    repository: str | None
    """Repository on the Hugging Face hub, or a folder with weights; None when the card names none."""
    revision: str | None
    """Commit of that repository."""
    kind: str
    """decoder, encoder or encoder-decoder."""
    model_type: str
    """Architecture, as Transformers names it; empty when the card does not say."""
    task: str
    """Its id in `catalog/tasks/`."""
    languages: tuple[str, ...]
    """BCP-47 tags."""
    pairs: tuple[str, ...]
    """Translation directions, such as en-zh."""
    head: str
    """language-model, sequence-labels, token-labels, span, number or embedding."""
    chat: bool
    """True when examples are written in the checkpoint's own chat template."""
    method: str
    quantization: str
    """Format of the base while training: bf16, fp32, nf4 …"""
    optimizer: str
    precision: str
    """bf16, fp16, bf16-mixed, fp16-mixed or fp32."""
    learning_rate: float
    schedule: str
    """linear, cosine or constant, after the warm-up."""
    warmup_ratio: float
    weight_decay: float
    max_grad_norm: float
    epochs: float
    batch: int
    """Sequences in one pass of one GPU."""
    accumulation: int
    """Passes before one step."""
    seq_len: int
    """Most tokens of a sequence; of the source, for an encoder-decoder."""
    target_len: int | None
    """Most tokens of the target of an encoder-decoder; None for other kinds."""
    packing: bool
    checkpointing: bool
    """True when activations are computed again in the backward pass."""
    lora_rank: int | None
    """Rank, or number of virtual tokens."""
    lora_alpha: float | None
    lora_dropout: float | None
    lora_targets: tuple[str, ...]
    """Module names, or `all-linear`."""
    modules_to_save: tuple[str, ...]
    """Modules trained whole beside the adapter."""
    trainer: str
    """Whose habits the plan's memory is counted by."""
    sharding: str
    """none, ddp, zero1, zero2, zero3 or fsdp."""
    gpus: int
    seed: int
    loss: str
    """cross-entropy, mse or contrastive."""
    label_smoothing: float
    metrics: tuple[str, ...]
    """Those to report, the one that decides first."""
    name: str = ""
    """The model's, for people."""
    serve: str = ""
    """Command that serves the trained model; empty for the project's own advice."""


def settings_of(plan: Mapping[str, Any], *, name: str, serve: str = "") -> ProjectSettings:
    """The seam to `plan/`: `settings_of(plan._asdict(), name=card.name)`. Raises TypeError when the two types
    differ."""
    return ProjectSettings(**plan, name=name, serve=serve)
