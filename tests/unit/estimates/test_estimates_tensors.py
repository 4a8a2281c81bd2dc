"""Matrices by what a format's rules tell apart."""

from __future__ import annotations

import pytest
from estimate_builders import architecture, attention, decoder, deepseek_v3, gpt_oss_20b, llama_8b

from llm_select.estimates.parameters import parameter_groups
from llm_select.estimates.tensors import favoured, matrices, traits
from llm_select.schema.architecture import Architecture


@pytest.mark.parametrize("arch", [llama_8b(), gpt_oss_20b(), deepseek_v3()])
def test_the_matrices_sum_to_the_counts(arch: Architecture) -> None:
    counted = parameter_groups(arch)
    found = matrices(arch)
    parts = {
        p: sum(m.parameters for m in found if m.part == p) for p in ("attention", "ffn", "experts")
    }
    assert parts["attention"] == counted.attention
    assert parts["ffn"] == counted.ffn + counted.ffn_down
    assert parts["experts"] == counted.routed + counted.experts_shared


def test_half_of_the_layers_are_favoured() -> None:
    # llama.cpp's use_more_bits for 32 layers: 0 to 3, 28 to 31, and 6, 9, … 27.
    assert [i for i in range(32) if favoured(i, 32)] == [
        0,
        1,
        2,
        3,
        *range(6, 28, 3),
        28,
        29,
        30,
        31,
    ]


def test_values_of_all_groups_share_the_favoured_layers() -> None:
    groups = [attention(24, 32, 8, 128), attention(8, 32, 8, 128, window=512)]
    found = matrices(decoder(32, 4096, 1000, groups, 14336))
    (value,) = [m for m in found if m.kind == "value"]
    assert value.parameters == 32 * 4096 * 1024
    assert value.more == 16 / 32
    assert value.first == (2 / 32, 4 / 32, 2 / 32, 4 / 32)


def test_dense_layers_of_a_mixture_come_first() -> None:
    found = matrices(deepseek_v3())
    dense = next(m for m in found if m.network == "dense")
    experts = next(m for m in found if m.part == "experts")
    assert dense.more == 1
    assert experts.first[1] == 1 / 58


def test_one_matrix_of_queries_keys_and_values_counts_as_a_value() -> None:
    arch = architecture(
        model_type="phi3",
        layers=1,
        hidden_size=64,
        vocab_size=10,
        attention=[attention(1, 4, 4, 16)],
        ffn={"size": 128, "gated": True},
    )
    assert {m.kind: m.parameters for m in matrices(arch)}["value"] == 3 * 64 * 64


@pytest.mark.parametrize(
    ("arch", "said"),
    [
        (decoder(2, 64, 10, [attention(2, 4, 4, 16)], 128), ("ungrouped",)),
        (decoder(2, 64, 10, [attention(2, 4, 1, 16)], 128), ("grouped",)),
        (
            decoder(
                2,
                64,
                10,
                [attention(2, 4, 1, 16)],
                None,
                experts={"count": 8, "active": 2, "size": 32},
            ),
            ("eight-experts", "grouped"),
        ),
        (
            decoder(80, 64, 10, [attention(80, 4, 1, 16)], 128, model_type="llama"),
            ("eighty-layers", "grouped"),
        ),
    ],
)
def test_traits_of_a_model(arch: Architecture, said: tuple[str, ...]) -> None:
    assert traits(arch) == said
