"""A message is made in English and shown in the reader's language."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from llm_select import i18n
from llm_select.errors import UnknownNameError, UsageError
from llm_select.i18n import from_environment, known, listing, shown, tr, translated, trn, using
from llm_select.messages import Message, listed


def test_a_message_is_its_english_sentence() -> None:
    assert Message("{share:.0%} of {name}", share=0.5, name="x") == "50% of x"


def test_a_message_without_values_keeps_its_braces() -> None:
    assert Message("write {text}") == "write {text}"


def test_a_message_survives_pickling() -> None:
    message = Message("{n} of {m}", n=1, m=2)
    assert pickle.loads(pickle.dumps(message)).values == {"n": 1, "m": 2}


def test_english_needs_no_catalog() -> None:
    assert tr("no such sentence: {why}", why="x") == "no such sentence: x"


def test_one_thing_is_told_from_many() -> None:
    assert [trn("{n} pair", "{n} pairs", n, n=n) for n in (1, 2)] == ["1 pair", "2 pairs"]


def test_chinese_is_spoken_inside_the_block_only() -> None:
    with using("zh"):
        inside = tr("error: {text}", text="x")
    assert (inside, tr("error: {text}", text="x")) == ("错误：x", "error: x")


def test_values_that_are_messages_are_translated_too() -> None:
    with using("zh"):
        said = translated(Message("error: {text}", text=Message("input or output")))
    assert said == "错误：输入或输出"


def test_a_text_of_the_user_is_never_translated() -> None:
    with using("zh"):
        assert translated("input or output") == "input or output"


def test_an_error_is_shown_whole_in_the_readers_language() -> None:
    error = UnknownNameError("task", "x", ["ner"], where="--task")
    with using("zh"):
        text = shown(error)
    assert (text.startswith("--task: 未知的"), "ner" in text, "mean" in text) == (True, True, False)


def test_an_error_stays_english_as_a_string() -> None:
    error = UsageError(Message("no messages in {asked!r}", asked="fr"), where="--locale")
    with using("zh"):
        assert str(error) == "--locale: no messages in 'fr'"


def test_lists_use_the_readers_comma() -> None:
    with using("zh"):
        assert listing(["a", "b"]) == "a、b"


@pytest.mark.parametrize("name", ["zh", "zh_CN.UTF-8", "ZH-Hans", "zh_TW"])
def test_names_of_chinese_lead_to_it(name: str) -> None:
    assert known(name) == "zh"


@pytest.mark.parametrize("name", ["en", "EN", "en_GB", "en-US", "en_US.UTF-8"])
def test_english_is_spoken_in_any_country(name: str) -> None:
    assert known(name) == "en"


@pytest.mark.parametrize("name", ["", "fr", "C", "POSIX"])
def test_other_names_lead_nowhere(name: str) -> None:
    assert known(name) is None


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_environment_is_read_as_posix_says(environment: dict[str, str], locale: str) -> None:
    assert from_environment(environment) == locale


def test_the_locale_of_a_test_is_english() -> None:
    assert i18n.current() == "en"


def test_a_space_beside_a_value_goes_where_the_value_is_chinese() -> None:
    """Chinese sentences set names in Latin letters off; Chinese names need no space."""
    with using("zh"):
        template = "{what} of {task}: none known"
        assert i18n._filled("用 {name} 运行", {"name": "vLLM"}) == "用 vLLM 运行"
        assert i18n._filled("用 {name} 运行", {"name": "显卡"}) == "用显卡运行"
        assert i18n._filled(template, {"what": "a", "task": "翻译"}) == "a of 翻译: none known"


def test_a_list_in_a_message_is_translated() -> None:
    """Names given with an error are parted as the language parts them."""
    message = Message("it takes {choices}", choices=listed(["a", "b", "c"]))
    assert message == "it takes a, b, c"
    with using("zh"):
        assert "a、b、c" in translated(message)


@pytest.mark.parametrize(
    ("made", "english", "chinese"),
    [
        (lambda: i18n.clauses(["a", "b"]), "a; b", "a；b"),
        (lambda: i18n.sentences(["A.", "B."]), "A. B.", "A.B."),
        (lambda: i18n.titled("a", "b"), "a: b", "a：b"),
        (lambda: i18n.noted("a", "b"), "a (b)", "a（b）"),
    ],
)
def test_texts_are_joined_with_the_marks_of_the_language(
    made: Callable[[], str], english: str, chinese: str
) -> None:
    """Chinese has its own colon, semicolon and brackets, and no space between sentences."""
    assert made() == english
    with using("zh"):
        assert made() == chinese
