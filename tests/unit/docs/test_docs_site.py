"""The check of the built site finds dead links and what would come from another host."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "build_site.py"


@pytest.fixture(scope="module")
def site() -> ModuleType:
    """`docs/build_site.py` as a module."""
    spec = importlib.util.spec_from_file_location("docs_build_site", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ('<a href="b.html">', 0),
        ('<a href="b.html#there">', 0),
        ('<a href="https://example.org/">', 0),
        ('<a href="c.html">', 1),
        ('<a href="b.html#gone">', 1),
        ('<img src="gone.svg">', 1),
        ('<script src="https://example.org/x.js">', 1),
        ('<link rel="stylesheet" href="https://example.org/x.css">', 1),
    ],
)
def test_a_fault_of_a_page_is_found(
    site: ModuleType, tmp_path: Path, html: str, count: int
) -> None:
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    (tmp_path / "b.html").write_text('<h2 id="there">', encoding="utf-8")
    assert len(list(site.faults(tmp_path))) == count


def test_links_into_the_repository_are_published_with_the_page(
    site: ModuleType, tmp_path: Path
) -> None:
    site.stage(tmp_path)
    page = (tmp_path / "docs" / "adding-a-model.md").read_text(encoding="utf-8")
    assert "](../catalog/" not in page
    assert (tmp_path / "docs" / "catalog" / "models" / "gpt" / "gpt-4.1.yaml").is_file()


def test_no_program_is_published(site: ModuleType, tmp_path: Path) -> None:
    site.stage(tmp_path)
    assert [*(tmp_path / "docs").rglob("*.py")] == []


def test_the_navigation_names_only_pages_that_are_there(site: ModuleType, tmp_path: Path) -> None:
    site.stage(tmp_path)
    named = site.re.findall(r'= "([^"]+\.md)"', (tmp_path / "zensical.toml").read_text("utf-8"))
    assert named
    assert [name for name in named if not (tmp_path / "docs" / name).is_file()] == []


def test_every_page_has_a_place_in_the_navigation(site: ModuleType, tmp_path: Path) -> None:
    site.stage(tmp_path)
    named = site.re.findall(r'= "([^"]+\.md)"', (tmp_path / "zensical.toml").read_text("utf-8"))
    pages = [path.relative_to(tmp_path / "docs") for path in (tmp_path / "docs").rglob("*.md")]
    assert sorted(named) == sorted(page.as_posix() for page in pages)


def test_the_chinese_first_page_leads_to_the_pages_of_the_site(
    site: ModuleType, tmp_path: Path
) -> None:
    site.stage(tmp_path)
    page = (tmp_path / "docs" / "zh" / "index.md").read_text(encoding="utf-8")
    assert "[English](../index.md)" in page
    assert "](../finetuning.md" in page
