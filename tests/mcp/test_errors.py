"""What the tools refuse, and that they say it in their own arguments."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("mcp")

from llm_select import i18n
from llm_select.mcp.errors import in_arguments

Refusal = Callable[..., str]
REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "unknown argument": ("recommend", {"task": "ner", "gpu-mem": 24}, "gpu-mem", "gpu_mem"),
    "unknown inner argument": (
        "recommend",
        {"task": "ner", "weights": {"beauty": 1}},
        "weights.beauty",
        "it takes quality, speed, headroom, cost",
    ),
    "inner argument mistyped": (
        "recommend",
        {"task": "ner", "weights": {"qualty": 1}},
        "weights.qualty",
        "did you mean quality?",
    ),
    "argument of a tool without any": ("list_tasks", {"x": 1}, "x", "takes no arguments"),
    "missing": ("recommend", {}, "task", "list_tasks"),
    "number in quotes": ("recommend", {"task": "ner", "gpu_mem": "24"}, "gpu_mem", "number"),
    "text for a list": ("recommend", {"task": "ner", "language": "de"}, "language", "list"),
    "number in a list": (
        "recommend",
        {"task": "ner", "language": ["de", 3]},
        "language[1]",
        "text",
    ),
    "truth for a number": ("recommend", {"task": "ner", "top": True}, "top", "whole number"),
    "fraction": ("recommend", {"task": "ner", "gpus": 1.5, "gpu_mem": 8}, "gpus", "whole number"),
    "NaN": ("recommend", {"task": "ner", "min_accuracy": math.nan}, "min_accuracy", "number"),
    "infinity": ("recommend", {"task": "ner", "min_speed": math.inf}, "min_speed", "number"),
    "negative": ("estimate", {"model": "qwen3-8b", "context": -1}, "context", "1 or more"),
    "nought": ("estimate", {"model": "qwen3-8b", "gpu_mem": 0}, "gpu_mem", "more than 0"),
    "too many": ("recommend", {"task": "ner", "top": 1000}, "top", "at most 25"),
    "long list": (
        "recommend",
        {"task": "ner", "engine": ["vllm"] * 10_000},
        "engine",
        "at most 20",
    ),
    "long text": ("find_models", {"query": "x" * 1_000_000}, "query", "at most 200"),
    "empty text": ("find_models", {"query": ""}, "query", "empty"),
    "word of a closed list": (
        "recommend",
        {"task": "ner", "privacy": "no"},
        "privacy",
        "self-hosted",
    ),
    "unknown task": ("recommend", {"task": "translatoin"}, "task", "translation"),
    "far task": ("recommend", {"task": "zzzz"}, "task", "`list_tasks`"),
    "unknown model": ("explain", {"model": "qwen3-8", "task": "ner"}, "model", "qwen3-8b"),
    "unknown model of several": (
        "compare",
        {"models": ["qwen3-8b", "zzzz"]},
        "models",
        "`find_models`",
    ),
    "one model twice": ("compare", {"models": ["qwen3-8b", "Qwen3 8B"]}, "models", "name another"),
    "unknown device": ("estimate", {"model": "qwen3-8b", "gpu": "RTX 4091"}, "gpu", "rtx"),
    "devices without size": ("recommend", {"task": "ner", "gpus": 2}, "gpus", "gpu_mem GIB"),
    "profile and weights": (
        "recommend",
        {"task": "ner", "profile": "speed", "weights": {"quality": 1}},
        "weights",
        "leave out profile or weights",
    ),
    "no weight": ("recommend", {"task": "ner", "weights": {}}, "weights", "above 0"),
    "sharding alone": (
        "finetune_plan",
        {"task": "ner", "examples": 9, "model": "qwen3-8b", "sharding": "fsdp"},
        "sharding",
        "gpus 2",
    ),
    "hosted on a machine": (
        "recommend",
        {"task": "ner", "weights_access": "hosted", "gpu_mem": 24},
        "weights_access",
        "weights_access any",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_call_is_told_where_and_how_to_mend_it(case: str, refusal: Refusal) -> None:
    name, given, where, remedy = REFUSED[case]
    text = refusal(name, **given)
    assert text.startswith(f"{where}: ")
    assert remedy in text.lower() if remedy.islower() else remedy in text
    assert "--" not in text
    assert len(text) < 1000


def test_all_faults_are_told_at_once(refusal: Refusal) -> None:
    text = refusal("recommend", task=3, gpus=0, top="5")
    assert [part.split(":")[0] for part in text.split("\n")[::2]] == ["gpus", "task", "top"]


def test_many_faults_are_counted(refusal: Refusal) -> None:
    assert refusal("list_tasks", **{f"a{i}": i for i in range(1000)}).endswith("and 990 more")


def test_an_unknown_tool_names_the_nearest(refusal: Refusal) -> None:
    assert "did you mean recommend?" in refusal("recomend")


def test_an_unknown_tool_like_none_names_all(refusal: Refusal) -> None:
    assert "list_tasks" in refusal("q" * 100_000)


def test_a_refusal_is_in_the_reader_s_language(refusal: Refusal) -> None:
    with i18n.using("zh"):
        assert refusal("recommend", task="ner", gpus=0).startswith("gpus: ")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("add --gpu NAME or --gpu-mem GIB", "add gpu NAME or gpu_mem GIB"),
        ("see `llm-select hardware list`", "see `find_devices`"),
        ("see them with --top or --all.", "see them with top or detail."),
        ("wmt25.en--zh and a–b stay", "wmt25.en--zh and a–b stay"),
        ("`llm-select benchmarks -o json` stays", "`llm-select benchmarks -o json` stays"),
    ],
)
def test_options_and_commands_become_arguments_and_tools(said: str, meant: str) -> None:
    assert in_arguments(said) == meant
