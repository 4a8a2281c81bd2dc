"""Rules on where facts come from and how old they are: LS021, LS022."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from llm_select.catalog.rules.found import Found, Subject
from llm_select.messages import Message

REUPLOADERS = frozenset(
    """
    bartowski casperhansen cyankiwi devquasar ggml-org gguf-org hugging-quants huggyllama junhowie
    lmstudio-community lonestriker maziyarpanahi mlx-community mradermacher neuralmagic nexaaidev nm-testing opea
    quantfactory quanttrio redhatai richarderkhov second-state solidrust tensorblock thebloke turboderp ubergarm
    unsloth
    """.split()  # noqa: SIM905
)
"""Accounts of the hub that publish copies, conversions and quantizations of what others made."""
_CONVERTED = re.compile(
    r"[-_.](?:gguf|ggml|awq|gptq|exl2|exl3|mlx|bnb|nf4|[48]bit|int[48]|w[48]a\d+|fp8)(?:$|[-_.])",
    re.I,
)
_HUB = re.compile(
    r"https?://(?:huggingface\.co|hf\.co)/(?!datasets/|spaces/|blog/|docs/|papers/)([^/\s]+)/([^/\s?#]+)"
)
_FACTS = ("parameters", "architecture", "context", "languages", "license", "pretraining")
"""Fields that only the publisher's own files settle. Sizes of conversions belong to who made them."""
STALE_DAYS = 180
"""Age of a price that should be read again."""


def mirror_source(subject: Subject) -> Iterator[Found]:
    """A fact of a model is credited to somebody's copy of it.

    ## What it does
    Looks at the addresses behind `sources` of parameters, architecture, context, languages, license and pretraining.
    It reports repositories of accounts that re-upload others' models, and conversions (`-GGUF`, `-AWQ`, …) of another
    owner, where the card names the publisher's own repository.

    ## Why it is bad
    Copies change what they copy: padded vocabularies, cut contexts, packed counts, other licences. And they go.

    ## Example
        acme-7b-config: {url: "https://huggingface.co/unsloth/acme-7b", …}

    ## Use instead
        acme-7b-config: {url: "https://huggingface.co/acme/acme-7b", via: "copy in unsloth/acme-7b", …}
    """
    catalog = subject.catalog
    mirrors = {
        key: copied for key, s in catalog.sources.items() if (copied := _hub(s.url)) is not None
    }
    for key, model in catalog.models.items():
        owners = {name.split("/")[0].lower() for name in _repositories(model)} - REUPLOADERS
        if not owners:
            continue
        for field, source in model.sources.items():
            if field.split(".")[0] not in _FACTS:
                continue
            owner, repository = mirrors.get(source, ("", ""))
            conversion = owner.lower() in REUPLOADERS or _CONVERTED.search(repository) is not None
            if conversion and owner.lower() not in owners:
                message = Message(
                    "{field} is credited to {owner}/{repository}, a copy or conversion",
                    field=field,
                    owner=owner,
                    repository=repository,
                )
                remedy = Message("give the publisher's address, and the copy in via")
                yield Found("models", key, ("sources", field), message, remedy, "warning")


def _hub(url: str) -> tuple[str, str] | None:
    match = _HUB.match(url)
    return (match[1], match[2]) if match else None


def _repositories(model: Any) -> Iterator[str]:
    """Names with an owner that a card has of its own: aliases and unquantized files."""
    yield from (alias for alias in model.aliases if "/" in alias)
    for artifact in model.artifacts:
        if artifact.format in ("safetensors", "pytorch") and "/" in artifact.repository:
            yield artifact.repository


def stale_price(subject: Subject) -> Iterator[Found]:
    """A price was read more than 180 days ago.

    ## What it does
    Compares `as_of` of every offer with today.

    ## Why it is bad
    Prices of hosted models fall several times a year: an old one ranks its model wrongly, or sends a user to an offer
    that is gone.

    ## Example
        hosted: [{provider: Acme, input_usd_per_mtok: 10, output_usd_per_mtok: 30, as_of: 2024-05-13, source: …}]

    ## Use instead
        hosted: [{provider: Acme, input_usd_per_mtok: 2.5, output_usd_per_mtok: 10, as_of: 2026-11-24, source: …}]
    """
    today = days(subject.today)
    for key, model in subject.catalog.models.items():
        for index, offer in enumerate(model.hosted):
            age = today - days(offer.as_of)
            if age > STALE_DAYS:
                message = Message(
                    "the price of {provider} was read {age:.0f} days ago",
                    provider=offer.provider,
                    age=age,
                )
                yield Found(
                    "models",
                    key,
                    ("hosted", index, "as_of"),
                    message,
                    Message("read it again"),
                    "warning",
                )


def days(date: str) -> float:
    """Days since year 0, near enough to compare ages; of a partial date, its last day."""
    year, month, day = [*map(int, date.split("-")), 0, 0][:3]
    return year * 365.2425 + (month or 12) * 30.437 + (day or 31)
