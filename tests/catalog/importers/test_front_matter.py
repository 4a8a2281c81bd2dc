"""Front matter of READMEs and the scores in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from llm_select.catalog.importers.front_matter import evaluations, front_matter, front_matter_facts
from llm_select.catalog.importers.reading import SourceError

README = """---
license: apache-2.0
language: [en, no, srp_Cyrl, eng, klingon, code]
base_model: acme/base
tags: [chat]
model-index:
- name: tiny
  results:
  - dataset: {name: Quiz, type: quiz}
    metrics:
    - {type: accuracy, value: 61.5}
    - {type: loss, value: 0.2}
    - {type: accuracy}
  - dataset: {name: Other Test, type: x}
    metrics: [{type: accuracy, value: 3}]
  - 7
---
# Tiny
license: mit
"""


def catalog(**more: Any) -> Any:
    quiz = SimpleNamespace(
        name="Quiz", metric="accuracy", floor=25.0, ceiling=100.0, scale="bounded"
    )
    base = SimpleNamespace(name="Base", aliases=("acme/base",), artifacts=())
    parts = {
        "licenses": {"apache-2.0": 1},
        "benchmarks": {"quiz": quiz},
        "models": {"acme/base-1b": base},
    }
    return SimpleNamespace(**{**parts, **more})


def test_licence_languages_and_base_are_read() -> None:
    found = front_matter(README.encode(), "README.md")
    assert found.license == "apache-2.0"
    assert found.languages == ("en", "no", "sr-Cyrl")
    assert found.base_models == ("acme/base",)
    facts, notes = front_matter_facts(found, catalog())
    assert facts["license"] == "apache-2.0"
    assert facts["languages"] == {"en": "official", "no": "official", "sr-Cyrl": "official"}
    assert facts["finetuning"] == {"base": "acme/base-1b"}
    assert any("'klingon' is no BCP-47 tag" in note for note in notes)


def test_a_licence_the_catalog_does_not_have_is_said_and_not_taken() -> None:
    facts, notes = front_matter_facts(front_matter(README.encode(), "x"), catalog(licenses={}))
    assert "license" not in facts
    assert any("'apache-2.0' is no id of licenses.yaml" in note for note in notes)


def test_a_licence_of_another_name_is_read_from_its_name() -> None:
    text = b"---\nlicense: other\nlicense_name: Acme-1.0\n---\n"
    assert front_matter(text, "x").license == "acme-1.0"


def test_only_scores_of_known_benchmarks_and_metrics_are_taken() -> None:
    found = front_matter(README.encode(), "x")
    kept, notes = evaluations(found, catalog(), source="tiny-readme", date="2026-01")
    assert kept == [
        {
            "benchmark": "quiz",
            "metric": "accuracy",
            "value": 61.5,
            "reported_by": "developer",
            "source": "tiny-readme",
            "date": "2026-01",
        }
    ]
    assert any("'Other Test'" in note for note in notes)
    assert any("measured in accuracy" in note for note in notes)
    assert any("incomplete" in note for note in found.notes)


@pytest.mark.parametrize("value", ["0.615", "615"])
def test_a_score_in_the_wrong_unit_is_left_aside(value: str) -> None:
    found = front_matter(README.replace("61.5", value).encode(), "x")
    assert evaluations(found, catalog(), source="s", date="2026")[0] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"# no front matter", "first line is not ---"),
        (b"---\nlicense: mit\n", "does not end"),
        (b"---\n- a\n---\n", "not a mapping"),
        (b"---\nlicense: mit\nlicense: mit\n---\n", "given twice"),
        (b"---\na: !!python/object:os.system x\n---\n", "not allowed"),
        (b"---\na: &a [*a]\n---\n", "no anchor before it"),
        (b"---\nlicense: \xff\n---\n", "not UTF-8"),
        (b"---\nlanguage: {en: 1}\n---\n", "not text"),
        (b"---\nmodel-index: 7\n---\n", "not a list"),
        (b"---\na: .nan\n---\n", "not a finite number"),
        (b"---\na: " + b"[" * 500 + b"\n---\n", "nested"),
    ],
)
def test_wrong_front_matter_is_refused_with_its_line(text: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        front_matter(text, "README.md")


def test_an_error_names_the_line_of_the_file() -> None:
    with pytest.raises(SourceError) as caught:
        front_matter(b"---\na: 1\nb: 2\nb: 3\n---\n", "README.md")
    assert caught.value.where == "README.md:4"
