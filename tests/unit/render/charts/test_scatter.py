"""The plot: what is drawn for which point, and that no data breaks it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_select.render.charts.labels import Box, Wanted, place
from llm_select.render.charts.scatter import Axis, Limit, Point, scatter
from llm_select.render.charts.svg import SIZE, text_width
from tests.unit.render.charts.parts import classed, parsed, tags, texts

X = Axis("Memory", "GiB", True, "low")
Y = Axis("Quality", "F1", False)


def point(name: str = "m", **changes: object) -> Point:
    """A pick with both intervals."""
    return Point(name, name, 10, 9, 11, 50, 45, 55, "pick", "a note")._replace(**changes)


def plot(*points: Point, **options: object) -> str:
    """The plot of these points."""
    return scatter(points, X, Y, title="A title", description="What it shows", **options)  # type: ignore[arg-type]


def test_no_point_makes_a_picture_that_says_so() -> None:
    assert texts(parsed(plot())) == ["Nothing to draw: no model has both figures."]


def test_a_picture_has_title_description_and_role() -> None:
    root = parsed(plot(point()))
    assert (root.get("role"), root.get("aria-label")) == ("group", "A title")
    assert root[0].text == "A title"
    assert root[1].text == "What it shows"


def test_a_picture_scales_with_the_page() -> None:
    assert parsed(plot(point(), width=360, height=300)).get("viewBox") == "0 0 360 300"


def test_a_point_can_be_reached_by_keyboard_and_says_its_note() -> None:
    (group,) = classed(parsed(plot(point("Gemma"))), "ls-point")
    assert group.get("tabindex") == "0"
    assert group.get("role") == "img"
    assert group.get("aria-label") == "Gemma: a note"
    assert group[0].text == "Gemma: a note"


def test_a_point_with_an_address_is_a_link() -> None:
    (group,) = classed(parsed(plot(point(href="?model=a&b=1"))), "ls-point")
    assert group.tag.endswith("}a")
    assert group.get("href") == "?model=a&b=1"


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", " java\nscript:alert(1)", "\x01javascript:x", "data:text/html,x"],
)
def test_an_address_of_another_scheme_is_no_link(href: str) -> None:
    text = plot(point(href=href))
    (group,) = classed(parsed(text), "ls-point")
    assert group.tag.endswith("}g")
    assert "href" not in text


def test_a_point_without_a_figure_is_left_out() -> None:
    root = parsed(plot(point("a"), point("b", x=math.nan), point("c", y=math.inf), point("d", x=0)))
    assert [g.get("data-id") for g in classed(root, "ls-point")] == ["a"]


def test_intervals_are_bars_in_both_directions() -> None:
    (group,) = classed(parsed(plot(point())), "ls-point")
    bars = classed(group, "ls-bar")
    assert [bar.get("x1") == bar.get("x2") for bar in bars] == [False, True]


def test_an_interval_that_is_unknown_is_not_drawn() -> None:
    (group,) = classed(parsed(plot(point(x_low=None, x_high=None))), "ls-point")
    assert len(classed(group, "ls-bar")) == 1


def test_kinds_differ_in_shape_not_only_in_colour() -> None:
    kinds = ("pick", "pareto", "other", "rejected")
    root = parsed(plot(*(point(k, kind=k, x=n + 1) for n, k in enumerate(kinds))))
    dots = [classed(g, "ls-dot")[0] for g in classed(root, "ls-point")]
    shapes = {dot.tag + str(dot.get("d", "").count("M")) for dot in dots}
    assert len(shapes) == 4


def test_picks_are_drawn_over_rejected_models() -> None:
    root = parsed(plot(point("best"), point("second"), point("no", kind="rejected")))
    assert [g.get("data-id") for g in classed(root, "ls-point")] == ["no", "second", "best"]


def test_the_front_is_a_stair() -> None:
    root = parsed(plot(point("a", x=1, y=1, front=True), point("b", x=2, y=2, front=True)))
    (stair,) = classed(root, "ls-front")
    (_, y1), (x2, y2), (x3, _) = (p.split() for p in stair.get("d", "")[1:].split("L"))
    assert y1 == y2
    assert x2 == x3


def test_names_of_picks_are_written_and_those_of_rejected_models_are_not() -> None:
    written = texts(parsed(plot(point("Pick"), point("Out", x=30, kind="rejected"))))
    assert "Pick" in written
    assert "Out" not in written


def test_a_limit_is_named() -> None:
    text = plot(point(), limits=[Limit("x", 24, "usable 24 GiB"), Limit("y", 40, "at least 40")])
    assert {"usable 24 GiB", "at least 40"} <= set(texts(parsed(text)))


def test_a_sheet_is_inside_only_when_asked_for() -> None:
    assert not tags(parsed(plot(point())), "style")
    assert tags(parsed(plot(point(), style=True)), "style")


def test_nothing_is_styled_in_an_attribute_which_a_strict_policy_would_refuse() -> None:
    root = parsed(plot(point(kind="pareto", front=True), point("b", x=3, front=True)))
    assert not [e for e in root.iter() if e.get("style") is not None]


def test_the_same_points_give_the_same_picture() -> None:
    points = [point(f"m{n}", x=n + 1, y=n) for n in range(20)]
    assert plot(*points) == plot(*points)


NAMES = st.text(max_size=40) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "\"' onload='x",
        "]]>",
        "a\x00\x08b",
        "\u202egnp.exe",
        "\ud800",
        "模型",
    ]
)
VALUES = st.floats() | st.integers(-5, 500).map(float)
ENDS = st.none() | VALUES


@given(
    st.lists(
        st.builds(
            Point,
            NAMES,
            NAMES,
            VALUES,
            ENDS,
            ENDS,
            VALUES,
            ENDS,
            ENDS,
            st.sampled_from(["pick", "pareto", "other", "rejected"]),
            NAMES,
            st.none() | NAMES,
            st.booleans(),
        ),
        max_size=8,
    ),
    st.booleans(),
    st.sampled_from([200, 360, 720]),
)
def test_any_names_and_figures_make_well_formed_xml_without_nan(
    points: list[Point], log: bool, width: int
) -> None:
    axis = Axis("x", "", log, "low")
    text = scatter(points, axis, Y, title="t", description="d", width=width)
    root = parsed(text)
    text.encode()
    assert not tags(root, "script")
    numbers = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "d")
    assert not [e for e in root.iter() for n in numbers if "nan" in e.get(n, "")]
    assert not [e for e in root.iter() for n in numbers if "inf" in e.get(n, "")]
    assert not [e for e in root.iter() if any(key.lower().startswith("on") for key in e.attrib)]


@given(
    st.lists(
        st.builds(
            Wanted,
            st.text("abcdefgh ", min_size=1, max_size=20),
            st.floats(0, 400),
            st.floats(0, 300),
        ),
        max_size=12,
    )
)
def test_names_never_cover_each_other_or_leave_the_frame(wanted: list[Wanted]) -> None:
    frame = Box(0, 0, 400, 300)
    boxes = []
    for _, name in place(wanted, [], frame):
        box = Box(name.x, name.y - SIZE + 2, name.x + text_width(name.text), name.y + 2)
        assert box.within(frame)
        assert not any(box.meets(other) for other in boxes)
        boxes.append(box)
