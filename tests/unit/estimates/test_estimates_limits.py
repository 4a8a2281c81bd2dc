"""Largest context and batch, and the memory needed."""

from __future__ import annotations

import pytest
from estimate_builders import engine, llama_8b, machine, model, quantization, workload

from llm_select.estimates.limits import largest_batch, largest_context, needed_gib
from llm_select.estimates.memory import inference_memory

LLAMA = model(llama_8b())
BF16 = quantization(16)
VLLM = engine("vllm", multi_gpu=["tensor"])


def test_the_largest_context_fits_and_one_more_does_not() -> None:
    n = largest_context(LLAMA, BF16, VLLM, workload(), machine(24))
    fit = inference_memory(LLAMA, BF16, VLLM, workload(n), machine(24))
    more = inference_memory(LLAMA, BF16, VLLM, workload(n + 1), machine(24))
    assert (fit.verdict, more.verdict) == ("fits", "tight")


def test_the_models_context_is_the_limit() -> None:
    assert largest_context(LLAMA, BF16, VLLM, workload(), machine(80), limit=131072) == 131072


def test_no_context_fits_where_the_weights_do_not() -> None:
    assert largest_context(LLAMA, BF16, VLLM, workload(), machine(8)) == 0


def test_the_largest_batch_fits_and_one_more_does_not() -> None:
    n = largest_batch(LLAMA, BF16, VLLM, workload(2048), machine(24))
    fit = inference_memory(LLAMA, BF16, VLLM, workload(2048, batch=n), machine(24))
    more = inference_memory(LLAMA, BF16, VLLM, workload(2048, batch=n + 1), machine(24))
    assert (fit.verdict, more.verdict) == ("fits", "tight")


def test_the_needed_memory_is_just_enough() -> None:
    gib = needed_gib(LLAMA, BF16, VLLM, workload(), machine(24))
    enough = inference_memory(LLAMA, BF16, VLLM, workload(), machine(gib + 1e-6))
    short = inference_memory(LLAMA, BF16, VLLM, workload(), machine(gib - 0.01))
    assert (enough.verdict, short.verdict) == ("fits", "tight")


def test_without_a_machine_a_share_is_kept_free() -> None:
    gib = needed_gib(LLAMA, BF16, VLLM, workload())
    assert gib == pytest.approx(needed_gib(LLAMA, BF16, VLLM, workload(), machine(24)) / 0.98)


def test_several_devices_need_less_each() -> None:
    one = needed_gib(LLAMA, BF16, VLLM, workload(), machine(24))
    assert needed_gib(LLAMA, BF16, VLLM, workload(), machine(24, 2)) < one
