"""What each option and argument may be given, for shell completion.

Values come in levels, the handiest names first: where one of a level begins as typed, the next is not looked at. So
`--gpu rtx` offers ids, and `--gpu "RTX 40` the names that begin so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

Pair = tuple[str, str]
"""A value and what it is."""
Level = Iterable[Pair]
Source = Callable[[str, Sequence[str | PathLike[str]]], list[Pair]]
"""Called with what is typed and the directories of `--catalog`."""
Values = Source | Literal["file", "dir"]


def _matching(levels: Iterable[Level], typed: str) -> list[Pair]:
    """The pairs of the first level that has any, one for each value, in order of the values."""
    wanted = typed.casefold()
    for level in levels:
        found = {value: said for value, said in level if value.casefold().startswith(wanted)}
        if found:
            return sorted(found.items(), key=lambda pair: pair[0].casefold())
    return []


def _of_catalog(levels: Callable[[Catalog], Iterator[Level]]) -> Source:
    def source(typed: str, directories: Sequence[str | PathLike[str]]) -> list[Pair]:
        return _matching(levels(_catalog(directories)), typed)

    return source


def _catalog(directories: Sequence[str | PathLike[str]]) -> Catalog:
    """The bundled catalog with these over it; without them where they cannot be read."""
    from llm_select.catalog.load import load_catalog
    from llm_select.errors import LlmSelectError

    try:
        # The shell hands over what is typed: it has not put the home directory in.
        return load_catalog([Path(directory).expanduser() for directory in directories])
    except (LlmSelectError, OSError):
        return load_catalog()


def _words(*words: str) -> Source:
    return lambda typed, _: _matching([[(word, "") for word in words]], typed)


def _later(words: Callable[[], Iterable[str]]) -> Source:
    """Words that stand in a module too slow to import for other options."""
    return lambda typed, _: _matching([[(word, "") for word in words()]], typed)


def _models(catalog: Catalog) -> Iterator[Level]:
    cards = catalog.models
    short: dict[str, list[str]] = {}
    for key in cards:
        short.setdefault(key.partition("/")[2], []).append(key)
    yield ((name, cards[keys[0]].name) for name, keys in short.items() if len(keys) == 1)
    yield ((key, card.name) for key, card in cards.items())
    yield ((name, key) for key, card in cards.items() for name in (card.name, *card.aliases))
    yield ((a.repository, key) for key, card in cards.items() for a in card.artifacts)


def _cards(catalog: Catalog) -> Iterator[Level]:
    yield ((key, card.name) for key, card in catalog.models.items())


def _families(catalog: Catalog) -> Iterator[Level]:
    yield ((key.partition("/")[0], "") for key in catalog.models)


def _tasks(catalog: Catalog) -> Iterator[Level]:
    yield ((key, task.description) for key, task in catalog.tasks.items())
    yield ((name, key) for key, task in catalog.tasks.items() for name in task.names.values())
    yield from _names(catalog.tasks)


def _languages(catalog: Catalog) -> Iterator[Level]:
    from llm_select.catalog.resolve import languages
    from llm_select.catalog.rules.language_names import NAMES

    tags = languages(catalog)
    yield ((tag, ", ".join(NAMES.get(tag, ())[:1])) for tag in tags)
    yield ((name, tag) for tag in tags for name in NAMES.get(tag, ()))


def _language_pairs(catalog: Catalog) -> Iterator[Level]:
    from llm_select.catalog.resolve import pairs
    from llm_select.catalog.rules.language_names import NAMES
    from llm_select.evidence.languages import split_pair

    def named(pair: str) -> str:
        tags = split_pair(pair) or ()
        return " → ".join(NAMES.get(tag, (tag,))[0] for tag in tags)

    yield ((pair, named(pair)) for pair in pairs(catalog))


def _devices(catalog: Catalog) -> Iterator[Level]:
    yield from _named(catalog.devices)


def _boards(catalog: Catalog) -> Iterator[Level]:
    yield ((key, board.benchmark) for key, board in catalog.boards.items())


def _kv_types(catalog: Catalog) -> Iterator[Level]:
    of: dict[str, list[str]] = {}
    for key, engine in catalog.engines.items():
        for kind in engine.kv_types:
            of.setdefault(kind, []).append(key)
    yield ((kind, ", ".join(engines)) for kind, engines in of.items())


def _profiles(catalog: Catalog) -> Iterator[Level]:
    scoring = catalog.scoring
    profiles = scoring.profiles if scoring is not None else {}
    yield ((name, profile.description) for name, profile in profiles.items())


def _section(name: str) -> Source:
    def levels(catalog: Catalog) -> Iterator[Level]:
        return _named(getattr(catalog, name))

    return _of_catalog(levels)


def _named(objects: Mapping[str, Any]) -> Iterator[Level]:
    yield ((key, one.name) for key, one in objects.items())
    yield from _names(objects)


def _names(objects: Mapping[str, Any]) -> Iterator[Level]:
    yield (
        (name, key)
        for key, one in objects.items()
        for name in (one.name, *getattr(one, "aliases", ()))
    )


def _methods(typed: str, directories: Sequence[str | PathLike[str]]) -> list[Pair]:
    from llm_select.estimates.adapters import METHODS

    known = _catalog(directories).methods
    named = [(key, known[key].name if key in known else "") for key in METHODS]
    return _matching([named], typed)


def _optimizers(catalog: Catalog) -> Iterator[Level]:
    yield ((key, one.name) for key, one in catalog.methods.items() if one.kind == "optimizer")


def _forms(*more: str) -> Source:
    from llm_select.cli.output import FORMS

    return _words(*FORMS, *more)


def _pictured() -> Iterable[tuple[str, str]]:
    """The commands that have a picture, with the option that asks for it."""
    from llm_select.cli.output import PICTURED_COMMANDS

    return [(name, "--output") for name in PICTURED_COMMANDS.split(", ")]


def _precisions() -> Iterable[str]:
    from llm_select.estimates.training import PRECISIONS

    return PRECISIONS


def _shardings() -> Iterable[str]:
    from llm_select.estimates.training import SHARDINGS

    return SHARDINGS


def _trainers() -> Iterable[str]:
    from llm_select.estimates.trainers import TRAINERS

    return TRAINERS


def _reporters() -> Iterable[str]:
    from llm_select.schema.model import Reporter

    return get_args(Reporter)


def _settings() -> Iterable[str]:
    from llm_select.schema.model import Setting

    return get_args(Setting)


def _schemas() -> Iterable[str]:
    from llm_select.catalog.json_schema import kinds
    from llm_select.render.contract import CONTRACTS

    return (*kinds(), *CONTRACTS)


def _locales() -> Iterable[str]:
    from llm_select.i18n import LOCALES

    return LOCALES


_MODELS = _of_catalog(_models)
SOURCES: dict[tuple[str, str], Values] = {
    ("", "model"): _MODELS,
    ("", "models"): _MODELS,
    ("evaluate", "--model"): _MODELS,
    ("import", "--id"): _of_catalog(_cards),
    ("import", "source"): "file",
    ("", "--task"): _of_catalog(_tasks),
    ("", "--language"): _of_catalog(_languages),
    ("", "--pair"): _of_catalog(_language_pairs),
    ("", "--gpu"): _of_catalog(_devices),
    ("", "--engine"): _section("engines"),
    ("", "--quantization"): _section("quantizations"),
    ("", "--license"): _section("licenses"),
    ("", "--family"): _of_catalog(_families),
    ("", "--exclude-board"): _of_catalog(_boards),
    ("", "--board"): _of_catalog(_boards),
    ("", "--benchmark"): _section("benchmarks"),
    ("", "--kv-type"): _of_catalog(_kv_types),
    ("", "--profile"): _of_catalog(_profiles),
    ("", "--method"): _methods,
    ("", "--optimizer"): _of_catalog(_optimizers),
    ("", "--precision"): _later(_precisions),
    ("", "--sharding"): _later(_shardings),
    ("", "--trainer"): _later(_trainers),
    ("", "--reported-by"): _later(_reporters),
    ("", "--setting"): _later(_settings),
    ("", "--locale"): _later(_locales),
    ("", "--output"): _forms(),
    ("check", "--output"): _forms("sarif", "github"),
    **dict.fromkeys(_pictured(), _forms("html", "svg")),
    ("", "--weights-access"): _words("open", "hosted", "any"),
    ("", "--privacy"): _words("self-hosted", "any"),
    ("", "--modality"): _words("text", "image", "audio", "video"),
    ("", "--thinking"): _words("on", "off", "any"),
    ("", "--api"): _words("chat", "completions"),
    ("", "--runner"): _words("asyncio", "ray"),
    ("", "--lora-targets"): _words("all-linear"),
    ("schema", "kind"): _later(_schemas),
    ("", "--catalog"): "dir",
    ("", "--save-to"): "dir",
    ("", "--export"): "dir",
    ("check", "directories"): "dir",
    ("completion", "shell"): _words("bash", "zsh", "fish"),
}
"""By command and option or argument; the command is empty where the name means the same in all of them."""
FREE = {
    "--gpu-mem", "--ram", "--weights", "--hosted-price", "--endpoint", "--api-key-env", "--price", "--labels",
    "--encoding", "--parameter", "--accept", "--repository", "--revision", "--url", "--set", "--source", "--as-of",
    "--date",
}  # fmt: skip
"""Options whose text nobody can foretell."""
