"""Constants of memory that formulas cannot give, each with how it was obtained.

Rows marked *fitted* come from `benchmarks/calibrate_memory.py` on the calibration rows of `tests/measurements`; rows
marked *assumed* have no measurement in the repository and carry a wide range. `docs/estimates.md` has the errors.
"""

from __future__ import annotations

from typing import NamedTuple

# --- behaviour of engines, from their source -------------------------------------------------------------------

LLAMACPP_UBATCH = 512
"""llama.cpp's default physical batch (`--ubatch-size`)."""
LLAMACPP_FLASH_BUILD = 6325
"""About the build (August 2025) where flash attention is chosen automatically (ggml-org/llama.cpp#15434)."""
LLAMACPP_PIPELINE_BUILD = 2400
"""About the build (March 2024) where a layer split overlaps batches (ggml-org/llama.cpp#6017)."""
LLAMACPP_LAYER_SPLIT_BUILD = 1842
"""About the build (January 2024) where layers are split whole (ggml-org/llama.cpp#4766); before, rows were, and the
main device held the cache and the buffers."""
LLAMACPP_INTEGER_BUILD = 3200
"""About the build (June 2024) where quantized prompts multiply without unpacking (ggml-org/llama.cpp#8075); before,
the largest matrix was unpacked to 16 bits."""
LLAMACPP_LATENT_BUILD = 5140
"""About the build (April 2025) that caches latent vectors instead of every head's keys and values
(ggml-org/llama.cpp#12801), for files converted since."""
LLAMACPP_VALUELESS_BUILD = 7840
"""About the build (January 2026) that no longer caches the latent vector twice (ggml-org/llama.cpp#19067)."""
LLAMACPP_ISWA_BUILD = 5440
"""About the build (May 2025) where layers with a window cache no more than it (ggml-org/llama.cpp#13194)."""
LLAMACPP_GLU_BUILD = 5783
"""About the build (July 2025) where the gated product is a tensor of its own (ggml-org/llama.cpp#14158)."""
LLAMACPP_UNPADDED_BUILD = 6880
"""About the build (October 2025) that rounds no longer (ggml-org/llama.cpp#16812), until"""
LLAMACPP_WINDOW_BUILD = 7000
"""about the build (November 2025) where a cache is rounded up to 256 cells (ggml-org/llama.cpp#17046)."""
LLAMACPP_OUTPUTS_BUILD = 9450
"""About the build (June 2026) whose server reserves logits of one token per sequence (ggml-org/llama.cpp#23861);
before, of every token of the physical batch."""
LLAMACPP_WINDOW_CELLS = 256
"""What it is rounded to (`llama-kv-cache-iswa.cpp`)."""
LLAMACPP_COPIES = 4
"""Copies of the inputs then (`GGML_SCHED_MAX_COPIES`)."""
TRANSFORMERS_LAST_LOGITS = (4, 45)
"""First version that computes the last token's logits only (`num_logits_to_keep`)."""
TRANSFORMERS_GROUPED = (5, 0)
"""First version that multiplies all experts at once."""
VLLM_BATCH = (2048, 256)
"""vLLM's default `max_num_batched_tokens` and `max_num_seqs` of its server (`EngineArgs.get_batch_defaults`)."""
VLLM_LARGE_BATCH = (8192, 1024)
"""The same on devices of `VLLM_LARGE_GIB` and more that are not an A100."""
VLLM_LARGE_GIB = 70.0
"""Where vLLM draws that line."""
VLLM_V1 = (0, 8)
"""First version whose default engine reads every prompt in chunks of the batch's tokens."""
VLLM_V0_CHUNKED = 32768
"""The engine before did so only for contexts longer than this (`EngineArgs.create_engine_config`)."""
VLLM_TRITON_SAMPLER = (0, 17)
"""First version that samples without sorting the logits (vllm-project/vllm#33538)."""
VLLM_SORTED_BYTES = 38.0
"""Bytes a logit before: *fitted*, 37.9 to 38.1 on eight models of 0.11 to 0.16."""
VLLM_SAMPLED_BYTES = 14.5
"""Bytes a logit since: *fitted* on the calibration rows of 0.19."""
VLLM_FIXED_BYTES = 0.05 * 2**30
"""What the profiling pass holds beside: *fitted* on the same rows."""
VLLM_WORKSPACES = (0, 12)
"""About the version where the workspaces of a mixture stay allocated."""
VLLM_NO_WORKSPACE = ("gpt_oss",)
"""Served in MXFP4 by kernels without them: its rows show none."""
VLLM_FP4_BITS = 5.0
VLLM_FP4_MULTIPLE = 256
"""Their kernels fill the hidden width up to a multiple of this (`mxfp4.py`: 2,880 to 3,072)."""
VLLM_TOWER_BYTES = 0.15 * 2**30
"""Outputs of image towers held while profiling: *fitted*, 0.03 to 0.28 GiB on the rows with towers."""
VLLM_FP32 = 1.17
"""Working memory in 32 bits over that in 16: *fitted*, one row (the logits are in 32 bits anyway)."""
VLLM_SHARE = 0.92
"""vLLM's default `--gpu-memory-utilization` (`vllm/config/cache.py` of 0.25): the share of the device for weights,
working memory and cache."""
VLLM_SHARE_BEFORE = 0.90
"""The same before `VLLM_GRAPHS_COUNTED`."""
VLLM_GRAPHS_COUNTED = (0, 21)
"""First version that takes captured graphs out of that share (its log says so); before, they came on top."""
VLLM_SHARE_MOST = 0.95
"""What the share can be raised to without surprises (a maintainer in vllm-project/vllm#1298)."""
MLX_PREFILL_STEP = 2048
"""mlx-lm's `prefill_step_size`."""
MLX_LAYERS_HELD = 4.0
"""Layers whose intermediates are held at once while a prompt is read: *fitted*, 4.1 to 4.8 on seven formats of Qwen3 4B
(mlx-lm's BENCHMARKS.md); Qwen3 30B-A3B, held out, has 3.3."""

SGLANG_TIERS = (
    (35.0, 2048, 24, 80),
    (60.0, 4096, 32, 160),
    (160.0, 8192, 256, 512),
    (1e9, 16384, 512, 512),
)
"""SGLang's defaults by memory: up to this many GiB, the prefill chunk's tokens, and the largest captured batch with
fewer than four devices in a tensor split and with more (`ServerArgs`, sgl-project/sglang#10975; a log of 288 GiB
prints the 0.911 that these give)."""
SGLANG_RESERVED_MIB = 512.0
"""What it keeps free of its static fraction: this,"""
SGLANG_TOKEN_MIB = 1.5
"""this for each token of the chunk,"""
SGLANG_GRAPH_MIB = 2.0
"""this for each sequence of the largest captured batch,"""
SGLANG_DEVICE_MIB = 128.0
"""this for each device,"""
SGLANG_LARGE_GIB, SGLANG_LARGE_MIB = 60.0, 10240.0
"""and no less than this on devices of more than that."""

# --- overhead --------------------------------------------------------------------------------------------------

OVERHEAD_GIB: dict[str, tuple[float, float]] = {
    "llama.cpp": (0.42, 0.0),
    "transformers": (0.60, 0.20),
    "mlx": (0.30, 0.0),
    "ctranslate2": (0.53, 0.10),
}
"""GiB on each device, and what each adds when there are several. llama.cpp: 0.44 on each of three RTX 4090
(ggml-org/llama.cpp#15860, total less free memory less its buffers), 0.11 to 0.16 on each of ten P104 (Pascal), a median
of 0.32 in 33 logs of Vulkan on a unified memory, 0 to 0.7. CTranslate2: *fitted* on its own benchmark of one model,
whose sentence length is assumed. The others assumed: a CUDA context with cuBLAS takes 0.3 to 0.6 GiB. vLLM's is in
`VllmOverhead`."""


class VllmOverhead(NamedTuple):
    """GiB on each device besides weights, cache and the profiled pass; *fitted* on 0.19 rows of an H100 unless said."""

    context: float = 0.51
    """CUDA context and libraries: total less free memory at the start."""
    several: float = 1.02
    """NCCL and its buffers on each of several devices, before weights load."""
    kernels: float = 0.25
    """What the profiling pass takes outside torch (0.13 up to 0.17)."""
    reduce: float = 0.30
    """All-reduce buffers of a tensor split: 0.55 less `kernels`, from 0.11."""
    reduce_switched: float = 1.85
    """The same where devices share a switched NVLink of `SWITCHED_GB_S` or more, since 0.18."""
    graphs: float = 0.30
    """Captured graphs: a constant,"""
    graphs_per_layer: float = 0.018
    """and what each layer of a stage adds; a mixture's kernels are a further"""
    graphs_mixture: float = 0.45


VLLM_OVERHEAD = VllmOverhead()
SWITCHED_GB_S = 400.0
"""One direction; NVLink of the Hopper generation has 450 GB/s, of Ampere 300."""
VLLM_REDUCE_SWITCHED = (0, 18)
"""First version with the larger buffers."""
HOST_PROCESS_GIB = 0.25
"""GiB where the device's memory is main memory. Assumed."""
USABLE_SHARE = 0.98
"""Share of a discrete card's nominal memory that a process may allocate. CUDA reports 23.65 of 24 GiB (RTX 4090),
79.15 of 80 (A100), 11.76 of 12, 7.79 of 8: 0.974 to 0.989; the lower middle is taken."""
HOST_USABLE = 0.9
"""Share of main memory that offloaded layers may take. Assumed."""


class Widths(NamedTuple):
    """Half of an 80 % range, relative, by part of a memory estimate."""

    weights: float
    kv_cache: float
    activations: float
    overhead: float


WIDTHS: dict[str, Widths] = {
    "llama.cpp": Widths(0.01, 0.02, 0.30, 0.5),
    "vllm": Widths(0.02, 0.03, 0.15, 0.25),
    "transformers": Widths(0.02, 0.03, 0.30, 0.5),
    "mlx": Widths(0.02, 0.05, 0.40, 0.5),
    "ctranslate2": Widths(0.02, 0.05, 0.60, 0.5),
}
"""Half widths. Transformers: chosen so that at least 80 % of the calibration rows fall inside. llama.cpp: its
buffers leave holes that no formula follows, a third of the buffer at worst. vLLM: wider than its errors, for nearly all
its rows are of one card. MLX: three formats take a fifth more than the others, and mixtures less. CTranslate2
assumed."""
ARTIFACT_WIDTH = 0.005
"""Half width of the weights when the file's size is known: alignment and metadata. Assumed."""
GGUF_ARTIFACT_WIDTH = 0.011
"""The same of GGUF files, whose token table stays in main memory: makers store it at bits of their own (Unsloth's
Qwen3.6 35B leaves 1.1 % less on the device than the table's usual bits would)."""
