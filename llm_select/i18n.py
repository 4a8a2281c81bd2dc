"""Messages in the reader's language.

English stands in the code and is the key of gettext catalogs, `locale/<language>/LC_MESSAGES/messages.po`. Where a
sentence is shown, `tr` translates it at once. Where it is only made, as in an error or a finding, a `Message` keeps
template and values, and `translated` or `shown` puts it in the reader's language.
"""

from __future__ import annotations

import gettext
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
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
    return template.format(
        **{k: translated(v) if isinstance(v, Message) else v for k, v in values.items()}
    )


@cache
def _catalog(locale: str) -> gettext.NullTranslations | None:
    """The translations of a locale; None for the source language."""
    if locale == SOURCE:
        return None
    return gettext.translation(DOMAIN, str(DIRECTORY), [locale])
