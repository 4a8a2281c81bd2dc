"""Which files make up a catalog."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

from llm_select.catalog.files import discover
from llm_select.catalog.load import load_catalog
from llm_select.errors import CatalogError

from .conftest import CARD, Build


def test_ids_come_from_paths(build: Build) -> None:
    found = {(file.kind, file.id) for file in discover(str(build())).files}
    assert ("model", "tiny/tiny-1b") in found
    assert ("family", "tiny") in found
    assert ("board", "quiz-board") in found
    assert ("scoring", "scoring") in found


@pytest.mark.parametrize(
    "place",
    [
        "models/loose.yaml",
        "models/tiny/deeper/card.yaml",
        "models/tiny/card.yml",
        "tasks/notes.json",
        "license.yaml",
        "benchmark/quiz.yaml",
    ],
)
def test_a_file_that_nobody_reads_is_an_error(build: Build, place: str) -> None:
    with pytest.raises(CatalogError, match="LS013"):
        load_catalog([build({place: "a: 1\n"})], bundled=False)


def test_a_misspelt_directory_is_corrected(build: Build) -> None:
    listing = discover(str(build({"task/x.yaml": "a: 1\n"})))
    assert listing.findings[0].remedy == "did you mean tasks/?"


@pytest.mark.parametrize(
    "place", ["README.md", ".git/config", "models/tiny/.swp", "schema/model.json"]
)
def test_prose_hidden_files_and_schemas_may_lie_about(build: Build, place: str) -> None:
    assert not discover(str(build({place: "x"}))).findings


def test_a_name_that_cannot_be_an_id_is_an_error(build: Build) -> None:
    with pytest.raises(CatalogError, match=r"'Tiny 2B' cannot be an id"):
        load_catalog([build({"models/tiny/Tiny 2B.yaml": CARD})], bundled=False)


def test_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no such directory"):
        load_catalog([tmp_path / "nowhere"], bundled=False)


def test_a_file_in_place_of_a_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "catalog").write_text("a: 1\n")
    with pytest.raises(CatalogError, match="is not a directory"):
        load_catalog([tmp_path / "catalog"], bundled=False)


def test_an_empty_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no catalog file"):
        load_catalog([tmp_path], bundled=False)


def test_an_unreadable_directory_is_an_error(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    directory = build()
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(CatalogError, match="cannot be read: Permission denied"):
        load_catalog([directory], bundled=False)


def test_a_link_to_itself_is_reported(build: Build) -> None:
    directory = build()
    loop = directory / "models" / "tiny" / "loop.yaml"
    loop.symlink_to(loop)
    with pytest.raises(CatalogError, match=r"loop\.yaml: LS000 cannot be read"):
        load_catalog([directory], bundled=False)


def test_a_link_to_the_catalog_itself_ends(build: Build) -> None:
    directory = build()
    (directory / "models" / "again").symlink_to(directory, target_is_directory=True)
    with pytest.raises(CatalogError, match="LS013"):
        load_catalog([directory], bundled=False)
