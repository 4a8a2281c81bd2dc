"""llama.cpp's buffers and caches, by build. Figures in MiB are those its logs print."""

from __future__ import annotations

from typing import Any

import pytest
from estimate_builders import (
    attention,
    decoder,
    deepseek_v3,
    engine,
    gemma3_27b,
    gpt_oss_20b,
    llama_8b,
    machine,
    model,
    quantization,
    workload,
)

from llm_select.estimates.llama_cpp import engine_build
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import MemoryEstimate
from llm_select.schema.architecture import Architecture
from llm_select.units import MIB

Q4 = quantization(4.5, format="gguf", output_bits=6.5625, norm_bits=32)
F16 = quantization(16, format="gguf", norm_bits=32, native_16bit=True)
LLAMACPP = engine("llama.cpp", cpu_offload=True, multi_gpu=["layer"])


def estimate(arch: Architecture, context: int = 8192, gpus: int = 0, **more: Any) -> MemoryEstimate:
    on = machine(80, gpus) if gpus else None
    return inference_memory(model(arch), Q4, LLAMACPP, workload(context, **more), on)


@pytest.mark.parametrize(
    ("version", "build"),
    [("b6325", 6325), ("1691 (7082d24)", 1691), ("~9010", 9010), ("0.17.7", None), (None, None)],
)
def test_a_version_tells_the_build(version: str | None, build: int | None) -> None:
    assert engine_build(version) == build


def test_the_buffer_is_the_logits_with_flash_attention() -> None:
    # gpt-oss-20b: 512 · 201,088 · 4 and 512 · 2,880 · 4 bytes.
    e = estimate(gpt_oss_20b(), engine_version="b6500")
    assert e.activations / MIB == pytest.approx(398.375)


def test_a_server_since_june_2026_reserves_one_row_of_logits_for_a_sequence() -> None:
    before = estimate(gpt_oss_20b(), engine_version="b9190")
    now = estimate(gpt_oss_20b())
    assert now.activations < before.activations / 3


@pytest.mark.parametrize(
    ("layers", "kv_heads", "vocab", "context", "mib"),
    [(32, 8, 128256, 8192, 560), (32, 32, 32000, 4096, 296)],
)
def test_the_buffer_holds_scores_without_flash_attention(
    layers: int, kv_heads: int, vocab: int, context: int, mib: int
) -> None:
    # Llama 3 8B at 8,192 and Llama 2 7B at 4,096 tokens.
    arch = decoder(layers, 4096, vocab, [attention(layers, 32, kv_heads, 128)], 11008)
    e = estimate(arch, context, flash_attention=False, engine_version="b4000")
    assert e.activations / MIB == pytest.approx(mib)


def test_a_long_mask_is_held_in_both_widths_with_flash_attention() -> None:
    # Llama 3.2 3B at 131,072 tokens prints 408.01.
    arch = decoder(28, 3072, 128256, [attention(28, 24, 8, 128)], 8192)
    e = estimate(arch, 131_072, flash_attention=True, engine_version="b7000")
    assert e.activations / MIB == pytest.approx(408)


def test_a_layer_split_keeps_copies_of_its_inputs() -> None:
    # 640.01 on each of four devices; six RTX 3090 failed to allocate 1216.01 for Llama 3 70B.
    e = estimate(llama_8b(), 8192, 4, flash_attention=False, engine_version="b2824")
    assert e.activations / MIB == pytest.approx(4 * 640)
    arch = decoder(80, 8192, 128256, [attention(80, 64, 8, 128)], 28672)
    e = estimate(arch, 8192, 6, flash_attention=False, engine_version="b2824")
    assert e.activations / MIB == pytest.approx(6 * 1216)


def test_old_builds_have_flash_attention_off() -> None:
    old = estimate(llama_8b(), engine_version="b4000")
    new = estimate(llama_8b(), engine_version="b7000")
    assert old.activations > new.activations


@pytest.mark.parametrize(
    ("version", "flash", "mib"),
    [(None, None, 18), ("b6500", True, 18), ("b6500", False, 15), ("b6950", True, 15)],
)
def test_a_windowed_cache_is_rounded_as_the_build_does(
    version: str | None, flash: bool | None, mib: int
) -> None:
    # gpt-oss-20b: 12 layers with a window of 128, 768 or 640 cells, beside 192 MiB of the others.
    e = estimate(gpt_oss_20b(), 8192, engine_version=version, flash_attention=flash)
    assert e.kv_cache / MIB == pytest.approx(192 + mib)


@pytest.mark.parametrize(("ubatch", "mib"), [(512, 624), (2048, 1248)])
def test_a_window_keeps_the_physical_batch_beside_it(ubatch: int, mib: int) -> None:
    e = estimate(gemma3_27b(), 32_768, ubatch=ubatch)
    assert e.kv_cache / MIB == pytest.approx(2560 + mib)


def test_builds_before_may_2025_cache_every_token_of_windowed_layers() -> None:
    e = estimate(gemma3_27b(), 32_768, engine_version="b5000")
    assert e.kv_cache / MIB == pytest.approx(2560 * 62 / 10)


@pytest.mark.parametrize(
    ("version", "mib"),
    # Every head's keys of 192 and values of 128; the latent vector twice (printed 1098 and 976); once.
    [("b5000", 61 * 128 * 320 * 16384 * 2 / MIB), ("b5331", 2074), ("b9000", 1098)],
)
def test_latent_layers_are_cached_as_the_build_does(version: str, mib: float) -> None:
    e = estimate(deepseek_v3(), 16_384, engine_version=version)
    assert e.kv_cache / MIB == pytest.approx(mib)


def test_old_builds_unpack_quantized_weights_only() -> None:
    arch = llama_8b()
    work = workload(8192, engine_version="b2824")
    packed = inference_memory(model(arch), Q4, LLAMACPP, work, None)
    plain = inference_memory(model(arch), F16, LLAMACPP, work, None)
    assert packed.overhead - plain.overhead == 4096 * 14336 * 2
