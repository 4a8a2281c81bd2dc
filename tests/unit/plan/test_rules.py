"""Each rule holds where it should, and does not where it should not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from llm_select.evidence.quality import Quality
from llm_select.plan.facts import Facts, Rival
from llm_select.plan.rules import CHECKS

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

Change = Callable[["Catalog", Facts], Facts]


def quality(
    value: float | None, low: float | None = None, evidence: tuple[Any, ...] = ()
) -> Quality:
    """A model's quality of `value`, its low end one below unless given."""
    bottom = low if low is not None or value is None else value - 1
    tag = "unrated" if value is None else "measured"
    return Quality("m", "direct", tag, value, bottom, value, 1.0, 1, 1, evidence, None, ())  # type: ignore[arg-type]


def model(name: str) -> Change:
    """Facts about another card, with its licence."""

    def change(catalog: Catalog, facts: Facts) -> Facts:
        card = catalog.models[name]
        return facts._replace(model_id=name, model=card, license=catalog.licenses[card.license])

    return change


def task(name: str) -> Change:
    """Facts about another task."""
    return lambda catalog, facts: facts._replace(task_id=name, task=catalog.tasks[name])


def given(**fields: Any) -> Change:
    """Facts with these fields."""
    return lambda _, facts: facts._replace(**fields)


HOSTED, ENCODER, T5, TRANSLATOR = (
    model(name) for name in ("gpt/gpt-4.1", "roberta/xlm-roberta-large", "t5/t5-base", "nllb/nllb-200-3.3b")
)  # fmt: skip
LARGE = model("llama/llama-3.1-70b-instruct")
RIVAL = Rival("e", "E", 80.0, 79.0, 1024, 0.95)
TRANSLATE = task("translation")
HOLDS: dict[str, list[tuple[Change, ...]]] = {
    "weights-hosted": [(HOSTED,)],
    "privacy-hosted": [(HOSTED, given(privacy="self-hosted"))],
    "license-commercial": [(TRANSLATOR, given(commercial=True)), (given(commercial=True, license=None),),
        (given(blocked=("license",)),),
    ],
    "task-kind": [(given(blocked=("kind",)),), (given(blocked=("specialization",)),)],
    "not-promptable": [(ENCODER,), (T5,)],
    "no-examples": [(given(examples=0),)],
    "few-examples": [(given(examples=1),), (given(examples=49),)],
    "accuracy-reached": [(given(min_accuracy=60.0, quality=quality(70.0)),)],
    "encoder-wins": [
        (given(encoder=RIVAL, quality=quality(70.0)),),
        (given(encoder=RIVAL._replace(probability=None), min_accuracy=78.0),),
    ],
    "encoder-decoder-wins": [(given(encoder_decoder=RIVAL, quality=quality(70.0)),)],
    "own-encoder": [(ENCODER,)],
    "encoder-few": [(ENCODER, given(examples=100))],
    "translation-few": [(TRANSLATE, given(examples=4999))],
    "own-encoder-decoder": [(T5,)],
    "many-examples": [(given(examples=100_000),)],
    "short-answers-few": [(given(examples=50),), (given(examples=199),)],
    "adapter": [(given(examples=50),)],
    "quantized-base": [(given(verdicts={"lora": "tight", "qlora": "fits"}),)],
    "dora": [(given(min_accuracy=90.0, quality=quality(70.0)),)],
    "virtual-tokens": [(LARGE,)],
    "memory-serve": [(given(serves=False),)],
    "memory-full": [(given(verdicts={"full": "reduced"}),), (given(verdicts={}),)],
    "memory-lora": [(given(verdicts={"lora": "tight"}),)],
    "memory-qlora": [(given(verdicts={"qlora": "no"}),)],
    "memory-small": [(given(verdicts={"ia3": "no"}),)],
    "new-facts": [(task("open-qa"),)],
    "baseline": [()],
    "small-data": [(given(examples=50),), (given(examples=999),)],
    "no-chat-format": [(model("qwen/qwen3-8b-base"),)],
    "language-not-listed": [(given(missing_languages=("sw",)),)],
    "license-terms": [(model("llama/llama-3.1-8b-instruct"),)],
    "superseded": [()],
    "accuracy-unknown": [(), (given(quality=quality(None)),)],
    "gap-open": [(given(min_accuracy=90.0, quality=quality(70.0), encoder=RIVAL),)],
    "gain-unknown": [(given(quality=quality(70.0)),)],
    "other-maker": [(given(vendor="apple"),)],
}  # fmt: skip
FAILS: dict[str, list[tuple[Change, ...]]] = {
    "weights-hosted": [()],
    "privacy-hosted": [(HOSTED,), (given(privacy="self-hosted"),)],
    "license-commercial": [(TRANSLATOR,), (given(commercial=True),)],
    "task-kind": [(), (given(blocked=("language",)),)],
    "not-promptable": [(), (TRANSLATOR, TRANSLATE), (ENCODER, task("retrieval"))],
    "no-examples": [(given(examples=1),)],
    "few-examples": [(given(examples=0),), (given(examples=50),)],
    "accuracy-reached": [
        (given(quality=quality(70.0)),),
        (given(min_accuracy=69.5, quality=quality(70.0)),),
        (ENCODER, given(min_accuracy=60.0, quality=quality(70.0))),
    ],
    "encoder-wins": [
        (),
        (ENCODER, given(encoder=RIVAL, quality=quality(70.0))),
        (given(encoder=RIVAL, quality=quality(70.0), examples=1023),),
        (given(encoder=RIVAL._replace(probability=0.5), quality=quality(80.0)),),
        (given(encoder=RIVAL._replace(probability=None)),),
        (task("coding"), given(encoder=RIVAL, quality=quality(70.0))),
    ],
    "encoder-decoder-wins": [(), (T5, given(encoder_decoder=RIVAL, quality=quality(70.0)))],
    "own-encoder": [(), (ENCODER, given(blocked=("kind",)))],
    "encoder-few": [(given(examples=100),), (ENCODER, given(examples=200))],
    "translation-few": [(TRANSLATE, given(examples=5000)), (TRANSLATE, TRANSLATOR, given(examples=100)), ()],
    "own-encoder-decoder": [(), (T5, given(blocked=("kind",)))],
    "many-examples": [(given(examples=99_999),), (ENCODER, given(examples=100_000))],
    "short-answers-few": [(given(examples=49),), (given(examples=200),), (task("coding"), given(examples=100))],
    "adapter": [(given(examples=49),), (ENCODER,)],
    "quantized-base": [(), (given(verdicts={"lora": "no", "qlora": "no"}),), (given(verdicts={"lora": None}),)],
    "dora": [(), (given(min_accuracy=60.0, quality=quality(70.0)),), (given(min_accuracy=60.0),)],
    "virtual-tokens": [()],
    "memory-serve": [(), (given(serves=None),)],
    "memory-full": [(), (given(verdicts={"full": None}),)],
    "memory-lora": [()],
    "memory-qlora": [()],
    "memory-small": [()],
    "new-facts": [()],
    "small-data": [(given(examples=49),), (given(examples=1000),)],
    "no-chat-format": [(), (ENCODER,)],
    "language-not-listed": [()],
    "license-terms": [()],
    "superseded": [(LARGE, model("qwen/qwen3.5-9b"))],
    "accuracy-unknown": [(given(quality=quality(70.0)),)],
    "gap-open": [(), (given(min_accuracy=75.0, quality=quality(70.0), encoder=RIVAL),)],
    "gain-unknown": [(HOSTED,), (given(examples=49),)],
    "other-maker": [(), (given(vendor=None),)],
}  # fmt: skip


def cases(table: dict[str, list[tuple[Change, ...]]]) -> list[Any]:
    """One test case for each situation of each rule."""
    return [
        pytest.param(rule, changes, id=f"{rule}-{number}")
        for rule, situations in table.items()
        for number, changes in enumerate(situations)
    ]


def found(catalog: Catalog, facts: Facts, rule: str, changes: tuple[Change, ...]) -> bool:
    for change in changes:
        facts = change(catalog, facts)
    return CHECKS[rule](facts, catalog.strategies[rule].thresholds)[0]


@pytest.mark.parametrize(("rule", "changes"), cases(HOLDS))
def test_the_rule_holds(
    catalog: Catalog, facts: Facts, rule: str, changes: tuple[Change, ...]
) -> None:
    assert found(catalog, facts, rule, changes)


@pytest.mark.parametrize(("rule", "changes"), cases(FAILS))
def test_the_rule_does_not_hold(
    catalog: Catalog, facts: Facts, rule: str, changes: tuple[Change, ...]
) -> None:
    assert not found(catalog, facts, rule, changes)


def test_every_rule_of_the_catalog_is_tried_both_ways(catalog: Catalog) -> None:
    assert set(catalog.strategies) == set(CHECKS) == set(HOLDS)
    assert set(HOLDS) - set(FAILS) == {"baseline"}


def test_every_rule_that_stands_on_a_publication_names_it(catalog: Catalog) -> None:
    published = {k: r for k, r in catalog.strategies.items() if r.basis in ("paper", "measurement")}
    assert published
    assert all(rule.sources for rule in published.values())
