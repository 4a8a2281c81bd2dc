"""One HTML file that holds everything: no script, no request. ElementTree escapes what users and cards wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from llm_select.i18n import current, tr
from llm_select.render.charts.svg import clean, printable, safe_link
from llm_select.render.document import Document, Pairs, Table, Text
from llm_select.render.html_style import SHEET

if TYPE_CHECKING:
    from llm_select.render.pictures import Picture

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
WIDE, NARROW = 760, 340
"""Widths that pictures are drawn in: for a window and for a phone; the sheet shows one of them."""
LANGUAGES = {"en": "en", "zh": "zh-Hans"}
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；）]+[^\s<>\"'，。；）.,;:!?)\]]")


class Origin(NamedTuple):
    """Where a page comes from, so that another can make it again."""

    command: str
    """The command line."""
    catalog: str
    """Hash of the catalog."""
    newest: str | None
    """Date on which the youngest of the catalog's sources was read."""
    version: str
    """Of the program."""
    links: Mapping[str, str]
    """Address by source id: cells that hold one become links."""


def render_html(document: Document, pictures: Sequence[Picture], origin: Origin) -> str:
    """The page, with the pictures after its first table."""
    title = next((b.text for b in document.blocks if isinstance(b, Text)), "llm-select")
    body: list[str] = []
    waiting = list(_figures(pictures))
    heading, level = title, "h1"
    for block in document.blocks:
        if isinstance(block, Text):
            if block.style == "head":
                heading = block.text
                body.append(_html(_text(level, block.text)))
                level = "h2"
            else:
                body.append(_html(_text("p", block.text, block.style)))
        elif isinstance(block, Pairs):
            if block.title:
                body.append(_html(_text("h2", block.title)))
            body.append(_html(_pairs(block, origin.links)))
        else:
            body.append(_html(_table(block, heading, origin.links)))
            body += waiting
            waiting = []
    body += waiting
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{LANGUAGES[current()]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"{_html(_text('title', title))}\n<style>\n{SHEET}\n</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + f"\n</main>\n{_html(_footer(origin))}\n</body>\n</html>\n"
    )


def _html(element: Element) -> str:
    # ElementTree's own form of HTML leaves < in attributes as it is. What was written cannot hold a tag, so that the
    # only empty element is ours.
    text = tostring(element, encoding="unicode", short_empty_elements=False)
    return text.replace("<br></br>", "<br>")


def _text(tag: str, text: str, style: str = "") -> Element:
    element = Element(tag)
    if style in ("note", "warn"):
        element.set("class", style)
    if tag == "title":
        element.text = clean(text)
    else:
        _fill(element, text)
    return element


def _fill(element: Element, text: str) -> None:
    """The text with its lines broken and its addresses as links."""
    last: Element | None = None

    def say(words: str) -> None:
        if last is None:
            element.text = (element.text or "") + words
        else:
            last.tail = (last.tail or "") + words

    for number, line in enumerate(text.split("\n")):
        if number:
            last = SubElement(element, "br")
        for words, address in _pieces(line):
            say(words)
            if address:
                last = SubElement(element, "a", {"href": address, "rel": "noreferrer"})
                last.text = address


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Words and the address after them; the last pair may have none."""
    line, at = _on_one_line(line), 0
    for match in _ADDRESS.finditer(line):
        yield line[at : match.start()], match[0]
        at = match.end()
    yield line[at:], ""


def _on_one_line(text: str) -> str:
    # Views indent with spaces at the ends, which `clean` would take away.
    lead = text[: len(text) - len(text.lstrip(" "))]
    return lead + clean(text)


def _table(table: Table, heading: str, links: Mapping[str, str]) -> Element:
    """The table in a box that scrolls where it is wider than the page."""
    name = table.title or heading
    box = Element(
        "div", {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": clean(name)}
    )
    root = SubElement(box, "table")
    caption = SubElement(root, "caption", {} if table.title else {"class": "hidden"})
    caption.text = clean(name)
    head = SubElement(SubElement(root, "thead"), "tr")
    for column in table.columns:
        attributes = {"class": "right"} if column.right else {}
        if column.title:
            cell = SubElement(head, "th", {"scope": "col", **attributes})
            cell.text = clean(column.title)
        else:
            SubElement(head, "td", attributes)
    name_at = _names(table)
    body = SubElement(root, "tbody")
    for row in table.rows:
        line = SubElement(body, "tr")
        for at, (column, text) in enumerate(zip(table.columns, row, strict=True)):
            attributes = {"class": "right"} if column.right else {}
            if at == name_at:
                cell = SubElement(line, "th", {"scope": "row", **attributes})
            else:
                cell = SubElement(line, "td", attributes)
            _cell(cell, text, links)
    return box


def _names(table: Table) -> int:
    """The column that names the rows: the first of words in which all differ, else the first of words."""
    words = [at for at, column in enumerate(table.columns) if not column.right]
    for at in words:
        if len({row[at] for row in table.rows}) == len(table.rows) > 1:
            return at
    return words[0] if words else 0


def _cell(cell: Element, text: str, links: Mapping[str, str]) -> None:
    link = safe_link(links.get(text))
    if link is None:
        _fill(cell, text)
    else:
        SubElement(cell, "a", {"href": link, "rel": "noreferrer"}).text = clean(text)


def _pairs(pairs: Pairs, links: Mapping[str, str]) -> Element:
    """Names with their values; a name that repeats is said once."""
    root = Element("dl")
    before: str | None = None
    for name, value in pairs.rows:
        if name != before and name:
            SubElement(root, "dt").text = clean(name)
        elif before is None:
            SubElement(root, "dt")
        before = name or before or ""
        _cell(SubElement(root, "dd"), value, links)
    return root


def _figures(pictures: Sequence[Picture]) -> Iterator[str]:
    for picture in pictures:
        yield "<figure>"
        caption = Element("figcaption")
        caption.text = clean(picture.title)
        yield _html(caption)
        for name, width in (("wide", WIDE), ("narrow", NARROW)):
            yield f'<div class="{name}">{picture.draw(width=width, style=False)}</div>'
        yield "</figure>"


def _footer(origin: Origin) -> Element:
    root = Element("footer")
    SubElement(root, "h2").text = tr("Make it again")
    SubElement(SubElement(root, "pre"), "code").text = printable(origin.command)
    said = tr(
        "llm-select {version}, catalog {hash}", version=origin.version, hash=origin.catalog[:12]
    )
    SubElement(root, "p", {"class": "note"}).text = clean(said)
    if origin.newest is not None:
        newest = tr("The youngest source of the catalog was read on {date}.", date=origin.newest)
        SubElement(root, "p", {"class": "note"}).text = clean(newest)
    return root
