"""Memory by part, per device, with offload and splits."""

from __future__ import annotations

import pytest
from estimate_builders import (
    attention,
    bert_base,
    decoder,
    deepseek_v3,
    engine,
    gpt_oss_20b,
    llama_8b,
    machine,
    model,
    nllb_3b,
    quantization,
    workload,
)

from llm_select.errors import UsageError
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import MemoryEstimate
from llm_select.schema.model import Model
from llm_select.units import GIB

LLAMA = model(llama_8b())
BF16 = quantization(16)
Q4 = quantization(4.5, format="gguf", output_bits=6.5625, norm_bits=32)
LLAMACPP = engine("llama.cpp", cpu_offload=True, multi_gpu=["layer"])
VLLM = engine("vllm", multi_gpu=["tensor", "pipeline"])


def codes(estimate: MemoryEstimate) -> set[str]:
    return {a.code for a in estimate.assumptions}


def test_parts_sum_to_the_total_inside_the_range() -> None:
    e = inference_memory(LLAMA, BF16, VLLM, workload(), machine())
    assert e.total == e.weights + e.kv_cache + e.activations + e.overhead
    assert e.low < e.total < e.high


def test_one_device_holds_the_total() -> None:
    e = inference_memory(LLAMA, BF16, VLLM, workload(), machine())
    assert e.device_expected == pytest.approx(e.total)
    assert e.device_high == pytest.approx(e.high)


def test_verdict_follows_high_and_expected() -> None:
    hf = engine("transformers")
    e = inference_memory(LLAMA, BF16, hf, workload(), machine())
    for usable, verdict in (
        (e.high, "fits"),
        ((e.high + e.total) / 2, "tight"),
        (e.total * 0.99, "no"),
    ):
        gib = usable * 1.000001 / GIB
        assert inference_memory(LLAMA, BF16, hf, workload(), machine(gib)).verdict == verdict


def test_without_a_machine_there_is_no_verdict() -> None:
    e = inference_memory(LLAMA, BF16, VLLM, workload(), None)
    assert e.verdict is None
    assert e.usable is None


def test_all_experts_count_to_memory() -> None:
    e = inference_memory(model(gpt_oss_20b()), BF16, VLLM, workload(), None)
    assert e.weights == 2 * 20_914_757_184


def test_old_transformers_keep_the_logits_of_the_whole_prompt() -> None:
    hf = engine("transformers")
    old = inference_memory(LLAMA, BF16, hf, workload(8192, engine_version="4.40.1"), None)
    new = inference_memory(LLAMA, BF16, hf, workload(8192), None)
    assert old.activations >= 4096 * 128256 * 6
    assert new.activations < old.activations / 2


def test_llama_cpp_leaves_the_token_table_in_main_memory() -> None:
    e = inference_memory(LLAMA, Q4, LLAMACPP, workload(), machine())
    assert e.host == 128256 * 4096 * 4.5 / 8
    assert "embedding-on-host" in codes(e)


def test_on_a_processor_everything_is_in_main_memory() -> None:
    e = inference_memory(LLAMA, Q4, LLAMACPP, workload(), machine(vendor="cpu"))
    assert e.host == 0


def test_two_20_gib_cards_are_not_one_40_gib_card() -> None:
    # Three layers of 12 GiB: one card must take two of them.
    big = model(decoder(3, 16384, 1000, [attention(3, 128, 8, 128)], 120_000))
    one = inference_memory(big, BF16, LLAMACPP, workload(64), machine(40))
    two = inference_memory(big, BF16, LLAMACPP, workload(64), machine(20, 2))
    assert (one.verdict, two.verdict) == ("fits", "no")


def test_whole_layers_go_to_a_device() -> None:
    # 5 layers and the head on 2 devices: 3 layers there, 2 and the head here.
    arch = decoder(5, 1024, 1000, [attention(5, 8, 8, 128)], 4096)
    e = inference_memory(model(arch), BF16, LLAMACPP, workload(64), machine(24, 2))
    layer = (e.weights - 1000 * 1024 * 2) / 5 + e.kv_cache / 5
    assert e.device_expected == pytest.approx(
        3 * layer + e.activations / 2 + e.overhead / 2, rel=0.01
    )


def test_key_value_heads_fewer_than_devices_are_repeated() -> None:
    arch = decoder(4, 1024, 1000, [attention(4, 8, 2, 128)], 4096)
    one = inference_memory(model(arch), BF16, VLLM, workload(), machine(24))
    four = inference_memory(model(arch), BF16, VLLM, workload(), machine(24, 4))
    assert four.kv_cache == pytest.approx(2 * one.kv_cache)


def test_a_latent_cache_is_on_every_device() -> None:
    m = model(deepseek_v3())
    one = inference_memory(m, BF16, VLLM, workload(), machine(80))
    eight = inference_memory(m, BF16, VLLM, workload(), machine(80, 8))
    assert eight.kv_cache == pytest.approx(8 * one.kv_cache)


def test_heads_that_do_not_divide_leave_fewer_devices_to_a_layer() -> None:
    arch = decoder(6, 1120, 1000, [attention(6, 14, 2, 80)], 4096)
    e = inference_memory(model(arch), BF16, VLLM, workload(), machine(24, 4))
    split = next(a.values for a in e.assumptions if a.code == "split")
    assert (split["tensor"], split["stages"]) == (2, 2)


def test_layers_that_do_not_fit_stay_in_main_memory() -> None:
    alone = inference_memory(LLAMA, BF16, LLAMACPP, workload(), machine(12))
    helped = inference_memory(LLAMA, BF16, LLAMACPP, workload(), machine(12, ram_gib=64))
    assert alone.verdict == "no"
    assert helped.verdict == "fits"
    assert 0 < helped.offloaded_layers < 32
    assert helped.device_high <= 12 * GIB
    assert helped.weights + helped.host == pytest.approx(
        alone.weights + alone.host + alone.kv_cache - helped.kv_cache
    )


def test_offload_needs_an_engine_that_offers_it() -> None:
    e = inference_memory(LLAMA, BF16, VLLM, workload(), machine(12, ram_gib=64))
    assert e.offloaded_layers == 0


def test_an_encoder_has_no_cache() -> None:
    e = inference_memory(
        model(bert_base(), "encoder"), BF16, engine("transformers"), workload(512), None
    )
    assert e.kv_cache == 0
    assert e.activations > 0


def test_an_encoder_decoders_prompt_is_its_source() -> None:
    work = workload(512, prompt_tokens=300, generate_tokens=100)
    e = inference_memory(
        model(nllb_3b(), "encoder-decoder"), BF16, engine("transformers"), work, None
    )
    assert e.kv_cache == 24 * 4096 * (212 + 300) * 2
    assert "greedy-decoding" in codes(e)


def test_a_files_size_narrows_the_range() -> None:
    files = {"format": "safetensors", "quantization": "bf16", "repository": "a/b"}
    card = model(llama_8b(), artifacts=[{**files, "size_bytes": 16_100_000_000}])
    plain = inference_memory(card, BF16, VLLM, workload(), None)
    real = inference_memory(card, BF16, VLLM, workload(), None, quantization_id="bf16")
    assert real.weights == pytest.approx(16_100_000_000)
    assert real.high - real.total < plain.high - plain.total


def test_an_unknown_cache_type_is_an_error() -> None:
    with pytest.raises(UsageError, match="no cache type"):
        inference_memory(LLAMA, BF16, VLLM, workload(kv_type="q3"), None)


def test_an_unknown_split_is_an_error() -> None:
    with pytest.raises(UsageError, match="cannot split"):
        inference_memory(LLAMA, BF16, LLAMACPP, workload(split="tensor"), machine(24, 2))


def test_a_smaller_cache_type_shrinks_the_cache_only() -> None:
    wide = inference_memory(LLAMA, BF16, VLLM, workload(), None)
    narrow = inference_memory(LLAMA, BF16, VLLM, workload(kv_type="q8_0"), None)
    assert narrow.kv_cache == pytest.approx(wide.kv_cache * 1.0625 / 2)
    assert narrow.weights == wide.weights


def windows(arch_window: int = 1024) -> Model:
    return model(decoder(2, 512, 1000, [attention(2, 4, 4, 64, window=arch_window)], 1024))


def test_mlx_keeps_a_prefill_step_beyond_the_window() -> None:
    e = inference_memory(windows(), BF16, engine("mlx"), workload(32768), None)
    assert e.kv_cache == 2 * 4 * (64 + 64) * (1024 + 2048 - 1) * 2


def test_llama_cpp_rounds_a_window_since_late_2025() -> None:
    now = inference_memory(windows(128), Q4, LLAMACPP, workload(32768), None)
    old = inference_memory(
        windows(128), Q4, LLAMACPP, workload(32768, engine_version="b6182"), None
    )
    assert (now.kv_cache, old.kv_cache) == (2 * 512 * 2 * 768, 2 * 512 * 2 * 640)


def test_old_transformers_brought_the_logits_back_to_the_first_device() -> None:
    hf = engine("transformers", multi_gpu=["layer"])
    work = workload(8192, engine_version="4.40.1")
    one = inference_memory(LLAMA, BF16, hf, work, machine(80))
    two = inference_memory(LLAMA, BF16, hf, work, machine(80, 2))
    assert two.activations - one.activations == 4096 * 128256 * 4


def test_key_value_heads_that_do_not_divide_leave_fewer_devices_to_a_layer() -> None:
    # 40 query and 10 key-value heads (Phi-4): vLLM refuses four ways.
    arch = decoder(40, 5120, 1000, [attention(40, 40, 10, 128)], 17920)
    e = inference_memory(model(arch), BF16, VLLM, workload(), machine(24, 4))
    split = next(a.values for a in e.assumptions if a.code == "split")
    assert (split["tensor"], split["stages"]) == (2, 2)


def test_transformers_writes_the_scores_of_attention_with_sinks() -> None:
    hf, work = engine("transformers"), workload(8192, prompt_tokens=4096)
    e = inference_memory(model(gpt_oss_20b()), BF16, hf, work, None)
    fused = inference_memory(
        model(gpt_oss_20b()), BF16, hf, work._replace(flash_attention=True), None
    )
    assert e.activations - fused.activations == 4096 * 4096 * 64 * 6


def test_transformers_copies_each_token_for_the_experts_it_visits() -> None:
    hf, work = engine("transformers"), workload(8192, flash_attention=True)
    now = inference_memory(model(gpt_oss_20b()), BF16, hf, work, None)
    # Gate, up and product of four experts, four residuals, and each expert's input and output.
    assert now.activations == 4096 * 2 * (3 * 4 * 2880 + 4 * 2880 + 2 * 4 * 2880)


def test_weights_in_32_bits_have_a_cache_in_32_bits() -> None:
    hf, fp32 = engine("transformers"), quantization(32, compute="fp32", norm_bits=32)
    wide = inference_memory(LLAMA, fp32, hf, workload(), None)
    half = inference_memory(LLAMA, BF16, hf, workload(), None)
    assert wide.kv_cache == 2 * half.kv_cache
    assert wide.activations == 2 * half.activations
    given = inference_memory(LLAMA, fp32, hf, workload(kv_type="f16"), None)
    assert given.kv_cache == half.kv_cache


def test_an_engine_that_does_not_run_the_towers_does_not_load_them() -> None:
    towers = [{"modality": "image", "parameters": 400_000_000}]
    m = model(decoder(2, 512, 1000, [attention(2, 4, 4, 64)], 1024, towers=towers))
    blind = inference_memory(m, BF16, engine("mlx"), workload(), None)
    seeing = inference_memory(m, BF16, engine("mlx", vision=["test"]), workload(), None)
    assert seeing.weights - blind.weights == 800_000_000


def test_unified_memory_is_not_counted_twice() -> None:
    # Of 24 GiB of main memory the device's 20 are a part: 0.9 · 24 − 20 are left for layers, not 21.6.
    mac = machine(24, usable_gib=20, vendor="apple", memory_class="unified", ram_gib=24)
    card = machine(24, usable_gib=20, ram_gib=24)
    big = model(decoder(40, 5120, 1000, [attention(40, 40, 8, 128)], 17920))
    assert inference_memory(big, BF16, LLAMACPP, workload(), card).verdict == "fits"
    assert inference_memory(big, BF16, LLAMACPP, workload(), mac).verdict == "no"
