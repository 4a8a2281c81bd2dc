"""Where a model comes from, what follows it, what it is called: LS026, LS027, LS028."""

from __future__ import annotations

from .conftest import FILES, Findings
from .test_plausibility import BASE, OTHER, PLACE, card


def test_successors_that_go_in_a_circle_are_found(findings: Findings) -> None:
    def superseded(by: str, name: str) -> str:
        return card(
            ("weights: open", f"weights: open\nstatus: superseded\nsuperseded_by: {by}"), name=name
        )

    circle = {PLACE: superseded("tiny/tiny-2", "1B"), OTHER: superseded("tiny/tiny-1b", "2")}
    assert [f.field for f in findings("LS026", circle)] == ["superseded_by"] * 2
    line = {PLACE: superseded("tiny/tiny-2", "1B"), OTHER: card(name="2")}
    assert not findings("LS026", line)
    older = {**line, OTHER: card(("released: 2024-07-23", "released: 2023-01"), name="2")}
    assert [f.field for f in findings("LS026", older)] == ["superseded_by"]


def test_a_base_that_is_newer_or_of_another_width_is_found(findings: Findings) -> None:
    newer = card(("released: 2024-07-23", "released: 2025-01"), name="2")
    assert [f.field for f in findings("LS026", {PLACE: card(BASE), OTHER: newer})] == [
        "finetuning.base"
    ]
    wide = card(("hidden_size: 128", "hidden_size: 256"), name="2")
    assert [f.field for f in findings("LS026", {PLACE: card(BASE), OTHER: wide})] == [
        "finetuning.base"
    ]
    assert not findings("LS026", {PLACE: card(BASE), OTHER: card(name="2")})


def test_a_base_with_a_card_is_to_be_named_by_it(findings: Findings) -> None:
    named = card(("weights: open", "weights: open\nfinetuning: {base_name: Tiny 2}"))
    assert not findings("LS026", {PLACE: named})
    found = findings("LS026", {PLACE: named, OTHER: card(name="2")})
    assert [f.field for f in found] == ["finetuning.base_name"]


SHARING = FILES["licenses.yaml"] + FILES["licenses.yaml"].replace("mit:", "share:").replace(
    "commercial: yes", "commercial: yes, inherits: true"
)
BOUND = ("weights: open", "weights: open\nlicense: share\ndeveloper: Other")


def test_terms_that_a_base_passes_on_are_asked_for(findings: Findings) -> None:
    changes = {"licenses.yaml": SHARING, OTHER: card(BOUND, name="2")}
    assert [f.code for f in findings("LS027", {**changes, PLACE: card(BASE)})] == ["LS027"]
    kept = (BASE[0], BASE[1] + "\nlicense: share")
    assert not findings("LS027", {**changes, PLACE: card(kept)})
    own = (BASE[0], BASE[1] + "\ndeveloper: Other")
    assert not findings("LS027", {**changes, PLACE: card(own)})
    assert not findings(
        "LS027", {"licenses.yaml": FILES["licenses.yaml"], PLACE: card(BASE), OTHER: card(name="2")}
    )


def test_an_alias_given_twice_is_found_whatever_its_case(findings: Findings) -> None:
    twice = card(("tiny:1b]", "tiny:1b, Tiny:1B]"))
    assert [f.field for f in findings("LS028", {PLACE: twice})] == ["aliases[2]"]
    assert not findings("LS028", {PLACE: card(("tiny:1b]", "tiny:1b, tiny:1b-it]"))})
