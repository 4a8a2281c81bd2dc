"""A client of the page, over a small catalog or the bundled one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("starlette")
from starlette.testclient import TestClient

from llm_select.web.app import application
from tests.builders import board, catalog, deep, model

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

PORT = 8642
HOME = f"http://127.0.0.1:{PORT}"
Ask = Callable[..., TestClient]


@pytest.fixture
def asking() -> Iterator[Ask]:
    """A client for a catalog."""
    opened: list[TestClient] = []

    def make(known: Catalog, **settings: object) -> TestClient:
        app = application(known, port=PORT, **settings)  # type: ignore[arg-type]
        client = TestClient(app, base_url=HOME, follow_redirects=False)
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def page(asking: Ask) -> TestClient:
    """A client for a small catalog: three models that fit a card of 24 GiB, one that does not."""
    return asking(small())


def small() -> Catalog:
    """Four rated models."""
    models = {
        "a/one": model("One"),
        "a/two": model("Two"),
        "b/three": model("Three"),
        "b/large": deep("Large"),
    }
    scores = {"a/one": 70.0, "a/two": 60.0, "b/three": 50.0, "b/large": 90.0}
    return catalog(models=models, boards={"direct": board({"de": scores, "all": scores})})
