"""5. Use: find the answer to a question in a passage.

python predict.py --context "The bridge was built in 1894 by …" "When was the bridge built?"
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import torch
from model import load_trained
from settings import Settings, load, script

LONGEST = 30
"""Tokens of an answer."""


def answer(settings: Settings, model: Any, tokenizer: Any, question: str, context: str) -> str:
    """The likeliest span of the passage: the pair of start and end with the highest sum of scores, in this order."""
    inputs = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=settings.data.seq_len,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets = inputs.pop("offset_mapping")[0].tolist()
    passage = [number for number, part in enumerate(inputs.sequence_ids(0)) if part == 1]
    with torch.inference_mode():
        output = model(**inputs.to(model.device))
    starts, ends = output.start_logits[0].tolist(), output.end_logits[0].tolist()
    spans = [
        (starts[first] + ends[last], first, last)
        for place, first in enumerate(passage)
        for last in passage[place : place + LONGEST]
    ]
    if not spans:
        return ""
    _, first, last = max(spans)
    return context[offsets[first][0] : offsets[last][1]].strip()


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Finds answers in a passage with the trained model."
    )
    parser.add_argument("texts", nargs="*", help="questions; without any, the lines of the input")
    parser.add_argument("--context", required=True, help="the passage")
    given = parser.parse_args()
    settings = load()
    model, tokenizer = load_trained(settings)
    for text in given.texts or (line.strip() for line in sys.stdin):
        if text:
            print(answer(settings, model, tokenizer, text, given.context), flush=True)


if __name__ == "__main__":
    script(main)
