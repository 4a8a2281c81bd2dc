"""START READING HERE. How to adapt a model to a task, in one function:

    facts → each rule of the catalog holds or not → proposals in order, less what is ruled out → advice

Rules are data (`catalog/strategies.yaml`); whether one holds is decided in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.messages import Message, listed
from llm_select.plan.rules import CHECKS, Outcome

if TYPE_CHECKING:
    from llm_select.plan.facts import Facts
    from llm_select.schema.catalog import Catalog

INSTEAD = ("encoder", "encoder-decoder")
"""Strategies that train another network."""
TRAINED = ("prompt-tuning", "prefix-tuning", "ia3", "lora", "qlora", "dora", "full", *INSTEAD)


class Option(NamedTuple):
    """A strategy that may be followed."""

    strategy: str
    model_id: str
    """The network it is followed with."""
    rules: tuple[str, ...]
    """Rules that propose it, by rank."""

    @property
    def method(self) -> str | None:
        """What a plan is made for; None for prompting."""
        if self.strategy in INSTEAD:
            return "full"
        return self.strategy if self.strategy in TRAINED else None


class Advice(NamedTuple):
    """What to do, what else could be done, and why."""

    model_id: str
    """The model asked about."""
    options: tuple[Option, ...]
    """The advice first; empty when nothing can be done."""
    ruled_out: Mapping[str, tuple[str, ...]]
    """Strategies that a rule proposed or that are usual, and the rules against them."""
    outcomes: tuple[Outcome, ...]
    """Every rule by rank, those that do not hold too."""
    retrieval: bool
    """True when facts should be looked up, whatever the strategy."""
    facts: Facts

    @property
    def chosen(self) -> Option | None:
        """The advice; None when nothing can be done."""
        return self.options[0] if self.options else None

    def short_of_memory(self, catalog: Catalog) -> Option | None:
        """The lightest proposed way to train the model that nothing but memory rules out; None when there is none."""
        for strategy in ("qlora", "lora", "full"):
            proposing = tuple(
                one.rule
                for one in self.outcomes
                if one.holds and strategy in catalog.strategies[one.rule].proposes
            )
            against = self.ruled_out.get(strategy, ())
            estimated = strategy in self.facts.verdicts
            only = all(catalog.strategies[rule].basis == "estimate" for rule in against)
            if proposing and against and estimated and only:
                return Option(strategy, self.model_id, proposing)
        return None

    def outcome(self, rule: str) -> Outcome:
        """One rule's outcome. Raises StopIteration for an unknown rule."""
        return next(one for one in self.outcomes if one.rule == rule)


def advise(catalog: Catalog, facts: Facts) -> Advice:
    """The strategy for one model and question.

    Raises UsageError when the catalog has no rules, one without a threshold it needs, or one that no code decides: a
    rule that is not looked at would be ignored silently.
    """
    if not catalog.strategies:
        raise UsageError(
            Message("the catalog has no strategies.yaml"),
            remedy=Message("use the bundled catalog, or add one"),
        )
    outcomes = []
    proposed: dict[str, list[str]] = {}
    against: dict[str, list[str]] = {}
    retrieval = False
    for name, rule in sorted(catalog.strategies.items(), key=lambda pair: pair[1].rank):
        check = CHECKS.get(name)
        if check is None:
            raise UsageError(
                Message("nothing decides whether the rule {name!r} holds", name=name),
                where="strategies.yaml",
                remedy=Message("rules are {rules}", rules=listed(sorted(CHECKS))),
            )
        try:
            holds, values = check(facts, rule.thresholds)
        except KeyError as missing:
            raise UsageError(
                Message(
                    "the rule {name!r} lacks the threshold {missing}", name=name, missing=missing
                ),
                where="strategies.yaml",
                remedy=Message("give it under `thresholds`"),
            ) from None
        outcomes.append(Outcome(name, holds, values))
        if not holds:
            continue
        for strategy in rule.proposes:
            proposed.setdefault(strategy, []).append(name)
        for strategy in rule.rules_out:
            against.setdefault(strategy, []).append(name)
        retrieval = retrieval or rule.adds_retrieval
    options = tuple(
        Option(strategy, _base(facts, strategy), tuple(names))
        for strategy, names in proposed.items()
        if strategy not in against
    )
    return Advice(
        facts.model_id,
        options,
        {strategy: tuple(names) for strategy, names in against.items()},
        tuple(outcomes),
        retrieval,
        facts,
    )


def _base(facts: Facts, strategy: str) -> str:
    rival = {"encoder": facts.encoder, "encoder-decoder": facts.encoder_decoder}.get(strategy)
    return rival.model_id if rival is not None else facts.model_id
