"""What tasks, licences and languages are called in the reader's language. Every label is also taken as input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from llm_select.evidence.languages import split_pair
from llm_select.i18n import SOURCE, current, titled, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llm_select.evidence.reference import Target
    from llm_select.plan.rules import Value
    from llm_select.schema.catalog import Catalog


class Named(Protocol):
    """A task or a licence."""

    @property
    def name(self) -> str:
        """The English name."""

    @property
    def names(self) -> Mapping[str, str]:
        """Names by language."""


def name_of(thing: Named) -> str:
    """The name of a task or licence; the English one where the catalog has no other."""
    return thing.names.get(current(), thing.name)


def task_label(task_id: str, catalog: Catalog) -> str:
    """A task in a sentence: its id in English, elsewhere its name."""
    task = catalog.tasks.get(task_id)
    return task_id if task is None or current() == SOURCE else name_of(task)


def license_label(license_id: str, catalog: Catalog) -> str:
    """A licence in a table: its id in English, elsewhere its name."""
    terms = catalog.licenses.get(license_id)
    return license_id if terms is None or current() == SOURCE else name_of(terms)


def in_names(values: Mapping[str, Value], catalog: Catalog) -> dict[str, Value]:
    """Values of a sentence with tasks and licences called by their names; in English as they are."""
    found = dict(values)
    if current() != SOURCE:
        task, license_ = values.get("task"), values.get("license")
        if task is not None:
            found["task"] = task_label(str(task), catalog)
        for id_, terms in catalog.licenses.items():
            if license_ in (id_, terms.name):
                found["license"] = name_of(terms)
    return found


def explained(thing: Named, text: str) -> str:
    """What a table says of a task or licence beside its id: in English the text alone, elsewhere its name as well."""
    if current() == SOURCE:
        return text
    return titled(name_of(thing), text)


def boards_label(target: Target) -> str:
    """What quality is expressed on: `wmt25.en-zh`, or `wmt25 (27 boards)`."""
    n = len(target.boards)
    if n == 1:
        return target.label
    return tr("{board} ({n} boards)", board=target.stem, n=n)


def language_label(tag: str) -> str:
    """A language or pair: 德语, 英语译中文. In English, and where no name is known, the tag itself."""
    if current() == SOURCE:
        return tag
    from llm_select.catalog.rules.language_names_zh import NAMES

    pair = split_pair(tag)
    if pair is None:
        return NAMES.get(tag, tag)
    return "译".join(NAMES.get(one, one) for one in pair)
