"""`evaluate --endpoint transformers:DIRECTORY` with tiny models of random weights that the test builds.

Runs where `transformers` and `torch` are installed (extra `local`), and is skipped elsewhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("stamina")
pytest.importorskip("nervaluate")
pytest.importorskip("sacrebleu")

from tests.cli.conftest import Call, Refused

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "ada", "met", "bob", "nice", "dull", "film"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(directory: Path, kind: str, **settings: Any) -> Path:
    """A model directory as `save_pretrained` leaves it."""
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32
    )
    fast.save_pretrained(directory)
    transformers.set_seed(0)
    getattr(transformers, kind)(_config(kind, **settings)).save_pretrained(directory)
    return directory


def _config(kind: str, **settings: Any) -> Any:
    import transformers

    if kind.startswith("T5"):
        return transformers.T5Config(
            vocab_size=len(WORDS), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
            pad_token_id=0, eos_token_id=3, decoder_start_token_id=0,
        )  # fmt: skip
    return transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=32, **settings,
    )  # fmt: skip


def rows(path: str, *records: dict[str, Any]) -> str:
    Path(path).write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_classifier_is_read_by_its_own_labels(call: Call, here: Path) -> None:
    labels = {0: "positive", 1: "negative"}
    place = saved(here / "m", "BertForSequenceClassification", id2label=labels)
    texts = {"nice film": "positive", "dull film": "negative"}
    data = rows("d.jsonl", *({"text": text, "label": label} for text, label in texts.items()))
    start = ("evaluate", "--task", "sentiment-analysis", "--data", data, "--model", "mine")
    answer = call(*start, "--endpoint", f"transformers:{place}", "-o", "json")
    (model,) = answer.json()["models"]
    assert (model["answered"], model["unreadable"], answer.code) == (2, 0, 0)
    assert "sent to" in call(*start, "--endpoint", f"transformers:{place}", "--resume").out


def test_a_tagger_gives_spans_of_the_text(call: Call, here: Path) -> None:
    place = saved(here / "m", "BertForTokenClassification", id2label={0: "B-PER", 1: "O"})
    data = rows("d.jsonl", {"tokens": ["ada", "met", "bob"], "tags": ["B-PER", "O", "B-PER"]})
    start = ("evaluate", "--task", "ner", "--data", data, "--model", "mine")
    answer = call(*start, "--endpoint", f"transformers:{place}", "-o", "json")
    (model,) = answer.json()["models"]
    assert (model["answered"], model["unreadable"]) == (1, 0)
    assert model["labels"][0]["expected"] == 2


def test_an_encoder_decoder_writes_a_text(call: Call, here: Path) -> None:
    place = saved(here / "m", "T5ForConditionalGeneration")
    data = rows("d.jsonl", {"source": "ada met bob", "reference": "ada met"})
    start = ("evaluate", "--task", "summarization", "--data", data, "--model", "mine")
    answer = call(*start, "--endpoint", f"transformers:{place}", "--max-tokens", "5", "-o", "json")
    assert answer.json()["models"][0]["answered"] == 1


def test_a_text_longer_than_the_model_reads_is_told_not_cut(call: Call, here: Path) -> None:
    place = saved(here / "m", "BertForSequenceClassification", id2label={0: "a", 1: "b"})
    data = rows("d.jsonl", {"text": "nice " * 40, "label": "a"}, {"text": "dull", "label": "b"})
    start = ("evaluate", "--task", "text-classification", "--data", data, "--model", "mine")
    answer = call(*start, "--endpoint", f"transformers:{place}", "-o", "json")
    (model,) = answer.json()["models"]
    assert (model["answered"], model["failures"][0]["code"], answer.code) == (1, "too-long", 1)


def test_a_model_of_another_kind_is_refused(refused: Refused, here: Path) -> None:
    place = saved(here / "m", "BertForSequenceClassification")
    data = rows("d.jsonl", {"source": "ada", "reference": "bob"})
    start = ("evaluate", "--task", "summarization", "--data", data, "--model", "mine")
    assert "encoder-decoder" in refused(*start, "--endpoint", f"transformers:{place}")


def test_a_translator_is_steered_by_the_tokens_of_its_languages() -> None:
    from llm_select.evaluation.local import steered

    class Tokenizer:
        src_lang = ""

        def get_vocab(self) -> dict[str, int]:
            return {"eng_Latn": 5, "zho_Hans": 6}

        def convert_tokens_to_ids(self, token: str) -> int:
            return self.get_vocab()[token]

    tokenizer = Tokenizer()
    assert steered(tokenizer, ("en", "zh")) == {"forced_bos_token_id": 6}
    assert tokenizer.src_lang == "eng_Latn"
