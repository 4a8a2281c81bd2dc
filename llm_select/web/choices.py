"""What the form offers: names of the catalog, in the reader's language where they have one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from llm_select import i18n
from llm_select.evidence.languages import split_pair

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog


class Choice(NamedTuple):
    """One value of a field and how it is called."""

    value: str
    label: str


class Choices:
    """Lists for the form. Made once; nothing here decides anything."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._spoken: dict[str, tuple[str, ...]] = {}

    def tasks(self) -> list[Choice]:
        """Tasks by name."""
        locale = i18n.current()
        named = [
            Choice(key, task.names.get(locale, task.name))
            for key, task in self.catalog.tasks.items()
        ]
        return sorted(named, key=lambda choice: choice.label.casefold())

    @cached_property
    def gpus(self) -> tuple[str, ...]:
        """Names of devices."""
        return tuple(sorted(device.name for device in self.catalog.devices.values()))

    @cached_property
    def engines(self) -> tuple[Choice, ...]:
        """Engines."""
        return tuple(Choice(key, engine.name) for key, engine in self.catalog.engines.items())

    @cached_property
    def quantizations(self) -> tuple[Choice, ...]:
        """Number formats."""
        known = self.catalog.quantizations
        return tuple(Choice(key, quantization.name) for key, quantization in known.items())

    @cached_property
    def licenses(self) -> tuple[Choice, ...]:
        """Licences."""
        return tuple(Choice(key, license_.name) for key, license_ in self.catalog.licenses.items())

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Model families."""
        return tuple(dict.fromkeys(key.partition("/")[0] for key in self.catalog.models))

    @cached_property
    def models(self) -> tuple[Choice, ...]:
        """Models by id."""
        return tuple(Choice(key, model.name) for key, model in self.catalog.models.items())

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """Ways to weigh the criteria."""
        scoring = self.catalog.scoring
        return tuple(scoring.profiles) if scoring is not None else ()

    def spoken(self, task: str | None, *, paired: bool) -> tuple[str, ...]:
        """Languages, or pairs, that the boards of a task have; of all boards without a task."""
        key = f"{task or ''}{'>' if paired else ''}"
        if key not in self._spoken:
            known = self.catalog.tasks.get(task or "")
            boards = (
                [self.catalog.boards[use.board] for use in known.boards]
                if known is not None
                else list(self.catalog.boards.values())
            )
            rows = {row for board in boards for row in board.scores if row != "all"}
            kept = (row for row in rows if (split_pair(row) is not None) == paired)
            self._spoken[key] = tuple(sorted(kept))
        return self._spoken[key]
