"""Memory for training: weights, gradients, optimizer states, activations and overhead on one GPU, with a range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.estimates import training_calibration as c
from llm_select.estimates.adapters import PLAIN, Adapter, adapter
from llm_select.estimates.backward import COPIES, Copies, Mode, kept, largest_matrix
from llm_select.estimates.matrices import matrices
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.trainers import TRAINERS, Trainer
from llm_select.estimates.types import Assumption, Verdict
from llm_select.estimates.weights import weight_bytes
from llm_select.messages import Message
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture
    from llm_select.schema.hardware import Quantization
    from llm_select.schema.model import Model

PRECISIONS = ("bf16", "fp16", "bf16-mixed", "fp16-mixed", "fp32")
SHARDINGS = ("none", "ddp", "zero1", "zero2", "zero3", "fsdp")
OFFLOADS = ("optimizer", "parameters", "activations")


class TrainingSetup(NamedTuple):
    """What is trained, and how."""

    method: str
    """One of `adapters.METHODS`."""
    optimizer: str
    """Its id in `methods.yaml`."""
    state_bytes: float
    """Bytes of optimizer state for each trained weight when held in 32 bits (or as the optimizer holds it)."""
    state_scales: bool
    """True when the states take the weight's type (PyTorch's own optimizers); False when theirs is fixed."""
    precision: str
    batch: int
    """Sequences in one pass of one GPU."""
    seq_len: int
    """Tokens of each, padding included."""
    trainer: str = "transformers"
    rank: int | None = None
    targets: tuple[str, ...] = ()
    packed: bool = False
    checkpointing: bool | None = None
    """None: as the trainer does by default."""
    loss_chunking: bool | None = None
    """None: as the trainer does."""
    optimizer_in_backward: bool = False
    offload: tuple[str, ...] = ()
    sharding: str = "none"
    gpus: int = 1
    paged: bool = False
    """True when the states may move to main memory."""
    accumulates: bool = False
    """True when gradients of earlier passes are held (gradient accumulation)."""


class TrainingMemory(NamedTuple):
    """Bytes on one GPU; the parts sum to `total`."""

    weights: float
    gradients: float
    optimizer: float
    activations: float
    """What is there at the peak beside the other parts. Activations that the backward pass frees make room for
    gradients: where the peak comes before the gradients, this is what exceeds them."""
    overhead: float
    low: float
    high: float
    trainable: int
    assumptions: tuple[Assumption, ...]

    @property
    def total(self) -> float:
        """The parts, summed."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.overhead

    def verdict(self, usable: float) -> Verdict:
        """Whether it fits in the bytes a process may allocate on one GPU."""
        if self.high <= usable:
            return "fits"
        return "tight" if self.total <= usable else "no"


class _Held(NamedTuple):
    """What one GPU holds, and what comes and goes."""

    weights: float
    gradients: float
    optimizer: float
    step: float
    """Temporary copies during the optimizer's step."""
    tables: float
    """Weights fetched from the other GPUs and kept for the whole pass."""
    fetched: float
    """Weights fetched for the layer that runs."""
    buffers: float
    """Communication buffers."""


def training_memory(
    model: Model, quantization: Quantization, setup: TrainingSetup, *, size: Sizing | None = None
) -> TrainingMemory:
    """Peak memory of one GPU in training: the largest of four moments, after what stays throughout.

    The loss, when everything the backward pass needs is there and the logits too; the first and the last layer of the
    backward pass; the optimizer's step. Raises ShapeError for a card without a width, UsageError for a setup that
    cannot be.
    """
    arch = model.architecture
    size = size or sizing(model)
    assert arch is not None  # `sizing` has refused a card without one
    if arch.recurrent:
        raise UsageError(Message("training memory of recurrent networks is not estimated"))
    _refuse(setup, quantization)
    traits = TRAINERS[setup.trainer]
    full = setup.method == "full"
    deepspeed, fsdp = setup.sharding.startswith("zero"), setup.sharding == "fsdp"
    autocast = not deepspeed and (
        setup.precision.endswith("-mixed") or (full and setup.precision == "fp16")
    )
    quantized = quantization.bits < 16 and not quantization.needs_calibration
    wide = setup.precision == "fp32" or (quantized and traits.wide_quantized and not fsdp)
    value = 4.0 if wide else 2.0
    held = 4.0 if autocast else value if not quantized else 2.0
    tuned = adapter(
        arch, size.parameters, setup.method, setup.rank, setup.targets or traits.default_targets
    )
    own = _own_bytes(setup, traits, held)
    mode = Mode(
        trained=full,
        targets=tuned.targets,
        rank=tuned.rank or 0,
        copies=COPIES.get(setup.method, Copies()),
        value_bytes=value,
        residual_bytes=4.0
        if not fsdp and (autocast or (quantized and traits.wide_residual))
        else value,
        layernorm_bytes=4.0 if traits.autocasts and not deepspeed else value,
        repeats=setup.batch > 1 and not setup.packed,
    )
    part = _held(arch, size, quantization, setup, traits, tuned, held, own, value)
    tokens = setup.batch * (setup.seq_len + tuned.virtual_tokens)
    keep = kept(arch, traits, mode)
    recompute = traits.checkpointing if setup.checkpointing is None else setup.checkpointing

    # FSDP hands the layers 16-bit weights, so nothing is cast and cached.
    passing = part.tables + part.buffers + _unpacked(arch, quantization, autocast and not fsdp)
    passing += (
        value * mode.copies.weights * sum(t.inputs * t.outputs * t.copies for t in tuned.targets)
    )
    pairs = float(tokens) * setup.seq_len
    saved = tokens * keep.layers + pairs * keep.all_scores
    layer = tokens * (keep.widest + keep.gradients) + pairs * keep.scores * 2
    flight = layer - tokens * keep.widest - pairs * keep.scores
    if recompute:
        off = traits.offloads_checkpoints or "activations" in setup.offload
        saved = tokens * (2 * keep.inputs / max(1, size.layers) if off else keep.inputs)
        flight = layer = layer * (c.LAYERS_IN_FLIGHT if fsdp and not full else 1)
    earlier = part.gradients if setup.accumulates else 0.0
    peak = max(
        passing + saved + _loss(size, arch, setup, traits, mode, tokens) + earlier,
        passing + part.fetched + saved + flight + earlier,
        passing + part.fetched + layer + part.gradients,
        part.step + part.buffers + part.gradients,
    )
    activations = peak - part.gradients

    overhead = (c.CONTEXT_GIB + (c.COLLECTIVES_GIB if setup.gpus > 1 else 0.0)) * GIB
    states = part.gradients + part.optimizer
    spread = math.hypot(
        part.weights * c.WEIGHTS_WIDTH,
        activations * c.ACTIVATIONS_WIDTH,
        states * c.STATES_WIDTH,
        overhead * c.OVERHEAD_WIDTH,
    )
    total = part.weights + states + activations + overhead
    said = (
        Assumption("trainer", {"name": setup.trainer}),
        Assumption("trainable", {"parameters": tuned.trainable}),
        Assumption("recomputation", {"on": int(recompute)}),
        Assumption("gradient-accumulation", {"on": int(setup.accumulates)}),
    )
    return TrainingMemory(
        part.weights,
        part.gradients,
        part.optimizer,
        activations,
        overhead,
        total - spread,
        total + spread + activations * c.FRAGMENTATION,
        tuned.trainable,
        said,
    )


def _refuse(setup: TrainingSetup, quantization: Quantization) -> None:
    if setup.method == "full" and quantization.bits < 16:
        raise UsageError(
            Message(
                "weights in {quantization} cannot be trained whole", quantization=quantization.name
            ),
            where="quantization",
            remedy=Message("use bf16, or an adapter such as qlora"),
        )
    if setup.method == "qlora" and quantization.bits >= 16:
        raise UsageError(
            Message(
                "QLoRA is LoRA on a quantized base, and {quantization} is not",
                quantization=quantization.name,
            ),
            where="quantization",
            remedy=Message("use nf4, or the method lora"),
        )


def _held(
    arch: Architecture,
    size: Sizing,
    quantization: Quantization,
    setup: TrainingSetup,
    traits: Trainer,
    tuned: Adapter,
    held: float,
    own: float,
    value: float,
) -> _Held:
    """Weights, gradients and states of one GPU under sharding, offload, and an optimizer that steps inside the backward
    pass.

    ZeRO: Rajbhandari et al. 2020, arXiv:1910.02054 §5: stage 1 shards the states, 2 the gradients too, 3 the weights.
    """
    n, stage = setup.gpus, setup.sharding
    deepspeed = stage.startswith("zero")
    # A matrix trained whole is a copy beside the frozen original (PEFT `modules_to_save`).
    whole = sum(t.inputs * t.outputs * t.copies for t in tuned.targets if t.whole)
    weights = _base(size, quantization, traits, held) + (tuned.added + whole) * own
    gradients = tuned.trainable * (value if deepspeed else own)
    states = setup.state_bytes * (own / 4.0 if setup.state_scales and not deepspeed else 1.0)
    master = 4.0 if deepspeed and setup.precision != "fp32" else 0.0
    optimizer = tuned.trainable * (states + master)
    step = tuned.trainable * own * traits.step_copies
    if setup.optimizer_in_backward:
        largest = max((m.inputs * m.outputs for m in matrices(arch)), default=0) * own
        gradients, step = min(gradients, largest), min(step, largest)
    buffers = tables = fetched = 0.0
    if stage == "ddp" and n > 1:
        buffers = gradients  # the all-reduce's buckets (`gradient_as_bucket_view` is off)
    layer = size.parameters.layers / max(1, size.layers)
    if deepspeed:
        # The step copies its part of the gradients to 32 bits (`stage_1_and_2.py`, `stage3.py`).
        mine = tuned.trainable / n
        step = min(mine, c.ZERO_SUBGROUP if stage == "zero3" else mine) * (value + 4.0)
        optimizer /= n
        if stage in ("zero2", "zero3"):
            gradients /= n
        if stage == "zero3":
            weights /= n
            tables = min(size.parameters.total, c.ZERO_LIVE) * value
        else:
            buffers = min(2 * c.ZERO_BUCKET, tuned.trainable) * 2 * value
    elif stage == "fsdp":
        # The root unit, tables and head, stays whole during the pass; layers come and go.
        tables = (size.parameters.embedding + size.parameters.output) * value
        fetched = layer * quantization.bits / 16 * value
        if traits.gathers_whole:
            tables, fetched = weights, 0.0
        weights, gradients, optimizer, step = (
            weights / n, gradients / n, optimizer / n, step / n,
        )  # fmt: skip
    if "optimizer" in setup.offload:
        optimizer = step = 0.0
    if setup.paged:
        # Paged states leave when memory is short, and torch's counters never see them (bitsandbytes).
        optimizer = 0.0
    if "parameters" in setup.offload:
        fetched = max(fetched, 2 * layer * value)
        weights = 0.0
    return _Held(weights, gradients, optimizer, step, tables, fetched, buffers)


def _base(size: Sizing, quantization: Quantization, traits: Trainer, held: float) -> float:
    """Bytes of the network as loaded."""
    second = size.parameters.embedding * held if size.tied and traits.unties else 0.0
    if quantization.bits >= 16:
        return size.parameters.total * held + second
    w = weight_bytes(size, quantization)
    return w.device + w.host + second


def _own_bytes(setup: TrainingSetup, traits: Trainer, held: float) -> float:
    """Bytes of a trained weight."""
    if setup.method in PLAIN:
        return held
    if setup.precision == "fp32" or setup.precision.endswith("-mixed"):
        return 4.0
    return traits.adapter_bytes


def _loss(
    size: Sizing, arch: Architecture, setup: TrainingSetup, traits: Trainer, mode: Mode, tokens: int
) -> float:
    """Bytes around the cross-entropy: the last state, its normalisation, and the logits in their several copies."""
    last = tokens * (mode.value_bytes + (4.0 if arch.norm == "rmsnorm" else 2.0)) * size.hidden
    if not size.generates:
        return last
    each = traits.loss_bytes + (2.0 if setup.precision == "fp32" else 0.0)
    chunked = traits.chunked_loss if setup.loss_chunking is None else setup.loss_chunking
    if chunked:
        each = traits.chunked_loss_bytes or each / max(1, -(-size.vocab // size.hidden))
    return last + tokens * size.vocab * each


def _unpacked(arch: Architecture, quantization: Quantization, autocast: bool) -> float:
    """Copies of weights that a pass makes: a quantized matrix unpacked to 16 bits, one at a time; all matrices in 16
    bits where autocast runs over 32-bit weights and keeps its copies (`torch.autocast`'s cache)."""
    every = matrices(arch)
    if quantization.bits < 16:
        return 2.0 * largest_matrix(every)
    if autocast:
        return 2.0 * sum(m.inputs * m.outputs * m.copies for m in every if m.role != "embedding")
    return 0.0
