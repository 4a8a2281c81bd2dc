"""Cache sizes against the figures developers print, each with its arithmetic."""

from __future__ import annotations

from estimate_builders import (
    architecture,
    attention,
    bert_base,
    decoder,
    deepseek_v3,
    gemma3_27b,
    gpt_oss_20b,
    nllb_3b,
)

from llm_select.estimates.kv_cache import (
    STATE_BYTES,
    cache_shape,
    kv_cache_bytes,
    shape_bytes,
    stored_shape,
)
from llm_select.units import GIB


def test_gemma_3_27b_at_131072_tokens() -> None:
    # A layer holds 2 · 16 · 128 = 4,096 values = 8,192 bytes a token.
    # 10 full layers: 10 · 8,192 · 131,072 = 10 GiB; 52 windowed: 52 · 8,192 · 1,024 = 0.40625 GiB.
    assert kv_cache_bytes(gemma3_27b(), 131_072) == (10 + 0.40625) * GIB
    assert round(kv_cache_bytes(gemma3_27b(), 131_072) / GIB, 2) == 10.41


def test_an_engine_may_keep_more_than_the_window() -> None:
    # llama.cpp keeps the physical batch too: 52 · 8,192 · (1,024 + 512) = 0.609375 GiB.
    padded = kv_cache_bytes(gemma3_27b(), 131_072, window_padding=512)
    assert padded == (10 + 0.609375) * GIB


def test_deepseek_v3_1_at_163840_tokens() -> None:
    # (512 + 64) values · 61 layers · 163,840 tokens · 2 bytes = 10.72 GiB.
    assert kv_cache_bytes(deepseek_v3(), 163_840) == 576 * 61 * 163_840 * 2
    assert round(kv_cache_bytes(deepseek_v3(), 163_840) / GIB, 2) == 10.72


def test_llama_2_7b_at_4096_tokens() -> None:
    # 2 · 32 · 128 · 32 layers · 4,096 · 2 bytes = 2 GiB.
    arch = decoder(32, 4096, 32000, [attention(32, 32, 32, 128)], 11008)
    assert kv_cache_bytes(arch, 4096) == 2 * GIB


def test_phi_3_mini_at_32768_tokens() -> None:
    # 2 · 32 · 96 · 32 layers · 32,768 · 2 bytes = 12 GiB.
    arch = decoder(32, 3072, 32064, [attention(32, 32, 32, 96)], 8192)
    assert kv_cache_bytes(arch, 32_768) == 12 * GIB


def test_qwen3_8b_at_32768_tokens() -> None:
    # 2 · 8 · 128 · 36 layers · 32,768 · 2 bytes = 4.5 GiB.
    arch = decoder(36, 4096, 151936, [attention(36, 32, 8, 128)], 12288)
    assert kv_cache_bytes(arch, 32_768) == 4.5 * GIB


def test_gpt_oss_20b_at_32768_tokens() -> None:
    # 12 full layers: 2 · 8 · 64 · 12 · 32,768 · 2 = 0.75 GiB; 12 windows of 128 add 0.0029 GiB.
    full, windows = 0.75 * GIB, 2 * 8 * 64 * 12 * 128 * 2
    assert kv_cache_bytes(gpt_oss_20b(), 32_768) == full + windows
    assert round(kv_cache_bytes(gpt_oss_20b(), 32_768) / GIB, 2) == 0.75


def test_a_window_longer_than_the_context_is_the_context() -> None:
    windowed = decoder(2, 64, 1000, [attention(2, 4, 2, 16, window=4096)], 128)
    full = decoder(2, 64, 1000, [attention(2, 4, 2, 16)], 128)
    assert kv_cache_bytes(windowed, 1000) == kv_cache_bytes(full, 1000)


def test_values_of_another_width_count_as_they_are() -> None:
    arch = decoder(2, 64, 1000, [attention(2, 4, 2, 16, value_dim=32)], 128)
    assert kv_cache_bytes(arch, 10) == 2 * 2 * (16 + 32) * 10 * 2


def test_layers_that_read_another_layers_cache_keep_none() -> None:
    groups = [attention(2, 4, 2, 16), attention(2, 4, 2, 16, reuses_cache=True)]
    alone = decoder(2, 64, 1000, groups[:1], 128)
    assert kv_cache_bytes(decoder(4, 64, 1000, groups, 128), 99) == kv_cache_bytes(alone, 99)


def test_a_sparse_indexer_adds_its_width() -> None:
    group = {**deepseek_v3().attention[0].model_dump(), "sparse_index": 128}
    arch = decoder(61, 7168, 129280, [group], 18432)
    assert kv_cache_bytes(arch, 100) == (576 + 128) * 61 * 100 * 2


def test_linear_layers_hold_a_constant() -> None:
    state = {"variant": "gated-delta-net", "heads": 32, "head_dim": 128}
    group = {"layers": 3, "kind": "linear", "state": {**state, "key_heads": 16, "key_dim": 128}}
    arch = decoder(3, 2048, 1000, [group], 128)
    values = 3 * (32 * 128 * 128 + (2 * 16 * 128 + 32 * 128) * 3)
    assert kv_cache_bytes(arch, 100) == kv_cache_bytes(arch, 1_000_000) == values * STATE_BYTES


def test_cross_attention_holds_the_source() -> None:
    # 24 decoder layers, 2 · 16 · 128 values a token each, for 50 written and 200 read.
    assert kv_cache_bytes(nllb_3b(), 50, source_tokens=200) == 24 * 4096 * (50 + 200) * 2


def test_an_encoder_holds_nothing() -> None:
    assert kv_cache_bytes(bert_base(), 512, causal=False) == 0


def test_batch_and_cache_type_multiply() -> None:
    arch = decoder(2, 64, 1000, [attention(2, 4, 2, 16)], 128)
    assert kv_cache_bytes(arch, 10, 3, 1.0) == 1.5 * kv_cache_bytes(arch, 10)


def test_a_recurrent_network_holds_its_state() -> None:
    arch = architecture(
        hidden_size=8,
        vocab_size=10,
        tied_embeddings=True,
        position="recurrent",
        recurrent=[{"cell": "lstm", "layers": 2, "hidden_size": 16}],
    )
    assert kv_cache_bytes(arch, 1000) == 2 * 2 * 16 * STATE_BYTES


def test_a_rounded_window_is_what_llama_cpp_prints_for_gpt_oss() -> None:
    # 128 + 512 = 640 cells become 768: 12 layers of 8 heads of 64, keys and values, 18 MiB.
    shape = cache_shape(gpt_oss_20b())._replace(full=0)
    assert shape_bytes(shape, 32_768, 1, 2.0, 0, 512, 256) == 18 * 2**20
    assert shape_bytes(shape, 32_768, 1, 2.0, 0, 512) == 15 * 2**20


def test_rounding_never_goes_beyond_the_context() -> None:
    shape = cache_shape(gpt_oss_20b())
    assert shape_bytes(shape, 100, 1, 2.0, 0, 512, 256) == shape_bytes(shape, 100, 1, 2.0)


def test_transformers_stores_the_keys_and_values_of_every_latent_head() -> None:
    # DeepSeek-V3: 128 heads of 128 + 64 and 128 values in each of 61 layers, not 576.
    stored = stored_shape(cache_shape(deepseek_v3()), "transformers", 128)
    assert shape_bytes(stored, 1, 1, 1.0) == 61 * 128 * (192 + 128)
    assert stored.kv_heads == 128


def test_other_engines_store_the_latent_vector() -> None:
    shape = cache_shape(deepseek_v3())
    assert stored_shape(shape, "vllm", 128) == shape
