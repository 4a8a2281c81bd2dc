"""A translated page is held to the page it was made from."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
ENGLISH = """\
# Page

<!-- main-command -->
```
python3 -m venv .venv
```

Quality 0.475, [read](https://arxiv.org/abs/1706.03762).

```
llm-select tasks  # all of them
```

<!-- output: llm-select tasks -->
```
0.123
```
"""


@pytest.fixture(scope="module")
def translations() -> Iterator[Any]:
    """`docs/translations.py` as a module."""
    spec = importlib.util.spec_from_file_location("docs_translations", DOCS / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_translations"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["docs_translations"]


@pytest.fixture
def repository(tmp_path: Path, translations: Any) -> Path:
    """An original and its translation, just compared."""
    (tmp_path / "docs" / "zh").mkdir(parents=True)
    (tmp_path / "docs" / "page.md").write_text(ENGLISH, encoding="utf-8")
    chinese = ENGLISH.replace("# Page", "# 页").replace("all of them", "全部")
    page = tmp_path / "docs" / "zh" / "page.md"
    page.write_text(f"<!-- translation of: docs/page.md, {'0' * 12} -->\n{chinese}", "utf-8")
    translations.compared(page, tmp_path)
    return tmp_path


def faults(translations: Any, repository: Path, old: str = "", new: str = "") -> list[str]:
    """Messages for the translation, with something in it replaced."""
    text = (repository / "docs" / "zh" / "page.md").read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new) if old else text
    return [message for _, message in translations.faults("docs/zh/page.md", text, repository)]


def test_a_page_that_was_compared_has_no_fault(translations: Any, repository: Path) -> None:
    assert faults(translations, repository) == []


def test_a_changed_original_is_said_with_what_to_do(translations: Any, repository: Path) -> None:
    original = repository / "docs" / "page.md"
    original.write_text(original.read_text("utf-8") + "More.\n", encoding="utf-8")
    (message,) = faults(translations, repository)
    assert "docs/page.md has changed" in message
    assert "python docs/translations.py docs/zh/page.md" in message


def test_what_an_original_prints_may_change(translations: Any, repository: Path) -> None:
    original = repository / "docs" / "page.md"
    original.write_text(original.read_text("utf-8").replace("0.123", "0.456"), encoding="utf-8")
    assert faults(translations, repository) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.475", "0.457", "a figure that is missing here: 0.475"),
        ("1706.03762", "1706.03763", "a source that is missing here"),
        ("llm-select tasks  #", "llm-select licenses  #", "an example that is missing here"),
        ("python3 -m venv .venv", "python3 -m venv venv", "the main-command is not that of"),
    ],
)
def test_a_departure_is_a_fault(
    translations: Any, repository: Path, old: str, new: str, said: str
) -> None:
    assert any(said in message for message in faults(translations, repository, old, new))


def test_an_example_may_ask_for_its_language(translations: Any, repository: Path) -> None:
    assert (
        faults(translations, repository, "llm-select tasks  #", "llm-select tasks --locale zh  #")
        == []
    )


def test_a_head_without_a_hash_is_a_fault(translations: Any, repository: Path) -> None:
    text = "<!-- translation of: docs/page.md -->\n# 页\n"
    assert list(translations.faults("docs/zh/page.md", text, repository)) != []


def test_a_missing_original_is_a_fault(translations: Any, repository: Path) -> None:
    (repository / "docs" / "page.md").unlink()
    assert faults(translations, repository) == ["the original is missing: docs/page.md"]


def test_a_page_that_translates_nothing_has_no_fault(translations: Any, repository: Path) -> None:
    assert list(translations.faults("docs/page.md", ENGLISH, repository)) == []


def test_a_word_of_the_glossary_without_a_term_is_found(
    translations: Any, repository: Path
) -> None:
    (repository / "docs" / "glossary.md").write_text("- **Token**: a.\n- **Card**: b.\n", "utf-8")
    (repository / "docs" / "zh" / "terms.md").write_text("| Token | 词元 |\n", encoding="utf-8")
    assert list(translations.untranslated(repository)) == ["Card"]
