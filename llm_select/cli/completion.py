"""Shell completion: what may stand where the cursor is.

A shell's script (`llm-select completion SHELL` prints it) runs the program with `_LLM_SELECT_COMPLETE` set to the
shell's name. Arguments are then, for zsh and fish, the words of the line up to the cursor, the unfinished one last,
without their quotes (fish leaves those of the last); for bash, which cuts words at `:` and `=`, the line up to the
cursor and the part that it will replace. The answer is a line that says what follows, `words`, `files` or
`directories`, and for words one line each: for zsh and fish `value TAB explanation`, for bash the text to put in
place of that part.

Nothing else is ever written and the exit code is 0: a broken catalog, or a line that makes no sense, completes to
nothing. This module is imported only when a shell asks.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from io import StringIO
from typing import Any, NamedTuple

import typer

from llm_select.cli.completion_values import SOURCES, Values
from llm_select.i18n import translated

VARIABLE = "_LLM_SELECT_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
_END = "\x01"
"""Put after the line to find which word the cursor is in."""
_SPECIAL = re.compile(r"([^\w@%+=:,./~^-])")
"""What bash would not take as a plain sign of a word."""


class Item(NamedTuple):
    """Something that may stand where the cursor is, or with type `file` or `dir` any path."""

    value: str
    help: str = ""
    type: str = "plain"


class Line(NamedTuple):
    """A command line up to the cursor."""

    words: tuple[str, ...]
    """Finished words after the program's name, without quotes."""
    unfinished: str
    """The word that the cursor is in, without quotes; empty after a space."""
    quote: str = ""
    """The quotation mark that is open."""


def answer(group: Any, shell: str, arguments: Sequence[str]) -> str:
    """What the shell's script reads; empty when nothing may be offered. Raises nothing."""
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return _answer(group, shell, arguments)
    except (Exception, SystemExit):
        return ""


def split(text: str) -> Line:
    """A line taken apart as a shell does."""
    lexer = shlex.shlex(text + _END, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    quote = ""
    try:
        words.extend(lexer)
    except ValueError:  # a quotation mark is open
        words.append(lexer.token)
        quote = str(vars(lexer)["state"])
    return Line(tuple(words[1:-1]), words[-1].rstrip(_END), quote)


def _answer(group: Any, shell: str, arguments: Sequence[str]) -> str:
    if shell not in SHELLS:
        return ""
    replaced = ""
    if shell == "bash":
        line, replaced = split(arguments[0]), arguments[1] if len(arguments) > 1 else ""
    else:
        last = arguments[-1] if arguments else ""
        # Fish hands over the unfinished word as it is typed.
        line = Line(
            tuple(arguments[:-1]), split(f"- {last}").unfinished if shell == "fish" else last
        )
    items = complete(group, line.words, line.unfinished)
    for kind, said in (("file", "files"), ("dir", "directories")):
        if any(item.type == kind for item in items):
            return f"{said}\n"
    head = _option(line.unfinished)
    if shell == "bash":
        lines = _for_bash(items, line, head, replaced)
    else:
        put = head if shell == "fish" else ""  # zsh's script takes the option's name off itself
        lines = [f"{put}{item.value}\t{' '.join(item.help.split())}" for item in items]
    return "\n".join(["words", *lines]) + "\n"


def complete(group: Any, words: Sequence[str], unfinished: str) -> list[Item]:
    """What may stand in place of the unfinished word. Values of options have no option name before them."""
    _offer_commands(group)
    found = group.get_command

    def get_command(ctx: Any, name: str) -> Any:
        command = found(ctx, name)
        if command is not None:
            _offer_values(command)
        return command

    group.get_command = get_command
    # Click's own reading of an unfinished line; typer carries its click in newer versions.
    home = typer.BadParameter.__module__.rpartition(".")[0]
    click: Any = import_module(f"{home}.shell_completion")

    class Reader(click.ShellComplete):  # type: ignore[misc]  # loaded by name
        """Reads lines; scripts and answers are this module's own."""

        def source_vars(self) -> dict[str, Any]:
            return {}

        def get_completion_args(self) -> tuple[list[str], str]:
            return list(words), unfinished

        def format_completion(self, item: Any) -> str:
            return str(item.value)

    reader = Reader(group, {}, "llm-select", VARIABLE)
    items = [
        Item(item.value, translated(item.help or ""), item.type)
        for item in reader.get_completions(list(words), unfinished)
    ]
    # A catalog is data: what would move the cursor or end the line is not offered.
    return [item for item in items if item.value.isprintable()]


def _offer_commands(group: Any) -> None:
    """The program's own commands are known without importing any of them."""
    from llm_select.cli.main import COMMANDS

    def offered(ctx: Any, unfinished: str) -> list[Item]:
        names = list(COMMANDS.items())
        if unfinished.startswith("-"):
            names += [(name, one.help) for one in group.get_params(ctx) for name in one.opts]
        return [Item(name, said) for name, said in names if name.startswith(unfinished)]

    group.shell_complete = offered


def _offer_values(command: Any) -> None:
    for part in getattr(command, "commands", {}).values():
        _offer_values(part)
    for parameter in command.params:
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
        values = SOURCES.get((command.name, name)) or SOURCES.get(("", name))
        if values is None and parameter.type.name == "path":
            values = "file"
        parameter.shell_complete = _Offer(values) if values is not None else _nothing


class _Offer:
    """The values of one option or argument."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def __call__(self, ctx: Any, unfinished: str) -> list[Item]:
        if isinstance(self.values, str):
            return [Item("", type=self.values)]
        given = ctx.params.get("catalog") or ()
        directories = given if isinstance(given, list | tuple) else (given,)
        return [Item(*pair) for pair in self.values(unfinished, directories)]


def _nothing(_ctx: Any, _unfinished: str) -> list[Item]:
    return []


def _option(word: str) -> str:
    """`--output=` of `--output=js`."""
    return word[: word.index("=") + 1] if word.startswith("--") and "=" in word else ""


def _for_bash(items: Sequence[Item], line: Line, head: str, replaced: str) -> list[str]:
    if not line.quote:
        replaced = re.sub(r"\\(.)", r"\1", replaced)
    kept = line.unfinished.removesuffix(replaced)
    lines = []
    for item in items:
        text = (head + item.value)[len(kept) :]
        if line.quote == "":
            text = _SPECIAL.sub(r"\\\1", text)
        elif line.quote == '"':
            text = re.sub(r'(["$`\\])', r"\\\1", text)
        elif "'" in text:
            continue
        lines.append(text)
    return lines


def respond(group: Any, shell: str, arguments: Sequence[str]) -> None:
    """Write the answer to standard output."""
    text = answer(group, shell, arguments)
    with suppress(OSError, ValueError):
        sys.stdout.write(text)
