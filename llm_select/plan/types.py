"""What a training run is told, and what it costs: plain values, no sentences."""

from __future__ import annotations

from typing import NamedTuple


class TrainingPlan(NamedTuple):
    """Every setting of one run. An export writes these and adds none of its own."""

    model_id: str
    """The card."""
    repository: str | None
    """Repository of the 16-bit weights on the Hugging Face hub: of the card's artifact, else its first alias that is a
    repository id; None when the card names none."""
    revision: str | None
    """Commit of that repository; None when the card names none."""
    kind: str
    """decoder, encoder or encoder-decoder."""
    model_type: str
    """Architecture, as Transformers names it; empty when the card does not say."""
    task: str
    """Its id in `catalog/tasks/`."""
    languages: tuple[str, ...]
    """BCP-47 tags asked for; empty when none were."""
    pairs: tuple[str, ...]
    """Translation directions asked for, such as en-zh."""
    head: str
    """What the network puts out: language-model (the answer is written as text), sequence-labels (one class for a
    text), token-labels (one class for each token), span (where the answer starts and ends), number (one value for a
    text), or embedding."""
    chat: bool
    """True when examples are written in the checkpoint's own chat template."""
    method: str
    """One of `estimates.adapters.METHODS`."""
    quantization: str
    """Format of the base while training, an id of `quantizations.yaml`: bf16, fp16, fp32, nf4 …"""
    optimizer: str
    """Its id in `methods.yaml`."""
    precision: str
    """bf16, fp16, bf16-mixed, fp16-mixed or fp32: the plain ones hold the weights in that type, `-mixed` ones hold them
    in 32 bits and compute under autocast."""
    learning_rate: float
    """Peak."""
    schedule: str
    """What follows the warm-up: linear, cosine or constant."""
    warmup_ratio: float
    """Share of the steps in which the rate rises from 0."""
    weight_decay: float
    max_grad_norm: float
    """Gradients are scaled down to this norm."""
    epochs: float
    """Passes over the training examples."""
    batch: int
    """Sequences in one pass of one GPU."""
    accumulation: int
    """Passes before one step; batch · accumulation · gpus sequences make a step."""
    seq_len: int
    """Most tokens of a sequence: prompt and answer of a decoder, the text of an encoder, the source of an
    encoder-decoder."""
    target_len: int | None
    """Most tokens of the target of an encoder-decoder; None for other kinds."""
    packing: bool
    """True when short sequences are joined up to `seq_len`."""
    checkpointing: bool
    """True when activations are computed again in the backward pass."""
    lora_rank: int | None
    """None for a method without one. For prompt and prefix tuning: the number of virtual tokens."""
    lora_alpha: float | None
    """The update is scaled by alpha / rank (rsLoRA: by alpha / √rank)."""
    lora_dropout: float | None
    lora_targets: tuple[str, ...]
    """Module names as Transformers spells them, or `all-linear`; empty for a method without targets."""
    modules_to_save: tuple[str, ...]
    """Modules trained whole beside the adapter: the new head of a classifier."""
    trainer: str
    """Whose habits the memory is counted by; an id of `estimates.trainers.TRAINERS`."""
    sharding: str
    """none, ddp, zero1, zero2, zero3 or fsdp."""
    gpus: int
    seed: int
    loss: str
    """cross-entropy, mse or contrastive."""
    label_smoothing: float
    metrics: tuple[str, ...]
    """What to report on the held-out set, the one that decides first: accuracy, macro-f1, entity-f1, exact-match,
    span-f1, bleu, chrf, rouge, mae, pearson, matthews, ndcg, pass-at-1 or perplexity."""

    @property
    def step_sequences(self) -> int:
        """Sequences of one optimizer step, over all GPUs."""
        return self.batch * self.accumulation * self.gpus
