"""5. Use: find names with the trained model.

python predict.py "Ada Lovelace met Charles Babbage in London."      without an argument, each line of its input
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import torch
from model import load_trained
from settings import Settings, load, script

_WORD = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")


def answers(
    settings: Settings,
    model: Any,
    tokenizer: Any,
    tags: Sequence[str],
    sentences: Sequence[list[str]],
) -> list[list[str]]:
    """The likeliest tag of every word. Words beyond the longest length the model reads are O."""
    found = []
    for words in sentences:
        inputs = tokenizer(
            words,
            is_split_into_words=True,
            truncation=True,
            max_length=settings.data.seq_len,
            return_tensors="pt",
        )
        owners = inputs.word_ids(0)
        with torch.inference_mode():
            logits = model(**inputs.to(model.device)).logits[0]  # [tokens, tags]
        row = ["O"] * len(words)
        before = None
        for owner, number in zip(owners, logits.argmax(dim=-1).tolist(), strict=True):
            # As in training, the first piece of a word speaks for it.
            if owner is not None and owner != before:
                row[owner] = tags[number]
            before = owner
        found.append(row)
    return found


def names(words: Sequence[str], tags: Sequence[str]) -> list[tuple[str, str]]:
    """Names and their types, put together from the tags. A name that begins with I- is taken as it is meant."""
    found: list[tuple[str, list[str]]] = []
    kind = ""
    for word, tag in zip(words, tags, strict=True):
        if tag == "O":
            kind = ""
        elif tag[2:] == kind and tag.startswith("I-"):
            found[-1][1].append(word)
        else:
            kind = tag[2:]
            found.append((kind, [word]))
    return [(" ".join(parts), kind) for kind, parts in found]


def main() -> None:
    settings = load()
    model, tokenizer, tags = load_trained(settings)
    for text in sys.argv[1:] or (line.strip() for line in sys.stdin):
        words = _WORD.findall(text)
        if words:
            row = answers(settings, model, tokenizer, tags, [words])[0]
            found = ", ".join(f"{name} ({kind})" for name, kind in names(words, row))
            print(f"{found or 'no names'}\t{text}", flush=True)


if __name__ == "__main__":
    script(main)
