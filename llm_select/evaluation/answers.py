"""What a model wrote, read strictly: an answer that is not in the form asked for is None, and counted as such."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from llm_select.evaluation.data import Example
from llm_select.evaluation.spans import Span, placed

_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_FENCE = re.compile(r"\A```[a-zA-Z]*\n(.*?)\n?```\Z", re.DOTALL)
_WRAPPING = "\"'“”‘’«»「」`*_ \t\r\n.。!！:："
NO_ANSWER = "no answer"
"""What a model is asked to write when the text does not answer."""

Parsed = str | tuple[Span, ...]


def parse(form: str, text: str, example: Example, labels: Sequence[str]) -> Parsed | None:
    """The answer of a model: text, a label, a short answer (empty for none) or spans; None when it is none of these."""
    bare = without_thought(text)
    if bare is None or not bare.strip():
        return None
    if form == "label":
        return _label(bare, labels)
    if form == "entities":
        return _entities(bare, example, labels)
    bare = bare.strip()
    if form == "answer":
        return "" if bare.strip(_WRAPPING).casefold() == NO_ANSWER else bare
    return bare


def without_thought(text: str) -> str | None:
    """An answer without the reasoning written before it; None when it never came to an answer."""
    bare = _THOUGHT.sub("", text, count=1)
    if bare.lstrip().startswith("<think>"):
        return None
    if "</think>" in bare:  # a chat template may have written the opening mark itself
        bare = bare.rpartition("</think>")[2]
    return bare


def _label(text: str, labels: Sequence[str]) -> str | None:
    """The label that the answer consists of; letter case, quotes and a full stop do not count."""
    known = {label.strip(_WRAPPING).casefold(): label for label in labels}
    return known.get(text.strip(_WRAPPING).casefold())


def _entities(text: str, example: Example, labels: Sequence[str]) -> tuple[Span, ...] | None:
    """Spans from `[{"text": "Ada", "type": "PER"}]`. A type that was not asked for stays, and is wrong."""
    bare = text.strip()
    fenced = _FENCE.match(bare)
    try:
        value = json.loads(fenced[1] if fenced else bare)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    known = {label.casefold(): label for label in labels}
    mentions = []
    for one in value:
        if not isinstance(one, dict):
            return None
        words, label = one.get("text"), one.get("type")
        if not isinstance(words, str) or not isinstance(label, str) or not words.strip():
            return None
        mentions.append((words, known.get(label.casefold(), label)))
    return placed(example.inputs["text"], mentions)
