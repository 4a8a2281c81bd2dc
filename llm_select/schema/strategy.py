"""How a model is adapted to a task: the rules that choose a strategy, and recipes with hyper-parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from llm_select.messages import Message
from llm_select.schema.base import Count, NonNegative, Positive, Slug, SourceId, Strict
from llm_select.schema.model import Kind

Strategy = Literal[
    "prompt",
    "prompt-tuning",
    "prefix-tuning",
    "ia3",
    "lora",
    "qlora",
    "dora",
    "full",
    "encoder",
    "encoder-decoder",
]
"""`encoder` and `encoder-decoder` train another, small network instead."""


class StrategyRule(Strict):
    """A rule of the strategy. Whether it holds is decided by the code of the same id in `llm_select/plan/rules.py`."""

    title: str
    """What it asks, in a few words."""
    rank: Count
    """Proposals are taken in this order; the first that no rule rules out is the advice."""
    proposes: tuple[Strategy, ...] = ()
    """Strategies it speaks for, the preferred first."""
    rules_out: tuple[Strategy, ...] = ()
    """Strategies that cannot be followed when it holds."""
    adds_retrieval: bool = False
    """True when what it finds calls for looking facts up, whatever the strategy."""
    thresholds: dict[Slug, NonNegative] = {}
    """Numbers it compares with, by name."""
    basis: Literal["paper", "measurement", "boards", "card", "estimate"]
    """What it stands on: a publication, a published measurement, the boards of this catalog for the question asked,
    facts of the card, or an estimate of memory."""
    finding: str
    """What was found, in a sentence with its figure."""
    sources: dict[Slug, SourceId] = {}
    """Where it was found; empty when the rule stands on this catalog."""


class Recipe(Strict):
    """Hyper-parameters for one kind of training run, each from the place named in `sources`."""

    name: str
    """What it is for."""
    methods: tuple[Slug, ...]
    """Fine-tuning methods it serves."""
    kinds: tuple[Kind, ...]
    """Model kinds it serves."""
    model_types: tuple[str, ...] = ()
    """Architectures it serves, by Transformers' `model_type`; empty for all. The more particular recipe wins."""
    optimizer: Slug
    """An id of `methods.yaml`."""
    learning_rate: Positive
    """Peak."""
    learning_rate_large: Positive | None = None
    """Peak for models of more than `large` parameters."""
    large: Count | None = None
    """Parameters above which a model is large."""
    schedule: Literal["linear", "cosine", "constant"]
    """What follows the warm-up."""
    warmup_ratio: NonNegative = 0
    """Share of the steps in which the rate rises."""
    weight_decay: NonNegative = 0
    """Weight decay."""
    max_grad_norm: Positive = 1
    """Norm that gradients are scaled down to."""
    label_smoothing: NonNegative = 0
    """Share of the target's probability spread over the other classes or words."""
    batch: Count
    """Sequences of one step."""
    epochs: Positive | None = None
    """Passes over the examples."""
    steps: Count | None = None
    """Steps whatever the number of examples, in place of `epochs`."""
    epochs_many: Positive | None = None
    """Passes when there are `many` examples or more."""
    many: Count | None = None
    """Examples from which there are many."""
    rank: Count | None = None
    """Rank of an adapter, or its number of virtual tokens."""
    rank_many: Count | None = None
    """Rank when there are `many` examples or more."""
    alpha: Positive | None = None
    """Scale of the update: it is multiplied by alpha / rank."""
    alpha_many: Positive | None = None
    """Scale when there are `many` examples or more."""
    dropout: NonNegative | None = None
    """Dropout before the adapter."""
    sources: dict[Slug, SourceId]
    """For each field, where its value was read; `otherwise` for those not named."""
    note: str | None = None
    """What a user should know."""

    @model_validator(mode="after")
    def _has_a_length(self) -> Recipe:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError(Message("give either epochs or steps"))
        if (self.many is None) and (self.epochs_many or self.rank_many or self.alpha_many):
            raise ValueError(Message("many: epochs_many, rank_many and alpha_many need it"))
        if (self.large is None) != (self.learning_rate_large is None):
            raise ValueError(Message("large: it goes with learning_rate_large"))
        return self
