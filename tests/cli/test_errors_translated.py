"""No error reaches a reader of another language in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.errors import UsageError
from llm_select.i18n import shown
from llm_select.messages import Message
from tests.pseudo import blotted_out, raw_english

from .conftest import Call
from .test_bad_options import BY_NAME, CARD, NER

MORE = (
    (*NER, "--gpu-mem", "24 bananas"),
    (*NER, "--gpu-mem", "0"),
    (*CARD, "--gpus", "0"),
    (*CARD, "--gpus", "x"),
    (*CARD, "--top", "99999999999"),
    (*CARD, "--examples", "-1"),
    (*CARD, "--max-price", "nan"),
    (*CARD, "--min-accuracy", "nan"),
    (*CARD, "--min-accuracy", "1e9"),
    (*CARD, "--weights", "quality=x"),
    (*CARD, "--weights", "quality=0"),
    (*CARD, "--weights", "quality=1,quality=2"),
    (*CARD, "--weights", "quality=1", "--profile", "speed"),
    (*CARD, "--weights-access", "hosted"),
    (*CARD, "--context", "10", "--generate", "20"),
    (*NER, "--pair", "en-zh"),
    (*NER, "--gpu", "M4 Max"),
    (*NER, "--gpu", "RTX 4090", "--gpu-mem", "48"),
    (*NER, "--gpus", "2"),
    ("recommend",),
    ("recommend", "--task"),
    ("recommend", "--commercial=1"),
    ("explain",),
    ("catalog",),
    ("recommendd",),
    ("compare", "gemma-3-12b-it"),
    ("estimate",),
    ("estimate", "gpt-4.1", "--gpu", "RTX 4090"),
    ("estimate", "gemma-3-12b-it", "--gpu", "RTX 4090", "--kv-type", "x"),
    ("finetune",),
    ("finetune", "gpt-4.1", "--method", "lora", "--gpu", "RTX 4090"),
    ("finetune", "gemma-3-12b-it", "--method", "lorra"),
    ("finetune", "gemma-3-12b-it", "--method", "full", "--lora-rank", "8"),
    ("finetune", "gemma-3-12b-it", "--task", "ner", "--gpu", "RTX 4090"),
    ("deploy", "gpt-4.1", "--gpu", "RTX 4090"),
    ("deploy", "gemma-3-12b-it", "--gpu", "RTX 4090", "--context", "9999999"),
    ("deploy", "gemma-3-12b-it", "--gpu", "RTX 4090", "--kv-type", "q99"),
    ("deploy", "gemma-3-12b-it", "--gpu", "RTX 4090", "--hosted-price", "1"),
    ("deploy", "gemma-3-12b-it", "--gpu-mem", "24", "--nodes", "2"),
    ("evaluate", "--task", "ner"),
    ("evaluate", "--task", "code-generation", "--data", "no.csv", "--model", "m", "--endpoint", "http://x/v1"),
    ("evaluate", "--task", "ner", "--data", "no.csv", "--model", "m", "--endpoint", "http://x/v1"),
    ("evaluate", "--task", "ner", "--data", "no.csv", "--model", "m", "--endpoint", "x"),
    ("catalog", "check", "/nowhere"),
    ("catalog", "import", "/nowhere.json"),
    ("catalog", "import", "hf:x"),
    ("recommend", "--task", "ner", "--catalog", "/nowhere"),
)  # fmt: skip


@pytest.mark.parametrize("line", [*BY_NAME, *MORE], ids=" ".join)
def test_a_refusal_has_no_raw_english(line: tuple[str, ...], call: Call) -> None:
    with blotted_out():
        answer = call(*line)
    assert answer.code
    assert raw_english(answer.err) == []


@pytest.mark.parametrize(
    "row", ["nope,", "gpt-4.1,", "gemma-3-12b-it,nope", "gemma-3-12b-it,24 pears"]
)
def test_the_error_column_of_a_sheet_has_no_raw_english(
    row: str, call: Call, tmp_path: Path
) -> None:
    sheet = tmp_path / "cases.csv"
    sheet.write_text(f"model,gpu\n{row}\n")
    with blotted_out():
        answer = call("estimate", "--cases", str(sheet), "-o", "csv")
    assert "·" in answer.out
    assert raw_english(answer.out.replace(row, "")) == []


DATA = {
    "text.csv": "text,lable\nGood food,food\n",
    "empty.csv": "text,label\n,x\n",
    "cells.csv": "text,label\nGood\n",
    "twice.csv": "text,text\nGood,Bad\n",
    "no.jsonl": "{\n",
    "list.jsonl": "[]\n",
    "label.jsonl": '{"text": "Good"}\n{"text": "Bad", "label": [1]}\n',
    "none.csv": "",
    "odd.txt": "x",
}


@pytest.mark.parametrize("name", DATA)
def test_faults_of_a_data_file_are_told_without_raw_english(
    name: str, call: Call, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(DATA[name])
    with blotted_out():
        answer = call(
            "evaluate", "--task", "sentiment-analysis", "--data", str(path), "--model", "m",
            "--endpoint", "http://localhost:1/v1", "--dry-run",
        )  # fmt: skip
    assert answer.code == 2
    assert raw_english(answer.err) == []


def test_the_fixed_words_of_a_help_page_are_translated(call: Call) -> None:
    with blotted_out():
        page = call("hardware", "--help").out
    assert "Usage" not in page
    assert "Show this message" not in page
    assert "List devices" not in page


def test_help_is_english_again_afterwards(call: Call) -> None:
    page = call("hardware", "--help").out
    assert page.startswith("Usage: llm-select hardware")
    assert "Show this message and exit." in page


def test_an_error_of_a_plain_text_would_be_noticed() -> None:
    with blotted_out():
        text = shown(UsageError(Message("{what} is wrong", what="the other thing"), where="--x"))
    assert raw_english(text) == ["the other"]
