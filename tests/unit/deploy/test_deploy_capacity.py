"""Capacity and cost, with the arithmetic written out."""

from __future__ import annotations

import pytest

from llm_select.estimates.types import Range, SpeedEstimate, Workload
from llm_select.plan.deploy_capacity import Capacity, capacity
from llm_select.plan.deploy_cost import cost, hosted_plans
from llm_select.schema.model import Offer

WORK = Workload(1500, 1000, 500, batch=4)
SPEED = SpeedEstimate(Range(20, 25, 30), Range(80, 100, 120), Range(800, 1000, 1200), (), None)


def of(
    speed: SpeedEstimate = SPEED,
    work: Workload = WORK,
    *,
    wanted: int = 4,
    rate: float | None = None,
    measured: int = 32,
    batches: bool = True,
) -> Capacity:
    """Capacity with everything but what a test is about as usual."""
    return capacity(
        speed, work, held=8, wanted=wanted, rate=rate, batches=batches, measured=measured
    )


def test_a_request_takes_its_prompt_and_its_share_of_the_steps() -> None:
    """1000 / 1000 + 500 / 100 = 6 s of the device for each request."""
    found = of().requests_per_second
    assert found is not None
    assert found.expected == pytest.approx(1 / 6)
    assert found.low == pytest.approx(1 / (1000 / 800 + 500 / 80))


def test_a_full_replica_answers_in_as_many_turns_as_requests_run() -> None:
    """Little's law: 4 requests at 1/6 a second stay 24 s."""
    found = of().request_s
    assert found is not None
    assert found.expected == pytest.approx(24)


def test_the_first_token_waits_for_the_prompt() -> None:
    found = of()
    assert found.first_token_s is not None
    assert found.last_first_token_s is not None
    assert found.first_token_s.expected == pytest.approx(1.0)
    assert found.last_first_token_s.expected == pytest.approx(4.0)


def test_latency_is_lowest_where_speed_is_highest() -> None:
    found = of().token_s
    assert found is not None
    assert found == pytest.approx((1 / 30, 1 / 25, 1 / 20))


def test_replicas_for_a_rate_have_the_range_of_the_speed() -> None:
    """2 a second at 1/6 each takes 12; at the slow end 2 · 7.5 = 15, at the fast end 2 · (1000/1200 + 500/120) = 10."""
    assert of(rate=2).replicas == (10, 12, 15)


def test_replicas_for_requests_at_a_time_follow_from_memory() -> None:
    assert of(wanted=9).replicas == (3, 3, 3)


def test_nothing_is_claimed_for_more_together_than_were_measured() -> None:
    found = of(measured=2, rate=1)
    assert found.requests_per_second is None
    assert found.token_s is None
    assert found.missing == "batch-unmeasured"
    assert not found.rate_known


def test_nothing_is_claimed_without_a_speed() -> None:
    none = SpeedEstimate(None, None, None, (), "bandwidth-unknown")
    found = of(none)
    assert found.requests_per_second is None
    assert found.missing == "bandwidth-unknown"


def test_an_encoder_serves_as_fast_as_it_reads() -> None:
    reads = SpeedEstimate(None, None, Range(500, 1000, 2000), (), "reads-only")
    found = of(reads, Workload(100, 100, 1)).requests_per_second
    assert found is not None
    assert found.expected == pytest.approx(10)


def test_a_machine_costs_its_hour_over_the_tokens_of_an_hour() -> None:
    """1/6 request a second is 600 an hour, 900,000 tokens: 9 USD an hour is 10 USD a million."""
    found = cost(of(), WORK, 9.0, (), None)
    assert found.usd_per_mtok is not None
    assert found.usd_per_mtok_written is not None
    assert found.usd_per_mtok.expected == pytest.approx(10)
    assert found.usd_per_mtok_written.expected == pytest.approx(30)


def test_break_even_is_where_the_offer_costs_the_hour() -> None:
    """1000 tokens at 1 and 500 at 4 USD a million are 0.003 USD: 9 USD are 3,000 requests, 5 times what is served."""
    found = cost(of(), WORK, 9.0, (), (1.0, 4.0)).hosted[0]
    assert found.usd_per_request == pytest.approx(0.003)
    assert found.break_even == pytest.approx(3000)
    assert found.load is not None
    assert found.load.expected == pytest.approx(5)


def test_an_offer_of_the_card_is_compared() -> None:
    found = cost(of(), WORK, 9.0, (offer("A", 1, 4),), None).hosted
    assert [one.provider for one in found] == ["A"]


def test_the_cheapest_offer_for_these_lengths_comes_first() -> None:
    """Reading is two thirds of the tokens here, so the cheaper reader wins."""
    plans = hosted_plans((offer("writer", 4, 1), offer("reader", 1, 4)), WORK, 2.0)
    assert [one.offer.provider for one in plans] == ["reader", "writer"]
    assert plans[0].usd_per_hour == pytest.approx(0.003 * 2 * 3600)


def offer(provider: str, read: float, write: float) -> Offer:
    """A price."""
    return Offer(
        provider=provider,
        input_usd_per_mtok=read,
        output_usd_per_mtok=write,
        as_of="2026-01",
        source="src",
    )
