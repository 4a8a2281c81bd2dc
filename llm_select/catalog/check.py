"""`catalog check`: every rule over a catalog, every finding with its file and line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llm_select.catalog.files import bundled_directory
from llm_select.catalog.findings import Finding, dotted, order, shortened
from llm_select.catalog.load import SECTIONS, read_directory
from llm_select.catalog.rules.exemptions import exemptions, idle, needless_exemption
from llm_select.catalog.rules.found import Found, Rule, Subject
from llm_select.catalog.rules.references import dangling
from llm_select.catalog.rules.registry import PLAUSIBILITY, RULES
from llm_select.messages import Message
from llm_select.schema.catalog import Catalog

if TYPE_CHECKING:
    from llm_select.catalog.parse import Origin, Parsed


def check(
    directories: Sequence[str | os.PathLike[str]] = (), *, today: str, bundled: bool = True
) -> list[Finding]:
    """What is wrong with the user's directories, or with the bundled catalog when none is given;
    sorted.

    Rules see the merged catalog, so that a card may refer to a bundled licence, but only findings
    in the directories asked about are returned. `bundled=False` leaves the bundled catalog out.
    `today`, as `2026-11-24`, decides which dates lie in the future.
    """
    own = [os.fspath(directory) for directory in directories]
    bundle = bundled_directory()
    below = bundled and all(os.path.realpath(path) != os.path.realpath(bundle) for path in own)
    parsed = [read_directory(path) for path in ([bundle] if below else []) + own]
    return findings_of(parsed, parsed[-len(own) :] if own else parsed, today)


def findings_of(parsed: Sequence[Parsed], asked: Sequence[Parsed], today: str) -> list[Finding]:
    """What is wrong with the directories asked about, of those that are merged; sorted."""
    findings = {finding for one in asked for finding in one.findings}
    origins: dict[tuple[str, str], Origin] = {}
    for one in parsed:
        origins.update(one.origins)
    files = {origin.file for one in asked for origin in one.origins.values()}
    files.update(origin.file for one in asked for _, origin in one.families.values())
    wanted = frozenset(place for place, origin in origins.items() if origin.file in files)
    subject = Subject(merge(parsed), today, wanted if len(asked) < len(parsed) else None)
    for rule, found in run(subject):
        finding = located(rule, found, origins)
        if finding.file in files:
            findings.add(finding)
    findings.update(_idle_families(asked))
    return sorted(findings, key=order)


def misplaced_references(directories: Sequence[str], catalog: Catalog) -> list[Finding]:
    """References of these directories that the merged catalog does not have, with their places."""
    rule = next(rule for rule in RULES if rule.code == "LS002")
    return [
        located(rule, found, one.origins)
        for one in map(read_directory, directories)
        for found in dangling(one.catalog, catalog)
    ]


MOST_FINDINGS = 1000
"""Findings of one rule that are told; a hostile catalog could have millions."""


def run(subject: Subject, rules: Sequence[Rule] = RULES) -> Iterator[tuple[Rule, Found]]:
    """Everything the rules find, less what an object's `checks` set aside for a reason."""
    exempt = {
        (section, key, code): (section, key, index, code)
        for section, key, index, code in exemptions(subject.catalog)
        if code in PLAUSIBILITY
    }
    needed: set[tuple[str, str, str]] = set()
    for rule in rules:
        told = 0
        for found in rule.check(subject) if rule.check is not None else ():
            place = (found.section, found.id, rule.code)
            if place in exempt:
                needed.add(place)
                continue
            told += 1
            if told > MOST_FINDINGS:
                message = Message("and more: the rule stops after {limit:,}", limit=MOST_FINDINGS)
                yield rule, found._replace(message=message, remedy=Message("mend the others first"))
                break
            yield rule, found
    for rule in rules:
        if rule.check is needless_exemption:
            for place, exemption in exempt.items():
                if place not in needed:
                    yield rule, idle(*exemption)


def located(rule: Rule, found: Found, origins: Mapping[tuple[str, str], Origin]) -> Finding:
    """A finding with its file and line; with the object's id for a file when its place is
    unknown."""
    origin = origins.get((found.section, found.id))
    file, line = origin.place(*found.path) if origin else (f"{found.section} {found.id}", 0)
    path = (*origin.prefix, *found.path) if origin else found.path
    message = shortened(found.message)
    remedy = shortened(found.remedy) if found.remedy is not None else None
    return Finding(file, line, rule.code, found.severity, dotted(path), message, remedy)


def merge(parsed: Sequence[Parsed]) -> Catalog:
    """One catalog: later objects replace earlier ones of the same id, as in `load_catalog`."""
    sections: dict[str, Any] = {
        name: {key: value for one in parsed for key, value in getattr(one.catalog, name).items()}
        for name in SECTIONS
    }
    scoring = [one.catalog.scoring for one in parsed if one.catalog.scoring is not None]
    sections["scoring"] = scoring[-1] if scoring else None
    sections["anchors"] = frozenset(parsed[0].catalog.models)
    return Catalog.model_construct(**sections)


def _idle_families(parsed: Iterable[Parsed]) -> Iterator[Finding]:
    for one in parsed:
        used = {key.split("/")[0] for key in one.catalog.models}
        for name, (_, origin) in one.families.items():
            if name not in used:
                message = Message("no card in this directory takes its defaults")
                yield Finding(
                    origin.file,
                    0,
                    "LS013",
                    "warning",
                    "",
                    message,
                    Message("add a card or remove it"),
                )
