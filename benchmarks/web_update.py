"""What an update of the page costs, against the bare scorer.

    python benchmarks/web_update.py [ROUNDS]

Both are timed in one run, taking turns: `recommend()` on the loaded catalog, and the same question asked of the page
as its script asks it, through the whole ASGI application in this process, without a network. A table of medians and
their ratio; the aim is 2 at most.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from llm_select.catalog.load import load_catalog
from llm_select.selection.recommend import SHOWN, UNRATED_SHOWN, recommend
from llm_select.web import answers
from llm_select.web.app import application
from llm_select.web.asked import read
from llm_select.web.fields import HOME

PORT = 8642
AIM = 2.0
QUESTIONS = (
    "task=translation&pair=en-zh&gpu-mem=24",
    "task=ner&language=de&gpu=RTX+4090&examples=2000",
    "task=coding&gpu=RTX+4090&commercial=on",
    "task=dialogue&language=zh&gpu=M4+Max&gpu-mem=64",
    "task=summarization&weights-access=hosted&max-price=2",
    "task=retrieval&gpu-mem=8",
)


def update(app: Any, query: str) -> bytes:
    """The page's live answer: one GET through the application."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", f"127.0.0.1:{PORT}".encode()), (b"hx-request", b"true")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", PORT),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200, sent[0]
    return b"".join(message.get("body", b"") for message in sent[1:])


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Print the table; 1 when a ratio is above the aim."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    catalog = load_catalog()
    app = application(catalog, port=PORT)
    gc.collect()
    gc.freeze()
    worst = 0.0
    print(f"{'question':52} {'scorer':>9} {'page':>9} {'ratio':>6} {'KiB':>6}")
    for query in QUESTIONS:
        asked, _ = read(query, HOME)
        size = len(update(app, query)) / 1024
        requirements = answers.recommendation(catalog, asked).requirements
        scored = partial(recommend, catalog, requirements, near_misses=SHOWN, unrated=UNRATED_SHOWN)
        shown = partial(update, app, query)
        bare, whole = [], []
        for _ in range(rounds):
            bare.append(seconds(scored))
            whole.append(seconds(shown))
        one, other = statistics.median(bare), statistics.median(whole)
        worst = max(worst, other / one)
        print(
            f"{query:52} {1e3 * one:6.1f} ms {1e3 * other:6.1f} ms {other / one:6.2f} {size:6.0f}"
        )
    print(f"worst ratio {worst:.2f}, aim {AIM}")
    return int(worst > AIM)


if __name__ == "__main__":
    sys.exit(main())
