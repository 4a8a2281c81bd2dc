"""Tokens per second, and where none are claimed."""

from __future__ import annotations

from typing import Any

import pytest
from estimate_builders import (
    bert_base,
    engine,
    gpt_oss_20b,
    llama_8b,
    machine,
    model,
    nllb_3b,
    quantization,
    workload,
)

from llm_select.estimates.memory import inference_memory
from llm_select.estimates.sizing import sizing
from llm_select.estimates.speed import decode_terms, prefill_flops, speed
from llm_select.estimates.types import Machine, Workload
from llm_select.schema.hardware import Engine, Quantization

LLAMA = model(llama_8b())
BF16 = quantization(16)
Q4 = quantization(4.5, format="gguf", output_bits=6.5625, norm_bits=32)
LLAMACPP = engine("llama.cpp", cpu_offload=True, multi_gpu=["layer"])
VLLM = engine("vllm", multi_gpu=["tensor", "pipeline"])


def test_a_step_reads_all_weights_but_the_token_table() -> None:
    terms = decode_terms(sizing(LLAMA), BF16, workload(), 2.0)
    assert terms.weights == 2 * (8_030_261_248 - 128256 * 4096)


def test_a_step_reads_the_cache_at_the_mean_context() -> None:
    work = workload(8192, prompt_tokens=1000, generate_tokens=500)
    assert decode_terms(sizing(LLAMA), BF16, work, 2.0).cache == 2 * 8 * 128 * 32 * 1250 * 2


def test_a_mixture_reads_the_experts_it_visits() -> None:
    size = sizing(model(gpt_oss_20b()))
    routed = size.parameters.routed * 2
    everything = sum(size.parameters) * 2 - 201088 * 2880 * 2
    one = decode_terms(size, BF16, workload(batch=1), 2.0)
    assert one.weights == pytest.approx(everything - routed * 28 / 32)


def test_a_batch_visits_more_experts_but_not_all() -> None:
    size = sizing(model(gpt_oss_20b()))
    reads = [decode_terms(size, BF16, workload(batch=b), 2.0).weights for b in (1, 2, 8, 512)]
    assert reads == sorted(reads)
    # Two sequences share some: 1 − (7/8)² = 0.234 of the experts, not 0.25.
    routed = size.parameters.routed * 2
    assert reads[1] - reads[0] == pytest.approx(routed * ((1 - (28 / 32) ** 2) - 4 / 32))


def test_decoding_does_not_read_the_encoder() -> None:
    size = sizing(model(nllb_3b(), "encoder-decoder"))
    terms = decode_terms(size, BF16, workload(512), 2.0)
    assert terms.layers == 24
    assert terms.weights < 2 * 3_344_863_232 * 0.8


def test_decode_stays_under_the_roofline() -> None:
    s = speed(LLAMA, BF16, LLAMACPP, workload(), machine(), None)
    assert s.decode is not None
    assert s.decode.low < s.decode.expected < s.decode.high
    assert s.decode.expected < 1000e9 / (2 * 7.5e9)


def test_fewer_bits_decode_faster() -> None:
    wide = speed(LLAMA, BF16, LLAMACPP, workload(), machine(), None).decode
    narrow = speed(LLAMA, Q4, LLAMACPP, workload(), machine(), None).decode
    assert wide is not None
    assert narrow is not None
    assert narrow.expected > 2 * wide.expected


def test_a_layer_split_does_not_speed_up_one_stream() -> None:
    one = speed(LLAMA, Q4, LLAMACPP, workload(), machine(24, 1), None).decode
    two = speed(LLAMA, Q4, LLAMACPP, workload(), machine(24, 2), None).decode
    assert one is not None
    assert two is not None
    assert two.expected <= one.expected


def test_a_tensor_split_speeds_up_less_than_its_devices() -> None:
    one = speed(LLAMA, BF16, VLLM, workload(), machine(24, 1), None).decode
    two = speed(LLAMA, BF16, VLLM, workload(), machine(24, 2), None).decode
    assert one is not None
    assert two is not None
    assert one.expected < two.expected < 2 * one.expected


def test_a_batch_raises_the_total_and_lowers_each_stream() -> None:
    one = speed(LLAMA, BF16, VLLM, workload(batch=1), machine(80), None)
    many = speed(LLAMA, BF16, VLLM, workload(batch=8), machine(80), None)
    assert one.decode and one.decode_total and many.decode and many.decode_total  # noqa: PT018
    assert many.decode.expected < one.decode.expected
    assert many.decode_total.expected > 4 * one.decode_total.expected


def test_an_engine_that_serves_one_at_a_time_shares_the_speed() -> None:
    alone = engine("transformers", serves_batches=False)
    s = speed(LLAMA, BF16, alone, workload(batch=4), machine(80), None)
    assert s.decode and s.decode_total  # noqa: PT018
    assert s.decode.expected == pytest.approx(s.decode_total.expected / 4)


def test_prefill_arithmetic_is_two_operations_a_weight_and_attention() -> None:
    tokens = 1000
    body = 8_030_261_248 - 2 * 128256 * 4096
    attention = 2 * 32 * 32 * (128 + 128) * tokens * tokens / 2
    work = workload(8192, prompt_tokens=tokens)
    assert prefill_flops(sizing(LLAMA), work) == 2 * body * tokens + attention


def test_an_encoder_reads_only() -> None:
    bert = model(bert_base(), "encoder")
    s = speed(bert, BF16, engine("transformers"), workload(512), machine(), None)
    assert s.decode is None
    assert s.prefill is not None
    assert s.missing == "reads-only"


@pytest.mark.parametrize(
    ("change", "missing"),
    [({"bandwidth_gb_s": None}, "bandwidth-unknown"), ({"tflops": {}}, "compute-unknown")],
)
def test_what_is_unknown_is_not_claimed(change: dict[str, object], missing: str) -> None:
    s = speed(LLAMA, BF16, LLAMACPP, workload(), machine(**change), None)
    assert s.missing == missing
    assert (s.decode is None) == (missing == "bandwidth-unknown")
    assert (s.prefill is None) == (missing == "compute-unknown")


def test_no_speed_without_a_machine() -> None:
    assert speed(LLAMA, BF16, LLAMACPP, workload(), None, None).missing == "no-machine"


def test_no_speed_for_what_does_not_fit() -> None:
    small = machine(4)
    memory = inference_memory(LLAMA, BF16, LLAMACPP, workload(), small)
    assert speed(LLAMA, BF16, LLAMACPP, workload(), small, memory).missing == "does-not-fit"


def test_no_speed_with_layers_in_main_memory() -> None:
    helped = machine(12, ram_gib=64)
    memory = inference_memory(LLAMA, BF16, LLAMACPP, workload(), helped)
    s = speed(LLAMA, BF16, LLAMACPP, workload(), helped, memory)
    assert s.missing == "host-bandwidth-unknown"


def test_constants_that_nobody_measured_widen_the_range() -> None:
    s = speed(LLAMA, BF16, VLLM, workload(), machine(), None)
    said = next(a.values for a in s.assumptions if a.code == "decode-efficiency")
    assert said["measured"] == 0
    assert s.decode is not None
    assert s.decode.high / s.decode.low > 2.5


def prefill(quantized: Quantization, engine_: Engine, work: Workload, on: Machine) -> float:
    found = speed(LLAMA, quantized, engine_, work, on, None).prefill
    assert found is not None
    return found.expected


def test_fp32_runs_at_fp32_throughput() -> None:
    card = machine(80, tflops={"fp32": 19.5, "bf16": 312.0}, memory_class="hbm")
    fp32 = quantization(32, compute="fp32")
    work = workload(8192, prompt_tokens=4096)
    rate = prefill(fp32, engine("transformers"), work, card)
    assert rate < 19.5e12 / (2 * 6.98e9)


def test_llm_int8_is_no_faster_than_16_bits() -> None:
    card = machine(tflops={"int8": 660.0, "bf16": 165.0})
    int8 = quantization(8, compute="int8", weight_only=False, output_bits=16, embedding_bits=16)
    work = workload(8192, prompt_tokens=8000)
    hf = engine("transformers")
    assert prefill(int8, hf, work, card) <= prefill(BF16, hf, work, card) * 1.01
    assert prefill(int8, engine("ctranslate2"), work, card) > 2 * prefill(BF16, hf, work, card)


def test_a_short_prompt_pays_the_launches_of_every_layer() -> None:
    # BERT base, 128 tokens: 12 layers of 0.826 ms, where the arithmetic takes 0.2 ms.
    bert = model(bert_base(), "encoder")
    work = workload(512, prompt_tokens=128)
    s = speed(bert, BF16, engine("transformers"), work, machine(memory_class="hbm"), None)
    assert s.prefill is not None
    assert 0.9 * 128 / (12 * 826e-6) < s.prefill.expected < 128 / (12 * 826e-6)


def test_a_prompt_reads_the_weights_at_least_once() -> None:
    fast = machine(80, memory_class="hbm", bandwidth_gb_s=2000, tflops={"bf16": 1e6})
    work = workload(8192, prompt_tokens=64)
    read = 2 * (8_030_261_248 - 2 * 128256 * 4096) / 2000e9
    assert prefill(BF16, VLLM, work, fast) < 64 / read


def test_an_encoder_decoders_prompt_passes_the_encoder_only() -> None:
    size = sizing(model(nllb_3b(), "encoder-decoder"))
    work = workload(512, prompt_tokens=100, generate_tokens=100)
    layer = 4 * 2048 * 2048 + 2 * 2048 * 8192
    attention = 24 * 2 * 16 * (128 + 128) * 100 * 100
    assert prefill_flops(size, work) == pytest.approx(24 * 2 * layer * 100 + attention, rel=0.01)


def test_a_tensor_split_sends_every_token_of_the_prompt() -> None:
    slow = machine(24, 2, interconnect_gb_s=100.0)
    fast = machine(24, 2, interconnect_gb_s=900.0)
    work = workload(8192, prompt_tokens=8000)
    sent = 32 * 2 * 8000 * 4096 * 2 * 2 * (2 - 1) / 2 / 1e9
    gap = 8000 / prefill(BF16, VLLM, work, slow) - 8000 / prefill(BF16, VLLM, work, fast)
    assert gap == pytest.approx(sent * (1 / 100 - 1 / 900), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "name", "measured"),
    [
        ({}, "vllm", 1),
        ({"vendor": "amd"}, "vllm", 0),
        ({"devices": 2}, "vllm", 1),
        ({}, "SGLang", 1),
        ({}, "LMDeploy", 0),
    ],
)
def test_only_what_was_measured_is_called_measured(
    change: dict[str, Any], name: str, measured: int
) -> None:
    where = machine(**{"gib": 80, "memory_class": "hbm", **change})
    run = engine("vllm", multi_gpu=["tensor"]).model_copy(update={"name": name})
    s = speed(LLAMA, BF16, run, workload(), where, None)
    said = next(a.values for a in s.assumptions if a.code == "decode-efficiency")
    assert said["measured"] == measured
    assert s.decode is not None
    if not measured:
        assert s.decode.low / s.decode.expected <= 0.5


def test_formats_made_while_loading_are_not_called_measured() -> None:
    nf4 = quantization(4.127, embedding_bits=16, output_bits=16)
    gptq = quantization(4.156, embedding_bits=16, output_bits=16, needs_calibration=True)
    hbm, hf = machine(80, memory_class="hbm"), engine("transformers")
    for q, measured in ((nf4, 0), (gptq, 1)):
        s = speed(LLAMA, q, hf, workload(), hbm, None)
        said = next(a.values for a in s.assumptions if a.code == "decode-efficiency")
        assert said["measured"] == measured


def test_sequences_one_at_a_time_visit_no_more_experts() -> None:
    alone, m = engine("transformers", serves_batches=False), model(gpt_oss_20b())
    one = speed(m, BF16, alone, workload(), machine(80), None).decode_total
    many = speed(m, BF16, alone, workload(batch=16), machine(80), None).decode_total
    assert one == many
