"""Columns of plain text stand under each other when signs are two cells wide."""

from __future__ import annotations

import pytest

from llm_select.render.document import Column, Document, Pairs, Table
from llm_select.render.plain import cells, render_plain


@pytest.mark.parametrize(
    ("text", "wide"), [("abc", 3), ("模型", 4), ("é", 1), ("e\u0301", 1), ("（x）", 5), ("–", 1)]
)
def test_a_wide_sign_takes_two_cells(text: str, wide: int) -> None:
    assert cells(text) == wide


def test_a_column_after_wide_signs_begins_at_one_place() -> None:
    table = Table((Column("模型"), Column("x")), (("ab", "1"), ("机器翻译", "2")))
    lines = render_plain(Document((table,))).splitlines()
    assert {cells(line[: line.index(line[-1])]) for line in lines} == {10}


def test_numbers_beside_wide_signs_end_at_one_place() -> None:
    table = Table((Column("显存", right=True),), (("1",), ("24",)))
    assert {cells(line) for line in render_plain(Document((table,))).splitlines()} == {4}


def test_values_of_pairs_begin_at_one_place() -> None:
    pairs = Pairs((("权重", "1"), ("x", "2")))
    assert render_plain(Document((pairs,))) == "权重  1\nx     2\n"
