"""Several directories make one catalog: the later one wins, object by object, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.catalog.check import check, merge
from llm_select.catalog.load import SECTIONS, load_catalog, read_directory

from .conftest import CARD, FILES, Build, edited

TODAY = "2026-11-24"
BOARD = "evaluations/quiz-board.yaml"
SOURCE = '{title: T, url: "https://example.org/t", read: 2026-11-24}'
ENGINE = """\
one: {name: NAME, url: "https://example.org/e", version: "1", kinds: [decoder], model_types: [llama],
  mixers: [grouped-query], quantizations: [bf16], vendors: [nvidia], kv_types: {f16: 2},
  memory_model: vllm, serves_batches: true, source: acme-card}
"""
METHOD = "one: {name: NAME, kind: full, description: All weights are trained., source: acme-card}\n"
SERVER = """\
one: {command: [serve], port: 8000, api: openai, health: /health, validated: source, version: "1", checked: NAME,
  source: acme-card}
"""
RULE = "one: {title: NAME, rank: 1, proposes: [lora], basis: card, finding: It fits.}\n"
RECIPE = (
    "one: {name: NAME, methods: [plain], kinds: [decoder], optimizer: plain, learning_rate: 0.1, schedule: linear,"
    " batch: 8, epochs: 1, sources: {otherwise: acme-card}}\n"
)
KINDS: dict[str, tuple[str, str, str, str]] = {
    # section: file, its text with NAME, the id, the attribute that tells
    "models": (
        "models/own/own-1b.yaml",
        CARD.replace("Tiny 1B", "NAME").replace("iny", "own") + "developer: Me\nlicense: mit\n",
        "own/own-1b",
        "name",
    ),
    "boards": (
        "evaluations/own-board.yaml",
        FILES[BOARD].replace("setting:", "harness: NAME\nsetting:"),
        "own-board",
        "harness",
    ),
    "benchmarks": (
        "benchmarks/own.yaml",
        FILES["benchmarks/quiz.yaml"].replace("name: Quiz", "name: NAME"),
        "own",
        "name",
    ),
    "tasks": (
        "tasks/own.yaml",
        FILES["tasks/quizzing.yaml"]
        .replace("name: Quizzing", "name: NAME")
        .replace("aliases: [trivia]\n", ""),
        "own",
        "name",
    ),
    "devices": (
        "hardware/own-card.yaml",
        FILES["hardware/card-24.yaml"]
        .replace("NVIDIA GeForce Card 24", "NAME")
        .replace("aliases: [card24]\n", ""),
        "own-card",
        "name",
    ),
    "losses": (
        "quantization_losses/own.yaml",
        FILES["quantization_losses/acme.yaml"].replace("harness: acme-eval", "harness: NAME"),
        "own",
        "harness",
    ),
    "sources": (
        "sources/own.yaml",
        f"one: {SOURCE.replace('title: T', 'title: NAME')}\n",
        "one",
        "title",
    ),
    "quantizations": (
        "quantizations.yaml",
        "q1: {name: NAME, format: gguf, bits: 4, source: acme-card}\n",
        "q1",
        "name",
    ),
    "licenses": (
        "licenses.yaml",
        FILES["licenses.yaml"].replace("mit:", "one:").replace("MIT License", "NAME"),
        "one",
        "name",
    ),
    "engines": ("engines.yaml", ENGINE, "one", "name"),
    "methods": ("methods.yaml", METHOD, "one", "name"),
    "serving": ("serving.yaml", SERVER, "one", "checked"),
    "strategies": ("strategies.yaml", RULE, "one", "title"),
    "recipes": ("recipes.yaml", RECIPE, "one", "name"),
}


def directories(build: Build, place: str, text: str) -> list[Path]:
    """The tiny catalog, and two directories over it that both have one object."""
    return [
        build(),
        build({place: text.replace("NAME", "First")}, name="a", base=False),
        build({place: text.replace("NAME", "Second")}, name="b", base=False),
    ]


def test_every_part_of_the_catalog_is_tried() -> None:
    assert set(KINDS) == set(SECTIONS)


@pytest.mark.parametrize("section", KINDS)
def test_the_later_directory_wins(build: Build, section: str) -> None:
    place, text, identity, attribute = KINDS[section]
    base, first, second = directories(build, place, text)
    for order, name in (((first, second), "Second"), ((second, first), "First")):
        merged = load_catalog([base, *order], bundled=False)
        assert getattr(getattr(merged, section)[identity], attribute) == name


@pytest.mark.parametrize("section", KINDS)
def test_what_no_later_directory_has_stays(build: Build, section: str) -> None:
    place, text, _, _ = KINDS[section]
    base, first, second = directories(build, place, text)
    alone = load_catalog([base], bundled=False)
    merged = load_catalog([base, first, second], bundled=False)
    assert getattr(alone, section).keys() <= getattr(merged, section).keys()


@pytest.mark.parametrize("section", KINDS)
def test_the_check_sees_what_questions_see(build: Build, section: str) -> None:
    place, text, _, _ = KINDS[section]
    found = directories(build, place, text)
    loaded = load_catalog(found, bundled=False)
    checked = merge([read_directory(str(directory)) for directory in found])
    for name in SECTIONS:
        assert list(getattr(loaded, name)) == list(getattr(checked, name))
    identity, attribute = KINDS[section][2:]
    one, other = (getattr(catalog, section)[identity] for catalog in (loaded, checked))
    assert getattr(one, attribute) == getattr(other, attribute) == "Second"


def test_a_board_is_replaced_with_all_its_scores(build: Build) -> None:
    smaller = edited(FILES[BOARD], '  "@": {}\n', "").replace(', "@": 70', "")
    smaller = edited(smaller, "  en-no: {Tiny: 33.25}\n", "")
    own = build({BOARD: smaller.replace("61.5", "12.5")}, name="own", base=False)
    board = load_catalog([build(), own], bundled=False).boards["quiz-board"]
    assert dict(board.scores) == {"en": {"Tiny": 12.5}}
    assert list(board.entries) == ["Tiny"]


def test_a_score_on_an_own_card_joins_the_board_of_its_benchmark(build: Build) -> None:
    from llm_select.evidence.scores import gather

    place, text, identity, _ = KINDS["models"]
    own = build({place: text.replace("NAME", "Own")}, name="own", base=False)
    scores = gather(load_catalog([build(), own], bundled=False), "quizzing").scores
    assert {s.stem for s in scores if s.model == identity} == {"quiz-board"}


def test_a_replaced_card_is_checked_as_it_is_read(build: Build) -> None:
    place = "models/tiny/tiny-1b.yaml"
    wrong = edited(CARD, "kv_heads: 2", "kv_heads: 3") + "developer: Me\nlicense: mit\n"
    right = CARD + "developer: Me\nlicense: mit\n"
    first, second = (
        build({place: text}, name=name, base=False) for name, text in (("a", wrong), ("b", right))
    )
    base = build()
    assert not check([base, first, second], today=TODAY, bundled=False)
    found = check([base, second, first], today=TODAY, bundled=False)
    assert {f.file for f in found} == {str(first / place)}
