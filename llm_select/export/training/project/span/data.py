"""1. Data: from questions with passages to token ids and the place of the answer.

    python data.py      reads, cleans, splits and checks; prints what it found

Extractive question answering: the answer stands in the passage, word for word, and the model points at its first and
last token (Rajpurkar et al. 2016, arXiv:1606.05250).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rows import Faults, Row
from settings import Settings, SettingsError, load, script
from splits import PARTS, Splits, read_splits, statistics


def prepare(settings: Settings) -> Splits:
    """Rows by part. Raises DataError, also for an answer that does not stand in its passage."""
    if settings.data.columns.context is None:
        raise SettingsError("settings.yaml: data.columns.context: name the column of the passages")
    splits = read_splits(settings)
    faults = Faults()
    for row in splits.train + splits.validation + splits.test:
        if str(row.answer) not in row.context:
            faults.add(row.where, f"the answer {row.answer!r} does not stand in the passage")
    faults.raise_any()
    return splits


def encode(settings: Settings, tokenizer: Any, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Token ids [tokens], and the first and last token of the answer, of each row.

    Question and passage are read as one sequence. Where the passage was cut before its answer, both places are 0, the
    first special token: "not here".
    """
    encoded = tokenizer(
        [str(row.input) for row in rows],
        [row.context for row in rows],
        truncation="only_second",
        max_length=settings.data.seq_len,
        return_offsets_mapping=True,
    )
    found = []
    for place, row in enumerate(rows):
        start = row.context.index(str(row.answer))
        end = start + len(str(row.answer))
        inside = [
            number
            for number, ((first, last), part) in enumerate(
                zip(encoded["offset_mapping"][place], encoded.sequence_ids(place), strict=True)
            )
            if part == 1 and first < end and last > start
        ]
        whole = bool(inside) and encoded["offset_mapping"][place][inside[-1]][1] >= end
        found.append(
            {name: values[place] for name, values in encoded.items() if name != "offset_mapping"}
            | {
                "start_positions": inside[0] if whole else 0,
                "end_positions": inside[-1] if whole else 0,
            }
        )
    return found


def main() -> None:
    from model import load_tokenizer

    settings = load()
    splits = prepare(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer = load_tokenizer(settings)
    for name, rows in zip(PARTS, splits[:3], strict=True):
        counts = (len(tokenizer(row.input, row.context)["input_ids"]) for row in rows)
        print(statistics(name, counts, settings.data.seq_len))


if __name__ == "__main__":
    script(main)
