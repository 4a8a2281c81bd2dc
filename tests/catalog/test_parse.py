"""From YAML to schema objects: family defaults, and every error with its place."""

from __future__ import annotations

import pytest

from llm_select.catalog.findings import Finding
from llm_select.catalog.load import read_directory

from .conftest import CARD, FILES, Build, edited

PLACE = "models/tiny/tiny-1b.yaml"


def findings(build: Build, changes: dict[str, str | None]) -> list[Finding]:
    return sorted(read_directory(str(build(changes))).findings)


def only(build: Build, old: str, new: str, place: str = PLACE) -> Finding:
    (finding,) = findings(build, {place: edited(FILES[place], old, new)})
    assert finding.file.endswith(place)
    assert finding.code == "LS001"
    return finding


def test_the_tiny_catalog_has_no_fault(build: Build) -> None:
    assert findings(build, {}) == []


def test_a_card_takes_its_familys_values(build: Build) -> None:
    card = read_directory(str(build())).catalog.models["tiny/tiny-1b"]
    assert card.developer == "Acme"
    assert card.languages == {"en": "official", "no": "official"}


def test_a_cards_own_value_wins_whole(build: Build) -> None:
    own = CARD + "developer: Other\nlanguages: {zh: reported}\n"
    card = read_directory(str(build({PLACE: own}))).catalog.models["tiny/tiny-1b"]
    assert card.developer == "Other"
    assert card.languages == {"zh": "reported"}


def test_sources_are_merged_key_by_key(build: Build) -> None:
    own = edited(CARD, "sources: {", "sources: {languages: acme-config, ")
    family = edited(
        FILES["models/tiny/family.yaml"],
        "{languages: acme-card}",
        "{languages: acme-card, license: acme-card}",
    )
    changes = {PLACE: own, "models/tiny/family.yaml": family}
    card = read_directory(str(build(changes))).catalog.models["tiny/tiny-1b"]
    assert card.sources["languages"] == "acme-config"
    assert card.sources["license"] == "acme-card"


def test_a_family_gives_nothing_to_other_families(build: Build) -> None:
    found = findings(build, {"models/other/x.yaml": CARD})
    assert {(f.message, f.remedy) for f in found} == {
        ("the field 'developer' is missing", "add it here or in the directory's family.yaml"),
        ("the field 'license' is missing", "add it here or in the directory's family.yaml"),
    }


def test_an_unknown_field_is_named_with_the_nearest(build: Build) -> None:
    finding = only(build, "aliases:", "alias:")
    assert (finding.line, finding.field, finding.remedy) == (2, "alias", "did you mean aliases?")


def test_an_unknown_field_inside_is_named_with_its_path(build: Build) -> None:
    finding = only(build, "kv_heads: 2", "kv_head: 2")
    assert (finding.line, finding.field) == (16, "architecture.attention[0].kv_head")
    assert finding.remedy == "did you mean kv_heads?"


def test_a_missing_field_is_placed_at_its_parent(build: Build) -> None:
    finding = only(build, "  hidden_size: 128\n", "")
    assert (finding.line, finding.message) == (8, "the field 'hidden_size' is missing")


def test_a_wrong_word_is_named_with_the_nearest(build: Build) -> None:
    finding = only(build, "kind: decoder", "kind: decodr")
    assert (finding.line, finding.remedy) == (5, "did you mean decoder?")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("total: 620160", 'total: "620160"', "'620160' is not a whole number"),
        ("total: 620160", "total: 620160.0", "620160.0 is not a whole number"),
        ("total: 620160", "total: true", "true is not a whole number"),
        ("total: 620160", "total: 0", "0 should be greater than 0"),
        ("value: 61.5", "value: high", "'high' is not a number"),
        ("tied_embeddings: true", "tied_embeddings: yes", "'yes' is neither true nor false"),
        ("name: Tiny 1B", "name: 1", "1 is not text"),
        ("name: Tiny 1B", "name: [a]", "a list is not text"),
        ("released: 2024-07-23", "released: 2024-13-01", "'2024-13-01' is not a date"),
        ("released: 2024-07-23", "released: 2024", "2024 is not text"),
        ("context: {native: 4096}", "context: 4096", "4096 is not a mapping"),
        ("aliases: [acme/Tiny-1B, tiny:1b]", "aliases: tiny", "'tiny' is not a list"),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error(
    build: Build, old: str, new: str, message: str
) -> None:
    assert only(build, old, new).message == message


def test_a_wrong_key_is_an_error(build: Build) -> None:
    finding = only(build, "no: official", "Norwegian: official", "models/tiny/family.yaml")
    assert "is not a language tag" in finding.message


def test_all_errors_come_at_once_with_their_lines(build: Build) -> None:
    card = edited(CARD, "kind: decoder", "kind: decodr")
    card = edited(card, "context: {native: 4096}", "context: {native: many}")
    tasks = edited(FILES["tasks/quizzing.yaml"], "prompt: 200", "promt: 200")
    found = findings(build, {PLACE: card, "tasks/quizzing.yaml": tasks, "engines.yaml": "- a\n"})
    places = {(f.file.rpartition("/")[2], f.line, f.field) for f in found}
    assert places == {
        ("tiny-1b.yaml", 5, "kind"),
        ("tiny-1b.yaml", 17, "context.native"),
        ("quizzing.yaml", 9, "lengths"),
        ("quizzing.yaml", 9, "lengths.promt"),
        ("engines.yaml", 1, ""),
    }


def test_an_error_in_a_family_is_reported_there_once(build: Build) -> None:
    family = edited(FILES["models/tiny/family.yaml"], "developer: Acme", "developer: [Acme]")
    (finding,) = findings(build, {"models/tiny/family.yaml": family})
    assert (finding.file.rpartition("/")[2], finding.line, finding.field) == (
        "family.yaml",
        2,
        "developer",
    )


def test_one_wrong_entry_does_not_take_its_file_with_it(build: Build) -> None:
    wrong = FILES["quantizations.yaml"].replace("bits: 4.85", "bits: none")
    parsed = read_directory(str(build({"quantizations.yaml": wrong})))
    assert list(parsed.catalog.quantizations) == ["bf16"]
    assert len(parsed.findings) == 1


def test_a_source_id_given_in_two_files_is_an_error(build: Build) -> None:
    twice = 'acme-card: {title: x, url: "https://example.org", read: 2026-11-24}\n'
    (finding,) = findings(build, {"sources/more.yaml": twice})
    assert (finding.code, finding.line) == ("LS007", 1)
    assert "acme.yaml:1" in finding.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("- a\n- b\n", "holds a list where a mapping belongs"),
        ("text\n", "holds a single value where a mapping belongs"),
    ],
)
def test_a_file_must_hold_a_mapping(build: Build, content: str, message: str) -> None:
    (finding,) = findings(build, {"tasks/odd.yaml": content})
    assert finding.message == message


def test_bytes_that_are_not_utf8_name_the_file(build: Build) -> None:
    directory = build()
    (directory / "tasks" / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    (finding,) = read_directory(str(directory)).findings
    assert finding.file.endswith("latin.yaml")
    assert "not UTF-8" in finding.message


def test_a_file_of_100_megabytes_is_a_finding(build: Build) -> None:
    directory = build()
    with (directory / "tasks" / "large.yaml").open("wb") as file:
        file.truncate(100 * 2**20)
    (finding,) = read_directory(str(directory)).findings
    assert "larger than 4 MiB" in finding.message
