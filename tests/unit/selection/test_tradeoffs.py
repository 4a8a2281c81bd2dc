"""Who is beaten by nobody, how firmly the winner stands, and what the next step buys."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from llm_select.selection.tradeoffs import figure, front, pareto, stability, steps
from llm_select.selection.types import Item, Objection, Reason, Recommendation, Term
from llm_select.units import GIB


def item(name: str, quality: float, speed: float, gib: float, **more: Any) -> Item:
    values = {"quality": quality / 100, "speed": speed / 100}
    weights = {"quality": 0.75, "speed": 0.25}
    terms = tuple(
        Term(k, values[k], weights[k], values[k] * weights[k], Reason("x")) for k in values
    )
    candidate = SimpleNamespace(
        model_id=name, model=SimpleNamespace(license="apache-2.0"), offer=None
    )
    found = Item(
        candidate=cast("Any", candidate),
        quality=cast("Any", SimpleNamespace(value=quality)),
        memory=cast("Any", SimpleNamespace(device_high=gib * GIB, device_expected=0.9 * gib * GIB)),
        speed=None,
        score=sum(t.contribution for t in terms),
        terms=terms,
        objections=(),
        loss=None,
        effective_speed=speed,
    )
    return found._replace(**more)


def answer(picks: list[Item], rejected: list[Item], **question: Any) -> Recommendation:
    machine = SimpleNamespace(nominal_gib=24.0, usable_gib=23.52)
    asked = {"machine": machine, "commercial": False, "licenses": (), **question}
    return cast(
        "Recommendation",
        SimpleNamespace(
            picks=tuple(picks), rejected=tuple(rejected), requirements=SimpleNamespace(**asked)
        ),
    )


def barred(code: str) -> tuple[Objection, ...]:
    return (Objection(Reason(code), None),)


def test_a_pick_worse_in_everything_is_not_on_the_front() -> None:
    good, fast, bad = item("good", 80, 10, 20), item("fast", 60, 90, 10), item("bad", 50, 10, 20)
    assert pareto([good, fast, bad]) == {"good", "fast"}


def test_equals_are_both_on_the_front() -> None:
    assert pareto([item("a", 70, 20, 8), item("b", 70, 20, 8)]) == {"a", "b"}


def test_the_front_against_memory_asks_for_no_speed() -> None:
    large, small, slow = (
        item("large", 80, 50, 20),
        item("small", 60, 10, 5),
        item("slow", 50, 90, 8),
    )
    assert front([large, small, slow], "memory") == {"large", "small"}


def test_the_front_against_speed_wants_more_of_it() -> None:
    good, fast, bad = item("good", 80, 10, 20), item("fast", 60, 90, 10), item("bad", 50, 50, 1)
    assert front([good, fast, bad], "speed") == {"good", "fast"}


def test_a_pick_without_the_figure_is_on_no_front() -> None:
    known, unknown = item("known", 50, 10, 8), item("unknown", 90, 10, 8, memory=None)
    assert figure(unknown, "memory") is None
    assert front([known, unknown], "memory") == {"known"}


def test_the_winner_loses_where_the_scores_cross() -> None:
    picks = [item("good", 80, 20, 20), item("fast", 60, 60, 10)]
    (quality, speed) = stability(picks)
    # 80 w + 20 (1 - w) = 60 at w = 2/3.
    assert (quality.low, quality.below) == (pytest.approx(2 / 3), "fast")
    assert (speed.high, speed.above) == (pytest.approx(1 / 3), "fast")


def test_at_the_crossing_both_score_alike() -> None:
    good, fast = item("good", 80, 20, 20), item("fast", 60, 60, 10)
    w = stability([good, fast])[0].low
    score = [w * q + (1 - w) * s for q, s in ((0.8, 0.2), (0.6, 0.6))]
    assert score[0] == pytest.approx(score[1])


def test_a_winner_in_everything_leads_under_any_weight() -> None:
    picks = [item("best", 80, 60, 20), item("worse", 60, 50, 10)]
    assert all(one.below is None and one.above is None for one in stability(picks))


def test_the_next_memory_size_lets_in_a_better_model() -> None:
    big = item("big", 90, 0, 30, objections=barred("memory"))
    assert [(s.kind, s.to) for s in steps(answer([item("now", 80, 1, 20)], [big]))] == [
        ("memory", 32.0)
    ]


def test_a_size_that_lets_in_nothing_better_is_not_named() -> None:
    big = item("big", 70, 0, 30, objections=barred("memory"))
    assert steps(answer([item("now", 80, 1, 20)], [big])) == ()


def test_a_model_with_another_objection_is_not_bought_with_memory() -> None:
    both = item("big", 90, 0, 30, objections=barred("memory") + barred("license"))
    assert steps(answer([item("now", 80, 1, 20)], [both])) == ()


def test_a_licence_that_shuts_out_a_better_model_is_named() -> None:
    free = item("free", 90, 0, 10, objections=barred("commercial"))
    (step,) = steps(answer([item("now", 80, 1, 20)], [free], commercial=True, machine=None))
    assert (step.kind, step.to) == ("license", "apache-2.0")
