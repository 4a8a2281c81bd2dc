"""Hostile cards in a real browser: nothing of them runs."""

from __future__ import annotations

from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

PAGES = (
    "/?task=task&gpu-mem=24",
    "/?task=task&gpu-mem=24&locale=zh",
    "/model/evil/script?task=task&gpu-mem=24",
    "/model/evil/big?task=task&gpu-mem=24",
    "/compare?task=task&gpu-mem=24&model=evil/script&model=evil/image",
)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_runs(page: Any, hostile_site: str, address: str) -> None:
    page.goto(hostile_site + address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.harmed") is None
    assert page.locator("script:not([src^='/static/'])").count() == 0
    assert page.locator("img").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0


def test_nothing_runs_in_a_live_answer(page: Any, hostile_site: str) -> None:
    page.goto(hostile_site + "/?task=task&gpu-mem=24")
    page.fill("#in-top", "3") if page.locator("#in-top").is_visible() else page.fill(
        "#in-gpu-mem", "12"
    )
    page.press("#in-gpu-mem", "Tab")
    page.wait_for_url("**gpu-mem=12")
    for mark in page.locator(".plot .wide .ls-point").all():
        mark.hover(force=True)
    assert page.evaluate("window.harmed") is None


def test_a_turned_name_turns_nothing_else(page: Any, hostile_site: str) -> None:
    page.goto(hostile_site + "/?task=task&gpu-mem=24")
    marks = "[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f]"
    assert (
        page.evaluate(
            f"[...document.querySelectorAll('svg')].some(s => /{marks}/.test(s.textContent))"
        )
        is False
    )
