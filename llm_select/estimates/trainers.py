"""How training software spends memory: what differs between one trainer and the next, each from its source code.

The figures in bytes for a token and vocabulary entry were also read off a profile of the real code at small widths
(`benchmarks/saved_activations.py`).
"""

from __future__ import annotations

from typing import NamedTuple


class Trainer(NamedTuple):
    """Habits of one trainer."""

    names: tuple[str, ...]
    """Names it goes by, the id first."""
    loss_bytes: float
    """Bytes for a token and vocabulary entry at the peak of the cross-entropy, in 16-bit training."""
    adapter_bytes: float = 4.0
    """Bytes of an adapter's weight."""
    input_copies: str = "each"
    """What LoRA keeps of its input: `each` target a copy of its own, `dropout` a copy and a mask, `shared` none."""
    default_targets: tuple[str, ...] = ("all-linear",)
    checkpointing: bool = False
    """Whether it recomputes by default."""
    offloads_checkpoints: bool = False
    """Whether what it keeps for recomputation waits in main memory."""
    chunked_loss: bool = False
    """Whether it never holds the logits of all tokens."""
    wide_residual: bool = False
    """Whether normalisations beside a base quantized on loading, and with them the residual stream, are in 32 bits."""
    wide_quantized: bool = False
    """Whether activations beside a base quantized on loading are in 32 bits."""
    unties: bool = False
    """Whether a tied output head is held as a second table."""
    chunked_loss_bytes: float | None = None
    """The same with a chunked loss; None: one chunk of tokens at a time, as many chunks as the vocabulary is wider than
    the state (Hsu et al. 2024, arXiv:2410.10989 §3.2)."""
    step_copies: float = 1.0
    """Temporary copies of the trained weights during an optimizer step (0: fused)."""
    autocasts: bool = True
    """Whether it runs under autocast, where layer normalisations compute in 32 bits."""
    repeats_keys: bool = False
    """Whether grouped keys and values are always repeated for every head before attention."""
    gathers_whole: bool = False
    """Whether FSDP holds the whole network at some moment (a full checkpoint is assembled on each GPU)."""
    fused_projection: bool = False
    """Whether values are a view of one query-key-value tensor, which is then kept whole."""


TRAINERS: dict[str, Trainer] = {
    "transformers": Trainer(
        ("transformers", "hf", "hf trainer", "hugging face", "trl", "hf transformers"),
        loss_bytes=14.0,
        wide_residual=True,
        wide_quantized=True,
    ),
    "fms-acceleration": Trainer(("fms-acceleration",), loss_bytes=8.0),
    "peft": Trainer(
        ("peft", "hf peft", "accelerate"),
        loss_bytes=14.0,
        default_targets=("q_proj", "v_proj"),
        wide_residual=True,
        wide_quantized=True,
    ),
    "litgpt": Trainer(
        ("litgpt", "lit-gpt"),
        loss_bytes=4.0,
        chunked_loss_bytes=4.0,
        adapter_bytes=2.0,
        autocasts=False,
        input_copies="dropout",
        default_targets=("q_proj", "v_proj"),
        wide_quantized=True,
        unties=True,
        repeats_keys=True,
        gathers_whole=True,
        fused_projection=True,
    ),
    "torchtune": Trainer(
        ("torchtune",),
        loss_bytes=14.0,
        chunked_loss=True,
        chunked_loss_bytes=2.5,
        adapter_bytes=2.0,
        autocasts=False,
        input_copies="shared",
        checkpointing=True,
        step_copies=0.0,
        repeats_keys=True,
    ),
    "unsloth": Trainer(
        ("unsloth",),
        loss_bytes=2.0,
        input_copies="shared",
        checkpointing=True,
        offloads_checkpoints=True,
    ),
    "llama-factory": Trainer(
        ("llama-factory", "llamafactory", "llama factory"),
        loss_bytes=14.0,
        checkpointing=True,
    ),
    "axolotl": Trainer(
        ("axolotl",), loss_bytes=14.0, checkpointing=True, wide_residual=True, wide_quantized=True
    ),
}
"""By id. Sources. The loss: Transformers `loss/loss_utils.py` (logits in 16 and 32 bits, log-softmax, two gradients: 14
bytes in all), LitGPT `chunked_cross_entropy` (16-bit chunks), torchtune `CEWithChunkedOutputLoss`, fused kernels (8
bytes: the slope of peak memory over tokens of Llama 3 8B in `tests/measurements/finetune.csv`), Unsloth's in-place
kernel. Adapters: PEFT `autocast_adapter_dtype`. 4-bit bases: PEFT `prepare_model_for_kbit_training`. Default targets:
PEFT's mapping by architecture, LitGPT `finetune/lora.py`."""


def trainer_id(name: str) -> str | None:
    """The trainer a name means, whatever its case; None when unknown."""
    wanted = " ".join(name.lower().replace("_", "-").split())
    for one, traits in TRAINERS.items():
        if wanted in traits.names or wanted.replace(" ", "-") in traits.names:
            return one
    return None
