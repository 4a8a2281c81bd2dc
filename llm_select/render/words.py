"""Words for codes of the catalog and of results, where they stand in text for people. Data keep the codes."""

from __future__ import annotations

from collections.abc import Iterable

from llm_select.i18n import SOURCE, current, listing, tr, translated
from llm_select.messages import Message

WORDS = {
    str(word): word
    for word in (
        # whether memory is enough
        Message("fits"),
        Message("tight"),
        Message("no"),
        # where a rating comes from
        Message("measured"),
        Message("inferred"),
        Message("unrated"),
        Message("fine-tuned"),
        Message("few-shot"),
        Message("zero-shot"),
        Message("prompted"),
        Message("preference"),
        Message("thinking"),
        Message("direct"),
        Message("validation"),
        Message("developer"),
        Message("third-party"),
        Message("organisers"),
        Message("users"),
        Message("higher"),
        Message("lower"),
        # parts of the score
        Message("quality"),
        Message("speed"),
        Message("headroom"),
        Message("cost"),
        # models
        Message("decoder"),
        Message("encoder"),
        Message("encoder-decoder"),
        Message("recurrent"),
        Message("transformer"),
        Message("mixture"),
        Message("hybrid"),
        Message("open"),
        Message("hosted"),
        Message("active"),
        Message("deprecated"),
        Message("superseded"),
        Message("text"),
        Message("image"),
        Message("audio"),
        Message("video"),
        Message("embedding"),
        # licences and disclosure
        Message("yes"),
        Message("conditional"),
        Message("partial"),
        Message("unknown"),
        Message("none"),
        # parts of memory
        Message("weights"),
        Message("gradients"),
        Message("optimizer"),
        Message("activations"),
        Message("overhead"),
        # what mixes the tokens of a layer
        Message("multi-head"),
        Message("grouped-query"),
        Message("multi-query"),
        Message("latent"),
        Message("linear"),
        Message("state-space"),
        # how a model is divided
        Message("layer"),
        Message("tensor"),
        Message("pipeline"),
        # why no speed is known
        Message("no machine"),
        Message("bandwidth unknown"),
        Message("host bandwidth unknown"),
        Message("compute unknown"),
        Message("reads only"),
        Message("network unmeasured"),
        Message("batch unmeasured"),
        Message("does not fit"),
        # units of benchmarks
        Message("rating"),
        Message("rank"),
        Message("score of a board"),
        # kinds of attention
        Message("multi-head"),
        Message("grouped-query"),
        Message("multi-query"),
        Message("linear"),
        # how a model was trained
        Message("causal-lm"),
        Message("masked-lm"),
        Message("contrastive"),
        Message("span-corruption"),
        Message("distillation"),
        Message("cross-entropy"),
        # settings of training
        Message("accumulation"),
        Message("batch"),
        Message("checkpointing"),
        Message("engine"),
        Message("epochs"),
        Message("gpus"),
        Message("label smoothing"),
        Message("learning rate"),
        Message("lora alpha"),
        Message("lora dropout"),
        Message("lora rank"),
        Message("lora targets"),
        Message("max grad norm"),
        Message("method"),
        Message("modules to save"),
        Message("packing"),
        Message("precision"),
        Message("schedule"),
        Message("seq len"),
        Message("sharding"),
        Message("target len"),
        Message("trainer"),
        Message("warmup ratio"),
        Message("weight decay"),
        # what a server finds in an answer
        Message("tool calls"),
        Message("reasoning"),
    )
}
"""Codes that are English words, by themselves; one that is not here is shown as it is."""


def word(code: object) -> str:
    """The reader's word for a code."""
    text = str(code)
    return translated(WORDS.get(text, text))


def unit_word(unit: str) -> str:
    """The unit of a benchmark; the `score` of English is two words elsewhere, this one and the weighted sum."""
    return word("score of a board" if unit == "score" and current() != SOURCE else unit)


def verdict_word(verdict: object) -> str:
    """Whether memory is enough; the `no` of English is no answer to that elsewhere."""
    return word("does not fit" if verdict == "no" and current() != SOURCE else verdict)


def words(codes: Iterable[object]) -> str:
    """The reader's words for codes, as a list."""
    return listing(map(word, codes))


def either(items: Iterable[str]) -> str:
    """`a or b`."""
    # Translators: what stands between the items of a choice.
    return tr(" or ").join(items)
