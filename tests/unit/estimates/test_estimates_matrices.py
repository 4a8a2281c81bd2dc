"""Matrices one by one, and the names they go by."""

from __future__ import annotations

from typing import Any

import pytest
from estimate_builders import bert_base, deepseek_v3, gpt_oss_20b, llama_8b, nllb_3b

from llm_select.estimates.matrices import ALL_LINEAR, matrices, targets
from llm_select.estimates.parameters import parameter_groups


@pytest.mark.parametrize(
    "arch",
    [llama_8b(), deepseek_v3(), bert_base(), nllb_3b()],
    ids=["dense", "latent-mixture", "encoder", "encoder-decoder"],
)
def test_the_matrices_are_all_the_weights_inside_layers_but_vectors(arch: Any) -> None:
    inside = sum(
        m.inputs * m.outputs * m.copies
        for m in matrices(arch)
        if m.role not in ("embedding", "head")
    )
    groups = parameter_groups(arch)
    assert inside == groups.layers - groups.norms


def test_all_linear_leaves_the_head_and_the_router_alone() -> None:
    found, unknown = targets(gpt_oss_20b(), (ALL_LINEAR,))
    assert unknown is None
    assert not {"head", "embedding", "router"} & {role for t in found for role in t.roles}


def test_a_fused_matrix_has_one_input_side() -> None:
    found, _ = targets(llama_8b(), ("qkv_proj",))
    assert [(t.inputs, t.outputs) for t in found] == [(4096, 4096 + 2 * 1024)]


def test_self_attention_and_cross_attention_are_both_meant() -> None:
    found, _ = targets(nllb_3b(), ("q_proj",))
    assert sum(t.copies for t in found) == 24 + 24 + 24


def test_a_tied_head_is_the_table() -> None:
    found, _ = targets(gpt_oss_20b().model_copy(update={"tied_embeddings": True}), ("lm_head",))
    assert [t.roles for t in found] == [("embedding",)]


def test_the_first_unknown_name_is_returned() -> None:
    assert targets(llama_8b(), ("q_proj", "nope", "nor_this")) == ((), "nope")


def test_the_same_matrix_named_twice_counts_once() -> None:
    assert targets(llama_8b(), ("q_proj", "wq")) == targets(llama_8b(), ("q_proj",))
