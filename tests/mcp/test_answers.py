"""What the tools answer: the payload of the command line, bounded, and a text that names arguments."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

pytest.importorskip("mcp")

from llm_select.mcp.tools import TOOLS
from llm_select.render.payload import recommendation_json
from llm_select.selection.recommend import recommend

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from tests.mcp.conftest import Ask

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("recommend", {"task": "translation", "pair": ["en-zh"], "gpu_mem": 24}),
    ("recommend", {"task": "ner", "language": ["de"], "gpu": "RTX 4090", "variants": True}),
    ("explain", {"model": "llama-3.1-70b-instruct", "task": "dialogue", "gpu_mem": 24}),
    ("compare", {"models": ["qwen3-8b", "gemma-3-12b-it"], "gpu_mem": 24}),
    ("estimate", {"model": "qwen3-8b", "gpu": "RTX 4090"}),
    ("estimate", {"model": "nllb-200-3.3b"}),
    ("finetune_plan", {"task": "ner", "examples": 2000, "model": "qwen3-8b", "gpu_mem": 24}),
    ("list_tasks", {}),
    ("find_models", {"query": "qwen3 8b"}),
    ("find_devices", {"query": "m4", "vendor": "apple"}),
]
IDS = [f"{name}-{place}" for place, (name, _) in enumerate(CALLS)]


@pytest.fixture(scope="module")
def answers(ask: Ask) -> list[Any]:
    """The result of each call."""
    return [ask(name, **given) for name, given in CALLS]


@pytest.mark.parametrize("place", range(len(CALLS)), ids=IDS)
def test_data_is_as_the_tool_promises(place: int, answers: list[Any]) -> None:
    jsonschema.validate(answers[place].structured_content, TOOLS[CALLS[place][0]].contract)


@pytest.mark.parametrize("place", range(len(CALLS)), ids=IDS)
def test_data_is_json_without_nan(place: int, answers: list[Any]) -> None:
    json.dumps(answers[place].structured_content, allow_nan=False)


@pytest.mark.parametrize("place", range(len(CALLS)), ids=IDS)
def test_a_brief_answer_is_small(place: int, answers: list[Any]) -> None:
    data = len(json.dumps(answers[place].structured_content))
    text = len(answers[place].content[0].text)
    assert max(data, 4 * text) < 70_000


@pytest.mark.parametrize("place", range(len(CALLS)), ids=IDS)
def test_a_text_names_arguments_not_options(place: int, answers: list[Any]) -> None:
    assert not re.search(r"(?<![\w-])--[a-z]", answers[place].content[0].text)


def test_the_picks_are_those_of_the_command_line(bundled: Catalog, answers: list[Any]) -> None:
    from llm_select.questions.requirements import Hardware, read_requirements

    hardware = Hardware(gpu_mem="24")
    asked = read_requirements(bundled, "translation", pairs=["en-zh"], hardware=hardware)
    whole = recommendation_json(recommend(bundled, asked, unrated=6), bundled, top=5)
    found = answers[0].structured_content
    picks: Any = whole["picks"]
    assert [(p["model"], p["score"], p["quality"]["value"]) for p in found["picks"]] == [
        (p["model"], p["score"], p["quality"]["value"]) for p in picks
    ]


def test_evidence_left_out_is_counted(ask: Ask) -> None:
    given = {"task": "translation", "pair": ["en-zh"], "gpu_mem": 24, "top": 1}
    brief = ask("recommend", **given).structured_content["picks"][0]["quality"]
    full = ask("recommend", **given, detail="full").structured_content["picks"][0]["quality"]
    seen = len(full["evidence"]) + full.get("evidence_left_out", 0)
    assert len(brief["evidence"]) + brief["evidence_left_out"] == seen


def test_unrated_models_that_were_not_tried_are_counted(answers: list[Any]) -> None:
    assert answers[0].structured_content["untried_count"] > 0


def test_a_chosen_format_is_among_the_estimates(answers: list[Any]) -> None:
    found = answers[CALLS.index(("estimate", {"model": "nllb-200-3.3b"}))].structured_content
    assert found["chosen"] in [one["quantization"] for one in found["estimates"]]


def test_the_machine_of_the_server_is_said(ask: Ask) -> None:
    found = ask("recommend", task="translation").structured_content
    assert "machine-detected" in [reason["code"] for reason in found["assumptions"]]


def test_own_weights_are_normalised(ask: Ask) -> None:
    found = ask("recommend", task="ner", gpu_mem=24, weights={"quality": 3, "headroom": 1})
    assert found.structured_content["requirements"]["weights"]["quality"] == 0.75


def test_an_argument_that_is_null_is_one_not_given(ask: Ask) -> None:
    one, other = (
        ask("estimate", model="qwen3-8b", gpu_mem=24),
        ask("estimate", model="qwen3-8b", gpu_mem=24, gpu=None),
    )
    assert one.structured_content == other.structured_content


def test_a_search_says_how_many_it_left_out(ask: Ask) -> None:
    found = ask("find_models", query="qwen3", limit=2).structured_content
    assert (len(found["models"]), found["left_out"]) == (2, found["total"] - 2)


def test_a_search_that_finds_nothing_names_the_nearest(ask: Ask) -> None:
    found = ask("find_models", query="qwem3-8b").structured_content
    assert found["models"] == []
    assert found["nearest"]


def test_a_whole_name_comes_first(ask: Ask) -> None:
    found = ask("find_models", query="bert-base-uncased").structured_content
    assert found["models"][0]["id"].endswith("/bert-base-uncased")


def test_devices_are_narrowed_by_memory(ask: Ask) -> None:
    found = ask("find_devices", min_gib=100, vendor="nvidia", limit=50).structured_content
    best: dict[str, float] = {}
    for one in found["devices"]:
        best[one["id"]] = max(best.get(one["id"], 0), one["memory_gib"])
    assert best
    assert min(best.values()) >= 100
