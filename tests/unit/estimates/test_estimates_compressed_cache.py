"""The cache of compressed attention (DeepSeek-V4), with its arithmetic."""

from __future__ import annotations

from estimate_builders import attention, decoder

from llm_select.estimates.kv_cache import cache_shape, kv_cache_bytes
from llm_select.schema.architecture import Architecture

# DeepSeek-V4-Flash: one key-value head of 512 that serves as key and value.
ROW = {"kind": "multi-query", "key_is_value": True, "window": 128}


def flash() -> Architecture:
    groups = [
        attention(21, 64, 1, 512, **ROW, cache_ratio=4, sparse_index=128),
        attention(20, 64, 1, 512, **ROW, cache_ratio=128),
    ]
    return decoder(41, 4096, 129280, groups, 2048)


def test_deepseek_v4_flash_at_1048576_tokens() -> None:
    # 21 layers: a row of 512 and an index row of 128 per 4 tokens = 21 · 640 / 4 = 3,360 values a token.
    # 20 layers: a row of 512 per 128 tokens = 20 · 512 / 128 = 80. Windows: 41 · 128 · 512 = 2,686,976.
    # ((3,360 + 80) · 1,048,576 + 2,686,976) · 2 bytes = 7,219,576,832.
    assert kv_cache_bytes(flash(), 1_048_576) == 7_219_576_832


def test_deepseek_v4_flash_takes_about_a_tenth_of_v3_2() -> None:
    # DeepSeek-V3.2 holds 61 · (512 + 64 + 128) = 42,944 values a token; 3,440 are 8 % of it.
    shape = cache_shape(flash())
    assert shape.full + shape.latent == 3_440
    assert round((shape.full + shape.latent) / 42_944, 2) == 0.08


def test_within_the_window_the_rows_stand_beside_the_compressed_ones() -> None:
    # 100 tokens, one layer, one row per 4 tokens: 100 · 16 own values and 100 · 16 / 4 compressed ones.
    group = attention(1, 4, 1, 16, kind="multi-query", key_is_value=True, window=128, cache_ratio=4)
    assert kv_cache_bytes(decoder(1, 64, 1000, [group], 128), 100) == (1_600 + 400) * 2


def test_without_a_shared_projection_a_row_holds_key_and_value() -> None:
    group = attention(1, 4, 2, 16, cache_ratio=4)
    # 2 heads · (16 + 16) values for 4 tokens.
    assert kv_cache_bytes(decoder(1, 64, 1000, [group], 128), 100) == 2 * 32 / 4 * 100 * 2
