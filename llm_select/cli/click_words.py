"""Click's and typer's own words in the reader's language.

Typer 0.26 and newer carry a copy of click without gettext: its sentences come in English and are recognised by their
form. Older ones ask gettext, which main points at our catalog. Loaded only where the locale is not English.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from llm_select.i18n import sentences, tr
from llm_select.messages import Message
from llm_select.render.plain import cells
from llm_select.render.wrap import wrapped

HELP = Message("Show this message and exit.")
SENTENCES = (
    Message("Invalid value for {name}: {problem}"),
    Message("Invalid value: {problem}"),
    Message("Missing argument {name}."),
    Message("Missing option {name}."),
    Message("Missing parameter {name}."),
    Message("Missing command."),
    Message("No such option: {name} (Possible options: {options})"),
    Message("No such option: {name} Did you mean {option}?"),
    Message("No such option: {name}"),
    Message("No such command {name}. Did you mean {near}?"),
    Message("No such command {name}."),
    Message("Option {name} requires an argument."),
    Message("Option {name} requires {count} arguments."),
    Message("Option {name} does not take a value."),
    Message("Argument {name} takes {count} values."),
    Message("Takes {count} values but {given} given."),
    Message("Got unexpected extra argument ({arguments})"),
    Message("Got unexpected extra argument(s) ({arguments})"),
    Message("Got unexpected extra arguments ({arguments})"),
    Message("{value} is not a valid boolean. Recognized values: {choices}"),
    Message("{value} is not a valid int."),
    Message("{value} is not a valid integer."),
    Message("{value} is not a valid float."),
    Message("{value} is not in the range {range}."),
    Message("{value} is not one of {choices}."),
)
"""Errors, those with more words first."""
_ADVISED = re.compile(
    r"(?P<said>No such command [^.]+|[^A-Za-z]+ '.*'。)\. Did you mean (?P<near>.+)\?"
)
LABELS = (
    Message("Usage: "),
    Message("Arguments"),
    Message("Options"),
    Message("Commands"),
    Message("default: {default}"),
    Message("required"),
)
"""Words of help pages; all but the first go through gettext in every version."""


_AS_IT_STANDS = "\b"


def in_our_words(text: str) -> str:
    """An error of click's in the reader's language; as it is when its form is not known."""
    advised = _ADVISED.fullmatch(text)
    if advised:
        # Typer appends this in English to a sentence that gettext may have translated already.
        said = advised["said"]
        head = said if said.endswith("。") else in_our_words(f"{said}.")
        return sentences([head, tr("Did you mean {near}?", near=advised["near"])])
    for message, form in _forms():
        found = form.fullmatch(text)
        if found:
            values = found.groupdict()
            if "problem" in values:
                values["problem"] = in_our_words(values["problem"])
            return tr(message.template, **values)
    return text


def formatter(base: type[Any]) -> type[Any]:
    """Click's writer of help pages, which puts its fixed words in the reader's language."""

    class Formatter(base):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, tr("Usage: ") if prefix is None else prefix)

        def write_heading(self, heading: str) -> None:
            self.write(" " * self.current_indent + tr("{heading}:", heading=heading) + "\n")

        def write_text(self, text: str) -> None:
            if _AS_IT_STANDS in text:
                super().write_text(text)
                return
            indent = " " * self.current_indent
            lines = wrapped(text, self.width - self.current_indent).split("\n")
            self.write("".join(f"{indent}{line}\n" for line in lines))

        def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
            said = [(term, tr(HELP.template) if text == HELP else text) for term, text in rows]
            # As click lays it out, which takes every sign for one column.
            start = min(max(cells(term) for term, _ in said), col_max) + col_spacing
            indent, room = self.current_indent, max(self.width - start - 2, 10)
            for term, text in said:
                lines = wrapped(text, room).split("\n") if text else []
                beside = cells(term) <= start - col_spacing
                self.write(" " * indent + term)
                if lines and beside:
                    self.write(" " * (start - cells(term)) + lines.pop(0))
                self.write("\n")
                self.write("".join(" " * (start + indent) + f"{line}\n" for line in lines))

    return Formatter


@cache
def _forms() -> tuple[tuple[Message, re.Pattern[str]], ...]:
    return tuple(
        (
            message,
            re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(message)), re.DOTALL),
        )
        for message in SENTENCES
    )
