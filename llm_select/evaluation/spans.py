"""Entities as stretches of characters, from tags on tokens and back to where an answer's words stand in a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from llm_select.messages import Message


class Span(NamedTuple):
    """An entity: characters `start` to `end` (exclusive, from 0) of the text, and its type."""

    start: int
    end: int
    label: str


def span_of(value: object) -> Span:
    """`{"start": 0, "end": 5, "label": "PER"}`. Raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError(Message('a span is {"start": 0, "end": 5, "label": "PER"}'))
    start, end, label = value.get("start"), value.get("end"), value.get("label", value.get("type"))
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        raise ValueError(Message('a span is {"start": 0, "end": 5, "label": "PER"}'))
    return Span(start, end, label)


def problem_of(text: str, spans: Sequence[Span]) -> str | None:
    """What is wrong with the spans of a text, or None."""
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            return Message(
                "span {start}–{end} lies outside the text of {count} characters",
                start=span.start,
                end=span.end,
                count=len(text),
            )
    ordered = sorted(spans)
    for one, other in pairwise(ordered):
        if other.start < one.end:
            return Message(
                "spans {start}–{end} and {other_start}–{other_end} overlap",
                start=one.start,
                end=one.end,
                other_start=other.start,
                other_end=other.end,
            )
    return None


def from_tags(tokens: Sequence[str], tags: Sequence[str]) -> tuple[str, tuple[Span, ...]]:
    """A text made of the tokens, and the spans of their BIO, BIOES or BILOU tags. Raises ValueError for another tag.

    Tokens are joined by a space, except between two characters of a script written without spaces. An `I-` that
    continues nothing begins an entity, as in the CoNLL evaluation script.
    """
    text = open_label = ""
    spans: list[Span] = []
    for token, tag in zip(tokens, tags, strict=True):
        if text and not (unspaced(text[-1]) and unspaced(token[0])):
            text += " "
        start = len(text)
        text += token
        mark, _, label = tag.partition("-")
        if tag == "O":
            open_label = ""
            continue
        if mark not in ("B", "I", "E", "S", "L", "U") or not label:
            raise ValueError(Message("tag {tag!r} is none of O, B-TYPE and I-TYPE", tag=tag))
        continues = mark in ("I", "E", "L") and bool(spans) and open_label == label
        if continues:
            spans[-1] = spans[-1]._replace(end=len(text))
        else:
            spans.append(Span(start, len(text), label))
        open_label = "" if mark in ("E", "S", "L", "U") else label
    return text, tuple(spans)


def unspaced(character: str) -> bool:
    """True for scripts written without spaces between words: Han, kana, Thai, Lao, Khmer, Burmese."""
    code = ord(character)
    return (
        0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
        or 0x3000 <= code <= 0x30FF
        or 0x3400 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def placed(text: str, mentions: Sequence[tuple[str, str]]) -> tuple[Span, ...]:
    """Where mentions (words, type) stand in the text. Each takes its first place that no earlier mention took, from the
    last one on where that is possible. One that stands nowhere gets a place behind the text, where nothing is right.
    """
    taken: list[Span] = []
    beyond, after = len(text) + 1, 0
    for words, label in mentions:
        at = _free(text, words, after, taken)
        if at < 0:
            at = _free(text, words, 0, taken)
        if at < 0:
            taken.append(Span(beyond, beyond + 1, label))
            beyond += 2
        else:
            taken.append(Span(at, at + len(words), label))
            after = at + len(words)
    return tuple(taken)


def _free(text: str, words: str, start: int, taken: Sequence[Span]) -> int:
    at = text.find(words, start)
    while at >= 0 and any(at < span.end and span.start < at + len(words) for span in taken):
        at = text.find(words, at + 1)
    return at
