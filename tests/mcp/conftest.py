"""Tools called inside the test's process, on the bundled catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(bundled: Catalog) -> Ask:
    """`ask("recommend", task="ner")` calls the tool and returns its result, right or wrong."""
    pytest.importorskip("mcp")
    from llm_select.mcp.server import call

    return lambda name, **given: call(bundled, name, given)


@pytest.fixture(scope="session")
def refusal(ask: Ask) -> Callable[..., str]:
    """Calls a tool that must refuse; returns what it says."""

    def told(name: str, **given: Any) -> str:
        result = ask(name, **given)
        assert result.is_error
        assert result.structured_content is None
        text: str = result.content[0].text
        assert "Traceback" not in text
        assert "defect" not in text
        return text

    return told
