"""Chinese names lead to the ids they are shown for."""

from __future__ import annotations

import pytest

from llm_select.catalog import resolve
from llm_select.catalog.chinese import SHORT, direction, plain
from llm_select.catalog.rules.language_names import NAMES
from llm_select.catalog.rules.language_names_zh import NAMES as CHINESE
from llm_select.errors import UnknownNameError
from llm_select.i18n import using
from llm_select.render.labels import language_label, name_of
from llm_select.schema.catalog import Catalog


@pytest.mark.parametrize(
    ("typed", "task"),
    [
        ("翻译", "translation"),
        ("機器翻譯", "translation"),
        (" 机器 翻译 ", "translation"),
        ("ｔｒａｎｓｌａｔｉｏｎ", "translation"),
        ("情感分析", "sentiment-analysis"),
        ("命名实体识别", "ner"),
        ("命名實體識別", "ner"),
        ("问答", "open-qa"),
        ("阅读理解", "extractive-qa"),
        ("閱讀理解", "extractive-qa"),
        ("对话", "dialogue"),
        ("聊天", "dialogue"),
        ("文本分类", "text-classification"),
        ("摘要", "summarization"),
        ("语义角色标注", "srl"),
        ("写作", "text-generation"),
        ("编程", "coding"),
        ("数学", "math"),
        ("推理", "reasoning"),
        ("自然语言推理", "nli"),
        ("文本蕴含", "nli"),
        ("检索", "retrieval"),
        ("看图", "image-understanding"),
    ],
)
def test_a_task_is_found_by_its_chinese_names(bundled: Catalog, typed: str, task: str) -> None:
    assert resolve.task(bundled, typed) == task


def test_every_task_has_a_chinese_name_that_leads_to_it(bundled: Catalog) -> None:
    with using("zh"):
        shown = {key: name_of(task) for key, task in bundled.tasks.items()}
    assert {key: resolve.task(bundled, name) for key, name in shown.items()} == {
        key: key for key in bundled.tasks
    }
    assert all(not name.isascii() for name in shown.values())


def test_every_licence_has_a_chinese_name_that_leads_to_it(bundled: Catalog) -> None:
    with using("zh"):
        shown = {key: name_of(one) for key, one in bundled.licenses.items()}
    assert {key: resolve.license(bundled, name) for key, name in shown.items()} == {
        key: key for key in bundled.licenses
    }
    assert all(not name.isascii() for name in shown.values())


@pytest.mark.parametrize(
    "typed", ["Apache 许可证 2.0", "apache许可证2.0", "Ａｐａｃｈｅ 許可證 2.0"]
)
def test_a_licence_is_found_by_its_chinese_name(bundled: Catalog, typed: str) -> None:
    assert resolve.license(bundled, typed) == "apache-2.0"


def test_every_language_label_leads_to_its_tag(bundled: Catalog) -> None:
    known = resolve.languages(bundled)
    with using("zh"):
        shown = {tag: language_label(tag) for tag in known}
    assert {tag: resolve.language(bundled, name) for tag, name in shown.items()} == {
        tag: tag for tag in known
    }


def test_every_language_has_a_chinese_name_but_one_whose_tag_is_in_doubt(bundled: Catalog) -> None:
    """`nrm` is Narom by ISO 639-3 and Norman in Wikipedia's usage."""
    assert set(resolve.languages(bundled)) - set(CHINESE) == {"nrm"}


def test_every_pair_label_leads_to_its_pair(bundled: Catalog) -> None:
    known = resolve.pairs(bundled)
    with using("zh"):
        shown = {tag: language_label(tag) for tag in known}
    assert {tag: resolve.pair(bundled, name) for tag, name in shown.items()} == {
        tag: tag for tag in known
    }


def test_a_label_is_the_tag_in_english() -> None:
    assert [language_label(tag) for tag in ("zh", "en-zh")] == ["zh", "en-zh"]


def test_a_tag_without_a_chinese_name_is_its_own_label() -> None:
    with using("zh"):
        assert language_label("nrm") == "nrm"


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("中文", "zh"),
        ("汉语", "zh"),
        ("普通话", "zh"),
        ("德语", "de"),
        ("德文", "de"),
        ("英语", "en"),
        ("英語", "en"),
        ("法 语", "fr"),
        ("ｚｈ", "zh"),
        ("粤语", "yue"),
        ("广东话", "yue"),
        ("繁体中文", "zh-Hant"),
        ("塞尔维亚语(拉丁字母)", "sr-Latn"),
    ],
)
def test_a_language_is_found_by_its_chinese_names(bundled: Catalog, typed: str, tag: str) -> None:
    assert resolve.language(bundled, typed) == tag


@pytest.mark.parametrize(
    "typed",
    [
        "英译中",
        "英譯中",
        "英翻中",
        "英汉",
        "英中",
        "英-中",
        "英－中",
        "英→中",
        "英语-中文",
        "英语—中文",
        "英语 到 中文",
        "从英语翻译成中文",
        "英文译汉语",
        "ｅｎ－ｚｈ",
        "en译zh",
    ],
)
def test_a_direction_may_be_written_in_chinese(bundled: Catalog, typed: str) -> None:
    assert resolve.pair(bundled, typed) == "en-zh"


def test_the_direction_of_a_chinese_pair_is_kept(bundled: Catalog) -> None:
    assert resolve.pair(bundled, "中译英") == "zh-en"


@pytest.mark.parametrize("typed", ["英", "英译", "译中", "英译英", "英译火星语", "英中日", "中文"])
def test_what_is_no_chinese_pair_is_an_error(bundled: Catalog, typed: str) -> None:
    with pytest.raises(UnknownNameError):
        resolve.pair(bundled, typed)


def test_a_misspelt_chinese_task_lists_chinese_names(bundled: Catalog) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve.task(bundled, "情感识别")
    # Each task is named once, by the name most like what was typed.
    meant = [resolve.task(bundled, name) for name in caught.value.nearest]
    assert "sentiment-analysis" in meant
    assert len(set(meant)) == len(meant)


def test_a_misspelt_chinese_language_lists_chinese_names(bundled: Catalog) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve.language(bundled, "德国语")
    assert caught.value.nearest[0] == "德语"


@pytest.mark.parametrize("typed", ["英译德国语", "英语->德国语"])
def test_a_chinese_direction_with_one_misspelt_language_lists_directions(
    bundled: Catalog, typed: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve.pair(bundled, typed)
    assert caught.value.nearest[0] == "英语译德语"


def test_no_chinese_name_is_that_of_two_languages() -> None:
    owner: dict[str, str] = {}
    for tag, names in [*NAMES.items(), *((tag, (name,)) for tag, name in CHINESE.items())]:
        for name in names:
            assert owner.setdefault(plain(name).casefold(), tag) == tag


def test_every_short_form_is_that_of_a_named_language() -> None:
    names = {*CHINESE.values(), *(name for known in NAMES.values() for name in known)}
    assert set(SHORT.values()) <= names


def test_a_name_without_chinese_signs_is_left_as_it_is() -> None:
    assert direction("en → zh") == "en->zh"
    assert plain("Türkçe") == "Türkçe"
