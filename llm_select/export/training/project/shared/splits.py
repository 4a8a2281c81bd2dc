"""Splits rows into train, validation and test, and checks what spoils an evaluation: duplicates and leaks.

The test rows stand for texts the model will meet later. If they, or near copies, are also trained on, the score tells
how well the model remembers, not how well it will do.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rows import DataError, Row, read_rows
from settings import Settings

SHINGLE = 5
"""Words in a row of which two texts are compared."""
NEAR = 0.8
"""A test row is a near copy when this share of its shingles stands in one train row."""
PARTS = ("train", "validation", "test")


class Splits(NamedTuple):
    """Rows by what they are for."""

    train: list[Row]
    validation: list[Row]
    test: list[Row]
    notes: tuple[str, ...]
    """What was found and done, for the reader."""


def read_splits(settings: Settings, *, tokens: bool = False, classes: bool = False) -> Splits:
    """Reads the files named in the settings, drops duplicates, splits, and checks for leaks. Raises DataError.

    `classes`: answers are labels; each part then gets its share of each.
    """
    data = settings.data
    rows = read_rows(settings.path(data.train), data.columns, tokens=tokens)
    rows, notes = without_duplicates(rows)
    if data.validation is None:
        shares = (data.shares.train, data.shares.validation, data.shares.test)
        parts = split(rows, shares, settings.training.seed, classes=classes)
    elif data.test is None:
        kept = data.shares.train / (data.shares.train + data.shares.test)
        first, last = split(rows, (kept, 1 - kept), settings.training.seed, classes=classes)
        parts = [
            first,
            read_rows(settings.path(data.validation), data.columns, tokens=tokens),
            last,
        ]
    else:
        others = (data.validation, data.test)
        parts = [rows] + [
            read_rows(settings.path(name), data.columns, tokens=tokens) for name in others
        ]
    notes += leaks(parts)
    train, validation, test = parts
    return Splits(train, validation, test, tuple(notes))


def without_duplicates(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Rows without repetitions of both input and answer; and notes, also on inputs with two different answers."""
    seen: dict[tuple[str, object], Row] = {}
    answers: dict[str, Row] = {}
    notes = []
    for row in rows:
        first = seen.setdefault((row.key, row.answer), row)
        if first is not row:
            notes.append(f"{row.where}: same as {first.where}, left out")
            continue
        other = answers.setdefault(row.key, row)
        if other.answer != row.answer:
            notes.append(
                f"{row.where}: same input as {other.where} with another answer; both kept, in one split"
            )
    return list(seen.values()), notes


def split(
    rows: Sequence[Row], shares: Sequence[float], seed: int, *, classes: bool = False
) -> list[list[Row]]:
    """Rows in parts of the given shares, the same for the same seed. Rows with the same input stay together.

    Every class is shuffled on its own, and a row is placed by its relative rank in its class, so that each part gets
    its share of each class (a stratified split). Raises DataError when a part would be empty.
    """
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.key].append(row)
    strata: dict[str, list[str]] = defaultdict(list)
    for key in sorted(groups):
        strata[str(groups[key][0].answer) if classes else ""].append(key)
    dice = random.Random(seed)
    placed = []
    for keys in strata.values():
        dice.shuffle(keys)
        placed += [((rank + 0.5) / len(keys), key) for rank, key in enumerate(keys)]
    placed.sort()
    parts = []
    start, total = 0, 0.0
    for share in shares:
        total += share
        end = round(total * len(placed))
        parts.append([row for _, key in placed[start:end] for row in groups[key]])
        start = end
    if not all(parts):
        raise DataError(
            f"{len(groups)} different inputs are too few for parts of {', '.join(f'{s:.0%}' for s in shares)}: "
            "give more rows"
        )
    return parts


def shingles(text: str) -> set[tuple[str, ...]]:
    """Runs of `SHINGLE` words; the whole text when it is shorter."""
    words = text.split()
    return {tuple(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}


def leaks(parts: Sequence[Sequence[Row]]) -> list[str]:
    """Notes on rows of validation and test that are also, or almost, in train."""
    where: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, row in enumerate(parts[0]):
        for shingle in shingles(row.key):
            where[shingle].add(number)
    keys = {row.key: row for row in parts[0]}
    notes = []
    for name, rows in zip(PARTS[1:], parts[1:], strict=True):
        for row in rows:
            if row.key in keys:
                notes.append(
                    f"LEAK: {row.where} ({name}) is also trained on: {keys[row.key].where}"
                )
                continue
            own = shingles(row.key)
            shared = Counter(number for shingle in own for number in where.get(shingle, ()))
            if shared:
                number, count = shared.most_common(1)[0]
                if count >= NEAR * len(own):
                    notes.append(
                        f"LEAK: {row.where} ({name}) is nearly the same as {parts[0][number].where} (train)"
                    )
    return notes


def statistics(name: str, lengths: Iterable[int], limit: int) -> str:
    """One line on lengths in tokens: what to set `seq_len` by."""
    sizes = sorted(lengths)
    cut = sum(size > limit for size in sizes)
    line = (
        f"{name}: {len(sizes)} rows, tokens shortest {sizes[0]}, median {sizes[len(sizes) // 2]}, "
        f"95 % under {sizes[min(len(sizes) - 1, int(0.95 * len(sizes)))]}, longest {sizes[-1]}"
    )
    return f"{line}; {cut} longer than {limit} will be cut" if cut else line
