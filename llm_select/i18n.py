"""Messages in the reader's language.

English stands in the code and is the key of gettext catalogs, `locale/<language>/LC_MESSAGES/messages.po`. Where a
sentence is shown, `tr` translates it at once. Where it is only made, as in an error or a finding, a `Message` keeps
template and values, and `translated` or `shown` puts it in the reader's language.
"""

from __future__ import annotations

import gettext
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from llm_select.errors import CatalogError, LlmSelectError
from llm_select.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LOCALES = ("en", "zh")
SOURCE = "en"
"""The language that the code is written in."""
DIRECTORY = Path(__file__).parent / "locale"
DOMAIN = "messages"
"""Click asks for its own words in gettext's default domain, so one file serves both."""

_WIDE = "\u2e80"
"""Signs from here on are as wide as they are high, Chinese ones and their punctuation among them."""
_MARKS = "，。；：、！？）》」"

_locale: ContextVar[str] = ContextVar("llm_select_locale", default=SOURCE)


def tr(template: str, /, **values: object) -> str:
    """The sentence in the reader's language, with its values put in as by `str.format`."""
    catalog = _catalog(_locale.get())
    if catalog is None:
        return template.format(**values) if values else template
    return _filled(catalog.gettext(template), values)


def trn(one: str, many: str, count: float, /, **values: object) -> str:
    """The sentence for a number of things: `trn("{n} pair", "{n} pairs", n, n=n)`."""
    catalog = _catalog(_locale.get())
    if catalog is None:
        template = one if count == 1 else many
        return template.format(**values) if values else template
    return _filled(catalog.ngettext(one, many, 1 if count == 1 else 2), values)


def translated(text: str) -> str:
    """A Message in the reader's language; any other text as it is."""
    if not isinstance(text, Message) or _locale.get() == SOURCE:
        return str(text)
    return tr(text.template, **text.values)


def prose(text: str) -> str:
    """A sentence of the bundled catalog in the reader's language; as it is where no translation is known.

    Which fields are prose is said in `.ci/messages.py`. A catalog of somebody else's is shown as it is written.
    """
    catalog = _catalog(_locale.get())
    # The empty text is the key of the catalog's own head.
    return catalog.gettext(text) if catalog is not None and text else text


def shown(error: LlmSelectError) -> str:
    """An error in the reader's language: what is wrong and where, how to mend it, and everything found."""
    remedy = translated(error.remedy) if error.remedy else None
    where = translated(error.where) if error.where else None
    text = error.laid_out(translated(error.message), remedy, where)
    findings = error.findings if isinstance(error, CatalogError) else ()
    return "\n".join([text, *map(translated, findings)])


def listing(items: Iterable[str]) -> str:
    """`a, b, c`, with the comma of the reader's language."""
    # Translators: what stands between the items of a list.
    return tr(", ").join(items)


def clauses(items: Iterable[str]) -> str:
    """`a; b; c`, with the semicolon of the reader's language."""
    # Translators: what stands between clauses.
    return tr("; ").join(items)


def sentences(items: Iterable[str]) -> str:
    """Sentences one after the other: `A. B.`; Chinese sets no space between them."""
    return reduce(lambda one, other: tr("{one} {other}", one=one, other=other), items)


def titled(name: str, text: str) -> str:
    """`name: text`, with the colon of the reader's language."""
    return tr("{name}: {text}", name=name, text=text)


def noted(text: str, note: str) -> str:
    """`text (note)`, with the brackets of the reader's language."""
    return tr("{text} ({note})", text=text, note=note)


def current() -> str:
    """The locale in use, one of `LOCALES`."""
    return _locale.get()


def use(locale: str) -> None:
    """Set the locale of this context for good. `locale` is one of `LOCALES`."""
    _locale.set(locale)


@contextmanager
def using(locale: str) -> Iterator[None]:
    """Set the locale of this context for a while."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def known(name: str) -> str | None:
    """The locale that a name such as `zh_CN.UTF-8` or `en-GB` asks for; None when there is none."""
    language = name.strip().lower().split(".")[0].replace("-", "_").split("_")[0]
    return language if language in LOCALES else None


def from_environment(environment: Mapping[str, str]) -> str:
    """The locale that the environment asks for, English when it asks for none that is here.

    Variables in the order of POSIX: LC_ALL, LC_MESSAGES, LANG.
    """
    name = next(
        (environment[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(v)), ""
    )
    return known(name) or SOURCE


def _filled(template: str, values: Mapping[str, object]) -> str:
    if not values:
        return template
    shown = {k: translated(v) if isinstance(v, Message) else v for k, v in values.items()}
    if any(isinstance(v, str) and v and max(v[0], v[-1]) >= _WIDE for v in shown.values()):
        return _closed_up(template, shown)
    return template.format(**shown)


def _closed_up(template: str, values: Mapping[str, object]) -> str:
    """The sentence without the spaces that set a name in Latin letters off, where the value is Chinese itself."""
    text = ""
    for literal, field, form, conversion in Formatter().parse(template):
        text = _beside(text, literal)
        if field is not None:
            shown = f"!{conversion}" if conversion else ""
            value = f"{{{field}{shown}:{form}}}" if form else f"{{{field}{shown}}}"
            text = _beside(text, value.format(**values))
    return text


def _beside(left: str, right: str) -> str:
    if left.endswith(" ") and left[-2:-1] >= _WIDE and right[:1] >= _WIDE:
        return left[:-1] + right
    # A full-width mark brings its own space.
    if right.startswith(" ") and left[-1:] >= _WIDE and (right[1:2] >= _WIDE or left[-1] in _MARKS):
        return left + right[1:]
    return left + right


@cache
def _catalog(locale: str) -> gettext.NullTranslations | None:
    """The translations of a locale; None for the source language."""
    if locale == SOURCE:
        return None
    return gettext.translation(DOMAIN, str(DIRECTORY), [locale])
