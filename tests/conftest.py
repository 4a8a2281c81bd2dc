"""One cache of compiled catalogs for a whole run, shared by its processes and never the user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from llm_select import i18n
from llm_select.catalog.load import load_catalog

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """The directory of the cache."""
    base = tmp_path_factory.getbasetemp()
    directory = (base if worker_id == "master" else base.parent) / "shared-cache"
    directory.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLM_SELECT_CACHE_DIR", str(directory))
        yield directory


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test starts in English, whatever the machine or the test before spoke."""
    for name in ("LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with i18n.using("en"):
        yield


@pytest.fixture(scope="session")
def bundled(shared_cache: Path) -> Catalog:
    """The bundled catalog, also where a test has a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLM_SELECT_CACHE_DIR", str(shared_cache))
        return load_catalog()
