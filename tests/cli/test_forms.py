"""Every form prints, fits its place and carries no escape code into a pipe."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from tests.cli.conftest import Call

COMMANDS = {
    "recommend": ("recommend", "--task", "translation", "--gpu-mem", "24"),
    "recommend --explain": ("recommend", "--task", "ner", "--gpu-mem", "24", "--explain"),
    "recommend --all": ("recommend", "--task", "ner", "--gpu-mem", "24", "--all"),
    "recommend --variants": ("recommend", "--task", "ner", "--gpu-mem", "24", "--variants"),
    "recommend, nothing fits": ("recommend", "--task", "ner", "--gpu-mem", "0.1"),
    "recommend, no board": ("recommend", "--task", "srl", "--gpu-mem", "24"),
    "explain a pick": ("explain", "gemma-3-12b-it", "--task", "translation", "--gpu-mem", "24"),
    "explain a rejection": ("explain", "gpt-4.1", "--task", "ner", "--gpu-mem", "24"),
    "compare": ("compare", "nllb-200-3.3b", "gemma-3-12b-it", "gpt-4.1"),
    "show": ("show", "deepseek-v3"),
    "estimate": ("estimate", "gemma-3-12b-it", "--gpu", "RTX 4090"),
    "estimate, no machine": ("estimate", "gemma-3-12b-it"),
    "tasks": ("tasks",),
    "benchmarks": ("benchmarks",),
    "licenses": ("licenses",),
    "hardware list": ("hardware", "list"),
    "hardware detect": ("hardware", "detect"),
    "catalog list": ("catalog", "list"),
    "catalog check": ("catalog", "check"),
}
FORMS = ("table", "plain", "csv", "markdown", "json")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_form_prints_without_escape_codes(name: str, form: str, call: Call) -> None:
    answer = call(*COMMANDS[name], "-o", form)
    assert answer.code in (0, 1)
    assert answer.err == ""
    assert "\x1b" not in answer.out
    if form == "json":
        assert answer.json()
    if name != "catalog check" or form != "csv":  # a sheet of no findings is empty
        assert answer.out.strip()


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_table_stays_within_the_terminal(
    name: str, width: int, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(map(len, call(*COMMANDS[name]).out.splitlines())) <= width


@pytest.mark.parametrize("name", COMMANDS)
def test_csv_rows_have_all_the_columns_of_the_header(name: str, call: Call) -> None:
    rows = list(csv.reader(StringIO(call(*COMMANDS[name], "-o", "csv").out)))
    assert {len(row) for row in rows} <= {len(rows[0])} if rows else True


@pytest.mark.parametrize("name", COMMANDS)
def test_no_form_prints_pythons_own_words(name: str, call: Call) -> None:
    for form in ("table", "plain", "csv", "markdown"):
        out = call(*COMMANDS[name], "-o", form).out
        assert "None" not in out
        assert "NamedTuple" not in out
        assert "<llm_select" not in out


def test_the_form_is_case_insensitive(call: Call) -> None:
    assert call("tasks", "-o", "JSON").json()["tasks"]


def test_a_recommendation_in_csv_has_one_row_for_each_pick(call: Call) -> None:
    rows = list(csv.DictReader(StringIO(call(*COMMANDS["recommend"], "-o", "csv").out)))
    picks = [row for row in rows if row.get("score")]
    assert len(picks) >= 5


def test_a_table_says_on_what_it_stands(call: Call) -> None:
    out = call(*COMMANDS["recommend"]).out
    assert "On what this stands" in out
    assert "https://" in out


def test_help_has_no_escape_codes(call: Call) -> None:
    assert "\x1b" not in call("recommend", "--help").out
