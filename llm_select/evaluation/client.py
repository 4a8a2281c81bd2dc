"""One call to an OpenAI-compatible server, and what its failure means for the next one.

Proxies, `.netrc` and redirects are not followed: the texts go to the address that was named and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, NamedTuple

from llm_select.evaluation.endpoint import Endpoint
from llm_select.evaluation.prompts import Turn
from llm_select.messages import Message

MAX_ANSWER_BYTES = 2**24
_RETRIED = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529))
_UNUSABLE = frozenset((401, 402, 403, 404, 405, 407))
_NOT_BILLED = frozenset((408, 409, 425, 429, 503, 529))
"""Refusals to begin; a 500 may come after the model has written."""


class Request(NamedTuple):
    """What is asked of a model."""

    messages: tuple[Turn, ...]
    max_tokens: int
    language: str | None = None
    """Language or pair, for a local translator; prompts name it themselves."""


class Reply(NamedTuple):
    """What came back."""

    text: str
    finish: str | None
    """`stop`, or `length` when the answer was cut."""
    prompt_tokens: int | None
    """As the server counts them; None when it does not say."""
    completion_tokens: int | None
    reasoned: bool
    """True when reasoning came with it."""
    seconds: float


class Transient(Exception):  # noqa: N818
    """A failure that may pass. `billed` is True when the server may have charged for it."""

    def __init__(self, code: str, detail: str, *, wait: float | None = None, billed: bool) -> None:
        super().__init__(detail)
        self.code, self.detail, self.wait, self.billed = code, detail, wait, billed


class Refused(Exception):  # noqa: N818
    """A request that this server will not answer however often it is asked."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Unusable(Exception):  # noqa: N818
    """A server that will answer no request of this run."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Client:
    """Asks one model on one server. Use as an asynchronous context."""

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        *,
        api: str = "chat",
        parameters: Mapping[str, object] | None = None,
        timeout: float = 120.0,
        connections: int = 8,
    ) -> None:
        import httpx2

        self.endpoint = endpoint
        self._model, self._api, self._timeout = model, api, timeout
        self._parameters = dict(parameters or {})
        self._limit = "max_tokens"
        headers = {"accept": "application/json"}
        if endpoint.secret is not None:
            headers["authorization"] = f"Bearer {endpoint.secret.reveal()}"
        self._http = httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(timeout, connect=min(10.0, timeout)),
            limits=httpx2.Limits(max_connections=connections),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, request: Request) -> Reply:
        """One answer. Raises Transient, Refused or Unusable."""
        import httpx2

        began = monotonic()
        try:
            # The whole call has a deadline: a server that sends a byte now and then would hold it for ever.
            async with asyncio.timeout(self._timeout):
                status, headers, body = await self._send(request)
        except TimeoutError:
            raise Transient(
                "timeout", Message("no answer in {timeout:g} s", timeout=self._timeout), billed=True
            ) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise Transient("connect", self._clean(str(error)), billed=False) from None
        except httpx2.TimeoutException:
            raise Transient(
                "timeout", Message("no answer in {timeout:g} s", timeout=self._timeout), billed=True
            ) from None
        except httpx2.HTTPError as error:
            detail = self._clean(str(error) or type(error).__name__)
            raise Transient("broken", detail, billed=True) from None
        return self._read(status, headers, body, monotonic() - began)

    async def _send(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        address = f"{self.endpoint.url}/{'chat/' if self._api == 'chat' else ''}completions"
        async with self._http.stream("POST", address, json=self._payload(request)) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    raise Transient(
                        "too-long", Message("an answer of more than 16 MiB"), billed=True
                    )
            return response.status_code, response.headers, bytes(body)

    def _payload(self, request: Request) -> dict[str, object]:
        said: dict[str, object] = (
            {"messages": [message._asdict() for message in request.messages]}
            if self._api == "chat"
            else {"prompt": "\n\n".join(m.content for m in request.messages)}
        )
        payload = {
            "model": self._model,
            **said,
            "temperature": 0,
            "stream": False,
            self._limit: request.max_tokens,
            **self._parameters,
        }
        return {name: value for name, value in payload.items() if value is not None}

    def _read(self, status: int, headers: Mapping[str, str], body: bytes, seconds: float) -> Reply:
        if 300 <= status < 400:
            target = self._clean(headers.get("location", "elsewhere"))
            raise Unusable("redirect", Message("it sends on to {target}", target=target))
        if status != 200:
            self._refuse(status, headers, body)
        kind = headers.get("content-type", "")
        if "json" not in kind.lower():
            raise Transient(
                "not-json", Message("content type {kind!r}", kind=kind or "unknown"), billed=True
            )
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            raise Transient("cut-json", Message("JSON that breaks off"), billed=True) from None
        reply = _reply(value, self._api, seconds)
        if reply is None:
            raise Transient("no-answer", self._said(body), billed=True)
        return reply

    def _refuse(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        said = Message("status {status}: {said}", status=status, said=self._said(body))
        if status in _RETRIED:
            wait = retry_after(headers.get("retry-after"), datetime.now(UTC))
            raise Transient(str(status), said, wait=wait, billed=status not in _NOT_BILLED)
        if status in _UNUSABLE:
            raise Unusable(str(status), said)
        if status == 400 and "max_completion_tokens" in said and self._limit == "max_tokens":
            # Newer hosted models take the limit under another name only.
            self._limit = "max_completion_tokens"
            raise Transient("limit-name", said, wait=0.0, billed=False)
        raise Refused(str(status), said)

    def _said(self, body: bytes) -> str:
        """The server's own words, short and on one line."""
        text = body[:4000].decode("utf-8", "replace")
        try:
            value: Any = json.loads(body)
            error = value.get("error", value)
            text = str(error.get("message", error) if isinstance(error, dict) else error)
        except (ValueError, AttributeError, RecursionError):
            pass
        short = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return self._clean(short[:300]) or Message("no message")

    def _clean(self, text: str) -> str:
        secret = self.endpoint.secret
        return text if secret is None else secret.scrubbed(text)


def _reply(value: Any, api: str, seconds: float) -> Reply | None:
    """The first choice of a completion; None when there is none."""
    try:
        choice = value["choices"][0]
        message = choice["message"] if api == "chat" else choice
        text = _joined(message.get("content" if api == "chat" else "text") or "")
        usage = value.get("usage") or {}
        thought = message.get("reasoning_content") or message.get("reasoning") or ""
        finish = choice.get("finish_reason")
    except (LookupError, TypeError, AttributeError):
        return None
    if text is None:
        return None
    return Reply(
        text,
        finish if isinstance(finish, str) else None,
        _count(usage, "prompt_tokens"),
        _count(usage, "completion_tokens"),
        bool(thought) or text.lstrip().startswith("<think>") or "</think>" in text,
        seconds,
    )


def _joined(content: Any) -> str | None:
    """Text, or the text of its parts. Half a surrogate pair, which no file can hold, becomes a question mark."""
    if isinstance(content, list):
        content = "".join(part["text"] for part in content if part.get("type") == "text")
    if not isinstance(content, str):
        return None
    return content.encode("utf-8", "replace").decode()


def _count(usage: Any, name: str) -> int | None:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if type(value) is int and value >= 0 else None


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, section 10.2.3): a number, or a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None
