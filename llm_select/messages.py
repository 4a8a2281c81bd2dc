"""Sentences made where they arise, in a language where they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class Message(str):
    """A sentence as template and values; as a string it is the English one.

    Values are put in by `str.format`: `Message("{share:.0%} of {name}", share=0.5, name="x")`. A template without
    values stands as it is. A value that is a Message is translated with the whole.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Message:
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template, self.values = template, values
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.template,), dict(self.values)


def joined(separator: str, texts: Iterable[str]) -> Message:
    """Texts one after the other, each of which stays translatable: what `separator.join(texts)` would forget."""
    values = {f"text{index}": text for index, text in enumerate(texts)}
    return Message(_literal(separator).join(f"{{{name}}}" for name in values), **values)


def listed(items: Iterable[str]) -> str:
    """`a, b, c`, which stays translatable."""
    names = list(items)
    found: str = names[0] if names else ""
    for name in names[1:]:
        found = Message("{one}, {other}", one=found, other=name)
    return found


def either(names: Sequence[str]) -> str:
    """`a`, `a or b`, `a or b or c`, which stays translatable."""
    found: str = names[0]
    for name in names[1:]:
        found = Message("{one} or {other}", one=found, other=name)
    return found


def placed(place: str, text: str) -> Message:
    """`place: text`, with the text still translatable."""
    return Message("{place}: {text}", place=place, text=text)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
