"""Sheets of cases: a CSV read row by row, the same rows written with results."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from llm_select.errors import LlmSelectError, UsageError
from llm_select.foreign import in_our_words
from llm_select.i18n import shown
from llm_select.messages import Message, listed
from llm_select.questions.cells import Row
from llm_select.render.csv import render_csv
from llm_select.render.payload import VERSION

MAX_BYTES = 64 * 2**20
SLIP = 0.75
"""From this likeness (difflib's ratio) on, an unknown column is taken for a slip."""


def write_sheet(
    path: Path,
    form: str,
    columns: Sequence[str],
    results: Sequence[str],
    case: Callable[[Row], Mapping[str, object]],
) -> int:
    """Work out every row; one that cannot be says why in `error` and the others go on.

    Returns the exit code: 1 when there are rows and none could be worked out.
    """
    if form not in ("csv", "json", "table", "plain"):
        raise UsageError(
            Message("a sheet has no {form} form", form=form),
            where="--output",
            remedy=Message("use csv or json"),
        )
    names, rows = _read(path, columns, results)
    blank: dict[str, object] = dict.fromkeys(results)
    written: list[dict[str, object]] = []
    for row in rows:
        try:
            found = case({k: v.strip() for k, v in row.items()})
        except LlmSelectError as error:
            found = {"error": " ".join(shown(error).split())}
        written.append({**row, **blank, **found})
    if form == "json":
        sys.stdout.write(json.dumps({"version": VERSION, "cases": written}, indent=2) + "\n")
    elif written:
        sys.stdout.write(render_csv(written))
    else:
        header = dict.fromkeys([*names, *results])
        csv.writer(sys.stdout, lineterminator="\n").writerow(header)
    return 1 if written and all(one["error"] for one in written) else 0


def _read(
    path: Path, columns: Sequence[str], results: Sequence[str]
) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows."""
    if path.is_dir() or not path.exists():
        raise UsageError(
            Message("{path} is not a file", path=path),
            where="--cases",
            remedy=Message("give a CSV file that exists"),
        )
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(
            Message("{path} is larger than 64 MiB", path=path),
            where="--cases",
            remedy=Message("split it into smaller sheets"),
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = list(reader.fieldnames or ())
            rows = [{k: (v or "") for k, v in row.items() if k in names} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            Message(
                "{path} is not a CSV file in UTF-8: {error}",
                path=path,
                error=in_our_words(str(error)),
            ),
            where="--cases",
            remedy=Message("save it as UTF-8 CSV"),
        ) from None
    _refuse_slips(names, columns, results)
    if "model" not in names:
        raise UsageError(
            Message("{path} has no column `model`", path=path),
            where="--cases",
            remedy=Message("its first line may name: {columns}", columns=listed(columns)),
        )
    return names, rows


def _refuse_slips(names: list[str], columns: Sequence[str], results: Sequence[str]) -> None:
    """A misspelt column would be taken for the user's own and its values silently left out.

    Raises UsageError. A column that is not like any known one, and one like a column that the sheet
    has too, is the user's own.
    """
    absent = [known for known in columns if known not in names]
    for name in names:
        if name in columns or name in results:
            continue
        folded = name.strip().lower().replace("-", "_").replace(" ", "_")
        near = get_close_matches(folded, absent, 1, SLIP)
        if near:
            raise UsageError(
                Message(
                    "column {name!r} is close to `{nearest}` but not the same",
                    name=name,
                    nearest=near[0],
                ),
                where="--cases",
                remedy=Message(
                    "write `{nearest}`, or give a column of your own another name", nearest=near[0]
                ),
            )
