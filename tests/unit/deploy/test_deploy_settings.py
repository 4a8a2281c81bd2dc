"""Each setting of a server follows from the estimate or the card that decides it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import Deployment, EnginePlan
    from llm_select.schema.catalog import Catalog

First = Callable[[str], "EnginePlan"]
OPTIONS = Path(__file__).parents[2] / "serving" / "options.json"


def settings(plan: EnginePlan) -> dict[str, str | None]:
    """Value by name."""
    return {flag.name: flag.value for flag in plan.flags}


def test_every_setting_is_one_the_engine_knows(cases: list[tuple[str, Deployment]]) -> None:
    """The names come from the engine's own parser, or its source; `benchmarks/engine_flags.py` renews them."""
    known = json.loads(OPTIONS.read_text("utf-8"))
    wrong = [
        f"{line}: {plan.engine_id} has no {flag.name}"
        for line, answer in cases
        for plan in answer.plans
        if not plan.own_server
        for flag in plan.flags
        if flag.role != "private" and flag.name not in known[plan.engine_id]["options"]
    ]
    assert not wrong


def test_names_were_read_from_the_versions_the_catalog_names(bundled: Catalog) -> None:
    known = json.loads(OPTIONS.read_text("utf-8"))
    servers = {name: s for name, s in bundled.serving.items() if s.api == "openai"}
    assert {name: found["version"] for name, found in known.items()} == {
        name: server.version for name, server in servers.items()
    }


def test_every_engine_of_the_catalog_says_how_it_is_started(bundled: Catalog) -> None:
    assert bundled.serving.keys() == bundled.engines.keys()


def test_the_context_is_the_one_asked(first: First) -> None:
    plan = first("qwen3-32b --gpu H100 --engine vllm --context 9000 --concurrency 3")
    assert settings(plan)["--max-model-len"] == "9000"
    assert settings(plan)["--max-num-seqs"] == "3"


def test_llama_cpp_shares_one_context_among_requests(first: First) -> None:
    plan = first(
        "llama-3.1-8b-instruct --gpu H100 --engine llama.cpp --context 4000 --concurrency 3"
    )
    assert settings(plan)["--ctx-size"] == "12000"
    assert settings(plan)["--parallel"] == "3"


def test_the_memory_share_is_the_one_of_the_estimate(first: First) -> None:
    plan = first("llama-3.1-8b-instruct --gpu L40S --engine vllm")
    said = next(a for a in plan.memory.assumptions if a.code == "memory-share")
    assert settings(plan)["--gpu-memory-utilization"] == f"{said.values['share']:g}"


def test_a_share_is_raised_only_where_the_default_does_not_hold_it(first: First) -> None:
    line = "qwen3-32b --gpu L40S --engine vllm --quantization fp8 --context 4096 --concurrency"
    assert settings(first(f"{line} 5"))["--gpu-memory-utilization"] == "0.92"
    assert settings(first(f"{line} 6"))["--gpu-memory-utilization"] == "0.94"


def test_heads_are_divided_inside_a_node_and_layers_across(first: First) -> None:
    plan = first("deepseek-v3 --gpu H100 --gpus 8 --engine vllm")
    told = settings(plan)
    assert (plan.machine.devices, plan.machine.nodes) == (16, 2)
    assert (told["--tensor-parallel-size"], told["--pipeline-parallel-size"]) == ("8", "2")
    assert told["--nnodes"] == "2"


def test_one_device_is_not_divided(first: First) -> None:
    assert "--tensor-parallel-size" not in settings(first("qwen3-32b --gpu H100 --engine vllm"))


def test_layers_in_main_memory_are_not_sent_to_the_device(first: First) -> None:
    plan = first("qwen3-32b --gpu 'RTX 4090' --ram 64 --engine llama.cpp --quantization q8_0")
    left = plan.memory.offloaded_layers
    assert left > 0
    assert settings(plan)["--n-gpu-layers"] == str(64 + 1 - left)


def test_vllm_is_told_the_gib_that_stay_in_main_memory(first: First) -> None:
    plan = first("qwen3-32b --gpu 'RTX 4090' --ram 128 --engine vllm --quantization bf16")
    told = settings(plan)["--cpu-offload-gb"]
    assert told is not None
    assert 0 <= int(told) - plan.memory.host / GIB < 1


def test_a_narrow_cache_is_taken_only_where_the_default_does_not_fit(first: First) -> None:
    line = "qwen3-32b --gpu 'RTX 4090' --engine llama.cpp --quantization q4_k_m --context"
    assert "--cache-type-k" not in settings(first(f"{line} 8192"))
    narrow = settings(first(f"{line} 30000"))
    assert narrow["--cache-type-k"] == narrow["--cache-type-v"] == "q8_0"
    assert narrow["--flash-attn"] == "on"


def test_mlx_keeps_its_cache_where_requests_run_together(first: First) -> None:
    """Its quantized cache serves one request at a time."""
    plan = first(
        "qwen3-32b --gpu 'M4 Max' --gpu-mem 36 --engine mlx --context 30000 --concurrency 2"
    )
    assert plan.workload.kv_type is None or plan.workload.batch == 1


def test_formats_made_while_loading_are_told(first: First) -> None:
    told = settings(first("llama-3.1-8b-instruct --gpu L40S --engine sglang --quantization nf4"))
    assert told["--quantization"] == told["--load-format"] == "bitsandbytes"


def test_a_quantized_checkpoint_is_not_told_its_format(first: First) -> None:
    """The engine reads it from the checkpoint."""
    told = settings(first("qwen3-32b --gpu 'RTX 4090' --engine vllm --quantization awq-int4"))
    assert "--quantization" not in told


def test_parsers_are_set_only_for_models_the_pages_name(first: First) -> None:
    named = settings(first("llama-3.1-8b-instruct --gpu H100 --engine vllm"))
    assert named["--tool-call-parser"] == "llama3_json"
    assert "--enable-auto-tool-choice" in named
    unnamed = settings(first("gemma-3-4b-it --gpu H100 --engine vllm"))
    assert "--tool-call-parser" not in unnamed


def test_a_reasoning_parser_needs_a_model_that_reasons(first: First) -> None:
    thinks = settings(first("qwen3-4b-thinking-2507 --gpu H100 --engine vllm"))
    assert thinks["--reasoning-parser"] == "qwen3"
    direct = settings(first("qwen3-4b-instruct-2507 --gpu H100 --engine vllm"))
    assert "--reasoning-parser" not in direct


def test_the_revision_of_the_card_is_pinned(first: First, bundled: Catalog) -> None:
    card = bundled.models["qwen/qwen3-32b"]
    published = next(a for a in card.artifacts if a.quantization == "bf16")
    plan = first("qwen3-32b --gpu H100 --engine vllm --quantization bf16")
    assert settings(plan)["--revision"] == published.revision


def test_vllm_is_kept_from_reporting_usage(first: First) -> None:
    plan = first("qwen3-32b --gpu H100 --engine vllm")
    assert settings(plan)["VLLM_NO_USAGE_STATS"] == "1"


def test_every_setting_has_a_sentence(cases: list[tuple[str, Deployment]]) -> None:
    """An unknown code would be printed as it stands."""
    from llm_select.render.deploy_messages import say

    for _, answer in cases:
        reasons = [answer.privacy, *answer.assumed, *(reason for _, reason in answer.refused)]
        for plan in answer.plans:
            reasons += [flag.reason for flag in plan.flags]
            reasons += [plan.files.reason, *plan.notes, *([plan.behind] if plan.behind else [])]
        for reason in reasons:
            assert say(reason) != reason.code
