"""`llm-select deploy`: its contract, its errors, its files."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path

import jsonschema
import pytest

from llm_select.render.contract import CONTRACTS
from tests.cli.conftest import Call, Refused

QUESTION = ("deploy", "qwen3-32b", "--gpu", "RTX 4090")
CARD = """\
name: Hosted Twin
developer: Acme
released: 2025-01-01
generation: transformer
kind: decoder
license: mit
weights: open
architecture:
  model_type: llama
  layers: 32
  hidden_size: 4096
  ffn: {size: 14336, gated: true}
  vocab_size: 128256
  tied_embeddings: false
  attention: [{layers: 32, kind: grouped-query, heads: 32, kv_heads: 8, head_dim: 128}]
  position: rope
context: {native: 8192}
artifacts: [{format: safetensors, quantization: bf16, repository: acme/twin}]
hosted: [{provider: Acme Cloud, input_usd_per_mtok: 0.2, output_usd_per_mtok: 0.6, as_of: 2026-01-01, source: acme}]
sources: {architecture: acme, context: acme}
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("qwen3-32b", "--gpu", "RTX 4090"),
        ("deepseek-v3", "--gpu", "H100"),
        ("nllb-200-3.3b", "--gpu-mem", "24"),
        ("xlm-roberta-large", "--gpu", "A10", "--task", "ner"),
        ("gpt-4.1", "--requests-per-second", "2"),
        (
            "llama-3.1-8b-instruct", "--gpu", "L40S", "--requests-per-second", "5", "--price-per-hour", "1.5",
            "--hosted-price", "0.1,0.2",
        ),
    ],
)  # fmt: skip
def test_an_answer_obeys_its_published_schema(call: Call, arguments: tuple[str, ...]) -> None:
    answer = call("deploy", *arguments, "-o", "json")
    assert answer.code == 0, answer.err
    jsonschema.validate(answer.json(), CONTRACTS["deploy"])


def test_the_recommended_engine_is_the_first_plan(call: Call) -> None:
    answer = call(*QUESTION, "-o", "json").json()
    assert answer["recommended"] == answer["plans"][0]["engine"]


def test_the_command_holds_every_setting_that_is_no_variable(call: Call) -> None:
    for plan in call(*QUESTION, "-o", "json").json()["plans"]:
        names = [flag["name"] for flag in plan["flags"] if not flag["environment"]]
        assert set(names) <= set(plan["command"])
        assert {f["name"] for f in plan["flags"] if f["environment"]} == set(plan["environment"])


def test_nothing_is_left_open_in_an_answer(call: Call) -> None:
    """Places that differ between a shell, a container and a service are filled in for a shell."""
    for form in ("json", "csv", "plain"):
        assert not re.search(r"\{[a-z]+\}", call(*QUESTION, "-o", form).out)


def test_only_the_engines_asked_for_are_shown(call: Call) -> None:
    answer = call(*QUESTION, "--engine", "vllm", "-o", "json").json()
    assert [plan["engine"] for plan in answer["plans"]] == ["vllm"]
    assert answer["refused"] == []


def test_csv_has_a_row_for_each_engine(call: Call) -> None:
    rows = list(csv.DictReader(StringIO(call(*QUESTION, "-o", "csv").out)))
    assert len(rows) == 5
    assert all(row["command"] for row in rows)


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_every_form_names_the_engines(call: Call, form: str) -> None:
    answer = call(*QUESTION, "-o", form)
    assert answer.code == 0
    assert all(name in answer.out for name in ("llama.cpp", "vLLM", "SGLang", "Ollama"))


def test_what_does_not_fit_is_no_success_and_shows_no_command(call: Call) -> None:
    answer = call("deploy", "deepseek-v3", "--gpu", "RTX 4090", "--gpus", "1")
    assert answer.code == 1
    assert "No plan fits" in answer.out
    assert "llama-server" not in answer.out


def test_nothing_is_written_for_what_does_not_fit(call: Call, tmp_path: Path) -> None:
    answer = call(
        "deploy", "deepseek-v3", "--gpu", "RTX 4090", "--gpus", "1", "--export", str(tmp_path / "x")
    )
    assert answer.code == 1
    assert "Nothing was written" in answer.out
    assert not (tmp_path / "x").exists()


def test_an_export_writes_what_it_says(call: Call, tmp_path: Path) -> None:
    answer = call(*QUESTION, "--export", str(tmp_path / "x"), "-o", "json").json()
    assert sorted(answer["written"]) == sorted(str(p) for p in (tmp_path / "x").iterdir())


def test_an_export_never_overwrites(call: Call, refused: Refused, tmp_path: Path) -> None:
    call(*QUESTION, "--export", str(tmp_path))
    assert "already has README.md" in refused(*QUESTION, "--export", str(tmp_path))


def test_a_hosted_offer_of_the_card_is_compared(call: Call, tmp_path: Path) -> None:
    """No open card of the catalog has one; a user's may."""
    own = tmp_path / "own"
    (own / "models" / "acme").mkdir(parents=True)
    (own / "sources").mkdir()
    (own / "models" / "acme" / "twin.yaml").write_text(CARD)
    (own / "sources" / "acme.yaml").write_text(
        "acme: {title: T, url: 'https://example.org', read: 2026-01-01}\n"
    )
    answer = call(
        "deploy", "acme/twin", "--gpu", "L40S", "--price-per-hour", "1", "--catalog", str(own), "-o", "json"
    )  # fmt: skip
    compared = answer.json()["plans"][0]["cost"]["hosted"][0]
    # 1024 tokens at 0.2 and 512 at 0.6 USD a million: 0.000512 USD, so 1 USD an hour is 1,953 requests.
    assert compared["provider"] == "Acme Cloud"
    assert compared["break_even_requests_per_hour"] == pytest.approx(1 / 0.000512)


def test_a_hosted_model_says_what_leaves_and_to_whom(call: Call) -> None:
    answer = call("deploy", "gpt-4.1")
    assert answer.code == 0
    assert "every prompt and every answer goes to OpenAI" in answer.out


def test_a_self_hosted_plan_says_that_nothing_leaves(call: Call) -> None:
    assert "nothing leaves the machine" in call(*QUESTION).out


def test_two_runs_print_the_same(call: Call) -> None:
    assert call(*QUESTION, "-o", "json").out == call(*QUESTION, "-o", "json").out


WRONG = {
    "an unknown model": (("deploy", "nonsense"), "MODEL"),
    "an unknown engine": ((*QUESTION, "--engine", "vlm"), "--engine"),
    "an unknown format": ((*QUESTION, "-q", "q9"), "--quantization"),
    "an unknown cache type": ((*QUESTION, "--kv-type", "q9"), "--kv-type"),
    "a cache type of another engine": (
        (*QUESTION, "--engine", "vllm", "--kv-type", "q8_0"),
        "--kv-type",
    ),
    "a task the model cannot do": (
        ("deploy", "nllb-200-3.3b", "--gpu", "L4", "--task", "ner"),
        "--task",
    ),
    "more context than trained for": ((*QUESTION, "--context", "99999"), "--context"),
    "a model that reads no text": (("deploy", "whisper-large-v3", "--gpu", "L4"), "MODEL"),
    "no requests": ((*QUESTION, "--requests-per-second", "0"), "--requests-per-second"),
    "no nodes": ((*QUESTION, "--nodes", "0"), "--nodes"),
    "nodes of an unnamed device": (
        ("deploy", "qwen3-32b", "--gpu-mem", "24", "--nodes", "2"),
        "--nodes",
    ),
    "a price of nothing": ((*QUESTION, "--price-per-hour", "0"), "--price-per-hour"),
    "a hosted price alone": ((*QUESTION, "--hosted-price", "1,2"), "--hosted-price"),
    "half a hosted price": (
        (*QUESTION, "--price-per-hour", "1", "--hosted-price", "1"),
        "--hosted-price",
    ),
    "a machine for a hosted model": (("deploy", "gpt-4.1", "--gpu", "H100"), "--gpu"),
    "files for a hosted model": (("deploy", "gpt-4.1", "--export", "x"), "--export"),
    "several of a chip with shared memory": (
        ("deploy", "qwen3-32b", "--gpu", "M4 Max", "--gpu-mem", "64", "--gpus", "2"),
        "--gpus",
    ),
    "devices without a size": (("deploy", "qwen3-32b", "--gpus", "2"), "--gpus"),
    "an unknown form": ((*QUESTION, "-o", "yaml"), "--output"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question_names_its_option_and_how_to_mend_it(refused: Refused, name: str) -> None:
    arguments, option = WRONG[name]
    message = refused(*arguments)
    assert message.startswith(f"error: {option}:")
    assert "\n  " in message


def test_the_json_says_how_its_settings_were_validated(call: Call) -> None:
    plans = call(*QUESTION, "-o", "json").json()["plans"]
    by_engine = {plan["engine"]: plan["validated"]["how"] for plan in plans}
    assert by_engine["vllm"] == "parser"
    assert by_engine["ollama"] == "source"


def test_json_is_one_document(call: Call) -> None:
    json.loads(call(*QUESTION, "-o", "json").out)
