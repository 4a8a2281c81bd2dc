"""Tokens and money: what a request can cost at most is set aside before it is sent, so that no limit is passed.

The prompt counts as many tokens as it has bytes in UTF-8, which no byte-level tokenizer exceeds, and an allowance for
what chat templates add; the answer counts the most it may have. What the server then reports takes its place.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from llm_select.evaluation.client import Reply, Request

TEMPLATE_TOKENS = 256
"""Tokens that a chat template and its default system message may add."""
BYTES_PER_TOKEN = 4.0
"""For the expected figure: about 4 for English, and 3 bytes with 0.6 to 1 token for a Chinese character."""


class Price(NamedTuple):
    """USD per million tokens."""

    input: float
    output: float
    basis: str
    """Where it was taken from: `given`, or the provider and date of an offer."""


class Charge(NamedTuple):
    """What a request costs or may cost."""

    tokens: int = 0
    usd: float = 0.0

    def plus(self, other: Charge) -> Charge:
        """Both together."""
        return Charge(self.tokens + other.tokens, self.usd + other.usd)


def size(request: Request) -> int:
    """Bytes of the prompt in UTF-8."""
    return sum(len(message.content.encode()) for message in request.messages)


def most(request: Request, price: Price | None) -> Charge:
    """The most a request can cost."""
    return charge(size(request) + TEMPLATE_TOKENS, request.max_tokens, price)


def charge(prompt: int, completion: int, price: Price | None) -> Charge:
    """What tokens cost; without a price only the tokens count."""
    usd = (prompt * price.input + completion * price.output) / 1e6 if price is not None else 0.0
    return Charge(prompt + completion, usd)


def actual(reply: Reply, request: Request, price: Price | None) -> Charge:
    """What a reply cost by the server's own count; the most it can have cost where the server does not say."""
    if reply.prompt_tokens is None or reply.completion_tokens is None:
        return most(request, price)
    return charge(reply.prompt_tokens, reply.completion_tokens, price)


class Budget:
    """Shared by all models of a run."""

    def __init__(
        self, usd: float | None = None, tokens: int | None = None, spent: Charge = Charge()
    ) -> None:
        self._usd, self._tokens = usd, tokens
        self.spent = spent
        self._held = Charge()
        self._overrun = 1.0
        self._freed = asyncio.Condition()

    async def hold(self, wanted: Charge) -> Charge | None:
        """Set this much aside, waiting for requests under way where that may help. None when it will never fit.

        After a server has charged more than a request allowed, requests are held at that multiple.
        """
        async with self._freed:
            while True:
                scaled = self._scaled(wanted)
                if self._fits(scaled):
                    self._held = self._held.plus(scaled)
                    return scaled
                if self._held.tokens == 0:
                    return None
                await self._freed.wait()

    async def settle(self, held: Charge, spent: Charge) -> None:
        """What was held has cost this much."""
        async with self._freed:
            self._held = self._held.plus(Charge(-held.tokens, -held.usd))
            self.spent = self.spent.plus(spent)
            if held.tokens and spent.tokens > held.tokens:
                self._overrun = max(self._overrun, spent.tokens / held.tokens * self._overrun)
            self._freed.notify_all()

    def _scaled(self, wanted: Charge) -> Charge:
        return Charge(round(wanted.tokens * self._overrun), wanted.usd * self._overrun)

    def _fits(self, wanted: Charge) -> bool:
        tokens = self.spent.tokens + self._held.tokens + wanted.tokens
        usd = self.spent.usd + self._held.usd + wanted.usd
        return (self._tokens is None or tokens <= self._tokens) and (
            self._usd is None or usd <= self._usd + 1e-12
        )
