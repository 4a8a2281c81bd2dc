"""Help pages in Chinese, whose signs take two columns each."""

from __future__ import annotations

import pytest

from llm_select.cli.main import COMMANDS
from llm_select.render.plain import cells
from tests.cli.conftest import Call


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_chinese_help_is_wider_than_the_terminal(
    call: Call, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A help page keeps to 80 columns."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    said = call(command, "--help").out
    assert "用法：" in said
    assert [line for line in said.splitlines() if cells(line) > 80] == []
