"""A model server that fails as it is told to: raw HTTP/1.1 over asyncio, in a thread of the test's process.

Every request is counted, so that a test can say what was paid for.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Act(NamedTuple):
    """What to do with one request."""

    text: str = "ok"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    body: bytes | None = None
    """In place of a completion."""
    cut: int | None = None
    """Bytes of the body sent before the connection is closed."""
    reset: bool = False
    """Close before anything is sent."""
    wait: float = 0.0
    """Seconds before anything is sent."""
    drip: float = 0.0
    """Seconds between single bytes of the body."""
    usage: tuple[int, int] | None = (10, 2)


JSON = (("content-type", "application/json"),)
Script = Callable[[dict[str, Any], int], Act]
"""From the request's body and how often this prompt has come (from 1) to what is done."""


def prompt_of(body: dict[str, Any]) -> str:
    """The last message of a request."""
    return str(body["messages"][-1]["content"] if "messages" in body else body["prompt"])


class Server:
    """A running server; `calls` counts requests by prompt, `seen` keeps bodies and headers."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.calls: Counter[str] = Counter()
        self.seen: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, ready: Callable[[], None]) -> None:
        """Until cancelled."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        async with server:
            await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        body = json.loads(raw)
        prompt = prompt_of(body)
        self.calls[prompt] += 1
        self.seen.append(({"request": head[0], **headers}, body))
        act = self._script(body, self.calls[prompt])
        if act.wait:
            await asyncio.sleep(act.wait)
        if act.reset:
            writer.transport.abort()
            return False
        payload = _completion(body, act) if act.body is None else act.body
        lines = [f"HTTP/1.1 {act.status} X", f"content-length: {len(payload)}"]
        lines += [f"{name}: {value}" for name, value in act.headers]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        if act.cut is not None:
            writer.write(payload[: act.cut])
            await writer.drain()
            writer.transport.abort()
            return False
        if act.drip:
            for byte in payload:
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(act.drip)
        else:
            writer.write(payload)
        await writer.drain()
        return True


def _completion(body: dict[str, Any], act: Act) -> bytes:
    chat = "messages" in body
    choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
    choice |= (
        {"message": {"role": "assistant", "content": act.text}} if chat else {"text": act.text}
    )
    value: dict[str, Any] = {"id": "1", "model": body["model"], "choices": [choice]}
    if act.usage is not None:
        value["usage"] = dict(zip(("prompt_tokens", "completion_tokens"), act.usage, strict=True))
    return json.dumps(value).encode()


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """A server in a thread."""
    server = Server(script)
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    def work() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(server.serve(ready.set))
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        finally:
            for other in asyncio.all_tasks(loop):
                other.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join(10)
