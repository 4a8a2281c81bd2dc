"""The other commands hold their contract on the bundled catalog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llm_select.render.contract import CONTRACTS
from llm_select.schema.catalog import Catalog
from tests.cli.conftest import Call, own_catalog

ENDS = "nllb-200-3.3b", "gemma-3-12b-it", "gpt-4.1"


def test_explain_of_a_pick_obeys_its_schema(call: Call) -> None:
    answer = call(
        "explain", "gemma-3-12b-it", "--task", "translation", "--gpu-mem", "24", "-o", "json"
    )
    assert answer.code == 0
    jsonschema.validate(answer.json(), CONTRACTS["explain"])
    assert answer.json()["rank"] >= 1
    assert answer.json()["rejected_by"] == []


def test_explain_gives_the_rank_and_score_that_recommend_gives(call: Call) -> None:
    question = ("--task", "translation", "--gpu-mem", "24", "-o", "json")
    picks = call("recommend", *question).json()["picks"]
    for rank, pick in enumerate(picks, 1):
        answer = call("explain", pick["model"], *question).json()
        assert (answer["rank"], answer["score"]) == (rank, pick["score"])


def test_explain_of_a_rejected_model_obeys_its_schema_and_exits_1(call: Call) -> None:
    answer = call(
        "explain", "llama-3.1-70b-instruct", "--task", "dialogue", "--gpu-mem", "24", "-o", "json"
    )
    assert answer.code == 1
    jsonschema.validate(answer.json(), CONTRACTS["explain"])
    assert answer.json()["rank"] is None


def test_explain_takes_the_limits_of_recommend(call: Call) -> None:
    answer = call(
        *("explain", "gemma-3-12b-it", "--task", "translation", "--gpu-mem", "24"),
        *("--min-accuracy", "0.99", "-o", "json"),
    )
    assert [o["code"] for o in answer.json()["rejected_by"]] == ["accuracy"]


def test_explain_of_a_hosted_model_asks_for_hosted_weights_itself(call: Call) -> None:
    answer = call("explain", "gpt-4.1", "--task", "translation", "--gpu-mem", "24", "-o", "json")
    assert answer.code == 0
    assert answer.json()["price"]["output_usd_per_mtok"] > 0


@pytest.mark.parametrize("task", [(), ("--task", "translation", "--pair", "en-zh")])
def test_compare_obeys_its_schema(task: tuple[str, ...], call: Call) -> None:
    answer = call("compare", *ENDS, *task, "-o", "json")
    assert answer.code == 0
    jsonschema.validate(answer.json(), CONTRACTS["compare"])
    found = [item["model"].partition("/")[2] for item in answer.json()["models"]]
    assert found == list(ENDS)


def test_compare_names_the_best_of_each_shared_board(call: Call) -> None:
    answer = call("compare", *ENDS, "--task", "translation", "--pair", "en-zh", "-o", "json").json()
    assert answer["shared_boards"]
    for shared in answer["shared_boards"]:
        assert shared["best"] in shared["scores"]
        assert len(shared["scores"]) >= 2


def test_compare_gives_chances_between_0_and_1(call: Call) -> None:
    answer = call("compare", *ENDS, "--task", "translation", "--pair", "en-zh", "-o", "json").json()
    assert answer["better"]
    for pair in answer["better"]:
        assert 0 <= pair["probability"] <= 1


def test_show_has_the_card_its_scores_and_its_sources(call: Call) -> None:
    answer = call("show", "gemma-3-12b-it", "-o", "json").json()
    assert answer["model"] == "gemma/gemma-3-12b-it"
    assert answer["card"]["architecture"]
    assert answer["scores"]
    for score in answer["scores"]:
        assert score["source"] in answer["sources"]
    for source in answer["sources"].values():
        assert source["url"].startswith("https://")


def test_catalog_list_has_the_fields_of_the_contract(call: Call, catalog: Catalog) -> None:
    models = call("catalog", "list", "-o", "json").json()["models"]
    assert {model["id"] for model in models} == set(catalog.models)
    for model in models:
        assert {"id", "name", "kind", "weights", "family", "released", "status"} <= set(model)
        assert model["family"] == model["id"].split("/")[0]


def test_the_catalog_has_at_least_60_cards_and_25_devices(catalog: Catalog) -> None:
    assert len(catalog.models) >= 60
    assert len(catalog.devices) >= 25


def _rows(call: Call, *command: str) -> list[Any]:
    answer = call(*command, "-o", "json").json()
    key = next(k for k in answer if k not in ("version", "catalog_hash"))
    rows: list[Any] = answer[key]
    return rows


def test_tasks_lists_every_task_of_the_contract(call: Call) -> None:
    wanted = (
        "text-generation translation sentiment-analysis text-classification ner extractive-qa open-qa "
        "dialogue srl nli acceptability summarization instruction-following knowledge commonsense "
        "reasoning math coding retrieval image-understanding"
    )
    assert set(wanted.split()) <= {row["id"] for row in _rows(call, "tasks")}


@pytest.mark.parametrize("command", ["benchmarks", "licenses", "hardware list"])
def test_a_listing_has_rows_with_a_source(command: str, call: Call) -> None:
    rows = _rows(call, *command.split())
    assert rows
    for row in rows:
        assert row.get("url") or row.get("source")


def test_hardware_detect_answers_on_any_machine(call: Call) -> None:
    (machine,) = _rows(call, "hardware", "detect")
    assert machine["usable_gib"] > 0


def test_hardware_detect_reads_as_words(call: Call) -> None:
    answer = call("hardware", "detect").out
    assert re.search(r"^memory.* \d+(\.\d+)? GiB *$", answer, re.MULTILINE)
    assert re.search(r"^usable.* \d+(\.\d+)? GiB *$", answer, re.MULTILINE)
    assert "_gib" not in answer


def test_estimate_without_hardware_says_what_machine_it_needs(call: Call) -> None:
    answer = call("estimate", "gemma-3-12b-it", "-o", "json")
    jsonschema.validate(answer.json(), CONTRACTS["estimate"])
    assert answer.code == 0
    assert "needed_gib" in answer.out


def test_estimate_on_a_machine_is_as_the_published_schema_says(call: Call) -> None:
    answer = call("estimate", "nllb-200-3.3b", "--gpu", "RTX 4090", "-o", "json").json()
    jsonschema.validate(answer, CONTRACTS["estimate"])


def test_estimate_on_a_card_that_is_too_small_exits_1(call: Call) -> None:
    assert call("estimate", "llama-3.1-70b-instruct", "--gpu-mem", "8").code == 1


@pytest.mark.slow
def test_catalog_check_of_the_bundled_catalog_exits_by_its_findings(call: Call) -> None:
    answer = call("catalog", "check", "-o", "json")
    findings = answer.json()["findings"]
    assert answer.code == int(any(one["severity"] == "error" for one in findings))


def test_catalog_check_counts_its_findings_in_words(tmp_path: Path, call: Call) -> None:
    answer = call("catalog", "check", str(own_catalog(tmp_path)))
    assert re.search(r"\d+ error\(s\), \d+ warning\(s\)\s*$", answer.out)


@pytest.mark.parametrize("kind", ["model", "board", "recommend", "explain", "compare"])
def test_catalog_schema_prints_a_json_schema(kind: str, call: Call) -> None:
    jsonschema.Draft202012Validator.check_schema(call("catalog", "schema", kind).json())


def test_every_open_card_with_a_shape_can_be_estimated(
    catalog: Catalog, call: Call, tmp_path: Any
) -> None:
    wanted = [m for m, card in catalog.models.items() if card.architecture is not None]
    sheet = tmp_path / "all.csv"
    sheet.write_text("model,context\n" + "".join(f"{name},512\n" for name in wanted))
    cases = call("estimate", "--cases", str(sheet), "-o", "json").json()["cases"]
    assert len(cases) == len(wanted)
    for case in cases:
        # A card that no engine of the catalog runs is history (GNMT, ELMo): it says so.
        assert case["error"] is None or "no engine" in case["error"]


def test_a_base_model_among_the_picks_is_said_to_want_examples(call: Call) -> None:
    out = call(
        "recommend", "--task", "ner", "--gpu-mem", "24", "--family", "llama", "-o", "plain"
    ).out
    assert "Pretrained only: Llama 3.1 8B," in out


def test_a_chat_model_is_not_said_to_want_examples(call: Call) -> None:
    out = call(
        "recommend", "--task", "ner", "--gpu-mem", "24", "--family", "gemma", "-o", "plain"
    ).out
    assert "Gemma 3 27B IT" not in out.partition("Pretrained only")[2].partition("\n")[0]
