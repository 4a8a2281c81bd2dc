"""Cards with hostile names are text, wherever the page shows them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Ask
from tests.web.hostile import SCRIPT, hostile

PAGES = (
    "/",
    "/?task=task&gpu-mem=24",
    "/?task=task&gpu-mem=24&locale=zh",
    "/?task=task&gpu-mem=24&plot=speed",
    "/model/evil/script?task=task&gpu-mem=24",
    "/model/evil/big?task=task&gpu-mem=24",
    "/model/evil/quotes",
    "/memory/evil/template?task=task&gpu-mem=24",
    "/compare?task=task&gpu-mem=24&model=evil/script&model=evil/image&model=evil/big",
    "/model/%3Cscript%3Ewindow.harmed=1%3C/script%3E",
    "/?task=%3Cscript%3Ewindow.harmed=1%3C/script%3E",
    "/?task=task&gpu=%22%3E%3Cimg%20src=x%20onerror=window.harmed=1%3E",
    "/?%3Cscript%3Ewindow.harmed=1%3C/script%3E=1",
    "/nowhere/%3Cscript%3Ewindow.harmed=1%3C/script%3E",
)


class Tags(HTMLParser):
    """Tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def evil(asking: Ask) -> TestClient:
    """A client for the hostile catalog."""
    return asking(hostile())


def _tags(evil: TestClient, address: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(evil.get(address, follow_redirects=True).text)
    return parser.found


@pytest.mark.parametrize("address", PAGES)
def test_no_page_has_a_script_but_its_own(evil: TestClient, address: str) -> None:
    scripts = [attributes.get("src") for tag, attributes in _tags(evil, address) if tag == "script"]
    assert set(scripts) <= {"/static/htmx.min.js", "/static/app.js"}


@pytest.mark.parametrize("address", PAGES)
def test_no_tag_comes_from_a_name(evil: TestClient, address: str) -> None:
    found = _tags(evil, address)
    assert not [tag for tag, attributes in found if tag == "img" or attributes.get("src") == "x"]
    assert not [a for _, a in found if any(name.startswith("on") or name == "style" for name in a)]


@pytest.mark.parametrize("address", PAGES)
def test_links_lead_to_the_page_or_the_web(evil: TestClient, address: str) -> None:
    links = [a.get("href") or "" for _, a in _tags(evil, address) if "href" in a]
    assert not [link for link in links if not re.match(r"(/|#|https?://)", link)]


def test_the_names_are_shown(evil: TestClient) -> None:
    escaped = SCRIPT.replace("<", "&lt;").replace(">", "&gt;")
    assert escaped in evil.get("/?task=task&gpu-mem=24").text


def test_a_name_is_no_template(evil: TestClient) -> None:
    text = evil.get("/?task=task&gpu-mem=24").text
    assert "{{ 7*7 }}" in text
