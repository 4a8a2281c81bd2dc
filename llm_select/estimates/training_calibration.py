"""Constants of training memory that formulas cannot give, each with how it was obtained."""

from __future__ import annotations

CONTEXT_GIB = 0.5
"""GiB of the CUDA context and library workspaces on one GPU. Assumed (0.3 to 0.6)."""
COLLECTIVES_GIB = 0.3
"""What NCCL adds with several GPUs. Assumed."""
ZERO_BUCKET = 500_000_000
"""DeepSpeed's default `reduce_bucket_size` and `allgather_bucket_size`, in values."""
ZERO_LIVE = 1_000_000_000
"""DeepSpeed's default `stage3_max_live_parameters`."""
ZERO_SUBGROUP = 1_000_000_000
"""DeepSpeed's default `sub_group_size`: stage 3 steps through that many weights at a time."""
LAYERS_IN_FLIGHT = 2.0
"""Layers whose recomputed tensors coexist under FSDP, whose copies run on streams of their own. Measured: the slope of
peak memory over tokens in `tests/measurements/finetune.csv` (Llama 3 8B, chunked loss, with and without FSDP)."""
FRAGMENTATION = 0.30
"""What the caching allocator may hold beyond what is in use, as a share of the activations: the upper end only, for the
allocator gives it back before it fails."""

WEIGHTS_WIDTH = 0.02
ACTIVATIONS_WIDTH = 0.15
STATES_WIDTH = 0.02
OVERHEAD_WIDTH = 0.5
