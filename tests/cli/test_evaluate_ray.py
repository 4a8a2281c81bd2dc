"""`evaluate --runner ray` on a Ray of this machine. Runs where `ray[data]` is installed (extra `ray`).

In a process of its own: Ray leaves threads and warnings behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray.data")
pytest.importorskip("httpx2")
pytest.importorskip("sacrebleu")

from tests.unit.evaluation.server import Act, Server, prompt_of, serving

ROOT = Path(__file__).parents[2]


def run(directory: Path, server: Server, *more: str) -> dict[str, Any]:
    """The answer in JSON."""
    command = [
        sys.executable,
        "-m",
        "llm_select",
        "evaluate",
        "--task",
        "open-qa",
        "--data",
        "d.jsonl",
    ]
    command += ["--model", "mine", "--endpoint", server.url, "--runner", "ray", "-o", "json", *more]
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    rows = [{"question": f"How much is {i}?", "answers": [str(i)]} for i in range(24)]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_actors_answer_everything_through_faults_and_a_second_run_sends_nothing(
    directory: Path,
) -> None:
    faults = (Act(status=429, body=b"{}"), Act(status=500, body=b"{}"), Act(reset=True))

    def script(body: dict[str, Any], count: int) -> Act:
        number = prompt_of(body).split()[-1].rstrip("?")
        if count == 1 and int(number) % 4 != 3:
            return faults[int(number) % 4]
        return Act(text=number)

    with serving(script) as server:
        (model,) = run(directory, server)["models"]
        first = server.calls.copy()
        (again,) = run(directory, server, "--resume")["models"]
    assert (model["answered"], model["scores"]["exact-match"]["value"]) == (24, 100.0)
    assert first.total() == 24 + 18
    assert (again["reused"], server.calls.total()) == (24, first.total())


def test_waves_stop_before_the_budget_is_exceeded(directory: Path) -> None:
    with serving(lambda *_: Act(usage=(300, 5))) as server:
        (model,) = run(directory, server, "--token-budget", "4000", "--max-tokens", "20")["models"]
    assert model["stopped"]["code"] == "budget"
    assert 3000 < model["tokens"] == server.calls.total() * 305 <= 4000
