"""2. Model: a pretrained encoder and a new head with one score for each tag, at every position.

    python model.py      shows its parts and how many weights are trained

An encoder reads both sides of every word. What it is made of, layer by layer:

Embedding   each token becomes a vector of `hidden_size` numbers.
Attention   each position makes a query, a key and a value, and takes the sum of the values weighted by how well their
            keys match its query: softmax(Q Kᵀ / √d) V, in several heads side by side (Vaswani et al. 2017,
            arXiv:1706.03762). Nothing is masked but padding: whether "Washington" is a person or a place can stand
            before or after it. The taggers before used two recurrent networks, one from each end, with a layer that
            scores whole sequences of tags (BiLSTM-CRF, arXiv:1508.01991).
Positions   attention alone does not know order. BERT adds a learned vector for each position (arXiv:1810.04805);
            ModernBERT turns queries and keys by an angle that grows with it (RoPE, arXiv:2104.09864).
Head        one matrix from `hidden_size` to the number of tags, the same for every position; it starts from chance.
Loss        cross-entropy, −log p(right tag), the mean over the first piece of every word. Most words are O, so a model
            that never finds a name has a low loss already: judge by entity F1, not by the loss.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from adapters import with_adapter
from data import prepare
from pretrained import describe, load_arguments, load_trained_model, trained
from runs import LABELS
from settings import Settings, SettingsError, load, script
from transformers import AutoModelForTokenClassification, AutoTokenizer

TASK = "TOKEN_CLS"


def _tokenizer(name: Any, revision: str | None = None) -> Any:
    # Byte-level tokenizers (RoBERTa) take words that were split beforehand only with a blank before the first.
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision, add_prefix_space=True)
    except TypeError:
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision)
    if not tokenizer.is_fast:
        raise SettingsError(
            f"the tokenizer of {name} does not tell which word a token belongs to; choose a model with a fast one"
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_tokenizer(settings: Settings) -> Any:
    """The checkpoint's own tokenizer: its token numbers are the rows of the embedding. Raises SettingsError."""
    return _tokenizer(settings.model.repository, settings.model.revision)


def _head(tags: Sequence[str]) -> dict[str, Any]:
    return {
        "num_labels": len(tags),
        "id2label": dict(enumerate(tags)),
        "label2id": {tag: number for number, tag in enumerate(tags)},
    }


def load_model(settings: Settings, tags: Sequence[str]) -> Any:
    """The pretrained encoder with a new head, ready to train."""
    model = AutoModelForTokenClassification.from_pretrained(
        settings.model.repository, **_head(tags), **load_arguments(settings)
    )
    return with_adapter(model, settings, TASK)


def load_trained(settings: Settings) -> tuple[Any, Any, list[str]]:
    """Model, tokenizer and tags as trained, for use."""
    path = trained(settings)
    tags = json.loads((settings.folder / LABELS).read_text(encoding="utf-8"))
    model = load_trained_model(settings, AutoModelForTokenClassification, **_head(tags))
    return model, _tokenizer(path), tags


def main() -> None:
    settings = load()
    model = load_model(settings, prepare(settings)[1])
    describe(model)


if __name__ == "__main__":
    script(main)
