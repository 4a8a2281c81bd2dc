"""From a recommendation to points: who is drawn, as what, with which words."""

from __future__ import annotations

import pytest

from llm_select.render.charts.points import (
    axes,
    description,
    limits,
    plots,
    points,
    recommendation_svg,
)
from llm_select.schema.catalog import Catalog
from llm_select.selection.recommend import recommend
from llm_select.selection.types import Recommendation
from llm_select.units import GIB
from tests import builders
from tests.unit.render.charts.parts import classed, parsed
from tests.unit.selection.questions import ask, machine

QUANTIZED = ("q8_0",)


def catalog() -> Catalog:
    """Three models on one board: two that fit 24 GiB at 8 bits, one without evidence."""
    return builders.catalog(
        models={
            "a/good": builders.model("Good"),
            "a/fair": builders.model("Fair"),
            "a/barred": builders.model("Barred", license="nc"),
            "a/unknown": builders.model("Unknown"),
        },
        boards={
            "direct": builders.board({"all": {"a/good": 80, "a/fair": 60, "a/barred": 70}}),
        },
    )


@pytest.fixture(scope="module")
def result() -> Recommendation:
    """Commercial use on a card of 24 GiB with a known bandwidth."""
    card = machine(memory_class="gddr", bandwidth_gb_s=1008.0)
    question = ask(commercial=True, machine=card, quantizations=QUANTIZED)
    return recommend(catalog(), question, near_misses=None)


def test_rated_models_are_points_and_unrated_ones_are_not(result: Recommendation) -> None:
    assert {p.id for p in points(result, "memory", top=5)} == {"a/good", "a/fair", "a/barred"}


def test_the_first_picks_are_picks_and_the_rest_is_not(result: Recommendation) -> None:
    kinds = {p.id: p.kind for p in points(result, "memory", top=1)}
    assert kinds == {"a/good": "pick", "a/fair": "other", "a/barred": "rejected"}


def test_a_rejected_point_says_why_and_what_would_admit_it(result: Recommendation) -> None:
    (point,) = [p for p in points(result, "memory", top=5) if p.kind == "rejected"]
    assert "rejected" in point.note
    assert "--commercial" in point.note


def test_the_front_is_that_of_the_middle(result: Recommendation) -> None:
    assert [p.id for p in points(result, "memory", top=5) if p.front] == ["a/good"]


def test_memory_is_that_of_the_fullest_device(result: Recommendation) -> None:
    memory = result.picks[0].memory
    assert memory is not None
    point = points(result, "memory", top=5)[0]
    assert point.x == pytest.approx(memory.device_expected / GIB)
    assert point.x_high == pytest.approx(memory.device_high / GIB)
    assert (point.x_low or 0) < point.x


def test_a_figure_that_no_pick_has_is_no_plot(result: Recommendation) -> None:
    assert plots(result) == ("memory", "speed")


def test_a_point_leads_where_it_is_told_to(result: Recommendation) -> None:
    found = points(result, "memory", top=5, link=lambda item: f"#{item.candidate.model_id}")
    assert found[0].href == "#a/good"


def test_the_axis_upward_names_board_and_unit(result: Recommendation) -> None:
    assert axes(result, "memory")[1][:2] == ("Quality on direct", "F1")


def test_usable_memory_and_least_accuracy_are_limits(result: Recommendation) -> None:
    asked = result.requirements._replace(min_accuracy=50)
    found = limits(result._replace(requirements=asked), "memory")
    assert [(limit.axis, limit.value) for limit in found] == [("x", 24 * 0.98), ("y", 50)]


def test_the_description_counts_and_names_the_front(result: Recommendation) -> None:
    text = description(points(result, "memory", top=5))
    assert "meet every need: 2; rejected: 1" in text
    assert "Good" in text


def test_a_name_that_is_markup_stays_a_name() -> None:
    hostile = "<script>alert('x')</script>"
    bad = catalog()
    models = {**bad.models, "a/good": builders.model(hostile)}
    shown = recommend(bad.model_copy(update={"models": models}), ask(quantizations=QUANTIZED))
    text = recommendation_svg(shown, bad, "memory", top=5)
    labels = [g.get("aria-label", "") for g in classed(parsed(text), "ls-point")]
    assert "<script" not in text
    assert any(hostile in label for label in labels)
