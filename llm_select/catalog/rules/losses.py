"""The rule on tables of what formats cost: LS016."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject, nearest
from llm_select.messages import Message


def inconsistent_losses(subject: Subject) -> Iterator[Found]:
    """A quantized run has no unquantized run to compare with, or cannot be compared with it.

    ## What it does
    Every test scored must be in `tests`, with the bounds it has in every other table; a quantized
    score needs the unquantized one of the same test, both within the bounds; a model needs a card
    with parameters or `parameters`; a format cannot be compared with itself.

    ## Why it is bad
    A pair without its other half, or of two different tests, says nothing about the format, and
    would be left out without a word.

    ## Example
        scores: {mmlu: 70.5}
        quantized: {gptq-int4: {mmlu-pro: 41.2}}

    ## Use instead
        scores: {mmlu: 70.5}
        quantized: {gptq-int4: {mmlu: 67.8}}
    """
    bounds: dict[str, tuple[str, Any]] = {}
    for key, table in subject.catalog.losses.items():
        for name, test in table.tests.items():
            yield from _test(key, name, test, bounds)
        used: set[str] = set()
        for label, measured in table.models.items():
            used.update(measured.scores)
            for path, message, remedy in _model(subject.catalog, table, measured):
                yield Found("losses", key, ("models", label, *path), message, remedy)
        for name in table.tests:
            if name not in used:
                yield Found(
                    "losses",
                    key,
                    ("tests", name),
                    Message("no run has it"),
                    Message("remove it"),
                    "warning",
                )


def _test(key: str, name: str, test: Any, bounds: dict[str, tuple[str, Any]]) -> Iterator[Found]:
    if test.kind != "score":
        return
    path: Path = ("tests", name)
    if test.floor is None or test.ceiling is None or test.floor == test.ceiling:
        yield Found(
            "losses",
            key,
            path,
            Message("a score needs two bounds"),
            Message("add floor and ceiling"),
        )
        return
    own = (test.floor, test.ceiling)
    table, first = bounds.setdefault(name, (key, own))
    if first != own:
        message = Message(
            "from {low:g} to {high:g} here, from {other_low:g} to {other_high:g} in {table}",
            low=own[0],
            high=own[1],
            other_low=first[0],
            other_high=first[1],
            table=table,
        )
        yield Found("losses", key, path, message, Message("give a test the same bounds everywhere"))


def _model(catalog: Any, table: Any, measured: Any) -> Iterator[tuple[Path, str, str | None]]:
    card = catalog.models.get(measured.model)
    if measured.parameters is None and (card is None or card.parameters is None):
        yield (), Message("its size is not known"), Message("add parameters")
    for test, value in measured.scores.items():
        yield from _score(table, ("scores", test), test, value, table.tests)
    for name, scores in measured.quantized.items():
        format_ = catalog.quantizations.get(name)
        if name == measured.unquantized or (format_ is not None and format_.native_16bit):
            yield (
                ("quantized", name),
                Message("is not quantized"),
                Message("name a narrower format"),
            )
        for test, value in scores.items():
            yield from _score(table, ("quantized", name, test), test, value, measured.scores)
    for name in measured.details:
        if name not in measured.quantized:
            remedy = nearest(name, measured.quantized) or Message("remove it")
            yield ("details", name), Message("no run in this format"), remedy


def _score(
    table: Any, path: Path, test: str, value: float, known: Mapping[str, Any]
) -> Iterator[tuple[Path, str, str | None]]:
    if test not in known or test not in table.tests:
        where = "tests" if known is table.tests or test not in table.tests else "scores"
        yield (
            path,
            Message("{test!r} is not in {where}", test=test, where=where),
            nearest(test, known) or Message("add it to {where}", where=where),
        )
        return
    spec = table.tests[test]
    if spec.kind == "score" and spec.floor is not None and spec.ceiling is not None:
        low, high = min(spec.floor, spec.ceiling, 0.0), max(spec.floor, spec.ceiling)
        if not low <= value <= high:
            yield (
                path,
                Message(
                    "{value:g} is not between {low:g} and {high:g}", value=value, low=low, high=high
                ),
                Message("check the value"),
            )
