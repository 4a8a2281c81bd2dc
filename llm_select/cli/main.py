"""Entry point. Commands are loaded when named, so that each start pays for one only."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup

from llm_select.errors import LlmSelectError

COMMANDS = {
    "recommend": "Rank models for a task on a machine, with the reason for every rank.",
    "compare": "Put models side by side.",
    "explain": "Say why a model scored as it did, or what would admit it.",
    "show": "Print a card with its sources.",
    "estimate": "Memory by part, speed, and the largest context and batch that fit.",
    "finetune": "How to adapt a model to a task: strategy, training plan, project.",
    "deploy": "What serves a model: engine, flags with reasons, capacity, cost, files.",
    "evaluate": "Measure models on your own data, at any endpoint.",
    "tasks": "List tasks and the boards that show them.",
    "benchmarks": "List benchmarks and how many models each has.",
    "licenses": "List licences and their conditions.",
    "hardware": "List devices, or show this machine.",
    "catalog": "List, check, describe and fill catalogs.",
}
"""Every command with its line in the help; each lives in `llm_select.cli.<name>`."""
_MODULES = {name: f"llm_select.cli.{name}_command" for name in COMMANDS}


_UsageError: Any = typer.BadParameter.__bases__[0]
_ClickException: Any = _UsageError.__bases__[0]
# Typer carries its own copy of click in newer versions and takes the installed one in older: its public
# exception leads to the right classes in both.


class LazyGroup(TyperGroup):
    """Imports a command's module when it is called, not when the program starts."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(_MODULES[cmd_name])
        command: Any = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, 3)
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise _UsageError(f"No such command {name!r}.{hint}", ctx=ctx)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help="Choose the right language model for a task: evidence for quality, physics for cost.",
    epilog="Start with: llm-select recommend --task translation --pair en-zh --gpu-mem 24",
)


def _version(value: bool) -> None:
    if value:
        from llm_select import __version__

        sys.stdout.write(f"llm-select {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_version, help="Show the version and exit."
    ),
) -> None:
    """Choose the right language model for a task: evidence for quality, physics for cost."""


def main(argv: list[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 nothing fits or a check failed, 2 bad usage or input."""
    # One answer and out: collecting cycles among the catalog's many objects would only cost time.
    gc.disable()
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks one of our signs shows a question mark for it.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except (OSError, ValueError):
        code = code or 2
        _silence(sys.stdout)
    # Taking the catalog's objects apart one by one at exit would cost a fifth of a short run; nothing is left to do.
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """The exit code for a command line; every error becomes a message on standard error."""
    try:
        result: Any = typer.main.get_command(app).main(
            args=arguments, prog_name="llm-select", standalone_mode=False
        )
        return result if isinstance(result, int) else 0
    except LlmSelectError as error:
        if "--debug" in arguments:
            raise
        _complain(str(error))
        return error.exit_code
    except _ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help
            sys.stderr.write(error.format_message() + "\n")
        else:
            _complain(_usage(error))
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        _silence(sys.stdout)
        return 0
    except RecursionError:
        _complain("the input is nested too deeply")
        return 2
    except OSError as error:
        if "--debug" in arguments:
            raise
        _complain(f"{error.filename or 'input or output'}: {error.strerror or error}")
        return 2
    except Exception as error:
        if "--debug" in arguments:
            raise
        _complain(
            f"a defect in llm-select: {type(error).__name__}: {error}\n"
            "  run again with --debug and please report what it shows"
        )
        return 2


def _usage(error: Any) -> str:
    text: str = error.format_message()
    ctx = getattr(error, "ctx", None)
    return f"{text}\n  see `{ctx.command_path} --help`" if ctx is not None else text


def _complain(text: str) -> None:
    try:
        sys.stderr.write(f"error: {text}\n")
    except (BrokenPipeError, OSError):
        _silence(sys.stderr)


def _silence(stream: Any) -> None:
    """Point a closed stream at nothing, so that the interpreter does not complain when it flushes at exit."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    main()
