"""No finding of `catalog check` reaches a reader of another language in English."""

from __future__ import annotations

import pytest

from llm_select.catalog.check import check
from llm_select.catalog.rules.registry import RULES
from llm_select.catalog.yaml_loader import parse
from llm_select.i18n import translated
from llm_select.messages import Message
from tests.pseudo import blotted_out, raw_english

from .conftest import CARD, FILES, Build, edited
from .test_check import TODAY, test_a_fault_is_found_at_its_line

PLACE = "models/tiny/tiny-1b.yaml"
FAULTS = [case[1:4] for case in test_a_fault_is_found_at_its_line.pytestmark[0].args[1]]
WRONG = [
    ("aliases:", "alias:"),
    ("released: 2024-07-23", "released: July"),
    ("layers: 2", "layers: 2.5"),
    ("layers: 2", "layers: 0"),
    ("layers: 2", "layers: -1"),
    ("layers: 2", "layers: two"),
    ("gated: true", "gated: maybe"),
    ("name: Tiny 1B", "name: 12"),
    ("name: Tiny 1B", "name:"),
    ("aliases: [acme/Tiny-1B, tiny:1b]", "aliases: tiny"),
    ("context: {native: 4096}", "context: 4096"),
    ("value: 61.5", "value: high"),
    ("kind: decoder", "kind: decodr"),
    ("kind: decoder\n", ""),
    ("weights: open", "weights: open\npretraining: {objective: causal-lm, tokens: 0}"),
    ("weights: open", "weights: open\nchecks: {ignore: [{rule: x, reason: y}]}"),
]
BROKEN = [
    "", "- a", "a", "a: [", "a: {", "a: 'b", "a: *b", "a: !x 1", "a: &b [*b]", "a: 1\na: 2", "<<: {a: 1}", "a: .nan",
    "1: a", "? [a]\n: b", "a: b: c", "a: \"\\q\"", "\ta: 1", "a: @b", "a: 1\n---\nb: 2", "[" * 200, "a: \x01",
    "a: 1e999", "a: |9x", "%FOO", "a: %b", "- a\nb: c", "a:\n  - b\n c: d",
]  # fmt: skip


@pytest.mark.parametrize(("place", "old", "new"), FAULTS)
def test_a_finding_has_no_raw_english(build: Build, place: str, old: str, new: str) -> None:
    found = check([build({place: edited(FILES[place], old, new)})], today=TODAY, bundled=False)
    with blotted_out():
        lines = [translated(finding.as_line()) for finding in found]
    assert [raw_english(line) for line in lines] == [[]] * len(lines)


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_a_value_of_the_wrong_kind_is_told_without_raw_english(
    build: Build, old: str, new: str
) -> None:
    found = check([build({PLACE: edited(CARD, old, new)})], today=TODAY, bundled=False)
    assert found
    with blotted_out():
        lines = [translated(finding.as_line()) for finding in found]
    assert [raw_english(line) for line in lines] == [[]] * len(lines)


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_yaml_is_told_without_raw_english(text: str, build: Build) -> None:
    found = check([build({PLACE: text})], today=TODAY, bundled=False)
    with blotted_out():
        lines = [translated(finding.as_line()) for finding in found]
    assert lines
    assert [raw_english(line) for line in lines] == [[]] * len(lines)


def test_every_rule_has_a_page_that_can_be_translated() -> None:
    assert [rule.code for rule in RULES if not isinstance(rule.text, Message)] == []


def test_a_message_of_the_loader_keeps_its_template() -> None:
    assert all(isinstance(p.message, Message) for p in parse(b"a: [").problems)
