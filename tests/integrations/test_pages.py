"""What docs/mcp.md and docs/ci.md tell people to copy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from llm_select.catalog.check import check
from llm_select.cli import mcp_command

ROOT = Path(__file__).parents[2]
MCP = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
CONFIGS = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", MCP, re.S)]
ROWS = re.findall(r"^\| `(\w+)` \| .* \| `(\{.*\})` \|$", MCP, re.M)


def _block(mark: str) -> Any:
    found = re.search(rf"<!-- {mark} -->\n```yaml\n(.*?)```", CI, re.S)
    assert found
    return yaml.safe_load(found[1])


def test_there_are_settings_for_both_kinds_of_client() -> None:
    assert [next(iter(config)) for config in CONFIGS] == ["mcpServers", "servers"]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: next(iter(config)))
def test_settings_start_the_program_with_options_it_has(config: dict[str, Any]) -> None:
    (servers,) = config.values()
    (server,) = servers.values()
    command: Any = typer.main.get_command(mcp_command.app)
    options = {option for parameter in command.params for option in parameter.opts}
    assert (server["command"], server["args"][0]) == ("llm-select", "mcp")
    assert {word for word in server["args"] if word.startswith("-")} <= options


def test_every_tool_has_an_example_that_its_schema_takes() -> None:
    pytest.importorskip("mcp")
    from llm_select.mcp.arguments import input_schema
    from llm_select.mcp.tools import TOOLS

    assert [name for name, _ in ROWS] == list(TOOLS)
    for name, given in ROWS:
        jsonschema.validate(json.loads(given), input_schema(TOOLS[name].arguments))


def test_the_example_catalog_is_sound(tmp_path: Path) -> None:
    files = re.findall(r"<!-- catalog file: (\S+) -->\n```yaml\n(.*?)```", CI, re.S)
    assert len(files) == 2
    for place, text in files:
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    assert check([tmp_path], today="2026-11-24") == []


def test_the_workflow_gives_inputs_that_the_action_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = _block("workflow")["jobs"]["check"]["steps"]
    assert set(steps[-1]["with"]) <= set(action["inputs"])
    assert all(re.search(r"@([0-9a-f]{40}|v0\.1\.0)$", step["uses"]) for step in steps)


def test_every_input_of_the_action_is_on_the_page_with_its_default() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+?) \|", CI, re.M))
    assert set(rows) == set(action["inputs"])
    given = {name: one["default"] for name, one in action["inputs"].items() if one["default"]}
    assert given == {name: rows[name].strip("`") for name in given}


def test_the_hook_of_the_page_is_one_there_is() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (repository,) = _block("pre-commit")["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in hooks]
