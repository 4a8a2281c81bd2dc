"""A project's own modules, imported from where it was written, as its scripts import them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from llm_select.export.training.write import write_project
from llm_select.plan.types import TrainingPlan

Load = Any


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Writes a project for a plan and imports one of its modules that needs no torch."""
    own = ("settings", "rows", "splits", "data")

    def forget() -> None:
        for name in own:
            sys.modules.pop(name, None)

    def load_from(plan: TrainingPlan, name: str) -> ModuleType:
        project = tmp_path / "project"
        if not project.exists():
            write_project(project, plan)
            monkeypatch.syspath_prepend(project)
        forget()
        return importlib.import_module(name)

    yield load_from
    forget()
