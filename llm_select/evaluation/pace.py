"""How fast an endpoint is asked: requests per minute, and the pauses it asks for itself."""

from __future__ import annotations

import asyncio
from random import uniform

_SPREAD = 0.1
"""Share of a pause by which workers start apart after it, so that they do not all come back at once."""


class Pace:
    """Hands out turns. All workers on an endpoint share one, so that a pause holds for all of them."""

    def __init__(self, per_minute: float | None = None) -> None:
        self._interval = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._resume = 0.0
        self._pause = 0.0

    async def turn(self) -> None:
        """Returns when the next request may be sent."""
        loop = asyncio.get_running_loop()
        slot = max(loop.time(), self._next)
        self._next = slot + self._interval
        while (wait := max(slot, self._resume) - loop.time()) > 0:
            paused = self._resume > slot
            await asyncio.sleep(wait + (uniform(0.0, _SPREAD * self._pause) if paused else 0.0))

    def pause(self, seconds: float) -> None:
        """No request of any worker before this has passed."""
        self._pause = seconds
        self._resume = max(self._resume, asyncio.get_running_loop().time() + seconds)
