"""What users type, and the ids it leads to."""

from __future__ import annotations

import pytest

from llm_select.catalog import resolve
from llm_select.catalog.load import load_catalog
from llm_select.catalog.rules.language_names import NAMES
from llm_select.errors import AmbiguousNameError, UnknownNameError
from llm_select.evidence.languages import split_pair
from llm_select.schema.catalog import Catalog

from .conftest import CARD, FILES, Build, edited


@pytest.fixture
def catalog(build: Build) -> Catalog:
    """Two cards, three languages."""
    other = CARD.replace("Tiny 1B", "Tiny 3B").replace("Tiny-1B", "Tiny-3B")
    other = edited(other, "tiny:1b", "tiny:3b")
    rows = "  pt-BR: {Tiny: 50}\n  en-zh-Hans: {Tiny: 40}\n"
    board = FILES["evaluations/quiz-board.yaml"] + rows
    return load_catalog(
        [build({"models/tiny/tiny-3b.yaml": other, "evaluations/quiz-board.yaml": board})],
        bundled=False,
    )


@pytest.mark.parametrize(
    "name",
    [
        "tiny/tiny-1b",
        "Tiny 1B",
        "  tiny  1b ",
        "acme/Tiny-1B",
        "ACME/TINY-1B",
        "tiny:1b",
        "tiny-1b",
    ],
)
def test_a_model_has_many_names(catalog: Catalog, name: str) -> None:
    assert resolve.model(catalog, name) == "tiny/tiny-1b"


def test_an_unknown_model_lists_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve.model(catalog, "tiny-1", where="MODEL")
    assert "tiny/tiny-1b" in caught.value.nearest or "tiny-1b" in caught.value.nearest
    assert caught.value.where == "MODEL"


def test_part_of_a_name_lists_what_contains_it(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve.model(catalog, "acm")
    assert caught.value.nearest


def test_an_ambiguous_name_lists_its_models(build: Build) -> None:
    both = CARD.replace("Tiny 1B", "Tiny 3B")
    catalog = load_catalog([build({"models/tiny/tiny-3b.yaml": both})], bundled=False)
    with pytest.raises(AmbiguousNameError) as caught:
        resolve.model(catalog, "tiny:1b")
    assert caught.value.matches == ("tiny/tiny-1b", "tiny/tiny-3b")


def test_an_id_wins_over_an_alias(build: Build) -> None:
    other = CARD.replace("tiny:1b", "tiny/tiny-1b").replace("Tiny 1B", "Tiny 3B")
    catalog = load_catalog([build({"models/tiny/tiny-3b.yaml": other})], bundled=False)
    assert resolve.model(catalog, "tiny/tiny-1b") == "tiny/tiny-1b"


@pytest.mark.parametrize("name", ["", " ", "\n", "tiny/", "../..", "x" * 5000, "\x00", "名"])
def test_odd_names_are_unknown(catalog: Catalog, name: str) -> None:
    with pytest.raises(UnknownNameError):
        resolve.model(catalog, name)


@pytest.mark.parametrize(
    "name", ["card-24", "Card24", "NVIDIA GeForce Card 24", "geforce card 24", "card 24"]
)
def test_a_device_has_many_names(catalog: Catalog, name: str) -> None:
    assert resolve.device(catalog, name) == "card-24"


@pytest.mark.parametrize("name", ["quizzing", "Quizzing", "TRIVIA", "测验"])
def test_a_task_has_names_in_several_languages(catalog: Catalog, name: str) -> None:
    assert resolve.task(catalog, name) == "quizzing"


@pytest.mark.parametrize("name", ["mit", "MIT", "mit license"])
def test_a_license_has_many_names(catalog: Catalog, name: str) -> None:
    assert resolve.license(catalog, name) == "mit"


@pytest.mark.parametrize("name", ["q4_k_m", "Q4_K_M", "q4-k-m", "Q4KM"])
def test_a_quantization_may_be_typed_loosely(catalog: Catalog, name: str) -> None:
    assert resolve.quantization(catalog, name) == "q4_k_m"


def test_a_family_is_the_first_part_of_ids(catalog: Catalog) -> None:
    assert resolve.family(catalog, "TINY") == "tiny"


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("pt", "pt"),
        ("en-GB", "en-GB"),
        ("zh", "zh"),
        ("zh-hans", "zh-Hans"),
    ],
)
def test_a_language_is_found_in_any_case(catalog: Catalog, typed: str, tag: str) -> None:
    assert resolve.language(catalog, typed) == tag


@pytest.mark.parametrize("typed", ["fr", "klingon", "en-zh", "en-", "", "all", "en-gb-x"])
def test_an_unknown_language_is_an_error(catalog: Catalog, typed: str) -> None:
    with pytest.raises(UnknownNameError):
        resolve.language(catalog, typed)


@pytest.mark.parametrize("typed", ["eng", "ENG"])
def test_a_long_code_leads_to_the_short_one(catalog: Catalog, typed: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve.language(catalog, typed)
    assert caught.value.nearest == ("en",)


@pytest.mark.parametrize(
    ("typed", "pair"),
    [
        ("en-no", "en-no"),
        ("EN-NO", "en-no"),
        ("no-en", "no-en"),
        ("en->no", "en-no"),
        ("en → no", "en-no"),
        ("en-zh-hans", "en-zh-Hans"),
        ("pt-br-en", "pt-BR-en"),
        ("en-pt-BR", "en-pt-BR"),
    ],
)
def test_a_pair_is_found_in_either_direction(catalog: Catalog, typed: str, pair: str) -> None:
    assert resolve.pair(catalog, typed) == pair


@pytest.mark.parametrize(
    "typed", ["en", "en-en", "en-fr", "fr-de", "-", "", "en-", "->", "en-no-en"]
)
def test_what_is_no_pair_is_an_error(catalog: Catalog, typed: str) -> None:
    with pytest.raises(UnknownNameError):
        resolve.pair(catalog, typed)


def test_languages_and_pairs_are_those_of_cards_and_boards(catalog: Catalog) -> None:
    assert resolve.languages(catalog) == ("en", "no", "pt-BR", "zh-Hans")
    assert resolve.pairs(catalog) == ("en-no", "en-zh-Hans")


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("English", "en"),
        (" norwegian ", "no"),
        ("Norsk", "no"),
        ("brazilian portuguese", "pt-BR"),
        ("Simplified Chinese", "zh-Hans"),
    ],
)
def test_a_language_is_found_by_its_name(catalog: Catalog, typed: str, tag: str) -> None:
    assert resolve.language(catalog, typed) == tag


def test_a_misspelt_name_of_a_language_leads_to_its_tag(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean no\?"):
        resolve.language(catalog, "norwegain")


def test_the_name_of_a_language_that_the_catalog_lacks_is_unknown(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError):
        resolve.language(catalog, "Dutch")


def test_a_pair_may_be_given_by_names(catalog: Catalog) -> None:
    assert resolve.pair(catalog, "English->Norwegian") == "en-no"


def test_no_name_is_that_of_two_languages() -> None:
    names = [name.casefold() for known in NAMES.values() for name in known]
    assert len(names) == len(set(names))


def test_every_language_of_the_boards_has_a_name(bundled: Catalog) -> None:
    tags = {row for board in bundled.boards.values() for row in board.scores}
    spoken = {part for tag in tags - {"all"} for part in split_pair(tag) or (tag,)}
    assert {tag.partition("-")[0] for tag in spoken} <= set(NAMES)


def test_the_nearest_names_are_of_different_objects(catalog: Catalog) -> None:
    """`tiny-1b`, `tiny:1b` and `tiny 1b` are one answer."""
    with pytest.raises(UnknownNameError) as caught:
        resolve.model(catalog, "tiny-1bx")
    ids = [resolve.model(catalog, one) for one in caught.value.nearest]
    assert ids == ["tiny/tiny-1b", "tiny/tiny-3b"]
