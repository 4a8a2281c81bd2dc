"""Links of a task's boards, fitted when the task is first asked about and kept in the cache.

The wheel carries those of every task. In a source checkout, whose catalog changes often, fitting them all at each
change would take several seconds, and a question needs those of one task.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from llm_select.catalog import cache

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

Rows = Mapping[str, tuple[float, ...]]
"""By board: what `evidence.quality.links_of` gives."""


class FittedLinks(Mapping[str, Rows]):
    """The links of every task of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._found: dict[str, Rows] = {}

    def __getitem__(self, task: str) -> Rows:
        if task not in self._catalog.tasks:
            raise KeyError(task)
        if task not in self._found:
            name = cache.links_name(self._catalog.content_hash, task)
            rows = _read(name)
            if rows is None:
                from llm_select.evidence.quality import links_of

                rows = links_of(self._catalog, task)
                cache.store(name, json.dumps(rows).encode())
            self._found[task] = rows
        return self._found[task]

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalog.tasks)

    def __len__(self) -> int:
        return len(self._catalog.tasks)


def _read(name: str) -> Rows | None:
    data = cache.read(name)
    if data is None:
        return None
    try:
        rows = json.loads(data)
        return {board: tuple(map(float, row)) for board, row in rows.items()}
    except (ValueError, TypeError, AttributeError):
        return None
