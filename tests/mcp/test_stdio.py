"""The real process: the SDK's client on its standard input and output, and a client that does not behave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

import anyio

from tests.cli.conftest import own_catalog
from tests.mcp.transcript import CALLS, ROOT, Session, parameters, talk

REFUSED = {"unknown argument", "unknown task", "unknown tool"}


@pytest.fixture(scope="module")
def session() -> Session:
    """One session for all tests."""
    return anyio.run(talk)


def test_the_server_says_who_it_is(session: Session) -> None:
    assert session.server == "llm-select"
    assert session.version
    assert "gpu_mem" in session.instructions


def test_all_tools_are_listed(session: Session) -> None:
    assert {tool for tool, _ in CALLS.values()} - {"recomend"} == {t.name for t in session.tools}


@pytest.mark.parametrize("name", sorted(set(CALLS) - REFUSED))
def test_a_call_is_answered_with_text_and_data(name: str, session: Session) -> None:
    # The client has held the data against the tool's output schema.
    result = session.results[name]
    assert not result.is_error, result.content[0].text
    assert result.content[0].text.strip()
    assert result.structured_content["version"] == 1


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_wrong_call_is_an_error_of_the_tool(name: str, session: Session) -> None:
    assert session.results[name].is_error


def test_calls_at_the_same_time_get_their_own_answers(session: Session) -> None:
    counts = [len(result.structured_content["models"]) for result in session.together]
    assert counts == [1, 2, 3, 4, 5, 6]


class Raw:
    """Lines of the protocol by hand. Every line that comes back must be JSON."""

    def __init__(self, *more: str) -> None:
        started = parameters(*more)
        self.process = subprocess.Popen(
            [started.command, *started.args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(started.env or {})},
            cwd=ROOT,
        )

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def call(self, number: int, tool: str, arguments: str) -> None:
        self.send(
            f'{{"jsonrpc":"2.0","id":{number},"method":"tools/call","params":'
            f'{{"name":{json.dumps(tool)},"arguments":{arguments}}}}}'
        )

    def until(self, number: int) -> dict[str, Any]:
        """The answer to a request; what comes before it is read and must be JSON too."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == number:
                return message
        raise AssertionError("the server ended without an answer")

    def start(self) -> None:
        hello = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "1"},
        }
        self.send(json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}))
        assert "result" in self.until(0)
        self.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')

    def leave(self) -> tuple[int, str]:
        """Close the input; the exit code and what was said on standard error."""
        out, err = self.process.communicate(timeout=60)
        for line in out.splitlines():
            json.loads(line)
        return self.process.returncode, err.decode()


@pytest.fixture(scope="module")
def hostile() -> dict[str, Any]:
    """One session with everything a client should not send; the server must live through it."""
    raw, found = Raw(), {}
    raw.start()
    raw.send("this is no JSON")
    raw.send("[" * 5000)
    raw.send('{"jsonrpc":"2.0","id":1,"method":"no/such"}')
    found["method"] = raw.until(1)
    raw.call(2, "recommend", '{"task":"ner","gpu_mem":NaN}')
    found["nan"] = raw.until(2)
    raw.call(3, "find_models", json.dumps({"query": "x" * 2_000_000}))
    found["huge"] = raw.until(3)
    raw.call(4, "recommend", json.dumps({"task": "ner", "engine": ["vllm"] * 10_000}))
    found["list"] = raw.until(4)
    raw.call(5, "recommend", '"text"')
    raw.call(6, "estimate", '{"model":"\\u0000\\ud800","gpu_mem":1e999}')
    for number in range(10, 30):
        raw.call(number, "recommend", '{"task":"ner","gpu_mem":24}')
        cancelled = {"requestId": number, "reason": "changed my mind"}
        raw.send(
            json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
        )
    raw.call(99, "find_devices", '{"query":"4090"}')
    found["after"] = raw.until(99)
    found["code"], found["err"] = raw.leave()
    return found


@pytest.mark.parametrize("name", ["nan", "huge", "list"])
def test_too_much_is_refused_and_not_repeated(name: str, hostile: dict[str, Any]) -> None:
    result = hostile[name]["result"]
    assert result["isError"] is True
    assert len(json.dumps(result)) < 2000


def test_an_unknown_method_is_an_error_of_the_protocol(hostile: dict[str, Any]) -> None:
    assert hostile["method"]["error"]["code"] == -32601


def test_the_server_answers_after_all_of_it(hostile: dict[str, Any]) -> None:
    assert hostile["after"]["result"]["structuredContent"]["devices"]


def test_a_client_that_leaves_ends_the_server(hostile: dict[str, Any]) -> None:
    assert hostile["code"] == 0


def test_no_defect_was_met(hostile: dict[str, Any]) -> None:
    assert "a defect in llm-select" not in hostile["err"]


def test_a_catalog_of_one_s_own_and_chinese_are_taken(tmp_path: Path) -> None:
    raw = Raw("--catalog", str(own_catalog(tmp_path)), "--locale", "zh")
    raw.start()
    raw.call(1, "find_models", '{"query":"Name of mine"}')
    found = raw.until(1)["result"]["structuredContent"]["models"]
    raw.leave()
    assert [one["id"] for one in found] == ["mine/mine"]


def test_a_broken_catalog_is_told_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.yaml").write_text("name: [")
    code, err = Raw("--catalog", str(tmp_path)).leave()
    assert code == 2
    assert err.startswith("error: ")


def test_without_the_sdk_the_way_to_install_it_is_told() -> None:
    code = (
        "import sys, importlib.util as util; real = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'mcp' else real(name, *a)\n"
        "from llm_select.cli.main import run; sys.exit(run(['mcp']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'llm-select[mcp]'" in done.stderr
