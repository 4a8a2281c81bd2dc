"""Rules on where a model comes from and what follows it: LS026, LS027, LS028."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.found import Found, Subject
from llm_select.catalog.rules.ranges import after
from llm_select.messages import Message


def impossible_lineage(subject: Subject) -> Iterator[Found]:
    """A model's base or successor cannot be what the card says.

    ## What it does
    Follows `finetuning.base` and `superseded_by`. Neither may lead back to the card; a base is released first and has
    the same width; a successor is released later. A `base_name` that is the name of a card belongs in `base`.

    ## Why it is bad
    Bases decide licences and languages, successors what a user is told to take instead.

    ## Example
        superseded_by: acme/acme-1      # whose card says superseded_by: acme/acme-2, this one

    ## Use instead
        superseded_by: acme/acme-3
    """
    models: Mapping[Any, Any] = subject.catalog.models
    names = {name.lower(): key for key, model in models.items() for name in _whole(key, model)}
    for key, model in models.items():
        base = model.finetuning.base if model.finetuning is not None else None
        for path, message, remedy in _of_base(key, model, base, models):
            yield Found("models", key, path, message, remedy)
        successor = models.get(model.superseded_by)
        if successor is not None and model.superseded_by != key:
            path = ("superseded_by",)
            if _leads_back(key, models, "superseded_by"):
                yield Found(
                    "models",
                    key,
                    path,
                    Message("its successors lead back to it"),
                    Message("name a newer model"),
                )
            elif after(model.released, successor.released):
                message = Message(
                    "{successor} of {released} is older",
                    successor=model.superseded_by,
                    released=successor.released,
                )
                yield Found("models", key, path, message, Message("name a newer model"))
        named = model.finetuning.base_name if model.finetuning is not None else None
        card = names.get(named.lower()) if named is not None else None
        if card is not None and card != key:
            message = Message("{named!r} has a card, {card}", named=named, card=card)
            remedy = Message("write base: {card}, or the base's whole name", card=card)
            yield Found("models", key, ("finetuning", "base_name"), message, remedy, "warning")


def _whole(key: str, model: Any) -> Iterator[str]:
    """Names that mean this checkpoint and no other: its name and its repositories, not what a line is called."""
    yield from (key, model.name)
    for alias in model.aliases:
        if "/" in alias:
            yield from (alias, alias.split("/", 1)[1])


def _of_base(
    key: str, model: Any, base: str | None, models: Any
) -> Iterator[tuple[Path, str, str]]:
    card, path = models.get(base), ("finetuning", "base")
    if card is None or base == key:
        return
    if _leads_back(key, models, "base"):
        yield path, Message("its bases lead back to it"), Message("name the model it was made from")
    elif after(card.released, model.released):
        message = Message(
            "{base} of {released} is newer than its fine-tune of {own}",
            base=base,
            released=card.released,
            own=model.released,
        )
        yield path, message, Message("correct the base or a date")
    elif model.architecture is not None and card.architecture is not None:
        own, other = model.architecture.hidden_size, card.architecture.hidden_size
        # A student of distillation, or a pruned network, is narrower than what it was made from.
        if own != other and "distillation" not in model.finetuning.alignment:
            yield (
                path,
                Message("{base} is {other} wide, the card {own}", base=base, other=other, own=own),
                Message("name the base of the same size"),
            )


def _leads_back(key: str, models: Any, field: str) -> bool:
    seen, at = {key}, _next(models.get(key), field)
    while at is not None and at not in seen:
        seen.add(at)
        at = _next(models.get(at), field)
    return at == key


def _next(model: Any, field: str) -> str | None:
    if model is None:
        return None
    holder = model if field == "superseded_by" else model.finetuning
    following: str | None = getattr(holder, field) if holder is not None else None
    return following


def license_not_inherited(subject: Subject) -> Iterator[Found]:
    """A fine-tune does not carry the licence that its base passes on.

    ## What it does
    Follows `finetuning.base` to every base whose licence has `inherits: true`, and expects that licence on the card.
    The developer of the base may license a fine-tune as they like.

    ## Why it is bad
    A tag such as `apache-2.0` on a fine-tune of a Llama does not lift Meta's terms: who filters by licence would be
    told that they may do what they may not.

    ## Example
        license: apache-2.0
        finetuning: {base: llama/llama-3.1-8b}

    ## Use instead
        license: llama3.1
        finetuning: {base: llama/llama-3.1-8b}
    Where the developer's terms come on top and are the narrower ones, keep them and say so in `checks`.
    """
    catalog = subject.catalog
    for key, model in catalog.models.items():
        seen, at = {key}, _next(model, "base")
        while at is not None and at not in seen:
            seen.add(at)
            base = catalog.models.get(at)
            if base is None:
                break
            terms = catalog.licenses.get(base.license)
            if (
                terms is not None
                and terms.inherits
                and base.license != model.license
                and base.developer != model.developer
            ):
                message = Message(
                    "{base} passes {license} on, the card has {own}",
                    base=at,
                    license=base.license,
                    own=model.license,
                )
                remedy = Message("write {license}, or say in checks why not", license=base.license)
                yield Found("models", key, ("license",), message, remedy, "warning")
                break
            at = _next(base, "base")


def repeated_alias(subject: Subject) -> Iterator[Found]:
    """An alias stands twice on one card.

    ## What it does
    Compares the aliases of a card, a device or a task with each other, whatever their case and the blanks around them.

    ## Why it is bad
    Names are found whatever their case, so the second says nothing; usually another name was meant.

    ## Example
        aliases: [acme/Tiny-1B, acme/tiny-1b]

    ## Use instead
        aliases: [acme/Tiny-1B, tiny:1b]
    """
    catalog = subject.catalog
    for section in ("models", "devices", "tasks"):
        for key, value in getattr(catalog, section).items():
            seen: dict[str, str] = {}
            for index, alias in enumerate(value.aliases):
                plain = alias.strip().lower()
                first = seen.setdefault(plain, alias)
                if not plain or first is not alias:
                    message = (
                        Message("{alias!r} is {first!r} again", alias=alias, first=first)
                        if plain
                        else Message("an empty name")
                    )
                    path = ("aliases", index)
                    yield Found(section, key, path, message, Message("remove it"), "warning")
