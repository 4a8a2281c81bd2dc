"""Scores by people beside automatic ones."""

from __future__ import annotations

import pytest

from llm_select.evidence.links import campaign_shares, row_weight
from llm_select.evidence.quality import assess
from llm_select.evidence.scores import gather
from llm_select.render.people_view import people_note
from llm_select.schema.catalog import Catalog
from llm_select.selection.types import Candidate, Item
from tests.builders import benchmark, board, catalog, model, task
from tests.unit.selection.questions import ask

DE = {f"f/m{i}": 40.0 + 6 * i for i in range(4)}
MODELS = {f"f/m{i}": model(f"M{i}", languages={"de": "official"}) for i in range(4)}


def _catalog() -> Catalog:
    return catalog(
        models=MODELS,
        benchmarks={
            "bench": benchmark(automatic=True),
            "one": benchmark(automatic=True, campaign="c"),
            "two": benchmark(automatic=True, campaign="c"),
            "judged": benchmark(human=True, campaign="c", unit="ESA"),
        },
        boards={
            "direct": board({"de": DE}),
            "one": board({"de": DE}, benchmark="one"),
            "two": board({"de": DE}, benchmark="two"),
            "judged": board({"de": {"f/m0": 71.0, "f/m1": 72.0}}, benchmark="judged"),
        },
        tasks={
            "task": task(
                boards=[
                    {"board": "direct", "relevance": "direct"},
                    {"board": "one", "relevance": "direct"},
                    {"board": "two", "relevance": "direct"},
                    {"board": "judged", "relevance": "related"},
                ]
            )
        },
    )


def _weights(model_id: str) -> dict[str, float]:
    rows = gather(_catalog(), "task").scores
    shares = campaign_shares(rows)
    return {row.stem: row_weight(row, shares, 1.0) for row in rows if row.model == model_id}


def test_people_count_half_of_a_campaign_however_many_metrics_it_has() -> None:
    assert _weights("f/m0") == {"direct": 1.0, "one": 0.25, "two": 0.25, "judged": 0.5}


def test_metrics_share_a_campaign_whose_outputs_nobody_judged() -> None:
    assert _weights("f/m3") == {"direct": 1.0, "one": 0.5, "two": 0.5}


@pytest.mark.parametrize(("languages", "second"), [(["de"], "judged.de"), ([], "judged.de")])
def test_what_people_judged_stands_behind_the_reference_in_the_language_asked(
    languages: list[str], second: str
) -> None:
    rows = assess(_catalog(), "task", languages=languages).qualities["f/m0", "direct"].evidence
    assert rows[1].board == second


def _items(made: Catalog, *names: str) -> list[Item]:
    qualities = assess(made, "task", languages=["de"]).qualities
    return [
        Item(
            Candidate(name, made.models[name], "direct", None, None, None, None, False, None),
            qualities[name, "direct"],
            *(None, None, None, (), (), None, None),
        )
        for name in names
    ]


def test_the_answer_names_what_people_said_of_the_models_shown() -> None:
    made = _catalog()
    note = people_note(_items(made, "f/m0", "f/m3"), ask(languages=("de",)), made)
    assert note == "judged.de (ESA, higher is better): M0 71.0"


def test_the_answer_says_that_no_model_shown_was_judged_by_people() -> None:
    made = _catalog()
    note = people_note(_items(made, "f/m3"), ask(languages=("de",)), made)
    assert note == "the catalog has no human scores of these models for this question"


def test_a_task_without_boards_by_people_has_no_such_note() -> None:
    made = catalog(models=MODELS, boards={"direct": board({"de": DE})})
    assert people_note(_items(made, "f/m0"), ask(), made) is None
