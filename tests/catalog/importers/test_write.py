"""What is written reads back as what was meant, and only what changed changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from llm_select.catalog.importers.diff import accepted, apply, changes
from llm_select.catalog.importers.hf_config import config_facts
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.importers.write import card_text, field_text, updated_text, write_file
from llm_select.catalog.yaml_loader import parse
from llm_select.schema.model import Model

SHAPES: dict[str, Any] = json.loads((Path(__file__).parent / "shapes.json").read_text())
CARDS = sorted((Path(__file__).parents[3] / "catalog" / "models").glob("*/*.yaml"))
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=120
)
SCALAR = (
    st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e9, 1e9).map(lambda x: round(x, 6))
    | TEXT
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(st.from_regex(r"\A[a-z_]{1,20}\Z"), VALUE)
def test_a_field_reads_back_as_it_was(name: str, value: Any) -> None:
    document = parse(field_text(name, value).encode())
    assert not document.problems
    assert document.value == {name: value}


@pytest.mark.parametrize("name", SHAPES)
def test_a_draft_reads_back_and_is_valid(name: str) -> None:
    facts = config_facts(SHAPES[name]["config"], "config.json").facts
    card = {"name": "X", "developer": "Y", "released": "2026-01-02", "license": "mit", **facts}
    found = parse(card_text(card).encode())
    assert not found.problems
    assert found.value == card
    assert TypeAdapter(Model).validate_json(json.dumps(found.value), strict=True).name == "X"


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_does_not_differ_from_itself(name: str) -> None:
    facts = config_facts(SHAPES[name]["config"], "config.json").facts
    assert {one.status for one in changes(facts, facts)} == {"same"}


@pytest.mark.slow
def test_an_update_of_any_card_of_the_catalog_changes_one_field_only() -> None:
    for path in CARDS:
        if path.name == "family.yaml":
            continue
        old = path.read_bytes()
        card = parse(old).value
        assert (
            updated_text(old, card) == old.decode()
            or updated_text(old, card) == f"{old.decode()}\n"
        )
        new = parse(updated_text(old, {**card, "released": "1999-12-31"}).encode()).value
        assert new == {**card, "released": "1999-12-31"}, path


def test_accepting_everything_leaves_no_difference() -> None:
    left = config_facts(SHAPES["llama small"]["config"], "x").facts
    right = config_facts(SHAPES["gemma2 small"]["config"], "x").facts
    merged = apply(left, accepted(changes(left, right), ("all",)))
    assert [one for one in changes(merged, right) if one.status != "same"] == []


def test_a_whole_part_is_accepted_by_its_name() -> None:
    left = config_facts(SHAPES["llama small"]["config"], "x").facts
    right = config_facts(SHAPES["qwen3 small"]["config"], "x").facts
    taken = accepted(changes(left, right), ("architecture",))
    assert {one.field.split(".")[0] for one in taken} == {"architecture"}


def test_a_tower_keeps_its_tokens_per_image() -> None:
    right = config_facts(SHAPES["qwen3_vl vl"]["config"], "x").facts
    left = json.loads(json.dumps(right))
    left["architecture"]["towers"] = [
        {"modality": "image", "parameters": 5, "tokens_per_item": 256}
    ]
    merged = apply(left, accepted(changes(left, right), ("architecture.towers",)))
    tower = merged["architecture"]["towers"][0]
    assert tower["tokens_per_item"] == 256
    assert tower["parameters"] == right["architecture"]["towers"][0]["parameters"]


def test_a_text_that_would_not_read_back_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not read back"):
        write_file(tmp_path / "x.yaml", "a: 1\na: 2\n")
    assert list(tmp_path.iterdir()) == []
