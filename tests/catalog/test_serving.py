"""Entries of serving.yaml: what the schema and the check refuse."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from llm_select.schema.serving import Serving
from tests.catalog.conftest import Findings

BASE: dict[str, Any] = {
    "command": ["serve"],
    "port": 8000,
    "api": "openai",
    "health": "/health",
    "validated": "source",
    "version": "1",
    "checked": "Read.",
    "source": "src",
}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"options": {"context": "max-len"}}, "pattern"),
        ({"options": {"context-length": "--context"}}, "Input should be"),
        ({"environment": {"context": "max_len"}}, "pattern"),
        ({"options": {"host": "--host"}, "environment": {"host": "HOST"}}, "both an option"),
        ({"parsers_detected": "auto", "parsers_built_in": True}, "exclude one another"),
        ({"port": 70000}, "less than or equal"),
    ],
)
def test_a_wrong_entry_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Serving.model_validate({**BASE, **wrong})


def test_a_plain_entry_is_taken() -> None:
    assert Serving.model_validate(BASE).options == {}


def test_a_format_the_catalog_lacks_is_found(findings: Findings) -> None:
    """`direct`, `loading`, `tags` and what is prepared name formats."""
    text = (
        "llama.cpp: {command: [serve], port: 8080, api: openai, health: /health, validated: source, version: '1',\n"
        "  checked: Read., source: acme-card, direct: [bf17]}\n"
    )
    found = findings("LS002", {"serving.yaml": text})
    assert [finding.field for finding in found] == ["llama.cpp.direct[0]"]
