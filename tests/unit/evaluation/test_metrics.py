"""Scores against figures worked out by hand or by the libraries' own papers."""

from __future__ import annotations

import pytest

pytest.importorskip("sacrebleu")
pytest.importorskip("nervaluate")
pytest.importorskip("rouge_score")

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from llm_select.evaluation.data import Example
from llm_select.evaluation.metrics import difference, measured
from llm_select.evaluation.spans import Span
from llm_select.evaluation.statistics import bootstrap, holm, randomization
from llm_select.evaluation.words import exact_match, token_f1, words


@st.composite
def entities(draw: st.DrawFn) -> list[Span]:
    """Entities that do not overlap, often side by side."""
    found: list[Span] = []
    at = 0
    for _ in range(draw(st.integers(0, 5))):
        start = at + draw(st.integers(0, 2))
        at = start + draw(st.integers(1, 4))
        found.append(Span(start, at, draw(st.sampled_from("PL"))))
    return found


def labelled(gold: str) -> list[Example]:
    return [Example(i, {"text": "t"}, (label,)) for i, label in enumerate(gold)]


def test_macro_f1_is_the_mean_of_the_labels() -> None:
    """a: 1 right, 1 missed, 0 wrong: 2/3; b: 1 right, 1 wrong: 2/3; c: 1 missed by an unreadable answer: 0."""
    found = measured("macro-f1", ["a", "b", "b", None], labelled("aabc"), "abc", 0)
    assert found.interval().value == pytest.approx(100 * (2 / 3 + 2 / 3 + 0) / 3)


def test_a_label_neither_expected_nor_given_is_left_out_of_the_mean() -> None:
    assert measured("macro-f1", ["a", "b"], labelled("ab"), "abc", 0).interval().value == 100


def test_entity_f1_counts_a_wrong_type_and_an_invented_type_as_wrong() -> None:
    """2 expected, 3 given, 1 right: 2 · 1 / 5."""
    example = Example(1, {"text": "Ada met Bob"}, (), (Span(0, 3, "PER"), Span(8, 11, "PER")))
    given = (Span(0, 3, "PER"), Span(4, 7, "PER"), Span(8, 11, "THING"))
    assert measured("entity-f1", [given], [example], ("PER",), 0).interval().value == pytest.approx(
        40
    )


@given(entities(), entities())
def test_entity_counts_are_those_of_the_sets(gold: list[Span], said: list[Span]) -> None:
    """Right: the same stretch and type; neighbours do not disturb each other."""
    example = Example(1, {"text": "x" * 99}, (), tuple(gold))
    (row,) = measured("entity-f1", [tuple(said)], [example], ("P", "L"), 0).statistics
    assert tuple(row) == (len({*gold} & {*said}), len(gold), len(said))


def test_entities_that_could_not_be_read_are_missed() -> None:
    example = Example(1, {"text": "Ada"}, (), (Span(0, 3, "PER"),))
    found = measured("entity-f1", [None, (Span(0, 3, "PER"),)], [example, example], ("PER",), 0)
    assert found.interval().value == pytest.approx(100 * 2 / 3)


def test_chrf_and_bleu_are_sacrebleus_with_its_signature() -> None:
    from sacrebleu import corpus_bleu, corpus_chrf

    examples = [Example(i, {"source": "s"}, (f"the cat {i} sat on the mat",)) for i in range(5)]
    said = ["the cat 0 sat on the mat", "a dog 1", "the cat 2 sat", "cat 3 on the mat", "x"]
    gold = [[example.gold[0] for example in examples]]
    chrf, bleu = (measured(name, said, examples, (), 0) for name in ("chrf++", "bleu"))
    assert chrf.interval().value == pytest.approx(corpus_chrf(said, gold, word_order=2).score)
    assert bleu.interval().value == pytest.approx(corpus_bleu(said, gold).score)
    assert "nw:2" in chrf.signature
    assert "tok:13a" in bleu.signature


@pytest.mark.parametrize(
    ("language", "tokenizer"),
    [("en-zh", "zh"), ("en-zh-Hant", "zh"), ("zh-en", "13a"), ("en-ja", "char"), (None, "13a")],
)
def test_bleu_takes_the_tokenizer_of_the_language_written(
    language: str | None, tokenizer: str
) -> None:
    example = Example(1, {"source": "s"}, ("今天天气很好",), language=language)
    signature = measured("bleu", ["今天天气好"], [example], (), 0).signature
    assert f"tok:{tokenizer}" in signature


def test_examples_may_have_different_numbers_of_references() -> None:
    examples = [Example(1, {}, ("a b c d", "e f g h")), Example(2, {}, ("i j k l",))]
    assert measured("chrf++", ["e f g h", "i j k l"], examples, (), 0).interval().value == 100


def test_rouge_l_sees_words_of_every_script() -> None:
    examples = [Example(1, {}, ("кошка сидит",)), Example(2, {}, ("猫坐着",))]
    assert measured("rouge-l", ["кошка сидит", "猫坐着"], examples, (), 0).interval().value == 100


def test_words_are_runs_of_letters_or_single_characters_of_han() -> None:
    assert words("Don't 看见 3 кошки, नमस्ते!") == ["don", "t", "看", "见", "3", "кошки", "नमस्ते"]


@pytest.mark.parametrize(
    ("answer", "accepted", "match", "f1"),
    [
        ("The Eiffel Tower.", ["eiffel tower"], 1.0, 1.0),
        ("in Paris", ["Paris", "Lyon"], 0.0, 2 / 3),
        ("北京市", ["北京"], 0.0, 0.8),
        ("", [], 1.0, 1.0),
        ("Paris", [], 0.0, 0.0),
        ("", ["Paris"], 0.0, 0.0),
    ],
)
def test_squad_match_and_f1(answer: str, accepted: list[str], match: float, f1: float) -> None:
    assert exact_match(answer, accepted) == match
    assert token_f1(answer, accepted) == pytest.approx(f1)


def test_a_bootstrap_interval_is_that_of_the_binomial() -> None:
    """60 of 100 right: 0.6 ± 1.96 · √(0.24 / 100) = 0.504 to 0.696."""
    rows = np.array([(1.0, 1.0)] * 60 + [(0.0, 1.0)] * 40)
    value, low, high = bootstrap(rows, lambda sums: 100 * sums[:, 0] / sums[:, 1], 0)
    assert value == 60
    assert low == pytest.approx(50.4, abs=1.5)
    assert high == pytest.approx(69.6, abs=1.5)


def test_an_interval_where_all_examples_are_right_keeps_the_rule_of_three() -> None:
    """None of 100 went wrong: up to 3 % may."""
    rows = np.ones((100, 2))
    assert bootstrap(rows, lambda sums: 100 * sums[:, 0] / sums[:, 1], 0) == (100, 97, 100)


def test_models_that_differ_by_chance_are_not_told_apart() -> None:
    random = np.random.default_rng(3)
    one, other = (
        np.column_stack([random.integers(0, 2, 200), np.ones(200)]).astype(float) for _ in "ab"
    )
    assert randomization(one, other, lambda sums: sums[:, 0] / sums[:, 1], 0) > 0.05


def test_randomization_gives_the_exact_p_of_a_sign_test() -> None:
    """One model is right on 8 examples where the other is wrong: 2 of 2⁸ exchanges are as far apart."""
    one = np.array([(1.0, 1.0)] * 8 + [(1.0, 1.0)] * 20)
    other = np.array([(0.0, 1.0)] * 8 + [(1.0, 1.0)] * 20)
    p = randomization(one, other, lambda sums: sums[:, 0] / sums[:, 1], 0)
    assert p == pytest.approx(2 / 256, abs=0.006)


def test_the_better_of_two_translators_has_a_small_p() -> None:
    examples = [Example(i, {}, (f"sentence number {i} of the test set",)) for i in range(40)]
    good = [example.gold[0] for example in examples]
    bad = [f"phrase {i} in a set" for i in range(40)]
    one, other = (measured("chrf++", said, examples, (), 0) for said in (good, bad))
    assert difference(one, other).value > 0
    assert difference(one, other).p < 0.01
    assert difference(one, one).p == 1


def test_holm_corrects_in_order_and_stays_below_one() -> None:
    assert holm([0.01, 0.04, 0.03, 0.9]) == pytest.approx([0.04, 0.09, 0.09, 0.9])
