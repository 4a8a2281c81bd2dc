"""A language in which every message is blotted out: what is still to be read was never a message."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from string import Formatter

import pytest

from llm_select import i18n

_RAW = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
"""Two words of English in a row; ids, options and names of cards are none."""
_QUOTED = re.compile(r"`[^`]*`")
"""Commands stand in backticks."""


class _Blot(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        try:
            parts = list(Formatter().parse(message))
        except ValueError:
            return _blotted(message)
        if any(form and form.startswith(" ") for _, _, form, _ in parts):
            return _blotted(message)  # braces of YAML, in a message without values
        return "".join(
            _blotted(text).replace("{", "{{").replace("}", "}}")
            + (
                ""
                if name is None
                else f"{{{name}{f'!{how}' if how else ''}{f':{form}' if form else ''}}}"
            )
            for text, name, form, how in parts
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def blotted_out() -> Iterator[None]:
    """Chinese is this language for a while, and the one in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "_catalog", lambda locale: None if locale == "en" else _Blot())
        patch.setenv("LC_ALL", "zh_CN.UTF-8")
        patch.setenv("LANGUAGE", "zh")
        with i18n.using("zh"):
            yield


def raw_english(text: str) -> list[str]:
    """Runs of English words in a text that was shown in this language."""
    return _RAW.findall(_QUOTED.sub("", text))


def _blotted(text: str) -> str:
    return re.sub(r"[A-Za-z]", "·", text)
