"""The requests of an evaluation, and what they can cost, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from llm_select.evaluation.budget import (
    BYTES_PER_TOKEN,
    Charge,
    Price,
    charge,
    most,
    size,
)
from llm_select.evaluation.client import Request
from llm_select.evaluation.data import Data, Example
from llm_select.evaluation.journal import request_key
from llm_select.evaluation.prompts import Template, messages
from llm_select.evaluation.rows import DataError
from llm_select.evaluation.runner import Answerer, Job, Target
from llm_select.messages import Message, placed

LABEL_TOKENS = 8
"""Expected length of a label or a short answer."""
_ALLOWANCE = 24
"""Tokens that a chat template adds as a rule."""


class Asking(NamedTuple):
    """One model and where it is asked."""

    label: str
    """As the user names it."""
    served: str
    """Its name at the endpoint."""
    place: str
    """Address of the endpoint, or the local model."""
    price: Price | None
    settings: Mapping[str, object]
    """What else decides an answer: the API and further parameters."""
    open: Callable[[], Answerer]


class Forecast(NamedTuple):
    """What the requests of one model need: expected, and at most."""

    calls: int
    expected: Charge
    prompt: int
    """Expected tokens read."""
    most: Charge


def requests(
    data: Data, name: str, template: Template, max_tokens: int, names: Mapping[str, str]
) -> tuple[Request, ...]:
    """One request for each example. Raises DataError when the prompt names a language that a row lacks."""
    made, problems = [], []
    for example in data.examples:
        try:
            made.append(Request(messages(template, example, data.labels, names), max_tokens))
        except ValueError as error:
            problems.append(placed(f"{name}:{example.line}", error.args[0]))
    if problems:
        raise DataError(
            problems[:3],
            Message("give --pair or --language for all rows, or a column `pair` or `language`"),
        )
    return tuple(made)


def about(place: str, served: str, settings: Mapping[str, object]) -> dict[str, object]:
    """What a request's key is made of beside the request."""
    return {"place": place, "model": served, **settings}


def target_of(asking: Asking, asked: Sequence[Request]) -> Target:
    """A model with the requests it is to answer, in the order of the examples; repeated ones share a key."""
    settings = about(asking.place, asking.served, asking.settings)
    jobs = tuple(Job(request_key(settings, request), request) for request in asked)
    return Target(asking.label, asking.place, jobs, asking.price, asking.open)


def forecast(
    jobs: Sequence[Job], examples: Mapping[str, Example], form: str, price: Price | None
) -> Forecast:
    """Tokens and price of these jobs: expected from the length of prompts and of what is right, and the most possible.

    `examples` are the examples by request.
    """
    expected, greatest, prompt = Charge(), Charge(), 0
    for job in jobs:
        read = round(size(job.request) / BYTES_PER_TOKEN) + _ALLOWANCE
        written = min(job.request.max_tokens, _written(examples[job.key], form))
        expected = expected.plus(charge(read, written, price))
        greatest = greatest.plus(most(job.request, price))
        prompt += read
    return Forecast(len(jobs), expected, prompt, greatest)


def _written(example: Example, form: str) -> int:
    """Tokens of the right answer: what a model that thinks first writes beyond it is not foreseen."""
    if form in ("label", "answer"):
        return LABEL_TOKENS
    if form == "entities":
        return 8 + 16 * len(example.spans)
    return max(round(len(one.encode()) / BYTES_PER_TOKEN) for one in example.gold) + 4
