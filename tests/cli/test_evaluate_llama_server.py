"""`evaluate` against llama.cpp's own server code, with a tiny model that the test builds.

Runs where `llama-cpp-python[server]` and `gguf` are installed, and is skipped elsewhere.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("uvicorn")
pytest.importorskip("httpx2")
pytest.importorskip("stamina")
pytest.importorskip("sacrebleu")

from tests.cli.conftest import Call
from tests.unit.evaluation.tiny_gguf import write


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("llama")
    write(directory / "tiny.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(directory / "tiny.gguf")]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", "4096", "--n_threads", "1"]
    with (directory / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(600):
                assert server.poll() is None, (directory / "log").read_text()
                try:
                    urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1).close()
                    break
                except (URLError, ConnectionError):
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
            server.wait()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "d.jsonl"
    rows = [
        {"source": f"Guten Morgen, Welt {i}", "reference": f"早上好，世界{i}"} for i in range(12)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_a_real_server_answers_every_example_within_the_bound(
    api: str, call: Call, address: str, data: Path
) -> None:
    start = ("evaluate", "--task", "translation", "--pair", "de-zh", "--data", str(data))
    more = ("--model", "tiny", "--endpoint", address, "--max-tokens", "8", "--api", api)
    most = call(*start, *more, "--dry-run", "-o", "json").json()["models"][0]["tokens_at_most"]
    answer = call(*start, *more, "-o", "json")
    (model,) = answer.json()["models"]
    assert (model["answered"], model["requests"], answer.code) == (12, 12, 0)
    assert 12 * 9 < model["tokens"] < most


def test_a_second_run_sends_the_real_server_nothing(call: Call, address: str, data: Path) -> None:
    start = ("evaluate", "--task", "translation", "--pair", "de-zh", "--data", str(data))
    more = ("--model", "tiny", "--endpoint", address, "--max-tokens", "8", "-o", "json")
    first = call(*start, *more).json()["models"][0]
    again = call(*start, *more, "--resume").json()["models"][0]
    assert (again["reused"], again["requests"]) == (12, 12)
    assert again["scores"] == first["scores"]
