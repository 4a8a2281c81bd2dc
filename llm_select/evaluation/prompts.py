"""Prompt templates: which columns one shows, and the messages it makes of an example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import NamedTuple

from llm_select.errors import UsageError
from llm_select.evaluation.data import Example
from llm_select.evidence.languages import split_pair
from llm_select.messages import Message

FILLED = ("labels", "source_language", "target_language", "language")
"""Places that are filled from the question rather than from a column."""


class Template(NamedTuple):
    """What is sent for an example. Places are written `{column}`, braces `{{` and `}}`."""

    prompt: str
    system: str | None = None


class Turn(NamedTuple):
    """One message of a conversation."""

    role: str
    content: str


def places(template: Template, where: str = "--template") -> tuple[str, ...]:
    """Names in braces, in their order. Raises UsageError for anything but a plain name in them."""
    found: dict[str, None] = {}
    for text in (template.system or "", template.prompt):
        try:
            parts = list(Formatter().parse(text))
        except ValueError as error:
            raise UsageError(
                Message("the template cannot be read: {error}", error=str(error)),
                where=where,
                remedy=Message("write {column} for a column, {{ and }} for braces"),
            ) from None
        for _, name, form, conversion in parts:
            if name is None:
                continue
            if not name.isidentifier() or form or conversion:
                raise UsageError(
                    Message("{{{name}}} is no plain name of a column", name=name),
                    where=where,
                    remedy=Message("write {column} for a column, {{ and }} for braces"),
                )
            found[name] = None
    return tuple(found)


def columns(template: Template, where: str = "--template") -> tuple[str, ...]:
    """Columns of the data that the template shows. Raises UsageError when there are none."""
    found = tuple(name for name in places(template, where) if name not in FILLED)
    if not found:
        raise UsageError(
            Message("the template shows no column of the data"),
            where=where,
            remedy=Message("write {column} where the text of an example belongs"),
        )
    return found


def messages(
    template: Template, example: Example, labels: Sequence[str], names: Mapping[str, str]
) -> tuple[Turn, ...]:
    """The messages for an example; `names` are English names of languages by tag. Raises ValueError when the template
    names a language and neither the data nor the user do."""
    values = dict(example.inputs)
    for name in places(template):
        if name == "labels":
            values[name] = ", ".join(labels)
        elif name in FILLED:
            values[name] = _language(name, example.language, names)
    made = [Turn("user", template.prompt.format_map(values))]
    if template.system:
        made.insert(0, Turn("system", template.system.format_map(values)))
    return tuple(made)


def _language(place: str, language: str | None, names: Mapping[str, str]) -> str:
    if language is None:
        raise ValueError(
            Message("the prompt names {{{place}}} and no language is given", place=place)
        )
    tag = language
    if place != "language":
        pair = split_pair(language)
        if pair is None:
            raise ValueError(
                Message("{language!r} is no pair of languages such as en-zh", language=language)
            )
        tag = pair[0] if place == "source_language" else pair[1]
    return names.get(tag) or names.get(tag.split("-")[0]) or tag
