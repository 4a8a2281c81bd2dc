"""The rule on tables of what formats cost: LS016."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject, nearest


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

    ## Instead
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
                yield Found("losses", key, ("tests", name), "no run has it", "remove it", "warning")


def _test(key: str, name: str, test: Any, bounds: dict[str, tuple[str, Any]]) -> Iterator[Found]:
    if test.kind != "score":
        return
    path: Path = ("tests", name)
    if test.floor is None or test.ceiling is None or test.floor == test.ceiling:
        yield Found("losses", key, path, "a score needs two bounds", "add floor and ceiling")
        return
    own = (test.floor, test.ceiling)
    table, first = bounds.setdefault(name, (key, own))
    if first != own:
        message = (
            f"from {own[0]:g} to {own[1]:g} here, from {first[0]:g} to {first[1]:g} in {table}"
        )
        yield Found("losses", key, path, message, "give a test the same bounds everywhere")


def _model(catalog: Any, table: Any, measured: Any) -> Iterator[tuple[Path, str, str | None]]:
    card = catalog.models.get(measured.model)
    if measured.parameters is None and (card is None or card.parameters is None):
        yield (), "its size is not known", "add parameters"
    for test, value in measured.scores.items():
        yield from _score(table, ("scores", test), test, value, table.tests)
    for name, scores in measured.quantized.items():
        format_ = catalog.quantizations.get(name)
        if name == measured.unquantized or (format_ is not None and format_.native_16bit):
            yield ("quantized", name), "is not quantized", "name a narrower format"
        for test, value in scores.items():
            yield from _score(table, ("quantized", name, test), test, value, measured.scores)
    for name in measured.details:
        if name not in measured.quantized:
            remedy = nearest(name, measured.quantized) or "remove it"
            yield ("details", name), "no run in this format", remedy


def _score(
    table: Any, path: Path, test: str, value: float, known: Mapping[str, Any]
) -> Iterator[tuple[Path, str, str | None]]:
    if test not in known or test not in table.tests:
        where = "tests" if known is table.tests or test not in table.tests else "scores"
        yield path, f"{test!r} is not in {where}", nearest(test, known) or f"add it to {where}"
        return
    spec = table.tests[test]
    if spec.kind == "score" and spec.floor is not None and spec.ceiling is not None:
        low, high = min(spec.floor, spec.ceiling, 0.0), max(spec.floor, spec.ceiling)
        if not low <= value <= high:
            yield path, f"{value:g} is not between {low:g} and {high:g}", "check the value"
