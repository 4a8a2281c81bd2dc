"""Only --debug shows a traceback."""

from __future__ import annotations

import pytest

from llm_select.cli import output
from llm_select.errors import LlmSelectError
from tests.cli.conftest import Call

TASKS = ("tasks", "-o", "json")
FAULTS = (
    ZeroDivisionError("seven"),
    KeyError("seven"),
    MemoryError("seven"),
    AssertionError("seven"),
    PermissionError(13, "seven", "some-file"),
    OSError("seven"),
)


@pytest.fixture(params=FAULTS, ids=repr)
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Exception:
    """Makes every command that opens the catalog fail."""

    def fail(_directories: object) -> None:
        raise request.param

    monkeypatch.setattr(output, "open_catalog", fail)
    found: Exception = request.param
    return found


@pytest.mark.usefixtures("fault")
def test_a_defect_is_a_message_without_traceback(call: Call) -> None:
    answer = call(*TASKS)
    assert answer.code == 2
    assert answer.out == ""
    assert "seven" in answer.err
    assert "Traceback" not in answer.err


def test_debug_lets_the_error_through(fault: Exception, call: Call) -> None:
    with pytest.raises(type(fault), match="seven"):
        call(*TASKS, "--debug")


def test_debug_lets_an_input_error_through(call: Call) -> None:
    with pytest.raises(LlmSelectError, match="unknown task"):
        call("recommend", "--task", "bananas", "--debug")


def test_a_recursion_is_a_message(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    def fail(_directories: object) -> None:
        raise RecursionError

    monkeypatch.setattr(output, "open_catalog", fail)
    answer = call(*TASKS)
    assert answer.code == 2
    assert answer.err.startswith("error: ")


def test_an_interruption_is_130_without_words(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    def stop(_directories: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(output, "open_catalog", stop)
    assert call(*TASKS) == (130, "", "")
