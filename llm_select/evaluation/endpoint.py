"""Where a model is asked: an address, the name it has there, and the key, which is never printed."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from llm_select.errors import UsageError
from llm_select.messages import Message

_CALLS = ("/chat/completions", "/completions", "/models")


class Secret:
    """An API key. It shows itself in no message, log or representation."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        """The key, for the header of a request and nothing else."""
        return self._value

    def scrubbed(self, text: str) -> str:
        """A server's words without the key, should it repeat it."""
        return text.replace(self._value, "…") if self._value else text


class Endpoint(NamedTuple):
    """An OpenAI-compatible server."""

    url: str
    """Base address, `https://host/v1`."""
    secret: Secret | None = None

    @property
    def host(self) -> str:
        """Host and port, as they are told to the user."""
        return urlsplit(self.url).netloc

    @property
    def is_public(self) -> bool:
        """True when it lies outside this machine and networks of one's own."""
        name = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(name).is_global
        except ValueError:
            own = name.endswith((".local", ".lan", ".internal", ".home.arpa", ".localhost"))
            return "." in name and not own

    @property
    def is_local(self) -> bool:
        """True when it is this machine."""
        name = urlsplit(self.url).hostname or ""
        if name == "localhost":
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def base_url(typed: str, where: str = "--endpoint") -> str:
    """`localhost:8000`, `http://localhost:8000` and `…/v1/chat/completions` all lead to `http://localhost:8000/v1`.

    Raises UsageError for what is no address, and for credentials in one: they would end in logs.
    """
    text = typed.strip()
    if "://" not in text:
        text = f"http://{text}" if text.startswith(("localhost", "127.")) else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or " " in text:
        raise UsageError(
            Message("{address!r} is no address of a server", address=typed),
            where=where,
            remedy=Message("for example http://localhost:8000/v1"),
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            Message("an address must not carry credentials, a query or a fragment"),
            where=where,
            remedy=Message(
                "put the key into an environment variable and name it with --api-key-env"
            ),
        )
    path = parts.path.rstrip("/")
    for call in _CALLS:
        path = path.removesuffix(call)
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"
