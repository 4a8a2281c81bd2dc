"""Measured, inferred, unrated."""

from __future__ import annotations

import pytest

from llm_select.evidence.quality import assess, probability_better
from llm_select.schema.catalog import Catalog
from tests.builders import benchmark, board, catalog, model, task

DE = {f"f/m{i}": 40.0 + 6 * i for i in range(6)}
FR = {f"f/m{i}": 35.0 + 6 * i for i in range(5)}
MODELS = {
    f"f/m{i}": model(f"M{i}", languages={"en": "official", "de": "official", "fr": "official"})
    for i in range(6)
}


def _catalog(**fields: object) -> Catalog:
    return catalog(
        **{"models": MODELS, "boards": {"direct": board({"de": DE, "fr": FR})}, **fields}
    )


def test_a_measured_model_keeps_its_published_value() -> None:
    quality = assess(_catalog(), "task", languages=["de"]).qualities["f/m2", "direct"]
    assert (quality.tag, quality.value) == ("measured", 52.0)


def test_a_board_not_sat_is_inferred_from_the_others() -> None:
    quality = assess(_catalog(), "task", languages=["fr"]).qualities["f/m5", "direct"]
    assert quality.tag == "inferred"
    assert quality.value is not None
    # The best model on the German board, 6 points ahead of the best French score of 59.
    assert quality.value > 58


def test_an_inferred_interval_is_wider_than_a_measured_one() -> None:
    qualities = assess(_catalog(), "task", languages=["fr"]).qualities
    inferred, measured = qualities["f/m5", "direct"], qualities["f/m4", "direct"]
    assert (inferred.deviation or 0) > (measured.deviation or 0)


def test_nothing_is_inferred_for_a_language_the_model_does_not_list() -> None:
    cards = {**MODELS, "f/m5": model("M5", languages={"de": "official"})}
    quality = assess(_catalog(models=cards), "task", languages=["fr"]).qualities["f/m5", "direct"]
    assert (quality.tag, quality.reason) == ("unrated", "language-unsupported")


def test_a_language_measured_counts_as_known() -> None:
    cards = {**MODELS, "f/m4": model("M4", languages={"de": "official"})}
    quality = assess(_catalog(models=cards), "task", languages=["fr"]).qualities["f/m4", "direct"]
    assert quality.tag == "measured"


def test_a_proxy_alone_does_not_rate() -> None:
    boards = {"direct": board({"de": DE}), "general": board({"all": {"f/m9": 80.0}})}
    uses = [{"board": "direct", "relevance": "direct"}, {"board": "general", "relevance": "proxy"}]
    cards = {**MODELS, "f/m9": model("M9")}
    made = _catalog(models=cards, boards=boards, tasks={"task": task(boards=uses)})
    quality = assess(made, "task").qualities["f/m9", "direct"]
    assert (quality.tag, quality.reason) == ("unrated", "proxy-only")


def test_an_excluded_board_leaves_no_evidence_of_its_own() -> None:
    answer = assess(_catalog(), "task", languages=["de"], exclude=["direct.de"])
    rows = answer.qualities["f/m2", "direct"].evidence
    assert all(row.board != "direct.de" for row in rows)


def test_excluding_a_board_excludes_its_campaign_in_that_language() -> None:
    made = _catalog(
        benchmarks={
            "bench": benchmark(campaign="c"),
            "other": benchmark(campaign="c"),
        },
        boards={
            "direct": board({"de": DE, "fr": FR}),
            "second": board({"de": DE, "fr": FR}, benchmark="other"),
        },
    )
    assert assess(made, "task", exclude=["direct.de"]).gathered.excluded == (
        "direct.de",
        "second.de",
    )


def test_a_glob_that_matches_nothing_is_reported() -> None:
    assert assess(_catalog(), "task", exclude=["nope.*"]).gathered.unmatched == ("nope.*",)


def test_thinking_and_direct_scores_are_kept_apart() -> None:
    entries = {"a": {"model": "f/m0", "mode": "thinking"}, "b": {"model": "f/m0", "mode": "direct"}}
    cards = {**MODELS, "f/m0": model("M0", thinking={"modes": ["thinking", "direct"]})}
    column = {**DE, "a": 90.0, "b": 50.0}
    del column["f/m0"]
    made = _catalog(models=cards, boards={"direct": board({"de": column}, entries=entries)})
    qualities = assess(made, "task", languages=["de"]).qualities
    assert (qualities["f/m0", "thinking"].value, qualities["f/m0", "direct"].value) == (90.0, 50.0)


def test_a_self_reported_score_has_a_wider_interval() -> None:
    entries = {"f/m1": {"model": "f/m1", "reported_by": "developer"}}
    made = _catalog(boards={"direct": board({"de": DE}, entries=entries)})
    qualities = assess(made, "task", languages=["de"]).qualities
    own, third = qualities["f/m1", "direct"], qualities["f/m2", "direct"]
    assert (own.deviation or 0) > (third.deviation or 0)


def test_the_chances_of_two_models_sum_to_one() -> None:
    qualities = assess(_catalog(), "task", languages=["de"]).qualities
    one, other = qualities["f/m1", "direct"], qualities["f/m2", "direct"]
    forth, back = probability_better(one, other), probability_better(other, one)
    assert forth is not None
    assert back is not None
    assert forth + back == pytest.approx(1.0)
    assert forth < 0.5


def test_a_model_that_covers_too_few_languages_is_unrated_when_none_is_asked() -> None:
    columns = dict.fromkeys(("de", "fr", "it", "es"), DE)
    cards = {**MODELS, "f/m9": model("M9", languages={"de": "official"})}
    columns = {**columns, "de": {**DE, "f/m9": 90.0}}
    quality = assess(_catalog(models=cards, boards={"direct": board(columns)}), "task").qualities[
        "f/m9", "direct"
    ]
    assert (quality.tag, quality.reason) == ("unrated", "coverage")


def test_a_board_in_the_language_asked_for_goes_before_the_mean_of_the_reference() -> None:
    uses = [{"board": "direct", "relevance": "direct"}, {"board": "second", "relevance": "direct"}]
    made = _catalog(
        boards={"direct": board({"de": DE}), "second": board({"fr": FR}, benchmark="other")},
        benchmarks={"bench": benchmark(), "other": benchmark()},
        tasks={"task": task(boards=uses)},
    )
    target = assess(made, "task", languages=["fr"]).target
    assert target is not None
    assert target.label == "second.fr"


def test_a_near_task_widens_the_interval_and_is_never_called_measured() -> None:
    near = [{"board": "direct", "relevance": "related"}]
    own = assess(_catalog(), "task", languages=["de"]).qualities["f/m2", "direct"]
    made = _catalog(tasks={"task": task(boards=near)})
    other = assess(made, "task", languages=["de"]).qualities["f/m2", "direct"]
    assert other.tag == "inferred"
    assert (other.high or 0) - (other.low or 0) > (own.high or 0) - (own.low or 0)


def test_boards_that_agree_by_construction_leave_the_noise_of_a_second_run() -> None:
    quality = assess(_catalog(), "task", languages=["de"]).qualities["f/m2", "direct"]
    # 0.02 logits at 52 of 100 are half a point; 80 % lie within 1.28 of them.
    assert (quality.high or 0) - (quality.low or 0) == pytest.approx(2 * 1.28 * 0.5, rel=0.05)


def test_a_reference_of_one_language_tells_little_of_another() -> None:
    made = _catalog(boards={"direct": board({"de": DE})})
    quality = assess(made, "task", languages=["fr"]).qualities["f/m2", "direct"]
    # Half a logit at 52 of 100 is 12 points.
    assert (quality.high or 0) - (quality.low or 0) > 2 * 1.28 * 12


def test_a_model_tied_to_the_target_by_no_shared_model_is_unrated() -> None:
    uses = [{"board": "direct", "relevance": "direct"}, {"board": "apart", "relevance": "direct"}]
    boards = {"direct": board({"de": DE}), "apart": board({"all": {"f/x": 50.0, "f/y": 60.0}})}
    cards = {**MODELS, "f/x": model("X"), "f/y": model("Y")}
    made = _catalog(models=cards, boards=boards, tasks={"task": task(boards=uses)})
    quality = assess(made, "task", languages=["de"]).qualities["f/x", "direct"]
    assert (quality.tag, quality.reason) == ("unrated", "unlinked")


@pytest.mark.parametrize(
    ("shared", "tag"),
    [({f"f/m{i}": 30.0 + 6 * i for i in range(6)}, "inferred"), ({"f/m0": 60.0}, "unrated")],
    ids=["by six models that agree", "by one model that disagrees"],
)
def test_a_model_tied_too_loosely_to_be_told_from_the_average_is_unrated(
    shared: dict[str, float], tag: str
) -> None:
    uses = [{"board": "direct", "relevance": "direct"}, {"board": "far", "relevance": "related"}]
    boards = {"direct": board({"de": DE}), "far": board({"all": {**shared, "f/x": 55.0}})}
    cards = {**MODELS, "f/x": model("X", languages={"de": "official"})}
    made = _catalog(models=cards, boards=boards, tasks={"task": task(boards=uses)})
    assert assess(made, "task", languages=["de"]).qualities["f/x", "direct"].tag == tag


def _two_ways() -> Catalog:
    """A board that fine-tuned models sat, and one that they and a prompted model sat."""
    uses = [{"board": "tuned", "relevance": "direct"}, {"board": "both", "relevance": "direct"}]
    boards = {
        "tuned": board({"de": DE}, setting="fine-tuned"),
        "both": board(
            {"fr": {**FR, "f/prompted": 80.0}},
            setting="fine-tuned",
            entries={"f/prompted": {"model": "f/prompted", "setting": "few-shot"}},
        ),
    }
    spoken = {"de": "official", "fr": "official"}
    cards = {**MODELS, "f/prompted": model("Prompted", languages=spoken)}
    return _catalog(
        models=cards, boards=boards, tasks={"task": task(boards=uses, reference={"board": "tuned"})}
    )


def test_a_prompted_model_is_not_inferred_on_a_board_that_only_fine_tuned_ones_sat() -> None:
    quality = assess(_two_ways(), "task", languages=["de"]).qualities["f/prompted", "direct"]
    assert (quality.tag, quality.reason) == ("unrated", "other-way")


def test_a_board_that_one_prompted_model_sat_rates_prompted_models() -> None:
    quality = assess(_two_ways(), "task", languages=["fr"]).qualities["f/prompted", "direct"]
    assert (quality.tag, quality.value) == ("measured", 80.0)


@pytest.mark.parametrize(("count", "tag"), [(10, "inferred"), (9, "unrated")])
def test_a_model_without_a_list_is_multilingual_once_measured_in_ten_languages(
    count: int, tag: str
) -> None:
    codes = ["de", "fr", "it", "es", "pt", "nl", "da", "sv", "pl", "cs", "fi"]
    columns = {
        code: {**DE, **({"f/m9": 60.0} if n < count else {})} for n, code in enumerate(codes)
    }
    cards = {**MODELS, "f/m9": model("M9", languages={})}
    made = _catalog(models=cards, boards={"direct": board(columns)})
    assert assess(made, "task", languages=["fi"]).qualities["f/m9", "direct"].tag == tag
