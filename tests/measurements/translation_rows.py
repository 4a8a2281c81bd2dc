"""CTranslate2's own benchmark beside this file: the peak that `nvidia-smi` shows, so the driver's context counts.

The text is newstest2014, 32 sentences at a time with four beams; 40 tokens a sentence are assumed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import measurement_rows as m
import serving_rows as s

from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import MemoryEstimate, Workload
from llm_select.schema.model import Model

VOCABULARIES = {"opus-mt-en-de": (58101, True), "opennmt-wmt14-en-de": (32000, False)}
"""Rows of the table and whether one serves all. https://github.com/Helsinki-NLP/OPUS-MT-train and
https://opennmt.net/Models-py/; both are the base transformer of arXiv:1706.03762."""


@cache
def model(name: str) -> Model:
    """A base transformer: six layers each way, 512 wide."""
    vocabulary, tied = VOCABULARIES[name]
    group = {"kind": "multi-head", "heads": 8, "kv_heads": 8, "head_dim": 64, "bias": "all"}
    stack = {
        "layers": 6,
        "attention": [{"layers": 6, **group}],
        "ffn": {"size": 2048, "gated": False, "bias": True},
    }
    shape: dict[str, Any] = {
        "model_type": "marian",
        "hidden_size": 512,
        "vocab_size": vocabulary,
        "tied_embeddings": tied,
        "position": "sinusoidal",
        "norm": "layernorm",
        "encoder": stack,
        "decoder": stack,
        # Source and target have tables of their own.
        "other_parameters": 0 if tied else vocabulary * 512,
    }
    return m.shaped(name, shape, "encoder-decoder")


def estimate(r: m.Row) -> MemoryEstimate:
    """What the project says of a row; every beam is a sequence."""
    c, tokens = s.catalog(), int(r["source_tokens"])
    work = Workload(2 * tokens, tokens, tokens, batch=int(r["batch"]) * int(r["beams"]))
    return inference_memory(
        model(r["model"]), c.quantizations[r["quantization"]], c.engines["ctranslate2"], work, None
    )
