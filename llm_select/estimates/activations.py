"""Working memory of one pass, by engine. Bytes on one device unless said otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import memory_calibration as c
from llm_select.estimates.llama_cpp import compute_buffers, since
from llm_select.estimates.llama_cpp import engine_build as engine_build

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.estimates.split import Split
    from llm_select.estimates.types import Machine, Workload

_NUMBER = re.compile(r"\d+")


class Activations(NamedTuple):
    """Working memory with what it stood on."""

    largest: float
    """Bytes on the device that needs most."""
    total: float
    """Bytes summed over the devices."""
    flash_attention: bool
    """Whether the scores are never written out."""
    tokens: int
    """Tokens of the pass that was sized."""


def activations(
    size: Sizing,
    memory_model: str,
    work: Workload,
    kv_bytes: float,
    split: Split,
    batched: tuple[int, int] = c.VLLM_BATCH,
    *,
    towers: bool = False,
) -> Activations:
    """Working memory of the largest pass.

    `kv_bytes`: the whole cache; `batched`: vLLM's tokens and sequences of a pass; `towers`: the engine runs the
    model's image or audio towers.
    """
    devices = split.devices
    if memory_model == "llama.cpp":
        return _llamacpp(size, work, devices)
    if memory_model == "vllm":
        return _vllm(size, work, split, batched, towers)
    if memory_model == "mlx":
        return _mlx(size, work)
    if memory_model == "ctranslate2":
        return _chunked(size, work, work.prompt_tokens, value_bytes=4.0)
    return _transformers(size, work, kv_bytes, devices)


def _llamacpp(size: Sizing, work: Workload, devices: int) -> Activations:
    buffers = compute_buffers(size, work, devices)
    build = engine_build(work.engine_version)
    if not since(build, c.LLAMACPP_LAYER_SPLIT_BUILD):
        # One buffer, on the main device.
        return Activations(buffers.last, buffers.last, buffers.flash_attention, buffers.tokens)
    total = buffers.last + (devices - 1) * buffers.inside
    return Activations(buffers.last, total, buffers.flash_attention, buffers.tokens)


def _transformers(size: Sizing, work: Workload, kv_bytes: float, devices: int) -> Activations:
    """Transformers reads the whole prompt at once and holds one layer's intermediates and the residuals.

    Feed-forward intermediates: gate, up and their product; around them input, normalised input, residual and
    output. Logits: of the last token since 4.45 (`num_logits_to_keep`), before that of every token, in 16 bits
    and again in 32.
    """
    tokens = max(1, work.prompt_tokens) * work.batch
    flash = work.flash_attention if work.flash_attention is not None else not size.writes_scores
    inside = tokens * 2.0 * ((size.matrices + 1) * size.inner + 4 * size.hidden)
    if size.expert_visits and not before(work.engine_version, c.TRANSFORMERS_GROUPED):
        # All experts at once: each token's input and output is held once for every expert it visits.
        inside += tokens * 2.0 * 2 * size.expert_visits * size.hidden
    if not flash:
        # Scores in 16 bits and their softmax in 32 (Transformers' `eager_attention_forward`).
        inside += tokens * work.prompt_tokens * size.heads * 6.0
    # The cache grows by concatenation: one layer is held twice while it does.
    inside = max(inside, kv_bytes / max(1, size.layers))
    rows = 0
    whole = before(work.engine_version, c.TRANSFORMERS_LAST_LOGITS)
    if size.generates:
        rows = tokens if whole else work.batch
    logits = rows * size.vocab * 6.0
    # With the prompt's logits the peak is theirs; a layer's intermediates are gone by then.
    last = max(inside, logits)
    tables = 0.0
    if whole:
        # Every layer kept its own cosines and sines for the whole native context, in 16 bits.
        tables = size.layers * size.native_context * size.head_dim * 2 * 2.0
    share = tables / devices
    total = last + (devices - 1) * inside + tables
    if devices > 1 and whole:
        # Accelerate returns the outputs to the device of the inputs: the first holds the 32-bit logits too
        # (`AlignDevicesHook(io_same_device=True)` in `dispatch_model`).
        total += max(0.0, rows * size.vocab * 4.0 - inside)
    return Activations(last + share, total, flash, tokens)


def vllm_batch(machine: Machine | None, version: str | None = None) -> tuple[int, int]:
    """vLLM's default tokens and sequences of a pass, from the device (`EngineArgs.get_batch_defaults`)."""
    if machine is None or machine.nominal_gib < c.VLLM_LARGE_GIB or before(version, c.VLLM_V1):
        return c.VLLM_BATCH
    return (
        c.VLLM_BATCH if "a100" in (machine.device or machine.name).lower() else c.VLLM_LARGE_BATCH
    )


def _vllm(
    size: Sizing, work: Workload, split: Split, batched: tuple[int, int], towers: bool
) -> Activations:
    """vLLM runs its largest batch once and keeps what that took (`GPUModelRunner.profile_run`).

    The larger of two moments. One layer's intermediates over the tokens of a pass. Or the sampler over the most
    sequences, with the final states of all tokens beside it: until 0.17 it sorted the logits (32-bit copies, 64-bit
    indices and the sort's own buffers, 38 bytes a logit), then a Triton kernel replaced that (vllm-project/vllm#33538,
    14.5 bytes measured). The logits are gathered whole on every device. A mixture's workspaces stay allocated
    (`TritonExperts.workspace_shapes`: per visited expert the larger of the expert's width and the hidden one, and
    the larger of twice the expert's width and the hidden one). Before 0.8 a pass had the tokens of the whole
    context, or, beyond 32,768, a chunk whose logits were not sampled.
    """
    version = work.engine_version
    first_engine = before(version, c.VLLM_V1)
    tokens, sequences = max(batched[0], work.batch), max(batched[1], work.batch)
    chunked = work.context > c.VLLM_V0_CHUNKED
    if first_engine and not chunked:
        tokens = max(c.VLLM_BATCH[0], work.context)
    states = tokens * 2.0 * size.hidden
    narrow = split.tensor
    inside = tokens * 2.0 * (size.matrices + 1) * size.inner / narrow + 4 * states
    sampled = workspace = 0.0
    if size.generates and not (first_engine and chunked):
        per_logit = (
            c.VLLM_SORTED_BYTES if before(version, c.VLLM_TRITON_SAMPLER) else c.VLLM_SAMPLED_BYTES
        )
        sampled = sequences * size.vocab * per_logit + states + c.VLLM_FIXED_BYTES
    if size.expert_visits and size.model_type not in c.VLLM_NO_WORKSPACE:
        width = size.expert_size / narrow
        workspace = (
            tokens
            * size.expert_visits
            * 2.0
            * (max(width, size.hidden) + max(2 * width, size.hidden))
        )
        if before(version, c.VLLM_WORKSPACES):
            inside, workspace = max(inside, workspace + 4 * states), 0.0
    last = max(inside, sampled + workspace) + (c.VLLM_TOWER_BYTES if towers else 0.0)
    # Earlier stages of a pipeline sample nothing and hand on two tensors of states.
    total = last * narrow + (split.stages - 1) * narrow * (
        min(last, max(inside, workspace) + 2 * states)
    )
    return Activations(last, total, True, tokens)


def _mlx(size: Sizing, work: Workload) -> Activations:
    """mlx-lm reads the prompt in steps and keeps the last token's logits. Kernels are queued ahead, and a layer's
    intermediates live until those that read them have run: several layers' are held at once."""
    tokens = min(max(1, work.prompt_tokens), c.MLX_PREFILL_STEP) * work.batch
    wide = (size.matrices + 1) * size.inner + 4 * size.hidden
    # Each visited expert has its own copy of the input and of the output (`SwitchGLU`).
    wide += 2 * size.expert_visits * size.hidden
    inside = c.MLX_LAYERS_HELD * tokens * 2.0 * wide
    logits = work.batch * size.vocab * 4.0 if size.generates else 0.0
    last = max(inside, logits)
    return Activations(last, last, True, tokens)


def _chunked(size: Sizing, work: Workload, step: int, value_bytes: float = 2.0) -> Activations:
    """Engines that read the prompt in steps and keep the last token's logits."""
    tokens = min(max(1, work.prompt_tokens), max(1, step)) * work.batch
    inside = tokens * value_bytes * ((size.matrices + 1) * size.inner + 4 * size.hidden)
    logits = work.batch * size.vocab * 4.0 if size.generates else 0.0
    last = max(inside, logits)
    return Activations(last, last, True, tokens)


def before(version: str | None, wanted: tuple[int, int]) -> bool:
    """Whether `4.40.1` comes before (4, 45); an absent version is the current one."""
    numbers = _NUMBER.findall(version) if version else []
    return len(numbers) >= 2 and (int(numbers[0]), int(numbers[1])) < wanted
