"""The front matter of a model's README: licence, languages, base and self-reported scores.

https://huggingface.co/docs/hub/model-cards. It is read by the catalog's own YAML loader: no tags, no aliases without
bound, no `no` for a language that becomes false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.rules.iso639 import LONG_FORMS
from llm_select.catalog.yaml_loader import parse
from llm_select.messages import Message, listed
from llm_select.schema.base import LANGUAGE_TAG

MAX_README = 8 * 2**20
_TAG = re.compile(LANGUAGE_TAG)
_SCRIPT = re.compile(r"\A([a-z]{3})_([A-Z][a-z]{3})\Z")
"""FLORES codes: `srp_Cyrl`."""


class Score(NamedTuple):
    """One line of a `model-index`."""

    dataset: str
    metric: str
    value: float
    task: str | None


class FrontMatter(NamedTuple):
    """What a README says of its model."""

    license: str | None
    languages: tuple[str, ...]
    base_models: tuple[str, ...]
    tags: tuple[str, ...]
    scores: tuple[Score, ...]
    notes: tuple[str, ...]


def front_matter(data: bytes, where: str) -> FrontMatter:
    """The front matter at the start of a README. Raises SourceError with the line of a fault."""
    if len(data) > MAX_README:
        raise SourceError(
            Message("larger than {limit} MiB", limit=MAX_README // 2**20), where=where
        )
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[0].strip() != b"---":
        raise SourceError(Message("no front matter: the first line is not ---"), where=where)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == b"---"), None)
    if end is None:
        raise SourceError(
            Message("the front matter does not end: no second line of ---"), where=where
        )
    document = parse(b"\n".join(lines[1:end]))
    for problem in document.problems:
        raise SourceError(
            problem.message, where=f"{where}:{problem.line + 1}", remedy=problem.remedy
        )
    value = document.value
    if not isinstance(value, dict):
        raise SourceError(Message("the front matter is not a mapping"), where=f"{where}:2")
    notes: list[str] = []
    licence = value.get("license")
    if licence == "other" and isinstance(value.get("license_name"), str):
        licence = value["license_name"]
    return FrontMatter(
        license=licence.lower() if isinstance(licence, str) else None,
        languages=_languages(_texts(value, "language", where), notes),
        base_models=_texts(value, "base_model", where),
        tags=_texts(value, "tags", where),
        scores=tuple(_scores(value.get("model-index"), where, notes)),
        notes=tuple(notes),
    )


def front_matter_facts(found: FrontMatter, catalog: Any) -> tuple[Values, tuple[str, ...]]:
    """The part of a card that it gives, and what was left aside. `catalog` knows licences, cards and benchmarks."""
    facts: Values = {}
    notes = list(found.notes)
    if found.license is not None:
        if found.license in catalog.licenses:
            facts["license"] = found.license
        else:
            notes.append(
                Message(
                    "license {license!r} is no id of licenses.yaml: read its text and choose one",
                    license=found.license,
                )
            )
    if found.languages:
        facts["languages"] = dict.fromkeys(found.languages, "official")
    if len(found.base_models) == 1:
        base = _card_of(found.base_models[0], catalog)
        facts["finetuning"] = {"base": base} if base else {"base_name": found.base_models[0]}
    elif found.base_models:
        notes.append(
            Message("several base models, none taken: {models}", models=listed(found.base_models))
        )
    return facts, tuple(notes)


def evaluations(
    found: FrontMatter, catalog: Any, *, source: str, date: str
) -> tuple[list[Values], list[str]]:
    """Self-reported scores on benchmarks that the catalog has, and notes on the others."""
    kept: list[Values] = []
    notes: list[str] = []
    names = {}
    for key, one in catalog.benchmarks.items():
        names.update({_folded(key): key, _folded(one.name): key})
    for score in found.scores:
        key = names.get(_folded(score.dataset))
        said = f"{score.dataset} {score.metric} {score.value:g}"
        if key is None:
            notes.append(
                Message(
                    "no benchmark in the catalog is called {dataset!r}: {said} left aside",
                    dataset=score.dataset,
                    said=said,
                )
            )
            continue
        benchmark = catalog.benchmarks[key]
        if _folded(score.metric) != _folded(benchmark.metric):
            notes.append(
                Message(
                    "{key} is measured in {metric}: {said} left aside",
                    key=key,
                    metric=benchmark.metric,
                    said=said,
                )
            )
            continue
        low, high = benchmark.floor, benchmark.ceiling
        if (
            benchmark.scale == "bounded"
            and high is not None
            and not min(low or 0, 0) <= score.value <= high
        ):
            notes.append(
                Message("{key} ends at {high:g}: {said} left aside", key=key, high=high, said=said)
            )
            continue
        if benchmark.scale == "bounded" and high == 100 and 0 < score.value <= 1:
            notes.append(
                Message(
                    "{key} is in percent and {said} looks like a share: left aside",
                    key=key,
                    said=said,
                )
            )
            continue
        kept.append(
            {
                "benchmark": key,
                "metric": benchmark.metric,
                "value": score.value,
                "reported_by": "developer",
                "source": source,
                "date": date,
            }
        )
    return kept, notes


def _scores(value: Any, where: str, notes: list[str]) -> Iterable[Score]:
    """Entries of a `model-index` that are whole; the others are noted."""
    if value is None:
        return
    if not isinstance(value, list):
        raise SourceError(Message("model-index is not a list"), where=where)
    for model in value:
        results = model.get("results") if isinstance(model, dict) else None
        for result in results if isinstance(results, list) else ():
            if not isinstance(result, dict):
                continue
            dataset, task = result.get("dataset"), result.get("task")
            name = dataset.get("name") if isinstance(dataset, dict) else None
            kind = task.get("type") if isinstance(task, dict) else None
            metrics = result.get("metrics")
            for metric in metrics if isinstance(metrics, list) else ():
                if not isinstance(metric, dict):
                    continue
                number, called = _number(metric.get("value")), metric.get("type")
                if isinstance(name, str) and isinstance(called, str) and number is not None:
                    yield Score(name, called, number, kind if isinstance(kind, str) else None)
                else:
                    notes.append(
                        Message(
                            "a score of model-index is incomplete: {name}, {called}",
                            name=name or Message("no dataset"),
                            called=called or Message("no metric"),
                        )
                    )


def _number(value: object) -> float | None:
    whole = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if isinstance(value, (int, float)) and whole and abs(value) < 1e12 else None


def _texts(value: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    found = value.get(name)
    if found is None:
        return ()
    listed = found if isinstance(found, list) else [found]
    if not all(isinstance(one, str) for one in listed):
        raise SourceError(Message("{name} is not text or a list of texts", name=name), where=where)
    return tuple(dict.fromkeys(listed))


def _languages(codes: Iterable[str], notes: list[str]) -> tuple[str, ...]:
    tags = []
    for code in codes:
        script = _SCRIPT.match(code)
        tag = code
        if script:
            tag = f"{LONG_FORMS.get(script[1], script[1])}-{script[2]}"
        elif code.lower() in LONG_FORMS:
            tag = LONG_FORMS[code.lower()]
        if _TAG.match(tag):
            tags.append(tag)
        elif code not in ("multilingual", "code"):
            notes.append(Message("language {code!r} is no BCP-47 tag: left aside", code=code))
    return tuple(dict.fromkeys(tags))


def _card_of(name: str, catalog: Any) -> str | None:
    from llm_select.catalog.resolve import model
    from llm_select.errors import UsageError

    try:
        return model(catalog, name)
    except UsageError:
        return None


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
