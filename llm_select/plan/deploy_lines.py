"""Command lines of a plan, as typed in a shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from llm_select.plan.deploy_types import HEAD, HOST, MODELS, RANK, TEMPLATES

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import EnginePlan


class Place(NamedTuple):
    """Where a server runs: what fills the open ends of its settings."""

    host: str = "127.0.0.1"
    models: str = "models"
    templates: str = "examples"
    python: str = "python3"
    rank: str = "0"
    head: str = "HEAD"
    head_port: str = ""
    """Appended to the head's address where the engine takes both in one."""


def filled(text: str, place: Place) -> str:
    """A value with its open ends filled."""
    for mark, value in (
        (HOST, place.host),
        (MODELS, place.models),
        (TEMPLATES, place.templates),
        (RANK, place.rank),
        (HEAD, place.head + place.head_port),
        ("{python}", place.python),
    ):
        text = text.replace(mark, value)
    return text


def arguments(plan: EnginePlan, place: Place) -> list[str]:
    """The command with its options, word by word."""
    model = filled(plan.files.model, place)
    if (
        plan.serving.revision_mark
        and plan.files.revision
        and plan.files.model == plan.files.repository
    ):
        model = f"{model}{plan.serving.revision_mark}{plan.files.revision}"
    words: list[str] = []
    command = ("{python}", "serve.py") if plan.own_server else plan.serving.command
    for word in command:
        words.append(model if word == "{model}" else filled(word, place))
    for flag in plan.flags:
        if flag.environment:
            continue
        words.append(flag.name)
        if flag.value is not None:
            words.append(filled(flag.value, place))
    return words


def environment(plan: EnginePlan, place: Place) -> dict[str, str]:
    """Variables of the server."""
    return {f.name: filled(f.value or "", place) for f in plan.flags if f.environment}


def shell_line(plan: EnginePlan, place: Place | None = None) -> str:
    """Variables and command in one line."""
    where = place or Place()
    variables = [f"{name}={shlex.quote(v)}" for name, v in environment(plan, where).items()]
    return " ".join([*variables, shlex.join(arguments(plan, where))])
