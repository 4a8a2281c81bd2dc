"""Counts from the shape equal the published counts."""

from __future__ import annotations

from typing import Any

import pytest
from estimate_builders import (
    architecture,
    attention,
    bert_base,
    decoder,
    deepseek_v3,
    gemma3_27b,
    gpt_oss_20b,
    llama_8b,
    nllb_3b,
)

from llm_select.estimates.parameters import active_parameters, parameter_groups
from llm_select.estimates.shape import ShapeError
from llm_select.schema.architecture import Architecture


def _t5(ffn: dict[str, Any], tied: bool) -> Architecture:
    stack = {"layers": 12, "attention": [attention(12, 12, 12, 64)], "ffn": ffn}
    return architecture(
        hidden_size=768,
        vocab_size=32128,
        tied_embeddings=tied,
        position="relative",
        relative_buckets=32,
        encoder=stack,
        decoder=stack,
    )


def _bart() -> Architecture:
    stack = {
        "layers": 12,
        "attention": [attention(12, 16, 16, 64, bias="all")],
        "ffn": {"size": 4096, "gated": False, "bias": True},
    }
    return architecture(
        hidden_size=1024,
        vocab_size=50265,
        tied_embeddings=True,
        position="learned",
        max_positions=1026,
        norm="layernorm",
        embedding_norm=True,
        final_norm=False,
        encoder=stack,
        decoder=stack,
    )


def _deberta() -> Architecture:
    return architecture(
        hidden_size=768,
        vocab_size=128100,
        tied_embeddings=True,
        position="disentangled",
        relative_buckets=512,
        norm="layernorm",
        embedding_norm=True,
        final_norm=False,
        layers=12,
        attention=[attention(12, 12, 12, 64, bias="all")],
        ffn={"size": 3072, "gated": False, "bias": True},
    )


def _mamba() -> Architecture:
    state = {"variant": "mamba", "inner_size": 8192, "state_size": 16, "dt_rank": 256}
    group = {"layers": 64, "kind": "state-space", "feed_forward": False, "state": state}
    return decoder(64, 4096, 65024, [group], None, norms_per_layer=1)


def _lfm2() -> Architecture:
    conv = {"layers": 10, "kind": "linear", "state": {"variant": "short-conv", "conv": 3}}
    return decoder(
        16,
        2048,
        65536,
        [attention(6, 32, 8, 64, qk_norm="head"), conv],
        8192,
        tied_embeddings=True,
    )


PUBLISHED = [
    pytest.param(llama_8b(), 8_030_261_248, id="llama-3.1-8b"),
    pytest.param(
        decoder(28, 3584, 152064, [attention(28, 28, 4, 128, bias="qkv")], 18944),
        7_615_616_512,
        id="qwen2.5-7b",
    ),
    pytest.param(
        decoder(36, 4096, 151936, [attention(36, 32, 8, 128, qk_norm="head")], 12288),
        8_190_735_360,
        id="qwen3-8b",
    ),
    pytest.param(
        decoder(
            32,
            4096,
            32000,
            [attention(32, 32, 8, 128)],
            None,
            experts={"count": 8, "active": 2, "size": 14336},
        ),
        46_702_792_704,
        id="mixtral-8x7b",
    ),
    pytest.param(gpt_oss_20b(), 20_914_757_184, id="gpt-oss-20b"),
    pytest.param(nllb_3b(), 3_344_863_232, id="nllb-200-3.3b"),
    pytest.param(deepseek_v3(), 671_026_419_200, id="deepseek-v3"),
    pytest.param(gemma3_27b(), 27_009_346_304, id="gemma-3-27b-text"),
    pytest.param(bert_base(), 110_106_428, id="bert-base"),
    pytest.param(_deberta(), 183_831_552, id="deberta-v3-base"),
    pytest.param(_t5({"size": 3072, "gated": False}, True), 222_903_552, id="t5-base"),
    pytest.param(_t5({"size": 2048, "gated": True}, False), 247_577_856, id="flan-t5-base"),
    pytest.param(_bart(), 406_291_456, id="bart-large"),
    pytest.param(_mamba(), 7_272_665_088, id="falcon-mamba-7b"),
    pytest.param(_lfm2(), 1_170_340_608, id="lfm2-1.2b"),
]


@pytest.mark.parametrize(("arch", "published"), PUBLISHED)
def test_counted_parameters_equal_the_published_count(arch: Architecture, published: int) -> None:
    assert parameter_groups(arch).total == published


def test_hybrid_of_mamba2_attention_and_experts_matches_within_a_millionth() -> None:
    # Nemotron 3 Nano 30B: 31,577,937,344 in its files, which leave out 23 x 128 router corrections.
    mamba = {"variant": "mamba2", "heads": 64, "head_dim": 64, "state_size": 128, "groups": 8}
    arch = decoder(
        52,
        2688,
        131072,
        [
            {"layers": 23, "kind": "state-space", "feed_forward": False, "state": mamba},
            attention(6, 32, 2, 128, feed_forward=False),
            {"layers": 23, "kind": "none"},
        ],
        None,
        norms_per_layer=1,
        experts={
            "count": 128,
            "active": 6,
            "size": 1856,
            "gated": False,
            "shared": 1,
            "shared_size": 3712,
            "router_bias": True,
        },
    )
    assert parameter_groups(arch).total == 31_577_937_344 + 23 * 128


def test_experts_in_a_smaller_width_match_the_published_size() -> None:
    # Nemotron 3 Super: 120.6 billion, 12.7 billion of them active.
    mamba = {"variant": "mamba2", "heads": 128, "head_dim": 64, "state_size": 128, "groups": 8}
    arch = decoder(
        88,
        4096,
        131072,
        [
            {"layers": 40, "kind": "state-space", "feed_forward": False, "state": mamba},
            attention(8, 32, 2, 128, feed_forward=False),
            {"layers": 40, "kind": "none"},
        ],
        None,
        norms_per_layer=1,
        experts={
            "count": 512,
            "active": 22,
            "size": 2688,
            "gated": False,
            "shared": 1,
            "shared_size": 5376,
            "router_bias": True,
            "latent_size": 1024,
        },
    )
    groups = parameter_groups(arch)
    assert groups.total == pytest.approx(120.6e9, rel=0.002)
    assert active_parameters(arch, groups) == pytest.approx(12.7e9, rel=0.01)


def test_delta_networks_match_the_published_size() -> None:
    # Qwen3-Next: 79.67 billion without its extra prediction layer ("80B", 3 billion active).
    delta = {"variant": "gated-delta-net", "heads": 32, "head_dim": 128}
    delta.update(key_heads=16, key_dim=128)  # type: ignore[call-overload]
    arch = decoder(
        48,
        2048,
        151936,
        [
            attention(12, 16, 2, 256, qk_norm="head", output_gate=True),
            {"layers": 36, "kind": "linear", "state": delta},
        ],
        None,
        experts={"count": 512, "active": 10, "size": 512, "shared": 1, "shared_gate": True},
    )
    groups = parameter_groups(arch)
    assert groups.total == pytest.approx(79.67e9, rel=0.001)
    assert active_parameters(arch, groups) < 4e9


def test_a_dense_model_is_all_active() -> None:
    assert active_parameters(llama_8b()) == 8_030_261_248


def test_active_parameters_leave_out_the_experts_not_visited() -> None:
    # DeepSeek-V3's report says 37 billion; the embedding table counts whole here.
    assert active_parameters(deepseek_v3()) == pytest.approx(37.0e9, rel=0.02)


def test_extra_prediction_layers_are_not_in_the_total() -> None:
    extra = {"layers": 1, "parameters": 11_000_000_000}
    base = llama_8b()
    more = architecture(**{**base.model_dump(exclude_unset=True), "extra_prediction": extra})
    assert parameter_groups(more).total == parameter_groups(base).total


def test_a_tied_table_counts_once() -> None:
    args: Any = (2, 64, 1000, [attention(2, 4, 4, 16)], 128)
    tied, free = decoder(*args, tied_embeddings=True), decoder(*args)
    assert parameter_groups(free).total - parameter_groups(tied).total == 1000 * 64


def test_towers_and_other_parameters_are_counted() -> None:
    arch = decoder(
        2,
        64,
        1000,
        [attention(2, 4, 4, 16)],
        128,
        towers=[{"modality": "image", "parameters": 5000}],
        other_parameters=7,
    )
    plain = decoder(2, 64, 1000, [attention(2, 4, 4, 16)], 128)
    assert parameter_groups(arch).total == parameter_groups(plain).total + 5007


def test_mixture_beside_dense_layers_keeps_both_networks() -> None:
    experts = {"count": 4, "active": 1, "size": 32}
    alone = decoder(2, 64, 1000, [attention(2, 4, 4, 16)], 128, experts=experts)
    both = decoder(
        2, 64, 1000, [attention(2, 4, 4, 16)], 128, experts={**experts, "beside_dense": True}
    )
    assert parameter_groups(both).total - parameter_groups(alone).total == 2 * 3 * 64 * 128


def test_awd_lstm_matches_a_hand_count() -> None:
    arch = architecture(
        hidden_size=400,
        vocab_size=1000,
        tied_embeddings=True,
        position="recurrent",
        norm="none",
        recurrent=[{"cell": "awd-lstm", "layers": 3, "hidden_size": 1150, "output_size": 400}],
    )
    cells = (
        4 * (1150 * (400 + 1150) + 2 * 1150)
        + 4 * (1150 * (1150 + 1150) + 2 * 1150)
        + 4 * (400 * (1150 + 400) + 2 * 400)
    )
    assert parameter_groups(arch).recurrent == cells
    assert parameter_groups(arch).total == cells + 400_000


def test_a_missing_width_is_an_error_that_names_the_field() -> None:
    group = {"layers": 2, "kind": "grouped-query", "heads": 4}
    with pytest.raises(ShapeError, match="kv_heads"):
        parameter_groups(decoder(2, 64, 1000, [group], 128))
