"""Rules on figures: LS005, LS006, LS012."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject, fields
from llm_select.messages import Message

_SIGNED = ("mcc", "matthews", "correlation", "spearman", "pearson", "kendall", "kappa", "comet")
"""Metrics that may be negative although their floor is 0."""
_BEGINNINGS = {"rnn": "1986", "transformer": "2017-06", "mixture": "2017-01", "hybrid": "2019"}
"""Backpropagation through time (Rumelhart et al.), arXiv:1706.03762, arXiv:1701.06538; the first hybrids of attention
and recurrence at scale."""
_DATES = ("released", "date", "as_of", "read", "data_cutoff")


def out_of_range(subject: Subject) -> Iterator[Found]:
    """A figure lies where it cannot.

    ## What it does
    Scores of a bounded benchmark must not pass its ceiling, nor its floor where the metric cannot
    be negative; a bounded benchmark needs both, in the order its direction says. Active parameters
    cannot exceed the total, and an extended context cannot be below the native one.

    ## Why it is bad
    Almost always two columns or two units were mixed: a share of 1 in a column of percent, GiB for
    GB.

    ## Example
        scores: {en: {some-model: 804}}      # F1 in percent

    ## Use instead
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
        yield from _counts(key, model)


_CHECK = Message("check the value and its unit against the source")


def _bounds(key: str, benchmark: Any) -> Iterator[Found]:
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if benchmark.scale != "bounded":
        return
    if floor is None or ceiling is None:
        missing = "floor" if floor is None else "ceiling"
        yield Found(
            "benchmarks",
            key,
            ("scale",),
            Message("a bounded scale needs a {missing}", missing=missing),
            Message("add {missing}", missing=missing),
        )
    elif (floor < ceiling) != (benchmark.direction == "higher") or floor == ceiling:
        message = Message(
            "floor {floor:g} and ceiling {ceiling:g} contradict direction {direction}",
            floor=floor,
            ceiling=ceiling,
            direction=benchmark.direction,
        )
        yield Found(
            "benchmarks",
            key,
            ("floor",),
            message,
            Message("the ceiling is the best possible score"),
        )


def _beyond(benchmark: Any, value: float) -> str | None:
    """What is wrong with a score, if anything. Chance is a floor one may fall below; 0 is not."""
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if benchmark.scale != "bounded" or floor is None or ceiling is None:
        return None
    sign = 1 if ceiling > floor else -1
    if (value - ceiling) * sign > 0:
        return Message(
            "{value:g} is beyond the best possible score {ceiling:g}", value=value, ceiling=ceiling
        )
    signed = any(word in benchmark.metric.lower() for word in _SIGNED)
    if sign > 0 and value < 0 <= floor and not signed:
        return Message(
            "{value:g} is below 0, which {metric} cannot be", value=value, metric=benchmark.metric
        )
    if signed and value < -abs(ceiling):
        return Message(
            "{value:g} is below the worst possible score {ceiling:g}",
            value=value,
            ceiling=-abs(ceiling),
        )
    return None


def _counts(key: str, model: Any) -> Iterator[Found]:
    parameters, context = model.parameters, model.context
    if (
        parameters is not None
        and parameters.active is not None
        and parameters.active > parameters.total
    ):
        message = Message(
            "{active:,} are active but there are {total:,}",
            active=parameters.active,
            total=parameters.total,
        )
        yield Found(
            "models", key, ("parameters", "active"), message, Message("swap or correct them")
        )
    if context is not None and context.extended is not None and context.extended < context.native:
        message = Message(
            "the extended context {extended} is below the native {native}",
            extended=context.extended,
            native=context.native,
        )
        yield Found(
            "models", key, ("context", "extended"), message, Message("remove or correct it")
        )


def impossible_date(subject: Subject) -> Iterator[Found]:
    """A date lies in the future, or before what it depends on.

    ## What it does
    No date may be after today, or a day that no month has; a model cannot be older than its
    generation, nor its training data newer than its release, nor a price older than the model. A
    score older than the model is reported as a warning, since a preview may have been measured.

    ## Why it is bad
    Age decides how far a price or a score is to be trusted.

    ## Example
        released: 2042-07-23      # a slip of the hand

    ## Use instead
        released: 2024-07-23
    """
    catalog = subject.catalog
    for section in ("models", "boards", "devices", "sources", "losses"):
        for key, value in getattr(catalog, section).items():
            for path, date in _dates(value, ()):
                if after(date, subject.today):
                    message = Message(
                        "{date} is after today, {today}", date=date, today=subject.today
                    )
                    yield Found(section, key, path, message, Message("correct the date"))
                elif not _has_day(date):
                    message = Message("{month} has no day {day}", month=date[:7], day=date[8:])
                    yield Found(section, key, path, message, Message("correct the date"))
    for key, model in catalog.models.items():
        cutoff = model.pretraining.data_cutoff if model.pretraining is not None else None
        if cutoff is not None and after(cutoff, model.released):
            message = Message(
                "data of {cutoff} in a model released on {released}",
                cutoff=cutoff,
                released=model.released,
            )
            yield Found(
                "models",
                key,
                ("pretraining", "data_cutoff"),
                message,
                Message("correct one of them"),
            )
        beginning = _BEGINNINGS[model.generation]
        if after(beginning, model.released):
            message = Message(
                "released {released}, but a {generation} is not older than {beginning}",
                released=model.released,
                generation=model.generation,
                beginning=beginning,
            )
            yield Found("models", key, ("released",), message, Message("correct one of them"))
        for index, offer in enumerate(model.hosted):
            if after(model.released, offer.as_of):
                message = Message(
                    "a price of {as_of} of a model released on {released}",
                    as_of=offer.as_of,
                    released=model.released,
                )
                yield Found(
                    "models",
                    key,
                    ("hosted", index, "as_of"),
                    message,
                    Message("correct one of them"),
                )
        for index, evaluation in enumerate(model.evaluations):
            if after(model.released, evaluation.date):
                message = Message(
                    "measured on {date}, released on {released}",
                    date=evaluation.date,
                    released=model.released,
                )
                yield Found(
                    "models",
                    key,
                    ("evaluations", index, "date"),
                    message,
                    Message("correct one of them"),
                    "warning",
                )
    for key, board in catalog.boards.items():
        dates = [
            catalog.models[entry.model].released
            for entry in board.entries.values()
            if entry.model in catalog.models
        ]
        newer = [date for date in dates if after(date, board.date)]
        if newer:
            message = Message(
                "{count} models are newer than the board, the latest of {date}",
                count=len(newer),
                date=max(newer),
            )
            yield Found(
                "boards",
                key,
                ("date",),
                message,
                Message("give the date of the last update"),
                "warning",
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


def after(later: str, earlier: str) -> bool:
    """True when a date is surely after another; dates known to the month are compared by month."""
    length = min(len(later), len(earlier))
    return later[:length] > earlier[:length]


def _has_day(date: str) -> bool:
    """False for a day that its month does not have; partial dates have none."""
    if len(date) < 10:
        return True
    year, month, day = map(int, date.split("-"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= (28 + leap if month == 2 else 30 if month in (4, 6, 9, 11) else 31)


def unbalanced_scoring(subject: Subject) -> Iterator[Found]:
    """Weights of a profile do not sum to 1, or an anchor has no width.

    ## What it does
    Sums the weights of each profile in `scoring.yaml`, and compares the ends of every pair of
    anchors, the tasks' too.

    ## Why it is bad
    Scores are promised to lie between 0 and 1 and their parts to sum to the total.

    ## Example
        weights: {quality: 0.6, speed: 0.2, headroom: 0.1, cost: 0.2}

    ## Use instead
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
                    Message("the weights sum to {total:g}", total=total),
                    Message("make them sum to 1"),
                )
        for name in ("speed", "headroom", "cost"):
            anchors = getattr(scoring, name)
            if anchors.low == anchors.high:
                yield Found(
                    "scoring",
                    "",
                    (name,),
                    Message("both anchors are the same"),
                    Message("give two values"),
                )
            elif name != "headroom" and min(anchors.low, anchors.high) <= 0:
                message = Message("a logarithmic scale has no place for 0 or less")
                yield Found("scoring", "", (name,), message, Message("give positive values"))
    for key, task in subject.catalog.tasks.items():
        if task.quality is not None and task.quality.low == task.quality.high:
            yield Found(
                "tasks",
                key,
                ("quality",),
                Message("both anchors are the same"),
                Message("give two values"),
            )
        if task.reference is not None and task.quality is None:
            yield Found(
                "tasks",
                key,
                ("reference",),
                Message("quality cannot be scored without anchors"),
                Message("add quality: {low: …, high: …}"),
            )
