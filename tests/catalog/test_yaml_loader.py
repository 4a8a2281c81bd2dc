"""YAML as the catalog reads it, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.catalog.yaml_loader import (
    MAX_BYTES,
    MAX_DEPTH,
    UnreadableError,
    parse,
    read_bytes,
)


def value(text: str) -> object:
    document = parse(text.encode())
    assert not document.problems
    return document.value


def problem(data: str | bytes) -> str:
    document = parse(data if isinstance(data, bytes) else data.encode())
    return "; ".join(found.message for found in document.problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("2024-07-23", "2024-07-23"),
        ("2024-07", "2024-07"),
        ("12:30:45", "12:30:45"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("007", "007"),
        ("-3", -3),
        ("0", 0),
        ("2.50", 2.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("'5'", "5"),
        ('"true"', "true"),
        ("9" * 40, "9" * 40),
    ],
)
def test_scalars_are_json_like(text: str, expected: object) -> None:
    found = value(f"a: {text}")
    assert found == {"a": expected}
    assert type(found["a"]) is type(expected)


def test_norwegian_is_a_key_like_any_other() -> None:
    assert value("{no: official, en: official}") == {"no": "official", "en": "official"}


def test_duplicate_keys_are_all_reported_with_both_lines() -> None:
    document = parse(b"a: 1\nb: 2\na: 3\nb: 4\n")
    assert [(found.line, found.path) for found in document.problems] == [(3, ("a",)), (4, ("b",))]
    assert "line 1" in document.problems[0].message


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.inf", "+.INF", "1e999", "-1e999"])
def test_numbers_that_are_not_finite_are_refused(text: str) -> None:
    assert "number" in problem(f"a: {text}")


@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "~", ".nan"])
def test_keys_that_are_not_text_are_refused(key: str) -> None:
    assert "is not text" in problem(f"{key}: x")


@pytest.mark.parametrize("key", ["[a]", "{a: b}", "!!str a", "&a a"])
def test_keys_must_be_plain(key: str) -> None:
    assert problem(f"? {key}\n: x") == "a key must be plain text"


def test_tags_are_refused() -> None:
    assert "tag" in problem("a: !!python/object/apply:os.system [ls]")


def test_merge_keys_are_refused() -> None:
    assert "merge" in problem("a: &a {b: 1}\nc:\n  <<: *a\n")


def test_a_second_document_is_refused() -> None:
    assert "second document" in problem("a: 1\n---\nb: 2\n")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_before_the_stack_ends(opening: str) -> None:
    assert f"more than {MAX_DEPTH} deep" in problem(opening * 300_000)


def test_aliases_share_a_value() -> None:
    assert value("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    assert "aliases expand" in problem("\n".join(lines))


def test_a_ladder_of_aliases_does_not_escape_the_depth() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))]
    assert "deep" in problem("\n".join(lines))


def test_an_alias_cannot_contain_itself() -> None:
    assert "no anchor before it" in problem("a: &a [*a]")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    document = parse(b"a: 1\nb: caf\xe9\n")
    assert document.problems[0].line == 2
    assert "not UTF-8" in document.problems[0].message


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbfa: 1\n").value == {"a": 1}


@pytest.mark.parametrize(
    "data", [b"a: \x00", b"a: \x07", b"a: [1\nb: 2", b"\ta: 1", b'a: "\\ud800"']
)
def test_what_is_not_yaml_is_refused(data: bytes) -> None:
    assert problem(data).startswith("not YAML")


def test_every_field_has_its_position() -> None:
    document = parse(b"a: 1\nb:\n  - x\n  - {c: 2, d: 3}\n")
    assert document.position(("b", 1, "d")) == (4, 12)
    assert document.position(("b", 0)) == (3, 5)


def test_an_absent_field_is_placed_at_the_nearest_field_around_it() -> None:
    assert parse(b"a: 1\nb:\n  c: 2\n").position(("b", "x", "y")) == (2, 1)


def test_a_file_of_100_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(UnreadableError) as caught:
        read_bytes(str(path))
    assert "larger than" in caught.value.problem.message


def test_text_over_the_limit_is_refused() -> None:
    assert "larger than" in problem(b"#" * (MAX_BYTES + 1))


def test_a_directory_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        read_bytes(str(tmp_path))
