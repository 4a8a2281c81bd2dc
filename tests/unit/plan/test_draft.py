"""What the task, the model and the recipe decide before the machine is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from llm_select.errors import UsageError
from llm_select.estimates.matrices import targets
from llm_select.plan.draft import draft
from llm_select.plan.recipes import find_recipe, source_of, values
from llm_select.plan.request import Asked
from llm_select.plan.targets import NAMES, module_names

if TYPE_CHECKING:
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog

QWEN, XLMR, NLLB = "qwen/qwen3-8b", "roberta/xlm-roberta-large", "nllb/nllb-200-3.3b"


def drafted(catalog: Catalog, model: str, method: str, task: str, **asked: object) -> TrainingPlan:
    return draft(catalog, model, method, Asked(task, 2000)._replace(**asked)).plan  # type: ignore[arg-type]


def test_a_decoder_reads_prompt_and_answer_in_one_sequence(catalog: Catalog) -> None:
    # 2,000 + 1,000 tokens, 1.3 times: 3,900, to the next power of two.
    assert drafted(catalog, QWEN, "lora", "coding").seq_len == 4096


def test_an_encoder_reads_no_more_than_its_positions(catalog: Catalog) -> None:
    assert drafted(catalog, XLMR, "full", "ner", tokens_per_example=900).seq_len == 512


def test_an_encoder_decoder_has_two_lengths(catalog: Catalog) -> None:
    plan = drafted(catalog, NLLB, "lora", "translation", tokens_per_example=200)
    assert (plan.seq_len, plan.target_len) == (256, 256)


def test_a_sequence_longer_than_the_model_reads_is_refused(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="at most 512"):
        drafted(catalog, XLMR, "full", "ner", seq_len=4096)


def test_short_examples_are_packed_for_a_decoder(catalog: Catalog) -> None:
    assert drafted(catalog, QWEN, "lora", "coding", tokens_per_example=100, seq_len=512).packing


def test_labels_are_never_packed(catalog: Catalog) -> None:
    assert not drafted(catalog, XLMR, "full", "ner", tokens_per_example=20).packing


def test_a_tagger_learns_labels_of_tokens(catalog: Catalog) -> None:
    assert drafted(catalog, XLMR, "full", "ner").head == "token-labels"


def test_the_new_head_is_trained_whole_beside_an_adapter(catalog: Catalog) -> None:
    assert drafted(catalog, XLMR, "lora", "ner").modules_to_save == ("classifier",)


def test_a_chat_model_is_trained_in_its_format(catalog: Catalog) -> None:
    assert drafted(catalog, QWEN, "lora", "coding").chat
    assert not drafted(catalog, "qwen/qwen3-8b-base", "lora", "coding").chat


def test_large_models_learn_at_half_the_rate(catalog: Catalog) -> None:
    large = drafted(catalog, "llama/llama-3.1-70b-instruct", "qlora", "coding")
    assert (drafted(catalog, QWEN, "qlora", "coding").learning_rate, large.learning_rate) == (
        2e-4,
        1e-4,
    )


def test_many_examples_take_a_wider_adapter_and_one_pass(catalog: Catalog) -> None:
    plan = drafted(catalog, QWEN, "lora", "coding", examples=200_000)
    assert (plan.lora_rank, plan.epochs) == (256, 1)


def test_a_recipe_of_steps_becomes_epochs(catalog: Catalog) -> None:
    # IA3: 1,000 steps of 8 sequences over 100 examples.
    assert drafted(catalog, QWEN, "ia3", "coding", examples=100).epochs == 80


def test_t5_has_a_recipe_of_its_own(catalog: Catalog) -> None:
    assert find_recipe(catalog, catalog.models["t5/t5-base"], "full")[0] == "t5-full"


def test_the_repository_is_the_artifacts_or_the_first_alias(catalog: Catalog) -> None:
    assert drafted(catalog, QWEN, "lora", "coding").repository == "Qwen/Qwen3-8B"
    assert drafted(catalog, XLMR, "full", "ner").repository == "FacebookAI/xlm-roberta-large"


def test_every_value_of_every_recipe_has_a_source(catalog: Catalog) -> None:
    for recipe in catalog.recipes.values():
        for field in values(recipe, 10**9, 100).fields:
            assert source_of(recipe, field) in catalog.sources


GATED = ("llama", "qwen3", "phi3", "gpt_neox", "opt", "t5", "m2m_100")


@pytest.mark.parametrize("model_type", GATED)
def test_module_names_stand_for_every_matrix_inside_the_layers(
    catalog: Catalog, model_type: str
) -> None:
    arch = next(
        m.architecture
        for m in catalog.models.values()
        if m.architecture is not None and m.architecture.model_type == model_type
    )
    named, unknown = targets(arch, module_names(arch, attention_only=False))
    every, _ = targets(arch, ("all-linear",))
    assert unknown is None
    assert sum(t.inputs * t.outputs * t.copies for t in named) == sum(
        t.inputs * t.outputs * t.copies for t in every
    )


def test_an_architecture_without_names_takes_all_linear_layers(catalog: Catalog) -> None:
    arch = catalog.models[QWEN].architecture
    assert arch is not None
    assert "internlm2" not in NAMES
    assert module_names(arch._replace(model_type="internlm2"), attention_only=False) == (  # type: ignore[attr-defined]
        "all-linear",
    )
