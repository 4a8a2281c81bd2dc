"""Holds translated pages to the pages they were made from.

The first line of a translated page names its original and the hash that this had when the page was last compared with
it: `<!-- translation of: docs/quickstart.md, 0123456789ab -->`. When the original changes, the translation is out of
date until somebody has looked at the difference and written the new hash, with

    python docs/translations.py docs/zh/quickstart.md

What an original prints does not count towards the hash: those lines are renewed in both pages.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = re.compile(r"^<!-- translation of: (?P<path>\S+), (?P<hash>[0-9a-f]{12}) -->$")
GLOSSARY = "docs/glossary.md"
TERMS = "docs/zh/terms.md"
_OUTPUT = re.compile(r"(?ms)^(<!-- output: .+? -->\n```\n).*?^```$")
_FENCED = re.compile(r"(?ms)^```(?:\w*)\n(.*?)^```$")
_COMMAND = re.compile(r"^(?:\S*/)?(?:llm-select|python3) .*$")
_FIGURE = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]|\.\d)")
_PAPER = re.compile(r"https://(?:arxiv|doi|aclanthology)\.org/[\w./-]+\w")
_MARKED = re.compile(r"(?ms)^<!-- (main-command|test-command) -->\n```\n(.*?)^```$")
_WORD = re.compile(r"(?m)^- \*\*(.+?)\*\*")


def digest(text: str) -> str:
    """The hash of an original, without what it prints."""
    return hashlib.sha256(_OUTPUT.sub(r"\1```", text).encode()).hexdigest()[:12]


def commands(text: str) -> list[str]:
    """Command lines of its code blocks, without comments and without the language asked for."""
    lines = [line for block in _FENCED.findall(text) for line in block.splitlines()]
    found = (re.sub(r"\s+#.*$", "", line).strip() for line in lines if _COMMAND.match(line))
    return [line.replace(" --locale zh", "") for line in found]


def faults(path: str, text: str, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """Where a translated page departs from its original: line and message. Other pages have none."""
    first = text.partition("\n")[0]
    head = HEAD.match(first)
    if head is None:
        if "translation of" in first:
            yield 1, "write `<!-- translation of: PATH, HASH -->` with the 12 signs of the hash"
        return
    original = root / head["path"]
    if not original.is_file():
        yield 1, f"the original is missing: {head['path']}"
        return
    english = original.read_text(encoding="utf-8")
    if digest(english) != head["hash"]:
        yield (
            1,
            f"{head['path']} has changed since this page was compared with it: look at `git log -p {head['path']}`, "
            f"bring the page up to date, then run `python docs/translations.py {path}`",
        )
    shown = set(commands(text))
    for line in commands(english):
        if line not in shown:
            yield 1, f"{head['path']} has an example that is missing here: {line}"
    marked = dict(_MARKED.findall(text))
    for name, command in _MARKED.findall(english):
        if marked.get(name) != command:
            yield 1, f"the {name} is not that of {head['path']}"
    yield from _missing(head["path"], english, text)


def _missing(path: str, english: str, text: str) -> Iterator[tuple[int, str]]:
    """Figures with a decimal point and links to papers that only the original has."""
    ours, theirs = (_OUTPUT.sub("", one) for one in (text, english))
    for pattern, what in ((_FIGURE, "a figure"), (_PAPER, "a source")):
        here = set(pattern.findall(ours))
        for one in dict.fromkeys(pattern.findall(theirs)):
            if one not in here:
                yield 1, f"{path} has {what} that is missing here: {one}"


def untranslated(root: Path = ROOT) -> Iterator[str]:
    """Words of the glossary that the list of terms lacks."""
    words = _WORD.findall((root / GLOSSARY).read_text(encoding="utf-8"))
    rows = re.findall(r"(?m)^\| (.+?) \|", (root / TERMS).read_text(encoding="utf-8"))
    plain = [re.sub(r"（.*?）", "", row).strip().lower() for row in rows]
    known = {*plain, *(part.strip() for row in plain for part in row.split(","))}
    yield from (word for word in words if word.lower() not in known)


def compared(path: Path, root: Path = ROOT) -> None:
    """Write the present hash of the original into a page."""
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    head = HEAD.match(first)
    if head is None:
        raise SystemExit(f"{path}:1: not a translated page")
    now = digest((root / head["path"]).read_text(encoding="utf-8"))
    path.write_text(f"<!-- translation of: {head['path']}, {now} -->\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    for named in sys.argv[1:]:
        compared(Path(named))
