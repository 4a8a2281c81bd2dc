"""Compiled records have the attributes of the schema's objects."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from llm_select.catalog import records
from llm_select.catalog.compile import compile_catalog
from llm_select.catalog.load import read_directory
from llm_select.schema.base import Strict
from llm_select.schema.catalog import Catalog

from .conftest import FILES, Build, edited


@pytest.fixture
def catalog(build: Build) -> Catalog:
    """The tiny catalog as schema objects."""
    return read_directory(str(build())).catalog


def loaded(catalog: Catalog) -> Any:
    return records.load(compile_catalog(catalog))[0]


def assert_same(record: Any, value: Any, place: str = "catalog") -> None:
    """Attribute by attribute; a list stands for a tuple, and a frozenset of ids for a sorted list."""
    if isinstance(value, BaseModel):
        assert type(record).__name__ == type(value).__name__, place
        assert tuple(type(value).model_fields) == record._fields, place
        for name in type(value).model_fields:
            assert_same(getattr(record, name), getattr(value, name), f"{place}.{name}")
    elif isinstance(value, dict):
        assert list(record) == list(value), place
        for key, item in value.items():
            assert_same(record[key], item, f"{place}[{key}]")
    elif isinstance(value, (list, tuple, frozenset)):
        assert len(record) == len(value), place
        for one, other in zip(
            record, sorted(value) if isinstance(value, frozenset) else value, strict=True
        ):
            assert_same(one, other, f"{place}[]")
    else:
        assert (type(record), record) == (type(value), value), place


def test_records_equal_the_schemas_objects_attribute_by_attribute(catalog: Catalog) -> None:
    assert_same(loaded(catalog), catalog)


def test_every_default_of_the_schema_is_on_its_record_class(catalog: Catalog) -> None:
    loaded(catalog)
    by_name = {cls.__name__: cls for cls in max(records._tables.values(), key=len)}
    schemas = {cls.__name__: cls for cls in Strict.__subclasses__()}
    for name in ("LayerGroup", "Experts", "Stack", "Model", "Quantization", "Engine", "Scoring"):
        for field, info in schemas[name].model_fields.items():
            if not info.is_required():
                assert_same(getattr(by_name[name], field), info.default, f"{name}.{field}")


def test_a_mapping_may_have_the_tag_as_a_key(catalog: Catalog) -> None:
    board = loaded(catalog).boards["quiz-board"]
    assert board.scores["en"] == {"Tiny": 61.5, "@": 70.0}
    assert list(board.entries) == ["Tiny", "@"]


def test_a_score_of_no_entry_is_kept(build: Build) -> None:
    board = edited(FILES["evaluations/quiz-board.yaml"], "{Tiny: 33.25}", "{Other: 33.25}")
    directory = build({"evaluations/quiz-board.yaml": board})
    scores = loaded(read_directory(str(directory)).catalog).boards["quiz-board"].scores
    assert scores == {"en": {"Tiny": 61.5, "@": 70.0}, "en-no": {"Other": 33.25}}


def test_a_changed_board_keeps_its_scores(catalog: Catalog) -> None:
    board = loaded(catalog).boards["quiz-board"]
    other = board._replace(entries={}, date="2026-01-01")
    assert other.scores == {"en": {"Tiny": 61.5, "@": 70.0}, "en-no": {"Tiny": 33.25}}
    assert other._replace(scores={}).scores == {}


def test_a_board_without_standard_errors_has_an_empty_mapping(catalog: Catalog) -> None:
    assert loaded(catalog).boards["quiz-board"].stderr == {}


def test_a_flipped_digit_is_a_value_error(catalog: Catalog) -> None:
    whole = compile_catalog(catalog)
    with pytest.raises(ValueError, match="damaged"):
        records.load(whole.replace(b"61.5", b"91.5"))


def test_fields_at_their_default_are_not_written(catalog: Catalog) -> None:
    body = compile_catalog(catalog).split(b"\n")[1]
    assert b"superseded_by" not in body


def test_records_are_frozen(catalog: Catalog) -> None:
    card = loaded(catalog).models["tiny/tiny-1b"]
    with pytest.raises(AttributeError, match="frozen"):
        card.name = "Other"
    with pytest.raises(AttributeError, match="frozen"):
        del card.name


def test_an_unknown_attribute_is_an_error(catalog: Catalog) -> None:
    with pytest.raises(AttributeError):
        _ = loaded(catalog).models["tiny/tiny-1b"].licence


def test_replace_makes_a_changed_copy(catalog: Catalog) -> None:
    card = loaded(catalog).models["tiny/tiny-1b"]
    other = card._replace(name="Other")
    assert (card.name, other.name) == ("Tiny 1B", "Other")
    assert other != card
    assert other._replace(name="Tiny 1B") == card


def test_replace_refuses_an_unknown_field(catalog: Catalog) -> None:
    with pytest.raises(TypeError, match="licence"):
        loaded(catalog)._replace(licence=1)


def test_a_default_written_out_equals_a_default_left_out(catalog: Catalog) -> None:
    card = loaded(catalog).models["tiny/tiny-1b"]
    assert card._replace(status="active", hosted=[]) == card


def test_records_of_two_loads_are_equal(catalog: Catalog) -> None:
    assert loaded(catalog) == loaded(catalog)


def test_a_record_shows_its_values(catalog: Catalog) -> None:
    assert repr(loaded(catalog).models["tiny/tiny-1b"].context) == "Context(native=4096)"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n{}",
        b"[]\n[]",
        b'{"format": 999}\n{}',
        b'{"format": 2, "checksum": 1628176258, "classes": [], "references": {}}\n{"@": 7}',
        b'{"format": 2, "checksum": 2745614147, "classes": [], "references": {}}\n{}',
        b'{"format": 2, "checksum": 2745614147, "classes": 3, "references": {}}\n{}',
        b"\xff\xfe\n\xff",
        b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_compiled_catalog_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        records.load(data)


def test_a_cut_file_is_a_value_error(catalog: Catalog) -> None:
    whole = compile_catalog(catalog)
    for end in range(0, len(whole), 997):
        with pytest.raises(ValueError):  # noqa: PT011
            records.load(whole[:end])
