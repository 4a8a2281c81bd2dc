"""Which files make up a catalog directory, and where the bundled catalog is.

The id of a card, board, benchmark, task or device is its path; other files hold many ids each.
"""

# Plain paths: pathlib costs milliseconds at every start.
# ruff: noqa: PTH100, PTH112, PTH118, PTH120

from __future__ import annotations

import os
import re
from typing import NamedTuple

from llm_select.catalog.findings import Finding
from llm_select.messages import Message, listed

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*\Z")
_SUFFIX = ".yaml"

SINGLE_FILES = {
    "quantizations.yaml": "quantizations",
    "engines.yaml": "engines",
    "serving.yaml": "serving",
    "methods.yaml": "methods",
    "licenses.yaml": "licenses",
    "strategies.yaml": "strategies",
    "recipes.yaml": "recipes",
    "scoring.yaml": "scoring",
}
"""Files at the top of a catalog, with their kinds."""
DIRECTORIES = {
    "evaluations": "board",
    "benchmarks": "benchmark",
    "hardware": "device",
    "tasks": "task",
    "sources": "sources",
    "quantization_losses": "losses",
}
"""Directories of files of one kind."""
_BESIDE = frozenset(("schema",))
_PROSE = (".md", ".txt")
_FAMILY_FILE = "family.yaml"


class CatalogFile(NamedTuple):
    """A file of a catalog and what it is, by its place."""

    kind: str
    """model, family, board, benchmark, task, device, sources, losses, quantizations, engines,
    serving, methods, licenses, strategies, recipes, scoring."""
    id: str
    """From the path: `<family>/<model>` for a card, the family for family.yaml, else the file's
    name."""
    path: str


class Listing(NamedTuple):
    """The files of a directory, sorted by path, and what is wrong with their places."""

    directory: str
    files: tuple[CatalogFile, ...]
    findings: tuple[Finding, ...]


def bundled_directory() -> str:
    """The catalog that comes with the package: inside it in a wheel, beside it in a source
    checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "data", "catalog")
    return (
        installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "catalog")
    )


def bundled_json() -> str:
    """The compiled form of the bundled catalog; only a wheel has it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(package, "data", "catalog.json")


def discover(directory: str) -> Listing:
    """The files of a catalog. Every directory level is named, so a loop of links cannot be
    followed."""
    walk = _Walk()
    if not os.path.isdir(directory):
        problem = (
            Message("is not a directory")
            if os.path.lexists(directory)
            else Message("no such directory")
        )
        walk.add(
            directory,
            "LS000",
            problem,
            Message("give a directory with models/, tasks/ and the like"),
        )
        return Listing(directory, (), tuple(walk.findings))
    for entry in walk.entries(directory):
        if _is_directory(entry):
            if entry.name == "models":
                walk.models(entry.path)
            elif entry.name in DIRECTORIES:
                walk.one_kind(entry.path, DIRECTORIES[entry.name])
            elif entry.name not in _BESIDE:
                walk.stray(entry, _directory_remedy(entry.name))
        elif entry.name in SINGLE_FILES:
            walk.files.append(CatalogFile(SINGLE_FILES[entry.name], entry.name[:-5], entry.path))
        else:
            walk.stray(entry, Message("files here are {files}", files=listed(SINGLE_FILES)))
    if not walk.files and not walk.findings:
        walk.add(
            directory,
            "LS000",
            Message("holds no catalog file"),
            Message("cards go to models/<family>/<model>.yaml"),
        )
    return Listing(directory, tuple(walk.files), tuple(walk.findings))


class _Walk:
    def __init__(self) -> None:
        self.files: list[CatalogFile] = []
        self.findings: list[Finding] = []

    def add(self, path: str, code: str, message: str, remedy: str | None) -> None:
        self.findings.append(Finding(path, 0, code, "error", "", message, remedy))

    def entries(self, directory: str) -> list[os.DirEntry[str]]:
        """What a directory holds, sorted, without hidden files."""
        try:
            with os.scandir(directory) as scan:
                found = [entry for entry in scan if not entry.name.startswith(".")]
        except OSError as error:
            self.add(
                directory, "LS000", Message("cannot be read: {reason}", reason=error.strerror), None
            )
            return []
        return sorted(found, key=lambda entry: entry.name)

    def models(self, directory: str) -> None:
        for family in self.entries(directory):
            if not _is_directory(family):
                self.stray(family, Message("cards go to models/<family>/<model>.yaml"))
                continue
            if not _SLUG.match(family.name):
                self.name(family.path, family.name)
            for entry in self.entries(family.path):
                if entry.name == _FAMILY_FILE and not _is_directory(entry):
                    self.files.append(CatalogFile("family", family.name, entry.path))
                else:
                    self.file(entry, "model", f"{family.name}/")

    def one_kind(self, directory: str, kind: str) -> None:
        for entry in self.entries(directory):
            self.file(entry, kind, "")

    def file(self, entry: os.DirEntry[str], kind: str, prefix: str) -> None:
        name = entry.name.removesuffix(_SUFFIX)
        if _is_directory(entry) or not entry.name.endswith(_SUFFIX):
            self.stray(entry, Message("only <name>{suffix} files belong here", suffix=_SUFFIX))
        elif not _SLUG.match(name):
            self.name(entry.path, name)
        else:
            self.files.append(CatalogFile(kind, prefix + name, entry.path))

    def name(self, path: str, name: str) -> None:
        self.add(
            path,
            "LS001",
            Message("{name!r} cannot be an id", name=name),
            Message("use lower-case letters, digits, dots, dashes and underscores"),
        )

    def stray(self, entry: os.DirEntry[str], remedy: str) -> None:
        """A file nobody reads. Prose may lie about; anything else would be silently ignored
        data."""
        if not entry.name.endswith(_PROSE) and entry.name != "LICENSE":
            self.add(
                entry.path, "LS013", Message("is not read: it is no part of a catalog"), remedy
            )


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that cannot be followed
        return False


def _directory_remedy(name: str) -> str:
    from difflib import get_close_matches

    known = ("models", *DIRECTORIES)
    near = get_close_matches(name, known, 1)
    return (
        Message("did you mean {nearest}/?", nearest=near[0])
        if near
        else Message("directories here are {directories}", directories=listed(known))
    )
