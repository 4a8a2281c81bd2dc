"""`finetune --task`: the answer obeys its schema, what is wrong is refused, and the exit code says whether to go on."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from llm_select.render.contract import CONTRACTS
from llm_select.render.strategy_messages import FAILS, HOLDS
from llm_select.schema.catalog import Catalog
from tests.cli.conftest import Call, Refused

CARD = ("--gpu", "RTX 4090")
CODING = ("--task", "coding", "--examples")
QUESTIONS: dict[str, tuple[tuple[str, ...], int, str | None, str | None]] = {
    # question: exit code, strategy, method of the plan
    "an adapter that fits in 4 bits": (("qwen3-8b", *CODING, "2000", *CARD), 0, "qlora", "qlora"),
    "no examples": (("qwen3-8b", *CODING, "0", *CARD), 0, "prompt", None),
    "too few examples": (("qwen3-8b", *CODING, "20", *CARD), 0, "prompt", None),
    "an encoder": (
        ("xlm-r-large", "--task", "ner", "-l", "de", "--examples", "5000", *CARD), 0, "full", "full",
    ),
    "an encoder without examples": (
        ("xlm-r-large", "--task", "ner", "--examples", "0", *CARD), 1, None, None,
    ),
    "an encoder that beats the model": (
        ("qwen3-8b", "--task", "ner", "-l", "de", "--examples", "5000", *CARD), 0, "encoder", "full",
    ),
    "a translator": (
        ("nllb-200-3.3b", "--task", "translation", "--pair", "en-zh", "--examples", "10000", *CARD),
        0, "lora", "lora",
    ),
    "few sentence pairs": (
        ("qwen3-8b", "--task", "translation", "--pair", "en-zh", "--examples", "2000", *CARD),
        0, "prompt", None,
    ),
    "two cards": (
        ("llama-3.1-70b-instruct", "--task", "summarization", "--examples", "3000", "--gpu", "H100 SXM", "--gpus", "2"),
        0, "qlora", "qlora",
    ),
    "hosted weights": (("gpt-4.1", *CODING, "2000"), 0, "prompt", None),
    "a card too small": (("qwen3-8b", *CODING, "2000", "--gpu-mem", "8"), 0, "prompt", None),
    "a method that does not fit": (
        ("qwen3-8b", *CODING, "2000", *CARD, "--method", "full"), 1, "qlora", "full",
    ),
    "no model": (("--task", "ner", "-l", "de", "--examples", "5000", *CARD), 0, "full", "full"),
    "a kind that cannot do it": (("xlm-r-large", *CODING, "100"), 1, None, None),
}  # fmt: skip
WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no task": (("qwen3-8b", "--examples", "5"), "--examples: it has a meaning for a task only"),
    "an option without a task": (("qwen3-8b", "--epochs", "2"), "--epochs: it has a meaning for a task only"),
    "no number of examples": (("qwen3-8b", "--task", "coding"), "how many labelled examples"),
    "fewer than no examples": (("qwen3-8b", *CODING, "-1"), "--examples: -1 is out of range"),
    "an unknown task": (("qwen3-8b", "--task", "codign", "--examples", "1"), "did you mean coding"),
    "neither model nor task": ((), "add --task ID"),
    "a number where there are no labels": (("qwen3-8b", *CODING, "500", "--regression"), "--regression: coding"),
    "a rank without an adapter": (
        ("xlm-r-large", "--task", "ner", "--examples", "500", "--lora-rank", "8"),
        "--lora-rank: the plan trains by full",
    ),
    "a sequence too long": (
        ("xlm-r-large", "--task", "ner", "--examples", "500", "--seq-len", "4096"),
        "--seq-len: XLM-RoBERTa large reads",
    ),
    "sharding on one card": (
        ("qwen3-8b", *CODING, "500", "--sharding", "zero3"), "--sharding: one GPU has nothing to share out",
    ),
    "sharding on one card, sized only": (
        ("qwen3-8b", "--sharding", "fsdp"), "--sharding: one GPU has nothing to share out",
    ),
    "training hosted weights": (("gpt-4.1", *CODING, "500", "--method", "lora"), "are not given out"),
    "an unknown method": (("qwen3-8b", *CODING, "500", "--method", "lorra"), "did you mean lora"),
    "a negative price": (("qwen3-8b", *CODING, "500", "--price-per-hour", "-1"), "--price-per-hour: -1.0"),
    "no rate": (("qwen3-8b", *CODING, "500", "--learning-rate", "0"), "--learning-rate: 0.0"),
    "a language of code": (("qwen3-8b", *CODING, "500", "-l", "de"), "has no natural language"),
    "an accuracy of another unit": (
        ("qwen3-8b", "--task", "ner", "--examples", "500", "--min-accuracy", "500"),
        "--min-accuracy: 500 is out of range",
    ),
    "pictures": (
        ("llava-1.5-7b-hf", "--task", "image-understanding", "--examples", "500"), "plans cover tasks on text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_obeys_its_schema(call: Call, question: str) -> None:
    words, code, strategy, method = QUESTIONS[question]
    answer = call("finetune", *words, "-o", "json")
    assert answer.code == code, answer.err
    found = answer.json()
    jsonschema.validate(found, CONTRACTS["finetune"])
    options = found["strategy"]["options"]
    assert (options[0]["strategy"] if options else None) == strategy
    assert (found["plan"]["settings"]["method"] if found["plan"] else None) == method


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_table_keeps_within_80_columns(call: Call, question: str) -> None:
    lines = call("finetune", *QUESTIONS[question][0], "--explain").out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80


@pytest.mark.parametrize("form", ["plain", "markdown", "csv"])
def test_every_form_has_the_advice(call: Call, form: str) -> None:
    out = call("finetune", "qwen3-8b", *CODING, "2000", *CARD, "-o", form).out
    assert "qlora" in out.lower()


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused(refused: Refused, case: str) -> None:
    words, said = WRONG[case]
    assert said in refused("finetune", *words)


def plan(call: Call, *words: str) -> Any:
    answer = call("finetune", *words, "-o", "json")
    assert answer.code == 0, answer.err
    return answer.json()["plan"]


def test_the_parts_of_memory_sum(call: Call) -> None:
    memory = plan(call, "qwen3-8b", *CODING, "2000", *CARD)["memory"]
    parts = ("weights", "gradients", "optimizer", "activations", "overhead")
    assert sum(memory[f"{part}_gib"] for part in parts) == pytest.approx(memory["total_gib"])


def test_settings_asked_for_are_kept(call: Call) -> None:
    settings = plan(
        call, "qwen3-8b", *CODING, "2000", *CARD, "--method", "qlora", "--lora-rank", "8", "--epochs", "1",
        "--learning-rate", "1e-4", "--seq-len", "1024", "--optimizer", "adamw_8bit", "--lora-targets", "q_proj;v_proj",
    )["settings"]  # fmt: skip
    assert settings["lora_rank"] == 8
    assert (settings["epochs"], settings["learning_rate"], settings["seq_len"]) == (1, 1e-4, 1024)
    assert settings["optimizer"] == "adamw-8bit"
    assert settings["lora_targets"] == ["q_proj", "v_proj"]


def test_a_number_is_learned_by_squared_error(call: Call) -> None:
    words = ("xlm-r-large", "--task", "sentiment-analysis", "--examples", "2000", "--regression")
    assert plan(call, *words)["settings"]["loss"] == "mse"


def test_what_training_lacks_is_shown_beside_other_advice(call: Call) -> None:
    found = call("finetune", "qwen3-8b", *CODING, "2000", "--gpu-mem", "8", "-o", "json").json()
    assert found["plan"] is None
    assert found["lacking"]["concessions"][-1]["code"] == "smaller-base"
    assert found["lacking"]["concessions"][-1]["verdict"] == "fits"


def test_a_hosted_model_has_one_named_that_could_be_trained(call: Call, catalog: Catalog) -> None:
    found = call("finetune", "gpt-4.1", *CODING, "2000", *CARD, "-o", "json").json()
    assert catalog.models[found["open_model"]].weights == "open"


def test_private_text_is_not_sent_to_a_provider(call: Call) -> None:
    found = call(
        "finetune", "gpt-4.1", *CODING, "2000", "--privacy", "self-hosted", "-o", "json"
    ).json()
    assert "prompt" in found["strategy"]["ruled_out"]


def test_every_rule_has_a_sentence_for_both_outcomes(catalog: Catalog) -> None:
    assert set(HOLDS) == set(catalog.strategies)
    assert set(FAILS) == set(catalog.strategies) - {"baseline"}
