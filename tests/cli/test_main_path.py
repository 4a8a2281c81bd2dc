"""The questions the documentation promises to answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Call

COMPARED = ("nllb-200-3.3b", "gemma-3-12b-it", "gpt-4.1")


def _picks(call: Call, *options: str) -> list[Any]:
    answer = call("recommend", *options, "-o", "json")
    assert answer.code == 0
    picks: list[Any] = answer.json()["picks"]
    return picks


def test_translation_on_24_gib_has_five_picks_that_fit_on_translation_evidence(call: Call) -> None:
    picks = _picks(call, "--task", "translation", "--gpu-mem", "24")
    assert len(picks) >= 5
    for pick in picks:
        assert pick["verdict"] == "fits"
        assert pick["quality"]["board"].startswith("wmt")
        assert pick["quality"]["evidence"]
        assert pick["memory"]["weights_gib"] > 0


def test_a_pair_is_rated_on_the_board_of_that_pair(call: Call) -> None:
    picks = _picks(call, "--task", "translation", "--pair", "en-zh", "--gpu-mem", "24")
    assert len(picks) >= 5
    for pick in picks:
        assert pick["quality"]["board"].endswith("en-zh")
        if pick["quality"]["tag"] == "measured":
            rows = pick["quality"]["evidence"]
            assert any((row["language"] or "").startswith("en-zh") for row in rows)


def test_german_ner_is_rated_on_a_german_board(call: Call) -> None:
    picks = _picks(call, "--task", "ner", "--language", "de", "--gpu-mem", "24")
    assert len(picks) >= 5
    assert {pick["quality"]["board"] for pick in picks} == {"euroeval-ner.de"}


def test_sentiment_with_examples_on_8_gib_fits(call: Call) -> None:
    options = ("--task", "sentiment-analysis", "--gpu-mem", "8")
    picks = _picks(call, *options, "--examples", "2000")
    assert len(picks) >= 5
    assert all(pick["memory"]["high_gib"] <= 8 for pick in picks)


def test_examples_admit_encoders_that_must_be_fine_tuned(call: Call) -> None:
    options = ("--task", "sentiment-analysis", "--gpu-mem", "8", "--top", "1000")
    without = {pick["model"] for pick in _picks(call, *options)}
    picks = _picks(call, *options, "--examples", "2000")
    assert without < {pick["model"] for pick in picks}
    assert any(pick["kind"] == "encoder" for pick in picks)


def test_coding_on_a_named_card_has_speed(call: Call) -> None:
    picks = _picks(call, "--task", "coding", "--gpu", "RTX 4090")
    assert len(picks) >= 5
    assert all(pick["speed"]["decode_tps"]["expected"] > 0 for pick in picks)


def test_chinese_chat_on_unified_memory_fits_the_working_set(call: Call) -> None:
    picks = _picks(
        call, "--task", "dialogue", "--language", "zh", "--gpu", "M4 Max", "--gpu-mem", "64"
    )
    assert len(picks) >= 5
    for pick in picks:
        assert pick["memory"]["usable_gib"] == pytest.approx(48, abs=1)
        assert pick["engine"] in ("mlx", "llama.cpp", "ollama")


@pytest.mark.parametrize("width", ["80", "160"])
def test_a_comparison_of_three_kinds_names_each_at_any_width(
    width: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = call("compare", *COMPARED).out
    for text in (
        "NLLB-200 3.3B",
        "Gemma 3 12B IT",
        "GPT-4.1",
        "encoder-decoder",
        "licence",
        "memory",
    ):
        assert text in out


def test_a_model_too_big_names_its_parts_and_what_admits_it(call: Call) -> None:
    question = ("--task", "dialogue", "--gpu-mem", "24")
    answer = call("explain", "llama-3.1-70b-instruct", *question)
    assert answer.code == 1
    for text in ("weights", "KV cache", "activations", "overhead", "total", "--gpu-mem"):
        assert text in answer.out


def test_the_change_named_for_it_admits_it(call: Call) -> None:
    answer = call(
        "explain", "llama-3.1-70b-instruct", "--task", "dialogue", "--gpu-mem", "24", "-o", "json"
    )
    (objection,) = answer.json()["rejected_by"]
    assert objection["change"]["option"] == "--gpu-mem"
    memory = str(objection["change"]["value"])
    admitted = call("explain", "llama-3.1-70b-instruct", "--task", "dialogue", "--gpu-mem", memory)
    assert admitted.code == 0


def test_a_task_without_boards_says_so_and_what_the_literature_shows(call: Call) -> None:
    answer = call("recommend", "--task", "srl", "--gpu-mem", "24", "--exclude-board", "*-srl*")
    assert answer.code == 1
    assert "no board ranks" in answer.out
    assert "literature" in answer.out


def test_srl_ranks_networks_whose_training_set_the_user_has(call: Call) -> None:
    question = ("--task", "srl", "--gpu-mem", "12", "--examples", "50000", "-o", "json")
    answer = call("recommend", *question)
    assert [pick["model"] for pick in answer.json()["picks"]] == [
        "roberta/roberta-large",
        "t5/t5-base",
    ]
