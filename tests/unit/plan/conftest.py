"""The bundled catalog, a machine, and facts that one rule at a time departs from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from llm_select.catalog.load import load_catalog
from llm_select.hardware.machine import from_device
from llm_select.plan.facts import Facts

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine
    from llm_select.schema.catalog import Catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The bundled catalog."""
    return load_catalog()


@pytest.fixture(scope="session")
def card24(catalog: Catalog) -> Machine:
    """One RTX 4090, 24 GiB."""
    return from_device(catalog, "rtx-4090", nominal=None, devices=1, ram=None)


@pytest.fixture
def facts(catalog: Catalog) -> Facts:
    """A decoder of 8 billion weights asked to classify, with 2,000 examples, on a machine where all methods fit."""
    model = catalog.models["qwen/qwen3-8b"]
    return Facts(
        model_id="qwen/qwen3-8b",
        model=model,
        task_id="sentiment-analysis",
        task=catalog.tasks["sentiment-analysis"],
        license=catalog.licenses[model.license],
        examples=2000,
        shots=20,
        min_accuracy=None,
        commercial=False,
        privacy="any",
        blocked=(),
        missing_languages=(),
        quality=None,
        target=None,
        encoder=None,
        encoder_decoder=None,
        serves=True,
        vendor="nvidia",
        verdicts={"full": "fits", "lora": "fits", "qlora": "fits", "ia3": "fits"},
    )
