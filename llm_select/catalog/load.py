"""`load_catalog`: the bundled catalog and the user's own directories as one.

A later directory adds objects and replaces those of the same id, whole: a card, a board, a task, a
device, an entry of sources/, a table of
quantization_losses/, quantizations.yaml, engines.yaml, serving.yaml, methods.yaml, licenses.yaml,
strategies.yaml or recipes.yaml;
scoring.yaml as a whole. A family.yaml gives defaults to the cards of its own directory only.
"""

# Plain paths: pathlib costs milliseconds at every start.
# ruff: noqa: PTH123

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from llm_select.catalog import cache, records
from llm_select.catalog.files import Listing, bundled_directory, bundled_json, discover
from llm_select.catalog.findings import Finding, catalog_error
from llm_select.catalog.fitted import FittedLinks
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.catalog.parse import Parsed
    from llm_select.schema.catalog import Catalog

SECTIONS = (
    "models",
    "boards",
    "benchmarks",
    "tasks",
    "devices",
    "quantizations",
    "engines",
    "serving",
    "licenses",
    "methods",
    "strategies",
    "recipes",
    "sources",
    "losses",
)


def load_catalog(
    directories: Sequence[str | os.PathLike[str]] = (), *, bundled: bool = True
) -> Catalog:
    """The bundled catalog with these directories over it, as light records (see `records`).

    `anchors` are the models of the first catalog. With `bundled=False` only the directories count.
    Raises CatalogError, which carries every finding, when a file cannot be used, or when an object
    of a user's directory refers to something that no directory has (the bundled catalog is checked
    when it is built).
    """
    paths = [os.fspath(directory) for directory in directories]
    own = [_load_directory(path) for path in paths]
    loaded = [one.catalog for one in ([_load_bundled(), *own] if bundled else own)]
    if not loaded:
        raise ValueError("no catalog directory was given")
    catalog = loaded[0]._replace(anchors=frozenset(loaded[0].models))
    if len(loaded) > 1:
        catalog = _merged(catalog, loaded)
    _check_references(catalog, own, paths)
    return cast("Catalog", catalog)


def read_directory(directory: str) -> Parsed:
    """A directory parsed anew, with the place of every object; raises nothing."""
    from llm_select.catalog.parse import parse_files

    listing, contents = _contents(discover(directory))
    return parse_files(listing, contents)


def compile_whole(directory: str) -> bytes:
    """The compiled form of a directory that needs no other, with the links of every task. Raises CatalogError with
    every finding, references to nothing included."""
    data = _compile(*_contents(discover(directory)), links=True)
    loaded = _Loaded(*records.load(data))
    _check_references(loaded.catalog, [loaded], [directory])
    return data


class _Loaded(NamedTuple):
    catalog: Any
    references: Mapping[str, Sequence[str]]
    """Ids that its objects refer to, by catalog attribute."""


def _records(data: bytes | None) -> _Loaded | None:
    """A compiled catalog; None when there is none, or a damaged one that must be made again."""
    if data is None:
        return None
    try:
        return _Loaded(*records.load(data))
    except ValueError:
        return None


def _load_bundled() -> _Loaded:
    """The one in the wheel; in a source checkout, or a damaged installation, from its YAML."""
    shipped = _records(_bundled_bytes())
    if shipped is not None:
        return shipped
    loaded = _load_directory(bundled_directory())
    return loaded._replace(catalog=loaded.catalog._replace(links=FittedLinks(loaded.catalog)))


def _bundled_bytes() -> bytes | None:
    try:
        with open(bundled_json(), "rb") as file:
            return file.read()
    except OSError:
        return None


def _load_directory(directory: str) -> _Loaded:
    listing = discover(directory)
    if listing.findings:
        raise catalog_error(read_directory(directory).findings, directory)
    stamp = cache.stamp(directory, [file.path for file in listing.files])
    loaded = _records(cache.recall(directory, stamp))
    if loaded is not None:
        return loaded
    listing, contents = _contents(listing)
    name = cache.compiled_name(cache.content_hash(directory, contents))
    if not listing.findings:
        loaded = _records(cache.read(name))
    if loaded is None:
        data = _compile(listing, contents)
        loaded = _Loaded(*records.load(data))
        cache.store(name, data)
    cache.remember(directory, stamp, name)
    return loaded


def _contents(listing: Listing) -> tuple[Listing, dict[str, bytes]]:
    """The bytes of every file; what cannot be read becomes a finding."""
    from llm_select.catalog.yaml_loader import UnreadableError, read_bytes

    contents: dict[str, bytes] = {}
    findings = list(listing.findings)
    for file in listing.files:
        try:
            contents[file.path] = read_bytes(file.path)
        except UnreadableError as stop:
            problem = stop.problem
            findings.append(
                Finding(file.path, 0, "LS000", "error", "", problem.message, problem.remedy)
            )
        except OSError as error:
            message = Message("cannot be read: {reason}", reason=error.strerror)
            findings.append(Finding(file.path, 0, "LS000", "error", "", message))
    return listing._replace(findings=tuple(findings)), contents


def _compile(listing: Listing, contents: dict[str, bytes], *, links: bool = False) -> bytes:
    from llm_select.catalog.compile import compile_catalog
    from llm_select.catalog.parse import parse_files

    parsed = parse_files(listing, contents)
    if parsed.findings:
        raise catalog_error(parsed.findings, listing.directory)
    content = cache.content_hash(listing.directory, contents)
    derived = _derived(parsed.catalog, links=links)
    return compile_catalog(parsed.catalog.model_copy(update={"content_hash": content, **derived}))


def _derived(catalog: Catalog, *, links: bool) -> dict[str, Any]:
    """What questions would otherwise compute anew each time; nothing for a directory that leans on another."""
    from llm_select.catalog.rules.references import dangling
    from llm_select.evidence.loss import own_of, pools_of
    from llm_select.evidence.quality import links_of
    from llm_select.evidence.scores import evaluated_languages

    if not catalog.tasks or any(dangling(catalog, catalog)):
        return {}
    spoken = evaluated_languages(catalog)
    return {
        "links": {task: links_of(catalog, task) for task in catalog.tasks} if links else {},
        "measured_languages": {model: tuple(sorted(tags)) for model, tags in spoken.items()},
        "loss_pools": pools_of(catalog),
        "model_losses": own_of(catalog),
    }


def _merged(first: Any, loaded: list[Any]) -> Any:
    from hashlib import blake2b

    changes: dict[str, Any] = {}
    for section in SECTIONS:
        merged: dict[str, Any] = {}
        for catalog in loaded:
            merged.update(getattr(catalog, section))
        changes[section] = merged
    for catalog in loaded:
        if catalog.scoring is not None:
            changes["scoring"] = catalog.scoring
    # A replaced task makes its own fit in the first catalog stale, a replaced board or card every fit that it may
    # stand in; new boards are placed beside it.
    replaced = first.tasks.keys() & {task for catalog in loaded[1:] for task in catalog.tasks}
    if replaced:
        changes["links"] = _Except(first.links, replaced)
    for section in ("boards", "benchmarks", "models"):
        if any(getattr(first, section).keys() & getattr(c, section).keys() for c in loaded[1:]):
            changes["links"] = {}
    changes["measured_languages"] = {}
    if any(catalog.losses for catalog in loaded[1:]):
        # What a user measured tells about the models measured, not about others of their size.
        from llm_select.evidence.loss import own_of

        changes["model_losses"] = own_of(first._replace(**changes))
    joined = "\n".join(catalog.content_hash for catalog in loaded)
    changes["content_hash"] = blake2b(joined.encode(), digest_size=16).hexdigest()
    return first._replace(**changes)


class _Except(Mapping[str, Any]):
    """Fits of tasks without some of them; none is read or made before it is asked for."""

    def __init__(self, fits: Mapping[str, Any], without: AbstractSet[str]) -> None:
        self._fits, self._without = fits, without

    def __getitem__(self, task: str) -> Any:
        if task in self._without:
            raise KeyError(task)
        return self._fits[task]

    def __iter__(self) -> Iterator[str]:
        return (task for task in self._fits if task not in self._without)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _check_references(catalog: Any, own: Sequence[_Loaded], directories: Sequence[str]) -> None:
    """Fails closed when an object of a user's directory refers to nothing."""
    if all(
        getattr(catalog, kind).keys() >= set(names)
        for loaded in own
        for kind, names in loaded.references.items()
    ):
        return
    from llm_select.catalog.check import misplaced_references

    raise catalog_error(misplaced_references(directories, catalog), ", ".join(directories))
