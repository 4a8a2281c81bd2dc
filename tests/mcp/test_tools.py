"""What the tools offer: closed schemas that say what the command line says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

pytest.importorskip("mcp")

import typer

from llm_select import i18n
from llm_select.cli import (
    compare_command,
    estimate_command,
    explain_command,
    finetune_command,
    recommend_command,
)
from llm_select.mcp.arguments import input_schema
from llm_select.mcp.server import offers
from llm_select.mcp.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYWHERE = {"catalog", "locale", "debug", "output"}
"""Options of every command: the server has them, not its tools."""
ELSEWHERE = {
    "recommend": {"explain", "all_"},  # detail
    "estimate": {"cases"},
    "finetune_plan": {"cases", "explain", "export"},
}
COMMANDS = {
    "recommend": recommend_command,
    "explain": explain_command,
    "compare": compare_command,
    "estimate": estimate_command,
    "finetune_plan": finetune_command,
}


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from _objects(inner)


@pytest.mark.parametrize("name", TOOLS)
def test_arguments_are_a_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(input_schema(TOOLS[name].arguments))


@pytest.mark.parametrize("name", TOOLS)
def test_an_unknown_argument_is_ruled_out_at_every_depth(name: str) -> None:
    found = list(_objects(input_schema(TOOLS[name].arguments)))
    assert found
    assert all(one["additionalProperties"] is False for one in found)


@pytest.mark.parametrize("name", TOOLS)
def test_every_argument_is_described(name: str) -> None:
    for schema in _objects(input_schema(TOOLS[name].arguments)):
        for key, one in schema.get("properties", {}).items():
            assert one.get("description"), key


@pytest.mark.parametrize("name", TOOLS)
def test_numbers_have_a_least_value(name: str) -> None:
    free = {"min_accuracy"}  # in any board's unit, which may go below 0
    for schema in _objects(input_schema(TOOLS[name].arguments)):
        for key, one in schema.get("properties", {}).items():
            if one.get("type") in ("integer", "number") and key not in free:
                assert {"minimum", "exclusiveMinimum"} & set(one), key


@pytest.mark.parametrize("name", TOOLS)
def test_text_and_lists_have_a_greatest_length(name: str) -> None:
    for schema in _objects(input_schema(TOOLS[name].arguments)):
        for key, one in schema.get("properties", {}).items():
            if one.get("type") == "string" and "enum" not in one:
                assert "maxLength" in one, key
            if one.get("type") == "array":
                assert "maxItems" in one, key


@pytest.mark.parametrize("name", COMMANDS)
def test_a_tool_takes_every_option_of_its_command(name: str) -> None:
    command: Any = typer.main.get_command(COMMANDS[name].app)
    options = {parameter.name for parameter in command.params} - EVERYWHERE
    options -= ELSEWHERE.get(name, set())
    arguments = set(TOOLS[name].arguments.model_fields) - {"detail"}
    assert {option.rstrip("_") for option in options} == arguments


@pytest.mark.parametrize("name", TOOLS)
def test_what_a_tool_answers_with_is_a_published_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(TOOLS[name].contract)


def test_every_tool_only_reads_and_stays_here() -> None:
    for offer in offers():
        hints = offer.annotations
        assert (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint) == (
            True,
            True,
            False,
        )


def test_titles_are_for_people_and_in_their_language() -> None:
    with i18n.using("zh"):
        assert all(offer.title for offer in offers())


def test_names_are_names_of_the_protocol() -> None:
    assert all(re.fullmatch(r"[a-z_]{1,64}", name) for name in TOOLS)
