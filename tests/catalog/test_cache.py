"""The cache is only a faster way to the same catalog."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from llm_select.catalog import cache as cache_module
from llm_select.catalog import load as load_module
from llm_select.catalog.load import load_catalog

from .conftest import CARD, Build, edited

PACKAGE_ROOT = Path(load_module.__file__).parents[2]


def settle(directory: Path) -> None:
    """Makes the files old enough to be trusted by their time stamps."""
    for path in directory.rglob("*.yaml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file counts as fresh (a change of the time stamp is itself a fresh change)."""
    monkeypatch.setattr(cache_module, "_SETTLED_S", -1.0)


@pytest.fixture
def no_compiling(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From now on, compiling fails the test."""

    def arm() -> None:
        def refuse(*_: object) -> NoReturn:
            raise AssertionError("compiled again")

        monkeypatch.setattr(load_module, "_compile", refuse)

    return arm


def test_the_second_load_does_not_compile(build: Build, no_compiling: Any) -> None:
    directory = build()
    first = load_catalog([directory], bundled=False)
    no_compiling()
    assert load_catalog([directory], bundled=False) == first


@pytest.mark.usefixtures("settled")
def test_an_unchanged_directory_is_not_read(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = build()
    first = load_catalog([directory], bundled=False)

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("files were read")

    monkeypatch.setattr(load_module, "_contents", refuse)
    assert load_catalog([directory], bundled=False) == first


@pytest.mark.usefixtures("settled")
def test_a_changed_file_is_seen(build: Build) -> None:
    load_catalog([build()], bundled=False)
    changed = edited(CARD, "name: Tiny 1B", "name: Tiny Two")
    catalog = load_catalog([build({"models/tiny/tiny-1b.yaml": changed})], bundled=False)
    assert catalog.models["tiny/tiny-1b"].name == "Tiny Two"


def test_a_change_of_the_same_size_within_the_clocks_grain_is_seen(build: Build) -> None:
    directory = build()
    settle(directory)
    load_catalog([directory], bundled=False)
    build({"models/tiny/tiny-1b.yaml": edited(CARD, "Tiny 1B", "Tiny 2B")})
    settle(directory)
    assert load_catalog([directory], bundled=False).models["tiny/tiny-1b"].name == "Tiny 2B"


@pytest.mark.usefixtures("settled")
def test_a_removed_file_is_seen(build: Build) -> None:
    directory = build()
    load_catalog([directory], bundled=False)
    (directory / "hardware" / "card-24.yaml").unlink()
    assert not load_catalog([directory], bundled=False).devices


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("damage", [b"", b"{", b"\x00" * 1000, b'{"format": 1}\n{}'])
def test_a_damaged_cache_is_compiled_again(build: Build, cache: Path, damage: bytes) -> None:
    directory = build()
    first = load_catalog([directory], bundled=False)
    (compiled,) = cache.glob("catalog-*.json")
    whole = compiled.read_bytes()
    compiled.write_bytes(damage)
    assert load_catalog([directory], bundled=False) == first
    assert compiled.read_bytes() == whole


@pytest.mark.usefixtures("settled")
def test_a_damaged_stamp_is_ignored(build: Build, cache: Path) -> None:
    directory = build()
    first = load_catalog([directory], bundled=False)
    (stamp,) = cache.glob("stamp-*")
    stamp.write_bytes(b"../../etc/passwd\n\xff")
    assert load_catalog([directory], bundled=False) == first


def test_a_cache_that_cannot_be_made_is_no_error(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LLM_SELECT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert load_catalog([build()], bundled=False).models


def test_a_full_disk_is_no_error_and_leaves_nothing(
    build: Build, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert load_catalog([build()], bundled=False).models
    assert list(cache.iterdir()) == []


def test_nothing_half_written_is_left(build: Build, cache: Path) -> None:
    load_catalog([build()], bundled=False)
    assert not list(cache.glob(".new-*"))


def test_old_compiled_catalogs_are_removed(build: Build, cache: Path) -> None:
    for number in range(cache_module.KEEP["catalog"] + 3):
        card = edited(CARD, "Tiny 1B", f"Tiny {number}")
        load_catalog([build({"models/tiny/tiny-1b.yaml": card})], bundled=False)
    assert len(list(cache.glob("catalog-*"))) == cache_module.KEEP["catalog"]


def test_processes_that_start_together_agree(build: Build, cache: Path) -> None:
    script = (
        "import sys; from llm_select.catalog.load import load_catalog;"
        "print(load_catalog([sys.argv[1]], bundled=False).content_hash)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(build())], stdout=subprocess.PIPE, env=environment
        )
        for _ in range(3)
    ]
    said = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert len(list(cache.glob("catalog-*.json"))) == 1


def test_the_content_hash_does_not_depend_on_the_place(build: Build) -> None:
    one = load_catalog([build(name="one")], bundled=False)
    other = load_catalog([build(name="other")], bundled=False)
    assert one.content_hash == other.content_hash


def test_the_cache_follows_the_xdg_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LLM_SELECT_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_module.cache_directory() == str(tmp_path / "llm-select")


def test_a_warm_load_imports_neither_pydantic_nor_yaml(build: Build) -> None:
    directory = build()
    script = (
        "import sys; from llm_select.catalog import cache; cache._SETTLED_S = -1.0\n"
        "from llm_select.catalog.load import load_catalog\n"
        "load_catalog([sys.argv[1]], bundled=False)\n"
        "print(sorted({'pydantic', 'yaml', 'difflib', 'tempfile', 'rich'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    command = [sys.executable, "-c", script, str(directory)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    warm = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    assert warm.stdout.strip() == "[]"
