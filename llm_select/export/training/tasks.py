"""Which project a plan needs, with which sample data, asked in which words."""

from __future__ import annotations

from typing import NamedTuple

from llm_select.errors import UsageError
from llm_select.messages import Message, listed
from llm_select.plan.types import TrainingPlan

PROJECTS = {
    "sequence-labels": "text_labels",
    "number": "text_labels",
    "token-labels": "token_labels",
    "span": "span",
}
"""Folder of project files by the network's head; a language model's depends on its kind."""


class Sample(NamedTuple):
    """A small data set of ours, so that a project runs before its reader has data."""

    file: str
    input: str
    answer: str
    context: str | None = None
    about: str = ""
    """What it is, for the README."""


CHAT = Sample(
    "chat.jsonl", "prompt", "completion", about=Message("30 short conversations in English")
)
_NER = Sample(
    "ner.jsonl", "tokens", "tags", about=Message("40 English sentences with persons, places, firms")
)
_NAMES = Sample(
    "names.jsonl", "text", "names", about=Message("the same sentences with their names written out")
)
_QA = Sample(
    "qa.csv", "question", "answer", "context", about=Message("36 questions with a passage each")
)
_RATINGS = Sample(
    "ratings.csv", "text", "score", about=Message("30 opinions with one to five stars")
)
_SENTIMENT = Sample(
    "sentiment.csv", "text", "label", about=Message("48 opinions: positive, negative, neutral")
)
_SUMMARIES = Sample(
    "summaries.jsonl", "document", "summary", about=Message("30 short news with a summary")
)
_TRANSLATION = Sample(
    "translation.csv", "source", "target", about=Message("40 sentences in English and German")
)

_BY_HEAD = {"token-labels": _NER, "span": _QA, "number": _RATINGS, "sequence-labels": _SENTIMENT}
_BY_TASK = {
    "translation": _TRANSLATION,
    "summarization": _SUMMARIES,
    "extractive-qa": _QA,
    "open-qa": _QA._replace(context=None),
    "ner": _NAMES,
    "sentiment-analysis": _SENTIMENT,
    "text-classification": _SENTIMENT,
    "acceptability": _SENTIMENT,
    "nli": _SENTIMENT,
}
_ASK = {
    "summarization": "Summarise the following text in one sentence.",
    "extractive-qa": "Answer the question with words from the passage.",
    "open-qa": "Answer the question in a few words.",
    "ner": "List the names in the text, each with its type in brackets, separated by semicolons. "
    "The types are PER, LOC and ORG. If there is no name, answer: none.",
    "sentiment-analysis": "Is the text positive, negative or neutral? Answer with one word.",
    "text-classification": "Which label fits the text? Answer with the label.",
    "acceptability": "Which label fits the text? Answer with the label.",
    "nli": "Which label fits the text? Answer with the label.",
}
"""What a decoder is asked, before the input."""
_T5_PREFIX = {
    "summarization": "summarize: ",
    "extractive-qa": "question: ",
    "open-qa": "question: ",
}
"""What T5 was told in pretraining (arXiv:1910.10683 appendix D)."""
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch",
             "pt": "Portuguese", "pl": "Polish", "cs": "Czech", "da": "Danish", "sv": "Swedish", "fi": "Finnish",
             "ru": "Russian", "uk": "Ukrainian", "tr": "Turkish", "ar": "Arabic", "he": "Hebrew", "fa": "Persian",
             "hi": "Hindi", "bn": "Bengali", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "vi": "Vietnamese",
             "th": "Thai", "id": "Indonesian", "ro": "Romanian", "hu": "Hungarian", "el": "Greek", "is": "Icelandic",
             }  # fmt: skip
"""Names for the instruction; a language that is not here is called by its tag."""


def folder(settings: TrainingPlan) -> str:
    """Folder of the project's own files. Raises UsageError for a head that no project has."""
    if settings.head in PROJECTS:
        return PROJECTS[settings.head]
    if settings.head == "language-model" and settings.kind in ("decoder", "encoder-decoder"):
        return settings.kind.replace("-", "_")
    raise UsageError(
        Message(
            "no training project for the head {head} ({kind})",
            head=settings.head,
            kind=settings.kind,
        ),
        where="--export",
        remedy=Message(
            "there are projects for language-model (decoder, encoder-decoder), {heads}",
            heads=listed(PROJECTS),
        ),
    )


def sample(settings: TrainingPlan) -> Sample:
    """The data set that goes with the project."""
    if settings.head in _BY_HEAD:
        return _BY_HEAD[settings.head]
    # Without a chat template there are no turns, only a prompt and its answer.
    decoders = CHAT if settings.chat else _QA
    return _BY_TASK.get(settings.task, decoders if settings.kind == "decoder" else _TRANSLATION)


def instruction(settings: TrainingPlan) -> str:
    """What stands before every input of a language model; empty where nothing should."""
    if settings.head != "language-model":
        return ""
    if settings.task == "translation" and settings.pairs:
        first, _, second = settings.pairs[0].partition("-")
        source, target = (LANGUAGES.get(tag, tag) for tag in (first, second))
        if settings.kind == "decoder":
            return f"Translate from {source} into {target}."
        return f"translate {source} to {target}: " if settings.model_type == "t5" else ""
    if settings.kind == "decoder":
        return _ASK.get(settings.task, "")
    return _T5_PREFIX.get(settings.task, "") if settings.model_type == "t5" else ""
