"""Every reason code that the program can give has a sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import llm_select
from llm_select.render.deploy_messages import SENTENCES as DEPLOYMENTS
from llm_select.render.messages import MESSAGES, remedy, sentence
from llm_select.render.notes import SENTENCES, assumption_sentence
from llm_select.selection.types import Change, Reason

PACKAGE = Path(llm_select.__file__).parent


def _codes(name: str) -> dict[str, str]:
    """First arguments of all calls `name("code", …)` in the package, with the file each stands in."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == name
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = path.name
    return found


def test_every_reason_has_a_sentence() -> None:
    # `speed` is written out in `sentence` itself when it is a term of the score.
    known = {**MESSAGES, **DEPLOYMENTS}
    assert {code: file for code, file in _codes("Reason").items() if code not in known} == {}


def test_every_assumption_of_an_estimate_has_a_sentence() -> None:
    assert {c: file for c, file in _codes("Assumption").items() if c not in SENTENCES} == {}


def test_an_unknown_code_is_shown_not_hidden() -> None:
    assert sentence(Reason("never-heard-of")) == "never-heard-of"


def test_an_unknown_assumption_is_shown_with_its_values() -> None:
    from llm_select.estimates.types import Assumption

    assert assumption_sentence(Assumption("beam-width", {"beams": 4})) == "beam width: beams 4"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (None, ""),
        (Change("--gpu-mem", 48), "--gpu-mem 48"),
        (Change("--min-accuracy", 0.25), "--min-accuracy 0.25"),
        (Change("--commercial", None), "without --commercial"),
        (Change("--license", "gemma"), "--license gemma"),
    ],
)
def test_a_remedy_is_what_one_types(change: Change | None, text: str) -> None:
    assert remedy(change) == text


def test_a_model_too_big_says_what_it_needs_and_what_there_is() -> None:
    values = {"expected_gib": 36.4, "high_gib": 36.8, "usable_gib": 23.5, "devices": 1}
    assert sentence(Reason("memory", values)) == "needs 36.4 GiB (up to 36.8 GiB), 23.5 GiB usable"


def test_the_speed_term_and_the_speed_constraint_read_differently() -> None:
    term = sentence(Reason("speed", {"value": 42.0, "low": 1.0, "high": 100.0}))
    constraint = sentence(Reason("speed", {"low": 8.0, "needed": 20.0}))
    assert term == "42 tokens/s; 100 scores 1"
    assert constraint == "8.0 tokens/s at the low end, 20 asked"
