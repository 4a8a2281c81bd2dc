"""Start-up guard: what a run may not import. Times would flake; the list of modules does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llm_select.catalog.cache import code_files
from llm_select.catalog.files import bundled_directory

ROOT = Path(__file__).parents[2]
LOADED = (
    "import json, sys\n"
    "from llm_select.cli.main import run\n"
    "code = run(sys.argv[1:])\n"
    "sys.stderr.write(json.dumps([code, sorted(sys.modules)]))\n"
)
NEVER = {
    "pydantic", "pydantic_core", "yaml", "numpy", "pandas", "platformdirs", "psutil", "pynvml", "jinja2", "httpx",
    "asyncio", "rich.markdown", "markdown_it", "pygments", "typer.rich_utils",
    "importlib.metadata", "sqlite3", "ssl", "http.client", "multiprocessing", "unittest", "statistics",
}  # fmt: skip
"""Neither help nor a warm answer in JSON needs these."""
PICTURES = {
    "xml.etree.ElementTree",
    "llm_select.render.pictures",
    "llm_select.render.html",
    "llm_select.render.charts",
}
"""Only -o html and -o svg need these."""
QUESTION = ("recommend", "--task", "translation", "--pair", "en-zh", "--gpu", "RTX 4090")


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the compiled catalog and its stamp. A stamp is only trusted once the files have settled."""
    directory = tmp_path_factory.mktemp("warm")
    newest = max(path.stat().st_mtime for path in Path(bundled_directory()).rglob("*.yaml"))
    newest = max(newest, *(Path(path).stat().st_mtime for path in code_files()))
    time.sleep(max(0.0, min(2.5, newest + 2.5 - time.time())))
    _modules(directory, *QUESTION, "-o", "json")
    return directory


def _modules(cache: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        env={**os.environ, "LLM_SELECT_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stderr)
    assert code == 0
    return set(modules)


def test_a_warm_answer_in_json_imports_nothing_heavy(warm: Path) -> None:
    loaded = _modules(warm, *QUESTION, "-o", "json")
    assert not loaded & NEVER
    assert not {name for name in loaded if name.partition(".")[0] == "rich"}
    assert not loaded & PICTURES


def test_a_question_in_english_reads_no_chinese_names(warm: Path) -> None:
    loaded = _modules(warm, *QUESTION, "--language", "zh", "-o", "json")
    assert not {name for name in loaded if name.endswith((".chinese", ".language_names_zh"))}


def test_a_warm_table_imports_rich_and_nothing_else_heavy(warm: Path) -> None:
    loaded = _modules(warm, *QUESTION)
    assert "rich.table" in loaded
    assert not loaded & (NEVER | PICTURES)


def test_a_warm_answer_does_not_compile(warm: Path) -> None:
    loaded = _modules(warm, *QUESTION, "-o", "json")
    assert not {name for name in loaded if name.startswith("llm_select.schema.")}
    assert "llm_select.catalog.parse" not in loaded
    assert "llm_select.catalog.check" not in loaded


@pytest.mark.parametrize("line", [("--help",), ("recommend", "--help"), ("--version",)])
def test_help_imports_neither_catalog_nor_middle(line: tuple[str, ...], warm: Path) -> None:
    loaded = _modules(warm, *line)
    assert not loaded & NEVER
    assert not {name for name in loaded if name.partition(".")[0] == "rich"}
    for room in ("catalog", "selection", "evidence", "estimates", "schema", "render", "hardware"):
        assert f"llm_select.{room}" not in loaded


def test_a_run_loads_only_its_own_command(warm: Path) -> None:
    loaded = _modules(warm, "tasks", "-o", "json")
    commands = {
        name for name in loaded if name.startswith("llm_select.cli.") and name.endswith("_command")
    }
    assert commands == {"llm_select.cli.tasks_command"}


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    code = "import sys, llm_select; print([m for m in sys.modules if m.startswith('llm_select.')])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
