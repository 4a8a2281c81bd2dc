"""Listings at 80 columns: ids whole, nothing beyond the edge; the scores of a card on few rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Call

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

LISTS = ("catalog list", "benchmarks", "hardware list", "licenses", "tasks")


@pytest.mark.parametrize("command", [*LISTS, "show gpt-5.4-mini"])
def test_no_line_is_longer_than_80_columns(command: str, call: Call) -> None:
    for line in call(*command.split()).out.splitlines():
        assert len(line) <= 80


@pytest.mark.parametrize("command", LISTS)
def test_every_id_stands_whole_on_its_line(command: str, call: Call, catalog: Catalog) -> None:
    names = {
        "catalog list": list(catalog.models),
        "benchmarks": list(catalog.boards),
        "hardware list": [device.name for device in catalog.devices.values()],
        "licenses": list(catalog.licenses),
        "tasks": list(catalog.tasks),
    }[command]
    lines = call(*command.split()).out.splitlines()
    for name in names:
        assert any(line.startswith(f"{name} ") for line in lines), name


def test_an_entry_has_one_row_for_all_its_languages_on_a_board(
    call: Call, catalog: Catalog
) -> None:
    entry = "google/gemma-3-27b-it"
    board = catalog.boards["euroeval-ner"]
    values = [c[entry] for key, c in board.scores.items() if key != "all" and entry in c]
    lines = call("show", "gemma-3-27b-it", "-o", "plain").out.splitlines()
    (row,) = (line for line in lines if line.startswith("euroeval-ner") and f" {entry}  " in line)
    assert row.startswith(f"euroeval-ner, mean of {len(values)} ")
    assert f" {sum(values) / len(values):.1f} " in row
    assert f" {min(values):.1f} to {max(values):.1f} " in row


def test_other_entries_of_a_card_have_rows_of_their_own(call: Call) -> None:
    out = call("show", "gemma-3-27b-it", "-o", "plain").out
    assert "google/gemma-3-27b-it (zero-shot)" in out


def test_json_has_every_score(call: Call, catalog: Catalog) -> None:
    model = "gemma/gemma-3-27b-it"
    scores = sum(
        board.entries[label].model == model
        for board in catalog.boards.values()
        for column in board.scores.values()
        for label in column
    )
    assert len(call("show", model, "-o", "json").json()["scores"]) == scores
