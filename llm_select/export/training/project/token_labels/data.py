"""1. Data: from tagged words to token ids and a tag for each.

    python data.py      reads, cleans, splits and checks; prints what it found

Names are marked in the BIO scheme (Ramshaw & Marcus 1995, arXiv:cmp-lg/9505040): B-PER begins the name of a person,
I-PER continues it, O is outside of any name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rows import DataError, Faults, Row
from settings import Settings, load, script
from splits import PARTS, Splits, read_splits, statistics

IGNORED = -100
"""Label of a position that the loss passes over; what `torch.nn.CrossEntropyLoss` ignores."""


def prepare(settings: Settings) -> tuple[Splits, list[str]]:
    """Rows by part, and the tags in order. Raises DataError."""
    splits = read_splits(settings, tokens=True)
    kinds = sorted({tag[2:] for row in splits.train for tag in row.answer if tag != "O"})
    if not kinds:
        raise DataError(f"{settings.data.train}: no name is tagged: nothing to learn")
    tags = ["O"] + [f"{place}-{kind}" for kind in kinds for place in "BI"]
    faults = Faults()
    for row in splits.validation + splits.test:
        for tag in sorted(set(row.answer) - set(tags)):
            faults.add(row.where, f"no {tag[2:]} in the rows trained on, only {', '.join(kinds)}")
    faults.raise_any()
    return splits, tags


def encode(
    settings: Settings, tokenizer: Any, rows: Sequence[Row], tags: Sequence[str]
) -> list[dict[str, Any]]:
    """Token ids [tokens] and tag numbers [tokens] of each row.

    A tokenizer cuts rare words into pieces. The first piece carries the word's tag; the others and the special tokens
    carry `IGNORED`, so that a long word does not count more than a short one.
    """
    numbers = {tag: number for number, tag in enumerate(tags)}
    encoded = tokenizer(
        [list(row.input) for row in rows],
        is_split_into_words=True,
        truncation=True,
        max_length=settings.data.seq_len,
    )
    found = []
    for place, row in enumerate(rows):
        labels, before = [], None
        for word in encoded.word_ids(place):
            first = word is not None and word != before
            labels.append(numbers[row.answer[word]] if first else IGNORED)
            before = word
        found.append({name: values[place] for name, values in encoded.items()} | {"labels": labels})
    return found


def main() -> None:
    from model import load_tokenizer

    settings = load()
    splits, tags = prepare(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer = load_tokenizer(settings)
    for name, rows in zip(PARTS, splits[:3], strict=True):
        counts = (
            len(tokenizer(list(row.input), is_split_into_words=True)["input_ids"]) for row in rows
        )
        print(statistics(name, counts, settings.data.seq_len))
        names = Counter(tag[2:] for row in rows for tag in row.answer if tag.startswith("B-"))
        print("  " + ", ".join(f"{kind} {count}" for kind, count in names.most_common()))
    print("tags: " + ", ".join(tags))


if __name__ == "__main__":
    script(main)
