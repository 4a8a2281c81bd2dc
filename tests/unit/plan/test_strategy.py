"""The advice: proposals in order, less what is ruled out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from llm_select.errors import UsageError
from llm_select.plan.facts import Facts
from llm_select.plan.strategy import advise
from llm_select.schema.strategy import StrategyRule

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog


def strategies(catalog: Catalog, facts: Facts) -> list[str]:
    return [option.strategy for option in advise(catalog, facts).options]


def test_an_adapter_comes_before_the_prompt_that_it_must_beat(
    catalog: Catalog, facts: Facts
) -> None:
    assert strategies(catalog, facts) == ["lora", "qlora", "prompt"]


def test_without_examples_only_the_prompt_is_left(catalog: Catalog, facts: Facts) -> None:
    assert strategies(catalog, facts._replace(examples=0)) == ["prompt"]


def test_what_does_not_fit_is_not_advised(catalog: Catalog, facts: Facts) -> None:
    tight = {"full": "no", "lora": "no", "qlora": "fits", "ia3": "no"}
    assert strategies(catalog, facts._replace(verdicts=tight)) == ["qlora", "prompt"]


def test_few_labels_call_for_scales_before_an_adapter(catalog: Catalog, facts: Facts) -> None:
    assert strategies(catalog, facts._replace(examples=100))[0] == "ia3"


def test_a_model_that_can_do_nothing_gets_no_advice(catalog: Catalog, facts: Facts) -> None:
    assert advise(catalog, facts._replace(blocked=("kind",))).chosen is None


def test_what_only_memory_rules_out_is_known(catalog: Catalog, facts: Facts) -> None:
    nothing = dict.fromkeys(("full", "lora", "qlora", "ia3"), "no")
    short = advise(catalog, facts._replace(verdicts=nothing)).short_of_memory(catalog)
    assert short is not None
    assert short.strategy == "qlora"


def test_what_another_rule_rules_out_is_not_a_matter_of_memory(
    catalog: Catalog, facts: Facts
) -> None:
    nothing = dict.fromkeys(("full", "lora", "qlora", "ia3"), "no")
    few = advise(catalog, facts._replace(verdicts=nothing, examples=10))
    assert few.short_of_memory(catalog) is None


def test_questions_of_fact_call_for_retrieval(catalog: Catalog, facts: Facts) -> None:
    asked = facts._replace(task_id="open-qa", task=catalog.tasks["open-qa"])
    assert advise(catalog, asked).retrieval


def test_every_rule_is_in_the_outcomes(catalog: Catalog, facts: Facts) -> None:
    assert {one.rule for one in advise(catalog, facts).outcomes} == set(catalog.strategies)


def test_a_rule_that_no_code_decides_is_an_error(catalog: Catalog, facts: Facts) -> None:
    odd = StrategyRule(title="Odd?", rank=1, basis="card", finding="None.")
    with pytest.raises(UsageError, match="nothing decides"):
        advise(catalog._replace(strategies={**catalog.strategies, "odd": odd}), facts)  # type: ignore[attr-defined]


def test_a_rule_without_its_threshold_is_an_error(catalog: Catalog, facts: Facts) -> None:
    bare = StrategyRule(title="Few?", rank=21, basis="card", finding="None.")
    changed = {**catalog.strategies, "few-examples": bare}
    with pytest.raises(UsageError, match="lacks the threshold 'examples'"):
        advise(catalog._replace(strategies=changed), facts)  # type: ignore[attr-defined]
