"""Every rule finds its fault, at its line, and leaves a good catalog alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.catalog import check as check_module
from llm_select.catalog.check import check
from llm_select.catalog.findings import Finding
from llm_select.catalog.rules.registry import RULES

from .conftest import CARD, FILES, Build, edited

TODAY = "2026-11-24"
PLACE = "models/tiny/tiny-1b.yaml"
BOARD = "evaluations/quiz-board.yaml"
LOSSES = "quantization_losses/acme.yaml"
FROM_THE_FUTURE = "pretraining: {objective: causal-lm, data_cutoff: 2025-01}"


def faults(build: Build, place: str, old: str, new: str) -> list[Finding]:
    changed = edited(FILES[place], old, new)
    return check([build({place: changed})], today=TODAY, bundled=False)


def test_a_good_catalog_has_no_findings(build: Build) -> None:
    assert check([build()], today=TODAY, bundled=False) == []


@pytest.mark.parametrize(
    ("code", "place", "old", "new", "line", "field"),
    [
        ("LS001", PLACE, "kind: decoder", "kind: x", 5, "kind"),
        ("LS002", PLACE, "quantization: bf16", "quantization: bf17", 21, "artifacts[0].quantization"),
        ("LS002", PLACE, "benchmark: quiz", "benchmark: quis", 19, "evaluations[0].benchmark"),
        ("LS002", PLACE, "source: acme-card}", "source: acme-crad}", 21, "artifacts[0].source"),
        ("LS002", PLACE, "context: acme-config}", "context: acme}", 22, "sources.context"),
        ("LS002", PLACE, "weights: open", "weights: open\nsuperseded_by: a/b\nstatus: superseded", 7, "superseded_by"),
        ("LS002", PLACE, "weights: open", "weights: open\nspecialization: [x]", 7, "specialization[0]"),
        ("LS002", PLACE, "weights: open", "weights: open\nfinetuning: {base: a/b}", 7, "finetuning.base"),
        ("LS002", "models/tiny/family.yaml", "license: mit", "license: mti", 3, "license"),
        ("LS002", BOARD, "model: tiny/tiny-1b", "model: tiny/tiny-2b", 7, "entries.Tiny.model"),
        ("LS002", "tasks/quizzing.yaml", "{board: quiz-board, rel", "{board: quiz, rel", 6, "boards[0].board"),
        ("LS002", LOSSES, "model: tiny/tiny-1b", "model: tiny/tiny-2b", 9, "models.Tiny 1B.model"),
        ("LS002", LOSSES, "q4_k_m: {trivia: 60.5}", "q4: {trivia: 60.5}", 13, "models.Tiny 1B.quantized.q4"),
        ("LS002", LOSSES, "benchmark: quiz", "benchmark: quis", 6, "tests.trivia.benchmark"),
        ("LS002", LOSSES, "tasks: [quizzing]", "tasks: [quiz]", 6, "tests.trivia.tasks[0]"),
        ("LS003", PLACE, "attention: [{layers: 2", "attention: [{layers: 3", 16, "architecture.attention"),
        ("LS003", PLACE, "kv_heads: 2", "kv_heads: 3", 16, "architecture.attention[0].kv_heads"),
        ("LS003", PLACE, "head_dim: 32", "head_dim: 3200", 16, "architecture.attention[0].head_dim"),
        ("LS003", PLACE, "position: rope", "position: learned", 15, "architecture.position"),
        ("LS003", PLACE, "position: rope", "position: rope\n  max_positions: 512", 16, "architecture.max_positions"),
        ("LS003", PLACE, "grouped-query", "latent", 16, "architecture.attention[0]"),
        ("LS004", PLACE, "total: 620160", "total: 640160", 7, "parameters.total"),
        ("LS005", PLACE, "value: 61.5", "value: 161.5", 19, "evaluations[0].value"),
        ("LS005", PLACE, "active: 620160", "active: 620161", 7, "parameters.active"),
        ("LS005", PLACE, "native: 4096", "native: 4096, extended: 2048", 17, "context.extended"),
        ("LS024", PLACE, "- {format:", "- {size_bytes: 9999, format:", 21, "artifacts[0].size_bytes"),
        ("LS005", BOARD, "Tiny: 61.5", "Tiny: -1", 10, "scores.en.Tiny"),
        ("LS005", "benchmarks/quiz.yaml", "floor: 25", "floor: 125", 7, "floor"),
        ("LS005", "benchmarks/quiz.yaml", "ceiling: 100\n", "", 6, "scale"),
        ("LS006", PLACE, "released: 2024-07-23", "released: 2027-01", 3, "released"),
        ("LS006", PLACE, "date: 2024-07-23", "date: 2024-07-22", 19, "evaluations[0].date"),
        ("LS006", PLACE, "weights: open", f"weights: open\n{FROM_THE_FUTURE}", 7, "pretraining.data_cutoff"),
        ("LS006", BOARD, "date: 2025-01-01", "date: 2023-01-01", 3, "date"),
        ("LS008", PLACE, "context: acme-config", "released: acme-config", 17, "context"),
        ("LS008", PLACE, "context: acme-config", "context: acme-config, contxt: acme-config", 22, "sources.contxt"),
        ("LS008", "hardware/card-24.yaml", "memory: acme-card", "bandwidth: acme-card", 6, "memory"),
        ("LS009", "sources/acme.yaml", "acme-config:", 'x: {title: x, url: u, read: 2026-11-24}\nacme-config:', 2, "x"),
        ("LS010", BOARD, "Tiny: 61.5", "Tinny: 61.5", 10, "scores.en.Tinny"),
        ("LS010", BOARD, '"@": {}', '"@": {}\n  Idle: {}', 9, "entries.Idle"),
        ("LS010", "tasks/quizzing.yaml", "languages: [en]", "languages: [fr]", 7, "reference.languages[0]"),
        ("LS011", "models/tiny/family.yaml", "no: official", "jp: official", 4, "languages.jp"),
        ("LS011", BOARD, "en-no:", "en-cn:", 11, "scores.en-cn"),
        ("LS011", BOARD, "en-no:", "english:", 11, "scores.english"),
        ("LS012", "scoring.yaml", "quality: 0.5", "quality: 0.6", 2, "profiles.balanced.weights"),
        ("LS012", "scoring.yaml", "speed: {low: 1,", "speed: {low: 100,", 3, "speed"),
        ("LS014", PLACE, "weights: open", "weights: hosted", 20, "artifacts"),
        ("LS014", PLACE, "weights: open", "weights: open\nstatus: superseded", 7, "status"),
        ("LS014", PLACE, "generation: transformer", "generation: mixture", 4, "generation"),
        ("LS016", LOSSES, "scores: {trivia: 61.5}", "scores: {}", 13, "models.Tiny 1B.quantized.q4_k_m.trivia"),
        ("LS016", LOSSES, "scores: {trivia: 61.5}", "scores: {trivia: 161.5}", 11, "models.Tiny 1B.scores.trivia"),
        ("LS016", LOSSES, "floor: 25, ", "", 6, "tests.trivia"),
        ("LS016", LOSSES, "    parameters: 7000000000\n", "", 14, "models.Other 7B"),
        ("LS016", LOSSES, "unquantized: bf16", "unquantized: q4_k_m", 13, "models.Tiny 1B.quantized.q4_k_m"),
        ("LS016", LOSSES, "models:", "  idle: {name: I, metric: F1, floor: 0, ceiling: 1}\nmodels:", 7, "tests.idle"),
        ("LS015", "hardware/card-24.yaml", "memory: [", "memory: [{gib: 24}, ", 6, "memory[1]"),
    ],
)  # fmt: skip
def test_a_fault_is_found_at_its_line(
    build: Build, code: str, place: str, old: str, new: str, line: int, field: str
) -> None:
    found = faults(build, place, old, new)
    assert (code, line, field) in {(f.code, f.line, f.field) for f in found}, found
    assert all(Path(f.file).is_absolute() for f in found)


def test_a_mismatch_that_is_explained_is_accepted(build: Build) -> None:
    card = edited(CARD, "total: 620160, active: 620160", "total: 640160")
    card = edited(
        card, "  layers: 2\n", "  layers: 2\n  note: A buffer of 20,000 values is counted.\n"
    )
    assert check([build({PLACE: card})], today=TODAY, bundled=False) == []


def test_a_correlation_may_be_negative(build: Build) -> None:
    changes = {
        "benchmarks/quiz.yaml": FILES["benchmarks/quiz.yaml"]
        .replace("metric: accuracy", "metric: mcc")
        .replace("floor: 25", "floor: 0"),
        BOARD: edited(FILES[BOARD], "Tiny: 61.5", "Tiny: -12"),
    }
    assert not check([build(changes)], today=TODAY, bundled=False)


def test_an_error_rate_is_better_when_lower(build: Build) -> None:
    changed = edited(FILES["benchmarks/quiz.yaml"], "direction: higher", "direction: lower")
    changed = changed.replace("floor: 25", "floor: 100").replace("ceiling: 100", "ceiling: 0")
    assert not check([build({"benchmarks/quiz.yaml": changed})], today=TODAY, bundled=False)


def test_two_cards_with_one_name_are_found_whatever_the_case(build: Build) -> None:
    other = edited(CARD, "name: Tiny 1B", "name: TINY 1b")
    found = check([build({"models/tiny/tiny-2b.yaml": other})], today=TODAY, bundled=False)
    assert {(f.code, f.line) for f in found} == {("LS007", 1), ("LS007", 2)}


def test_a_family_without_cards_is_a_warning(build: Build) -> None:
    found = check([build({"models/idle/family.yaml": "name: Idle\n"})], today=TODAY, bundled=False)
    assert [(f.code, f.severity) for f in found] == [("LS013", "warning")]


def test_all_findings_come_sorted(build: Build) -> None:
    card = CARD.replace("kv_heads: 2", "kv_heads: 3").replace("value: 61.5", "value: 161.5")
    board = edited(FILES[BOARD], "Tiny: 61.5", "Tinny: 61.5")
    found = check([build({PLACE: card, BOARD: board})], today=TODAY, bundled=False)
    assert len(found) >= 3
    assert found == sorted(found)


def test_only_the_users_directories_are_reported(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = str(build({BOARD: edited(FILES[BOARD], "Tiny: 61.5", "Tinny: 61.5")}))
    monkeypatch.setattr(check_module, "bundled_directory", lambda: bundle)
    card = "developer: Me\nlicense: mtt\n" + CARD.replace("iny", "own")
    own = build({"models/own/own-1b.yaml": card}, name="own", base=False)
    assert [(f.code, f.field) for f in check([own], today=TODAY)] == [("LS002", "license")]
    assert [f.code for f in check(today=TODAY)] == ["LS010"]


def test_every_rule_has_a_page_with_the_fixed_headings() -> None:
    headings = ["## What it does", "## Why it is bad", "## Example", "## Use instead"]
    for rule in RULES:
        assert [line for line in rule.text.splitlines() if line.startswith("##")] == headings
        assert not rule.text.startswith("#")


def test_codes_and_names_of_rules_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
