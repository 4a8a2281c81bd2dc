"""Findings as SARIF 2.1.0, which code hosts show beside the lines they are about.

Static Analysis Results Interchange Format, OASIS standard of 27 March 2020. A result names its rule by id and by
place in the tool's list; paths are relative to the root of the sources, which readers call `%SRCROOT%`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import quote

from llm_select.i18n import noted, translated
from llm_select.render.payload import Json

if TYPE_CHECKING:
    from llm_select.catalog.findings import Finding
    from llm_select.catalog.rules.found import Rule

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
PAGE = "docs/rules.md"
"""The rules' page in the source repository."""


def sarif(
    findings: Sequence[Finding], rules: Sequence[Rule], *, root: str, version: str, home: str = ""
) -> Json:
    """One run of `catalog check`. `root` is the directory that paths are relative to, `home` the address of the source
    repository, below which the help of a rule is found."""
    places = {rule.code: index for index, rule in enumerate(rules)}
    driver: Json = {
        "name": "llm-select",
        "semanticVersion": version,
        "rules": [_rule(rule, home) for rule in rules],
    }
    if home:
        driver["informationUri"] = home
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, places, root) for finding in findings],
            }
        ],
    }


def _rule(rule: Rule, home: str) -> Json:
    base = f"{home.rstrip('/')}/blob/main/" if home else ""
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "helpUri": f"{base}{PAGE}#{rule.anchor}",
        "help": {"text": _plain(rule.text), "markdown": rule.text},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["plausibility" if rule.plausibility else "correctness"]},
    }


def _plain(text: str) -> str:
    return re.sub(r"^## ", "", text, flags=re.M).replace("`", "")


def _result(finding: Finding, places: dict[str, int], root: str) -> Json:
    relative = relative_path(finding.file, root)
    address: Json = {"uri": quote(relative or finding.file)}
    if relative is not None:
        address["uriBaseId"] = "%SRCROOT%"
    else:
        address["uri"] = "file://" + quote(finding.file)
    # A finding about a whole file stands at its first line: some readers refuse a result without one.
    location: Json = {
        "physicalLocation": {
            "artifactLocation": address,
            "region": {"startLine": max(1, finding.line)},
        }
    }
    if finding.field:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.field}]
    identity = "\n".join((finding.code, relative or finding.file, finding.field, finding.message))
    result: Json = {
        "ruleId": finding.code,
        "level": finding.severity,
        "message": {"text": said(finding)},
        "locations": [location],
        "partialFingerprints": {
            "findingHash/v1": blake2b(
                identity.encode("utf-8", "replace"), digest_size=16
            ).hexdigest()
        },
    }
    if finding.code in places:
        result["ruleIndex"] = places[finding.code]
    return result


def said(finding: Finding) -> str:
    """What is wrong, where in the document, and how to mend it."""
    field = f"{finding.field}: " if finding.field else ""
    message = translated(finding.message)
    said = noted(message, translated(finding.remedy)) if finding.remedy else message
    return f"{field}{said}"


def relative_path(file: str, root: str) -> str | None:
    """The path below the root, with slashes; None when it is not below it."""
    file, root = file.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    if not file.startswith("/") and ":" not in file[:3]:
        return file
    return file[len(root) + 1 :] if file.startswith(f"{root}/") else None
