"""Linking boards."""

from __future__ import annotations

from llm_select.evidence.fit import fit
from llm_select.evidence.scores import gather
from tests.builders import board, catalog, model

MODELS = {f"f/m{i}": model(f"M{i}") for i in range(6)}


def _scores(**columns: dict[str, float]):  # type: ignore[no-untyped-def]
    return gather(catalog(models=MODELS, boards={"direct": board(columns)}), "task").scores


def test_a_board_that_only_strong_models_sat_is_not_taken_for_an_easy_one() -> None:
    # On the shared board m3..m5 are far ahead; on the hard one they score what m0..m2 score on the shared board.
    shared = {"f/m0": 30, "f/m1": 34, "f/m2": 38, "f/m3": 70, "f/m4": 74, "f/m5": 78}
    hard = {"f/m3": 34, "f/m4": 38, "f/m5": 42}
    links = fit(_scores(de=shared, fr=hard)).boards
    assert links["direct.fr"].difficulty < links["direct.de"].difficulty


def test_models_outside_the_anchors_do_not_move_a_board() -> None:
    column = {f"f/m{i}": 40.0 + 5 * i for i in range(5)}
    anchors = frozenset(column)
    alone = fit(_scores(de=column), anchors).boards["direct.de"]
    joined = fit(_scores(de={**column, "f/m5": 1.0}), anchors).boards["direct.de"]
    assert alone == joined


def test_a_board_without_anchors_is_placed_through_models_they_share() -> None:
    column = {f"f/m{i}": 40.0 + 5 * i for i in range(5)}
    links = fit(_scores(de={**column, "f/m5": 65.0}, fr={"f/m5": 30.0}), frozenset(column)).boards
    assert links["direct.fr"].difficulty < links["direct.de"].difficulty
