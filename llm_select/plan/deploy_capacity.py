"""How many requests one replica serves, how fast, and how many replicas that makes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llm_select.estimates.types import Range
from llm_select.plan.deploy_types import Capacity, Whole

if TYPE_CHECKING:
    from llm_select.estimates.types import SpeedEstimate, Workload

MOST_SEQUENCES = 256
"""Requests that one replica is made to run together at most: vLLM's default of `--max-num-seqs`."""


def capacity(
    speed: SpeedEstimate,
    workload: Workload,
    *,
    held: int | None,
    wanted: int,
    rate: float | None,
    batches: bool,
    measured: int,
) -> Capacity:
    """Capacity of a replica that runs `workload.batch` requests together.

    A request takes the device for itself while its prompt is read and shares the steps of decoding after that, so a
    replica kept full serves 1 / (prompt / prefill + written / decode of all streams) requests per second: throughput
    by the utilisation law (Denning and Buzen 1978, "The operational analysis of queueing network models"). Every
    request is taken to have the lengths asked. `wanted` requests at a time and `rate` requests per second each ask for
    a number of replicas; the larger counts. Nothing is claimed where the speed model claims nothing, nor for more
    requests together than were `measured`.
    """
    together = workload.batch if batches else 1
    per_second = served(speed, workload) if together <= measured else None
    prefill = speed.prefill
    first = _inverse(prefill, workload.prompt_tokens)
    last = _inverse(prefill, workload.prompt_tokens * together)
    token = _inverse(speed.decode, 1.0) if together <= measured else None
    request = _times(_inverse(per_second, 1.0), together)
    written = _times(per_second, workload.generate_tokens) if speed.decode is not None else None
    by_users = math.ceil(wanted / max(1, workload.batch))
    replicas, known = Whole(by_users, by_users, by_users), True
    if rate is not None:
        known = per_second is not None
        if per_second is not None:
            replicas = Whole(
                max(by_users, math.ceil(rate / per_second.high)),
                max(by_users, math.ceil(rate / per_second.expected)),
                max(by_users, math.ceil(rate / per_second.low)),
            )
    return Capacity(
        sequences=together,
        held=held if batches else None,
        first_token_s=first,
        last_first_token_s=last,
        token_s=token,
        request_s=request,
        tokens_per_second=written,
        requests_per_second=per_second,
        replicas=replicas,
        rate_known=known,
        missing=None
        if per_second is not None
        else speed.missing or ("batch-unmeasured" if together > measured else "compute-unknown"),
    )


def served(speed: SpeedEstimate, workload: Workload) -> Range | None:
    """Requests per second of a full replica; None where reading or writing has no speed. An encoder only reads."""
    reads = speed.prefill
    if reads is None:
        return None
    if speed.decode_total is None:
        if speed.missing != "reads-only":
            return None
        return _times(reads, 1 / workload.prompt_tokens)
    writes = speed.decode_total

    def at(read: float, write: float) -> float:
        return 1 / (workload.prompt_tokens / read + workload.generate_tokens / write)

    return Range(
        at(reads.low, writes.low), at(reads.expected, writes.expected), at(reads.high, writes.high)
    )


def _inverse(rate: Range | None, amount: float) -> Range | None:
    """Seconds for an amount at a rate; fast and slow change places."""
    if rate is None:
        return None
    return Range(amount / rate.high, amount / rate.expected, amount / rate.low)


def _times(value: Range | None, factor: float) -> Range | None:
    if value is None:
        return None
    return Range(value.low * factor, value.expected * factor, value.high * factor)
