"""5. Use: label texts with the trained model.

python predict.py "The soup was cold."      labels each argument; without one, each line of its input
python predict.py --context "Premise …" "Hypothesis …"      for a model that was trained on pairs of texts
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import torch
from model import load_trained
from settings import Settings, load, script


def answers(
    settings: Settings,
    model: Any,
    tokenizer: Any,
    labels: Sequence[str],
    pairs: Sequence[tuple[str, str]],
) -> list[Any]:
    """The likeliest label of each text and context, or its number when there are no labels."""
    found: list[Any] = []
    size = settings.training.batch
    for start in range(0, len(pairs), size):
        texts, contexts = zip(*pairs[start : start + size], strict=True)
        inputs = tokenizer(
            list(texts),
            list(contexts) if any(contexts) else None,
            truncation=True,
            max_length=settings.data.seq_len,
            padding=True,
            return_tensors="pt",
        ).to(model.device)
        with torch.inference_mode():
            logits = model(**inputs).logits  # [batch, labels]
        if labels:
            found += [labels[number] for number in logits.argmax(dim=-1).tolist()]
        else:
            found += logits[:, 0].float().tolist()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Labels texts with the trained model.")
    parser.add_argument("texts", nargs="*", help="texts; without any, the lines of the input")
    parser.add_argument("--context", default="", help="a second text that belongs to each")
    given = parser.parse_args()
    settings = load()
    model, tokenizer, labels = load_trained(settings)
    for text in given.texts or (line.strip() for line in sys.stdin):
        if text:
            found = answers(settings, model, tokenizer, labels, [(text, given.context)])
            print(f"{found[0]}\t{text}", flush=True)


if __name__ == "__main__":
    script(main)
