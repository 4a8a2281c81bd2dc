"""1. Data: from rows to source and target token ids.

    python data.py      reads, cleans, splits and checks; prints what it found

An encoder-decoder turns one text into another. Each example is a source, which the encoder reads as a whole, and a
target, which the decoder learns to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rows import Row
from settings import Settings, load, script
from splits import PARTS, read_splits, statistics


def source(settings: Settings, text: str, context: str = "", mark: str = "") -> str:
    """What the encoder reads: the mark of a target language, or the instruction; passage; text."""
    return (mark or settings.data.instruction) + " ".join(part for part in (text, context) if part)


def encode(
    settings: Settings, tokenizer: Any, rows: Sequence[Row], mark: str = ""
) -> list[dict[str, Any]]:
    """Token ids of source [tokens] and target [tokens, as `labels`] of each row.

    The decoder is fed the target shifted by one (teacher forcing): at each position it sees the true tokens before,
    and the loss is taken on the next. The model does the shift itself.
    """
    texts = [source(settings, str(row.input), row.context, mark) for row in rows]
    encoded = tokenizer(texts, truncation=True, max_length=settings.data.seq_len)
    targets = tokenizer(
        text_target=[str(row.answer) for row in rows],
        truncation=True,
        max_length=settings.data.target_len,
    )["input_ids"]
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": target}
        for ids, mask, target in zip(
            encoded["input_ids"], encoded["attention_mask"], targets, strict=True
        )
    ]


def main() -> None:
    from model import load_tokenizer

    settings = load()
    splits = read_splits(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer, mark = load_tokenizer(settings)
    longest = settings.data.target_len or settings.data.seq_len
    for name, rows in zip(PARTS, splits[:3], strict=True):
        texts = [source(settings, str(row.input), row.context, mark) for row in rows]
        sources = (len(tokenizer(text)["input_ids"]) for text in texts)
        targets = (len(tokenizer(text_target=str(row.answer))["input_ids"]) for row in rows)
        print(statistics(f"{name}, source", sources, settings.data.seq_len))
        print(statistics(f"{name}, target", targets, longest))


if __name__ == "__main__":
    script(main)
