"""Memory for training: what is held, what is kept for the backward pass, and what sharding takes away."""

from __future__ import annotations

from typing import Any

import pytest
from estimate_builders import (
    bert_base,
    deepseek_v3,
    gpt_oss_20b,
    llama_8b,
    model,
    nllb_3b,
    quantization,
)

from llm_select.errors import UsageError
from llm_select.estimates.training import TrainingMemory, TrainingSetup, training_memory
from llm_select.units import GIB

P = 8_030_261_248
BF16 = quantization(16)
NF4 = quantization(4.5, embedding_bits=16, output_bits=16)
GPTQ = quantization(4.15625, embedding_bits=16, output_bits=16, needs_calibration=True)
LLAMA = model(llama_8b())


def setup(method: str = "full", **more: Any) -> TrainingSetup:
    values: dict[str, Any] = {
        "optimizer": "adamw", "state_bytes": 8.0, "state_scales": True, "precision": "bf16",
        "batch": 1, "seq_len": 2048,
    }  # fmt: skip
    return TrainingSetup(method=method, **{**values, **more})


def train(method: str = "full", base: Any = BF16, **more: Any) -> TrainingMemory:
    return training_memory(LLAMA, base, setup(method, **more))


def test_the_parts_sum_to_the_total() -> None:
    m = train("lora")
    assert m.total == m.weights + m.gradients + m.optimizer + m.activations + m.overhead


def test_full_training_in_16_bits_holds_weights_gradients_and_two_moments_in_16_bits() -> None:
    m = train()
    assert (m.weights, m.gradients, m.optimizer) == (2 * P, 2 * P, 4 * P)


def test_autocast_holds_everything_in_32_bits() -> None:
    m = train(precision="bf16-mixed")
    assert (m.weights, m.gradients, m.optimizer) == (4 * P, 4 * P, 8 * P)


def test_plain_gradient_descent_keeps_no_state() -> None:
    assert train(state_bytes=0.0).optimizer == 0


def test_8_bit_states_do_not_follow_the_weights() -> None:
    assert train(state_bytes=2.0, state_scales=False).optimizer == 2 * P


def test_paged_states_are_not_needed_on_the_gpu() -> None:
    assert train(paged=True).optimizer == 0


def test_a_step_of_unfused_adam_copies_the_weights_once_more() -> None:
    # 2 weights + 2 gradients + 4 states + 2 for the step: 10 bytes a parameter when a pass needs less than that.
    m = train(seq_len=128, checkpointing=True)
    assert m.total - m.overhead == pytest.approx(10 * P)


def test_lora_trains_rank_times_both_widths() -> None:
    m = train("lora", rank=8, targets=("q_proj", "v_proj"))
    assert m.trainable == 32 * 8 * ((4096 + 4096) + (4096 + 1024))


def test_adapters_of_peft_are_held_in_32_bits() -> None:
    m = train("lora", rank=8, targets=("q_proj", "v_proj"))
    assert (m.gradients, m.optimizer) == (4 * m.trainable, 8 * m.trainable)


def test_a_matrix_trained_whole_is_a_copy_beside_the_frozen_one() -> None:
    both = train("lora", rank=8, targets=("q_proj", "+lm_head"))
    only = train("lora", rank=8, targets=("q_proj",))
    assert both.weights - only.weights == 4 * 128256 * 4096


def test_a_quantized_base_takes_its_bits() -> None:
    m = train("qlora", NF4, rank=8, targets=("q_proj",))
    assert m.weights < train("lora", rank=8, targets=("q_proj",)).weights / 2.5


def test_recomputation_needs_less() -> None:
    assert train("lora", checkpointing=True).activations < train("lora").activations / 2


def test_a_chunked_loss_needs_less() -> None:
    plain = train("lora", checkpointing=True)
    assert train("lora", checkpointing=True, loss_chunking=True).activations < plain.activations


def test_the_loss_of_transformers_takes_14_bytes_for_each_token_and_vocabulary_entry() -> None:
    # The peak is the loss: logits, one state with its 32-bit copy, and a state kept for each layer.
    m = train("lora", checkpointing=True, rank=8, targets=("q_proj",))
    tokens = 2048
    assert m.activations + m.gradients == pytest.approx(
        tokens * (14 * 128256 + 6 * 4096 + 32 * 2 * 4096)
    )


@pytest.mark.parametrize("more", [{"batch": 2}, {"seq_len": 4096}], ids=["batch", "length"])
def test_more_tokens_never_need_less(more: dict[str, int]) -> None:
    assert train("lora", **more).total > train("lora").total


def test_full_training_needs_more_than_lora_and_lora_more_than_qlora() -> None:
    full, lora = train(checkpointing=True), train("lora", checkpointing=True)
    qlora = train("qlora", NF4, checkpointing=True)
    assert full.total > lora.total > qlora.total


@pytest.mark.parametrize(
    ("stage", "parts"),
    [
        ("zero1", (2 * P, 2 * P, 12 * P / 4)),
        ("zero2", (2 * P, 2 * P / 4, 12 * P / 4)),
        ("zero3", (2 * P / 4, 2 * P / 4, 12 * P / 4)),
    ],
)
def test_zero_shards_states_then_gradients_then_weights(
    stage: str, parts: tuple[float, float, float]
) -> None:
    m = train(sharding=stage, gpus=4)
    assert (m.weights, m.gradients, m.optimizer) == parts


def test_fsdp_shards_all_three() -> None:
    m = train(sharding="fsdp", gpus=4)
    assert (m.weights, m.gradients, m.optimizer) == (2 * P / 4, 2 * P / 4, 4 * P / 4)


def test_offloaded_states_leave_the_gpu() -> None:
    assert train(offload=("optimizer",)).optimizer == 0


def test_an_optimizer_inside_the_backward_pass_holds_one_gradient() -> None:
    assert train(optimizer_in_backward=True).gradients == 2 * 128256 * 4096


def test_accumulated_gradients_come_on_top_of_a_large_pass() -> None:
    once, held = train(seq_len=16384), train(seq_len=16384, accumulates=True)
    assert held.total == pytest.approx(once.total + held.gradients)


def test_quantized_weights_are_not_trained_whole() -> None:
    with pytest.raises(UsageError, match="cannot be trained whole"):
        train("full", NF4)


def test_qlora_wants_a_quantized_base() -> None:
    with pytest.raises(UsageError, match="quantized base"):
        train("qlora", BF16)


def test_a_target_the_network_lacks_is_refused() -> None:
    with pytest.raises(UsageError, match="no matrix named 'c_attn2'"):
        train("lora", targets=("c_attn2",))


def test_gptq_files_are_not_upcast() -> None:
    wide, plain = (train("qlora", base, checkpointing=True).activations for base in (NF4, GPTQ))
    assert plain < wide


@pytest.mark.parametrize(
    "arch", [gpt_oss_20b(), deepseek_v3(), nllb_3b()], ids=["moe", "mla", "encdec"]
)
def test_other_architectures_have_an_estimate(arch: Any) -> None:
    kind = "encoder-decoder" if arch.encoder is not None else "decoder"
    m = training_memory(model(arch, kind), BF16, setup("lora", targets=("all-linear",)))
    assert 0 < m.low < m.total < m.high


def test_an_encoder_has_no_logits() -> None:
    m = training_memory(model(bert_base(), "encoder"), BF16, setup(seq_len=512))
    assert m.activations < 2 * GIB
