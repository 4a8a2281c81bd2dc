"""Bytes of the weights by tensor group."""

from __future__ import annotations

import pytest
from estimate_builders import attention, decoder, deepseek_v3, llama_8b, model, quantization

from llm_select.estimates.sizing import architecture_sizing
from llm_select.estimates.weights import file_bytes, weight_bytes
from llm_select.units import MIB

LLAMA_2_7B = architecture_sizing(decoder(32, 4096, 32000, [attention(32, 32, 32, 128)], 11008))
TIED = architecture_sizing(
    decoder(2, 64, 1000, [attention(2, 4, 4, 16)], 128, tied_embeddings=True)
)
Q4_0 = quantization(4.5, format="gguf", output_bits=6.5625, norm_bits=32, compute="fp16")


def test_q4_0_matches_the_log_of_llama_cpp() -> None:
    # Its log: 3,577.55 MiB on the device and 70.42 MiB (with buffers) in main memory.
    w = weight_bytes(LLAMA_2_7B, Q4_0, host_embedding=True)
    assert w.device / MIB == pytest.approx(3577.55, abs=0.05)
    assert w.host / MIB == pytest.approx(70.31, abs=0.01)


def test_the_groups_sum_to_the_parameters_at_uniform_bits() -> None:
    size = architecture_sizing(llama_8b())
    assert sum(weight_bytes(size, quantization(16))) == 2 * 8_030_261_248


def test_a_tied_table_in_host_memory_is_held_on_the_device_too() -> None:
    w = weight_bytes(TIED, Q4_0, host_embedding=True)
    assert w.host == w.output == 64_000 * 6.5625 / 8


def test_fp8_leaves_a_tied_table_in_16_bits() -> None:
    fp8 = quantization(8, compute="fp8", weight_only=False)
    assert weight_bytes(TIED, fp8).embedding == 64_000 * 2


def test_parts_have_their_own_bits() -> None:
    q = quantization(4, embedding_bits=16, output_bits=8, attention_bits=6, ffn_down_bits=5)
    size = architecture_sizing(decoder(1, 64, 1000, [attention(1, 4, 4, 16)], 128))
    w = weight_bytes(size, q)
    assert w.embedding == 64_000 * 2
    assert w.output == 64_000
    assert w.attention == 4 * 64 * 64 * 6 / 8
    assert w.ffn == 64 * 128 * (2 * 4 + 5) / 8


def test_a_files_size_scales_the_groups() -> None:
    real = 1.05 * sum(weight_bytes(LLAMA_2_7B, Q4_0))
    assert sum(weight_bytes(LLAMA_2_7B, Q4_0, artifact_bytes=real)) == pytest.approx(real)


def test_a_files_size_far_from_the_computed_one_is_not_used() -> None:
    computed = weight_bytes(LLAMA_2_7B, Q4_0)
    assert weight_bytes(LLAMA_2_7B, Q4_0, artifact_bytes=sum(computed) * 2) == computed


def test_towers_stay_in_16_bits() -> None:
    towers = [{"modality": "image", "parameters": 1_000_000}]
    arch = decoder(1, 64, 1000, [attention(1, 4, 4, 16)], 128, towers=towers)
    assert weight_bytes(architecture_sizing(arch), Q4_0).towers == 2_000_000


def test_a_model_without_architecture_is_an_error() -> None:
    from llm_select.estimates.shape import ShapeError
    from llm_select.estimates.sizing import sizing

    card = model(llama_8b()).model_copy(update={"architecture": None})
    with pytest.raises(ShapeError, match="no architecture"):
        sizing(card)


def test_a_file_with_parts_left_unquantized_is_believed() -> None:
    # Qwen3.5 27B GPTQ: 30.2 GB published, 18.7 GB by the formula.
    real = 1.6 * sum(weight_bytes(LLAMA_2_7B, Q4_0))
    assert sum(weight_bytes(LLAMA_2_7B, Q4_0, artifact_bytes=real)) == pytest.approx(real)


K = {"format": "gguf", "norm_bits": 32, "block": 256, "output_bits": 6.5625}


def bits_of_values(rule: dict[str, object], depth: int = 32, model_type: str = "test") -> float:
    """Bits per weight of the value projections under one rule."""
    arch = decoder(depth, 256, 1000, [attention(depth, 4, 1, 64)], 256, model_type=model_type)
    size = architecture_sizing(arch)
    q = quantization(4.5, tensors=[{"tensors": "value", **rule}], **K)
    plain = quantization(4.5, **K)
    extra = weight_bytes(size, q).attention - weight_bytes(size, plain).attention
    return 4.5 + 8 * extra / (depth * 256 * 64)


@pytest.mark.parametrize(
    ("rule", "bits"),
    [
        ({"bits": 5.5}, 5.5),
        ({"bits": 6.5625, "layers": "more"}, 4.5 + 2.0625 / 2),
        ({"bits": 5.5, "layers": "first-four"}, 4.5 + 4 / 32),
        ({"bits": 5.5, "layers": "first-sixteenth"}, 4.5 + 2 / 32),
        ({"bits": 5.5, "only": "grouped"}, 5.5),
        ({"bits": 5.5, "only": "ungrouped"}, 4.5),
        ({"bits": 5.5, "only": "eighty-layers"}, 4.5),
    ],
)
def test_a_rule_gives_its_bits_to_the_layers_it_names(rule: dict[str, object], bits: float) -> None:
    assert bits_of_values(rule) == pytest.approx(bits)


def test_the_llama_of_eighty_layers_has_a_rule_of_its_own() -> None:
    assert bits_of_values({"bits": 5.5, "only": "eighty-layers"}, 80, "llama") == pytest.approx(5.5)


def test_the_last_rule_that_names_a_layer_wins() -> None:
    size = architecture_sizing(llama_8b())
    rules = [
        {"tensors": "down", "bits": 4.5},
        {"tensors": "down", "bits": 5.5, "layers": "first-eighth"},
    ]
    w = weight_bytes(size, quantization(3.4375, tensors=rules, **K))
    p = size.parameters
    assert w.ffn == pytest.approx((p.ffn * 3.4375 + p.ffn_down * (4.5 + 4 / 32)) / 8)


def test_rows_of_no_whole_super_block_take_the_wider_type() -> None:
    # Qwen2.5 0.5B: 896 weights in a row, and 4,864 in one of a down projection.
    arch = decoder(1, 896, 1000, [attention(1, 14, 2, 64)], 4864, tied_embeddings=True)
    size = architecture_sizing(arch)
    w = weight_bytes(size, quantization(4.5, **K))
    assert w.embedding == 896_000 * 8.5 / 8
    assert w.attention == size.parameters.attention * 5.5 / 8
    assert w.ffn == (size.parameters.ffn * 5.5 + size.parameters.ffn_down * 4.5) / 8


def test_blocks_of_32_divide_the_rows_that_256_does_not() -> None:
    arch = decoder(1, 896, 1000, [attention(1, 14, 2, 64)], 4864)
    size = architecture_sizing(arch)
    w = weight_bytes(size, quantization(4.5, **{**K, "block": 32}))
    assert w.ffn == (size.parameters.ffn + size.parameters.ffn_down) * 4.5 / 8
    assert w.output == 896_000 * 8.5 / 8


def test_shared_experts_and_dense_layers_have_rules_of_their_own() -> None:
    size = architecture_sizing(deepseek_v3())
    rules = [{"tensors": "dense", "bits": 16}, {"tensors": "shared", "bits": 16}]
    w, plain = (weight_bytes(size, quantization(4.25, tensors=t)) for t in (rules, []))
    p = size.parameters
    assert w.ffn - plain.ffn == pytest.approx((p.ffn + p.ffn_down) * 11.75 / 8)
    assert w.experts - plain.experts == pytest.approx(p.experts_shared * 11.75 / 8)


def test_a_gguf_file_holds_the_vocabulary_and_no_tower() -> None:
    towers = [{"modality": "image", "parameters": 1_000_000}]
    size = architecture_sizing(decoder(1, 64, 1000, [attention(1, 4, 4, 16)], 128, towers=towers))
    w = weight_bytes(size, Q4_0)
    assert file_bytes(size, Q4_0) == pytest.approx(sum(w) - 2_000_000 + 40_000)


def test_extra_prediction_layers_are_in_the_publishers_files_only() -> None:
    extra = {"layers": 1, "parameters": 1_000_000}
    arch = decoder(1, 64, 1000, [attention(1, 4, 4, 16)], 128, extra_prediction=extra)
    size = architecture_sizing(arch)
    bf16, mlx = quantization(16), quantization(16, format="mlx")
    assert file_bytes(size, bf16) - sum(weight_bytes(size, bf16)) == 2_000_000
    assert file_bytes(size, mlx) == sum(weight_bytes(size, mlx))
