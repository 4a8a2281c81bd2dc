"""2. Model: an encoder-decoder, which turns one text into another.

    python model.py      shows its parts and how many weights are trained

What it is made of:

Encoder     reads the source on both sides of every word, through layers of attention and feed-forward: softmax(Q Kᵀ /
            √d) V takes for every position the sum of values whose keys match its query (Vaswani et al. 2017,
            arXiv:1706.03762).
Decoder     writes from left to right. Its own attention is masked, so that a position sees only what is written
            before; a second one, cross-attention, takes keys and values from the encoder: every step may look at any
            source word. The first neural translators squeezed the source into one state of a recurrent network (LSTM,
            arXiv:1409.3215); attention was invented to let the decoder look back (arXiv:1409.0473).
Positions   attention alone does not know order. T5 adds a learned term for the distance of two tokens
            (arXiv:1910.10683), Marian and NLLB fixed waves (sinusoidal).
Loss        cross-entropy: −log p(right token), the mean over the target. Label smoothing, where it is set, asks for
            slightly less than certainty (arXiv:1512.00567), which helps translation when several wordings are right.
"""

from __future__ import annotations

import re
from typing import Any

from adapters import with_adapter
from pretrained import describe, load_arguments, load_trained_model
from settings import Settings, SettingsError, load, script
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

TASK = "SEQ_2_SEQ_LM"
THREE_LETTERS = {
    "af": "afr", "am": "amh", "ar": "arb", "az": "azj", "be": "bel", "bg": "bul", "bn": "ben", "bs": "bos",
    "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "et": "est", "eu": "eus", "fa": "pes", "fi": "fin", "fr": "fra", "ga": "gle", "gl": "glg", "gu": "guj",
    "ha": "hau", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "hy": "hye", "id": "ind", "ig": "ibo",
    "is": "isl", "it": "ita", "ja": "jpn", "ka": "kat", "kk": "kaz", "km": "khm", "kn": "kan", "ko": "kor",
    "lt": "lit", "lv": "lvs", "mk": "mkd", "ml": "mal", "mn": "khk", "mr": "mar", "ms": "zsm", "my": "mya",
    "nb": "nob", "ne": "npi", "nl": "nld", "nn": "nno", "pa": "pan", "pl": "pol", "ps": "pbt", "pt": "por",
    "ro": "ron", "ru": "rus", "si": "sin", "sk": "slk", "sl": "slv", "so": "som", "sq": "als", "sr": "srp",
    "sv": "swe", "sw": "swh", "ta": "tam", "te": "tel", "th": "tha", "tl": "tgl", "tr": "tur", "uk": "ukr",
    "ur": "urd", "uz": "uzn", "vi": "vie", "xh": "xho", "yo": "yor", "zh": "zho", "zu": "zul",
}  # fmt: skip
"""ISO 639-3 codes as FLORES-200 and NLLB use them, of which the script is a further part: zho_Hans."""


def language_codes(tokenizer: Any, tag: str) -> list[str]:
    """Codes of a BCP-47 tag that are tokens of this tokenizer: zh → zho_Hans and zho_Hant, __zh__, zh_CN …"""
    base = tag.split("-")[0].casefold()
    forms = [rf"{base}", rf"__{base}__", rf"{base}_[A-Z]{{2}}"]
    if base in THREE_LETTERS:
        forms.append(rf"{THREE_LETTERS[base]}_[A-Z][a-z]{{3}}")
    found = [
        token
        for token in tokenizer.all_special_tokens
        if any(re.fullmatch(form, token) for form in forms)
    ]
    exact = [token for token in found if set(tag.split("-")[1:]) & set(token.split("_"))]
    return [token.strip("_") for token in exact or found]


def load_tokenizer(settings: Settings) -> tuple[Any, str]:
    """The checkpoint's own tokenizer, told its languages; and the mark of the target language that must stand before
    a source, for models that take one (MADLAD: <2de>). Raises SettingsError."""
    tokenizer = AutoTokenizer.from_pretrained(
        settings.model.repository, revision=settings.model.revision
    )
    data = settings.data
    if not data.pairs:
        return tokenizer, ""
    first, _, second = data.pairs[0].partition("-")
    mark = f"<2{second}>"
    if mark in tokenizer.get_vocab():
        return tokenizer, f"{mark} "
    if hasattr(tokenizer, "src_lang"):
        tokenizer.src_lang = _code(tokenizer, first, data.source_code, "source_code")
        tokenizer.tgt_lang = _code(tokenizer, second, data.target_code, "target_code")
    return tokenizer, ""


def _code(tokenizer: Any, tag: str, given: str | None, setting: str) -> str:
    if given:
        return given
    found = language_codes(tokenizer, tag)
    if len(found) != 1:
        choice = f"several codes: {', '.join(found)}" if found else "no code that could be found"
        raise SettingsError(
            f"settings.yaml: data.{setting}: the tokenizer has {choice} for {tag}; write the one to use"
        )
    return found[0]


def first_token(tokenizer: Any) -> int | None:
    """Token that makes a multilingual decoder write in the target language; None where the model needs none."""
    code = getattr(tokenizer, "tgt_lang", None)
    if not code:
        return None
    number = tokenizer.convert_tokens_to_ids(code)
    if number in (None, tokenizer.unk_token_id):
        number = tokenizer.convert_tokens_to_ids(f"__{code}__")
    return int(number)


def load_model(settings: Settings) -> Any:
    """The pretrained encoder-decoder with its adapter, ready to train."""
    model = AutoModelForSeq2SeqLM.from_pretrained(
        settings.model.repository, **load_arguments(settings)
    )
    return with_adapter(model, settings, TASK)


def load_trained(settings: Settings) -> tuple[Any, Any, str]:
    """Model, tokenizer and mark as trained, for use."""
    model = load_trained_model(settings, AutoModelForSeq2SeqLM)
    return model, *load_tokenizer(settings)


def main() -> None:
    model = load_model(load())
    describe(model)


if __name__ == "__main__":
    script(main)
