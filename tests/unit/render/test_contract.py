"""The published schema of the answers."""

from __future__ import annotations

import jsonschema
import pytest

from llm_select.render.contract import CONTRACTS


@pytest.mark.parametrize("command", CONTRACTS)
def test_a_contract_is_a_json_schema(command: str) -> None:
    jsonschema.Draft202012Validator.check_schema(CONTRACTS[command])


def test_recommend_requires_what_scripts_read() -> None:
    required = CONTRACTS["recommend"]["required"]
    for key in ("picks", "unrated", "rejected", "assumptions", "catalog_hash"):
        assert key in required  # type: ignore[operator]


def test_an_item_requires_what_scripts_read() -> None:
    item = CONTRACTS["recommend"]["$defs"]["item"]  # type: ignore[index]
    wanted = "model name aliases kind quantization engine quality score terms memory speed verdict rejected_by"
    assert set(wanted.split()) <= set(item["required"])


def test_an_answer_that_lacks_a_key_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1}, CONTRACTS["recommend"])
