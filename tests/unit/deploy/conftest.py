"""Deployments of cards of the catalog, from lines as they are typed, and the files that are written of them."""

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
    from llm_select.plan.deploy_types import Deployment, EnginePlan
    from llm_select.schema.catalog import Catalog

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
engine_flags: Any = importlib.import_module("engine_flags")


@pytest.fixture(scope="session")
def deploy(bundled: Catalog) -> Callable[[str], Deployment]:
    """`deploy("qwen3-32b --gpu 'RTX 4090'")` is the answer of the command."""
    return lambda line: engine_flags.answer(bundled, line)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def first(deploy: Callable[[str], Deployment]) -> Callable[[str], EnginePlan]:
    """The recommended plan of a line."""
    return lambda line: deploy(line).plans[0]


@pytest.fixture(scope="session")
def cases(bundled: Catalog) -> list[tuple[str, Deployment]]:
    """Every line of tests/serving/cases.txt with its answer."""
    return list(engine_flags.answers(bundled))


Files = dict[str, str]


@pytest.fixture(scope="session")
def files(deploy: Callable[[str], Deployment]) -> Callable[[str], Files]:
    """What `deploy LINE --export` writes."""
    return lambda line: texts(deploy(line), say)


@pytest.fixture(scope="session")
def exports(cases: list[tuple[str, Deployment]]) -> list[Files]:
    """The files of every plan that fits, of every case."""
    return [
        texts(answer._replace(plans=(plan,)), say)
        for _, answer in cases
        for plan in answer.plans
        if plan.fits
    ]
