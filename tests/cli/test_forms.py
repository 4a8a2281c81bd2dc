"""Every form prints, fits its place and carries no escape code into a pipe."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from io import StringIO

import pytest

from tests.cli.conftest import Answer, Call

COMMANDS = {
    "recommend": ("recommend", "--task", "translation", "--gpu-mem", "24"),
    "recommend --explain": ("recommend", "--task", "coding", "--gpu-mem", "24", "--explain"),
    "recommend --all": ("recommend", "--task", "coding", "--gpu-mem", "24", "--all"),
    "recommend --variants": ("recommend", "--task", "coding", "--gpu-mem", "24", "--variants"),
    "recommend, nothing fits": ("recommend", "--task", "coding", "--gpu-mem", "0.1"),
    "recommend, no board": (
        "recommend",
        "--task",
        "srl",
        "--gpu-mem",
        "24",
        "--exclude-board",
        "*-srl*",
    ),
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
}
FORMS = ("table", "plain", "csv", "markdown", "json")


Printed = Callable[[str, str], Answer]


@pytest.fixture(scope="module")
def printed(call: Call) -> Printed:
    """What a command prints in a form; each is run once for all tests of this file."""
    return cache(lambda name, form: call(*COMMANDS[name], "-o", form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_form_prints_without_escape_codes(name: str, form: str, printed: Printed) -> None:
    answer = printed(name, form)
    assert answer.code in (0, 1)
    assert answer.err == ""
    assert "\x1b" not in answer.out
    if form == "json":
        assert answer.json()
    assert answer.out.strip()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_table_stays_within_80_columns(name: str, printed: Printed) -> None:
    assert max(map(len, printed(name, "table").out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["recommend", "compare"])
def test_a_table_stays_within_160_columns(
    name: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert 80 < max(map(len, call(*COMMANDS[name]).out.splitlines())) <= 160


@pytest.mark.parametrize("name", COMMANDS)
def test_csv_rows_have_all_the_columns_of_the_header(name: str, printed: Printed) -> None:
    rows = list(csv.reader(StringIO(printed(name, "csv").out)))
    assert {len(row) for row in rows} <= {len(rows[0])} if rows else True


@pytest.mark.parametrize("name", COMMANDS)
def test_no_form_prints_pythons_own_words(name: str, printed: Printed) -> None:
    for form in ("table", "plain", "csv", "markdown"):
        out = printed(name, form).out
        assert "None" not in out
        assert "NamedTuple" not in out
        assert "<llm_select" not in out


def test_the_form_is_case_insensitive(call: Call) -> None:
    assert call("tasks", "-o", "JSON").json()["tasks"]


def test_a_recommendation_in_csv_has_one_row_for_each_pick(printed: Printed) -> None:
    rows = list(csv.DictReader(StringIO(printed("recommend", "csv").out)))
    picks = [row for row in rows if row.get("score")]
    assert len(picks) >= 5


def test_a_csv_without_picks_says_why_each_near_miss_is_none(printed: Printed) -> None:
    rows = list(csv.DictReader(StringIO(printed("recommend, nothing fits", "csv").out)))
    assert rows
    assert all(row["rejected_by"] and not row["rank"] for row in rows)


def test_a_table_says_on_what_it_stands(printed: Printed) -> None:
    out = printed("recommend", "table").out
    assert "On what this stands" in out
    assert "https://" in out


def test_help_has_no_escape_codes(call: Call) -> None:
    assert "\x1b" not in call("recommend", "--help").out
