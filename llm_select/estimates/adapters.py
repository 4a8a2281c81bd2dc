"""What a fine-tuning method trains: how many weights, and what they sit on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.estimates.matrices import ALL_LINEAR, Target, targets
from llm_select.estimates.parameters import ParameterGroups
from llm_select.estimates.shape import HEAD_KINDS, heads, layer_count, stacks
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture

LOW_RANK = ("lora", "qlora", "dora", "rslora", "pissa", "lora-plus", "lora-fa", "adalora", "loha")
"""Methods with a pair of low-rank matrices beside each target."""
PER_TARGET = (*LOW_RANK, "vera", "oft", "boft", "ia3")
"""Methods that sit on chosen matrices."""
VIRTUAL = ("prompt-tuning", "prefix-tuning", "p-tuning", "llama-adapter")
"""Methods that learn vectors put before the tokens; their `rank` is the number of those vectors."""
PLAIN = ("full", "ln-tuning", "bitfit")
METHODS = (*PLAIN, *PER_TARGET, *VIRTUAL)

DEFAULT_RANK = {
    **dict.fromkeys(LOW_RANK, 8),
    "vera": 256,
    "oft": 32,
    "boft": 4,
    **dict.fromkeys(VIRTUAL, 20),
    "llama-adapter": 10,
}
"""PEFT's defaults: `LoraConfig.r`, `VeraConfig.r`, `OFTConfig.oft_block_size`, `BOFTConfig.boft_block_size`. PEFT has
none for virtual tokens; its examples use 20. LLaMA-Adapter: ten (Zhang et al. 2023, arXiv:2303.16199 §4.1)."""


class Adapter(NamedTuple):
    """What is trained."""

    trainable: int
    """Weights that get gradients."""
    added: int
    """Weights the method adds to the network, frozen ones included."""
    targets: tuple[Target, ...]
    """Matrices it sits on or that are trained whole."""
    virtual_tokens: int
    """Vectors put before the sequence."""
    rank: int | None


def adapter(
    arch: Architecture,
    groups: ParameterGroups,
    method: str,
    rank: int | None,
    names: tuple[str, ...],
) -> Adapter:
    """Trained and added weights of a method. Raises UsageError for a target the network does not have."""
    if method == "full":
        return Adapter(groups.total, 0, (), 0, None)
    if method in ("ln-tuning", "bitfit"):
        # Normalisations and bias vectors are counted together.
        return Adapter(groups.norms, 0, (), 0, None)
    rank = rank or DEFAULT_RANK.get(method, 0)
    if method in VIRTUAL:
        return _virtual(arch, method, rank)
    found, unknown = targets(arch, names or (ALL_LINEAR,))
    if unknown is not None:
        raise UsageError(
            Message("the network has no matrix named {name!r}", name=unknown),
            where="lora_targets",
            remedy=Message(
                "use its own module names separated by `;` (q_proj;v_proj …), or all-linear"
            ),
        )
    trainable = added = 0
    for one in found:
        if one.whole:
            trainable += one.inputs * one.outputs * one.copies
            continue
        trains, adds = _weights(method, rank, one)
        trainable += trains * one.copies
        added += adds * one.copies
    if method == "vera":
        # One frozen random pair for all (Kopiczko et al. 2023, arXiv:2310.11454 §3.1).
        widest = (
            max((t.inputs for t in found), default=0),
            max((t.outputs for t in found), default=0),
        )
        added += rank * sum(widest)
    return Adapter(trainable, added, found, 0, rank)


def _weights(method: str, rank: int, one: Target) -> tuple[int, int]:
    """Trained and added weights beside one matrix."""
    pair = rank * (one.inputs + one.outputs)
    if method == "dora":
        # A magnitude for each output (Liu et al. 2024, arXiv:2402.09353 §4.1).
        return pair + one.outputs, pair + one.outputs
    if method == "lora-fa":
        # The down projection stays as drawn (Zhang et al. 2023, arXiv:2308.03303 §3).
        return rank * one.outputs, pair
    if method == "adalora":
        # Singular values between the pair (Zhang et al. 2023, arXiv:2303.10512 §3.1).
        return pair + rank, pair + rank
    if method == "loha":
        # Two pairs, multiplied entry by entry (Hyeon-Woo et al. 2021, arXiv:2108.06098 §2.2).
        return 2 * pair, 2 * pair
    if method == "vera":
        return rank + one.outputs, rank + one.outputs
    if method == "ia3":
        # A scale for each key, value and feed-forward channel (Liu et al. 2022, arXiv:2205.05638 §3.3).
        width = one.inputs if one.roles[0] in ("down", "expert-down") else one.outputs
        return width, width
    if method in ("oft", "boft"):
        # Skew-symmetric blocks of the input side (Qiu et al. 2023, arXiv:2306.07280; `rank` is the block's size).
        blocks = max(1, one.inputs // rank)
        skew = blocks * rank * (rank - 1) // 2
        return skew, skew
    return pair, pair  # Hu et al. 2021, arXiv:2106.09685 §4.1


def _virtual(arch: Architecture, method: str, rank: int) -> Adapter:
    h, layers = arch.hidden_size, layer_count(arch)
    if method == "prompt-tuning":
        # Lester et al. 2021, arXiv:2104.08691 §2.
        return Adapter(rank * h, rank * h, (), rank, rank)
    if method == "p-tuning":
        # Liu et al. 2021, arXiv:2103.10385; PEFT's `PromptEncoder`: a table and a three-layer network, all of width h.
        count = rank * h + 3 * (h * h + h)
        return Adapter(count, count, (), rank, rank)
    if method == "llama-adapter":
        # A prompt and a gate in every layer but the first two (arXiv:2303.16199 §3).
        gates = max((g.heads or 1) for _, stack in stacks(arch) for g in stack.attention)
        count = max(1, layers - 2) * (rank * h + gates)
        return Adapter(count, count, (), 0, rank)
    cached = 0
    for _, stack in stacks(arch):
        for group in stack.attention:
            if group.kind in HEAD_KINDS:
                w = heads(arch, group)
                cached += group.layers * w.kv * (w.key_dim + w.value_dim)
    # Keys and values of every layer (Li and Liang 2021, arXiv:2101.00190 §4).
    return Adapter(rank * cached, rank * cached, (), rank, rank)
