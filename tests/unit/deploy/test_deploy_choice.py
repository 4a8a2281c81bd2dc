"""Which format, layout and engine a deployment settles on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import Deployment, EnginePlan

First = Callable[[str], "EnginePlan"]
Deploy = Callable[[str], "Deployment"]


def test_the_widest_format_that_fits_is_taken(first: First) -> None:
    plan = first("qwen3-32b --gpu 'RTX 4090' --engine llama.cpp")
    assert plan.candidate.quantization_id == "q5_k_m"


def test_more_requests_take_a_narrower_format_before_a_second_machine(first: First) -> None:
    plan = first("qwen3-32b --gpu 'RTX 4090' --engine llama.cpp --concurrency 10")
    assert plan.candidate.quantization_id == "q4_k_m"
    assert plan.capacity.replicas.expected == 1


def test_requests_beyond_memory_make_replicas(first: First) -> None:
    plan = first("qwen3-32b --gpu 'RTX 4090' --engine llama.cpp --concurrency 200")
    assert plan.fits
    assert plan.capacity.replicas.expected > 1
    assert plan.capacity.replicas.expected * plan.workload.batch >= 200


def test_cards_are_added_until_they_hold_the_model(deploy: Deploy) -> None:
    answer = deploy("llama-3.1-70b-instruct --gpu 'RTX 4090'")
    assert answer.plans[0].machine.devices == 2
    assert "devices-derived" in [reason.code for reason in answer.assumed]


def test_a_number_of_devices_that_was_given_is_kept(deploy: Deploy) -> None:
    answer = deploy("llama-3.1-70b-instruct --gpu 'RTX 4090' --gpus 1")
    assert not answer.fits
    assert {plan.machine.devices for plan in answer.plans} == {1}


def test_a_data_centre_adds_machines_before_it_goes_below_eight_bits(first: First) -> None:
    plan = first("deepseek-v3 --gpu H100")
    assert plan.candidate.quantization_id == "fp8"
    assert plan.machine.nodes == 2


def test_engines_for_one_machine_are_refused_on_several(deploy: Deploy) -> None:
    answer = deploy("deepseek-v3 --gpu H100")
    refused = {engine: reason.code for engine, reason in answer.refused}
    assert refused["llama.cpp"] == "engine-one-node"


def test_no_speed_is_claimed_across_machines(first: First) -> None:
    plan = first("deepseek-v3 --gpu H100")
    assert plan.capacity.requests_per_second is None
    assert plan.capacity.missing == "network-unmeasured"


def test_every_engine_that_does_not_serve_has_its_reason(deploy: Deploy) -> None:
    answer = deploy("nllb-200-3.3b --gpu H100")
    served = {plan.engine_id for plan in answer.plans}
    assert served == {"transformers", "ctranslate2"}
    assert served | {engine for engine, _ in answer.refused} == set(answer.catalog.engines)


def test_an_engine_that_batches_leads_where_several_ask(first: First) -> None:
    assert first("nllb-200-3.3b --gpu H100 --concurrency 8").engine_id == "ctranslate2"


def test_what_is_behind_says_why(deploy: Deploy) -> None:
    plans = deploy("qwen3-32b --gpu 'RTX 4090'").plans
    assert plans[0].behind is None
    assert all(plan.behind is not None for plan in plans[1:])


def test_a_format_is_not_made_of_a_quantized_checkpoint_while_loading(deploy: Deploy) -> None:
    """DeepSeek-V3 was released in FP8, and bitsandbytes starts from 16 bits."""
    answer = deploy("deepseek-v3 --gpu H200 --gpus 8 --quantization nf4")
    assert not answer.plans


def test_files_nobody_names_are_not_guessed(first: First) -> None:
    plan = first("qwen3-32b --gpu 'RTX 4090' --engine llama.cpp")
    assert plan.files.basis == "prepared"
    assert plan.files.repository == "Qwen/Qwen3-32B"
    assert any("llama-quantize" in command for command in plan.files.commands)


def test_a_name_that_the_card_does_not_list_as_files_is_said_to_be_one(first: First) -> None:
    plan = first("gemma-3-4b-it --gpu H100 --engine vllm")
    assert plan.files.reason.code == "files-alias"


def test_an_encoder_is_said_to_need_a_head(first: First) -> None:
    plan = first("xlm-roberta-large --gpu A10 --task ner")
    assert plan.own_server
    assert "note-encoder-head" in [note.code for note in plan.notes]


def test_a_hosted_model_says_where_prompts_go(deploy: Deploy) -> None:
    answer = deploy("gpt-4.1 --requests-per-second 2")
    assert answer.privacy.code == "privacy-hosted"
    assert answer.privacy.values["providers"] == ("OpenAI",)


def test_a_rate_is_served_in_the_format_of_eight_bits_or_more_that_takes_fewest(
    first: First,
) -> None:
    """BF16 leaves little room for requests on 80 GiB, FP8 is as good."""
    line = "qwen3-32b --gpu H100 --engine vllm"
    assert first(line).candidate.quantization_id == "bf16"
    many = first(f"{line} --requests-per-second 3")
    assert many.candidate.quantization_id == "fp8"
    wide = first(f"{line} --requests-per-second 3 --quantization bf16")
    assert many.capacity.replicas.expected < wide.capacity.replicas.expected
