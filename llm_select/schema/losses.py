"""What number formats cost in quality, as measured: a quantized run beside the unquantized run of the same model."""

from __future__ import annotations

from typing import Literal

from llm_select.schema.base import (
    Count,
    Finite,
    ModelId,
    PartialDate,
    Slug,
    SourceId,
    Strict,
)
from llm_select.schema.model import Mode, Reporter


class LossTest(Strict):
    """A test that both runs sat. The same name has the same bounds in every file."""

    name: str
    """Its name."""
    metric: str
    """The metric."""
    kind: Literal["score", "perplexity", "divergence"] = "score"
    """A score counts as quality; perplexity and divergence only tell how close a format stays to 16 bits."""
    floor: Finite | None = None
    """The score of chance; required for a score."""
    ceiling: Finite | None = None
    """The best possible score; required for a score."""
    of: Count = 1
    """Tests that the figure is the mean of."""
    tasks: tuple[Slug, ...] = ()
    """Tasks that it tests."""
    benchmark: Slug | None = None
    """The catalog's benchmark, where it has one."""
    setting: str | None = None
    """Shots, split, language: what a reader needs."""


class MeasuredModel(Strict):
    """One model's runs."""

    model: ModelId | None = None
    """The card; absent for a model without one, which still tells what a format costs at its size."""
    parameters: Count | None = None
    """All weights, where there is no card; as rounded as the source names the model. Only its size class counts."""
    mode: Mode | None = None
    """Thinking or direct."""
    source: SourceId | None = None
    """Where these rows were read, where it differs from the file's."""
    date: PartialDate | None = None
    """When they were published, where it differs from the file's."""
    unquantized: Slug
    """Format of the run compared with: 16 bits, or the format the model was released in."""
    scores: dict[Slug, Finite]
    """Scores of that run by test."""
    quantized: dict[Slug, dict[Slug, Finite]]
    """Scores by format, then by test."""
    details: dict[Slug, str] = {}
    """By format: who made the files and how, where that may matter."""


class LossTable(Strict):
    """Pairs of runs from one place and one harness. One file per table; the id is the file's name."""

    source: SourceId
    """Where the table was read."""
    date: PartialDate
    """When it was published."""
    reported_by: Reporter
    """Who measured."""
    harness: str
    """Software and settings, the same for both runs of a pair."""
    note: str | None = None
    """What a reader should know."""
    tests: dict[Slug, LossTest]
    """Tests by id."""
    models: dict[str, MeasuredModel]
    """Runs by the model's name. What stands in brackets tells runs of one model apart."""
