"""Rules on names, languages and the coherence of cards: LS007, LS011, LS014, LS015."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject
from llm_select.catalog.rules.iso639 import LONG_FORMS, MISTAKEN, REGIONS, SCRIPTS, TWO_LETTER
from llm_select.evidence.languages import split_pair
from llm_select.messages import Message


def ambiguous_name(subject: Subject) -> Iterator[Found]:
    """Two objects answer to the same name.

    ## What it does
    Compares ids, names and aliases of cards, of devices and of tasks, whatever their case.

    ## Why it is bad
    A user who types the name gets an error instead of an answer.

    ## Example
        aliases: [llama3.1]      # on the cards of 8B and 70B

    ## Use instead
        aliases: [llama3.1:8b]
    """
    catalog = subject.catalog
    groups: tuple[tuple[str, dict[str, Any]], ...] = (
        ("models", catalog.models),
        ("devices", catalog.devices),
        ("tasks", catalog.tasks),
    )
    for section, objects in groups:
        owners: dict[str, str] = {}
        for key, value in objects.items():
            named: list[tuple[Path, str]] = [((), key), (("name",), value.name)]
            named += [(("aliases", index), alias) for index, alias in enumerate(value.aliases)]
            for path, name in named:
                owner = owners.setdefault(name.strip().lower(), key)
                if owner != key:
                    yield Found(
                        section,
                        key,
                        path,
                        Message("{name!r} also names {owner}", name=name, owner=owner),
                        Message("keep it on one of the two"),
                    )


def wrong_language(subject: Subject) -> Iterator[Found]:
    """A language tag that means another language, or none.

    ## What it does
    Two-letter codes must be in ISO 639-1; a three-letter code must not have a two-letter form
    (BCP-47 takes the shorter); codes of countries that are often mistaken for languages are named. A
    region must be in ISO 3166-1 or a number of the UN, a script in ISO 15924.
    Rows of a board are tags, pairs or `all`.

    ## Why it is bad
    A model tagged `cn` is not found by who asks for `zh`.

    ## Example
        languages: {cn: official, jp: official}

    ## Use instead
        languages: {zh: official, ja: official}
    """
    catalog = subject.catalog
    for key, model in catalog.models.items():
        yield from _tags("models", key, (((("languages", tag)), tag) for tag in model.languages))
        for index, evaluation in enumerate(model.evaluations):
            path = ("evaluations", index)
            if evaluation.language is not None:
                yield from _tags("models", key, [((*path, "language"), evaluation.language)])
            if evaluation.pair is not None:
                yield from _rows("models", key, [((*path, "pair"), evaluation.pair)], pair=True)
    for key, board in catalog.boards.items():
        yield from _rows("boards", key, ((("scores", row), row) for row in board.scores))
    for key, benchmark in catalog.benchmarks.items():
        languages = getattr(benchmark, "languages", ())
        yield from _rows(
            "benchmarks", key, ((("languages", i), row) for i, row in enumerate(languages))
        )
    for key, task in catalog.tasks.items():
        yield from _tags("tasks", key, ((("names", tag), tag) for tag in task.names))


def _rows(
    section: str, key: str, rows: Iterable[tuple[Path, str]], *, pair: bool = False
) -> Iterator[Found]:
    for path, row in rows:
        if row == "all" and not pair:
            continue
        halves = split_pair(row)
        if halves is None and pair:
            yield Found(
                section,
                key,
                path,
                Message("{row!r} is no pair of languages", row=row),
                Message("write en-zh"),
            )
        else:
            yield from _tags(section, key, ((path, half) for half in halves or (row,)))


def _tags(section: str, key: str, tags: Iterable[tuple[Path, str]]) -> Iterator[Found]:
    for path, tag in tags:
        language = tag.split("-")[0]
        if language in MISTAKEN:
            meant = MISTAKEN[language]
            yield Found(
                section,
                key,
                path,
                Message("{tag!r} is not the language that is meant", tag=tag),
                Message("write {tag}", tag=meant),
            )
        elif language in LONG_FORMS:
            yield Found(
                section,
                key,
                path,
                Message("{tag!r} has a two-letter form", tag=tag),
                Message("write {tag}", tag=LONG_FORMS[language]),
            )
        elif not (len(language) == 3 or language in TWO_LETTER):
            yield Found(
                section,
                key,
                path,
                Message("{tag!r} is no language", tag=tag),
                Message("write a BCP-47 tag or `all`"),
            )
        for part in tag.split("-")[1:]:
            if len(part) == 2 and part not in REGIONS:
                remedy = (
                    Message("write GB") if part == "UK" else Message("write a code of ISO 3166-1")
                )
                yield Found(section, key, path, Message("{part} is no region", part=part), remedy)
            elif len(part) == 4 and part not in SCRIPTS:
                yield Found(
                    section,
                    key,
                    path,
                    Message("{part} is no script", part=part),
                    Message("write a code of ISO 15924"),
                )


def contradictory_card(subject: Subject) -> Iterator[Found]:
    """Two fields of a card cannot both be true.

    ## What it does
    A superseded model names its successor, and only such a model does; hosted weights have no
    files; a mixture has experts and fewer active parameters than parameters; a thinking mode
    appears in the evaluations only of a model that has one.

    ## Why it is bad
    Constraints are decided by these fields: a contradiction admits a model, or rejects it, for no
    reason.

    ## Example
        status: superseded

    ## Use instead
        status: superseded
        superseded_by: qwen/qwen3-8b
    """
    for key, model in subject.catalog.models.items():
        for path, message, remedy in _contradictions(key, model):
            yield Found("models", key, path, message, remedy)


def _contradictions(key: str, model: Any) -> Iterator[tuple[Path, str, str]]:
    if model.status == "superseded" and model.superseded_by is None:
        yield (
            ("status",),
            Message("superseded by what?"),
            Message("add superseded_by, or set status: deprecated"),
        )
    if model.superseded_by is not None and model.status == "active":
        yield (
            ("superseded_by",),
            Message("an active model has a successor"),
            Message("set status: superseded"),
        )
    if model.superseded_by == key:
        yield (
            ("superseded_by",),
            Message("a model cannot succeed itself"),
            Message("name the successor"),
        )
    if model.finetuning is not None and model.finetuning.base == key:
        yield (
            ("finetuning", "base"),
            Message("a model cannot be its own base"),
            Message("name the base"),
        )
    if model.weights == "hosted" and model.artifacts:
        yield (
            ("artifacts",),
            Message("weights that are only hosted have no files"),
            Message("set weights: open"),
        )
    architecture, parameters = model.architecture, model.parameters
    if architecture is not None:
        stacks = [architecture, architecture.encoder, architecture.decoder]
        experts = any(stack is not None and stack.experts is not None for stack in stacks)
        if model.generation == "mixture" and not experts:
            yield (
                ("generation",),
                Message("a mixture without experts"),
                Message("fill architecture.experts"),
            )
        if model.generation == "transformer" and experts:
            yield (
                ("generation",),
                Message("the architecture has experts"),
                Message("set generation: mixture"),
            )
        if model.generation == "rnn" and not architecture.recurrent:
            yield (
                ("generation",),
                Message("no recurrent piles"),
                Message("fill architecture.recurrent"),
            )
        if experts and parameters is not None and parameters.active == parameters.total:
            yield (
                ("parameters", "active"),
                Message("all parameters of a mixture active"),
                Message("correct it"),
            )
    modes = model.thinking.modes if model.thinking is not None else ()
    for index, evaluation in enumerate(model.evaluations):
        if evaluation.mode == "thinking" and "thinking" not in modes:
            yield (
                ("evaluations", index, "mode"),
                Message("the card has no thinking mode"),
                Message("add thinking: {modes: [thinking, …]}"),
            )


def indistinct_memory(subject: Subject) -> Iterator[Found]:
    """Two memory options of a device cannot be told apart.

    ## What it does
    Options of the same size need different labels.

    ## Why it is bad
    A device sold with several memories is an error until one is chosen; these cannot be.

    ## Example
        memory: [{gib: 80, bandwidth_gb_s: 2039}, {gib: 80, bandwidth_gb_s: 1935}]

    ## Use instead
        memory:
          - {gib: 80, label: SXM, bandwidth_gb_s: 2039}
          - {gib: 80, label: PCIe, bandwidth_gb_s: 1935}
    """
    for key, device in subject.catalog.devices.items():
        if not device.memory:
            yield Found(
                "devices",
                key,
                ("memory",),
                Message("no memory size"),
                Message("add memory: [{gib: …}]"),
            )
        seen: set[tuple[float, str | None]] = set()
        for index, option in enumerate(device.memory):
            if (option.gib, option.label) in seen:
                message = Message("{gib:g} GiB is given twice", gib=option.gib)
                yield Found(
                    "devices", key, ("memory", index), message, Message("give each its label")
                )
            seen.add((option.gib, option.label))
