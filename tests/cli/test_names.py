"""Names resolve by id, name, alias and repository, whatever their letter case."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.schema.catalog import Catalog
from tests.cli.conftest import Call, Refused, own_catalog

GEMMA = (
    "gemma/gemma-3-12b-it",
    "gemma-3-12b-it",
    "Gemma 3 12B IT",
    "google/gemma-3-12b-it",
    "gemma3:12b",
    "GEMMA/GEMMA-3-12B-IT",
    "  gemma 3  12b it ",
    "GoOgLe/Gemma-3-12b-IT",
)


@pytest.mark.parametrize("name", GEMMA)
def test_a_model_is_found_by_any_of_its_names(name: str, call: Call) -> None:
    assert call("show", name, "-o", "json").json()["model"] == "gemma/gemma-3-12b-it"


def test_a_model_is_found_by_the_repository_of_its_files(call: Call, catalog: Catalog) -> None:
    model_id, card = next((k, m) for k, m in catalog.models.items() if m.artifacts)
    repository = card.artifacts[0].repository
    assert call("show", repository.upper(), "-o", "json").json()["model"] == model_id


def test_every_name_of_every_card_leads_to_it_alone(catalog: Catalog) -> None:
    from llm_select.catalog import resolve

    for model_id, card in catalog.models.items():
        for name in (model_id, card.name, *card.aliases):
            assert resolve.model(catalog, name) == model_id


@pytest.mark.parametrize(
    "name", ["RTX 4090", "rtx 4090", "GeForce RTX 4090", "NVIDIA GeForce RTX 4090"]
)
def test_a_device_is_found_with_or_without_its_brand(name: str, call: Call) -> None:
    question = ("--task", "translation", "--top", "1", "-o", "json")
    answer = call("recommend", *question, "--gpu", name).json()
    assert answer["requirements"]["machine"]["nominal_gib"] == 24


def test_a_task_is_found_by_its_alias(call: Call) -> None:
    answer = call("recommend", "--task", "Translate", "--gpu-mem", "24", "-o", "json").json()
    assert answer["requirements"]["task"] == "translation"


@pytest.mark.parametrize("typed", ["en-zh", "EN-ZH", "en->zh", "en→zh", "en:zh"])
def test_a_pair_is_found_in_any_spelling(typed: str, call: Call) -> None:
    question = ("--task", "translation", "--gpu-mem", "24", "--top", "1", "-o", "json")
    assert call("recommend", *question, "--pair", typed).json()["requirements"]["pairs"] == [
        "en-zh"
    ]


@pytest.mark.parametrize("typed", ["q4_k_m", "Q4_K_M", "q4-k-m", "Q4KM"])
def test_a_format_is_found_in_any_spelling(typed: str, call: Call) -> None:
    question = ("--task", "translation", "--gpu-mem", "24", "--top", "1", "-o", "json")
    picks = call("recommend", *question, "--quantization", typed).json()["picks"]
    assert [pick["quantization"] for pick in picks] == ["q4_k_m"]


def test_an_unknown_model_lists_the_nearest(refused: Refused) -> None:
    message = refused("show", "gema-3-12b-it")
    assert "unknown model 'gema-3-12b-it'" in message
    assert "gemma-3-12b-it" in message.partition("did you mean")[2]


def test_a_model_like_no_other_is_sent_to_the_list(refused: Refused) -> None:
    assert "`llm-select catalog list`" in refused("show", "zzzzzzzz")


def test_an_ambiguous_name_lists_what_it_may_mean(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path, names=("one", "two"), alias="twin")
    message = refused("show", "Twin", "--catalog", str(own))
    assert "ambiguous" in message
    assert "mine/one" in message
    assert "mine/two" in message


def test_an_id_wins_over_an_equal_alias_of_another_card(tmp_path: Path, call: Call) -> None:
    own = own_catalog(tmp_path, names=("one",), alias="gemma/gemma-3-12b-it")
    answer = call("show", "gemma/gemma-3-12b-it", "--catalog", str(own), "-o", "json").json()
    assert answer["model"] == "gemma/gemma-3-12b-it"
