"""What went wrong, in the words of a tool: arguments for options, tools for commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from llm_select.errors import CatalogError
from llm_select.i18n import listing, tr, translated

if TYPE_CHECKING:
    from pydantic import ValidationError

    from llm_select.errors import LlmSelectError
    from llm_select.mcp.arguments import Arguments

_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)(?![\w-])")
_COMMAND = re.compile(r"`llm-select ([a-z]+(?: (?:list|detect))?)[^`]*`")
_TOOLS = {
    "tasks": "list_tasks",
    "catalog list": "find_models",
    "show": "explain",
    "licenses": "find_models",
    "hardware list": "find_devices",
    "recommend": "recommend",
    "explain": "explain",
    "estimate": "estimate",
    "finetune": "finetune_plan",
}
"""The tool that answers what a command answers."""
_OTHER_NAMES = {"top": "top", "all": "detail", "explain": "detail"}
"""Options whose argument has another name."""


def in_arguments(text: str) -> str:
    """A sentence about options and commands, about arguments and tools."""
    named = _COMMAND.sub(lambda m: f"`{_TOOLS[m[1]]}`" if m[1] in _TOOLS else m[0], text)
    return _OPTION.sub(lambda m: argument_of(m[1]), named)


def argument_of(option: str) -> str:
    """The argument for an option's name without its dashes."""
    return _OTHER_NAMES.get(option, option.replace("-", "_"))


def told(error: LlmSelectError, arguments: type[Arguments]) -> str:
    """An error as a tool tells it: argument, what is wrong, how to mend it."""
    where = error.where
    if where == "MODEL":
        where = "models" if "models" in arguments.model_fields else "model"
    elif where is not None and where.startswith("--"):
        where = argument_of(where.removeprefix("--"))
    message = in_arguments(translated(error.message))
    lines = [f"{where}: {message}" if where else message]
    if error.remedy:
        lines.append(f"  {in_arguments(translated(error.remedy))}")
    if isinstance(error, CatalogError):
        lines += map(translated, error.findings)
    return "\n".join(lines)


MAX_TOLD = 10
"""Faults of one call that are told; more are counted."""


def invalid(error: ValidationError, arguments: type[Arguments]) -> str:
    """Every fault of a call's arguments, each with its place and the way out."""
    faults = error.errors(include_url=False)
    lines = [_fault(one, arguments) for one in faults[:MAX_TOLD]]
    if len(faults) > MAX_TOLD:
        lines.append(tr("and {n} more", n=len(faults) - MAX_TOLD))
    return "\n".join(lines)


def _fault(one: Mapping[str, Any], arguments: type[Arguments]) -> str:
    place = _place(one["loc"])
    kind, context, given = one["type"], one.get("ctx", {}), one.get("input")
    if kind == "extra_forbidden":
        known = list(_owner(one["loc"], arguments).model_fields)
        near = get_close_matches(str(one["loc"][-1])[:200], known, 2)
        remedy = (
            tr("did you mean {nearest}?", nearest=listing(near))
            if near
            else tr("it takes {choices}", choices=listing(known))
            if known
            else tr("it takes no arguments")
        )
        return _laid_out(place, tr("unknown argument"), remedy)
    if kind == "missing":
        return _laid_out(place, tr("it is needed"), arguments.model_fields[place].description)
    if kind == "literal_error":
        remedy = tr("it takes {choices}", choices=str(context["expected"]).replace("'", ""))
        return _laid_out(place, tr("unknown value {value}", value=_short(given)), remedy)
    return _laid_out(place, tr("{value} does not do", value=_short(given)), _wanted(kind, context))


def _owner(location: tuple[int | str, ...], arguments: type[Arguments]) -> type[Arguments]:
    """The arguments that the last part of a place was given among: `weights` has some of its own."""
    for part in location[:-1]:
        field = arguments.model_fields.get(str(part))
        for kind in get_args(field.annotation) if field is not None else ():
            if isinstance(kind, type) and hasattr(kind, "model_fields"):
                arguments = kind
    return arguments


def _wanted(kind: str, context: Mapping[str, Any]) -> str:
    """What would do, in place of a value of the wrong type or out of range."""
    bounds = {
        "greater_than": lambda: tr("it must be more than {bound:g}", bound=context["gt"]),
        "greater_than_equal": lambda: tr("it must be {bound:g} or more", bound=context["ge"]),
        "less_than_equal": lambda: tr("it must be at most {bound:,}", bound=context["le"]),
        "too_long": lambda: tr("at most {bound} are taken", bound=context["max_length"]),
        "too_short": lambda: tr("give {bound} or more", bound=context["min_length"]),
        "string_too_long": lambda: tr(
            "it must be at most {bound} characters long", bound=context["max_length"]
        ),
        "string_too_short": lambda: tr("it must not be empty"),
    }
    if kind in bounds:
        return bounds[kind]()
    types = {
        "int": tr("write a whole number, without quotes"),
        "float": tr("write a number, without quotes"),
        "finite": tr("write a number"),
        "bool": tr("write true or false"),
        "list": tr("write a list"),
        "string": tr("write text"),
        "model": tr("write an object"),
        "dict": tr("write an object"),
    }
    return types.get(kind.partition("_")[0], kind)


def _laid_out(place: str, message: str, remedy: str | None) -> str:
    head = f"{place}: {message}" if place else message
    return f"{head}\n  {remedy}" if remedy else head


def _place(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part[:60]}" if text else part[:60]
    return text


def _short(value: object) -> str:
    if isinstance(value, str) and len(value) > 60:
        return f"{value[:50]!r}…"
    if isinstance(value, (list, dict)):
        return tr("a list") if isinstance(value, list) else tr("an object")
    return (
        {None: "null", True: "true", False: "false"}.get(value, repr(value))
        if (value is None or isinstance(value, bool))
        else repr(value)[:60]
    )
