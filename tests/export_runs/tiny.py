"""Tiny models of real architectures, with random weights and a tokenizer trained on the sample data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    BertConfig,
    LlamaConfig,
    MarianConfig,
    ModernBertConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
    T5Config,
    XLMRobertaConfig,
    set_seed,
)

VOCABULARY = 1200
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<s>", "</s>", "<unk>", "<pad>", "<mask>", "<|system|>", "<|user|>", "<|assistant|>"]
SIZE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    # Wider than in pretraining: a frozen random head must still tell its tokens apart for an adapter to learn.
    "initializer_range": 0.1,
}
SPECIAL_IDS = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 3}


def texts(samples: Path) -> Iterator[str]:
    """Everything that is written in the sample data."""
    for path in sorted(samples.iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            if path.suffix == ".jsonl":
                yield from _strings(json.loads(line))
            else:
                yield line


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def tokenizer(samples: Path, *, decoder: bool) -> PreTrainedTokenizerFast:
    """Byte-level for a decoder, with a chat template; word pieces for the others."""
    if decoder:
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        )
    else:
        made = Tokenizer(models.WordPiece(unk_token="<unk>"))
        made.normalizer = normalizers.NFC()
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL)
    made.train_from_iterator(texts(samples), trainer)
    if not decoder:
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>",
            pair="<s> $A </s> $B </s>",
            special_tokens=[("<s>", 0), ("</s>", 1)],
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        cls_token="<s>",
        sep_token="</s>",
        chat_template=CHAT_TEMPLATE if decoder else None,
        model_max_length=512,
    )


def config(architecture: str) -> Any:
    """The architecture's own configuration, at a size that trains in seconds."""
    if architecture == "llama":
        return LlamaConfig(**SIZE, **SPECIAL_IDS, num_key_value_heads=2)
    if architecture == "qwen3":
        return Qwen3Config(**SIZE, **SPECIAL_IDS, num_key_value_heads=2, head_dim=16)
    if architecture == "bert":
        return BertConfig(**SIZE, pad_token_id=3)
    if architecture == "xlm-roberta":
        return XLMRobertaConfig(**SIZE, **SPECIAL_IDS, max_position_embeddings=520)
    if architecture == "modernbert":
        return ModernBertConfig(
            **SIZE, **SPECIAL_IDS, cls_token_id=0, sep_token_id=1, local_attention=32
        )
    if architecture == "t5":
        return T5Config(
            vocab_size=VOCABULARY,
            d_model=64,
            d_kv=16,
            d_ff=128,
            num_layers=2,
            num_heads=4,
            pad_token_id=3,
            eos_token_id=1,
            decoder_start_token_id=3,
        )
    return MarianConfig(
        vocab_size=VOCABULARY,
        d_model=64,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        max_position_embeddings=256,
        pad_token_id=3,
        eos_token_id=1,
        decoder_start_token_id=3,
        forced_eos_token_id=1,
    )


def build(architecture: str, samples: Path, folder: Path) -> Path:
    """A model folder as one from the hub: configuration, weights, tokenizer."""
    set_seed(0)
    decoder = architecture in ("llama", "qwen3")
    shape = config(architecture)
    if decoder:
        model = AutoModelForCausalLM.from_config(shape)
    elif architecture in ("t5", "marian"):
        model = AutoModelForSeq2SeqLM.from_config(shape)
    else:
        model = AutoModelForMaskedLM.from_config(shape)
    model.save_pretrained(folder)
    tokenizer(samples, decoder=decoder).save_pretrained(folder)
    return folder
