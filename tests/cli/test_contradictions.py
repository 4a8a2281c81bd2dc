"""Options that contradict each other exit 2; none is silently ignored."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Call, Refused

TRANSLATE = ("recommend", "--task", "translation")
HOSTED = (*TRANSLATE, "--weights-access", "hosted")
CONTRADICTIONS = {
    (*HOSTED, "--gpu", "RTX 4090"): "--weights-access",
    (*HOSTED, "--gpu-mem", "24"): "--weights-access",
    (*HOSTED, "--ram", "64"): "--weights-access",
    (*HOSTED, "--privacy", "self-hosted"): "--privacy",
    (*HOSTED, "--engine", "vllm"): "--engine",
    (*HOSTED, "--quantization", "q4_k_m"): "--quantization",
    (*TRANSLATE, "--gpus", "2"): "--gpus",
    (*TRANSLATE, "--gpu-mem", "24", "--context", "100", "--generate", "100"): "--generate",
    (*TRANSLATE, "--gpu-mem", "24", "--context", "100", "--generate", "500"): "--generate",
    (*TRANSLATE, "--gpu-mem", "24", "--profile", "speed", "--weights", "quality=1"): "--weights",
    ("recommend", "--task", "coding", "--gpu-mem", "24", "--language", "de"): "--language",
    ("recommend", "--task", "coding", "--gpu-mem", "24", "--pair", "en-zh"): "--pair",
    ("recommend", "--task", "ner", "--gpu-mem", "24", "--pair", "en-de"): "--pair",
    ("explain", "gemma-3-12b-it", "--task", "ner", "--gpu-mem", "24", "--pair", "en-de"): "--pair",
    ("compare", "gemma-3-12b-it"): "MODEL",
    ("compare", "gemma-3-12b-it", "google/gemma-3-12b-it"): "MODEL",
    ("compare", "gemma-3-12b-it", "gpt-4.1", "--pair", "en-zh"): "--task",
    ("compare", "gemma-3-12b-it", "gpt-4.1", "--language", "de"): "--task",
    ("compare", "gemma-3-12b-it", "gpt-4.1", "--exclude-board", "wmt*"): "--task",
    ("compare", "gemma-3-12b-it", "gpt-4.1", "--examples", "100"): "--task",
    ("estimate",): "MODEL",
    ("estimate", "gpt-4.1"): "MODEL",
    ("estimate", "gemma-3-12b-it", "--cases", "sheet.csv"): "--cases",
    ("estimate", "gemma-3-12b-it", "--engine", "vllm", "--quantization", "q4_k_m"): "--engine",
}


@pytest.mark.parametrize("line", CONTRADICTIONS, ids=" ".join)
def test_a_contradiction_is_refused_with_a_remedy(line: tuple[str, ...], refused: Refused) -> None:
    message = refused(*line)
    assert CONTRADICTIONS[line] in message
    assert len(message.strip().splitlines()) >= 2


def test_a_price_without_hosted_models_is_said_to_hold_for_none(call: Call) -> None:
    answer = call(*TRANSLATE, "--gpu-mem", "24", "--max-price", "1", "-o", "json").json()
    assert "price-of-hosted" in {reason["code"] for reason in answer["assumptions"]}


def test_speed_without_a_known_card_is_an_objection_not_ignored(call: Call) -> None:
    answer = call(*TRANSLATE, "--gpu-mem", "24", "--min-speed", "1", "--all", "-o", "json")
    assert answer.code == 1
    codes = {o["code"] for item in answer.json()["rejected"] for o in item["rejected_by"]}
    assert "speed-unknown" in codes


def test_self_hosted_within_any_access_leaves_out_hosted_models(call: Call) -> None:
    line = (*TRANSLATE, "--gpu-mem", "24", "--weights-access", "any", "--privacy", "self-hosted")
    answer = call(*line, "--all", "-o", "json").json()
    assert {item["weights"] for item in answer["picks"]} == {"open"}
    codes = {o["code"] for item in answer["rejected"] for o in item["rejected_by"]}
    assert "privacy" in codes
