"""Ranking: order, constraints, additivity."""

from __future__ import annotations

import pytest

from llm_select.schema.catalog import Catalog
from llm_select.selection.recommend import explain, recommend
from llm_select.selection.types import Recommendation
from tests.builders import board, catalog, model, scoring, task
from tests.unit.selection.questions import ask, machine

SCORES = {f"f/m{i}": 40.0 + 8 * i for i in range(6)}
MODELS = {f"f/m{i}": model(f"M{i}") for i in range(6)}


def _catalog(**fields: object) -> Catalog:
    return catalog(**{"models": MODELS, "boards": {"direct": board({"de": SCORES})}, **fields})


def _ids(result: Recommendation) -> list[str]:
    return [item.candidate.model_id for item in result.picks]


def _objection(result: Recommendation, model_id: str) -> list[str]:
    item = next(i for i in result.rejected if i.candidate.model_id == model_id)
    return [objection.reason.code for objection in item.objections]


def test_the_better_measured_model_ranks_first() -> None:
    assert _ids(recommend(_catalog(), ask()))[0] == "f/m5"


def test_the_parts_of_a_score_sum_to_it_exactly() -> None:
    for item in recommend(_catalog(), ask()).picks:
        assert item.score == pytest.approx(sum(t.contribution for t in item.terms), abs=1e-9)


def test_weights_in_force_sum_to_one() -> None:
    item = recommend(_catalog(), ask()).picks[0]
    assert sum(term.weight for term in item.terms) == pytest.approx(1.0)


def test_speed_is_dropped_and_said_when_bandwidth_is_unknown() -> None:
    result = recommend(_catalog(), ask())
    assert "speed" in result.dropped
    assert all(term.criterion != "speed" for item in result.picks for term in item.terms)


def test_speed_counts_when_bandwidth_is_known() -> None:
    known = machine(
        bandwidth_gb_s=1008.0, memory_class="gddr", vendor="nvidia", tflops={"bf16": 165.0}
    )
    item = recommend(_catalog(), ask(machine=known)).picks[0]
    assert {term.criterion for term in item.terms} == {"quality", "speed", "headroom"}


def test_adding_a_card_reorders_nobody() -> None:
    before = _ids(recommend(_catalog(anchors=frozenset(MODELS)), ask()))
    cards = {**MODELS, "u/new": model("New")}
    boards = {"direct": board({"de": {**SCORES, "u/new": 99.0}})}
    made = _catalog(models=cards, boards=boards, anchors=frozenset(MODELS))
    after = [name for name in _ids(recommend(made, ask())) if name != "u/new"]
    assert before == after


def test_adding_a_card_changes_no_score() -> None:
    def scores(made: Catalog) -> dict[str, float | None]:
        return {i.candidate.model_id: i.score for i in recommend(made, ask()).picks}

    before = scores(_catalog(anchors=frozenset(MODELS)))
    cards = {**MODELS, "u/new": model("New")}
    boards = {"direct": board({"de": {**SCORES, "u/new": 99.0}})}
    after = scores(_catalog(models=cards, boards=boards, anchors=frozenset(MODELS)))
    assert before == {name: after[name] for name in before}


def test_a_model_too_big_is_rejected_with_the_memory_that_admits_it() -> None:
    result = recommend(_catalog(), ask(machine=machine(4.0)))
    assert not result.picks
    change = result.rejected[0].objections[0].change
    assert change is not None
    assert change.option == "--gpu-mem"
    admitted = recommend(_catalog(), ask(machine=machine(float(change.value or 0))))  # type: ignore[arg-type]
    assert admitted.picks


def test_every_pick_fits_with_the_high_end_of_its_estimate() -> None:
    for item in recommend(_catalog(), ask(machine=machine(12.0))).picks:
        assert item.memory is not None
        assert item.memory.usable is not None
        assert item.memory.device_high <= item.memory.usable


def test_a_model_without_evidence_is_unrated_not_ranked() -> None:
    made = _catalog(models={**MODELS, "f/new": model("New")})
    result = recommend(made, ask())
    assert [item.candidate.model_id for item in result.unrated] == ["f/new"]


def _with_unrated(count: int) -> Catalog:
    return _catalog(models={**MODELS, **{f"f/new{n}": model(f"New {n}") for n in range(count)}})


def test_no_more_unrated_models_are_tried_than_wanted() -> None:
    result = recommend(_with_unrated(5), ask(), unrated=2)
    assert [item.candidate.model_id for item in result.unrated] == ["f/new0", "f/new1"]


def test_unrated_models_that_were_not_tried_are_named() -> None:
    result = recommend(_with_unrated(5), ask(), unrated=2)
    assert result.untried == ("f/new2", "f/new3", "f/new4")


def test_the_picks_do_not_depend_on_how_many_unrated_models_are_tried() -> None:
    few, all_ = (recommend(_with_unrated(5), ask(), unrated=n) for n in (1, None))
    assert few.picks == all_.picks


def test_every_unrated_model_is_tried_when_there_is_no_pick() -> None:
    result = recommend(_with_unrated(5), ask(min_accuracy=1e6), unrated=1)
    assert (result.picks, result.untried) == ((), ())


def test_the_wrong_kind_is_rejected() -> None:
    made = _catalog(tasks={"task": task(kinds=["encoder"])})
    assert _objection(recommend(made, ask()), "f/m5") == ["kind"]


def test_a_model_made_for_another_task_is_rejected() -> None:
    cards = {**MODELS, "f/m5": model("M5", specialization=["translation"])}
    assert _objection(recommend(_catalog(models=cards), ask()), "f/m5") == ["specialization"]


def test_commercial_drops_a_non_commercial_licence() -> None:
    cards = {**MODELS, "f/m5": model("M5", license="nc")}
    result = recommend(_catalog(models=cards), ask(commercial=True))
    assert _objection(result, "f/m5") == ["commercial"]


def test_a_context_beyond_the_card_is_rejected_with_its_limit() -> None:
    cards = {**MODELS, "f/m5": model("M5", context={"native": 1000})}
    result = recommend(_catalog(models=cards), ask())
    item = next(i for i in result.rejected if i.candidate.model_id == "f/m5")
    change = item.objections[0].change
    assert change is not None
    assert (change.option, change.value) == ("--context", 1000)


def test_the_low_end_of_the_interval_decides_min_accuracy() -> None:
    best = recommend(_catalog(), ask()).picks[0].quality
    assert best is not None
    assert best.low is not None
    assert best.value is not None
    between = (best.low + best.value) / 2
    assert "f/m5" not in _ids(recommend(_catalog(), ask(min_accuracy=between)))


def test_an_encoder_that_needs_fine_tuning_needs_the_examples_of_its_board() -> None:
    cards = {**MODELS, "f/enc": model("Enc", kind="encoder")}
    entries = {"f/enc": {"model": "f/enc", "setting": "fine-tuned", "examples": 1024}}
    boards = {"direct": board({"de": {**SCORES, "f/enc": 90.0}}, entries=entries)}
    made = _catalog(models=cards, boards=boards, tasks={"task": task(finetune_kinds=["encoder"])})
    item = next(
        i for i in recommend(made, ask(examples=100)).rejected if i.candidate.model_id == "f/enc"
    )
    change = item.objections[0].change
    assert change is not None
    assert (change.option, change.value) == ("--examples", 1024)


def test_more_bits_win_where_formats_score_alike() -> None:
    # On 18 GiB the 16 GB of BF16 leave less than a quarter free; Q8_0 and Q4_K_M leave more and score alike.
    item = recommend(_catalog(), ask(machine=machine(18.0))).picks[0]
    assert item.candidate.quantization_id == "q8_0"


def test_explain_of_a_rejected_model_shows_its_memory() -> None:
    result = explain(_catalog(), "f/m5", ask(machine=machine(4.0)))
    assert result.item.memory is not None
    assert result.item.memory.verdict == "no"


def test_a_hosted_model_is_rejected_unless_asked_for() -> None:
    hosted = model(
        "Cloud",
        weights="hosted",
        parameters=None,
        architecture=None,
        hosted=[
            {
                "provider": "p",
                "input_usd_per_mtok": 1,
                "output_usd_per_mtok": 4,
                "as_of": "2026-11-24",
                "source": "src",
            }
        ],
    )
    made = _catalog(
        models={**MODELS, "c/cloud": hosted},
        boards={"direct": board({"de": {**SCORES, "c/cloud": 95.0}})},
    )
    assert _objection(recommend(made, ask()), "c/cloud") == ["access-hosted"]
    assert (
        _ids(recommend(made, ask(weights_access="any", weights={"quality": 1.0})))[0] == "c/cloud"
    )


def test_two_runs_give_the_same_answer() -> None:
    assert recommend(_catalog(), ask()) == recommend(_catalog(), ask())


def test_reasoning_nobody_measured_is_assumed_and_charged_to_speed() -> None:
    # 256 tokens of answer after 2,000 of reasoning: a ninth of the tokens are answer.
    made_scoring = scoring().model_copy(update={"assumed_thinking_tokens": 2000})
    cards = {**MODELS, "f/m5": model("M5", thinking={"modes": ["thinking"]})}
    made = _catalog(models=cards, scoring=made_scoring)
    known = machine(
        bandwidth_gb_s=1008.0, memory_class="gddr", vendor="nvidia", tflops={"bf16": 165.0}
    )
    item = explain(made, "f/m5", ask(machine=known)).item
    assert item.speed is not None
    assert item.speed.decode is not None
    assert item.effective_speed == pytest.approx(item.speed.decode.expected * 256 / 2256)


def test_the_remedy_for_a_named_device_can_be_typed() -> None:
    named = machine(4.0, device="card-4", vendor="nvidia")
    change = recommend(_catalog(), ask(machine=named)).rejected[0].objections[0].change
    assert change is not None
    assert (change.option, change.instead) == ("--gpu-mem", "--gpu")


def test_a_retired_hosted_model_is_rejected() -> None:
    offer = {
        "provider": "p",
        "input_usd_per_mtok": 1,
        "output_usd_per_mtok": 4,
        "as_of": "2026-11-24",
        "source": "src",
    }
    gone = model("Gone", weights="hosted", status="deprecated", architecture=None, hosted=[offer])
    made = _catalog(
        models={**MODELS, "c/gone": gone},
        boards={"direct": board({"de": {**SCORES, "c/gone": 95.0}})},
    )
    assert _objection(recommend(made, ask(weights_access="any")), "c/gone") == ["retired"]


def test_a_checkpoint_released_in_eight_bits_is_not_offered_in_sixteen() -> None:
    files = [{"format": "safetensors", "quantization": "q8_0", "repository": "f/m5"}]
    cards = {**MODELS, "f/m5": model("M5", artifacts=files)}
    item = explain(_catalog(models=cards), "f/m5", ask()).item
    shown = {
        item.candidate.quantization_id,
        *(v.candidate.quantization_id for v in item.alternatives),
    }
    assert shown == {"q8_0", "q4_k_m"}


def test_a_tie_goes_to_the_better_quality() -> None:
    """Beyond the upper anchor scores are equal, qualities are not."""
    made = _catalog(tasks={"task": task(quality={"low": 0.0, "high": 50.0})})
    assert _ids(recommend(made, ask()))[:3] == ["f/m5", "f/m4", "f/m3"]


def test_a_model_of_one_direction_is_rejected_for_the_other() -> None:
    cards = {**MODELS, "f/m5": model("M5", pairs=["de-en"])}
    made = _catalog(models=cards, tasks={"task": task(paired=True)})
    assert _objection(recommend(made, ask(pairs=("en-de",))), "f/m5") == ["direction"]


def test_a_model_of_one_direction_may_translate_it() -> None:
    cards = {**MODELS, "f/m5": model("M5", pairs=["en-de"])}
    made = _catalog(models=cards, tasks={"task": task(paired=True)})
    rejected = recommend(made, ask(pairs=("en-de",))).rejected
    assert "f/m5" not in {item.candidate.model_id for item in rejected}


@pytest.mark.parametrize(
    ("asked", "option"), [({"pairs": ("en-xx",)}, "--pair"), ({"languages": ("xx",)}, "--language")]
)
def test_a_language_that_is_missing_is_lifted_by_the_option_that_asked_for_it(
    asked: dict[str, tuple[str, ...]], option: str
) -> None:
    cards = {**MODELS, "f/m6": model("M6")}
    made = _catalog(models=cards, tasks={"task": task(paired=True)})
    rejected = recommend(made, ask(**asked)).rejected
    item = next(i for i in rejected if i.candidate.model_id == "f/m6")
    changes = [o.change for o in item.objections if o.reason.code == "language"]
    assert [change.option for change in changes if change is not None] == [option]
