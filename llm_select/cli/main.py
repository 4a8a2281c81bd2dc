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

from llm_select import i18n
from llm_select.cli.examples import Examples, examples
from llm_select.cli.options import COMMAND, LocaleOption
from llm_select.errors import LlmSelectError, UsageError
from llm_select.i18n import listing, sentences, shown, tr, translated
from llm_select.messages import Message, listed

COMMANDS = {
    "recommend": Message("Rank models for a task on a machine, with the reason for every rank."),
    "compare": Message("Put models side by side."),
    "explain": Message("Say why a model scored as it did, or what would admit it."),
    "show": Message("Print a card with its sources."),
    "estimate": Message("Memory by part, speed, and the largest context and batch that fit."),
    "finetune": Message("How to adapt a model to a task: strategy, training plan, project."),
    "deploy": Message("What serves a model: engine, flags with reasons, capacity, cost, files."),
    "evaluate": Message("Measure models on your own data, at any endpoint."),
    "web": Message("Show it as a page on this computer: choose, look, compare."),
    "mcp": Message("Serve these questions as tools to an agent."),
    "tasks": Message("List tasks and the boards that show them."),
    "benchmarks": Message("List benchmarks and how many models each has."),
    "licenses": Message("List licences and their conditions."),
    "hardware": Message("List devices, or show this machine."),
    "catalog": Message("List, check, describe and fill catalogs."),
    "completion": Message("Print the script by which a shell completes models, tasks, GPUs."),
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
        _translate(command)
        for part in getattr(command, "commands", {}).values():
            # Click would cut the line in the list of parts to a fixed length.
            part.short_help = part.short_help or part.help
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section(tr("Commands")):
            formatter.write_dl([(name, translated(line)) for name, line in COMMANDS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, 3)
            said = tr("No such command {name!r}.", name=name)
            if near:
                said = sentences([said, tr("Did you mean {near}?", near=listing(near))])
            raise _UsageError(said, ctx=ctx)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help="Choose the right language model for a task: evidence for quality, physics for cost.",
    epilog=examples(
        (
            Message("The best models for English to Chinese on a card of 24 GiB"),
            "llm-select recommend --task translation --pair en-zh --gpu-mem 24",
        ),
        (Message("What one of them needs"), "llm-select estimate gemma-3-12b-it --gpu-mem 24"),
        (Message("How to serve it"), "llm-select deploy gemma-3-12b-it --gpu 'RTX 4090'"),
        (Message("What can be asked of a command"), "llm-select recommend --help"),
    ),
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
    locale: LocaleOption = None,
) -> None:
    """Choose the right language model for a task: evidence for quality, physics for cost."""


def main(argv: list[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 nothing fits or a check failed, 2 bad usage or input."""
    # One answer and out: collecting cycles among the catalog's many objects would only cost time.
    gc.disable()
    arguments = sys.argv[1:] if argv is None else argv
    shell = os.environ.get("_LLM_SELECT_COMPLETE")
    if shell is not None:
        _complete(shell, arguments)
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
        _speak(arguments)
        COMMAND.set(tuple(arguments))
        command: Any = typer.main.get_command(app)
        _translate(command)
        result: Any = command.main(args=arguments, prog_name="llm-select", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except LlmSelectError as error:
        if "--debug" in arguments:
            raise
        _complain(shown(error))
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
        _complain(tr("the input is nested too deeply"))
        return 2
    except OSError as error:
        if "--debug" in arguments:
            raise
        _complain(f"{error.filename or tr('input or output')}: {error.strerror or error}")
        return 2
    except Exception as error:
        if "--debug" in arguments:
            raise
        _complain(
            tr(
                "a defect in llm-select: {kind}: {error}\n  run again with --debug and please report what it shows",
                kind=type(error).__name__,
                error=error,
            )
        )
        return 2


def _complete(shell: str, arguments: list[str]) -> None:
    """Tell a shell what may stand at the cursor, and exit."""
    from llm_select.cli.completion import respond

    with suppress(LlmSelectError):
        _speak(arguments)
    program = typer.main.get_command(app)
    _translate(program)
    respond(program, shell, arguments)
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(0)


def _speak(arguments: list[str]) -> None:
    """Choose the language before anything is said. Raises UsageError for one that there are no messages in."""
    asked = None
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--locale":
            asked = arguments[at + 1] if at + 1 < len(arguments) else None
        elif argument.startswith("--locale="):
            asked = argument.partition("=")[2]
    i18n.use(i18n.from_environment(os.environ))
    if asked is not None:
        locale = i18n.known(asked)
        if locale is None:
            raise UsageError(
                Message("no messages in {asked!r}", asked=asked),
                where="--locale",
                remedy=Message("it takes {choices}", choices=listed(i18n.LOCALES)),
            )
        i18n.use(locale)
    if i18n.current() != i18n.SOURCE:
        # Click looks for its own words by gettext's own way: a directory, and a language in the environment.
        import gettext

        gettext.bindtextdomain(i18n.DOMAIN, str(i18n.DIRECTORY))
        os.environ["LANGUAGE"] = i18n.current()


def _translate(command: Any) -> None:
    """Put the help of a command, its options and its parts in the reader's language."""
    if i18n.current() == i18n.SOURCE:
        return
    from llm_select.cli.click_words import formatter

    context = command.context_class
    words = {"formatter_class": formatter(context.formatter_class)}
    command.context_class = type(context.__name__, (context,), words)
    for owner, fields in (
        (command, ("help", "short_help", "epilog")),
        *((p, ("help",)) for p in command.params),
    ):
        for field in fields:
            text = getattr(owner, field, None)
            if text:
                said = examples(*text.pairs) if isinstance(text, Examples) else tr(text)
                setattr(owner, field, said)
    if command.help and not command.short_help:
        # Click cuts a line for lists at spaces, which not every language has.
        command.short_help = command.help.partition("\n")[0].partition("。")[0]
    for part in getattr(command, "commands", {}).values():
        _translate(part)


def _usage(error: Any) -> str:
    text: str = error.format_message()
    if i18n.current() != i18n.SOURCE:
        from llm_select.cli.click_words import in_our_words

        text = in_our_words(text)
    ctx = getattr(error, "ctx", None)
    if ctx is None:
        return text
    return f"{text}\n  " + tr("see `{command} --help`", command=ctx.command_path)


def _complain(text: str) -> None:
    try:
        sys.stderr.write(tr("error: {text}", text=text) + "\n")
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
