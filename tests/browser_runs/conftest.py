"""A headless Chromium and servers for it. `.ci/browser_runs` says where Chromium and axe-core are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if "CHROMIUM" in os.environ:
    from playwright import sync_api
else:  # the ordinary suite, which has no browser
    collect_ignore_glob = ["test_*.py"]

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OWN = re.compile(r"(http://127\.0\.0\.1:\d+/|data:|about:)")


def _serving(*command: str) -> Iterator[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": "C.UTF-8",
    }
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        try:
            assert found is not None, f"the server said {line!r}"
            yield found[0].rstrip("/")
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """`llm-select web` over the bundled catalog: its address."""
    yield from _serving("llm_select", "web", "--port", "0", "--no-open")


@pytest.fixture(scope="session")
def hostile_site() -> Iterator[str]:
    """The page over hostile cards: its address."""
    yield from _serving("tests.browser_runs.hostile_server")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium."""
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        yield started
        started.close()


class Opened:
    """A page of the browser that notes what goes wrong behind it."""

    def __init__(self, browser: Any, **settings: Any) -> None:
        self.context = browser.new_context(**{"locale": "en-US", **settings})
        self.context.add_init_script(path=os.environ["AXE"])
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        self.context.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not OWN.match(request.url):
            self.troubles.append(f"request: {request.url}")


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens pages; afterwards none of them may have met a console error or asked anything outside loopback."""
    found: list[Opened] = []

    def make(**settings: Any) -> Opened:
        found.append(Opened(browser, **settings))
        return found[-1]

    yield make
    troubles = [trouble for one in found for trouble in one.troubles]
    for one in found:
        one.context.close()
    assert troubles == []


@pytest.fixture
def page(opened: Any) -> Any:
    """One page of 1280 × 900."""
    return opened(viewport={"width": 1280, "height": 900}).page
