"""The JSON Schemas that editors use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llm_select.catalog.json_schema import descriptions, json_schema, kinds, text
from llm_select.catalog.yaml_loader import parse

from .conftest import CARD, FILES

COMMITTED = Path(__file__).parents[2] / "catalog" / "schema"


@pytest.mark.parametrize("kind", kinds())
def test_the_committed_schema_is_up_to_date(kind: str) -> None:
    """When this fails: python -m llm_select.catalog.json_schema catalog/schema."""
    assert (COMMITTED / f"{kind}.json").read_text(encoding="utf-8") == text(kind)


def test_no_schema_is_left_over() -> None:
    assert {path.stem for path in COMMITTED.iterdir()} == set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_a_schema_is_valid(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("kind", kinds())
def test_every_field_is_described(kind: str) -> None:
    assert list(undescribed(json_schema(kind), kind)) == []


def undescribed(schema: Any, place: str) -> list[str]:
    found: list[str] = []
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            if not field.get("description"):
                found.append(f"{place}.{name}")
        for key, item in schema.items():
            found += undescribed(item, f"{place}.{key}")
    return found


def test_descriptions_are_the_attribute_docstrings() -> None:
    assert descriptions()["Parameters"]["total"].startswith("All weights of the language model")


def test_a_card_may_leave_out_what_its_family_gives() -> None:
    jsonschema.validate(parse(CARD.encode()).value, json_schema("model"))


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("family", "models/tiny/family.yaml"),
        ("sources", "sources/acme.yaml"),
        ("licenses", "licenses.yaml"),
        ("quantizations", "quantizations.yaml"),
        ("benchmark", "benchmarks/quiz.yaml"),
        ("board", "evaluations/quiz-board.yaml"),
        ("task", "tasks/quizzing.yaml"),
        ("device", "hardware/card-24.yaml"),
        ("scoring", "scoring.yaml"),
    ],
)
def test_the_schema_accepts_what_the_loader_accepts(kind: str, place: str) -> None:
    jsonschema.validate(parse(FILES[place].encode()).value, json_schema(kind))


def test_the_schema_refuses_an_unknown_field() -> None:
    with pytest.raises(jsonschema.ValidationError, match="licence"):
        jsonschema.validate(parse((CARD + "licence: mit\n").encode()).value, json_schema("model"))
