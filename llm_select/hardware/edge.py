"""The one place where the machine is read: files below a root, commands, the environment, the driver's library."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

TIMEOUT_S = 20
"""Longer than a driver takes to wake up, shorter than a user's patience."""


class Output(NamedTuple):
    """What a command said."""

    code: int
    """Exit status."""
    text: str
    """Standard output; errors too when it failed, for drivers print their complaint to either."""


Run = Callable[[Sequence[str]], Output | None]
"""Runs a command; None when there is no such command or it does not end."""


class Edge(NamedTuple):
    """A machine, or the recording of one."""

    root: Path
    """Where its file system begins."""
    run: Run
    """How a command is run."""
    environment: Mapping[str, str]
    """Environment variables."""
    system: str
    """Linux, Darwin or Windows."""
    nvml: Any = None
    """The module `pynvml`, when it is installed."""

    def read(self, path: str) -> str | None:
        """Text of a file below the root, or None."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def number(self, path: str) -> int | None:
        """A file that holds one whole number, or None."""
        text = (self.read(path) or "").strip()
        try:
            return int(text, 0)
        except ValueError:
            return None

    def said(self, *command: str) -> str:
        """Output of a command that went well, or nothing."""
        output = self.run(command)
        return output.text if output is not None and output.code == 0 else ""


def run(command: Sequence[str]) -> Output | None:
    """Run a command in the C locale, so that it prints what the parsers know."""
    import subprocess

    try:
        done = subprocess.run(
            list(command),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Output(
        done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr
    )


def this_machine() -> Edge:
    """The machine that the program runs on."""
    try:
        import pynvml
    except ImportError:
        pynvml = None
    return Edge(Path("/"), run, os.environ, platform.system(), pynvml)
