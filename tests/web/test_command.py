"""The command that starts the page."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator

import pytest

from llm_select.cli.main import run


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of the loopback address that somebody listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_in_use_is_an_error_with_its_remedy(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["web", "--port", str(taken), "--no-open"]) == 2
    said = capsys.readouterr().err
    assert f"--port: port {taken} is in use" in said
    assert "0 for any free one" in said


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_an_error(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["web", f"--port={port}", "--no-open"]) == 2
    assert f"--port: {port} is no port" in capsys.readouterr().err


def test_a_host_is_not_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["web", "--host", "0.0.0.0"]) == 2
    assert "No such option" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "uvicorn" else found(name)
    )
    assert run(["web", "--no-open"]) == 2
    said = capsys.readouterr().err
    assert "the page needs uvicorn" in said
    assert "pip install 'llm-select[web]'" in said


def test_it_listens_on_the_loopback_address_only() -> None:
    from llm_select.web.serve import listen

    with listen(0) as made:
        assert made.getsockname()[0] == "127.0.0.1"
