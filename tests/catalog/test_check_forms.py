"""What `catalog check` prints for machines: SARIF and workflow commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from llm_select.catalog.check import check
from llm_select.catalog.findings import Finding
from llm_select.catalog.rules.registry import RULES
from llm_select.cli.main import run
from llm_select.render.github import github
from llm_select.render.sarif import sarif

from .conftest import FILES, Build, edited

DOCS = Path(__file__).resolve().parents[2] / "docs"
TODAY = "2026-11-24"
ODD = Finding(
    "/repo/my cards/50%, new:one.yaml", 7, "LS005", "error", "scores.en", "90% is: 1,\nof 2", "mend"
)
WARNING = Finding("/elsewhere/x.yaml", 0, "LS022", "warning", "", "old", None)
TEXT: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
STRUCTURE: dict[str, Any] = {
    # What the schema of SARIF 2.1.0 requires of the parts that are written here.
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"type": "string"},
                                                "shortDescription": TEXT,
                                                "fullDescription": TEXT,
                                                "help": TEXT,
                                                "helpUri": {"type": "string"},
                                                "defaultConfiguration": {
                                                    "properties": {
                                                        "level": {
                                                            "enum": [
                                                                "none",
                                                                "note",
                                                                "warning",
                                                                "error",
                                                            ]
                                                        }
                                                    }
                                                },
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId", "locations"],
                            "properties": {
                                "message": TEXT,
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": "object",
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "required": ["uri"],
                                                        "properties": {
                                                            "uri": {
                                                                "type": "string",
                                                                "pattern": r"^[\w.~/%:-]+$",
                                                            },
                                                            "uriBaseId": {"type": "string"},
                                                        },
                                                    },
                                                    "region": {
                                                        "required": ["startLine"],
                                                        "properties": {
                                                            "startLine": {
                                                                "type": "integer",
                                                                "minimum": 1,
                                                            }
                                                        },
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def log(*findings: Finding, home: str = "") -> dict[str, Any]:
    return sarif(findings, RULES, root="/repo", version="1.2.3", home=home)


def results(*findings: Finding) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log(*findings)["runs"][0]["results"]
    return found


def test_the_log_has_the_structure_of_sarif(build: Build) -> None:
    place = "evaluations/quiz-board.yaml"
    wrong = edited(FILES[place], "Tiny: 61.5", "Tiny: 161.5")
    findings = check([build({place: wrong})], today=TODAY, bundled=False)
    assert findings
    Draft7Validator(STRUCTURE).validate(log(*findings, ODD, WARNING))


def test_every_rule_stands_in_the_log_with_its_page() -> None:
    rules = log()["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    for rule, shown in zip(RULES, rules, strict=True):
        page, _, fragment = shown["helpUri"].partition("#")
        assert page == "docs/rules.md"
        assert fragment == rule.anchor
        assert f"\n## {rule.code} {rule.name}\n" in text
        assert "## Why it is bad" in shown["help"]["markdown"]


def test_a_known_repository_makes_the_address_of_a_page_whole() -> None:
    rule = log(home="https://example.org/tool/")["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["helpUri"].startswith("https://example.org/tool/blob/main/docs/rules.md#ls000-")


def test_a_result_names_its_rule_its_line_and_a_path_below_the_root() -> None:
    (result,) = results(ODD)
    assert RULES[result["ruleIndex"]].code == result["ruleId"] == "LS005"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "my%20cards/50%25%2C%20new%3Aone.yaml",
        "uriBaseId": "%SRCROOT%",
    }
    assert place["region"] == {"startLine": 7}
    assert result["message"]["text"] == "scores.en: 90% is: 1,\nof 2 (mend)"


def test_a_file_outside_the_root_keeps_its_whole_path() -> None:
    (result,) = results(WARNING)
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "file:///elsewhere/x.yaml"},
        "region": {"startLine": 1},
    }


def test_a_finding_is_known_again_when_lines_are_added_above() -> None:
    one, two, other = results(ODD, ODD._replace(line=9), WARNING)
    assert one["partialFingerprints"] == two["partialFingerprints"] != other["partialFingerprints"]


def test_a_workflow_command_is_escaped() -> None:
    first, second, last = github([ODD, WARNING], root="/repo").splitlines()
    assert first == (
        "::error file=my cards/50%25%2C new%3Aone.yaml,line=7,title=LS005"
        "::scores.en: 90%25 is: 1,%0Aof 2 (mend)"
    )
    assert second == "::warning file=/elsewhere/x.yaml,title=LS022::old"
    assert last == "1 error(s), 1 warning(s)"


@pytest.fixture
def faulty(build: Build, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with one warning and no error, and where a workflow would check it out."""
    text = edited(FILES["evaluations/quiz-board.yaml"], '"@": {}', '"@": {}\n  Idle: {}')
    directory = build({"evaluations/quiz-board.yaml": text})
    monkeypatch.setenv("GITHUB_WORKSPACE", str(directory.parent))
    return directory


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(["catalog", "check", *arguments])
    return code, capsys.readouterr().out


def test_paths_are_relative_to_the_workspace(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = said(capsys, str(faulty), "--alone", "-o", "github")
    assert code == 0
    assert out.startswith("::warning file=catalog/evaluations/quiz-board.yaml,line=9,title=LS010::")
    code, out = said(capsys, str(faulty), "--alone", "-o", "sarif")
    place = json.loads(out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "catalog/evaluations/quiz-board.yaml"


def test_strict_makes_a_warning_fail(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, str(faulty), "--alone")[0] == 0
    for form in ("plain", "sarif", "github", "json", "markdown", "csv"):
        assert said(capsys, str(faulty), "--alone", "--strict", "-o", form)[0] == 1


def test_other_commands_have_no_sarif(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "list", "-o", "sarif"]) == 2
    assert "sarif" in capsys.readouterr().err
