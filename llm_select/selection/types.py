"""What is asked, what is considered, and what is answered: plain values, no sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine, MemoryEstimate, SpeedEstimate, Workload
    from llm_select.evidence.loss import Loss
    from llm_select.evidence.quality import Quality
    from llm_select.evidence.reference import Target
    from llm_select.schema.hardware import Engine, Quantization
    from llm_select.schema.model import Model, Offer

Value = str | float | int | bool | tuple[str, ...] | None


class Reason(NamedTuple):
    """Why something is so. `code` is fixed; `values` fill the sentence that `render/` makes of it."""

    code: str
    values: Mapping[str, Value] = {}


class Change(NamedTuple):
    """The smallest change of the question that would lift one objection."""

    option: str
    """The option, as typed."""
    value: Value
    """Its new value; None when the option is to be left out."""
    instead: str | None = None
    """The option it takes the place of."""


class Objection(NamedTuple):
    """A hard constraint that is not met, and what would lift it."""

    reason: Reason
    change: Change | None
    """None when nothing the user can ask would lift it."""


class Requirements(NamedTuple):
    """The question."""

    task: str
    machine: Machine | None
    """None when only hosted models are asked for."""
    workload: Workload
    weights: Mapping[str, float]
    """Weight of each criterion; they sum to 1."""
    profile: str
    languages: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    min_accuracy: float | None = None
    """In the unit of the reference board."""
    min_speed: float | None = None
    """Tokens per second of one stream."""
    max_price: float | None = None
    """USD per million output tokens."""
    commercial: bool = False
    licenses: tuple[str, ...] = ()
    weights_access: str = "open"
    """open, hosted or any."""
    privacy: str = "any"
    """self-hosted or any."""
    modalities: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    quantizations: tuple[str, ...] = ()
    thinking: str = "any"
    """on, off or any."""
    families: tuple[str, ...] = ()
    examples: int = 0
    exclude_boards: tuple[str, ...] = ()
    assumed: tuple[Reason, ...] = ()
    """What the edge filled in for the user (this machine, typical lengths)."""


class Candidate(NamedTuple):
    """A card in a format on an engine in a mode, or a hosted offer."""

    model_id: str
    model: Model
    mode: str
    quantization_id: str | None
    quantization: Quantization | None
    engine_id: str | None
    engine: Engine | None
    published: bool
    """True when files in this format exist in a repository the card names."""
    offer: Offer | None


class Term(NamedTuple):
    """One criterion's part of a score: contribution = value · weight."""

    criterion: str
    value: float
    """0 to 1 between the fixed anchors."""
    weight: float
    contribution: float
    reason: Reason


class Item(NamedTuple):
    """A model as answered: its best variant, or why it has none."""

    candidate: Candidate
    quality: Quality | None
    memory: MemoryEstimate | None
    speed: SpeedEstimate | None
    score: float | None
    terms: tuple[Term, ...]
    objections: tuple[Objection, ...]
    loss: Loss | None
    """What the format costs; None when nobody measured it for the model or its size, and for a hosted offer."""
    effective_speed: float | None
    """Answer tokens per second of one stream, thinking tokens charged."""
    alternatives: tuple[Item, ...] = ()
    """Other variants that passed, best first."""
    doubt: float = 0.0
    """Score it would lose if its format cost as much as the low end of the loss's interval says."""
    degraded: tuple[float, float] | None = None
    """Expected and low quality in this format, reference unit; None when unrated."""


class Recommendation(NamedTuple):
    """The answer."""

    requirements: Requirements
    target: Target | None
    picks: tuple[Item, ...]
    """Rated models that meet every constraint, best first."""
    unrated: tuple[Item, ...]
    """Models that meet every constraint but have no evidence for the task; those with most scores first."""
    untried: tuple[str, ...]
    """Models without evidence that their card does not rule out and the machine was not tried for."""
    rejected: tuple[Item, ...]
    """Models that do not, the nearest misses first."""
    assumptions: tuple[Reason, ...]
    dropped: Mapping[str, Reason]
    """Criteria that no candidate can be scored by."""
    better: tuple[float | None, ...]
    """P(pick i is truly better at the task than pick i+1)."""
    catalog_hash: str
