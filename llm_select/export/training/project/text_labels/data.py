"""1. Data: from rows to token ids and a label.

    python data.py      reads, cleans, splits and checks; prints what it found

An encoder labels a text that is there. Each example is a text (or two, as in inference: premise and hypothesis) and one
label, or one number when the head is `number`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rows import DataError, Faults, Row
from settings import Settings, load, script
from splits import PARTS, Splits, read_splits, statistics


def prepare(settings: Settings) -> tuple[Splits, list[str]]:
    """Rows by part, and the labels in order; no labels when the answer is a number. Raises DataError."""
    numeric = settings.model.head == "number"
    splits = read_splits(settings, classes=not numeric)
    faults = Faults()
    if numeric:
        for row in splits.train + splits.validation + splits.test:
            try:
                float(str(row.answer))
            except ValueError:
                faults.add(row.where, f"{row.answer!r} is not a number")
        faults.raise_any()
        return splits, []
    labels = sorted({str(row.answer) for row in splits.train})
    for row in splits.validation + splits.test:
        if row.answer not in labels:
            faults.add(
                row.where,
                f"label {row.answer!r} is not among those trained on: {', '.join(labels)}",
            )
    faults.raise_any()
    if len(labels) < 2:
        raise DataError(
            f"{settings.data.train}: one label only, {labels[0]!r}: nothing to tell apart"
        )
    return splits, labels


def encode(
    settings: Settings, tokenizer: Any, rows: Sequence[Row], labels: Sequence[str]
) -> list[dict[str, Any]]:
    """Token ids [tokens] and label of each row. Padding to equal length is done batch by batch, by the collator."""
    texts = [row.input for row in rows]
    contexts = [row.context for row in rows] if any(row.context for row in rows) else None
    encoded = tokenizer(texts, contexts, truncation=True, max_length=settings.data.seq_len)
    numbers = {label: number for number, label in enumerate(labels)}
    return [
        {name: values[place] for name, values in encoded.items()}
        | {"labels": numbers[row.answer] if labels else float(str(row.answer))}
        for place, row in enumerate(rows)
    ]


def main() -> None:
    from model import load_tokenizer

    settings = load()
    splits, labels = prepare(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer = load_tokenizer(settings)
    for name, rows in zip(PARTS, splits[:3], strict=True):
        counts = (len(tokenizer(row.input, row.context or None)["input_ids"]) for row in rows)
        print(statistics(name, counts, settings.data.seq_len))
        if labels:
            shares = Counter(row.answer for row in rows).most_common()
            print("  " + ", ".join(f"{label} {count}" for label, count in shares))


if __name__ == "__main__":
    script(main)
