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

UTILIZATION_FULL = 0.57
"""Share of the dense 16-bit throughput that full training reaches in passes of 4,096 tokens and more. Measured: the
median of the runs marked `fit` in `tests/measurements/training_speed.csv` (`benchmarks/training_speed.py`)."""
UTILIZATION_ADAPTER = 0.44
"""The same for adapters, whose small matrices run slower, a quantized base included."""
HOST_LAYER_S = 6.7e-3
"""Seconds that the host needs for one layer of one pass, forward and back: the median of the measured passes of up to
1,024 tokens with adapters."""
STEP_BYTES = 64.0
"""Bytes that a step of PyTorch's AdamW moves for each trained weight, its loop over tensors unfused. Measured: full
against LoRA training of Llama 3.2 3B on an L40S in the same file."""
TIME_LOW = 0.85
TIME_HIGH = 1.45
"""Ends of the range: the tenth and ninetieth percentiles of measured over expected, rounded outward. Three runs of
LLaMA-Factory, left out of the fit, lie inside."""
