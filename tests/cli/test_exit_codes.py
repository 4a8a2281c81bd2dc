"""0 done; 1 nothing fits, only unrated, or the check failed; 2 bad usage or bad input."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call, own_catalog, write


def test_an_answer_with_picks_is_0(call: Call) -> None:
    assert call("recommend", "--task", "translation", "--gpu-mem", "24").code == 0


def test_nothing_fits_is_1_with_the_nearest_misses(call: Call) -> None:
    answer = call("recommend", "--task", "translation", "--gpu-mem", "0.1")
    assert answer.code == 1
    assert "Nothing fits." in answer.out
    assert "Nearest misses" in answer.out
    assert "--gpu-mem" in answer.out


def test_nothing_fits_in_json_names_the_change_that_admits_the_nearest(call: Call) -> None:
    answer = call("recommend", "--task", "translation", "--gpu-mem", "1", "-o", "json")
    assert answer.code == 1
    assert answer.json()["picks"] == []
    assert answer.json()["rejected"][0]["rejected_by"][0]["change"]


def test_only_unrated_models_is_1(call: Call) -> None:
    answer = call(
        "recommend", "--task", "srl", "--gpu-mem", "24", "--exclude-board", "*-srl*", "-o", "json"
    )
    assert answer.code == 1
    assert answer.json()["picks"] == []
    assert any(reason["code"] == "no-reference" for reason in answer.json()["assumptions"])


def test_a_failed_check_is_1(tmp_path: Path, call: Call) -> None:
    own = own_catalog(tmp_path)
    write(own, "models/mine/broken.yaml", "name: [\n")
    answer = call("catalog", "check", str(own))
    assert answer.code == 1
    # Whole on one line, however long the path is: terminals and editors follow `file:line`.
    assert f"{own}/models/mine/broken.yaml:2: " in answer.out


def test_a_good_own_catalog_passes_the_check(tmp_path: Path, call: Call) -> None:
    answer = call("catalog", "check", str(own_catalog(tmp_path)), "-o", "json")
    assert [f for f in answer.json()["findings"] if f["severity"] == "error"] == []
    assert answer.code == 0


def test_bad_usage_is_2(call: Call) -> None:
    assert call("recommend", "--no-such-option").code == 2
    assert call("recommend").code == 2


def test_a_comparison_is_0_even_when_a_model_does_not_fit(call: Call) -> None:
    assert call("compare", "deepseek-v3", "gemma-3-12b-it", "--gpu-mem", "8").code == 0
