"""Sentences made where they arise, in a language where they are shown."""

from __future__ import annotations

from collections.abc import Mapping


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
