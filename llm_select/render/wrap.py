"""Lines of a width for text that holds Chinese, which breaks between signs and not only at spaces."""

from __future__ import annotations

import re

from llm_select.render.plain import cells

_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_PIECE = re.compile(rf"\s+|\[[^\s\[\]]+\]|[{_WIDE}]|[^\s{_WIDE}]+")
"""Spaces, what stands in brackets, a wide sign, or a run of narrow ones; the last is never broken where it fits."""
_CLOSING = "，。；：、！？）》」』】·…”)],.;:!?%"
"""Signs that begin no line."""
_OPENING = "（《「『【“(["
"""Signs that end none."""


def wrapped(text: str, width: int) -> str:
    """The text in lines of at most `width` columns; what is too long for a line is cut."""
    return "\n".join(line for given in text.split("\n") for line in _lines(given, width))


def _lines(text: str, width: int) -> list[str]:
    if cells(text) <= width:
        return [text]
    lines, line, gap = [], "", ""
    for piece in _pieces(text):
        if piece.isspace():
            # Spaces at the head of a text indent it; those at a break go.
            line, gap = (line, piece) if line else (piece, "")
            continue
        if cells(line + gap + piece) <= width:
            line += gap + piece
        else:
            if line.strip():
                lines.append(line)
                line = ""
            *whole, line = _cut(line + piece, width)
            lines += whole
        gap = ""
    return [*lines, line]


def _pieces(text: str) -> list[str]:
    """What stays on one line: marks with what they belong to, a number with the word that it counts."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        last = pieces[-1] if pieces else ""
        if (last and not last.isspace() and piece[0] in _CLOSING) or (
            last and last[-1] in _OPENING and not piece.isspace()
        ):
            pieces[-1] += piece
        elif last.isspace() and len(pieces) > 1 and pieces[-2][-1].isdigit() and _wide(piece):
            number = pieces[-2]
            pieces[-2:] = [f"{number}{last}{piece}"]
        else:
            pieces.append(piece)
    return pieces


def _cut(piece: str, width: int) -> list[str]:
    parts = [""]
    for sign in piece:
        if parts[-1] and cells(parts[-1] + sign) > width:
            parts.append("")
        parts[-1] += sign
    return parts


def _wide(piece: str) -> bool:
    return cells(piece[0]) == 2
