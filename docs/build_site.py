"""Builds the documentation as a site, and checks it.

    python docs/build_site.py FOLDER

Needs the extra `docs`. README.md becomes the first page, README.zh-CN.md the first one in Chinese; a file of the
repository that a page links to is published beside the pages. A warning of the builder, a page without a place in the
navigation, a link that leads nowhere and anything that a page would load from another host are faults: printed, and
the exit code is 1.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = {
    "README.md": "index.md",
    "README.zh-CN.md": "zh/index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages of the repository's root, and their names on the site."""
ASSETS = (".svg", ".png", ".css")
_LINK = re.compile(r"(?<=\]\()(?P<target>[^()\s]+)(?=\))")
_EMPTY = re.compile(r'^  \{ "[^"]+" = \[\n  \] \},\n', re.MULTILINE)
"""A part of the navigation that has lost all its pages."""
_ENTRY = re.compile(r'^\s*\{ "[^"]+" = "(?P<page>[^"]+\.md)" \},$')


def stage(folder: Path) -> None:
    """The pages with the configuration, as the builder takes them. Nothing else of docs/ is published."""
    pages = folder / "docs"
    for path in sorted((ROOT / "docs").rglob("*")):
        place = pages / path.relative_to(ROOT / "docs")
        if path.suffix == ".md":
            _page(path, place, pages)
        elif path.suffix in ASSETS:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    for name, place in OUTSIDE.items():
        _page(ROOT / name, pages / place, pages)
    lines = (ROOT / "zensical.toml").read_text(encoding="utf-8").splitlines()
    kept = [
        line for line in lines if not (m := _ENTRY.match(line)) or (pages / m["page"]).is_file()
    ]
    text = _EMPTY.sub("", "\n".join(kept) + "\n")
    (folder / "zensical.toml").write_text(text, encoding="utf-8")


def _page(source: Path, place: Path, pages: Path) -> None:
    """A page whose links to the repository lead to what the site has of it."""

    def moved(match: re.Match[str]) -> str:
        target, sign, fragment = match["target"].partition("#")
        path = (source.parent / target).resolve()
        if not target or ":" in target or not path.is_file():
            return match["target"]
        if path.is_relative_to(ROOT / "docs"):
            there = pages / path.relative_to(ROOT / "docs")
        else:
            name = path.relative_to(ROOT).as_posix()
            there = pages / OUTSIDE.get(name, name)
            if name not in OUTSIDE:
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, there)
        return f"{_relative(there, place.parent)}{sign}{fragment}"

    place.parent.mkdir(parents=True, exist_ok=True)
    text = source.read_text(encoding="utf-8")
    place.write_text(_LINK.sub(moved, text), encoding="utf-8")


def _relative(path: Path, start: Path) -> str:
    common = next(one for one in (start, *start.parents) if path.is_relative_to(one))
    return "../" * len(start.relative_to(common).parts) + path.relative_to(common).as_posix()


class _Links(HTMLParser):
    """What a page links to and loads, and the fragments it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value for name, value in attrs if value}
        self.ids.update(known[name] for name in ("id", "name") if name in known)
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        elif tag == "link" and "href" in known and known.get("rel") != "canonical":
            self.loads.append(known["href"])
        elif tag in ("script", "img", "iframe", "source") and "src" in known:
            self.loads.append(known["src"])


def faults(site: Path) -> Iterator[str]:
    """Links that lead nowhere, and what would come from another host."""
    pages = {path: _Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    for path, page in sorted(pages.items()):
        name = path.relative_to(site)
        if name.name == "404.html":  # its links are made for the root of a host
            continue
        for target in page.loads:
            if urlsplit(target).netloc:
                yield f"{name}: loads {target}"
        for target in (*page.links, *page.loads):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            if not there.exists():
                yield f"{name}: {target} leads nowhere"
            elif (
                parts.fragment
                and there in pages
                and unquote(parts.fragment) not in pages[there].ids
            ):
                yield f"{name}: {target}: no such heading"


def main(arguments: list[str]) -> int:
    """Build into the folder and check. Returns the exit code."""
    if len(arguments) != 1:
        print("usage: build_site.py FOLDER", file=sys.stderr)
        return 2
    found: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        stage(folder)
        configuration = (folder / "zensical.toml").read_text(encoding="utf-8")
        for path in sorted((folder / "docs").rglob("*.md")):
            name = path.relative_to(folder / "docs").as_posix()
            if f'"{name}"' not in configuration:
                found.append(f"{name}: no place in the navigation of zensical.toml")
        built = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "--strict", "--clean"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if built.returncode:
            print(built.stdout + built.stderr)
            return 1
        shutil.copytree(folder / "site", arguments[0], dirs_exist_ok=True)
    found += faults(Path(arguments[0]).resolve())
    for fault in found:
        print(fault)
    print(f"{len(list(Path(arguments[0]).rglob('*.html')))} pages, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
