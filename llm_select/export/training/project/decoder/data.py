"""1. Data: from rows to prompts and answers.

    python data.py      reads, cleans, splits and checks; writes prepared/*.jsonl, which other trainers read too

A decoder learns to continue a text. Each example is a prompt, which it only reads, and a completion, which it learns
to write. With `data.chat` both are turns of a conversation, put into the form the checkpoint was tuned on (its chat
template); another form would be a dialect that the model has to learn first.
"""

from __future__ import annotations

import json
from typing import Any

from rows import DataError, Row
from settings import Settings, load, script
from splits import PARTS, Splits, read_splits, statistics

CUE = "\n\nAnswer:"
"""Tells a model without chat template where the prompt ends. The blank after it belongs to the completion, since
tokenizers join a blank to the word that follows."""


def question(settings: Settings, text: str, context: str = "") -> str:
    """What the model is asked: instruction, passage, input."""
    return "\n\n".join(part for part in (settings.data.instruction, context, text) if part)


def conversation(settings: Settings, row: Row) -> list[dict[str, str]]:
    """A row as turns of a conversation."""
    return list(row.messages) or [
        {"role": "user", "content": question(settings, str(row.input), row.context)},
        {"role": "assistant", "content": str(row.answer)},
    ]


def examples(settings: Settings, row: Row) -> list[dict[str, Any]]:
    """Prompts and completions of a row. A conversation gives one example for each turn of the assistant."""
    if settings.data.chat:
        turns = conversation(settings, row)
        return [
            {"prompt": turns[:place], "completion": [turn]}
            for place, turn in enumerate(turns)
            if place and turn["role"] == "assistant"
        ]
    if any(turn["role"] == "system" for turn in row.messages) or len(row.messages) > 2:
        raise DataError(
            f"{row.where}: several turns need a chat template; set data.chat, or give prompt and answer"
        )
    text = row.input if row.messages else question(settings, str(row.input), row.context)
    return [{"prompt": f"{text}{CUE}", "completion": f" {row.answer}"}]


def prepare(settings: Settings) -> tuple[dict[str, list[dict[str, Any]]], Splits]:
    """Examples by part, and the rows they come from. Conversations are split before they are taken apart, so that no
    conversation is both trained on and tested on."""
    splits = read_splits(
        settings, classes=settings.model.head == "language-model" and _few_labels(settings)
    )
    parts = (splits.train, splits.validation, splits.test)
    return {
        name: [example for row in rows for example in examples(settings, row)]
        for name, rows in zip(PARTS, parts, strict=True)
    }, splits


def _few_labels(settings: Settings) -> bool:
    return bool({"accuracy", "macro-f1", "matthews"} & set(settings.evaluation.metrics))


def token_count(tokenizer: Any, example: dict[str, Any]) -> int:
    """Tokens of prompt and completion together."""
    if isinstance(example["prompt"], str):
        return len(tokenizer(example["prompt"] + example["completion"])["input_ids"])
    turns = example["prompt"] + example["completion"]
    return len(tokenizer.apply_chat_template(turns, tokenize=True, return_dict=True)["input_ids"])


def write_prepared(settings: Settings, splits: Splits) -> None:
    """The rows as JSONL for other trainers: whole conversations with a chat template, `prompt` and `completion`
    without."""
    folder = settings.path("prepared")
    folder.mkdir(exist_ok=True)
    for name, rows in zip(PARTS, splits[:3], strict=True):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for row in rows:
                records = (
                    [{"messages": conversation(settings, row)}]
                    if settings.data.chat
                    else examples(settings, row)
                )
                for record in records:
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")


def main() -> None:
    from model import load_tokenizer

    settings = load()
    parts, splits = prepare(settings)
    write_prepared(settings, splits)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer = load_tokenizer(settings)
    for name, found in parts.items():
        counts = (token_count(tokenizer, example) for example in found)
        print(statistics(name, counts, settings.data.seq_len))


if __name__ == "__main__":
    script(main)
