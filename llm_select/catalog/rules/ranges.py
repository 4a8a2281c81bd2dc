"""Rules on figures: LS005, LS006, LS012."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject, fields

_SIGNED = ("mcc", "matthews", "correlation", "spearman", "pearson", "kendall", "kappa", "comet")
"""Metrics that may be negative although their floor is 0."""
_SIZE_TOLERANCE = 0.35
"""An artifact holds more than its matrices, and formats mix their bits."""
_DATES = ("released", "date", "as_of", "read", "data_cutoff")


def out_of_range(subject: Subject) -> Iterator[Found]:
    """A figure lies where it cannot.

    ## What it does
    Scores of a bounded benchmark must not pass its ceiling, nor its floor where the metric cannot
    be negative; a bounded benchmark needs both, in the order its direction says. Active parameters
    cannot exceed the total, an extended context cannot be below the native one, and an artifact's
    size must be near its format's bits times the parameters.

    ## Why it is bad
    Almost always two columns or two units were mixed: a share of 1 in a column of percent, GiB for
    GB.

    ## Example
        scores: {en: {some-model: 804}}      # F1 in percent

    ## Instead
        scores: {en: {some-model: 80.4}}
    """
    catalog = subject.catalog
    for key, benchmark in catalog.benchmarks.items():
        yield from _bounds(key, benchmark)
    for key, board in catalog.boards.items():
        scored = catalog.benchmarks.get(board.benchmark)
        if scored is not None:
            for language, scores in board.scores.items():
                for name, value in scores.items():
                    said = _beyond(scored, value)
                    if said is not None:
                        yield Found("boards", key, ("scores", language, name), said, _CHECK)
    for key, model in catalog.models.items():
        for index, evaluation in enumerate(model.evaluations):
            scored = catalog.benchmarks.get(evaluation.benchmark)
            said = None if scored is None else _beyond(scored, evaluation.value)
            if said is not None:
                yield Found("models", key, ("evaluations", index, "value"), said, _CHECK)
        yield from _counts(key, model, catalog)


_CHECK = "check the value and its unit against the source"


def _bounds(key: str, benchmark: Any) -> Iterator[Found]:
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if benchmark.scale != "bounded":
        return
    if floor is None or ceiling is None:
        missing = "floor" if floor is None else "ceiling"
        yield Found(
            "benchmarks", key, ("scale",), f"a bounded scale needs a {missing}", f"add {missing}"
        )
    elif (floor < ceiling) != (benchmark.direction == "higher") or floor == ceiling:
        message = (
            f"floor {floor:g} and ceiling {ceiling:g} contradict direction {benchmark.direction}"
        )
        yield Found(
            "benchmarks", key, ("floor",), message, "the ceiling is the best possible score"
        )


def _beyond(benchmark: Any, value: float) -> str | None:
    """What is wrong with a score, if anything. Chance is a floor one may fall below; 0 is not."""
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if benchmark.scale != "bounded" or floor is None or ceiling is None:
        return None
    sign = 1 if ceiling > floor else -1
    if (value - ceiling) * sign > 0:
        return f"{value:g} is beyond the best possible score {ceiling:g}"
    signed = any(word in benchmark.metric.lower() for word in _SIGNED)
    if sign > 0 and value < 0 <= floor and not signed:
        return f"{value:g} is below 0, which {benchmark.metric} cannot be"
    if signed and value < -abs(ceiling):
        return f"{value:g} is below the worst possible score {-abs(ceiling):g}"
    return None


def _counts(key: str, model: Any, catalog: Any) -> Iterator[Found]:
    parameters, context = model.parameters, model.context
    if (
        parameters is not None
        and parameters.active is not None
        and parameters.active > parameters.total
    ):
        message = f"{parameters.active:,} are active but there are {parameters.total:,}"
        yield Found("models", key, ("parameters", "active"), message, "swap or correct them")
    if context is not None and context.extended is not None and context.extended < context.native:
        message = f"the extended context {context.extended} is below the native {context.native}"
        yield Found("models", key, ("context", "extended"), message, "remove or correct it")
    for index, artifact in enumerate(model.artifacts):
        format_ = catalog.quantizations.get(artifact.quantization)
        if format_ is None or parameters is None or artifact.size_bytes is None:
            continue
        bits = artifact.size_bytes * 8 / parameters.total
        widest = max(format_.bits, format_.embedding_bits or 0, format_.output_bits or 0, 16)
        if not format_.bits * (1 - _SIZE_TOLERANCE) <= bits <= widest * (1 + _SIZE_TOLERANCE):
            message = f"the size gives {bits:.2f} bits per weight, the format has {format_.bits:g}"
            yield Found(
                "models", key, ("artifacts", index, "size_bytes"), message, _CHECK, "warning"
            )


def impossible_date(subject: Subject) -> Iterator[Found]:
    """A date lies in the future, or before what it depends on.

    ## What it does
    No date may be after today; training data cannot be newer than the release; a score older than
    the model is reported as a warning, since a preview may have been measured.

    ## Why it is bad
    Age decides how far a price or a score is to be trusted.

    ## Example
        released: 2042-07-23      # a slip of the hand

    ## Instead
        released: 2024-07-23
    """
    catalog = subject.catalog
    for section in ("models", "boards", "devices", "sources", "losses"):
        for key, value in getattr(catalog, section).items():
            for path, date in _dates(value, ()):
                if _after(date, subject.today):
                    message = f"{date} is after today, {subject.today}"
                    yield Found(section, key, path, message, "correct the date")
    for key, model in catalog.models.items():
        cutoff = model.pretraining.data_cutoff if model.pretraining is not None else None
        if cutoff is not None and _after(cutoff, model.released):
            message = f"data of {cutoff} in a model released on {model.released}"
            yield Found(
                "models", key, ("pretraining", "data_cutoff"), message, "correct one of them"
            )
        for index, evaluation in enumerate(model.evaluations):
            if _after(model.released, evaluation.date):
                message = f"measured on {evaluation.date}, released on {model.released}"
                yield Found(
                    "models",
                    key,
                    ("evaluations", index, "date"),
                    message,
                    "correct one of them",
                    "warning",
                )
    for key, board in catalog.boards.items():
        dates = [
            catalog.models[entry.model].released
            for entry in board.entries.values()
            if entry.model in catalog.models
        ]
        newer = [date for date in dates if _after(date, board.date)]
        if newer:
            message = f"{len(newer)} models are newer than the board, the latest of {max(newer)}"
            yield Found(
                "boards", key, ("date",), message, "give the date of the last update", "warning"
            )


def _dates(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _dates(item, (*path, index))
    for name, item in fields(value):
        if name in _DATES:
            if isinstance(item, str):
                yield (*path, name), item
        elif not isinstance(item, dict):
            yield from _dates(item, (*path, name))


def _after(later: str, earlier: str) -> bool:
    """True when a date is surely after another; dates known to the month are compared by month."""
    length = min(len(later), len(earlier))
    return later[:length] > earlier[:length]


def unbalanced_scoring(subject: Subject) -> Iterator[Found]:
    """Weights of a profile do not sum to 1, or an anchor has no width.

    ## What it does
    Sums the weights of each profile in `scoring.yaml`, and compares the ends of every pair of
    anchors, the tasks' too.

    ## Why it is bad
    Scores are promised to lie between 0 and 1 and their parts to sum to the total.

    ## Example
        weights: {quality: 0.6, speed: 0.2, headroom: 0.1, cost: 0.2}

    ## Instead
        weights: {quality: 0.5, speed: 0.2, headroom: 0.1, cost: 0.2}
    """
    scoring = subject.catalog.scoring
    if scoring is not None:
        for name, profile in scoring.profiles.items():
            total = sum(value for _, value in fields(profile.weights))
            if abs(total - 1) > 1e-9:
                yield Found(
                    "scoring",
                    "",
                    ("profiles", name, "weights"),
                    f"the weights sum to {total:g}",
                    "make them sum to 1",
                )
        for name in ("speed", "headroom", "cost"):
            anchors = getattr(scoring, name)
            if anchors.low == anchors.high:
                yield Found("scoring", "", (name,), "both anchors are the same", "give two values")
            elif name != "headroom" and min(anchors.low, anchors.high) <= 0:
                message = "a logarithmic scale has no place for 0 or less"
                yield Found("scoring", "", (name,), message, "give positive values")
    for key, task in subject.catalog.tasks.items():
        if task.quality is not None and task.quality.low == task.quality.high:
            yield Found("tasks", key, ("quality",), "both anchors are the same", "give two values")
        if task.reference is not None and task.quality is None:
            yield Found(
                "tasks",
                key,
                ("reference",),
                "quality cannot be scored without anchors",
                "add quality: {low: …, high: …}",
            )
