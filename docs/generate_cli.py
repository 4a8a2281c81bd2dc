"""Writes `docs/cli.md` from the commands themselves, and says whether it is up to date.

    python docs/generate_cli.py            # write
    python docs/generate_cli.py --check    # exit 1 when the page differs

The page is made of the names, help texts and defaults that `--help` prints, not of its printed form: that
form changes with the version of typer and with the width of the terminal. `docs/check.py` holds the page
against what `--help` really prints.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer
from generated import write_or_check

from llm_select.cli.examples import Examples
from llm_select.cli.main import app

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "cli.md"
PROGRAM = "llm-select"

_INTRODUCTION = """\
# Commands

Generated from the commands by `docs/generate_cli.py`; do not edit. `llm-select COMMAND --help` prints the same.

Exit codes: 0 done; 1 nothing fits, or a check failed; 2 bad usage or bad input. Messages about errors go to standard
error. Nothing is coloured in a pipe. Words are explained in the [glossary](glossary.md), the ideas behind the options
in [concepts](concepts.md).
"""
_TYPES = {
    "str": "text",
    "text": "text",
    "int": "whole number",
    "integer": "whole number",
    "float": "number",
    "path": "path",
}


class Command(NamedTuple):
    """A command, found in the program."""

    words: tuple[str, ...]
    """What is typed after the program's name: `("catalog", "check")`."""
    command: Any
    """The click command."""
    children: tuple[str, ...]
    """Names of its subcommands; empty for one that does something."""


def root() -> Any:
    """The program as click sees it."""
    return typer.main.get_command(app)


def commands(command: Any | None = None, words: tuple[str, ...] = ()) -> Iterator[Command]:
    """Every command, a group before its subcommands. Raises what a command raises when it is imported."""
    command = root() if command is None else command
    names = tuple(command.list_commands(None)) if hasattr(command, "list_commands") else ()
    yield Command(words, command, names)
    for name in names:
        yield from commands(command.get_command(None, name), (*words, name))


def page() -> str:
    """The whole page."""
    found = list(commands())
    program = found[0]
    parts = [_INTRODUCTION, _index(found), _options(program.command)]
    parts += [_section(c) for c in found if c.words]
    return "\n".join(part for part in parts if part)


def title(words: tuple[str, ...]) -> str:
    """The heading of a command's section."""
    return " ".join((PROGRAM, *words))


def options(command: Any) -> list[Any]:
    """Options in the order of the help, `--help` itself left out."""
    return [p for p in command.params if p.param_type_name == "option" and not p.hidden]


def arguments(command: Any) -> list[Any]:
    """Arguments in their order."""
    return [p for p in command.params if p.param_type_name == "argument"]


def _index(found: list[Command]) -> str:
    rows = [
        (f"[`{title(c.words)}`](#{title(c.words).replace(' ', '-')})", _sentence(c.command.help))
        for c in found
        if c.words and not c.children
    ]
    return _table(("command", "what it does"), rows)


def _section(found: Command) -> str:
    command = found.command
    lines = ["#" * (1 + len(found.words)) + " " + title(found.words), "", _sentence(command.help)]
    if found.children:
        return "\n".join([*lines, "", f"Subcommands: {', '.join(found.children)}.", ""])
    lines += ["", "```text", _usage(found), "```", ""]
    text = "\n".join(lines)
    rows = [(f"`{_metavar(p)}`", _takes(p), _sentence(p.help)) for p in arguments(command)]
    if rows:
        text += "\n" + _table(("argument", "takes", "meaning"), rows)
    text += "\n" + _options(command)
    return text + _examples(command)


def _usage(found: Command) -> str:
    required = [f"{_long(p)} {_takes(p).upper()}" for p in options(found.command) if p.required]
    given = [
        _metavar(p) if p.required or _metavar(p).startswith("[") else f"[{_metavar(p)}]"
        for p in arguments(found.command)
    ]
    return " ".join((title(found.words), *given, *required, "[OPTIONS]"))


def _options(command: Any) -> str:
    rows = []
    for option in options(command):
        names = ", ".join(
            f"`{name}`" for name in sorted((*option.opts, *option.secondary_opts), key=len)
        )
        default = "required" if option.required else _default(option)
        rows.append((names, _takes(option), default, _sentence(option.help)))
    return _table(("option", "takes", "default", "meaning"), rows) if rows else ""


def _takes(parameter: Any) -> str:
    """What is written after an option, in words that no version of click changes."""
    if getattr(parameter, "is_flag", False):
        return ""
    described = getattr(parameter, "type_descriptor", None)
    annotation = described.annotation if described is not None else parameter.type.name
    inner = getattr(annotation, "__args__", (annotation,))[0]
    name = inner if isinstance(inner, str) else inner.__name__
    return _TYPES[name.lower()]


def _default(option: Any) -> str:
    value = option.default() if callable(option.default) else option.default
    return "" if value is None or value is False or value in ((), []) else f"`{value}`"


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _long(option: Any) -> str:
    return str(max(option.opts, key=len))


def examples(command: Any) -> tuple[tuple[str, str], ...]:
    """Examples of a command: what each does, and its line or lines."""
    return command.epilog.pairs if isinstance(command.epilog, Examples) else ()


def _examples(command: Any) -> str:
    lines = [part for said, line in examples(command) for part in (f"# {said}", line)]
    return "\n```sh\n" + "\n".join(lines) + "\n```\n" if lines else ""


def _sentence(text: str | None) -> str:
    """One line, safe in a table. A help text may repeat what the table says; it stays as the program prints it."""
    return " ".join((text or "").split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    return write_or_check(PAGE, page(), Path(__file__).name, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
