"""From the facts of a bundle to the card it would make: names, artifact, scores and sources put beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from llm_select.catalog.importers.front_matter import evaluations
from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.source import Bundle, Facts
from llm_select.messages import Message

_FILES = {
    "config": ("config", "config.json"),
    "tensors": ("safetensors", "Headers of the safetensors files"),
    "readme": ("readme", "README.md"),
    "gguf": ("gguf", "GGUF header"),
}
"""Ending of the source's id and what it is, by origin."""
_CITED = (
    "parameters",
    "architecture",
    "context",
    "languages",
    "license",
    "modalities",
    "finetuning",
    "artifacts",
)
"""Fields whose source is written on the card."""


class Draft(NamedTuple):
    """What an import proposes."""

    facts: Values
    """A part of a card."""
    cited: dict[str, str]
    """Id of the source of each top field."""
    sources: dict[str, Values]
    """Entries for `sources/`."""
    notes: tuple[str, ...]
    attributed: bool
    """It is known where the files came from."""


class Origin(NamedTuple):
    """Where a user says the files came from."""

    repository: str | None = None
    revision: str | None = None
    url: str | None = None


def draft(
    bundle: Bundle, facts: Facts, catalog: Any, *, slug: str, origin: Origin, today: str
) -> Draft:
    """The proposal. `slug` begins the ids of its sources."""
    values = dict(facts.facts)
    repository = bundle.repository or origin.repository
    revision = bundle.revision or origin.revision
    ids = {
        kind: _source_id(f"{slug}-{ending}", revision, today, catalog)
        for kind, (ending, _) in _FILES.items()
    }
    cited = {field: ids[kind] for field, kind in facts.origins.items() if field in _CITED}
    notes = list(facts.notes)
    if repository is not None:
        values["aliases"] = [repository]
        artifact = _artifact(facts, repository, revision)
        if artifact is not None:
            values["artifacts"] = [artifact]
            kind = (
                "gguf"
                if facts.format == "gguf"
                else "tensors"
                if "size_bytes" in artifact
                else "config"
            )
            cited["artifacts"] = ids[kind]
            if "size_bytes" in artifact:
                artifact["source"] = ids[kind]
        elif facts.format is not None:
            notes.append(
                Message(
                    "no artifact is drafted: the number format of the files is none of quantizations.yaml"
                )
            )
    if bundle.front is not None and bundle.front.scores:
        kept, said = evaluations(bundle.front, catalog, source=ids["readme"], date=today[:7])
        notes += said
        if kept:
            values["evaluations"] = kept
            notes.append(
                Message(
                    "the scores are dated {date}, when they were read: put the day of publication",
                    date=today[:7],
                )
            )
    used = {*cited.values(), *(one["source"] for one in values.get("evaluations", ()))}
    sources = _sources(used, ids, catalog, repository, revision, origin.url, today)
    attributed = repository is not None or origin.url is not None
    return Draft(values, cited, sources, tuple(notes), attributed)


def slug_of(name: str) -> str:
    """A name as an id: lower case, other signs as dashes."""
    return re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip("-._") or "import"


def _artifact(facts: Facts, repository: str, revision: str | None) -> Values | None:
    if facts.format is None or facts.quantization is None:
        return None
    found: Values = {
        "format": facts.format,
        "quantization": facts.quantization,
        "repository": repository,
    }
    if facts.size is not None:
        found["size_bytes"] = facts.size
    if revision is not None:
        found["revision"] = revision
    return found


def _sources(
    used: set[str],
    ids: Mapping[str, str],
    catalog: Any,
    repository: str | None,
    revision: str | None,
    url: str | None,
    today: str,
) -> dict[str, Values]:
    """An entry for each id, empty when nobody has said where the files came from."""
    if repository is None and url is None:
        return {}
    entries: dict[str, Values] = {}
    for kind, (_, title) in _FILES.items():
        key = ids[kind]
        if key not in used or key in catalog.sources:
            continue
        entry: Values = {"title": f"{title} of {repository}" if repository else title}
        entry["url"] = url or _hub_url(str(repository), revision, kind)
        if revision is not None:
            entry["revision"] = revision
        entry["read"] = today
        entries[key] = entry
    return entries


def _source_id(key: str, revision: str | None, today: str, catalog: Any) -> str:
    """The id, unless another reading has it: a commit's own id is taken again, another gets the commit or the day."""
    known = catalog.sources.get(key)
    if known is None or (revision is not None and known.revision == revision):
        return key
    return f"{key}-{slug_of(revision)[:12] if revision else today}"


def _hub_url(repository: str, revision: str | None, kind: str) -> str:
    base = f"https://huggingface.co/{repository}"
    if kind in ("config", "readme"):
        return f"{base}/blob/{revision or 'main'}/{_FILES[kind][1]}"
    return f"{base}/tree/{revision}" if revision else base


def cite(card: Mapping[str, Any], chosen: list[str], cited: Mapping[str, str]) -> dict[str, str]:
    """The card's sources with those of the changed fields. A field inside a part that has another source is cited by
    its own path, so that the rest of the part keeps its source."""
    sources = dict(card.get("sources") or {})
    for field in chosen:
        top = re.split(r"[.\[]", field)[0]
        if top not in cited:
            continue
        if sources.get(top) in (None, cited[top]) or "." not in field:
            sources.setdefault(top, cited[top])
        else:
            sources[re.sub(r"\[.*", "", field)] = cited[top]
    return sources
