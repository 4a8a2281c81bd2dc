"""Writing a generated page, or checking that it is as its generator writes it."""

from __future__ import annotations

import sys
from pathlib import Path


def write_or_check(page: Path, text: str, generator: str, arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    if arguments not in ([], ["--check"]):
        print(f"usage: {generator} [--check]", file=sys.stderr)
        return 2
    if not arguments:
        page.write_text(text, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == text:
        return 0
    print(f"docs/{page.name}:1: out of date: run python docs/{generator}")
    return 1
