"""Runs `docs/tutorial.md`: its steps in order, and the lines it shows against the lines that are printed.

    python -m tests.export_runs.tutorial      renews the figures in the lines that the page shows

A block after `<!-- step -->` is run by bash and must end well; after `<!-- step: 2 -->` with that exit code; after
`<!-- step: kill -->` it is ended with SIGKILL after its first checkpoint. The lines of a block after `<!-- prints
-->` must stand in what the last step printed, in this order; numbers may differ, since another processor gives other
losses.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.export_runs.projects import model
from tests.export_runs.running import killed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
STAND_IN = {"learning_rate": 1e-3, "epochs": 12, "batch": 4, "accumulation": 1, "seed": 42}
"""Training settings with which a tiny network learns in seconds."""
_BLOCK = re.compile(r"<!-- (step|prints)(?:: (\w+))? -->\n```\w*\n(.*?)\n```", re.DOTALL)
_NUMBER = re.compile(r"\d[\d,.]*(?:e[+-]?\d+)?")


class Block(NamedTuple):
    """A block of the page that is run or compared."""

    kind: str
    """step or prints."""
    how: str
    """Exit code or `kill`."""
    text: str
    start: int
    """Where its text begins in the page."""


def blocks(page: str) -> Iterator[Block]:
    """The page's blocks, in order."""
    for found in _BLOCK.finditer(page):
        yield Block(found[1], found[2] or "0", found[3], found.start(3))


def masked(line: str) -> str:
    """A line without its numbers, and without the label of a model that learnt nothing."""
    return re.sub(r"'?\b(positive|negative|neutral)\b'?", "LABEL", _NUMBER.sub("0", line)).rstrip()


def follow(directory: Path) -> str:
    """Runs the page in `directory` and returns it with the lines that were printed. Fails where the page is wrong."""
    page = PAGE.read_text("utf-8")
    project, printed = directory, ""
    shown: list[tuple[Block, str]] = []
    for block in blocks(page):
        if block.kind == "prints":
            shown.append((block, "\n".join(_found(block.text.splitlines(), printed.splitlines()))))
        elif block.text.startswith("llm-select "):
            project = _export(shlex.split(block.text), directory)
        elif block.how == "kill":
            killed(project)
        else:
            printed = _run(block, project)
    for block, text in reversed(shown):
        page = page[: block.start] + text + page[block.start + len(block.text) :]
    return page


def _export(command: list[str], directory: Path) -> Path:
    """Runs the program itself, and puts the tiny network in the place of the pretrained one."""
    done = subprocess.run(
        [sys.executable, "-m", "llm_select", *command[1:]],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(PAGE.parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    project = directory / command[command.index("--export") + 1]
    _stand_in(project, model("xlm-roberta", directory / "base"))
    return project


def _stand_in(project: Path, base: Path) -> None:
    """Puts the tiny network in the place of the pretrained one."""
    path = project / "settings.yaml"
    settings = yaml.safe_load(path.read_text("utf-8"))
    settings["model"] |= {"repository": str(base), "revision": None}
    settings["training"] |= STAND_IN
    settings["hardware"] |= {"precision": "fp32"}
    path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")


def _run(block: Block, project: Path) -> str:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", block.text],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == int(block.how), f"{block.text}\nended with {done.returncode}:\n{said}"
    return said


def _found(lines: list[str], printed: list[str]) -> Iterator[str]:
    rest = iter(printed)
    for line in lines:
        for candidate in rest:
            if masked(candidate) == masked(line):
                yield candidate.rstrip()
                break
        else:
            raise AssertionError(
                f"docs/tutorial.md shows {line!r}, but printed was\n" + "\n".join(printed)
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(follow(Path(folder)), "utf-8")
