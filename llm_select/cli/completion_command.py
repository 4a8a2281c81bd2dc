"""`llm-select completion`."""

from __future__ import annotations

from typing import Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import DebugOption, LocaleOption
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

_FILES = {"bash": "bash.sh", "zsh": "zsh.sh", "fish": "fish.fish"}


@app.command(
    epilog=examples(
        (Message("Bash, now; in ~/.bashrc, for good"), "source <(llm-select completion bash)"),
        (Message("Zsh, in ~/.zshrc after compinit"), "source <(llm-select completion zsh)"),
        (
            Message("Fish, once"),
            "llm-select completion fish > ~/.config/fish/completions/llm-select.fish",
        ),
    )
)
def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")],
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Print the script by which a shell completes commands, options, models, tasks, GPUs and the like."""
    import sys
    from importlib.resources import files

    from llm_select.questions.requirements import choose

    name = _FILES[choose(shell, tuple(_FILES), where="SHELL")]
    script = files("llm_select.cli") / "shells" / name
    sys.stdout.write(script.read_text(encoding="utf-8"))
    return 0
