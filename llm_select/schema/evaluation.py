"""Benchmarks (what is measured), boards (who scored what) and tasks (which boards show it)."""

from __future__ import annotations

from typing import Literal

from llm_select.schema.base import (
    Checks,
    Count,
    Finite,
    LanguageTag,
    ModelId,
    NonNegative,
    PartialDate,
    Slug,
    SourceId,
    Strict,
)
from llm_select.schema.model import Kind, Mode, Reporter, Setting


class Benchmark(Strict):
    """A test and the metric it is scored by. One file per benchmark; the id is the file's name."""

    name: str
    """Its name."""
    description: str
    """What it measures, in a sentence."""
    metric: str
    """The metric."""
    unit: str
    """How a value is printed: `F1`, `%`, `rating`."""
    direction: Literal["higher", "lower"]
    """Which way is better."""
    scale: Literal["bounded", "rating", "rank"]
    """Bounded metrics go to logits between floor and ceiling; ratings and ranks keep order and distance."""
    floor: Finite | None = None
    """The score of chance or of no answer; required for a bounded scale."""
    ceiling: Finite | None = None
    """The best possible score; required for a bounded scale."""
    campaign: Slug | None = None
    """Benchmarks with one campaign score the same outputs by other metrics; leaving one out leaves all out."""
    automatic: bool = False
    """True when a metric or a model judges, not a person or a key."""
    human: bool = False
    """True when people score the outputs: shown behind the reference's row, and half of its campaign."""
    examples: Count | None = None
    """Training examples a fine-tuned model had."""
    contamination: str | None = None
    """What speaks for or against the test set being in training data."""
    source: SourceId
    """Where it is described."""


class Entry(Strict):
    """A name on a board, and what it stands for."""

    model: ModelId | None = None
    """The card; absent for a system without one, which still links boards."""
    mode: Mode | None = None
    """Thinking or direct."""
    setting: Setting | None = None
    """Where it differs from the board's."""
    split: Literal["test", "validation"] | None = None
    """Where it differs from the board's."""
    quantization: Slug | None = None
    """Where a quantized variant was measured."""
    examples: Count | None = None
    """Training examples, for a fine-tuned entry."""
    detail: str | None = None
    """Effort level, budget, harness: what else a reader needs."""
    reported_by: Reporter | None = None
    """Where it differs from the board's."""


class Board(Strict):
    """One table of scores. Board ids are `<file>.<language or pair>`, or `<file>` alone when there is one."""

    benchmark: Slug
    """An id of `catalog/benchmarks/`."""
    source: SourceId
    """Where the table was read."""
    date: PartialDate
    """When it was published."""
    reported_by: Reporter
    """Who measured."""
    setting: Setting
    """How scores were obtained, unless an entry says otherwise."""
    split: Literal["test", "validation"] = "test"
    """Which split was scored, unless an entry says otherwise."""
    harness: str | None = None
    """Software and version."""
    entries: dict[str, Entry]
    """Names on the board."""
    scores: dict[str, dict[str, Finite]]
    """Scores by language or pair (`all` when there is one list), then by entry."""
    stderr: dict[str, dict[str, NonNegative]] = {}
    """Standard errors in the same shape, where published."""
    checks: Checks | None = None
    """Plausibility rules that do not hold here, and why."""


class BoardUse(Strict):
    """A board as evidence for a task."""

    board: Slug
    """File name of the board."""
    relevance: Literal["direct", "related", "proxy"]
    """This task; a near task; general ability."""


class Reference(Strict):
    """The board in whose units quality is shown."""

    board: Slug
    """File name of the board."""
    languages: tuple[str, ...] = ()
    """Languages or pairs of the default aggregate; empty means all of the board."""


class Anchors(Strict):
    """Fixed ends of a criterion: `low` scores 0, `high` scores 1."""

    low: Finite
    """The value that scores 0."""
    high: Finite
    """The value that scores 1."""


class Lengths(Strict):
    """Tokens of a typical request."""

    prompt: Count
    """Tokens read."""
    generate: Count
    """Tokens written."""


class Finding(Strict):
    """What the literature shows where no board ranks today's models."""

    statement: str
    """The finding, in a sentence, with its figure."""
    source: SourceId
    """The paper."""


Metric = Literal[
    "chrf++", "bleu", "rouge-l", "macro-f1", "accuracy", "entity-f1", "token-f1", "exact-match"
]
"""Metrics that `llm-select evaluate` computes, each in points of 0 to 100."""


class OwnData(Strict):
    """How `llm-select evaluate` measures the task on a user's own data."""

    form: Literal["text", "label", "entities", "answer"]
    """What an answer is: a text held against references, a label, a list of entities, or a short answer."""
    system: str | None = None
    """The system message."""
    prompt: str
    """The user's message. `{column}` stands for a column of the data; `{labels}`, `{source_language}`,
    `{target_language}` and `{language}` are filled in; doubled braces stand for single ones."""
    metrics: tuple[Metric, ...]
    """The first one is saved as evidence."""
    quality: Anchors
    """Ends of the quality criterion where evidence saved by `evaluate` is the task's reference."""
    max_tokens: Count
    """Most tokens of an answer, unless `--max-tokens` says otherwise."""


class Task(Strict):
    """A job. One file per task; the id is the file's name."""

    name: str
    """Its name."""
    names: dict[LanguageTag, str] = {}
    """Its name in other languages."""
    aliases: tuple[str, ...] = ()
    """Other words for it."""
    description: str
    """What goes in and what comes out."""
    kinds: tuple[Kind, ...]
    """Model kinds that can do it."""
    finetune_kinds: tuple[Kind, ...] = ()
    """Kinds among them that need fine-tuning on labelled examples."""
    needs_chat: bool = False
    """True when a pretrained base model cannot do it as it is."""
    input_modality: Literal["text", "image", "audio"] = "text"
    """What the task reads."""
    output_modality: Literal["text", "embedding"] = "text"
    """What the task produces."""
    monolingual: bool = False
    """True when the task has no natural-language dimension (code, mathematics)."""
    paired: bool = False
    """True when it goes from one language to another."""
    boards: tuple[BoardUse, ...] = ()
    """Evidence."""
    reference: Reference | None = None
    """Where quality is shown; absent when no board ranks the task."""
    quality: Anchors | None = None
    """Ends of the quality criterion, in the reference board's unit."""
    lengths: Lengths
    """Typical lengths."""
    findings: tuple[Finding, ...] = ()
    """What the literature shows."""
    metrics: tuple[str, ...] = ()
    """How the task is usually scored."""
    own_data: OwnData | None = None
    """How it is measured on a user's own data; absent when no automatic metric holds for it."""


class Weights(Strict):
    """Weights of the criteria of a profile; they sum to 1."""

    quality: NonNegative
    """Evidence for the task."""
    speed: NonNegative
    """Tokens per second of one stream."""
    headroom: NonNegative
    """Memory left free."""
    cost: NonNegative
    """Price."""


class Profile(Strict):
    """A way to weigh the criteria."""

    description: str
    """For whom."""
    weights: Weights
    """The weights."""


class Scoring(Strict):
    """`scoring.yaml`: profiles and the anchors that do not depend on the task."""

    profiles: dict[Slug, Profile]
    """By name."""
    speed: Anchors
    """Decode tokens per second; scored on a logarithmic scale."""
    headroom: Anchors
    """Free share of usable memory at the high estimate."""
    cost: Anchors
    """USD per million output tokens; scored on a logarithmic scale, `low` is dear."""
    rationale: dict[str, str] = {}
    """Why each anchor."""
    assumed_thinking_tokens: Count | None = None
    """Reasoning tokens of a request where nobody measured the model at the task; said wherever it is used."""
    assumed_thinking_tokens_by_task: dict[Slug, Count] = {}
    """The same for tasks where models were measured."""
