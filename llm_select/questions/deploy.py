"""From the options of `deploy` to what is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.hardware.machine import stacks
from llm_select.messages import Message, listed
from llm_select.plan.deploy_types import Ask
from llm_select.questions.names import named
from llm_select.questions.requirements import Hardware, positive, read_machine, read_workload
from llm_select.selection.types import Reason

if TYPE_CHECKING:
    from llm_select.estimates.types import Workload
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model

MAX_NODES = 512
MAX_RATE = 1e6
MAX_PRICE = 1e6


class Typed(NamedTuple):
    """Options as typed."""

    task: str | None
    hardware: Hardware
    nodes: int | None
    context: int | None
    generate: int | None
    concurrency: int
    rate: float | None
    engines: tuple[str, ...]
    quantizations: tuple[str, ...]
    kv_type: str | None
    usd_per_hour: float | None
    hosted_price: str | None
    export: bool


def read_ask(catalog: Catalog, model_id: str, typed: Typed) -> Ask:
    """What is asked, checked. Raises UsageError and its kin for anything wrong."""
    model = catalog.models[model_id]
    for value, where, limit in (
        (typed.nodes, "--nodes", MAX_NODES),
        (typed.rate, "--requests-per-second", MAX_RATE),
        (typed.usd_per_hour, "--price-per-hour", MAX_PRICE),
    ):
        positive(value, where=where, limit=limit)
    task = named(catalog, "--task", typed.task) if typed.task is not None else None
    _check_task(catalog, model, task)
    price = _price(typed)
    engines = tuple(named(catalog, "--engine", name) for name in typed.engines)
    _check_kv_type(catalog, engines, typed.kv_type)
    formats = tuple(named(catalog, "--quantization", name) for name in typed.quantizations)
    if "text" not in model.modalities.input:
        raise UsageError(
            Message(
                "{model} reads {modalities}, not text",
                model=model.name,
                modalities=listed(model.modalities.input),
            ),
            where="MODEL",
            remedy=Message("servers are planned for models that read text"),
        )
    hosted_only = model.weights == "hosted" or model.architecture is None
    if hosted_only:
        _refuse_hosted(model, typed)
    lengths = task or next(iter(model.specialization), None)
    workload, said = _workload(catalog, model, lengths, typed)
    if hosted_only:
        return Ask(
            None, workload, (), (), task, False, None, False, False, typed.rate, None, None, (said,)
        )
    machine, seen = read_machine(catalog, typed.hardware, needed=True)
    assert machine is not None
    joined = stacks(catalog, machine)
    if typed.nodes is not None and typed.nodes > 1 and machine.device is None:
        raise UsageError(
            Message("several machines are planned for devices of the catalog only"),
            where="--nodes",
            remedy=Message("name the device with --gpu; see `llm-select hardware list`"),
        )
    if (
        typed.hardware.gpus is not None
        and typed.hardware.gpus > 1
        and not (joined or machine.device is None)
    ):
        raise UsageError(
            Message("several {machine} do not go into one machine", machine=machine.name),
            where="--gpus",
            remedy=Message("leave it out"),
        )
    clustered = joined and catalog.devices[machine.device or ""].form == "datacentre"
    return Ask(
        machine=machine,
        workload=workload._replace(kv_type=typed.kv_type),
        engines=engines,
        quantizations=formats,
        task=_served_task(model, task),
        devices_given=typed.hardware.gpus is not None,
        nodes=typed.nodes,
        stacked=joined,
        clustered=clustered,
        rate=typed.rate,
        usd_per_hour=typed.usd_per_hour,
        hosted_price=price,
        assumed=(*seen, said),
    )


def _workload(
    catalog: Catalog, model: Model, task: str | None, typed: Typed
) -> tuple[Workload, Reason]:
    """Lengths; typical ones are cut to what the model was trained for, asked ones beyond it are refused."""
    workload, said = read_workload(
        catalog,
        task,
        context=typed.context,
        generate=typed.generate,
        concurrency=typed.concurrency,
    )
    native = model.context.native if model.context is not None else None
    if model.kind == "encoder":
        # It reads only; all of its context may be text.
        context = typed.context or min(workload.prompt_tokens, native or workload.prompt_tokens)
        workload = workload._replace(context=context, prompt_tokens=context, generate_tokens=1)
    # Source and answer of an encoder-decoder each have the whole context.
    longest = workload.context
    if model.kind == "encoder-decoder":
        longest = max(workload.prompt_tokens, workload.generate_tokens)
    if native is not None and longest > native:
        if typed.context is not None or typed.generate is not None:
            raise _too_long(
                model, native, "--context" if typed.context is not None else "--generate"
            )
        share = native / longest
        prompt = max(1, int(workload.prompt_tokens * share))
        written = max(1, int(workload.generate_tokens * share))
        workload = workload._replace(
            context=prompt + written, prompt_tokens=prompt, generate_tokens=written
        )
    values = {
        **said.values,
        "prompt": workload.prompt_tokens,
        "generate": workload.generate_tokens,
        "context": workload.context,
    }
    if model.kind == "encoder":
        return workload, Reason("lengths-read", values)
    return workload, Reason("lengths", values)


def _too_long(model: Model, native: int, where: str) -> UsageError:
    """More tokens than the model was trained for."""
    if model.kind == "encoder-decoder":
        said = Message(
            "{model} was trained for {native:,} tokens of source and of answer",
            model=model.name,
            native=native,
        )
        remedy = Message("ask for at most {native} of source and of answer", native=native)
    else:
        said = Message("{model} was trained for {native:,} tokens", model=model.name, native=native)
        remedy = Message("ask for at most {native}", native=native)
    extended = model.context.extended if model.context is not None else None
    if extended is not None:
        remedy = Message(
            "{remedy}; its developer describes an extension to {extended:,}, which is not planned here",
            remedy=remedy,
            extended=extended,
        )
    return UsageError(said, where=where, remedy=remedy)


def _check_task(catalog: Catalog, model: Model, task: str | None) -> None:
    if task is None:
        return
    if model.specialization and task not in model.specialization:
        raise UsageError(
            Message(
                "{model} is made only for {purposes}",
                model=model.name,
                purposes=listed(model.specialization),
            ),
            where="--task",
            remedy=Message("leave it out"),
        )
    kinds = catalog.tasks[task].kinds
    if model.kind not in kinds:
        raise UsageError(
            Message(
                "{kind} models cannot do {task}; it takes {kinds}",
                kind=model.kind,
                task=task,
                kinds=listed(kinds),
            ),
            where="--task",
            remedy=Message("leave it out, or name another model"),
        )


def _check_kv_type(catalog: Catalog, engines: tuple[str, ...], kind: str | None) -> None:
    """A type that some engine has is that engine's alone; one that none has is a mistake."""
    asked = engines or tuple(catalog.engines)
    known = dict.fromkeys(t for name in asked for t in catalog.engines[name].kv_types)
    if kind is not None and kind not in known:
        raise UsageError(
            Message("no engine asked for has a cache type {kind!r}", kind=kind)
            if engines
            else Message("no engine has a cache type {kind!r}", kind=kind),
            where="--kv-type",
            remedy=Message("it takes {choices}", choices=listed(known)),
        )


OWN_TASKS = {
    "ner": "token-classification",
    "srl": "token-classification",
    "sentiment-analysis": "text-classification",
    "text-classification": "text-classification",
    "nli": "text-classification",
    "acceptability": "text-classification",
    "retrieval": "feature-extraction",
    "extractive-qa": "question-answering",
}
"""What the small server does for an encoder, by task."""


def _served_task(model: Model, task: str | None) -> str | None:
    if model.kind == "encoder-decoder":
        return "text-to-text"
    if model.kind != "encoder":
        return None
    chosen = task or next(iter(model.specialization), None)
    if chosen is None:
        return "feature-extraction"
    return OWN_TASKS.get(chosen, "feature-extraction")


def _price(typed: Typed) -> tuple[float, float] | None:
    if typed.hosted_price is None:
        return None
    if typed.usd_per_hour is None:
        raise UsageError(
            Message("a hosted price is compared with the cost of a machine"),
            where="--hosted-price",
            remedy=Message("add --price-per-hour USD"),
        )
    parts = typed.hosted_price.split(",")
    try:
        prices = tuple(float(part) for part in parts)
    except ValueError:
        prices = ()
    if len(prices) != 2 or not all(0 <= price < MAX_PRICE for price in prices) or not any(prices):
        raise UsageError(
            Message("{text!r} is not a pair of prices", text=typed.hosted_price),
            where="--hosted-price",
            remedy=Message("write USD per million tokens read and written: 0.9,0.9"),
        )
    return prices[0], prices[1]


def _refuse_hosted(model: Model, typed: Typed) -> None:
    """Options that say how to run it make no sense for a model that nobody else can run."""
    given = {
        "--gpu": typed.hardware.gpu,
        "--gpus": typed.hardware.gpus,
        "--gpu-mem": typed.hardware.gpu_mem,
        "--ram": typed.hardware.ram,
        "--nodes": typed.nodes,
        "--engine": typed.engines or None,
        "--quantization": typed.quantizations or None,
        "--kv-type": typed.kv_type,
        "--price-per-hour": typed.usd_per_hour,
        "--hosted-price": typed.hosted_price,
        "--export": typed.export or None,
    }
    for option, value in given.items():
        if value is not None:
            why = (
                Message("{model} runs only at its provider", model=model.name)
                if model.weights == "hosted"
                else Message(
                    "the shape of {model} is not published, so its memory cannot be computed",
                    model=model.name,
                )
            )
            raise UsageError(
                why, where=option, remedy=Message("leave it out, or name a model with open weights")
            )
    if model.weights == "open" and not model.hosted:
        raise UsageError(
            Message(
                "the shape of {model} is not published, so its memory cannot be computed",
                model=model.name,
            ),
            where="MODEL",
            remedy=Message("name a model whose card has an architecture"),
        )
