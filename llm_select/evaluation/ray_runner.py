"""The same questions on a Ray cluster: Ray Data hands them to actors, each with a client of its own, and the driver
journals what they bring as it arrives.

Requests go out in waves, no larger than the budget can pay for at most. A failure that may have been charged goes back
to the driver, which sets money aside anew before it is tried again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from llm_select.evaluation.budget import Charge, Price, actual, most
from llm_select.evaluation.client import Refused, Reply, Request, Transient, Unusable
from llm_select.evaluation.journal import Journal
from llm_select.evaluation.pace import Pace
from llm_select.evaluation.prompts import Turn
from llm_select.evaluation.runner import (
    Answerer,
    Failure,
    Job,
    Outcome,
    Patience,
    Progress,
    Target,
)
from llm_select.messages import Message

WAVE = 2000
"""Most requests given out at once: they count as sent until their answers are here."""
_CPUS = 0.25
"""Share of a processor of an actor that waits for a server."""


class Cluster(NamedTuple):
    """How much of it is used."""

    workers: int = 2
    """Actors."""
    concurrency: int = 8
    """Requests under way at an endpoint, over all actors."""
    per_minute: float | None = None
    """Requests a minute at an endpoint, over all actors."""


class Worker:
    """One actor: answers batches of requests, each request with patience."""

    def __init__(
        self,
        opened: Callable[[], Answerer],
        concurrency: int,
        per_minute: float | None,
        patience: Patience,
    ) -> None:
        import stamina.instrumentation

        stamina.instrumentation.set_on_retry_hooks([])
        self._loop = asyncio.new_event_loop()
        self._answerer, self._patience = opened(), patience
        self._slots = asyncio.Semaphore(concurrency)
        self._pace = Pace(per_minute)
        self._stop: Failure | None = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        """Adds what came of each request, as JSON."""
        keys = [str(key) for key in batch["key"]]
        asked = [_request(str(text)) for text in batch["request"]]

        async def all_of_them() -> list[str]:
            return await asyncio.gather(*(self._one(request) for request in asked))

        return {"key": keys, "came": self._loop.run_until_complete(all_of_them())}

    async def _one(self, request: Request) -> str:
        async with self._slots:
            if self._stop is not None:
                return json.dumps({"kind": "not-asked"})
            try:
                return json.dumps({"kind": "reply", "reply": list(await self._answer(request))})
            except Transient as error:
                kind = "billed" if error.billed else "failed"
                return json.dumps({"kind": kind, "failure": [error.code, error.detail]})
            except Refused as error:
                return json.dumps({"kind": "failed", "failure": [error.code, error.detail]})
            except Unusable as error:
                self._stop = Failure(error.code, error.detail)
                return json.dumps({"kind": "stopped", "failure": list(self._stop)})

    async def _answer(self, request: Request) -> Reply:
        import stamina

        patience = self._patience
        async for attempt in stamina.retry_context(
            on=_free, attempts=patience.attempts, timeout=None, wait_initial=patience.first_wait,
            wait_max=patience.longest_wait, wait_jitter=patience.first_wait,
        ):  # fmt: skip
            with attempt:
                await self._pace.turn()
                try:
                    return await self._answerer.ask(request)
                except Transient as failure:
                    if failure.wait is not None and failure.wait > patience.most_asked:
                        said = Message("it asks to wait {wait:.0f} s", wait=failure.wait)
                        raise Unusable("long-wait", said) from None
                    if failure.wait:
                        self._pace.pause(failure.wait)
                    raise
        raise AssertionError("the last attempt returns or raises")


def _free(error: Exception) -> bool | float:
    """For stamina: only what cost nothing is tried again here."""
    if not isinstance(error, Transient) or error.billed:
        return False
    return True if error.wait is None else error.wait


def run_on_ray(
    targets: Sequence[Target],
    journal: Journal,
    limits: tuple[float | None, int | None],
    cluster: Cluster,
    patience: Patience,
    told: Callable[[Progress], None],
) -> Outcome:
    """Ask what the journal has no answer to; `limits` are USD and tokens over all runs on it. Models in turn."""
    _start()
    outcome = Outcome({}, {}, {})
    keys = {job.key for target in targets for job in target.jobs}
    so_far = journal.spend(keys)
    spent = so_far.billed.plus(so_far.unconfirmed)
    for target in targets:
        known = journal.answers(dict.fromkeys(job.key for job in target.jobs))
        outcome.replies.update(known)
        waiting = {job.key: job for job in target.jobs if job.key not in known}
        spent = _ask(target, waiting, journal, limits, spent, cluster, patience, outcome, told)
    return outcome


def _ask(
    target: Target,
    waiting: dict[str, Job],
    journal: Journal,
    limits: tuple[float | None, int | None],
    spent: Charge,
    cluster: Cluster,
    patience: Patience,
    outcome: Outcome,
    told: Callable[[Progress], None],
) -> Charge:
    """All waves of one model. Returns what has been spent by then."""
    tries = dict.fromkeys(waiting, 0)
    answered = failed = 0
    while waiting and target.label not in outcome.stopped:
        wave = _affordable(list(waiting.values()), target.price, limits, spent)
        if not wave:
            outcome.stopped[target.label] = Failure("budget", "")
            break
        noted = {
            job.key: journal.sent(job.key, target.label, most(job.request, target.price))
            for job in wave
        }
        for key, came in _came(target, wave, cluster, patience):
            job, attempt = waiting[key], noted[key]
            tries[key] += 1
            if came["kind"] == "reply":
                reply = Reply(*came["reply"])
                cost = actual(reply, job.request, target.price)
                journal.answered(attempt, key, target.label, reply, cost)
                outcome.replies[key] = reply
                spent = spent.plus(cost)
                answered += 1
                del waiting[key]
                told(Progress(target.label, answered, failed))
                continue
            why = Failure(*came.get("failure", ("", "")))
            journal.failed(attempt, why.code, why.detail, billed=came["kind"] == "billed")
            if came["kind"] == "billed":
                spent = spent.plus(most(job.request, target.price))
            if came["kind"] == "stopped":
                outcome.stopped.setdefault(target.label, why)
            elif came["kind"] == "failed" or (
                came["kind"] == "billed" and tries[key] >= patience.attempts
            ):
                outcome.failures[key] = why
                failed += 1
                del waiting[key]
                told(Progress(target.label, answered, failed))
        if failed >= patience.failures and not answered:
            why = next(outcome.failures[job.key] for job in wave if job.key in outcome.failures)
            outcome.stopped[target.label] = Failure("failing", why.detail)
    return spent


def _affordable(
    jobs: Sequence[Job],
    price: Price | None,
    limits: tuple[float | None, int | None],
    spent: Charge,
) -> list[Job]:
    """The first jobs that the budget can pay whatever they cost."""
    usd, tokens = limits
    taken: list[Job] = []
    for job in jobs[:WAVE]:
        spent = spent.plus(most(job.request, price))
        if (usd is not None and spent.usd > usd) or (tokens is not None and spent.tokens > tokens):
            break
        taken.append(job)
    return taken


def _came(
    target: Target, wave: Sequence[Job], cluster: Cluster, patience: Patience
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What came of each request, as blocks arrive."""
    import ray.data

    workers = min(cluster.workers, len(wave))
    each = max(1, cluster.concurrency // workers)
    pace = cluster.per_minute / workers if cluster.per_minute is not None else None
    rows = [{"key": job.key, "request": _text(job.request)} for job in wave]
    blocks = max(workers, -(-len(rows) // (2 * each)))
    asked = ray.data.from_items(rows, override_num_blocks=min(blocks, len(rows)))
    done = asked.map_batches(
        Worker,
        fn_constructor_args=(target.open, each, pace, patience),
        batch_size=2 * each,
        concurrency=workers,
        num_cpus=_CPUS,
    )
    for row in done.iter_rows():
        yield row["key"], json.loads(row["came"])


def _text(request: Request) -> str:
    said = [[message.role, message.content] for message in request.messages]
    return json.dumps([said, request.max_tokens, request.language])


def _request(text: str) -> Request:
    said, limit, language = json.loads(text)
    return Request(tuple(Turn(*one) for one in said), limit, language)


def _start() -> None:
    """Join the cluster of RAY_ADDRESS, or start Ray on this machine; without its reports of usage and its bars."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Its core prints an error for every actor with arguments, though nothing is wrong.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    import ray
    import ray.data

    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    own = {} if os.environ.get("RAY_ADDRESS") else {"include_dashboard": False}
    ray.init(ignore_reinit_error=True, log_to_driver=False, logging_level=logging.ERROR, **own)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
