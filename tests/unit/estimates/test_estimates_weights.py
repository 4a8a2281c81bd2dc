"""Bytes of the weights by tensor group."""

from __future__ import annotations

import pytest
from estimate_builders import attention, decoder, llama_8b, model, quantization

from llm_select.estimates.sizing import architecture_sizing
from llm_select.estimates.weights import weight_bytes
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
