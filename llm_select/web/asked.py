"""What an address asks: values by field, as typed, in one order."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from llm_select.catalog.resolve import nearest
from llm_select.errors import UsageError
from llm_select.messages import Message, listed
from llm_select.web.fields import OPTIONS, Field

MAX_QUERY = 8192
"""Characters of an address after the question mark."""
MAX_FIELDS = 200
_SEPARATORS = str.maketrans({"，": ",", "、": ",", ";": ",", "；": ","})
_OFF = ("", "0", "false", "no", "off")


class Asked(NamedTuple):
    """Values by field name. A field that was left empty is absent."""

    values: Mapping[str, tuple[str, ...]] = {}

    def one(self, name: str) -> str | None:
        """The value of a field that has one."""
        return self.values[name][0] if name in self.values else None

    def many(self, name: str) -> tuple[str, ...]:
        """The values of a field that may have several."""
        return self.values.get(name, ())

    def having(self, name: str, *values: str) -> Asked:
        """The same question with other values of one field; none leaves it out."""
        rest = {key: kept for key, kept in self.values.items() if key != name}
        return Asked({**rest, name: values} if values else rest)

    def only(self, fields: Iterable[Field]) -> Asked:
        """The same question without what a page does not know."""
        return Asked({f.name: self.values[f.name] for f in fields if f.name in self.values})

    def query(self, order: Sequence[Field]) -> str:
        """The part of an address that says the same, with its question mark; empty when nothing is asked."""
        pairs = [(f.name, value) for f in order for value in self.many(f.name)]
        return "?" + urlencode(pairs, safe="/") if pairs else ""

    def asked_by(self, query: str) -> bool:
        """True when the part of an address says just this, in whatever order: nothing empty, no list in one value."""
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        return sorted(pairs) == sorted((n, v) for n, values in self.values.items() for v in values)

    def command(self, command: str, names: Sequence[str] = (), *, more: Sequence[str] = ()) -> str:
        """The command line that gives the same answer, quoted for a POSIX shell. `names` are the models it is about,
        `more` words that every command of this server needs."""
        words = ["llm-select", command]
        # A name that begins with a dash would be read as an option.
        dashed = any(name.startswith("-") for name in names)
        if not dashed:
            words += names
        for field in OPTIONS[command]:
            for value in self.many(field.name):
                if field.kind == "flag":
                    words.append(field.option)
                elif value.startswith("-"):
                    words.append(f"{field.option}={value}")
                else:
                    words += [field.option, value]
        words += more
        if dashed:
            words += ["--", *names]
        return shlex.join(words)


def read(query: str, fields: Sequence[Field]) -> tuple[Asked, tuple[UsageError, ...]]:
    """What the part behind the question mark asks, and what is wrong with how it asks. Raises nothing.

    An unknown field is an error, as an unknown option is; so is one value too many.
    """
    known = {field.name: field for field in fields}
    found: dict[str, list[str]] = {}
    wrong: list[UsageError] = []
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return Asked(), (UsageError(Message("the address asks for too many things")),)
    for name, text in pairs:
        field = known.get(name)
        if field is None:
            wrong.append(_unknown(name, known))
            continue
        for value in _values(field, text):
            if value not in found.setdefault(name, []):
                found[name].append(value)
    for name, values in found.items():
        if known[name].kind != "list" and len(values) > 1:
            wrong.append(
                UsageError(
                    Message("{name} is given {n} times", name=name, n=len(values)),
                    where=known[name].option,
                    remedy=Message("give one value"),
                )
            )
    ordered = {f.name: tuple(found[f.name]) for f in fields if found.get(f.name)}
    return Asked(ordered), tuple(wrong)


def _values(field: Field, text: str) -> list[str]:
    # No option takes a control character, and a shell would not carry it.
    text = "".join(sign if sign.isprintable() else " " for sign in text).strip()
    if field.kind == "flag":
        return [] if text.lower() in _OFF else ["on"]
    if field.kind == "list":
        return [part.strip() for part in text.translate(_SEPARATORS).split(",") if part.strip()]
    return [text] if text else []


def _unknown(name: str, known: Iterable[str]) -> UsageError:
    near = nearest(name, known)
    remedy = (
        Message("did you mean {nearest}?", nearest=listed(near))
        if near
        else Message("leave it out")
    )
    return UsageError(Message("the page has no field {name!r}", name=name[:80]), remedy=remedy)
