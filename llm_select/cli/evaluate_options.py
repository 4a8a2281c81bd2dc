"""What `evaluate` was asked, read: models with their endpoints, keys and prices, the prompt, the data."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.errors import AmbiguousNameError, UnknownNameError, UsageError
from llm_select.messages import Message, listed, placed
from llm_select.questions.names import named

if TYPE_CHECKING:
    from llm_select.evaluation.budget import Price
    from llm_select.evaluation.endpoint import Endpoint
    from llm_select.evaluation.prompts import Template
    from llm_select.evaluation.question import Asking
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import OwnData
    from llm_select.schema.model import Offer

LOCAL = "transformers:"
"""An endpoint that is a directory with a model for Transformers."""
BATCH = "batch:"
"""An endpoint that is a directory with a job for vLLM on Ray, and later its answers."""
NONE = "-"
"""Stands for no key or no format where one value for each model is given."""
RESERVED = {"model", "messages", "prompt", "stream", "n", "max_tokens", "max_completion_tokens"}
"""Fields of a request that the run itself fills."""


class Subject(NamedTuple):
    """One model of the question."""

    asking: Asking
    card: str | None
    """Its card, when the catalog has one."""
    near: tuple[str, ...]
    """Cards with names like it, when it has none."""
    quantization: str | None
    modes: tuple[str, ...] = ()
    """Modes of the card, the default first."""


class Typed(NamedTuple):
    """Options that come once for all models or once for each, as typed."""

    models: Sequence[str]
    endpoints: Sequence[str]
    keys: Sequence[str]
    prices: Sequence[str]
    quantizations: Sequence[str]


def own_data(catalog: Catalog, task_id: str) -> OwnData:
    """How a task is measured on own data. Raises UsageError for a task that has no automatic metric."""
    found = catalog.tasks[task_id].own_data
    if found is None:
        able = sorted(name for name, task in catalog.tasks.items() if task.own_data is not None)
        raise UsageError(
            Message(
                "{task} has no metric that holds for it without a judge or a program to run",
                task=task_id,
            ),
            where="--task",
            remedy=Message("it takes {choices}", choices=listed(able)),
        )
    return found


def read_template(path: Path | None, own: OwnData) -> Template:
    """The task's prompt, or that of a YAML file with `prompt` and perhaps `system`. Raises UsageError."""
    from llm_select.evaluation.prompts import Template

    if path is None:
        return Template(own.prompt, own.system)
    from llm_select.catalog.yaml_loader import parse

    if not path.is_file():
        raise UsageError(
            Message("{path} is not a file", path=path),
            where="--template",
            remedy=Message("give a YAML file"),
        )
    document = parse(path.read_bytes())
    value: Any = document.value
    if document.problems:
        problem = document.problems[0]
        raise UsageError(placed(f"{path}:{problem.line}", problem.message), where="--template")
    unknown = sorted(value.keys() - {"prompt", "system"}) if isinstance(value, dict) else ["?"]
    if unknown or not all(isinstance(one, str) for one in value.values()) or "prompt" not in value:
        raise UsageError(
            Message("{path} must hold `prompt`, and may hold `system`, both text", path=path),
            where="--template",
            remedy=Message(
                "`llm-select evaluate --task TASK --show-prompt` prints the task's own in that form"
            ),
        )
    return Template(value["prompt"], value.get("system"))


def read_parameters(typed: Sequence[str]) -> dict[str, object]:
    """`top_p=0.9` or `chat_template_kwargs={"enable_thinking": false}`; `null` takes a field out."""
    found: dict[str, object] = {}
    for text in typed:
        name, sign, value = text.partition("=")
        if not sign or not name.strip().isidentifier():
            raise UsageError(
                Message("{text!r} is no NAME=VALUE", text=text),
                where="--parameter",
                remedy=Message("for example top_p=0.9"),
            )
        name = name.strip()
        if name in RESERVED:
            raise UsageError(
                Message("{name} is filled by the run itself", name=name),
                where="--parameter",
                remedy=Message("--max-tokens sets the limit")
                if "max" in name
                else Message("leave it out"),
            )
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def read_subjects(
    catalog: Catalog,
    typed: Typed,
    *,
    form: str,
    api: str,
    parameters: dict[str, object],
    timeout: float,
    concurrency: int,
) -> tuple[Subject, ...]:
    """Models, each with where and how it is asked. Raises UsageError."""
    count = len(typed.models)
    endpoints = _each("--endpoint", typed.endpoints, count)
    _one_key_one_host(typed)
    keys = _each("--api-key-env", typed.keys, count)
    prices = _each("--price", typed.prices, count)
    formats = _each("--quantization", typed.quantizations, count)
    subjects = []
    for index, text in enumerate(typed.models):
        label, _, served = text.partition("=")
        label, served = label.strip(), served.strip() or label.strip()
        if not label:
            raise UsageError(Message("{text!r} names no model", text=text), where="--model")
        card, near = _card(catalog, label)
        place = endpoints[index]
        if place is None:
            raise UsageError(
                Message("no address given"), where="--endpoint", remedy=Message("give one")
            )
        asking = (
            _local(label, place, form)
            if place.startswith(LOCAL)
            else _batch(label, served, place, parameters)
            if place.startswith(BATCH)
            else _remote(
                catalog,
                (label, served, card),
                place,
                keys[index],
                prices[index],
                api=api,
                parameters=parameters,
                timeout=timeout,
                concurrency=concurrency,
            )
        )
        quantization = formats[index]
        if quantization is not None:
            quantization = named(catalog, "--quantization", quantization)
        thinking = catalog.models[card].thinking if card is not None else None
        modes = tuple(thinking.modes) if thinking is not None else ()
        subjects.append(Subject(asking, card, near, quantization, modes))
    _told_apart(subjects)
    return tuple(subjects)


def _told_apart(subjects: Sequence[Subject]) -> None:
    labels = [subject.asking.label for subject in subjects]
    twice = {label for label in labels if labels.count(label) > 1}
    if twice:
        raise UsageError(
            Message("{name!r} is given twice", name=min(twice)),
            where="--model",
            remedy=Message("give each its own name: --model NAME=NAME-AT-THE-ENDPOINT"),
        )


def _each(option: str, values: Sequence[str], count: int) -> list[str | None]:
    """One value for each model; `-` is none."""
    if len(values) not in (0, 1, count):
        raise UsageError(
            Message("given {given} times for {models} models", given=len(values), models=count),
            where=option,
            remedy=Message("give it once for all, or once for each model in the order of --model"),
        )
    spread = list(values) * count if len(values) == 1 else list(values) or [NONE] * count
    return [None if value == NONE else value for value in spread]


def _one_key_one_host(typed: Typed) -> None:
    """A key must not go to a server it was not meant for."""
    if len(typed.keys) == 1 and len(set(typed.endpoints)) > 1:
        raise UsageError(
            Message("one key for several endpoints would be sent to all of them"),
            where="--api-key-env",
            remedy=Message("give it once for each model, in order; - is none"),
        )


def _card(catalog: Catalog, label: str) -> tuple[str | None, tuple[str, ...]]:
    from llm_select.catalog import resolve

    try:
        return resolve.model(catalog, label, where="--model"), ()
    except AmbiguousNameError:
        raise
    except UnknownNameError as error:
        return None, error.nearest


def _local(label: str, place: str, form: str) -> Asking:
    from llm_select.evaluation.local import LocalModel
    from llm_select.evaluation.question import Asking

    directory = Path(place.removeprefix(LOCAL))
    if not (directory / "config.json").is_file():
        raise UsageError(
            Message("{directory} holds no config.json", directory=directory),
            where="--endpoint",
            remedy=Message(
                "give the directory of a model for Transformers, for example from `hf download`"
            ),
        )
    where = f"{LOCAL}{directory}"
    return Asking(label, label, where, None, {"form": form}, partial(LocalModel, directory, form))


def _batch(label: str, served: str, place: str, parameters: dict[str, object]) -> Asking:
    from llm_select.evaluation.batch import BatchAnswers
    from llm_select.evaluation.question import Asking, about

    directory = Path(place.removeprefix(BATCH))
    where, settings = f"{BATCH}{directory}", {"parameters": parameters}
    opened = partial(BatchAnswers, directory, about(where, served, settings))
    return Asking(label, served, where, None, settings, opened)


def _remote(
    catalog: Catalog,
    names: tuple[str, str, str | None],
    place: str,
    key: str | None,
    price: str | None,
    *,
    api: str,
    parameters: dict[str, object],
    timeout: float,
    concurrency: int,
) -> Asking:
    from llm_select.evaluation.client import Client
    from llm_select.evaluation.endpoint import Endpoint, base_url
    from llm_select.evaluation.question import Asking

    label, served, card = names
    endpoint = Endpoint(base_url(place), _secret(key))
    if key is not None and endpoint.is_public and endpoint.url.startswith("http:"):
        raise UsageError(
            Message("the key would go to {host} in clear", host=endpoint.host),
            where="--endpoint",
            remedy=Message("write https://"),
        )
    opened = partial(
        Client,
        endpoint,
        served,
        api=api,
        parameters=parameters,
        timeout=timeout,
        connections=concurrency,
    )
    settings = {"api": api, "parameters": parameters}
    cost = _price(price) if price is not None else _offer(catalog, card, endpoint)
    return Asking(label, served, endpoint.url, cost, settings, opened)


def _secret(variable: str | None) -> Any:
    from llm_select.evaluation.endpoint import Secret

    if variable is None:
        return None
    value = os.environ.get(variable, "").strip()
    if not value:
        # What was typed may be the key itself: it is not repeated.
        known = variable if variable.isidentifier() and variable.isupper() else Message("that name")
        raise UsageError(
            Message("no environment variable {name}, or it is empty", name=known),
            where="--api-key-env",
            remedy=Message("set it to the key, and give its name here, not the key"),
        )
    if not value.isascii() or not value.isprintable():
        raise UsageError(
            Message("the key in {variable} has unprintable signs", variable=variable),
            where="--api-key-env",
        )
    return Secret(value)


def _price(text: str) -> Price:
    from llm_select.evaluation.budget import Price

    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        read = written = -1.0
    if not 0 <= read < 1e6 or not 0 <= written < 1e6:
        raise UsageError(
            Message("{text!r} is no price", text=text),
            where="--price",
            remedy=Message("give USD per million tokens read and written, for example 0.15,0.60"),
        )
    return Price(read, written, "given")


def _offer(catalog: Catalog, card: str | None, endpoint: Endpoint) -> Price | None:
    """The catalog's price: that of the provider whose name is in the address, else the dearest. None on this machine:
    a server here may be one's own or lead to a hosted one."""
    from llm_select.evaluation.budget import Price

    if endpoint.is_local or card is None or not catalog.models[card].hosted:
        return None
    host = endpoint.host.casefold()

    def named_in(offer: Offer) -> bool:
        return any(len(w) > 2 and w in host for w in offer.provider.casefold().split())

    offers = catalog.models[card].hosted
    dearest = max(
        [offer for offer in offers if named_in(offer)] or offers,
        key=lambda o: (o.output_usd_per_mtok, o.input_usd_per_mtok),
    )
    basis = f"{dearest.provider}, {dearest.as_of}"
    return Price(dearest.input_usd_per_mtok, dearest.output_usd_per_mtok, basis)
