"""Short runs against a test's own server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from llm_select.evaluation.budget import Budget, Price
from llm_select.evaluation.client import Client, Reply, Request
from llm_select.evaluation.endpoint import Endpoint, Secret
from llm_select.evaluation.journal import Journal, Spend
from llm_select.evaluation.prompts import Turn
from llm_select.evaluation.question import Asking, target_of
from llm_select.evaluation.runner import Outcome, Patience, run

FAST = Patience(attempts=4, first_wait=0.01, longest_wait=0.02, most_asked=1.0, failures=8)
"""Waits of milliseconds."""


class Ran(NamedTuple):
    """What a run left behind."""

    outcome: Outcome
    spend: Spend
    replies: list[Reply | None]
    """In the order of the prompts."""
    why: list[str | None]
    """Codes of failures, in the order of the prompts."""


def prompts(count: int) -> list[str]:
    """Different prompts."""
    return [f"prompt {number}" for number in range(count)]


def ask(
    url: str,
    journal: Path,
    asked: Sequence[str],
    *,
    patience: Patience = FAST,
    concurrency: int = 4,
    timeout: float = 10.0,
    usd: float | None = None,
    tokens: int | None = None,
    price: Price | None = None,
    key: str | None = None,
    max_tokens: int = 5,
    api: str = "chat",
) -> Ran:
    """Ask one model every prompt, with the answers of the journal used."""
    endpoint = Endpoint(url, Secret(key) if key is not None else None)
    opened = partial(Client, endpoint, "tiny", api=api, timeout=timeout, connections=concurrency)
    requests = [Request((Turn("user", prompt),), max_tokens) for prompt in asked]
    target = target_of(Asking("tiny", "tiny", url, price, {}, opened), requests)
    keys = [job.key for job in target.jobs]
    held = Journal(journal)
    try:
        so_far = held.spend(dict.fromkeys(keys))

        async def work() -> Outcome:
            budget = Budget(usd, tokens, so_far.billed.plus(so_far.unconfirmed))
            return await run([target], held, budget, concurrency=concurrency, patience=patience)

        outcome = asyncio.run(work())
        spend = held.spend(dict.fromkeys(keys))
    finally:
        held.close()
    return Ran(
        outcome,
        spend,
        [outcome.replies.get(key) for key in keys],
        [outcome.failures[key].code if key in outcome.failures else None for key in keys],
    )
