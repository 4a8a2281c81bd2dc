"""Checks that the documentation is true. Prints `file:line: message` for each fault and exits 1 when there is one.

    python docs/check.py

What it holds:
- every relative link and anchor of README.md, README.zh-CN.md, CHANGELOG.md, CONTRIBUTING.md, docs/*.md and
  docs/zh/*.md leads somewhere;
- docs/cli.md, docs/card-format.md, docs/catalog.md, docs/rules.md, docs/servers.md and docs/strategies.md are as their
  generators write them, and docs/cli.md has every command and option that `--help` prints;
- every `llm-select …` line in a code block, and every such span in prose, is one the program accepts;
- blocks after `<!-- run -->` run with exit code 0 (`<!-- run: 1 -->`: with that code);
- blocks after `<!-- pipe -->` run in a shell and print something, none of it `null` (where jq is installed);
- blocks after `<!-- output: llm-select … -->` are what that command prints (`docs/check.py --write` renews them);
- blocks after `<!-- file: PATH -->` stand word for word in that file;
- translated pages are of the present originals and have their examples, figures and sources (`translations.py`), and
  every word of docs/glossary.md has a Chinese one in docs/zh/terms.md;
- no path of somebody's machine is left in a page.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import generate_card_format
import generate_catalog
import generate_cli
import generate_rules
import generate_servers
import generate_strategies
import translations
import typer

from llm_select.cli.main import run

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md")
"""Pages outside docs/."""

_FENCE = re.compile(r"^(?P<indent> *)(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
_DIRECTIVE = re.compile(r"^<!-- (?P<name>run|file|output|pipe)(?:: (?P<value>.+?))? -->$")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<target>[^()\s]+)(?:\s+\"[^\"]*\")?\)")
_HTML_LINK = re.compile(r"<(?:a|img)\b[^>]*?(?:href|src)=\"(?P<target>[^\"]+)\"")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]: +<?(?P<target>[^\s>]+)")
_CODE = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)")
_HEADING = re.compile(r"^ {0,3}#{1,6} +(?P<text>.+?) *#*$")
_MACHINE = re.compile(
    r"(?<![\w./~$-])/(?:home|Users|root|tmp|work|mnt|media|private|var/folders)/[\w.-]+"
    r"|\b[A-Z]:\\Users\\"
)
_SHELL = ("", "sh", "bash", "shell", "console")
_PROGRAM = re.compile(r"^(?:\$ )?(?:\S*/)?llm-select(?= |$)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_CONTROL = re.compile(r"^[|&;<>()]+$")
_RUN_SECONDS = 120


class Fault(NamedTuple):
    """Something untrue on a page."""

    path: str
    """Relative to the repository."""
    line: int
    """From 1."""
    message: str


class Block(NamedTuple):
    """A fenced code block."""

    line: int
    """Line of its first code line."""
    info: str
    """What follows the opening fence."""
    lines: tuple[str, ...]
    directive: tuple[str, str] | None
    """Name and value of the comment on the line before the fence."""


class Page(NamedTuple):
    """A page taken apart."""

    path: str
    """Relative to the repository."""
    prose: tuple[tuple[int, str], ...]
    """Lines outside code blocks, numbered from 1."""
    blocks: tuple[Block, ...]

    @property
    def anchors(self) -> frozenset[str]:
        """Fragments that its headings answer to, as GitHub makes them."""
        found: dict[str, int] = {}
        for _, text in self.prose:
            heading = _HEADING.match(text)
            if heading:
                slug = anchor(heading["text"])
                found[slug] = found.get(slug, -1) + 1
        extra = {f"{slug}-{n}" for slug, most in found.items() for n in range(1, most + 1)}
        named = {m for _, text in self.prose for m in re.findall(r'<a (?:id|name)="([^"]+)"', text)}
        return frozenset(found) | extra | named


def anchor(heading: str) -> str:
    """The fragment of a heading: lower case, no punctuation, dashes for spaces (GitHub's rule)."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def read(path: str, text: str) -> Page:
    """A page from its text. A fence that is never closed takes the rest."""
    prose: list[tuple[int, str]] = []
    blocks: list[Block] = []
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        if fence is None:
            prose.append((number + 1, lines[number]))
            number += 1
            continue
        end = number + 1
        while end < len(lines) and not _closes(lines[end], fence["mark"]):
            end += 1
        before = _DIRECTIVE.match(lines[number - 1].strip()) if number else None
        directive = (before["name"], before["value"] or "") if before else None
        indent = len(fence["indent"])
        inside = tuple(line[indent:] for line in lines[number + 1 : end])
        blocks.append(Block(number + 2, fence["info"].strip(), inside, directive))
        number = end + 1
    return Page(path, tuple(prose), tuple(blocks))


def _closes(line: str, mark: str) -> bool:
    stripped = line.strip()
    return stripped.startswith(mark) and set(stripped) == {mark[0]}


def pages(root: Path = ROOT) -> tuple[list[Page], list[Fault]]:
    """Every page of the documentation; a missing one is a fault."""
    found, faults = [], []
    listed = [root / name for name in PAGES]
    listed += [
        path for place in ("docs", "docs/zh") for path in sorted((root / place).glob("*.md"))
    ]
    for path in listed:
        name = path.relative_to(root).as_posix()
        if path.is_file():
            found.append(read(name, path.read_text(encoding="utf-8")))
        else:
            faults.append(Fault(name, 1, "the page is missing"))
    return found, faults


def check_links(page: Page, root: Path = ROOT) -> Iterator[Fault]:
    """Relative links and anchors that lead nowhere. Links to other sites are not followed."""
    for number, text in page.prose:
        for target in _targets(text):
            if re.match(r"^[a-z][a-z+.-]*:", target) or target.startswith("//"):
                continue
            message = _broken(page, target, root)
            if message:
                yield Fault(page.path, number, f"link {target!r}: {message}")


def _targets(text: str) -> Iterator[str]:
    bare = _CODE.sub(lambda m: "x" * len(m[0]), text)
    for pattern in (_LINK, _HTML_LINK, _DEFINITION):
        for match in pattern.finditer(bare):
            yield match["target"]


def _broken(page: Page, target: str, root: Path) -> str | None:
    name, _, fragment = target.partition("#")
    here = root / page.path
    path = (here.parent / name).resolve() if name else here.resolve()
    if not path.is_relative_to(root.resolve()):
        return "leads out of the repository"
    if not path.exists():
        return "no such file"
    if not fragment or path.suffix != ".md":
        return None
    anchors = page.anchors if path == here.resolve() else read("", path.read_text("utf-8")).anchors
    return None if fragment in anchors else "no such heading"


def check_paths(page: Page) -> Iterator[Fault]:
    """Paths that exist on one machine only."""
    inside = [(b.line + i, line) for b in page.blocks for i, line in enumerate(b.lines)]
    for number, text in sorted([*page.prose, *inside]):
        for match in _MACHINE.finditer(text):
            yield Fault(page.path, number, f"{match[0]!r} is a path of one machine")


class Example(NamedTuple):
    """A command line of a page."""

    line: int
    words: tuple[str, ...]
    """What follows the program's name, without pipes and redirections."""
    whole: bool
    """False in prose and with `…`: only its command and its options are checked."""


def examples(page: Page) -> Iterator[tuple[Block | None, Example]]:
    """Every `llm-select …` of a page, with its block. Raises nothing: what cannot be split has no words."""
    for block in page.blocks:
        if block.info not in _SHELL:
            continue
        for number, text in _logical(block):
            start = _PROGRAM.match(text)
            if start:
                words = _words(text[start.end() :])
                yield block, Example(number, words, "…" not in text)
    for number, text in page.prose:
        for span in _CODE.finditer(text):
            start = _PROGRAM.match(span["code"])
            if start:
                yield None, Example(number, _words(span["code"][start.end() :]), False)


def _logical(block: Block) -> Iterator[tuple[int, str]]:
    """Lines with their continuations."""
    kept, first = "", block.line
    for number, line in enumerate(block.lines, block.line):
        first = first if kept else number
        if line.endswith("\\"):
            kept += line[:-1]
        else:
            yield first, (kept + line).strip()
            kept = ""
    if kept:
        yield first, kept.strip()


def _words(text: str) -> tuple[str, ...]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[str] = []
    try:
        for word in lexer:
            if _CONTROL.match(word):
                break
            found.append(word)
    except ValueError:
        return ("?unbalanced quotes",)
    return tuple(found)


def refused(example: Example) -> str | None:
    """Why the program would not take the line, by its own parser; None when it would."""
    command: Any = generate_cli.root()
    rest, named = list(example.words), ""
    while hasattr(command, "list_commands"):
        if not rest or rest[0].startswith("-"):
            break
        if rest[0] in ("…", "COMMAND"):
            return None
        named = f"{named} {rest[0]}".strip()
        try:
            command = command.get_command(None, rest.pop(0))
        except ImportError as error:
            return f"command {named!r} cannot be loaded: {error}"
        if command is None:
            return f"no such command: {named}"
    try:
        with redirect_stdout(io.StringIO()):
            command.make_context(named, rest)
    except typer.Exit:
        return None  # --help and --version
    except Exception as error:
        name = type(error).__name__
        if not hasattr(error, "format_message"):
            raise
        if not rest and name == "NoArgsIsHelpError":
            return None
        if example.whole or name == "NoSuchOption":
            return str(error.format_message())
    return None


def check_examples(page: Page) -> Iterator[Fault]:
    """Command lines that the program would refuse."""
    for _, example in examples(page):
        message = refused(example)
        if message:
            shown = " ".join(example.words)
            yield Fault(page.path, example.line, f"llm-select {shown}: {message}")


def check_runs(page: Page) -> Iterator[Fault]:
    """Blocks marked `<!-- run -->` whose commands end otherwise than promised."""
    environment = _environment(100)
    for block, example in examples(page):
        if block is None or block.directive is None or block.directive[0] != "run":
            continue
        expected = int(block.directive[1] or 0)
        done = subprocess.run(
            [sys.executable, "-m", "llm_select", *example.words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_RUN_SECONDS,
            check=False,
        )
        if done.returncode != expected:
            said = (done.stderr or done.stdout).strip().splitlines()
            message = f"exit code {done.returncode}, not {expected}: {said[0] if said else ''}"
            yield Fault(page.path, example.line, f"llm-select {' '.join(example.words)}: {message}")


def _environment(columns: int) -> dict[str, str]:
    """English unless the command asks for another language, in UTF-8, whatever the machine is set to."""
    wanted = {
        "COLUMNS": str(columns),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
    }
    return {**os.environ, **wanted}


def check_pipes(page: Page) -> Iterator[Fault]:
    """Blocks marked `<!-- pipe -->` that fail, print nothing, or print `null`; none where bash or jq is missing."""
    if not shutil.which("bash") or not shutil.which("jq"):
        return
    program = f'llm-select() {{ "{sys.executable}" -m llm_select "$@"; }}'
    for block in page.blocks:
        if block.directive is None or block.directive[0] != "pipe":
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join((program, *block.lines))],
            cwd=ROOT,
            env=_environment(100),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
        if done.returncode or not done.stdout.strip() or "null" in done.stdout.split():
            said = (done.stderr or done.stdout).strip().splitlines()
            message = f"exit code {done.returncode}: {said[0] if said else 'printed nothing'}"
            yield Fault(page.path, block.line, message)


def printed(command: str) -> tuple[str, ...]:
    """Lines of a command's output at 80 columns, trailing blanks off."""
    done = subprocess.run(
        [sys.executable, "-m", "llm_select", *shlex.split(command)[1:]],
        cwd=ROOT,
        env=_environment(80),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_RUN_SECONDS,
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def check_outputs(page: Page) -> Iterator[Fault]:
    """Blocks marked `<!-- output: COMMAND -->` that are not what the command prints today."""
    for block in page.blocks:
        if block.directive is None or block.directive[0] != "output":
            continue
        if printed(block.directive[1] or "") != block.lines:
            yield Fault(
                page.path,
                block.line,
                "not what it prints today: run `python docs/check.py --write`",
            )


def write_outputs(path: Path) -> None:
    """Renew the output blocks of a page in place."""
    lines = path.read_text(encoding="utf-8").splitlines()
    fresh: list[str] = []
    at = 0
    while at < len(lines):
        match = _DIRECTIVE.match(lines[at])
        fresh.append(lines[at])
        at += 1
        if match is None or match["name"] != "output":
            continue
        fresh += [lines[at], *printed(match["value"])]
        at += 1
        while not lines[at].startswith("```"):
            at += 1
    path.write_text("\n".join(fresh) + "\n", encoding="utf-8")


def check_excerpts(page: Page, root: Path = ROOT) -> Iterator[Fault]:
    """Blocks marked `<!-- file: PATH -->` that differ from the file."""
    for block in page.blocks:
        if block.directive is None or block.directive[0] != "file":
            continue
        path = root / block.directive[1]
        if not path.is_file():
            yield Fault(page.path, block.line, f"no such file: {block.directive[1]}")
            continue
        text = path.read_text(encoding="utf-8").splitlines()
        size = len(block.lines)
        if not any(tuple(text[i : i + size]) == block.lines for i in range(len(text) - size + 1)):
            yield Fault(page.path, block.line, f"the block is not in {block.directive[1]}")


def check_translation(page: Page, root: Path = ROOT) -> Iterator[Fault]:
    """A translated page that departs from its original."""
    text = (root / page.path).read_text(encoding="utf-8")
    for line, message in translations.faults(page.path, text, root):
        yield Fault(page.path, line, message)


def check_terms() -> Iterator[Fault]:
    """Words of the glossary without a Chinese one."""
    for word in translations.untranslated():
        yield Fault(
            translations.TERMS, 1, f"{translations.GLOSSARY} has {word!r}, which has no row here"
        )


def check_generated() -> Iterator[Fault]:
    """Generated pages that are out of date, and options of `--help` that docs/cli.md lacks."""
    for generator in (
        generate_cli,
        generate_card_format,
        generate_catalog,
        generate_rules,
        generate_servers,
        generate_strategies,
    ):
        name = f"docs/{generator.PAGE.name}"
        try:
            text = generator.page()
        except ImportError as error:
            yield Fault(name, 1, f"cannot be generated: {error}")
            continue
        current = generator.PAGE.read_text("utf-8") if generator.PAGE.is_file() else ""
        if current != text:
            yield Fault(name, 1, f"out of date: run python docs/{generator.__name__}.py")
        elif generator is generate_cli:
            yield from _undocumented(read(name, current))


def _undocumented(page: Page) -> Iterator[Fault]:
    sections: dict[str, tuple[int, str]] = {"": (1, "")}
    current = ""
    for number, text in page.prose:
        heading = _HEADING.match(text)
        if heading:
            current = heading["text"]
            sections[current] = (number, "")
        line, kept = sections[current]
        sections[current] = (line, kept + text + "\n")
    for found in generate_cli.commands():
        if not found.words:
            continue
        title = generate_cli.title(found.words)
        if title not in sections:
            yield Fault(page.path, 1, f"{title} has no section")
            continue
        line, text = sections[title]
        printed = io.StringIO()
        with redirect_stdout(printed):
            run([*found.words, "--help"])
        _, _, shown = printed.getvalue().partition("Options:")
        for option in sorted(set(_OPTION.findall(shown.split("Examples:")[0])) - {"--help"}):
            if f"`{option}`" not in text:
                yield Fault(page.path, line, f"{title} has no {option}")


def main() -> int:
    """Check everything, print the faults, return the exit code; with `--write`, renew output blocks first."""
    if "--write" in sys.argv[1:]:
        for page in pages()[0]:
            write_outputs(ROOT / page.path)
    found, faults = pages()
    for page in found:
        for check in (
            check_links,
            check_paths,
            check_examples,
            check_runs,
            check_pipes,
            check_outputs,
            check_excerpts,
            check_translation,
        ):
            faults += check(page)
    faults += check_terms()
    faults += check_generated()
    for fault in sorted(faults):
        print(f"{fault.path}:{fault.line}: {fault.message}")
    lines = [pair for page in found for pair in examples(page)]
    ran = sum(
        b is not None and b.directive is not None and b.directive[0] == "run" for b, _ in lines
    )
    print(f"{len(found)} pages, {len(lines)} examples ({ran} run), {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
