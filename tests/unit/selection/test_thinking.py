"""The reasoning a model is charged with."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from llm_select.render.thinking_view import thinking_json, thinking_notes
from llm_select.schema.model import Model
from llm_select.selection.thinking import thinking_tokens
from llm_select.selection.types import Candidate, Item
from tests.builders import catalog, model, scoring
from tests.unit.selection.questions import ask


def _length(task: str, tokens: int, **fields: Any) -> dict[str, Any]:
    base = {
        "tasks": [task],
        "tokens": tokens,
        "test": "6 problems",
        "reported_by": "third-party",
        "source": "src",
        "date": "2025-08",
    }
    return {**base, **fields}


MODEL = model(
    "M",
    thinking={
        "modes": ["thinking", "direct"],
        "lengths": [
            _length("task", 5600, effort="high"),
            _length("task", 23000),
            _length("other", 500, answer_included=True),
        ],
    },
)
CATALOG = catalog(
    models={"f/m": MODEL, "f/n": model("N", thinking={"modes": ["thinking"]})},
    scoring=scoring().model_copy(update={"assumed_thinking_tokens": 2000}),
)


def _charged(task_id: str, mode: str = "thinking", answer: int = 200, card: Model = MODEL) -> int:
    tokens = thinking_tokens(CATALOG, card, mode, task_id, answer)
    assert tokens is not None
    return tokens


def test_the_first_length_measured_at_the_task_is_charged() -> None:
    assert _charged("task") == 5600


def test_a_length_of_another_task_is_not_used() -> None:
    assert _charged("third") == 2000


def test_a_task_at_which_others_were_measured_has_an_assumption_of_its_own() -> None:
    made = CATALOG.scoring
    assert made is not None
    own = made.model_copy(update={"assumed_thinking_tokens_by_task": {"third": 300}})
    named = CATALOG.model_copy(update={"scoring": own})
    assert thinking_tokens(named, MODEL, "thinking", "third", 200) == 300


def test_a_length_that_counts_the_answer_gives_up_the_answer() -> None:
    assert _charged("other", answer=200) == 300


def test_reasoning_is_never_negative() -> None:
    assert _charged("other", answer=800) == 0


def test_direct_mode_is_charged_nothing() -> None:
    assert _charged("task", mode="direct") == 0


def _item(model_id: str, mode: str = "thinking") -> Item:
    candidate = Candidate(
        model_id, CATALOG.models[model_id], mode, None, None, None, None, False, None
    )
    return Item(candidate, *(None, None, None, None, (), (), None, None))


def test_the_answer_names_the_measurement_and_its_source() -> None:
    (note,) = thinking_notes([_item("f/m")], "task", CATALOG)
    assert "M 5,600 tokens (6 problems, effort high; src)" in note


def test_the_answer_names_for_whom_a_length_is_assumed() -> None:
    (note,) = thinking_notes([_item("f/n"), _item("f/m", "direct")], "task", CATALOG)
    assert "2,000 tokens are assumed" in note
    assert "for N," in note


def test_the_json_tells_a_measured_length_from_an_assumed_one() -> None:
    one, other = (thinking_json(_item(name), ask(), CATALOG) for name in ("f/m", "f/n"))
    assert one == {
        "tokens": 5600,
        "measured": True,
        "test": "6 problems",
        "effort": "high",
        "source": "src",
    }
    assert other is not None
    assert (other["tokens"], other["measured"]) == (2000, False)


def test_a_length_without_a_source_is_refused() -> None:
    bare = _length("task", 5)
    del bare["source"]
    with pytest.raises(ValidationError):
        model("M", thinking={"modes": ["thinking"], "lengths": [bare]})
