"""Elements of SVG. ElementTree escapes; what XML cannot carry is replaced before it gets there."""

from __future__ import annotations

import re
import unicodedata
from xml.etree.ElementTree import Element, SubElement, tostring

from llm_select.i18n import titled
from llm_select.render.charts.style import CSS

SIZE = 12.0
"""Height of letters, in units of the picture; `style.CSS` says the same."""
LINE = 16.0
"""From one line of text to the next."""
BOLD = 1.1
"""How much wider bold letters are."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that change the direction of the text after them: a name has no right to do that to its neighbours."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def clean(text: str) -> str:
    """The text on one line, without marks of direction, every sign that XML forbids as �."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """The text with its spaces and lines, without marks of direction, every sign that XML forbids as �."""
    return _NO_XML.sub("\ufffd", _BIDI.sub("", text))


def safe_link(href: str | None) -> str | None:
    """The address, if it is one of the web or of the page itself; None for any other scheme, such as javascript:."""
    if href is None:
        return None
    # Browsers skip white space and control signs in an address, so `java\nscript:` is a scheme too.
    bare = "".join(c for c in clean(href) if not c.isspace() and c != "\ufffd")
    if not bare or (_SCHEME.match(bare) and not bare.lower().startswith(("https:", "http:"))):
        return None
    return bare


def text_width(text: str, size: float = SIZE) -> float:
    """About how wide a text is drawn, rather too wide than too narrow: fonts differ."""
    return size * sum(_advance(sign) for sign in text)


def _advance(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    if unicodedata.combining(sign):
        return 0.0
    if sign in " .,:;!|'il()[]/·":
        return 0.34
    return 0.9 if sign in "mwMW%@" else 0.68 if sign.isupper() else 0.59


def shorten(text: str, width: float, size: float = SIZE) -> str:
    """The text, cut with an ellipsis where it would be wider than this."""
    text = clean(text)
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def canvas(
    width: float,
    height: float,
    *,
    title: str,
    description: str,
    style: bool,
    interactive: bool = False,
) -> Element:
    """The root with its title and description. `interactive`: it holds parts that take the focus."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "ls-chart",
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": number(width),
            "height": number(height),
            # The parts of an image are hidden from a screen reader, those of a group are not.
            "role": "group" if interactive else "img",
            "aria-label": clean(title),
        },
    )
    add(root, "title", title)
    add(root, "desc", description)
    if style:
        SubElement(root, "style").text = CSS
    add(root, "rect", cls="ls-background", x=0, y=0, width=width, height=height)
    return root


def add(
    parent: Element,
    tag: str,
    text: str | None = None,
    *,
    cls: str | None = None,
    **attributes: str | float | None,
) -> Element:
    """A child. Attributes with None are left out; an underscore in their name stands for a dash."""
    child = SubElement(parent, tag)
    if cls is not None:
        child.set("class", cls)
    for name, value in attributes.items():
        if value is not None:
            said = clean(value) if isinstance(value, str) else number(value)
            child.set(name.replace("_", "-"), said)
    if text is not None:
        child.text = clean(text)
    return child


def mark(parent: Element, label: str, note: str, href: str | None = None, *, cls: str) -> Element:
    """A part that takes the focus and says what it is: a link where it leads somewhere."""
    link = safe_link(href)
    said = titled(label, note) if note else label
    if link is not None:
        child = add(parent, "a", cls=cls, aria_label=said, href=link)
    else:
        child = add(parent, "g", cls=cls, aria_label=said, tabindex="0", role="img")
    add(child, "title", said)
    return child


def number(value: float) -> str:
    """A coordinate with at most two digits behind the point."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def empty(
    width: float, *, title: str, description: str, said: str, style: bool, height: float = 3 * LINE
) -> str:
    """A picture that says why there is none."""
    root = canvas(width, height, title=title, description=description, style=style)
    add(
        root,
        "text",
        shorten(said, width - 2 * LINE),
        cls="ls-muted",
        x=width / 2,
        y=height / 2 + SIZE / 3,
        text_anchor="middle",
    )
    return to_text(root)


def to_text(root: Element) -> str:
    """The picture as text."""
    return tostring(root, encoding="unicode")
