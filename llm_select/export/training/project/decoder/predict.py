"""5. Use: ask the trained model.

    python predict.py "How do I descale a kettle?"      answers each argument; without one, each line of its input
    python predict.py --context "The passage …" "Who?"  for a model that was trained on questions about a passage

A decoder writes one token after another: it predicts, the most likely token is appended, and it predicts again. The
keys and values of earlier tokens are kept (the KV cache), so that each step only computes the new position.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import torch
from data import CUE, question
from model import load_trained
from settings import Settings, load, script

NEW_TOKENS = 256


def answer(
    settings: Settings, model: Any, tokenizer: Any, prompt: Any, limit: int = NEW_TOKENS
) -> str:
    """What the model writes after a prompt: a text, or turns of a conversation."""
    if isinstance(prompt, str):
        inputs = tokenizer(prompt, return_tensors="pt")
    else:
        inputs = tokenizer.apply_chat_template(
            prompt, add_generation_prompt=True, tokenize=True, return_tensors="pt", return_dict=True
        )
    inputs = inputs.to(model.device)
    size = inputs["input_ids"].shape[1]
    with torch.inference_mode():
        # Without sampling the same question gets the same answer.
        ids = model.generate(
            **inputs,
            max_new_tokens=min(limit, settings.data.seq_len),
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
        )
    return str(tokenizer.decode(ids[0, size:], skip_special_tokens=True)).strip()


def prompt_of(settings: Settings, text: str, context: str = "") -> Any:
    """A question in the form the model was trained on."""
    asked = question(settings, text, context)
    return [{"role": "user", "content": asked}] if settings.data.chat else asked + CUE


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers questions with the trained model.")
    parser.add_argument("texts", nargs="*", help="questions; without any, the lines of the input")
    parser.add_argument("--context", default="", help="a passage that the questions are about")
    given = parser.parse_args()
    settings = load()
    model, tokenizer = load_trained(settings)
    for text in given.texts or (line.strip() for line in sys.stdin):
        if text:
            prompt = prompt_of(settings, text, given.context)
            print(answer(settings, model, tokenizer, prompt), flush=True)


if __name__ == "__main__":
    script(main)
