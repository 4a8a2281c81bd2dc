"""Other tools' formulas give what the tools themselves print, or what their own pages say, for one example each."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
peers: Any = importlib.import_module("peers")

GIB = 2**30
LLAMA = peers.InferenceCase(
    parameters=8_030_261_248,
    format="Q4_K_M",
    bits=4.9,
    layers=32,
    hidden=4096,
    heads=32,
    kv_heads=8,
    head_dim=128,
    ffn=14336,
    vocabulary=128256,
    context=8192,
    bandwidth_gb_s=1008,
    tflops=165.2,
    gpu_memory_gib=24,
)
"""Llama 3.1 8B on an RTX 4090."""
LLAMA_2 = LLAMA._replace(
    parameters=6_738_415_616, kv_heads=32, ffn=11008, vocabulary=32000, format="F16", bits=16, context=1000
)  # fmt: skip
MIXTRAL = LLAMA._replace(
    parameters=46_702_792_704,
    vocabulary=32000,
    active_parameters=12.9e9,
    experts=8,
    active_experts=2,
    expert_size=14336,
    gpu_memory_gib=None,
)
QWEN = MIXTRAL._replace(
    parameters=30.53e9, active_parameters=3.3e9, layers=48, hidden=2048, kv_heads=4,
    vocabulary=151936, experts=128, active_experts=8, expert_size=768,
)  # fmt: skip
LORA = peers.TrainingCase(
    parameters=6_738_415_616,
    method="lora",
    bits=16,
    batch=2,
    seq_len=500,
    layers=32,
    hidden=4096,
    heads=32,
    ffn=11008,
    vocabulary=32000,
)


def near(value: float, relative: float = 1e-6) -> Any:
    """Equal up to the digits the tool printed."""
    return pytest.approx(value, rel=relative)


@pytest.mark.parametrize(
    ("format_", "memory", "speed"),
    [
        ("Q4_K_M", 6.15755152384, 138.0776995612883),
        ("Q8_0", 9.931774310400002, 69.03884978064416),
        ("F16", 17.560522496, 34.51942489032208),
    ],
)
def test_llmfit_prints_these_figures_for_a_dense_model(
    format_: str, memory: float, speed: float
) -> None:
    case = LLAMA._replace(format=format_)
    assert (peers.llmfit_memory(case), peers.llmfit_decode(case)) == (near(memory), near(speed))


@pytest.mark.parametrize(
    ("case", "speed"),
    [
        (MIXTRAL, 86.32892972813632),
        (MIXTRAL._replace(format="Q8_0"), 59.380788627785876),
        (QWEN, 168.5125986806354),
        (QWEN._replace(format="Q8_0"), 147.51161780897064),
    ],
)
def test_llmfit_prints_these_speeds_for_mixtures(case: Any, speed: float) -> None:
    assert peers.llmfit_decode(case) == near(speed)


def test_llmfit_takes_a_factor_by_experts_when_the_shape_is_unknown() -> None:
    case = MIXTRAL._replace(active_experts=None, expert_size=None)
    assert peers.llmfit_decode(case) == near(1008 / (12.9 * 0.58) * 0.55 * 0.9)


def test_llmfit_slows_a_mixture_that_fills_the_card() -> None:
    share = 46.702792704 * 0.58 / 32
    factor = peers.llmfit_decode(MIXTRAL._replace(gpu_memory_gib=32)) / peers.llmfit_decode(MIXTRAL)
    assert factor == near(1 - (share - 0.6) * (1 - 2 / 8))


@pytest.mark.parametrize(
    ("parameters", "active", "speed"),
    [(8.03e9, None, 647.2), (46.7e9, 12.9e9, 402.9), (30.53e9, 3.3e9, 1575.0)],
)
def test_llmfit_prints_these_prompt_speeds_at_29_7_tflops(
    parameters: float, active: float | None, speed: float
) -> None:
    case = LLAMA._replace(parameters=parameters, active_parameters=active, tflops=29.7)
    assert peers.llmfit_prefill(case) == near(speed, 2e-4)


def test_llmfit_counts_windowed_layers_in_full() -> None:
    case = LLAMA._replace(window=1024, full_layer_every=6)
    assert peers.llmfit_memory(case) == peers.llmfit_memory(LLAMA)


def test_whichllm_gives_these_figures_for_a_gguf_file() -> None:
    case = LLAMA._replace(parameters=8.03e9, weight_gib=4.92e9 / GIB)
    assert peers.whichllm_memory(case) == near(6.517546090297401)
    assert peers.whichllm_decode(case) == near(112.6829268292683)


def test_whichllm_gives_these_figures_for_a_16_bit_repository() -> None:
    case = LLAMA._replace(parameters=8.03e9, format="BF16", engine="vllm", context=4096)
    assert peers.whichllm_memory(case) == near(16.642996028997004)
    assert peers.whichllm_decode(case) == near(28.24408468244085)


def test_whichllm_gives_these_figures_for_a_mixture() -> None:
    case = MIXTRAL._replace(parameters=46.7e9, weight_gib=26.4e9 / GIB)
    assert peers.whichllm_memory(case) == near(28.076565455645323)
    assert peers.whichllm_decode(case) == near(76.0232558139535)


def test_whichllm_reads_an_eighth_of_a_sparse_mixture_on_an_m3_max() -> None:
    case = QWEN._replace(
        parameters=30.5e9, format="Q8_0", weight_gib=32.4e9 / GIB, vendor="apple", bandwidth_gb_s=400
    )  # fmt: skip
    assert peers.whichllm_decode(case) == near(42.1043771043771)


def test_whichllm_blends_the_windowed_layers_of_gemma_3() -> None:
    assert peers.whichllm_kv_gib(27.4, 32768, None, 1024, 6) * GIB == near(620_110_370)


def test_whichllm_leaves_less_of_several_cards() -> None:
    assert peers.whichllm_pool_gib(24, 2) == near((48 - 0.6) * 0.95)


def test_llm_checker_gives_these_figures_for_a_dense_model() -> None:
    case = LLAMA._replace(parameters=8.03e9)
    assert peers.llm_checker_memory(case) == near(5.683654079999999)
    assert peers.llm_checker_decode(case) == 47.8


def test_llm_checker_gives_these_figures_for_a_mixture() -> None:
    case = MIXTRAL._replace(parameters=46.7e9, gpu_memory_gib=24)
    assert peers.llm_checker_memory(case) == near(28.431414399999998)
    assert peers.llm_checker_decode(case) == 70.0


def test_llm_checker_adds_less_to_a_known_file() -> None:
    case = LLAMA._replace(parameters=8.03e9, weight_gib=4.92e9 / GIB)
    assert peers.llm_checker_memory(case) == near(4.92 + 0.35 + 0.52625408)


def test_llm_checker_speeds_up_on_two_80_gb_cards() -> None:
    case = LLAMA._replace(parameters=70.6e9, format="Q8_0", gpu_memory_gib=80, devices=2)
    assert peers.llm_checker_decode(case) == near(13.2)


def test_hf_mem_counts_a_gibibyte_of_cache_for_8192_tokens() -> None:
    assert peers.hf_mem_memory(LLAMA._replace(weight_gib=4.0)) == near(5.0)


def test_hf_mem_counts_gemma_3_at_62_gib_of_cache() -> None:
    case = LLAMA._replace(
        layers=62, kv_heads=16, window=1024, full_layer_every=6, context=131072, weight_gib=50.0
    )  # fmt: skip
    assert peers.hf_mem_memory(case) == near(112.0)


def test_ollama_adds_a_layer_the_graph_and_the_cuda_minimum() -> None:
    case = LLAMA._replace(weight_gib=4.58)
    table = 128256 * 4096 * 4.9 / 8 / GIB
    spare = (4.58 - 2 * table + 1) / 32
    graph = 4 * 512 * (1 + 4 * 4096 + 8192 * 33) / GIB
    assert peers.ollama_memory(case) == near(4.58 - table + 1 + spare + graph + 457 / 1024)


@pytest.mark.parametrize(
    ("format_", "engine", "batch", "mib"),
    [
        ("F16", "transformers", 1, 14603),
        ("NF4", "transformers", 1, 5735),
        ("Q4_0", "llama.cpp", 1, 4965),
        ("Q4_K_M", "llama.cpp", 2, 6238),
    ],
)
def test_gpu_poor_prints_these_totals_for_llama_2_7b(
    format_: str, engine: str, batch: int, mib: int
) -> None:
    case = LLAMA_2._replace(format=format_, engine=engine, batch=batch)
    assert peers.gpu_poor_memory(case) * 1024 == pytest.approx(mib, abs=1)


@pytest.mark.parametrize(
    ("format_", "engine", "devices", "token_ms", "prompt_s"),
    [
        ("F16", "transformers", 1, 25.89, 1.13),
        ("NF4", "transformers", 1, 21.65, 0.88),
        ("Q4_0", "llama.cpp", 1, 6.00, 0.33),
        ("F16", "transformers", 2, 16.18, 1.13),
        ("F16", "vllm", 1, 12.95, 1.13),
    ],
)
def test_gpu_poor_prints_these_times_for_llama_2_7b(
    format_: str, engine: str, devices: int, token_ms: float, prompt_s: float
) -> None:
    case = LLAMA_2._replace(format=format_, engine=engine, devices=devices, context=1024)
    assert 1000 / peers.gpu_poor_decode(case) == pytest.approx(token_ms, abs=0.01)
    assert 512 / peers.gpu_poor_prefill(case) == pytest.approx(prompt_s, abs=0.01)


def test_accelerate_adds_a_fifth_to_the_weights() -> None:
    assert peers.accelerate_memory(LLAMA._replace(weight_gib=10.0)) == near(12.0)


def test_the_cookbook_prints_16_52_gib_for_llama_3_8b() -> None:
    case = LLAMA._replace(parameters=8.05e9, format="BF16", context=4096)
    assert peers.eleuther_memory(case) == pytest.approx(16.52, abs=0.01)


def test_roofline_of_an_8_bit_billion_at_1000_gb_per_second() -> None:
    case = LLAMA._replace(parameters=1e9, bits=8, bandwidth_gb_s=1000, tflops=100)
    assert peers.roofline_decode(case) == near(1000)
    assert peers.roofline_prefill(case) == near(50_000)


def test_roofline_reads_the_active_share_of_a_mixture() -> None:
    case = MIXTRAL._replace(parameters=40e9, active_parameters=10e9, bits=8, bandwidth_gb_s=1000)
    assert peers.roofline_decode(case) == near(100)


@pytest.mark.parametrize(
    ("method", "bits", "gib"),
    [("full", 32, 18), ("full", 16, 8), ("lora", 16, 2), ("qlora", 8, 1), ("qlora", 4, 0.5), ("qlora", 2, 0.25)],
)  # fmt: skip
def test_llama_factory_table_for_one_billion(method: str, bits: float, gib: float) -> None:
    assert peers.llama_factory_gib(1, method, bits) == gib


def test_llama_factory_reads_the_row_from_the_case() -> None:
    full = LORA._replace(method="full", parameters=7e9)
    answers = [
        peers.llama_factory_training(case)
        for case in (full, full._replace(precision="bf16"), LORA._replace(parameters=7e9))
    ]
    assert answers == [126, 56, 14]


@pytest.mark.parametrize(("method", "gb"), [("full", 69), ("lora", 18), ("qlora", 9)])
def test_llm_checker_rounds_training_up_to_whole_gb(method: str, gb: int) -> None:
    assert peers.llm_checker_training(LORA._replace(parameters=8.03e9, method=method)) == gb


def test_accelerate_trains_in_four_times_or_twice_the_fp32_model() -> None:
    case = LORA._replace(parameters=1e9, method="full")
    assert peers.accelerate_training(case._replace(precision="fp32")) == near(16e9 / GIB)
    assert peers.accelerate_training(case) == near(8e9 / GIB)


def test_the_cookbook_prints_203_gib_for_training_its_llama_example() -> None:
    case = peers.TrainingCase(6.34e9, "full", 16, 1, 4096, 32, 4096, 32, 14336, 51200)
    assert peers.eleuther_training(case) == pytest.approx(203.33, abs=0.1)


def test_the_cookbook_shards_the_optimizer_first() -> None:
    case = LORA._replace(method="full", parameters=1e9, gpus=4, zero_stage=1, seq_len=0)
    assert peers.eleuther_training(case) == near((12e9 / 4 + 6e9 + 1e9) / GIB)


@pytest.mark.parametrize(
    ("method", "batch", "checkpointing", "mib"),
    [("full", 1, False, 58027), ("lora", 2, True, 15341), ("qlora", 2, False, 17300)],
)
def test_gpu_poor_prints_these_totals_for_training_llama_2_7b(
    method: str, batch: int, checkpointing: bool, mib: int
) -> None:
    case = LORA._replace(method=method, batch=batch, checkpointing=checkpointing)
    assert peers.gpu_poor_training(case) * 1024 == pytest.approx(mib, abs=1)


def rank(peer: str, name: str, billions: float, **known: Any) -> float | None:
    """A peer's score of a model of so many 10^9 parameters, on 2026-11-24."""
    case = peers.RankingCase(name, billions * 1e9, today="2026-11-24", **known)
    score: float | None = peers.RANKING[peer](case)
    return score


@pytest.mark.parametrize(
    ("name", "billions", "known", "score"),
    [
        ("Qwen/Qwen3-30B-A3B", 30.53, {"active_parameters": 3.3e9, "architecture": "qwen3_moe"}, 68.0),
        ("deepseek-ai/DeepSeek-V3", 684.53, {"active_parameters": 37e9, "architecture": "deepseek_v3"}, 98.0),
        ("openai/gpt-oss-20b", 21.51, {"active_parameters": 3.6e9, "release_date": "2026-07-28"}, 61.5),
        ("microsoft/phi-4", 14.66, {"architecture": "phi3", "release_date": "2025-01-08"}, 88.0),
        ("bigscience/bloom-7b1", 7.07, {"release_date": "2022-05-19"}, 75.0),
        ("Qwen/Qwen2.5-7B-Instruct", 7.62, {"architecture": "qwen2"}, 81.5),
    ],
)  # fmt: skip
def test_llmfit_shows_these_qualities(
    name: str, billions: float, known: dict[str, Any], score: float
) -> None:
    assert rank("llmfit", name, billions, **known) == near(score)


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 2.0),
        ("Qwen/Qwen2.5-7B-Instruct", 2 / 7 * 16 - 6),
        ("google/gemma-3-27b-it", 2 / 3 * 16 - 6),
        ("google/gemma-7b", 0.0),
        ("google/flan-t5-xl", 3 / 4 * 16 - 6),
        ("zai-org/GLM-5.2", 0.0),
        ("CohereLabs/aya-expanse-8b", 0.0),
    ],
)
def test_whichllm_gives_these_points_to_a_generation(name: str, points: float) -> None:
    assert peers.whichllm_generation(name) == pytest.approx(points, abs=1e-9)


def test_whichllm_scores_llama_by_size_owner_and_generation() -> None:
    # The tool: 25.29785 for Q4_K_M at full speed, that is 8 for speed and 5 % less of the size score.
    size = (25.297850273101115 - 8 - 3 - 3) / 0.95
    assert rank("whichllm", "meta-llama/Llama-3.1-8B-Instruct", 8.03) == near(size + 6)


@pytest.mark.parametrize("name", ["facebook/nllb-200-3.3B", "ibm-granite/granite-4.0-h-tiny"])
def test_whichllm_never_ranks(name: str) -> None:
    assert rank("whichllm", name, 3.3) is None


@pytest.mark.parametrize(
    ("name", "billions", "date", "score"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 8.03, None, 79),
        ("Qwen/Qwen3-8B", 8.2, "2026-11-14", 86),
        ("Qwen/Qwen3-8B", 8.2, "2025-07-12", 79),
        ("Qwen/Qwen3-8B", 8.2, "2024-09-15", 75),
        ("bigcode/starcoder2-15b", 15, None, 85),
    ],
)
def test_llm_checker_gives_these_priors(
    name: str, billions: float, date: str | None, score: float
) -> None:
    assert rank("llm-checker", name, billions, release_date=date) == score


def test_the_plain_orders() -> None:
    assert rank("parameter count", "a/b", 7) == 7e9
    newer = rank("release date", "a/b", 7, release_date="2024-07-23")
    assert newer == (rank("release date", "a/b", 7, release_date="2024-07-22") or 0) + 1
    assert rank("release date", "a/b", 7) is None


@pytest.mark.parametrize("peer", ["llmfit", "whichllm", "llm-checker", "Ollama", "gpu_poor"])
def test_the_overhead_is_a_part_of_the_memory(peer: str) -> None:
    assert 0.4 < peers.OVERHEAD_GIB[peer] < peers.MEMORY[peer](LLAMA)


@pytest.mark.parametrize("registry", ["MEMORY", "DECODE", "PREFILL"])
def test_an_unknown_format_and_card_give_figures_or_none(registry: str) -> None:
    case = LLAMA._replace(format="EXL3", bandwidth_gb_s=None, tflops=None, gpu_memory_gib=None)
    answers = [peer(case) for peer in getattr(peers, registry).values()]
    assert all(answer is None or answer > 0 for answer in answers)
    assert None in answers
