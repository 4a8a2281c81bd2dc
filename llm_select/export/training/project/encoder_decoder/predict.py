"""5. Use: turn texts into others with the trained model.

    python predict.py "The train is late."      without an argument, each line of its input

Beam search keeps the few likeliest beginnings at each step and returns the likeliest whole; the greedy choice of one
token after another can end in a corner.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import torch
from data import source
from model import first_token, load_trained
from settings import Settings, load, script

BEAMS = 4


def answers(
    settings: Settings, model: Any, tokenizer: Any, mark: str, pairs: Sequence[tuple[str, str]]
) -> list[str]:
    """What the model writes for each text and context."""
    found: list[str] = []
    size = settings.training.batch
    for start in range(0, len(pairs), size):
        texts = [
            source(settings, text, context, mark) for text, context in pairs[start : start + size]
        ]
        inputs = tokenizer(
            texts,
            truncation=True,
            max_length=settings.data.seq_len,
            padding=True,
            return_tensors="pt",
        ).to(model.device)
        first = first_token(tokenizer)
        with torch.inference_mode():
            ids = model.generate(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                max_new_tokens=settings.data.target_len,
                num_beams=BEAMS,
                do_sample=False,
                **({} if first is None else {"forced_bos_token_id": first}),
            )
        found += [text.strip() for text in tokenizer.batch_decode(ids, skip_special_tokens=True)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Turns texts into others with the trained model.")
    parser.add_argument("texts", nargs="*", help="texts; without any, the lines of the input")
    parser.add_argument("--context", default="", help="a passage that the texts are about")
    given = parser.parse_args()
    settings = load()
    model, tokenizer, mark = load_trained(settings)
    for text in given.texts or (line.strip() for line in sys.stdin):
        if text:
            print(answers(settings, model, tokenizer, mark, [(text, given.context)])[0], flush=True)


if __name__ == "__main__":
    script(main)
