"""Encoders and encoder-decoders in this process, through Transformers, from a directory on this machine.

No network: files come from the directory alone, and code in it is not run. Answers take the form that prompts ask of
other models, so that they are read and scored alike.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from llm_select.errors import UsageError
from llm_select.evaluation.client import Refused, Reply, Request
from llm_select.evidence.languages import split_pair
from llm_select.messages import Message

_Answer = Callable[[Request], tuple[str, int, int]]
"""Text, tokens read, tokens written."""


class LocalModel:
    """A model for sequence classification, token classification or sequence to sequence."""

    def __init__(self, directory: Path, form: str) -> None:
        try:
            import transformers
        except ImportError:
            raise UsageError(
                Message("Transformers and PyTorch are not installed"),
                where="--endpoint",
                remedy=Message("pip install 'llm-select[eval,local]'"),
            ) from None
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        config = transformers.AutoConfig.from_pretrained(directory, local_files_only=True)
        kinds = " ".join(config.architectures or ())
        self._turn = asyncio.Lock()
        self._answer: _Answer
        if form == "label" and "SequenceClassification" in kinds:
            self._answer = _classifier(directory)
        elif form == "entities" and "TokenClassification" in kinds:
            self._answer = _tagger(directory)
        elif form in ("text", "answer") and config.is_encoder_decoder:
            self._answer = _writer(directory)
        else:
            raise UsageError(
                Message(
                    "{directory} holds {kinds}, which gives no {form}",
                    directory=directory,
                    kinds=kinds or Message("no model class"),
                    form=form,
                ),
                where="--endpoint",
                remedy=Message(
                    "labels need SequenceClassification, entities TokenClassification, texts an "
                    "encoder-decoder; serve a decoder with vLLM or llama.cpp and give its address"
                ),
            )

    async def __aenter__(self) -> LocalModel:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def ask(self, request: Request) -> Reply:
        """One answer; a model computes one at a time. Raises Refused for a text that does not fit."""
        async with self._turn:
            began = monotonic()
            text, read, written = await asyncio.to_thread(self._answer, request)
            finish = "length" if written >= request.max_tokens else "stop"
            return Reply(text, finish, read, written, False, monotonic() - began)


def _text(request: Request) -> str:
    return request.messages[-1].content


def _loaded(directory: Path, kind: str) -> tuple[Any, Any]:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(directory, local_files_only=True)
    model = getattr(transformers, kind).from_pretrained(directory, local_files_only=True)
    return tokenizer, model.eval()


def _encoded(tokenizer: Any, model: Any, text: str) -> Any:
    """Raises Refused for a text longer than the model reads: cut silently, it would be scored on half of it."""
    found = tokenizer(text, return_tensors="pt", return_offsets_mapping=False)
    positions = getattr(model.config, "max_position_embeddings", None)
    most = min(tokenizer.model_max_length, positions or tokenizer.model_max_length)
    length = int(found["input_ids"].shape[-1])
    if length > most:
        raise Refused(
            "too-long",
            Message("{length} tokens, the model reads {limit}", length=length, limit=most),
        )
    return found


def _classifier(directory: Path) -> _Answer:
    import torch

    tokenizer, model = _loaded(directory, "AutoModelForSequenceClassification")

    def answer(request: Request) -> tuple[str, int, int]:
        inputs = _encoded(tokenizer, model, _text(request))
        with torch.inference_mode():
            best = int(model(**inputs).logits[0].argmax())
        return str(model.config.id2label[best]), int(inputs["input_ids"].shape[-1]), 1

    return answer


def _tagger(directory: Path) -> _Answer:
    import transformers

    tokenizer, model = _loaded(directory, "AutoModelForTokenClassification")
    tag = transformers.pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple"
    )

    def answer(request: Request) -> tuple[str, int, int]:
        text = _text(request)
        read = int(_encoded(tokenizer, model, text)["input_ids"].shape[-1])
        found = [
            {"text": text[one["start"] : one["end"]], "type": one["entity_group"]}
            for one in tag(text)
        ]
        mentions = [one for one in found if one["text"].strip()]
        return json.dumps(mentions, ensure_ascii=False), read, 1

    return answer


def _writer(directory: Path) -> _Answer:
    import torch

    tokenizer, model = _loaded(directory, "AutoModelForSeq2SeqLM")

    def answer(request: Request) -> tuple[str, int, int]:
        pair = split_pair(request.language) if request.language is not None else None
        extra = steered(tokenizer, pair) if pair is not None else {}
        inputs = _encoded(tokenizer, model, _text(request))
        with torch.inference_mode():
            made = model.generate(
                **inputs, max_new_tokens=request.max_tokens, do_sample=False, **extra
            )
        text = tokenizer.decode(made[0], skip_special_tokens=True)
        return text, int(inputs["input_ids"].shape[-1]), int(made.shape[-1])

    return answer


def steered(tokenizer: Any, pair: tuple[str, str]) -> dict[str, int]:
    """Sets the language read and returns the token that begins the language written (NLLB, M2M100, mBART).

    Raises Refused when a tokenizer has languages and not these.
    """
    known = {str(token) for token in tokenizer.get_vocab()}
    codes = []
    for tag in pair:
        found = next((form for form in _codes(tag) if form in known), None)
        codes.append(found)
    if not hasattr(tokenizer, "src_lang"):
        return {}
    if None in codes:
        raise Refused(
            "language", Message("its tokenizer has no language {pair}", pair="-".join(pair))
        )
    source, target = codes
    tokenizer.src_lang = str(source).strip("_") if str(source).startswith("__") else source
    return {"forced_bos_token_id": int(tokenizer.convert_tokens_to_ids(target))}


def _codes(tag: str) -> tuple[str, ...]:
    """Forms of a language in tokenizers: `__de__` (M2M100), `deu_Latn` (NLLB), `de_DE` (mBART)."""
    language, *rest = tag.split("-")
    nllb = FLORES.get(tag) or FLORES.get(language)
    forms = [f"__{language}__", *([nllb] if nllb else [])]
    forms += [f"{language}_{region}" for region in (*rest, language.upper(), "XX")]
    return tuple(forms)


FLORES = {
    "ar": "arb_Arab", "bg": "bul_Cyrl", "bn": "ben_Beng", "ca": "cat_Latn", "cs": "ces_Latn", "da": "dan_Latn",
    "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "es": "spa_Latn", "et": "est_Latn", "fa": "pes_Arab",
    "fi": "fin_Latn", "fr": "fra_Latn", "he": "heb_Hebr", "hi": "hin_Deva", "hr": "hrv_Latn", "hu": "hun_Latn",
    "id": "ind_Latn", "is": "isl_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang", "lt": "lit_Latn",
    "lv": "lvs_Latn", "nb": "nob_Latn", "nl": "nld_Latn", "nn": "nno_Latn", "no": "nob_Latn", "pl": "pol_Latn",
    "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl", "sk": "slk_Latn", "sl": "slv_Latn", "sq": "als_Latn",
    "sr": "srp_Cyrl", "sv": "swe_Latn", "th": "tha_Thai", "tr": "tur_Latn", "uk": "ukr_Cyrl", "vi": "vie_Latn",
    "zh": "zho_Hans", "zh-Hans": "zho_Hans", "zh-Hant": "zho_Hant",
}  # fmt: skip
"""Codes of FLORES-200, which NLLB uses, for the languages most asked for."""
