"""Configurations into shapes.

`shapes.json` holds small configurations of our own, one or more for each architecture, with the parameters that the
model class of Transformers 5.23 has for it (instantiated on the meta device). `buffers` are values that files carry and
`parameters()` does not count: router corrections, output scales, the bias of Marian's head.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_select.catalog.importers import decoders
from llm_select.catalog.importers.hf_config import ConfigFacts, config_facts
from llm_select.catalog.importers.reading import SourceError, json_object
from tests.catalog.importers.builders import LLAMA, LLAMA_WEIGHTS, config_bytes

SHAPES: dict[str, Any] = json.loads((Path(__file__).parent / "shapes.json").read_text())


def facts(config: dict[str, Any]) -> ConfigFacts:
    return config_facts(config, "config.json")


def refused(config: dict[str, Any]) -> str:
    with pytest.raises(SourceError) as caught:
        facts(config)
    return str(caught.value)


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_has_the_parameters_of_the_model_class(name: str) -> None:
    found = facts(SHAPES[name]["config"]).facts["parameters"]["total"]
    assert found - SHAPES[name]["buffers"] == SHAPES[name]["parameters"]


def test_every_row_of_traits_has_a_counted_shape() -> None:
    counted = {one["config"]["model_type"] for one in SHAPES.values()}
    inside = {one["config"].get("text_config", {}).get("model_type") for one in SHAPES.values()}
    # No class of Transformers, or none that can be built alone: checked below or by published counts.
    apart = {"ministral", "internlm2", "mimo", "qwen2_vl_text", "qwen2_5_vl_text"}
    assert set(decoders.TRAITS) - counted - inside <= apart | {"qwen3_vl_text", "qwen3_vl_moe_text"}


def test_a_dense_decoder_becomes_the_card_a_person_would_write() -> None:
    found = facts(LLAMA)
    assert found.facts == {
        "generation": "transformer",
        "kind": "decoder",
        "weights": "open",
        "parameters": {"total": LLAMA_WEIGHTS, "active": LLAMA_WEIGHTS},
        "architecture": {
            "model_type": "llama",
            "layers": 2,
            "hidden_size": 64,
            "vocab_size": 500,
            "tied_embeddings": False,
            "position": "rope",
            "attention": [
                {"layers": 2, "kind": "grouped-query", "heads": 4, "kv_heads": 2, "head_dim": 16}
            ],
            "ffn": {"size": 160, "gated": True},
        },
        "context": {"native": 2048},
    }
    assert found.quantization == "bf16"


def groups(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = facts(SHAPES[name]["config"]).facts["architecture"]["attention"]
    return found


def test_windows_alternate_in_gemma_2_the_first_layer_included() -> None:
    config = {k: v for k, v in SHAPES["gemma2 small"]["config"].items() if k != "layer_types"}
    config |= {"num_hidden_layers": 5, "sliding_window": 512}
    found = facts(config).facts["architecture"]["attention"]
    assert [(one["layers"], one.get("window")) for one in found] == [(3, 512), (2, None)]


def test_one_layer_in_six_is_global_in_gemma_3() -> None:
    config = {k: v for k, v in SHAPES["gemma3_text small"]["config"].items() if k != "layer_types"}
    found = facts(
        {**config, "num_hidden_layers": 13, "sliding_window": 512, "sliding_window_pattern": 6}
    )
    attention = found.facts["architecture"]["attention"]
    assert [(one["layers"], one.get("window")) for one in attention] == [(11, 512), (2, None)]


def test_a_window_that_is_switched_off_is_no_window() -> None:
    config = {
        **SHAPES["qwen2 small"]["config"],
        "sliding_window": 1024,
        "use_sliding_window": False,
    }
    config.pop("layer_types", None)
    assert "window" not in facts(config).facts["architecture"]["attention"][0]


def test_a_window_wider_than_the_context_is_no_window() -> None:
    config = {**LLAMA, "model_type": "mistral", "sliding_window": 4096}
    assert "window" not in facts(config).facts["architecture"]["attention"][0]


def test_linear_and_full_layers_make_a_hybrid() -> None:
    found = facts(SHAPES["qwen3_next small"]["config"]).facts
    assert found["generation"] == "hybrid"
    assert {one["kind"] for one in found["architecture"]["attention"]} == {
        "linear",
        "grouped-query",
    }


def test_experts_make_a_mixture_with_fewer_active_parameters() -> None:
    found = facts(SHAPES["mixtral small"]["config"]).facts
    assert found["generation"] == "mixture"
    assert found["parameters"]["active"] < found["parameters"]["total"]


def test_latent_attention_has_its_ranks() -> None:
    one = groups("deepseek_v3 small")[0]
    assert one["kind"] == "latent"
    assert set(one["latent"]) == {"kv_rank", "q_rank", "nope_dim", "rope_dim", "value_dim"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bert mlm", "encoder"),
        ("t5 seq-small", "encoder-decoder"),
        ("llama small", "decoder"),
        ("mamba small", "decoder"),
    ],
)
def test_the_kind_follows_the_stacks(name: str, kind: str) -> None:
    assert facts(SHAPES[name]["config"]).facts["kind"] == kind


def test_the_head_for_masked_words_counts_where_the_class_has_it() -> None:
    masked, bare = (
        facts(SHAPES[f"bert {one}"]["config"]).facts["architecture"] for one in ("mlm", "base")
    )
    assert masked["head_layer"]
    assert "head_layer" not in bare
    assert bare["other_parameters"] == 768 * 768 + 768


def test_roberta_keeps_two_positions_for_padding() -> None:
    found = facts({**SHAPES["roberta mlm"]["config"], "max_position_embeddings": 514}).facts
    assert found["context"] == {"native": 512}
    assert found["architecture"]["max_positions"] == 514


def test_a_tower_is_an_image_input() -> None:
    found = facts(SHAPES["qwen3_vl vl"]["config"]).facts
    assert found["architecture"]["towers"][0]["modality"] == "image"
    assert found["modalities"] == {"input": ["text", "image"], "output": ["text"]}


def test_a_tower_of_unknown_kind_is_refused_until_its_tensors_are_there() -> None:
    config = {**SHAPES["gemma3 vl"]["config"], "model_type": "minimax_m3_vl"}
    config["text_config"] = SHAPES["qwen3 small"]["config"]
    assert "vision_config is not placed" in refused(config)
    found = config_facts(config, "config.json", tower_weights=12345)
    assert found.facts["architecture"]["towers"] == [{"modality": "image", "parameters": 12345}]


def test_an_unknown_architecture_is_refused_with_the_fields_that_were_not_placed() -> None:
    said = refused({**LLAMA, "model_type": "llamba", "warp_rank": 7, "tokenizer_class": "X"})
    assert "model_type 'llamba' is not known" in said
    assert "warp_rank" in said
    assert "tokenizer_class" not in said
    assert "near it: llama" in said


def test_a_known_architecture_with_a_field_that_looks_like_a_shape_is_refused() -> None:
    assert "llama is known, but not with these fields: low_rank_size" in refused(
        {**LLAMA, "low_rank_size": 8}
    )


def test_a_field_about_training_is_passed_over() -> None:
    assert facts(
        {**LLAMA, "initializer_range": 0.02, "attention_dropout": 0.1, "resid_pdrop": 0.1}
    ).facts


def test_a_default_that_was_needed_is_said() -> None:
    config = {k: v for k, v in SHAPES["gemma3_text small"]["config"].items() if k != "head_dim"}
    assert any("head_dim is not in the file" in note for note in facts(config).notes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden_size": None}, "hidden_size is missing"),
        ({"hidden_size": "64"}, 'hidden_size is "64", not a whole number'),
        ({"hidden_size": True}, "not a whole number"),
        ({"hidden_size": -64}, "not a count"),
        ({"hidden_size": 10**30}, "not a count"),
        ({"hidden_size": 64.5}, "not a whole number"),
        ({"num_hidden_layers": 10**7}, "more than 4096"),
        ({"num_key_value_heads": 3}, "does not divide 4 heads"),
        ({"num_attention_heads": 7, "num_key_value_heads": 7}, "does not divide the width"),
        ({"tie_word_embeddings": "yes"}, "neither true nor false"),
        ({"model_type": ["llama"]}, "not text"),
        ({"model_type": "a" * 5000}, "5,000 signs long"),
        ({"model_type": None}, "model_type is missing"),
        ({"layer_types": ["full_attention"]}, "not one for each of 2 layers"),
        ({"layer_types": ["full_attention", "astral"], "sliding_window": 4}, 'has "astral"'),
    ],
)
def test_a_wrong_value_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    config = {k: v for k, v in {**LLAMA, **changes}.items() if v is not None}
    assert said in refused(config)


def test_more_active_experts_than_there_are_is_refused() -> None:
    config = {**SHAPES["mixtral small"]["config"], "num_experts_per_tok": 99}
    assert "more than the" in refused(config)


def test_infinity_matters_only_in_a_field_that_is_needed() -> None:
    text = config_bytes().decode()
    harmless = json_object(text.replace("10000.0", "Infinity").encode(), "config.json")
    assert facts(harmless).facts
    broken = json_object(
        text.replace('"hidden_size": 64', '"hidden_size": NaN').encode(), "config.json"
    )
    assert "not a whole number" in refused(broken)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"quant_method": "fp8"}, "fp8"),
        ({"quant_method": "gptq", "bits": 4, "group_size": 128}, "gptq-int4"),
        ({"quant_method": "gptq", "bits": 3, "group_size": 128}, None),
        ({"quant_method": "awq", "bits": 4, "group_size": 64}, None),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
        (
            {
                "quant_method": "bitsandbytes",
                "bnb_4bit_quant_type": "nf4",
                "bnb_4bit_use_double_quant": True,
            },
            "nf4",
        ),
        ({"quant_method": "bitsandbytes", "load_in_8bit": True}, "int8"),
        ({"quant_method": 7, "bits": [4]}, None),
    ],
)
def test_the_number_format_is_an_id_or_nothing(
    config: dict[str, Any], expected: str | None
) -> None:
    assert facts({**LLAMA, "quantization_config": config}).quantization == expected
