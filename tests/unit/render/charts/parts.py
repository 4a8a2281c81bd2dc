"""Reading a picture back."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> Element:
    """The picture, which must be XML with svg as its root."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{NAMESPACE}svg"
    return root


def tags(root: Element, name: str) -> list[Element]:
    """All elements of a name."""
    return list(root.iter(f"{NAMESPACE}{name}"))


def classed(root: Element, name: str) -> list[Element]:
    """All elements of a class."""
    return [e for e in root.iter() if name in e.get("class", "").split()]


def texts(root: Element) -> list[str]:
    """What is written in it."""
    return ["".join(e.itertext()) for e in tags(root, "text")]
