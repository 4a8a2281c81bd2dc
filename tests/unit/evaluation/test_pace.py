"""How fast requests go out, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from llm_select.evaluation import pace
from llm_select.evaluation.client import retry_after
from llm_select.evaluation.endpoint import base_url


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock()

    class Asyncio:
        sleep = staticmethod(held.sleep)

        @staticmethod
        def get_running_loop() -> Any:
            return held

    monkeypatch.setattr(pace, "asyncio", Asyncio)
    return held


def test_turns_are_as_far_apart_as_the_rate_says(clock: Clock) -> None:
    async def turns() -> list[float]:
        held, found = pace.Pace(per_minute=30), []
        for _ in range(4):
            await held.turn()
            found.append(clock.now)
        return found

    assert asyncio.run(turns()) == [0, 2, 4, 6]


def test_a_pause_holds_for_every_turn_after_it_and_ends_spread_out(clock: Clock) -> None:
    async def turns() -> list[float]:
        held, found = pace.Pace(), []
        held.pause(20)
        for _ in range(3):
            clock.now = 0
            await held.turn()
            found.append(clock.now)
        return found

    assert all(20 <= moment <= 22 for moment in asyncio.run(turns()))
    assert len(set(asyncio.run(turns()))) == 3


NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "typed",
    [
        "localhost:8000",
        "http://localhost:8000",
        "http://localhost:8000/v1/",
        "http://localhost:8000/v1/chat/completions",
    ],
)
def test_every_way_to_write_an_address_leads_to_its_base(typed: str) -> None:
    assert base_url(typed) == "http://localhost:8000/v1"


def test_a_base_of_another_path_is_kept() -> None:
    assert base_url("https://x.org/api/openai/v1") == "https://x.org/api/openai/v1"
