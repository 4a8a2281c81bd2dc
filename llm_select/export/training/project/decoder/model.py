"""2. Model: a decoder, with what is trained on it.

    python model.py      shows its parts and how many weights are trained

A decoder reads from left to right and gives, at every position, a score to each token of its vocabulary: how likely
it comes next. What it is made of, layer by layer:

Embedding   each token becomes a vector of `hidden_size` numbers.
Attention   each position makes a query, a key and a value, and takes the sum of the values weighted by how well their
            keys match its query: softmax(Q Kᵀ / √d) V, in several heads side by side (Vaswani et al. 2017,
            arXiv:1706.03762). A mask hides what comes later, or the model would read the answer it is to write.
            Before 2017 recurrent networks (LSTM, 1997) carried one state from word to word: training could not run
            over all positions at once, and what was far away faded. Attention reaches every earlier word in one step;
            it pays with work that grows with the square of the length.
Positions   attention alone does not know order. Most decoders turn queries and keys by an angle that grows with the
            position (RoPE, arXiv:2104.09864), so that a score depends on the distance of two tokens.
Feed-forward  two or three matrices that work on each position alone. Most of the weights are here.
Loss        cross-entropy: −log p(right token), the mean over the tokens of the completion; prompt tokens are not
            counted. Its slope is the predicted minus the true distribution, so a confident mistake is corrected
            strongly. Mean squared error is for numbers, not for a choice among tokens.
"""

from __future__ import annotations

from typing import Any

from adapters import with_adapter
from pretrained import describe, load_arguments, load_trained_model, trained
from settings import Settings, SettingsError, load, script
from transformers import AutoModelForCausalLM, AutoTokenizer

TASK = "CAUSAL_LM"


def load_tokenizer(settings: Settings) -> Any:
    """The checkpoint's own tokenizer: its token numbers are the rows of the embedding. Raises SettingsError."""
    tokenizer = AutoTokenizer.from_pretrained(
        settings.model.repository, revision=settings.model.revision
    )
    if tokenizer.pad_token is None:
        # Padding is masked out, so any token serves.
        tokenizer.pad_token = tokenizer.eos_token
    if settings.data.chat and not tokenizer.chat_template:
        raise SettingsError(
            f"settings.yaml: data.chat: {settings.model.repository} has no chat template; set it to false"
        )
    return tokenizer


def load_model(settings: Settings) -> Any:
    """The pretrained decoder with its adapter, ready to train."""
    model = AutoModelForCausalLM.from_pretrained(
        settings.model.repository, **load_arguments(settings)
    )
    return with_adapter(model, settings, TASK)


def load_trained(settings: Settings) -> tuple[Any, Any]:
    """Model and tokenizer as trained, for use."""
    model = load_trained_model(settings, AutoModelForCausalLM)
    return model, AutoTokenizer.from_pretrained(trained(settings))


def main() -> None:
    model = load_model(load())
    describe(model)


if __name__ == "__main__":
    script(main)
