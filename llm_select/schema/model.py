"""A model card: one checkpoint (or one hosted model) and what is known of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from llm_select.schema.architecture import Architecture
from llm_select.schema.base import (
    Checks,
    Count,
    Finite,
    LanguageTag,
    ModelId,
    NonNegative,
    PartialDate,
    Positive,
    Slug,
    SourceId,
    Strict,
)

Kind = Literal["decoder", "encoder", "encoder-decoder", "recurrent"]
Generation = Literal["rnn", "transformer", "mixture", "hybrid"]
Mode = Literal["thinking", "direct"]
Setting = Literal["fine-tuned", "few-shot", "zero-shot", "prompted", "preference"]
Reporter = Literal["developer", "third-party", "organisers", "users"]


class Parameters(Strict):
    """How many weights."""

    total: Count
    """All weights of the language model with its towers, tied tables counted once, extra prediction layers left out."""
    active: Count | None = None
    """Weights a token passes through, the embedding lookup included; equal to `total` for a dense model."""


class Context(Strict):
    """How much text fits."""

    native: Count
    """Tokens the checkpoint was trained for."""
    extended: Count | None = None
    """Tokens the developer supports with a documented extension such as YaRN."""
    output: Count | None = None
    """Most tokens one answer may have, for a hosted model."""


class Pretraining(Strict):
    """How the weights came about."""

    objective: Literal[
        "causal-lm",
        "masked-lm",
        "span-corruption",
        "denoising",
        "translation",
        "replaced-token-detection",
        "bidirectional-lm",
        "prefix-lm",
        "contrastive",
        "gap-sentences",
    ]
    """What the network learned to predict."""
    loss: Literal["cross-entropy", "mse", "contrastive"] = "cross-entropy"
    """The loss."""
    tokens: Count | None = None
    """Training tokens, all stages."""
    optimizer: str | None = None
    """Optimizer, where published (`adamw`, `muon`, …; an id of `methods.yaml`)."""
    data_cutoff: PartialDate | None = None
    """Newest data."""


class Finetuning(Strict):
    """What was done after pretraining, and what can be done next."""

    base: ModelId | None = None
    """The card this one was fine-tuned from."""
    base_name: str | None = None
    """The base's name where it has no card."""
    alignment: tuple[Slug, ...] = ()
    """Steps in order: `sft`, `dpo`, `rlhf`, `rlvr`, `distillation`, …"""
    chat_template: bool | None = None
    """True when the checkpoint follows a chat format."""


class Modalities(Strict):
    """What goes in and comes out."""

    input: tuple[Literal["text", "image", "audio", "video"], ...] = ("text",)
    """Accepted inputs."""
    output: tuple[Literal["text", "image", "audio", "embedding"], ...] = ("text",)
    """Produced outputs."""


class ThinkingLength(Strict):
    """How long the model reasons at some tasks, as measured; it says nothing of other tasks."""

    tasks: tuple[Slug, ...]
    """Tasks whose boards ask what was asked here; empty where none does, and then the figure is only shown."""
    tokens: Count
    """Mean tokens of the reasoning of one request."""
    answer_included: bool = False
    """True when the figure counts the answer too."""
    test: str
    """What was asked, and how often."""
    effort: str | None = None
    """Effort or budget that was set."""
    reported_by: Reporter
    """Who measured."""
    source: SourceId
    """Where it was read."""
    date: PartialDate
    """When it was published."""


class Thinking(Strict):
    """A mode in which the model writes its reasoning first."""

    modes: tuple[Mode, ...]
    """Modes the checkpoint offers, the default first."""
    lengths: tuple[ThinkingLength, ...] = ()
    """Measured lengths; of two that name a task the first counts."""


class Evaluation(Strict):
    """A score that stands on the card itself; tables of many models live in `catalog/evaluations/`."""

    benchmark: Slug
    """An id of `catalog/benchmarks/`."""
    language: LanguageTag | None = None
    """Language of the test set, where the benchmark has several."""
    pair: str | None = None
    """Language pair, for translation: `en-zh`."""
    metric: str
    """The metric, as the benchmark names it."""
    value: Finite
    """The score in the benchmark's unit."""
    stderr: NonNegative | None = None
    """Standard error in the same unit, where published."""
    setting: Setting | None = None
    """How it was obtained."""
    detail: str | None = None
    """Shots, harness, thinking budget, split: what a reader needs to compare it."""
    mode: Mode | None = None
    """Thinking or direct, for a model with both."""
    reported_by: Reporter
    """Who measured."""
    source: SourceId
    """Where it was read."""
    date: PartialDate
    """When it was published."""


class Artifact(Strict):
    """Files one can download."""

    format: Literal["safetensors", "gguf", "mlx", "ctranslate2", "pytorch"]
    """File format."""
    quantization: Slug
    """An id of `quantizations.yaml`."""
    size_bytes: Count | None = None
    """Bytes of all weight files."""
    repository: str
    """Repository on the Hugging Face hub, or a URL."""
    revision: str | None = None
    """Commit."""
    source: SourceId | None = None
    """Where the size was read."""


class Offer(Strict):
    """A price at which someone runs the model."""

    provider: str
    """Who."""
    input_usd_per_mtok: NonNegative
    """USD for a million input tokens."""
    output_usd_per_mtok: NonNegative
    """USD for a million output tokens."""
    as_of: PartialDate
    """When the price was read."""
    source: SourceId
    """Where it was read."""


class Risks(Strict):
    """What a privacy or ethics review asks first. Shown, never scored."""

    data_disclosed: Literal["open", "partial", "no"] | None = None
    """Whether the training data are published, described, or neither."""
    use_restrictions: str | None = None
    """Uses the terms forbid, in a phrase."""
    safety_notes: str | None = None
    """What the developer says of harms and limits, in a phrase."""
    source: SourceId
    """Where this was read."""


class Model(Strict):
    """A model card. Its id is its path and is not written inside."""

    name: str = Field(min_length=1, max_length=120)
    """The name people use."""
    aliases: tuple[str, ...] = ()
    """Every other name a user may type: repository ids, Ollama tags, API names."""
    developer: str
    """Who made it."""
    released: PartialDate
    """First public release."""
    status: Literal["active", "deprecated", "superseded"] = "active"
    """Whether one would start with it today."""
    superseded_by: ModelId | None = None
    """Its successor."""
    generation: Generation
    """Its place in the field's history."""
    kind: Kind
    """What the network is."""
    license: Slug
    """An id of `licenses.yaml`."""
    weights: Literal["open", "hosted"]
    """Whether the weights can be downloaded."""
    parameters: Parameters | None = None
    """Weights; absent when the developer does not say."""
    architecture: Architecture | None = None
    """Shape; absent when the developer does not say."""
    context: Context | None = None
    """Context length; absent for a recurrent network or when unknown."""
    pretraining: Pretraining | None = None
    """Training."""
    finetuning: Finetuning | None = None
    """Fine-tuning."""
    modalities: Modalities = Modalities()
    """Inputs and outputs."""
    thinking: Thinking | None = None
    """The thinking mode, if it has one."""
    languages: dict[LanguageTag, Literal["official", "reported"]] = {}
    """Languages: `official` by the developer, `reported` by others. Empty means unknown, not none."""
    pairs: tuple[str, ...] = ()
    """The only directions a translation model was trained for, such as `zh-en`; empty for any between its languages."""
    specialization: tuple[Slug, ...] = ()
    """The only tasks the checkpoint does, for one made for them (a translation model); empty for a general model."""
    evaluations: tuple[Evaluation, ...] = ()
    """Scores that are not in a board file."""
    artifacts: tuple[Artifact, ...] = ()
    """Files."""
    hosted: tuple[Offer, ...] = ()
    """Prices."""
    risks: Risks | None = None
    """Review notes."""
    sources: dict[str, SourceId] = {}
    """For each field of facts, where it was read."""
    checks: Checks | None = None
    """Plausibility rules that do not hold here, and why."""


class Family(Strict):
    """What the cards of one directory share. A card's own value wins."""

    name: str
    """The family's name."""
    developer: str | None = None
    """Default developer."""
    license: Slug | None = None
    """Default licence."""
    languages: dict[LanguageTag, Literal["official", "reported"]] | None = None
    """Default languages."""
    risks: Risks | None = None
    """Default review notes."""
    sources: dict[str, SourceId] = {}
    """Default sources."""
    description: str | None = None
    """A sentence about the family's place in the field."""


class UsdPrice(Strict):
    """A price of hardware."""

    usd: Positive
    """USD."""
    as_of: PartialDate
    """When."""
    source: SourceId
    """Where."""
