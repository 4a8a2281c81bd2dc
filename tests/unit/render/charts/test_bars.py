"""Bars of memory and score, and intervals."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from hypothesis import given
from hypothesis import strategies as st

from llm_select.render.charts.axes import Axis
from llm_select.render.charts.intervals import Measured, intervals
from llm_select.render.charts.memory import Capacity, Fullest, Memory, memory
from llm_select.render.charts.svg import text_width
from llm_select.render.charts.terms import Scored, terms
from tests.unit.render.charts.parts import classed, parsed, tags, texts

SAID: dict[str, Any] = {"title": "A title", "description": "What it shows"}
MODEL = Memory("Gemma, Q4_K_M llama.cpp", 16, 2, 1, 0.5, 18, 21)
AXIS = Axis("Quality", "F1", False)


def test_memory_names_each_part_with_its_gib() -> None:
    written = texts(parsed(memory([MODEL], **SAID)))
    assert {"weights 16.0", "KV cache 2.0", "activations 1.0", "overhead 0.50"} <= set(written)


def test_memory_shows_total_and_range() -> None:
    assert "19.5 GiB (18.0–21.0)" in texts(parsed(memory([MODEL], **SAID)))


def test_memory_parts_are_as_long_as_they_are_large() -> None:
    root = parsed(memory([MODEL], **SAID))
    wide = [float(r.get("width", 0)) for r in tags(root, "rect") if r.get("height") == "18"]
    weights, cache = wide[0], wide[1]
    assert abs(weights / cache - 8) < 0.3  # a gap of one unit is taken off each


def test_memory_has_a_whisker_for_its_range() -> None:
    assert len(classed(parsed(memory([MODEL], **SAID)), "ls-whisker")) == 1


def test_memory_shows_what_the_device_has() -> None:
    written = texts(parsed(memory([MODEL], Capacity(23.5, 24), **SAID)))
    assert {"usable 23.5 GiB", "built in 24.0 GiB"} <= set(written)


def test_no_limit_line_strikes_words_through() -> None:
    small = Memory("Qwen3 8B, Q8_0 llama.cpp", 8, 1, 0.5, 0.4, 9.5, 10.5)
    root = parsed(memory([small, MODEL], Capacity(23.5, 24), width=720, **SAID))
    lines = [e for e in classed(root, "ls-limit") + classed(root, "ls-axis") if _upright(e)]
    totals = [e for e in tags(root, "text") if e.get("text-anchor") == "end"]
    assert len(lines) > 2
    assert totals
    for line in lines:
        for text in totals:
            base, end = float(text.get("y", 0)), float(text.get("x", 0))
            start = end - text_width("".join(text.itertext()))
            high = float(line.get("y1", 0)) < base and float(line.get("y2", 0)) > base - 9
            assert not (high and start <= float(line.get("x1", 0)) <= end)


def _upright(line: Element) -> bool:
    return line.get("x1") == line.get("x2") and float(line.get("x1", 0)) > 10


def test_the_fullest_device_has_no_parts_that_nobody_computed() -> None:
    written = texts(parsed(memory([Fullest("Fullest of 2", 20, 22)], **SAID)))
    assert "20.0 GiB, up to 22.0" in written
    assert not any(text.startswith("weights") for text in written)


def test_no_memory_makes_a_picture_that_says_so() -> None:
    assert texts(parsed(memory([], **SAID))) == ["Nothing to draw: no memory was estimated."]


def test_a_criterion_has_one_colour_in_all_scores() -> None:
    found = [
        Scored("a", 0.5, (("quality", 0.3), ("speed", 0.2))),
        Scored("b", 0.2, (("speed", 0.2),)),
    ]
    root = parsed(terms(found, **SAID))
    speeds = [
        rect.get("class")
        for rect in tags(root, "rect")
        if [title.text for title in tags(rect, "title")] == ["speed 0.200"]
    ]
    assert speeds == ["ls-part-2", "ls-part-2"]


def test_scores_lie_on_a_scale_from_nothing_to_one() -> None:
    written = texts(parsed(terms([Scored("a", 0.3, (("quality", 0.3),))], **SAID)))
    assert "1.0" in written


def test_intervals_mark_what_is_inferred_in_word_and_shape() -> None:
    found = [
        Measured("a", 50, 45, 55, "50.0 (45.0–55.0)"),
        Measured("b", 40, 30, 50, "40.0 (30.0–50.0)", "inferred"),
    ]
    root = parsed(intervals(found, AXIS, **SAID))
    assert "40.0 (30.0–50.0), inferred" in texts(root)
    assert [row.get("class") for row in classed(root, "ls-row")] == [
        "ls-row ls-pick",
        "ls-row ls-other",
    ]


def test_an_interval_that_is_unknown_is_not_drawn() -> None:
    root = parsed(intervals([Measured("a", 50, None, None, "50.0")], AXIS, **SAID))
    assert not classed(root, "ls-bar")


VALUES = st.floats() | st.integers(0, 100).map(float)


@given(
    st.lists(
        st.builds(Memory, st.text(max_size=30), *[VALUES] * 6, st.text(max_size=30)), max_size=4
    ),
    st.builds(Capacity, st.none() | VALUES, st.none() | VALUES),
    st.sampled_from([200, 720]),
)
def test_any_memory_makes_well_formed_xml(
    found: list[Memory], capacity: Capacity, width: int
) -> None:
    assert "nan" not in _numbers(memory(found, capacity, width=width, **SAID))


@given(
    st.lists(
        st.builds(
            Measured,
            st.text(max_size=30),
            VALUES,
            st.none() | VALUES,
            st.none() | VALUES,
            st.text(),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_any_intervals_make_well_formed_xml(found: list[Measured], log: bool) -> None:
    assert "nan" not in _numbers(intervals(found, Axis("x", "", log), width=360, **SAID))


@given(
    st.lists(
        st.builds(
            Scored,
            st.text(max_size=30),
            VALUES,
            st.lists(st.tuples(st.text(max_size=9), VALUES)).map(tuple),
        ),
        max_size=4,
    )
)
def test_any_scores_make_well_formed_xml(found: list[Scored]) -> None:
    assert "nan" not in _numbers(terms(found, **SAID))


def _numbers(text: str) -> str:
    places = ("x", "y", "x1", "x2", "y1", "y2", "cx", "width", "height", "d", "viewBox")
    return " ".join(e.get(name, "") for e in parsed(text).iter() for name in places)
