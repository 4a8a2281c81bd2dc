"""The questions of a run, asked concurrently: each answer is journalled as it arrives, and none is asked for twice."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from llm_select.evaluation.budget import Budget, Charge, Price, actual, most
from llm_select.evaluation.client import Refused, Reply, Request, Transient, Unusable
from llm_select.evaluation.journal import Journal
from llm_select.evaluation.pace import Pace
from llm_select.messages import Message


class Patience(NamedTuple):
    """How failures are met. Seconds."""

    attempts: int = 6
    """Times a request is sent before it counts as failed."""
    first_wait: float = 0.5
    """Wait after the first failure; it doubles, with as much again of jitter at most."""
    longest_wait: float = 30.0
    most_asked: float = 120.0
    """A server that asks for a longer pause is left alone for this run."""
    failures: int = 8
    """Requests failed one after another, none answered between, after which a server counts as down. Refused requests
    count only where nothing was ever answered: they may be the data's fault."""


class Answerer(Protocol):
    """What answers: an HTTP client or a local model."""

    async def ask(self, request: Request) -> Reply:
        """Raises Transient, Refused or Unusable."""

    async def __aenter__(self) -> Answerer: ...

    async def __aexit__(self, *details: object) -> None: ...


class Job(NamedTuple):
    """One request of one model."""

    key: str
    request: Request


class Target(NamedTuple):
    """One model to measure."""

    label: str
    """As the user names it."""
    place: str
    """Endpoint; models at one place are asked one after another."""
    jobs: tuple[Job, ...]
    price: Price | None
    open: Callable[[], Answerer]


class Failure(NamedTuple):
    """Why a request has no answer."""

    code: str
    detail: str


class Progress(NamedTuple):
    """Told after each request."""

    label: str
    answered: int
    failed: int
    waiting: float | None = None
    """Seconds that the endpoint asked to wait."""


class Outcome(NamedTuple):
    """What a run brought, by request."""

    replies: dict[str, Reply]
    failures: dict[str, Failure]
    stopped: dict[str, Failure]
    """By model: why it was not asked on; `budget` when the next request could pass a limit."""


class _Stop(Exception):  # noqa: N818
    """The budget has no room for another request."""


async def run(
    targets: Sequence[Target],
    journal: Journal,
    budget: Budget,
    *,
    concurrency: int = 8,
    per_minute: float | None = None,
    patience: Patience = Patience(),
    told: Callable[[Progress], None] = lambda _: None,
) -> Outcome:
    """Ask what the journal has no answer to. Endpoints are asked side by side, models of one endpoint in turn."""
    outcome = Outcome({}, {}, {})
    places: dict[str, list[Target]] = {}
    for target in targets:
        places.setdefault(target.place, []).append(target)

    async def ask_place(held: list[Target]) -> None:
        pace = Pace(per_minute)
        for target in held:
            await _Model(target, journal, budget, pace, patience, outcome, told).run(concurrency)

    async with asyncio.TaskGroup() as group:
        for held in places.values():
            group.create_task(ask_place(held))
    return outcome


class _Model:
    """The requests of one model, worked off by several workers."""

    def __init__(
        self,
        target: Target,
        journal: Journal,
        budget: Budget,
        pace: Pace,
        patience: Patience,
        outcome: Outcome,
        told: Callable[[Progress], None],
    ) -> None:
        self._target, self._journal, self._budget = target, journal, budget
        self._pace, self._patience, self._outcome, self._told = pace, patience, outcome, told
        self._answered = self._failed = self._in_a_row = 0
        known = journal.answers(dict.fromkeys(job.key for job in target.jobs))
        outcome.replies.update(known)
        self._known = len(known)
        wanted = {job.key: job for job in target.jobs if job.key not in known}
        self._waiting = deque(wanted.values())
        self._stopped: Failure | None = None
        self._last = ""

    async def run(self, concurrency: int) -> None:
        if not self._waiting:
            return
        try:
            answerer = self._target.open()
        except Unusable as stop:
            self._stop(Failure(stop.code, stop.detail))
            return
        async with answerer:
            # The first goes alone: a wrong key or address is then found out by one request.
            await self._work(answerer, 1)
            async with asyncio.TaskGroup() as group:
                for _ in range(min(concurrency, len(self._waiting))):
                    group.create_task(self._work(answerer, len(self._waiting)))

    async def _work(self, answerer: Answerer, most_jobs: int) -> None:
        for _ in range(most_jobs):
            if not self._waiting or self._stopped is not None:
                return
            job = self._waiting.popleft()
            try:
                await self._answer(answerer, job)
            except Unusable as stop:
                self._stop(Failure(stop.code, stop.detail))
            except _Stop:
                self._stop(Failure("budget", ""))
            except (Refused, Transient) as failure:
                counts = isinstance(failure, Transient) or not (self._known or self._answered)
                self._fail(job, Failure(failure.code, failure.detail), counts)
            else:
                self._answered += 1
                self._in_a_row = 0
            self._told(Progress(self._target.label, self._answered, self._failed))

    def _stop(self, why: Failure) -> None:
        if self._stopped is None:
            self._stopped = why
            self._outcome.stopped[self._target.label] = why

    def _fail(self, job: Job, why: Failure, counts: bool) -> None:
        self._outcome.failures[job.key] = why
        self._failed += 1
        self._in_a_row += counts
        if self._in_a_row >= self._patience.failures:
            self._stop(
                Failure(
                    "failing",
                    Message(
                        "{n} requests failed in a row: {detail}",
                        n=self._in_a_row,
                        detail=why.detail,
                    ),
                )
            )

    async def _answer(self, answerer: Answerer, job: Job) -> None:
        """Until there is an answer. Raises what the last attempt raised, or _Stop."""
        import stamina

        patience = self._patience
        async for attempt in stamina.retry_context(
            on=_wait_of,
            attempts=patience.attempts,
            timeout=None,
            wait_initial=patience.first_wait,
            wait_max=patience.longest_wait,
            wait_jitter=patience.first_wait,
        ):
            with attempt:
                await self._try(answerer, job)

    async def _try(self, answerer: Answerer, job: Job) -> None:
        """One attempt: money set aside, noted, sent, journalled."""
        target = self._target
        held = await self._budget.hold(most(job.request, target.price))
        if held is None:
            raise _Stop
        spent = Charge()
        try:
            await self._pace.turn()
            if self._stopped is not None:
                raise Unusable(*self._stopped)
            noted = self._journal.sent(job.key, target.label, held)
            spent = held  # until the server says otherwise
            try:
                reply = await answerer.ask(job.request)
            except Transient as failure:
                spent = held if failure.billed else Charge()
                self._journal.failed(noted, failure.code, failure.detail, billed=failure.billed)
                self._consider(failure)
                raise
            except (Refused, Unusable) as failure:
                spent = Charge()
                self._journal.failed(noted, failure.code, failure.detail, billed=False)
                raise
            spent = actual(reply, job.request, target.price)
            self._journal.answered(noted, job.key, target.label, reply, spent)
            self._outcome.replies[job.key] = reply
        finally:
            await self._budget.settle(held, spent)

    def _consider(self, failure: Transient) -> None:
        """What a failure means for the other workers. Raises Unusable when there is no use in going on."""
        new = not (self._answered or self._known)
        again, self._last = failure.code == self._last, failure.code
        if failure.code in ("connect", "not-json") and new and again:
            raise Unusable(failure.code, failure.detail)
        if failure.wait is None:
            return
        if failure.wait > self._patience.most_asked:
            raise Unusable("long-wait", Message("it asks to wait {wait:.0f} s", wait=failure.wait))
        if failure.wait > 0:
            self._pace.pause(failure.wait)
            self._told(Progress(self._target.label, self._answered, self._failed, failure.wait))


def _wait_of(error: Exception) -> bool | float:
    """For stamina: whether to try again, and when the server said so, after how many seconds."""
    if not isinstance(error, Transient):
        return False
    return True if error.wait is None else error.wait
