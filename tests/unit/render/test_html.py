"""The HTML file: whole in itself, readable by machine and ear, harmless whatever a card is called."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_select.i18n import using
from llm_select.render.charts.intervals import Measured
from llm_select.render.charts.scatter import Axis
from llm_select.render.document import Column, Document, Pairs, Table, Text
from llm_select.render.html import POLICY, Origin, render_html
from llm_select.render.pictures import Picture, _intervals

ORIGIN = Origin(
    "llm-select recommend --task ner",
    "0123456789abcdef",
    "2026-01-20",
    "1.0",
    {"a-source": "https://example.org/a", "bad-source": "javascript:alert(1)"},
)
PAGE = Document(
    (
        Text("Head & more", "head"),
        Table(
            (Column("#", right=True), Column("Model"), Column("Source", wide=True)),
            (("1", "Gemma", "a-source"), ("2", "Two\nlines", "bad-source")),
        ),
        Text("A note.", "note"),
        Text("Second head", "head"),
        Pairs(
            (("assumed", "one"), ("assumed", "see https://example.org/x."), ("", "more")), "Stands"
        ),
    )
)
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Elements with their attributes, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag == name]


def picture(label: str = "Gemma") -> Picture:
    """One row with an interval."""
    return _intervals("Quality", [Measured(label, 50, 45, 55, "50")], Axis("Quality", "F1", False))


def read(document: Document = PAGE, pictures: tuple[Picture, ...] = ()) -> Reader:
    """The page, whose elements must all be closed in order."""
    reader = Reader()
    reader.feed(render_html(document, pictures, ORIGIN))
    reader.close()
    assert not reader.open
    return reader


def test_a_page_says_its_language_title_and_policy() -> None:
    page = read()
    assert page.all("html") == [{"lang": "en"}]
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in page.all("meta")
    assert "<title>Head &amp; more</title>" in render_html(PAGE, (), ORIGIN)


def test_a_chinese_page_says_so() -> None:
    with using("zh"):
        assert '<html lang="zh-Hans">' in render_html(PAGE, (), ORIGIN)


def test_a_page_runs_and_loads_nothing() -> None:
    page = read(pictures=(picture(),))
    tags = {tag for tag, _ in page.seen}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [a for _, a in page.seen if {"src", "srcset", "style"} & a.keys()]


def test_there_is_one_first_heading() -> None:
    page = read()
    assert len(page.all("h1")) == 1
    assert len(page.all("h2")) == 3  # second head, pairs, how to make it again


def test_table_heads_say_what_they_are_heads_of() -> None:
    scopes = [a.get("scope") for a in read().all("th")]
    assert scopes == ["col", "col", "col", "row", "row"]


def test_every_table_has_a_caption_and_scrolls() -> None:
    page = read()
    assert len(page.all("caption")) == len(page.all("table")) == 1
    box = next(a for a in page.all("div") if a.get("class") == "scroll")
    assert (box["tabindex"], box["aria-label"]) == ("0", "Head & more")


def test_sources_and_addresses_are_links_and_other_schemes_are_not() -> None:
    assert [a["href"] for a in read().all("a")] == [
        "https://example.org/a",
        "https://example.org/x",
    ]


def test_a_name_that_repeats_is_said_once() -> None:
    page = read()
    assert len(page.all("dt")) == 1
    assert len(page.all("dd")) == 3


def test_a_page_says_how_it_is_made_again() -> None:
    words = read().words
    assert "llm-select recommend --task ner" in words
    assert "catalog 0123456789ab" in words
    assert "2026-01-20" in words


def test_a_picture_is_drawn_for_window_and_phone() -> None:
    page = read(pictures=(picture(),))
    assert [a["class"] for a in page.all("div")] == ["scroll", "wide", "narrow"]
    assert len(page.all("svg")) == 2


def test_pictures_follow_the_first_table() -> None:
    text = render_html(PAGE, (picture(),), ORIGIN)
    assert text.index("</table>") < text.index("<figure>") < text.index("A note.")


def test_the_sheet_has_dark_print_and_phone() -> None:
    text = render_html(PAGE, (), ORIGIN)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "max-width: 48rem" in text


HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "</style><b>",
        "\" onload='x",
        'https://a/"><b>',
        "a\x00b",
        "\ud800",
        "\u202ex",
    ]
)


@given(HOSTILE, HOSTILE)
def test_any_text_stays_text(one: str, other: str) -> None:
    document = Document(
        (
            Text(one, "head"),
            Text(other, "warn"),
            Table((Column(one), Column(other)), ((other, one),), one),
            Pairs(((one, other),), other),
        )
    )
    text = render_html(document, (picture(one),), ORIGIN._replace(command=other))
    text.encode()
    page = Reader()
    page.feed(text)
    tags = {tag for tag, _ in page.seen}
    assert not tags & {"script", "b"}
    assert not [a for _, a in page.seen if any(name.startswith("on") for name in a)]


@pytest.mark.parametrize("width", [340, 760])
def test_pictures_inside_are_well_formed(width: int) -> None:
    ElementTree.fromstring(picture("<b>").draw(width=width, style=False))
