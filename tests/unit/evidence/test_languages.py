"""Language tags and pairs."""

from __future__ import annotations

import pytest

from llm_select.evidence.languages import covers, pair_covers, split_pair


@pytest.mark.parametrize(
    ("known", "asked", "holds"),
    [
        ("zh", "zh", True),
        ("zh-Hans", "zh", True),
        ("zh", "zh-Hans", True),
        ("zh-Hans", "zh-Hant", False),
        ("de", "da", False),
        ("nb", "no", True),
        ("no", "nn", True),
        ("nb", "nn", False),
        ("zh", "zha", False),
    ],
)
def test_a_tag_covers_its_own_subtags_and_no_other_language(
    known: str, asked: str, holds: bool
) -> None:
    assert covers(known, asked) is holds


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("en-zh", ("en", "zh")),
        ("en-sr-Cyrl", ("en", "sr-Cyrl")),
        ("zh-Hant-en", ("zh-Hant", "en")),
        ("en-ar-EG", ("en", "ar-EG")),
        ("en", None),
        ("en-de-fr", None),
    ],
)
def test_a_pair_splits_where_the_second_language_starts(
    text: str, ends: tuple[str, str] | None
) -> None:
    assert split_pair(text) == ends


def test_a_pair_does_not_cover_its_reverse() -> None:
    assert not pair_covers("en-zh", "zh-en")
