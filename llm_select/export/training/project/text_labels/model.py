"""2. Model: a pretrained encoder and a new head with one score for each label.

    python model.py      shows its parts and how many weights are trained

An encoder reads both sides of every word. What it is made of, layer by layer:

Embedding   each token becomes a vector of `hidden_size` numbers.
Attention   each position makes a query, a key and a value, and takes the sum of the values weighted by how well their
            keys match its query: softmax(Q Kᵀ / √d) V, in several heads side by side (Vaswani et al. 2017,
            arXiv:1706.03762). Nothing is masked but padding: "bank" may look at the "river" after it. Before 2017
            this took two recurrent networks (LSTM, 1997), one from each end, that carried a state from word to word.
Positions   attention alone does not know order. BERT adds a learned vector for each position (arXiv:1810.04805), so a
            text longer than its table is cut; ModernBERT turns queries and keys by the position (RoPE,
            arXiv:2104.09864).
Head        a small new network over the first token, which stands for the text; it starts from chance, which is why
            training cannot be left out.
Loss        for labels cross-entropy, −log p(right label): its slope is the predicted minus the true distribution, so
            a confident mistake is corrected strongly. For a number mean squared error, (ŷ − y)²: labels have no
            distance between them, numbers do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from adapters import with_adapter
from data import prepare
from pretrained import describe, load_arguments, load_trained_model, trained
from runs import LABELS
from settings import Settings, load, script
from transformers import AutoModelForSequenceClassification, AutoTokenizer

TASK = "SEQ_CLS"


def load_tokenizer(settings: Settings) -> Any:
    """The checkpoint's own tokenizer: its token numbers are the rows of the embedding."""
    tokenizer = AutoTokenizer.from_pretrained(
        settings.model.repository, revision=settings.model.revision
    )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _head(labels: Sequence[str], tokenizer: Any) -> dict[str, Any]:
    numbered = dict(enumerate(labels)) if labels else {0: "value"}
    return {
        "num_labels": len(numbered),
        "id2label": numbered,
        "label2id": {label: number for number, label in numbered.items()},
        # Which loss the model computes.
        "problem_type": "single_label_classification" if labels else "regression",
        # A decoder used for labels reads the last token that is not padding, and so has to know padding.
        "pad_token_id": tokenizer.pad_token_id,
    }


def load_model(settings: Settings, labels: Sequence[str], tokenizer: Any) -> Any:
    """The pretrained encoder with a new head, ready to train."""
    model = AutoModelForSequenceClassification.from_pretrained(
        settings.model.repository, **_head(labels, tokenizer), **load_arguments(settings)
    )
    return with_adapter(model, settings, TASK)


def load_trained(settings: Settings) -> tuple[Any, Any, list[str]]:
    """Model, tokenizer and labels as trained, for use."""
    labels = json.loads((settings.folder / LABELS).read_text(encoding="utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(trained(settings))
    head = _head(labels, tokenizer)
    model = load_trained_model(settings, AutoModelForSequenceClassification, **head)
    return model, tokenizer, labels


def main() -> None:
    settings = load()
    model = load_model(settings, prepare(settings)[1], load_tokenizer(settings))
    describe(model)


if __name__ == "__main__":
    script(main)
