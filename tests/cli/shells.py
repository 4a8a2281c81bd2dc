"""A shell on a terminal of its own: a line is typed, Tab is pressed, and what the shell makes of it is read back."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
_STARTS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
_READY = {
    "bash": "source <(llm-select completion bash)",
    "zsh": "autoload -Uz compinit; compinit -u -D; bindkey -e; source <(llm-select completion zsh)",
    "fish": "llm-select completion fish | source",
}
_PATIENCE_S = 60.0


class Shell:
    """One shell with completion of `llm-select` loaded."""

    def __init__(self, name: str, place: Path) -> None:
        program = shutil.which(name)
        assert program is not None
        self.place = place
        bin_ = place / "bin"
        bin_.mkdir()
        code = "from llm_select.cli.main import main; main()"
        _script(bin_ / "llm-select", f'exec "{sys.executable}" -c "{code}" "$@"')
        write = "import json, sys; open(sys.argv[1], 'w').write(json.dumps(sys.argv[2:]))"
        _script(bin_ / "show", f'"{sys.executable}" -c "{write}" new "$@"; mv new shown')
        self.terminal, inner = pty.openpty()
        self.said = b""
        self.process = subprocess.Popen(
            [program, *_STARTS[name][1:]],
            stdin=inner, stdout=inner, stderr=inner, cwd=place, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # fish wants the terminal for its own
            env={
                "PATH": f"{bin_}:{os.environ['PATH']}", "HOME": str(place), "TERM": "dumb", "LC_ALL": "C.UTF-8",
                "PYTHONPATH": str(ROOT), "LLM_SELECT_CACHE_DIR": os.environ["LLM_SELECT_CACHE_DIR"],
            },
        )  # fmt: skip
        os.close(inner)
        self._type(_READY[name] + "\n")
        self._type("show ready\n")
        self._shown()

    def words(self, line: str) -> list[str]:
        """The words that the line has after Tab, as the shell takes them apart."""
        self._type(line + "\t")
        self._type("\x01show \n")
        return self._shown()

    def close(self) -> None:
        """End the shell."""
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)

    def _type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def _shown(self) -> list[str]:
        path = self.place / "shown"
        end = time.monotonic() + _PATIENCE_S
        while not path.exists():
            assert time.monotonic() < end, self.said.decode(errors="replace")
            # A terminal that nobody reads makes the shell wait.
            if select.select([self.terminal], [], [], 0.01)[0]:
                self.said += os.read(self.terminal, 65536)
        words: list[str] = json.loads(path.read_text(encoding="utf-8"))
        path.unlink()
        return words


def _script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)
