"""What a deployment is made of: plain values, no sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_select.estimates.split import Split
    from llm_select.estimates.types import Machine, MemoryEstimate, Range, SpeedEstimate, Workload
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Offer
    from llm_select.schema.serving import Serving
    from llm_select.selection.types import Candidate, Reason

HOST, RANK, HEAD, TEMPLATES, MODELS = "{host}", "{rank}", "{head}", "{templates}", "{models}"
"""What a value leaves open until it is known where the server runs: the address it listens on, the node's rank, the
address of the first node, the directories of templates and of models."""


class Flag(NamedTuple):
    """One setting of a server."""

    role: str
    """What it is for: a role of `schema.serving`."""
    name: str
    """The engine's name for it."""
    value: str | None
    """Its value; None for a switch."""
    reason: Reason
    environment: bool = False
    """True for an environment variable."""


class Files(NamedTuple):
    """Where the weights come from."""

    basis: str
    """published, tag, direct, loading, prepared or unknown."""
    model: str
    """What the server is told: a repository, a tag, or a path under `{models}`."""
    repository: str | None
    revision: str | None
    commands: tuple[str, ...]
    """What makes or fetches the files; empty where the server does so itself."""
    needs: str | None
    """What pip installs for the commands besides the hub's client."""
    reason: Reason


class Whole(NamedTuple):
    """A whole number with its range."""

    low: int
    expected: int
    high: int


class Capacity(NamedTuple):
    """What one replica serves, and how many it takes. Ranges are 80 % ranges of the speed model."""

    sequences: int
    """Requests that run together in one replica."""
    held: int | None
    """Most that memory holds; None where the engine runs one at a time."""
    first_token_s: Range | None
    """Seconds to the first token on an idle server."""
    last_first_token_s: Range | None
    """The same for the last of `sequences` requests that come at one moment."""
    token_s: Range | None
    """Seconds between tokens of one stream when all run."""
    request_s: Range | None
    """Seconds of a whole request when all run and are replaced as they end."""
    tokens_per_second: Range | None
    """Tokens written per second by one replica, reading of prompts included."""
    requests_per_second: Range | None
    """Requests per second of one replica."""
    replicas: Whole
    """Replicas for what was asked; low if the fast end holds."""
    rate_known: bool
    """False when the replicas for a rate could not be computed."""
    missing: str | None
    """Why no speed is claimed."""


class Comparison(NamedTuple):
    """A hosted price against one's own machine, for the same requests."""

    provider: str
    offer: Offer | None
    """None for a price given by the user."""
    usd_per_request: float
    usd_per_mtok: float
    """USD per million tokens, read and written ones together."""
    break_even: float
    """Requests per hour from which the own replica costs less."""
    load: Range | None
    """That as a share of what the replica serves; above 1: never. None without a speed."""


class Cost(NamedTuple):
    """Of one replica at full load."""

    usd_per_hour: float
    usd_per_mtok: Range | None
    """USD per million tokens, read and written ones together; None without a speed."""
    usd_per_mtok_written: Range | None
    """All of it charged to the tokens written; None for a model that writes none."""
    hosted: tuple[Comparison, ...]


class EnginePlan(NamedTuple):
    """One engine on the machine."""

    candidate: Candidate
    serving: Serving
    machine: Machine
    """One replica's."""
    workload: Workload
    """One replica's."""
    split: Split
    memory: MemoryEstimate
    speed: SpeedEstimate
    largest_context: int | None
    """Tokens for each of the sequences; None where the card has no context."""
    files: Files
    flags: tuple[Flag, ...]
    capacity: Capacity
    cost: Cost | None
    own_server: bool
    """True when the export writes the server."""
    notes: tuple[Reason, ...]
    behind: Reason | None
    """Why it is not the recommended one; None for the recommended one."""

    @property
    def engine_id(self) -> str:
        """The engine."""
        assert self.candidate.engine_id is not None
        return self.candidate.engine_id

    @property
    def fits(self) -> bool:
        """True when it runs with room."""
        return self.memory.verdict == "fits"


class HostedPlan(NamedTuple):
    """Someone else serves it."""

    offer: Offer
    usd_per_request: float
    usd_per_hour: float | None
    """At the rate asked for; None without one."""


class Ask(NamedTuple):
    """What is asked besides the model."""

    machine: Machine | None
    """One device of it, or as many as were given; None for a hosted model."""
    workload: Workload
    engines: tuple[str, ...]
    quantizations: tuple[str, ...]
    task: str | None
    devices_given: bool
    nodes: int | None
    """None: as many as it takes."""
    stacked: bool
    """True when several devices go into one machine."""
    clustered: bool
    """True when several machines of them may be joined."""
    rate: float | None
    """Requests per second."""
    usd_per_hour: float | None
    """What one machine (one node) costs."""
    hosted_price: tuple[float, float] | None
    """A price to compare with, USD per million tokens read and written."""
    assumed: tuple[Reason, ...]


class Deployment(NamedTuple):
    """The answer."""

    model_id: str
    catalog: Catalog
    ask: Ask
    plans: tuple[EnginePlan, ...]
    """Recommended first."""
    refused: tuple[tuple[str, Reason], ...]
    """Engines of the catalog that do not serve it, with the reason."""
    hosted: tuple[HostedPlan, ...]
    assumed: tuple[Reason, ...]
    privacy: Reason

    @property
    def fits(self) -> bool:
        """True when something serves it."""
        return any(plan.fits for plan in self.plans) or (
            bool(self.hosted) and self.ask.machine is None
        )
