"""Runs a project's scripts as a reader does, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

_STEPS = re.compile(r"steps of this run: (\d+), from (\d+) to (\d+)")
_PATIENCE = 300
"""Seconds; a busy machine takes many times what a free one does."""


class Resumed(NamedTuple):
    """What a run that went on after a break said."""

    checkpoint: int
    """Step it went on from."""
    done: int
    """Steps it did itself."""
    end: int
    """Step it ended at."""


def script(project: Path, *arguments: str, text: str | None = None) -> str:
    """What a script prints. Fails with its output when it does not end well."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        input=text,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def whole_checkpoints(project: Path) -> list[int]:
    """Steps of the checkpoints that are complete."""
    return sorted(
        int(path.parent.name.rpartition("-")[2])
        for path in project.glob("output/checkpoint-*/trainer_state.json")
    )


def killed(project: Path) -> int:
    """Starts training and ends it with SIGKILL after the first checkpoint. Returns that checkpoint's step."""
    with (project / "killed.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "train.py"],
            cwd=project,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        end = time.monotonic() + _PATIENCE
        while not whole_checkpoints(project) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    said = (project / "killed.log").read_text()
    assert process.returncode == -signal.SIGKILL, said
    assert not (project / "output" / "model").exists(), "it had ended before it was killed"
    return whole_checkpoints(project)[-1]


def resumed(project: Path) -> Resumed:
    """Starts training again and reads what it says of itself."""
    said = script(project, "train.py")
    start = re.search(r"going on from checkpoint-(\d+)", said)
    steps = _STEPS.search(said)
    assert start is not None, said
    assert steps is not None, said
    return Resumed(int(start[1]), int(steps[1]), int(steps[3]))


def losses(project: Path) -> list[tuple[int, float]]:
    """Step and training loss of each line of the log, in the order written, over all runs."""
    lines = (project / "output" / "log.jsonl").read_text().splitlines()
    records: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [(record["step"], record["loss"]) for record in records if "loss" in record]
