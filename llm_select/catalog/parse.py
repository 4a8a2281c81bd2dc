"""YAML files into schema objects: families merged into their cards, every problem collected with
its place.

Validation is strict (a quoted number is text, `8.0` is no count, `true` is no number) and goes
through JSON, where strict validation still takes a list for a tuple.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from llm_select.catalog.files import CatalogFile, Listing
from llm_select.catalog.findings import Finding, Path, dotted
from llm_select.catalog.problems import describe
from llm_select.catalog.yaml_loader import Document, Problem, parse
from llm_select.messages import Message
from llm_select.schema.base import Slug, SourceId
from llm_select.schema.catalog import Catalog
from llm_select.schema.evaluation import Benchmark, Board, Scoring, Task
from llm_select.schema.hardware import Device, Engine, License, Method, Quantization, Source
from llm_select.schema.losses import LossTable
from llm_select.schema.model import Family, Model
from llm_select.schema.serving import Serving
from llm_select.schema.strategy import Recipe, StrategyRule

KINDS: dict[str, Any] = {
    "model": Model,
    "family": Family,
    "board": Board,
    "benchmark": Benchmark,
    "task": Task,
    "device": Device,
    "sources": dict[SourceId, Source],
    "quantizations": dict[Slug, Quantization],
    "engines": dict[Slug, Engine],
    "serving": dict[Slug, Serving],
    "methods": dict[Slug, Method],
    "licenses": dict[Slug, License],
    "strategies": dict[Slug, StrategyRule],
    "recipes": dict[Slug, Recipe],
    "scoring": Scoring,
    "losses": LossTable,
}
"""What a file of each kind holds."""
SECTIONS = {
    "model": "models",
    "board": "boards",
    "benchmark": "benchmarks",
    "task": "tasks",
    "device": "devices",
    "losses": "losses",
}
"""Catalog attributes that one-object files fill; the others fill the one named like their kind."""
FAMILY_DEFAULTS = ("developer", "license", "languages", "risks")
"""Fields a card takes whole from its family when it does not give them; `sources` is merged by
key."""


class Origin(NamedTuple):
    """Where an object was written."""

    file: str
    document: Document
    prefix: Path
    """Path of the object in the document."""
    family: Origin | None = None
    """The card's family file."""

    def place(self, *path: str | int) -> tuple[str, int]:
        """File and line of a field; the family's, where the card takes the field from it."""
        whole = (*self.prefix, *path)
        if self.family is not None and path and whole[:1] not in self.document.positions:
            return self.family.place(*path)
        if (
            self.family is not None
            and path[:1] == ("sources",)
            and whole[:2] not in self.document.positions
        ):
            return self.family.place(*path)
        return self.file, self.document.position(whole)[0]


class Parsed(NamedTuple):
    """A catalog directory, read."""

    catalog: Catalog
    """What was valid."""
    origins: dict[tuple[str, str], Origin]
    """By catalog attribute and id."""
    families: dict[str, tuple[Family, Origin]]
    """By directory."""
    findings: tuple[Finding, ...]


def parse_files(listing: Listing, contents: Mapping[str, bytes]) -> Parsed:
    """The catalog of a directory from the bytes of its files, which are given by path. Raises
    nothing."""
    reader = _Reader(listing.findings)
    ranked = sorted(listing.files, key=lambda file: (file.kind != "family", file.path))
    for file in ranked:
        if file.path in contents:
            reader.read(file, contents[file.path])
    catalog = Catalog.model_construct(**reader.sections)
    return Parsed(catalog, reader.origins, reader.families, tuple(dict.fromkeys(reader.findings)))


class _Reader:
    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = list(findings)
        self.sections: dict[str, Any] = {}
        self.origins: dict[tuple[str, str], Origin] = {}
        self.families: dict[str, tuple[Family, Origin]] = {}
        self._raw_families: dict[str, tuple[dict[str, Any], Origin]] = {}

    def read(self, file: CatalogFile, data: bytes) -> None:
        document = parse(data)
        for problem in document.problems:
            self._add(file.path, problem, "LS000" if document.value is None else "LS001")
        if document.value is None:
            if not document.problems:
                self._add(
                    file.path,
                    Problem(
                        0, 0, (), Message("the file is empty"), Message("fill it or remove it")
                    ),
                    "LS001",
                )
            return
        if not isinstance(document.value, dict):
            kind = (
                Message("a list") if isinstance(document.value, list) else Message("a single value")
            )
            problem = Problem(
                1,
                1,
                (),
                Message("holds {kind} where a mapping belongs", kind=kind),
                Message("write `field: value` lines"),
            )
            self._add(file.path, problem, "LS001")
            return
        if file.kind == "model":
            self._read_card(file, document)
        elif file.kind == "family":
            self._read_family(file, document)
        elif file.kind in SECTIONS:
            value = self._validated(file.kind, document.value, Origin(file.path, document, ()))
            if value is not None:
                self._put(SECTIONS[file.kind], file.id, value, Origin(file.path, document, ()))
        elif file.kind == "scoring":
            scoring = self._validated(file.kind, document.value, Origin(file.path, document, ()))
            if scoring is not None:
                self.sections["scoring"] = scoring
                self.origins["scoring", ""] = Origin(file.path, document, ())
        else:
            self._read_many(file, document)

    def _read_family(self, file: CatalogFile, document: Document) -> None:
        origin = Origin(file.path, document, ())
        # Also a faulty family gives its defaults, so that its cards do not seem to lack them.
        self._raw_families[file.id] = (document.value, origin)
        family = self._validated("family", document.value, origin)
        if family is not None:
            self.families[file.id] = (family, origin)

    def _read_card(self, file: CatalogFile, document: Document) -> None:
        family, origin = self._raw_families.get(file.id.split("/")[0], ({}, None))
        value = merge_family(document.value, family)
        here = Origin(file.path, document, (), origin)
        model = self._validated("model", value, here)
        if model is not None:
            self._put("models", file.id, model, here)

    def _read_many(self, file: CatalogFile, document: Document) -> None:
        """A file of many objects: one that is wrong does not take the others with it."""
        origin = Origin(file.path, document, ())
        values = self._validated(file.kind, document.value, origin)
        if values is None:
            values = {}
            for key, value in document.value.items():
                alone = self._validated(file.kind, {key: value}, origin, report=False)
                values.update(alone or {})
        for key, value in values.items():
            self._put(file.kind, key, value, Origin(file.path, document, (key,)))

    def _put(self, section: str, key: str, value: Any, origin: Origin) -> None:
        known = self.sections.setdefault(section, {})
        if key in known:
            file, line = self.origins[section, key].place()
            _, here = origin.place()
            message = Message("{key!r} is already in {file}:{line}", key=key, file=file, line=line)
            self.findings.append(
                Finding(
                    origin.file,
                    here,
                    "LS007",
                    "error",
                    key,
                    message,
                    Message("remove one of the two"),
                )
            )
            return
        known[key] = value
        self.origins[section, key] = origin

    def _validated(self, kind: str, value: Any, origin: Origin, *, report: bool = True) -> Any:
        """The schema object, or None after its errors were noted."""
        try:
            return _adapter(kind).validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            if report:
                self._explain(kind, value, error, origin)
        return None

    def _explain(self, kind: str, value: Any, error: ValidationError, origin: Origin) -> None:
        count, cut = error.error_count(), False
        if count > MOST_ERRORS:
            # Half a million errors take minutes to describe: those of a shortened value are told.
            try:
                _adapter(kind).validate_json(json.dumps(_shortened(value)), strict=True)
            except ValidationError as fewer:
                error, cut = fewer, True
        told = 0
        for detail in error.errors(include_url=False):
            if told == MOST_ERRORS or (cut and detail["type"] == "missing"):
                continue
            told += 1
            path, message, remedy = describe(KINDS[kind], detail)
            file, line = origin.place(*path)
            self.findings.append(
                Finding(file, line, "LS001", "error", dotted(path), message, remedy)
            )
        if count > told:
            message = Message("{count:,} more problems like these", count=count - told)
            self.findings.append(Finding(origin.file, 0, "LS001", "error", "", message))

    def _add(self, file: str, problem: Problem, code: str) -> None:
        self.findings.append(
            Finding(
                file,
                problem.line,
                code,
                "error",
                dotted(problem.path),
                problem.message,
                problem.remedy,
            )
        )


def merge_family(card: dict[str, Any], family: Mapping[str, Any]) -> dict[str, Any]:
    """The card with its family's defaults. What the card gives wins, whole; `sources` is merged by
    key."""
    merged = dict(card)
    for field in FAMILY_DEFAULTS:
        if field not in card and family.get(field) is not None:
            merged[field] = family[field]
    shared, own = family.get("sources"), card.get("sources", {})
    if isinstance(shared, dict) and isinstance(own, dict):
        merged["sources"] = {**shared, **own}
    return merged


MOST_ERRORS = 100
"""Problems of one file that are told; the others are counted."""


def _shortened(value: Any) -> Any:
    """The value with the first items of each list and mapping only."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in islice(value.items(), MOST_ERRORS)}
    if isinstance(value, list):
        return [_shortened(item) for item in value[:MOST_ERRORS]]
    return value


_adapters: dict[str, TypeAdapter[Any]] = {}


def _adapter(kind: str) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(KINDS[kind])
    return _adapters[kind]
