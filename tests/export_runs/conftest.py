"""Exported training projects, run. They need torch and Transformers, so `.ci/export_runs` runs them in an environment
of their own; where these are missing nothing here is collected."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}

if find_spec("torch") is None or find_spec("trl") is None:
    collect_ignore_glob = ["*.py"]
else:
    os.environ |= _QUIET


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes the tiny model of an architecture, once."""
    from tests.export_runs import projects

    made: dict[str, Path] = {}

    def build(architecture: str) -> Path:
        if architecture not in made:
            folder = tmp_path_factory.mktemp("base") / architecture
            made[architecture] = projects.model(architecture, folder)
        return made[architecture]

    return build


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What each run did, as recorded by its test."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.rsplit('::', 1)[-1]}  {name}: {value}")
