"""Reading what models write: strictly, and never by guessing."""

from __future__ import annotations

import pytest

from llm_select.errors import UsageError
from llm_select.evaluation.answers import parse
from llm_select.evaluation.data import Example
from llm_select.evaluation.prompts import Template, columns, messages
from llm_select.evaluation.spans import Span

LABELS = ("positive", "negative")
ADA = Example(1, {"text": "Ada met Bob and Ada left"}, ())


@pytest.mark.parametrize(
    "text", ["positive", " Positive.\n", '"positive"', "**positive**", "POSITIVE"]
)
def test_a_label_may_be_quoted_or_capital(text: str) -> None:
    assert parse("label", text, ADA, LABELS) == "positive"


@pytest.mark.parametrize(
    "text", ["The answer is positive.", "positive or negative", "", "neutral", "posi", "positive negative"]
)  # fmt: skip
def test_anything_but_a_label_is_unreadable(text: str) -> None:
    assert parse("label", text, ADA, LABELS) is None


def test_reasoning_before_an_answer_is_left_out() -> None:
    assert parse("label", "<think>negative? no</think>\npositive", ADA, LABELS) == "positive"


def test_reasoning_opened_by_the_chat_template_is_left_out() -> None:
    assert parse("label", "negative? no</think>\npositive", ADA, LABELS) == "positive"


def test_reasoning_that_never_ends_is_no_answer() -> None:
    assert parse("text", "<think>Let me translate", ADA, ()) is None


def test_an_entity_takes_its_place_in_the_text_in_order() -> None:
    text = '[{"text": "Ada", "type": "per"}, {"text": "Ada", "type": "PER"}]'
    assert parse("entities", text, ADA, ("PER",)) == (Span(0, 3, "PER"), Span(16, 19, "PER"))


def test_entities_may_stand_in_a_fence() -> None:
    assert parse("entities", "```json\n[]\n```", ADA, ("PER",)) == ()


def test_an_entity_that_is_not_in_the_text_lies_outside_it() -> None:
    found = parse("entities", '[{"text": "Eve", "type": "PER"}]', ADA, ("PER",))
    assert isinstance(found, tuple)
    assert found[0].start > len(ADA.inputs["text"])


@pytest.mark.parametrize(
    "text", ["none", "{}", "[1]", '[{"text": "Ada"}]', 'Here: [{"text": "Ada", "type": "PER"}]', "[" * 100_000]
)  # fmt: skip
def test_entities_in_another_form_are_unreadable(text: str) -> None:
    assert parse("entities", text, ADA, ("PER",)) is None


def test_saying_that_there_is_no_answer_is_an_answer() -> None:
    assert parse("answer", "No answer.", ADA, ()) == ""
    assert parse("answer", " ", ADA, ()) is None


def test_a_template_shows_columns_labels_and_braces() -> None:
    template = Template("{{{text}}} as {labels}", "in {language}")
    example = Example(1, {"text": "{x}"}, (), language="de")
    made = messages(template, example, LABELS, {"de": "German"})
    assert [one.content for one in made] == ["in German", "{{x}} as positive, negative"]


def test_a_template_names_both_languages_of_a_pair() -> None:
    template = Template("{source_language} to {target_language}: {source}")
    example = Example(1, {"source": "hi"}, (), language="en-zh-Hant")
    (made,) = messages(template, example, (), {"en": "English", "zh": "Chinese"})
    assert made.content == "English to Chinese: hi"


@pytest.mark.parametrize(
    "prompt", ["{text.__class__}", "{text!r}", "{text:>9}", "{0}", "{", "none", "{labels}"]
)
def test_a_template_that_is_no_plain_one_is_refused(prompt: str) -> None:
    with pytest.raises(UsageError):
        columns(Template(prompt))
