"""What an own machine costs per token, and from which load it costs less than a hosted offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.estimates.types import Range
from llm_select.plan.deploy_types import Comparison, Cost, HostedPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llm_select.estimates.types import Workload
    from llm_select.plan.deploy_types import Capacity
    from llm_select.schema.model import Offer

HOUR = 3600.0
MILLION = 1e6


def cost(
    capacity: Capacity,
    workload: Workload,
    usd_per_hour: float,
    offers: Sequence[Offer],
    given: tuple[float, float] | None,
) -> Cost:
    """Cost of one replica that costs `usd_per_hour`, kept full, against offers for the same requests.

    The machine is paid by the hour whatever it does, an offer by the token: they cost the same at
    `usd_per_hour / price of a request` requests per hour.
    """
    rate = capacity.requests_per_second
    writes = capacity.tokens_per_second is not None or capacity.missing is not None
    written = workload.generate_tokens if writes else 0
    tokens = workload.prompt_tokens + written

    def per_million(each: float) -> Range | None:
        if rate is None:
            return None
        made = (each * rate.high, each * rate.expected, each * rate.low)
        return Range(*(usd_per_hour / (one * HOUR) * MILLION for one in made))

    prices: list[tuple[str, Offer | None, float, float]] = [
        (o.provider, o, o.input_usd_per_mtok, o.output_usd_per_mtok)
        for o in sorted(offers, key=lambda o: request_usd(o, workload))
    ]
    if given is not None:
        prices.append(("given", None, *given))
    hosted = []
    for provider, offer, read, write in prices:
        each = (workload.prompt_tokens * read + written * write) / MILLION
        if each <= 0:
            continue
        even = usd_per_hour / each
        load = None
        if rate is not None:
            load = Range(
                even / HOUR / rate.high, even / HOUR / rate.expected, even / HOUR / rate.low
            )
        hosted.append(Comparison(provider, offer, each, each / tokens * MILLION, even, load))
    return Cost(
        usd_per_hour,
        per_million(tokens),
        per_million(written) if written else None,
        tuple(hosted),
    )


def request_usd(offer: Offer, workload: Workload) -> float:
    """USD of one request of the workload's lengths."""
    return (
        workload.prompt_tokens * offer.input_usd_per_mtok
        + workload.generate_tokens * offer.output_usd_per_mtok
    ) / MILLION


def hosted_plans(
    offers: Sequence[Offer], workload: Workload, rate: float | None
) -> tuple[HostedPlan, ...]:
    """Every offer for the model, the cheapest for these lengths first."""
    plans = []
    for offer in sorted(offers, key=lambda o: (request_usd(o, workload), o.provider)):
        each = request_usd(offer, workload)
        plans.append(HostedPlan(offer, each, each * rate * HOUR if rate is not None else None))
    return tuple(plans)
