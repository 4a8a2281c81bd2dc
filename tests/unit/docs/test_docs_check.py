"""The documentation's checker finds what it promises to find, and nothing in a sound page."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def check() -> Iterator[Any]:
    """`docs/check.py` as a module."""
    sys.path.insert(0, str(DOCS))
    spec = importlib.util.spec_from_file_location("docs_check", DOCS / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_check"] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(DOCS))
    del sys.modules["docs_check"]


def faults(check: Any, text: str, *checks: str, root: Path = DOCS.parent) -> list[tuple[int, str]]:
    page = check.read("docs/page.md", text)
    found: list[tuple[int, str]] = []
    for name in checks:
        function = getattr(check, name)
        takes_root = name in ("check_links", "check_excerpts")
        found += [
            (f.line, f.message) for f in (function(page, root) if takes_root else function(page))
        ]
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("# Page\n", encoding="utf-8")
    (tmp_path / "docs" / "other.md").write_text("# Other\n## Two words\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "link", ["other.md", "other.md#two-words", "#here", "../docs", "https://example.com/nothing"]
)
def test_a_link_that_leads_somewhere_is_no_fault(check: Any, repository: Path, link: str) -> None:
    assert faults(check, f"# Here\n[x]({link})\n", "check_links", root=repository) == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("gone.md", "no such file"),
        ("other.md#three", "no such heading"),
        ("#nowhere", "no such heading"),
        ("../../outside.md", "leads out of the repository"),
    ],
)
def test_a_link_that_leads_nowhere_is_a_fault_on_its_line(
    check: Any, repository: Path, link: str, message: str
) -> None:
    found = faults(check, f"# Here\n\n[x]({link})\n", "check_links", root=repository)
    assert found == [(3, f"link {link!r}: {message}")]


def test_links_in_code_are_not_followed(check: Any, repository: Path) -> None:
    text = "`[x](gone.md)`\n```\n[x](gone.md)\n```\n"
    assert faults(check, text, "check_links", root=repository) == []


@pytest.mark.parametrize(
    ("heading", "fragment"),
    [
        ("Two words", "two-words"),
        ("`llm-select catalog list`", "llm-select-catalog-list"),
        ("1. Evidence", "1-evidence"),
        ("A [link](x.md), done", "a-link-done"),
        ("assumed_thinking_tokens", "assumed_thinking_tokens"),
    ],
)
def test_anchors_are_made_as_github_makes_them(check: Any, heading: str, fragment: str) -> None:
    assert check.anchor(heading) == fragment


def test_a_repeated_heading_gets_a_number(check: Any) -> None:
    assert check.read("x.md", "# A\n# A\n").anchors == {"a", "a-1"}


@pytest.mark.parametrize(
    "line",
    [
        "llm-select recommend --task ner --gpu 'RTX 4090' --explain",
        "llm-select catalog list -o json | head",
        "llm-select catalog schema model > model.json",
        "$ llm-select --help",
        "llm-select recommend --task ner \\\n  --gpu-mem 8   # a comment",
    ],
)
def test_a_line_that_the_program_takes_is_no_fault(check: Any, line: str) -> None:
    assert faults(check, f"```sh\n{line}\n```\n", "check_examples") == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("llm-select recommend --taks ner", "--taks"),
        ("llm-select recomend --task ner", "no such command: recomend"),
        ("llm-select catalog lst", "no such command: catalog lst"),
        ("llm-select recommend", "--task"),
        ("llm-select recommend --task ner --top many", "many"),
        ("llm-select show", "model"),
        ("llm-select show 'x", "unbalanced"),
    ],
)
def test_a_line_that_the_program_refuses_is_a_fault(check: Any, line: str, part: str) -> None:
    ((number, message),) = faults(check, f"```\n{line}\n```\n", "check_examples")
    assert number == 2
    assert part.lower() in message.lower()


def test_prose_may_name_a_command_without_its_arguments(check: Any) -> None:
    assert (
        faults(
            check, "See `llm-select recommend` and `llm-select explain MODEL`.\n", "check_examples"
        )
        == []
    )


def test_prose_may_not_name_an_option_that_does_not_exist(check: Any) -> None:
    ((_, message),) = faults(check, "See `llm-select recommend --fast`.\n", "check_examples")
    assert "--fast" in message


def test_blocks_of_other_languages_are_no_examples(check: Any) -> None:
    assert faults(check, "```text\nllm-select nonsense\n```\n", "check_examples") == []


def test_a_marked_block_is_run(check: Any) -> None:
    assert faults(check, "<!-- run -->\n```\nllm-select --version\n```\n", "check_runs") == []


def test_a_marked_block_that_ends_otherwise_is_a_fault(check: Any) -> None:
    text = "<!-- run -->\n```\nllm-select show no-such-model-anywhere\n```\n"
    ((number, message),) = faults(check, text, "check_runs")
    assert number == 3
    assert "exit code 2, not 0" in message


@pytest.mark.skipif(not shutil.which("jq"), reason="no jq here")
@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("echo '[7]' | jq '.[0]'", 0),
        ("echo '[7]' | jq '.[1]'", 1),
        ("echo 7 | jq .a", 1),
        ("true", 1),
    ],
)
def test_a_pipe_must_end_well_and_print_something(check: Any, line: str, count: int) -> None:
    assert len(faults(check, f"<!-- pipe -->\n```sh\n{line}\n```\n", "check_pipes")) == count


def test_an_unmarked_block_is_not_run(check: Any) -> None:
    assert faults(check, "```\nllm-select show no-such-model-anywhere\n```\n", "check_runs") == []


@pytest.mark.parametrize(("text", "count"), [("a: 1\nb: 2", 0), ("b: 2", 0), ("b: 3", 1)])
def test_an_excerpt_stands_word_for_word_in_its_file(
    check: Any, repository: Path, text: str, count: int
) -> None:
    (repository / "card.yaml").write_text("a: 1\nb: 2\n", encoding="utf-8")
    page = f"<!-- file: card.yaml -->\n```yaml\n{text}\n```\n"
    assert len(faults(check, page, "check_excerpts", root=repository)) == count


def test_an_excerpt_of_no_file_is_a_fault(check: Any, repository: Path) -> None:
    page = "<!-- file: gone.yaml -->\n```yaml\na: 1\n```\n"
    assert faults(check, page, "check_excerpts", root=repository) == [
        (3, "no such file: gone.yaml")
    ]


@pytest.mark.parametrize("path", ["/home/ann/x", "/Users/ann", "/mnt/x", "C:\\Users\\ann"])
def test_a_path_of_one_machine_is_a_fault_in_prose_and_in_code(check: Any, path: str) -> None:
    found = faults(check, f"see {path}\n```\ncd {path}\n```\n", "check_paths")
    assert [line for line, _ in found] == [1, 3]


@pytest.mark.parametrize("path", ["docs/home/x", "https://x.org/home/ann", "~/home/x", "./mnt/x"])
def test_other_paths_are_no_fault(check: Any, path: str) -> None:
    assert faults(check, f"see {path}\n", "check_paths") == []
