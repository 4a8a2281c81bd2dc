"""Linking boards."""

from __future__ import annotations

from llm_select.evidence.fit import PLAIN, REFINED, fit
from llm_select.evidence.links import ability, linking_errors, posterior
from llm_select.evidence.scores import PROMPTING, gather
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


LANGUAGES = ("de", "fr", "it", "es", "pt", "nl", "da", "sv", "pl", "cs")
MANY = {f"f/m{i:02}": model(f"M{i}") for i in range(24)}


def _many(extra, entries=None):  # type: ignore[no-untyped-def]
    """Ten languages of one test: a common order of 24 models plus what `extra(model number, language)` adds."""
    columns = {
        language: {name: 30.0 + 1.5 * i + extra(i, language) for i, name in enumerate(MANY)}
        for language in LANGUAGES
    }
    made = catalog(models=MANY, boards={"direct": board(columns, entries=entries)})
    return gather(made, "task").scores


def test_a_skill_that_some_languages_share_predicts_a_score_left_out() -> None:
    romance = ("fr", "it", "es", "pt")

    def extra(i: int, language: str) -> float:
        return (12.0 if i % 2 else -12.0) if language in romance else 0.0

    scores = _many(extra)
    kept = [s for s in scores if (s.model, s.language) != ("f/m11", "pt")]
    truth = next(s for s in scores if (s.model, s.language) == ("f/m11", "pt"))
    gaps = {}
    for form in (REFINED, PLAIN):
        links = fit(kept, form=form).boards
        stand = ability([(s, 1.0) for s in kept if s.model == "f/m11"], links)
        gaps[form] = abs(stand.on(links["direct.pt"]) - truth.common)
    assert gaps[REFINED] < gaps[PLAIN] / 2


def test_a_setting_that_pays_on_one_board_does_not_move_its_models_elsewhere() -> None:
    zero_shot = {
        name: {"model": name, **({"setting": "zero-shot"} if i % 3 == 0 else {})}
        for i, name in enumerate(MANY)
    }

    def extra(i: int, language: str) -> float:
        return 15.0 if i % 3 == 0 and language == "pl" else 0.0

    links = fit(_many(extra, zero_shot)).boards
    offsets = {language: links[f"direct.{language}"].offsets[PROMPTING] for language in LANGUAGES}
    others = [abs(offset) for language, offset in offsets.items() if language != "pl"]
    assert offsets["pl"] > 2 * max(others)


def test_single_boards_have_no_skills() -> None:
    column = {f"f/m{i}": 40.0 + 5 * i for i in range(5)}
    link = fit(_scores(de=column)).boards["direct.de"]
    assert (link.first, link.second) == (0.0, 0.0)


def test_two_years_chained_by_few_models_are_told_apart() -> None:
    # Old models on the old test, new models on the new one, two models on both: the new ones are far better.
    old = {f"f/m{i:02}": 20.0 + 3 * i for i in range(12)}
    new = {f"f/m{i:02}": 20.0 + 3 * (i - 10) for i in range(10, 24)}
    made = catalog(models=MANY, boards={"direct": board({"de": old, "fr": new})})
    links = fit(gather(made, "task").scores).boards
    gap = links["direct.de"].difficulty - links["direct.fr"].difficulty
    # On either scale the tests are 30 points apart, 1.3 to 1.7 logits.
    assert gap > 1.0


def test_the_linking_error_grows_along_a_chain() -> None:
    columns = {
        "de": {f"f/m{i:02}": 30.0 + 2 * i for i in range(12)},
        "fr": {f"f/m{i:02}": 25.0 + 2 * i for i in range(8, 20)},
        "it": {f"f/m{i:02}": 20.0 + 2 * i for i in range(16, 24)},
    }
    scores = gather(catalog(models=MANY, boards={"direct": board(columns)}), "task").scores
    errors = linking_errors(scores, ["direct.de"], fit(scores).boards)
    assert 0 == errors["direct.de"] < errors["direct.fr"] < errors["direct.it"]


def test_the_posterior_solves_the_normal_equations() -> None:
    terms = [(2.0, 1.0, 0.5, -0.3, 0.7), (1.5, 0.8, -0.4, 0.6, -0.2), (3.0, 1.1, 0.2, 0.9, 1.4)]
    stand = posterior(terms)
    for k in range(3):
        # Gradient of the penalized squares: prior minus data.
        gradient = stand.mean[k] - sum(
            t[0] * t[1 + k] * (t[4] - sum(t[1 + j] * stand.mean[j] for j in range(3)))
            for t in terms
        )
        assert abs(gradient) < 1e-9
