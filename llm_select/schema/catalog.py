"""The whole catalog as one immutable value."""

from __future__ import annotations

from llm_select.schema.base import Strict
from llm_select.schema.evaluation import Benchmark, Board, Scoring, Task
from llm_select.schema.hardware import Device, Engine, License, Method, Quantization, Source
from llm_select.schema.losses import LossTable
from llm_select.schema.model import Model
from llm_select.schema.serving import Serving
from llm_select.schema.strategy import Recipe, StrategyRule


class Catalog(Strict):
    """Everything the advisor knows, keyed by id. Families are already merged into their cards."""

    models: dict[str, Model] = {}
    """Cards by `<family>/<model>`."""
    boards: dict[str, Board] = {}
    """Board files by name."""
    benchmarks: dict[str, Benchmark] = {}
    """Benchmarks by id."""
    tasks: dict[str, Task] = {}
    """Tasks by id."""
    devices: dict[str, Device] = {}
    """Devices by id."""
    quantizations: dict[str, Quantization] = {}
    """Number formats by id."""
    engines: dict[str, Engine] = {}
    """Engines by id."""
    serving: dict[str, Serving] = {}
    """How engines are started as servers, by the engine's id."""
    licenses: dict[str, License] = {}
    """Licences by id."""
    methods: dict[str, Method] = {}
    """Fine-tuning methods and optimizers by id."""
    strategies: dict[str, StrategyRule] = {}
    """Rules that choose how a model is adapted, by id."""
    recipes: dict[str, Recipe] = {}
    """Hyper-parameters by id."""
    sources: dict[str, Source] = {}
    """Sources by id."""
    losses: dict[str, LossTable] = {}
    """Tables of what formats cost, by file name."""
    scoring: Scoring | None = None
    """Profiles and anchors."""
    anchors: frozenset[str] = frozenset()
    """Models whose scores fix the difficulty of boards: the first catalog's, so that a user's cards reorder nobody."""
    links: dict[str, dict[str, tuple[float, ...]]] = {}
    """Derived when compiled: by task and board, the fit of `evidence.fit` (difficulty, scale, variance, rows, two skill
    loadings, three offsets)."""
    measured_languages: dict[str, tuple[str, ...]] = {}
    """Derived when compiled: languages each model has a score in, on any board."""
    loss_pools: dict[str, dict[str, tuple[float, float, int, int]]] = {}
    """Derived when compiled: by format and size class, the pooled loss (change, deviation, pairs, models)."""
    model_losses: dict[str, dict[str, dict[str, tuple[float, float, int]]]] = {}
    """Derived when compiled: by card, format and task, the card's own measured loss (change, weight, pairs)."""
    content_hash: str = ""
    """Hash over every file the catalog was made from."""
