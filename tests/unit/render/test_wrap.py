"""Lines of Chinese text."""

from __future__ import annotations

import pytest

from llm_select.render.plain import cells
from llm_select.render.wrap import wrapped

TEXT = "没有其他推荐项能同时赶上：Gemma 3 27B IT、Qwen2.5 7B（思考），另有 12 个；见 `llm-select tasks`。"


@pytest.mark.parametrize("width", [12, 20, 33, 60, 200])
def test_no_line_is_wider(width: int) -> None:
    """A line holds at most so many columns."""
    assert all(cells(line) <= width for line in wrapped(TEXT, width).split("\n"))


@pytest.mark.parametrize("width", [12, 20, 33, 60, 200])
def test_nothing_but_spaces_is_lost(width: int) -> None:
    """The lines together are the text."""
    assert "".join(wrapped(TEXT, width).split()) == "".join(TEXT.split())


@pytest.mark.parametrize("width", range(12, 80))
def test_marks_stay_with_what_they_follow(width: int) -> None:
    """No line begins with a mark that closes, none ends with one that opens."""
    lines = wrapped(TEXT, width).split("\n")
    assert not any(line[0] in "，。；：、）" or line[-1] in "（" for line in lines)


def test_a_number_stays_with_what_it_counts() -> None:
    """`12 个` is not torn apart."""
    assert wrapped("另外还有 12 个", 12) == "另外还有\n12 个"


def test_a_name_moves_whole() -> None:
    """A run of Latin letters goes to the next line rather than being cut."""
    assert wrapped("编码器、Transformer", 12) == "编码器、\nTransformer"


def test_what_is_too_long_for_a_line_is_cut() -> None:
    """An address longer than the line fills lines."""
    assert wrapped("abcdefgh", 3) == "abc\ndef\ngh"


def test_indented_lines_stay_indented() -> None:
    """Lines of a text keep their breaks and the spaces at their head."""
    assert wrapped("甲\n  乙", 10) == "甲\n  乙"
