"""Laws of the advice, on the bundled catalog."""

from __future__ import annotations

import gc
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llm_select.catalog.load import load_catalog
from llm_select.questions.requirements import Hardware, Limits, read_requirements
from llm_select.selection.recommend import SHOWN, explain, recommend
from tests.cli.conftest import own_catalog

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.types import Item, Recommendation

pytestmark = pytest.mark.slow

LAW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
TASKS = st.sampled_from(["translation", "dialogue", "coding"])
SIZES = (4, 12, 24, 80, 320)
MEMORY = st.sampled_from(SIZES)
"""Few values: answers are kept, so that the laws share them."""
CONTEXTS = st.sampled_from([512, 8192, 40_000, 500_000])


@pytest.fixture(scope="module")
def real() -> Catalog:
    """The bundled catalog."""
    return _bundled()


@cache
def _bundled() -> Catalog:
    found = load_catalog()
    gc.freeze()
    return found


@cache
def _ask(
    task: str = "translation",
    memory: str = "24",
    context: int | None = None,
    boards: tuple[str, ...] = (),
    gpus: int | None = None,
    **limits: Any,
) -> Recommendation:
    return _advise(_bundled(), task, memory, context, boards, gpus, **limits)


def _advise(
    catalog: Catalog,
    task: str,
    memory: str,
    context: int | None = None,
    boards: tuple[str, ...] = (),
    gpus: int | None = None,
    **limits: Any,
) -> Recommendation:
    question = read_requirements(
        catalog,
        task,
        hardware=Hardware(gpus=gpus, gpu_mem=memory),
        limits=Limits(**limits),
        context=context,
        exclude_boards=boards,
    )
    return recommend(catalog, question)


def _everyone(result: Recommendation) -> dict[str, Item]:
    items = (*result.picks, *result.unrated, *result.rejected)
    return {item.candidate.model_id: item for item in items}


def _admitted(result: Recommendation) -> set[str]:
    return {item.candidate.model_id for item in (*result.picks, *result.unrated)}


def _picked(result: Recommendation) -> list[str]:
    return [item.candidate.model_id for item in result.picks]


@given(task=TASKS, two=st.tuples(MEMORY, MEMORY))
@LAW
def test_more_memory_never_loses_a_fit(task: str, two: tuple[int, int]) -> None:
    assert _admitted(_ask(task, str(min(two)))) <= _admitted(_ask(task, str(max(two))))


@given(task=TASKS, memory=MEMORY, pair=st.tuples(CONTEXTS, CONTEXTS))
@LAW
def test_a_longer_context_never_admits(task: str, memory: int, pair: tuple[int, int]) -> None:
    short, long = min(pair), max(pair)
    assert _admitted(_ask(task, str(memory), long)) <= _admitted(_ask(task, str(memory), short))


@given(task=TASKS, memory=MEMORY)
@LAW
def test_every_model_is_answered_once_and_every_rejection_has_a_reason(
    task: str, memory: int
) -> None:
    result = _ask(task, str(memory))
    assert len(result.picks) + len(result.unrated) + len(result.rejected) == len(_bundled().models)
    assert set(_everyone(result)) == set(_bundled().models)
    assert all(item.objections for item in result.rejected)


@given(task=TASKS, memory=MEMORY)
@LAW
def test_scores_are_sums_and_sorted(task: str, memory: int) -> None:
    picks = _ask(task, str(memory)).picks
    scores = [item.score or 0.0 for item in picks]
    assert scores == sorted(scores, reverse=True)
    for item in picks:
        assert item.score == pytest.approx(sum(t.contribution for t in item.terms), abs=1e-9)
        assert 0 <= (item.score or 0.0) <= 1


@given(task=TASKS, memory=MEMORY, pick=st.integers(0, 10_000))
@LAW
def test_the_memory_named_for_a_near_miss_admits_it(task: str, memory: int, pick: int) -> None:
    result = _ask(task, str(memory))
    misses = [
        (item.candidate.model_id, item.objections[0].change)
        for item in result.rejected
        if len(item.objections) == 1
        and item.objections[0].reason.code in ("memory", "memory-tight")
    ]
    if misses:
        model_id, change = misses[pick % len(misses)]
        assert change is not None
        assert change.option == "--gpu-mem"
        assert model_id in _admitted(_ask(task, str(change.value)))


def test_every_memory_near_miss_on_24_gib_is_admitted_by_its_change() -> None:
    result = _ask("dialogue", "24")
    changes = {
        item.candidate.model_id: item.objections[0].change
        for item in result.rejected
        if len(item.objections) == 1
        and item.objections[0].reason.code in ("memory", "memory-tight")
    }
    assert changes
    for model_id, change in changes.items():
        assert change is not None
        assert model_id in _admitted(_ask("dialogue", str(change.value))), model_id


@pytest.mark.parametrize(
    ("limits", "keyword"),
    [
        ({"commercial": True}, {"commercial": False}),
        ({"licenses": ("mit",)}, None),
        ({"min_accuracy": 0.45}, None),
    ],
)
def test_the_change_named_for_another_near_miss_admits_it(
    limits: dict[str, Any], keyword: dict[str, Any] | None
) -> None:
    result = _ask("translation", "24", **limits)
    # Only the near misses shown carry every objection unless all are asked for.
    names = {
        "--license": "licenses",
        "--min-accuracy": "min_accuracy",
        "--commercial": "commercial",
    }
    tried = 0
    for item in result.rejected[:SHOWN]:
        change = item.objections[0].change
        if len(item.objections) != 1 or change is None or change.option not in names:
            continue
        value = (change.value,) if change.option == "--license" else change.value
        lifted = keyword if keyword is not None else {names[change.option]: value}
        assert item.candidate.model_id in _admitted(_ask("translation", "24", **lifted))
        tried += 1
    assert tried


def test_the_context_named_for_a_near_miss_admits_it() -> None:
    result = _ask("dialogue", "80", 100_000)
    tried = 0
    for item in result.rejected:
        (first, *others) = item.objections
        if others or first.reason.code != "context":
            continue
        assert first.change is not None
        assert isinstance(first.change.value, int)
        again = _ask("dialogue", "80", first.change.value)
        codes = {o.reason.code for o in _everyone(again)[item.candidate.model_id].objections}
        assert "context" not in codes
        tried += 1
    assert tried


@pytest.mark.parametrize("glob", ["wmt25.*", "wmt25.en-zh", "wmt2?.*", "lmarena*", "*"])
def test_an_excluded_board_leaves_no_row_in_the_evidence(glob: str) -> None:
    from fnmatch import fnmatchcase

    for task in ("translation", "dialogue"):
        for item in _everyone(_ask(task, "24", boards=(glob,))).values():
            for row in item.quality.evidence if item.quality is not None else ():
                assert not fnmatchcase(row.board, glob)


def test_without_any_board_nothing_is_rated() -> None:
    result = _ask("translation", "24", boards=("*",))
    assert result.picks == ()
    assert result.unrated


def test_a_glob_that_matches_no_board_is_said_and_changes_nothing() -> None:
    result = _ask("translation", "24", boards=("no-such-board-*",))
    assert "unmatched-board" in {reason.code for reason in result.assumptions}
    assert _picked(result) == _picked(_ask("translation", "24"))


@pytest.mark.parametrize(
    "typed",
    ["24GB", "24GiB", "24 gb", "24g", "24.0", "24576MiB", "24576 MB", " 24 ", "0.0234375TiB"],
)
def test_the_same_memory_in_any_spelling_gives_the_same_answer(typed: str) -> None:
    same, other = _ask("translation", "24"), _ask("translation", typed)
    assert other == same


def _ranking(result: Recommendation) -> list[tuple[str, float | None]]:
    return [(item.candidate.model_id, item.score) for item in result.picks]


@pytest.mark.parametrize("task", ["translation", "dialogue"])
def test_a_users_card_reorders_nobody_and_changes_no_score(task: str, tmp_path: Path) -> None:
    row = (
        "{benchmark: wmt25, metric: XCOMET-XL, value: 0.9, pair: en-zh, setting: zero-shot, "
        "reported_by: developer, source: my-card, date: 2026-01-20}"
    )
    own = own_catalog(tmp_path, evaluations=row)
    merged = load_catalog((own,))
    assert set(merged.models) - set(_bundled().models) == {"mine/mine"}
    after = [(m, s) for m, s in _ranking(_advise(merged, task, "24")) if m != "mine/mine"]
    assert after == _ranking(_ask(task, "24"))


def test_a_users_card_appears_in_the_answer(tmp_path: Path) -> None:
    result = _advise(load_catalog((own_catalog(tmp_path),)), "translation", "24")
    assert "mine/mine" in _everyone(result)


def test_more_devices_never_lose_a_fit_of_llama_cpp() -> None:
    one = _admitted(_ask("dialogue", "24", engines=("llama.cpp",)))
    four = _admitted(_ask("dialogue", "24", gpus=4, engines=("llama.cpp",)))
    assert one <= four


def test_commercial_leaves_no_non_commercial_licence() -> None:
    for item in _ask("translation", "80", commercial=True).picks:
        assert _bundled().licenses[item.candidate.model.license].commercial != "no"


def test_more_examples_never_lose_a_model() -> None:
    few = _admitted(_ask("sentiment-analysis", "8"))
    assert few <= _admitted(_ask("sentiment-analysis", "8", examples=2000))


def test_a_higher_bound_on_accuracy_never_admits() -> None:
    loose = _admitted(_ask("translation", "80", min_accuracy=0.3))
    tight = _admitted(_ask("translation", "80", min_accuracy=0.45))
    assert tight < loose


@pytest.mark.parametrize("task", ["translation", "dialogue"])
def test_explain_agrees_with_recommend_on_every_model_shown(task: str) -> None:
    result = _ask(task, "24")
    for item in (*result.picks[:2], *result.rejected[:2]):
        found = explain(_bundled(), item.candidate.model_id, result.requirements)
        assert found.item.score == item.score
        # Where nothing would admit a model, `explain` still adds what its memory objects to.
        assert all(objection in found.item.objections for objection in item.objections)


def test_every_task_of_the_catalog_is_answered() -> None:
    for task in _bundled().tasks:
        result = _ask(task, "24")
        assert len(_everyone(result)) == len(_bundled().models)
