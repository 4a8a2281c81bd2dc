"""A bar on standard error while requests are under way, only where somebody looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from llm_select.i18n import tr

if TYPE_CHECKING:
    from llm_select.evaluation.runner import Progress


@contextmanager
def request_progress(waiting: Mapping[str, int]) -> Iterator[Callable[[Progress], None]]:
    """Yields what to call after each request; `waiting` are the requests of each model."""
    if not sys.stderr.isatty() or not sum(waiting.values()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.fields[name]}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[said]}"),
    )
    with Bars(*columns, console=Console(file=sys.stderr, markup=False)) as bars:
        rows: dict[str, TaskID] = {
            label: bars.add_task("", total=count, name=label[:28], rate="", said="")
            for label, count in waiting.items()
            if count
        }

        def told(progress: Progress) -> None:
            row = rows[progress.label]
            speed = next(task.speed for task in bars.tasks if task.id == row)
            said = tr("{n} failed", n=progress.failed) if progress.failed else ""
            if progress.waiting is not None:
                said = tr(
                    "the endpoint asks to wait {seconds} s", seconds=f"{progress.waiting:.0f}"
                )
            bars.update(
                row,
                completed=progress.answered + progress.failed,
                rate=f"{speed:.1f}/s" if speed else "",
                said=said,
            )

        yield told
