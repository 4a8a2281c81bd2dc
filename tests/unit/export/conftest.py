"""The files of deployments."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from llm_select.export.serving.project import texts
from llm_select.render.deploy_messages import say

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
engine_flags: Any = importlib.import_module("engine_flags")

Files = dict[str, str]


@pytest.fixture(scope="session")
def files(bundled: Catalog) -> Callable[[str], Files]:
    """What `deploy LINE --export` writes."""
    return lambda line: texts(engine_flags.answer(bundled, line), say)


@pytest.fixture(scope="session")
def exports(bundled: Catalog) -> list[Files]:
    """The files of every plan that fits, of every line of tests/serving/cases.txt."""
    found = []
    for _, answer in engine_flags.answers(bundled):
        for plan in answer.plans:
            if plan.fits:
                found.append(texts(answer._replace(plans=(plan,)), say))
    return found
