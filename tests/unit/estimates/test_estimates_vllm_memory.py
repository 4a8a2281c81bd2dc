"""Memory of vLLM and SGLang: the profiled pass, the share of a device, buffers and graphs by version."""

from __future__ import annotations

import pytest
from estimate_builders import (
    attention,
    decoder,
    engine,
    gpt_oss_20b,
    llama_8b,
    machine,
    model,
    quantization,
    workload,
)

from llm_select.estimates import memory_calibration as c
from llm_select.estimates.limits import needed_gib
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import MemoryEstimate
from llm_select.schema.hardware import Engine
from llm_select.schema.model import Model
from llm_select.units import GIB

LLAMA = model(llama_8b())
BF16 = quantization(16)
VLLM = engine("vllm", multi_gpu=["tensor", "pipeline"])


def codes(estimate: MemoryEstimate) -> set[str]:
    return {a.code for a in estimate.assumptions}


def test_vllm_fits_its_default_share_and_is_tight_up_to_the_most() -> None:
    e = inference_memory(LLAMA, BF16, VLLM, workload(), machine())
    beside = c.VLLM_OVERHEAD.context
    verdicts = []
    for need, share in ((e.high, 0.92), (e.total, 0.95), (e.total * 0.99, 0.95)):
        gib = (need / GIB - beside) / share * 1.000001
        at = inference_memory(LLAMA, BF16, VLLM, workload(), machine(gib))
        verdicts.append(at.verdict)
    assert verdicts == ["fits", "tight", "no"]
    assert "memory-share" in codes(at)


def test_a_share_that_is_given_is_the_one_that_counts() -> None:
    work = workload()
    assert inference_memory(LLAMA, BF16, VLLM, work, machine(24)).verdict == "fits"
    half = inference_memory(LLAMA, BF16, VLLM, work._replace(memory_share=0.5), machine(24))
    assert half.verdict == "no"
    assert half.usable == pytest.approx((12 + c.VLLM_OVERHEAD.context) * GIB)


SGLANG = VLLM.model_copy(update={"name": "SGLang"})


def reserved(gib: float) -> float:
    e = inference_memory(LLAMA, BF16, SGLANG, workload(), machine(gib))
    assert e.usable is not None
    return gib - (e.usable - e.activations - e.overhead) / GIB


def test_sglangs_fraction_is_the_one_its_log_prints() -> None:
    # sgl-project/sglang#18263: 0.911 on 288 GiB. 24 GiB: 512 + 2,048 · 1.5 + 24 · 2 + 128 MiB.
    assert 1 - reserved(288) / 288 == pytest.approx(0.911, abs=0.0005)
    assert reserved(24) * 1024 == pytest.approx(512 + 2048 * 1.5 + 24 * 2 + 128)


def test_more_memory_never_leaves_sglang_less() -> None:
    rooms = [gib - reserved(gib) for gib in range(20, 300)]
    assert rooms == sorted(rooms)


@pytest.mark.parametrize("run", [VLLM, SGLANG], ids=["vllm", "sglang"])
def test_what_is_needed_without_a_machine_is_just_enough(run: Engine) -> None:
    gib = needed_gib(LLAMA, BF16, run, workload())
    on = [machine(g, usable_gib=g * 0.98) for g in (gib + 1e-6, gib - 0.05)]
    verdicts = [inference_memory(LLAMA, BF16, run, workload(), m).verdict for m in on]
    assert verdicts == ["fits", "tight"]


def test_vllm_took_graphs_out_of_the_share_in_0_21() -> None:
    old, new = (
        inference_memory(LLAMA, BF16, VLLM, workload(engine_version=v), machine(24)).usable
        for v in ("0.20.0", "0.21.0")
    )
    graphs = c.VLLM_OVERHEAD.graphs + 32 * c.VLLM_OVERHEAD.graphs_per_layer
    assert old is not None
    assert new is not None
    assert (old - new) / GIB == pytest.approx((0.90 - 0.92) * 24 + graphs)


def windows(arch_window: int = 1024) -> Model:
    return model(decoder(2, 512, 1000, [attention(2, 4, 4, 64, window=arch_window)], 1024))


@pytest.mark.parametrize(("batch", "cells"), [(1, 1024 - 1 + 2048), (8, 8 * (1024 - 1) + 2048)])
def test_vllm_keeps_a_pass_beyond_the_window_shared_by_the_sequences(
    batch: int, cells: int
) -> None:
    # SlidingWindowSpec: min(window - 1 + max_num_batched_tokens, max_model_len).
    e = inference_memory(windows(), BF16, VLLM, workload(32768, batch=batch), machine())
    assert e.kv_cache == 2 * 4 * (64 + 64) * cells * 2


def test_vllm_profiles_more_on_large_devices_but_not_on_an_a100() -> None:
    small, large, a100 = (
        inference_memory(LLAMA, BF16, VLLM, workload(), m).activations
        for m in (machine(48), machine(80), machine(80, device="a100", name="A100 SXM"))
    )
    assert small == a100
    # 1,024 rows of logits at 14.5 bytes, the final states of 8,192 tokens.
    assert large == 1024 * 128256 * 14.5 + 8192 * 2 * 4096 + c.VLLM_FIXED_BYTES


def test_vllm_sorted_the_logits_until_0_17() -> None:
    old = inference_memory(LLAMA, BF16, VLLM, workload(engine_version="0.16.0"), machine(80))
    assert old.activations == 1024 * 128256 * 38 + 8192 * 2 * 4096 + c.VLLM_FIXED_BYTES


@pytest.mark.parametrize(("context", "tokens"), [(20000, 20000), (131072, 2048)])
def test_vllms_first_engine_read_up_to_32768_tokens_at_once(context: int, tokens: int) -> None:
    work = workload(context, engine_version="0.6.4")
    e = inference_memory(LLAMA, BF16, VLLM, work, machine(24))
    # One layer's gate, up and product, and four residuals; the sampler's logits are less, or not run.
    assert e.activations == tokens * 2 * (3 * 14336 + 4 * 4096)


def test_a_mixtures_workspaces_stay_beside_the_sampler() -> None:
    # Mixtral on two devices: experts of 7,168 each; the log says 1.21 GiB.
    experts = {"count": 8, "active": 2, "size": 14336}
    mixtral = model(decoder(32, 4096, 32000, [attention(32, 32, 8, 128)], None, experts=experts))
    e = inference_memory(mixtral, BF16, VLLM, workload(), machine(80, 2))
    assert e.activations / 2 / GIB == pytest.approx(1.21, abs=0.01)


def test_the_stages_of_a_pipeline_before_the_last_sample_nothing() -> None:
    work = workload(split="pipeline")
    one = inference_memory(LLAMA, BF16, VLLM, work, machine(80))
    two = inference_memory(LLAMA, BF16, VLLM, work, machine(80, 2))
    assert one.activations < two.activations < 2 * one.activations


def test_all_reduce_buffers_are_larger_on_a_switched_link() -> None:
    slow = inference_memory(LLAMA, BF16, VLLM, workload(), machine(80, 2))
    fast = inference_memory(LLAMA, BF16, VLLM, workload(), machine(80, 2, interconnect_gb_s=450.0))
    o = c.VLLM_OVERHEAD
    assert (fast.overhead - slow.overhead) / 2 / GIB == pytest.approx(o.reduce_switched - o.reduce)


def test_vllm_pads_the_experts_of_gpt_oss_in_four_bits() -> None:
    arch = gpt_oss_20b().model_copy(update={"model_type": "gpt_oss"})
    fp4 = quantization(4.25, embedding_bits=16, output_bits=16, attention_bits=16)
    plain = inference_memory(model(arch), fp4, engine("transformers"), workload(), None)
    padded = inference_memory(model(arch), fp4, VLLM, workload(), None)
    assert 1.04 < padded.weights / plain.weights < 3072 / 2880


def test_vllm_fills_up_groups_of_windowed_layers() -> None:
    # 52 windowed layers beside 10 take the place of 60 (Gemma 3 27B).
    arch = decoder(
        62, 512, 1000, [attention(52, 4, 4, 64, window=1024), attention(10, 4, 4, 64)], 1024
    )
    e = inference_memory(model(arch), BF16, VLLM, workload(32768), machine())
    assert e.kv_cache == 4 * 128 * 2 * (60 * (1023 + 2048) + 10 * 32768)


def test_vllms_larger_pass_does_not_lose_a_fit() -> None:
    # At 70 GiB the default pass grows; where only the smaller one fits, that one is taken.
    work = workload(2048)
    small = inference_memory(LLAMA, BF16, VLLM, work, machine(69))
    need = (small.device_high / GIB - c.VLLM_OVERHEAD.context) / c.VLLM_SHARE
    big = machine(80, usable_gib=need + 0.01)
    assert inference_memory(LLAMA, BF16, VLLM, work, big).verdict == "fits"
