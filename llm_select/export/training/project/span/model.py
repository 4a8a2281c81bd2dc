"""2. Model: a pretrained encoder and a new head with two scores for each token: answer starts here, answer ends here.

    python model.py      shows its parts and how many weights are trained

An encoder reads both sides of every word. What it is made of, layer by layer:

Embedding   each token becomes a vector of `hidden_size` numbers.
Attention   each position makes a query, a key and a value, and takes the sum of the values weighted by how well their
            keys match its query: softmax(Q Kᵀ / √d) V, in several heads side by side (Vaswani et al. 2017,
            arXiv:1706.03762). Question and passage are one sequence, so the words of the question look for their
            matches in the passage. The recurrent networks before needed a special layer for that (BiDAF,
            arXiv:1611.01603).
Positions   attention alone does not know order. BERT adds a learned vector for each position (arXiv:1810.04805);
            ModernBERT turns queries and keys by an angle that grows with it (RoPE, arXiv:2104.09864).
Head        one matrix from `hidden_size` to 2, the same for every position; it starts from chance.
Loss        cross-entropy over the positions, once for the start and once for the end, and their mean: the sequence is
            the list of classes to choose from.
"""

from __future__ import annotations

from typing import Any

from adapters import with_adapter
from pretrained import describe, load_arguments, load_trained_model, trained
from settings import Settings, SettingsError, load, script
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

TASK = "QUESTION_ANS"


def load_tokenizer(settings: Settings) -> Any:
    """The checkpoint's own tokenizer: its token numbers are the rows of the embedding. Raises SettingsError."""
    name = settings.model.repository
    tokenizer = AutoTokenizer.from_pretrained(name, revision=settings.model.revision)
    if not tokenizer.is_fast:
        raise SettingsError(
            f"the tokenizer of {name} does not tell where a token stands in the text; choose a model with a fast one"
        )
    return tokenizer


def load_model(settings: Settings) -> Any:
    """The pretrained encoder with a new head, ready to train."""
    model = AutoModelForQuestionAnswering.from_pretrained(
        settings.model.repository, **load_arguments(settings)
    )
    return with_adapter(model, settings, TASK)


def load_trained(settings: Settings) -> tuple[Any, Any]:
    """Model and tokenizer as trained, for use."""
    model = load_trained_model(settings, AutoModelForQuestionAnswering)
    return model, AutoTokenizer.from_pretrained(trained(settings))


def main() -> None:
    model = load_model(load())
    describe(model)


if __name__ == "__main__":
    script(main)
