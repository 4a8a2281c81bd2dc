"""Answers that a batch job left in a directory, read as if a server gave them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from llm_select.evaluation.client import Refused, Reply, Request
from llm_select.evaluation.journal import request_key
from llm_select.evaluation.rows import DataError
from llm_select.messages import Message

REQUESTS = "requests.jsonl"
ANSWERS = "answers"
"""Directory of JSON Lines that the job writes."""


class BatchAnswers:
    """The answers in a directory; `about` is what a request's key is made of beside the request."""

    def __init__(self, directory: Path, about: Mapping[str, object]) -> None:
        self._about = dict(about)
        self._replies = read_answers(directory)

    async def __aenter__(self) -> BatchAnswers:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def ask(self, request: Request) -> Reply:
        """The answer that is there. Raises Refused when there is none."""
        reply = self._replies.get(request_key(self._about, request))
        if reply is None:
            raise Refused("not-in-batch", "")
        return reply


def is_done(directory: Path) -> bool:
    """True when the job has written answers."""
    return any((directory / ANSWERS).glob("*.json*"))


def read_answers(directory: Path) -> dict[str, Reply]:
    """Replies by request. Raises DataError with what cannot be read."""
    found: dict[str, Reply] = {}
    problems = []
    for path in sorted((directory / ANSWERS).glob("*.json*")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if row.get("__inference_error__"):
                    continue  # vLLM could not answer it: it stays without an answer
                text = str(row["text"])
                found[str(row["request"])] = Reply(
                    text,
                    row.get("finish"),
                    int(row["prompt_tokens"]),
                    int(row["completion_tokens"]),
                    "</think>" in text,
                    0.0,
                )
            except (ValueError, TypeError, LookupError, AttributeError):
                problems.append(
                    Message("{path}:{line}: no answer of the job", path=path, line=number)
                )
    if problems:
        raise DataError(problems, Message("run job.py again, into an empty directory"))
    return found
