"""From options to `Requirements`: names resolved, numbers checked, what was left out filled in and said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.catalog.resolve import memory_of
from llm_select.errors import UnknownNameError, UsageError
from llm_select.estimates.types import Machine, Workload
from llm_select.hardware.machine import describe, from_device, from_memory
from llm_select.messages import Message, listed
from llm_select.questions.names import named
from llm_select.selection.criteria import CRITERIA
from llm_select.selection.types import Reason, Requirements
from llm_select.units import half_width, parse_memory_gib

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

MAX_TOKENS = 100_000_000
MAX_DEVICES = 4096
MAX_EXAMPLES = 10_000_000_000
DEFAULT_PROFILE = "balanced"


class Hardware(NamedTuple):
    """Hardware options as typed."""

    gpu: str | None = None
    gpus: int | None = None
    gpu_mem: str | None = None
    ram: str | None = None

    @property
    def given(self) -> bool:
        """True when any option names hardware."""
        return any(value is not None for value in self)


class Limits(NamedTuple):
    """Hard constraints as typed."""

    min_accuracy: float | None = None
    min_speed: float | None = None
    max_price: float | None = None
    commercial: bool = False
    licenses: Sequence[str] = ()
    weights_access: str | None = None
    privacy: str = "any"
    modalities: Sequence[str] = ()
    engines: Sequence[str] = ()
    quantizations: Sequence[str] = ()
    thinking: str = "any"
    families: Sequence[str] = ()
    examples: int = 0


def choose(value: str, allowed: Sequence[str], *, where: str) -> str:
    """One of a few words, case-insensitive. Raises UnknownNameError with the choices."""
    lowered = value.strip().lower()
    if lowered in allowed:
        return lowered
    raise UsageError(
        Message("unknown value {value!r}", value=value),
        where=where,
        remedy=Message("it takes {choices}", choices=listed(allowed)),
    )


def positive(value: float | None, *, where: str, limit: float = float("inf")) -> None:
    """Refuse zero, negative, infinite and NaN numbers."""
    if value is None:
        return
    if not (0 < value <= limit) or value == float("inf"):
        raise UsageError(
            Message("{value} is out of range", value=value),
            where=where,
            remedy=Message("it must be more than 0")
            if limit == float("inf")
            else Message("it must be more than 0 and at most {limit:,.0f}", limit=limit),
        )


def read_machine(
    catalog: Catalog, hardware: Hardware, *, needed: bool
) -> tuple[Machine | None, tuple[Reason, ...]]:
    """The machine asked for, or this one when nothing was said and one is needed."""
    devices = 1 if hardware.gpus is None else hardware.gpus
    positive(devices, where="--gpus", limit=MAX_DEVICES)
    memory = (
        None if hardware.gpu_mem is None else parse_memory_gib(hardware.gpu_mem, where="--gpu-mem")
    )
    ram = None if hardware.ram is None else parse_memory_gib(hardware.ram, where="--ram")
    if hardware.gpu is not None:
        device = named(catalog, "--gpu", hardware.gpu)
        if memory is None:
            said = memory_of(hardware.gpu)
            if any(option.gib == said for option in catalog.devices[device].memory):
                memory = said
        machine = from_device(catalog, device, nominal=memory, devices=devices, ram=ram)
        return machine, (describe(machine, detected=False),)
    if memory is not None:
        machine = from_memory(memory, devices, ram)
        return machine, (describe(machine, detected=False),)
    if hardware.gpus is not None:
        raise UsageError(
            Message("the number of devices says nothing without their size"),
            where="--gpus",
            remedy=Message("add --gpu NAME or --gpu-mem GIB"),
        )
    if hardware.ram is not None:
        from llm_select.hardware.detect import Seen
        from llm_select.hardware.detect import machine as detected

        machine = detected(catalog, Seen((), ram or 0.0))
        return machine, (describe(machine, detected=False),)
    if not needed:
        return None, ()
    from llm_select.hardware.detect import look
    from llm_select.hardware.detect import machine as detected

    machine = detected(catalog, look())
    return machine, (describe(machine, detected=True),)


def read_workload(
    catalog: Catalog,
    task_id: str | None,
    *,
    context: int | None,
    generate: int | None,
    concurrency: int,
) -> tuple[Workload, Reason]:
    """Lengths: the task's typical ones where nothing was said."""
    positive(context, where="--context", limit=MAX_TOKENS)
    positive(generate, where="--generate", limit=MAX_TOKENS)
    positive(concurrency, where="--concurrency", limit=1_000_000)
    lengths = catalog.tasks[task_id].lengths if task_id is not None else None
    typical_prompt = lengths.prompt if lengths is not None else 1024
    typical_generate = lengths.generate if lengths is not None else 512
    written = generate if generate is not None else typical_generate
    if context is not None and generate is not None and generate >= context:
        raise UsageError(
            Message(
                "{generate} tokens cannot be written in a context of {context}",
                generate=generate,
                context=context,
            ),
            where="--generate",
            remedy=Message("raise --context or lower --generate"),
        )
    if context is None:
        read = typical_prompt
        context = read + written
    else:
        written = min(written, max(1, context // 2)) if generate is None else written
        read = max(1, context - written)
    workload = Workload(context, read, written, concurrency)
    reason = Reason(
        "lengths",
        {"prompt": read, "generate": written, "context": context, "batch": concurrency},
    )
    return workload, reason


def read_weights(catalog: Catalog, profile: str, text: str | None) -> tuple[str, dict[str, float]]:
    """Weights of a profile, or the user's own, which sum to anything and are normalised."""
    scoring = catalog.scoring
    profiles = scoring.profiles if scoring is not None else {}
    name = profile.strip().lower()
    if name not in profiles:
        raise UnknownNameError(Message("profile"), profile, sorted(profiles), where="--profile")
    if text is None:
        chosen = profiles[name].weights
        return name, {c: getattr(chosen, c) for c in CRITERIA}
    if name != DEFAULT_PROFILE:
        raise UsageError(
            Message("own weights take the place of profile {name}", name=name),
            where="--weights",
            remedy=Message("leave out --profile or --weights"),
        )
    weights: dict[str, float] = {}
    for part in half_width(text).split(","):
        key, sign, number = part.partition("=")
        key = key.strip().lower()
        if key not in CRITERIA:
            raise UnknownNameError(Message("criterion"), key, CRITERIA, where="--weights")
        if key in weights:
            raise UsageError(
                Message("{key} is given twice", key=key),
                where="--weights",
                remedy=Message("give each once"),
            )
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not sign or not 0 <= value < float("inf"):
            raise UsageError(
                Message("{part!r} is not a weight", part=part),
                where="--weights",
                remedy=Message("write quality=0.8,speed=0.2 with numbers of 0 or more"),
            )
        weights[key] = value
    total = sum(weights.values())
    if total <= 0:
        raise UsageError(
            Message("all weights are 0"),
            where="--weights",
            remedy=Message("give at least one weight above 0"),
        )
    if total == float("inf"):
        raise UsageError(
            Message("the weights are too large to be added"),
            where="--weights",
            remedy=Message("write smaller ones: only their proportions count"),
        )
    return "custom", {c: weights.get(c, 0.0) / total for c in CRITERIA}


def read_requirements(
    catalog: Catalog,
    task: str,
    *,
    languages: Sequence[str] = (),
    pairs: Sequence[str] = (),
    hardware: Hardware | None = None,
    limits: Limits | None = None,
    context: int | None = None,
    generate: int | None = None,
    concurrency: int = 1,
    profile: str = DEFAULT_PROFILE,
    weights: str | None = None,
    exclude_boards: Sequence[str] = (),
    machine_needed: bool | None = None,
) -> Requirements:
    """Everything a question needs, checked. Raises UsageError and its kin for anything wrong.

    `machine_needed` False leaves the machine out when none is given; None: unless only hosted models are asked for.
    """
    hardware, limits = hardware or Hardware(), limits or Limits()
    task_id = named(catalog, "--task", task)
    catalog.links.get(
        task_id
    )  # a source checkout reads or fits them here, at the edge, not in the middle
    spoken, paired = _languages(catalog, task_id, languages, pairs)
    access = _access(hardware, limits)
    needed = access != "hosted" if machine_needed is None else machine_needed
    machine, said = read_machine(catalog, hardware, needed=needed)
    workload, lengths = read_workload(
        catalog, task_id, context=context, generate=generate, concurrency=concurrency
    )
    name, weighed = read_weights(catalog, profile, weights)
    for value, where in (
        (limits.min_speed, "--min-speed"),
        (limits.max_price, "--max-price"),
    ):
        positive(value, where=where)
    _check_accuracy(catalog, task_id, limits.min_accuracy)
    if not 0 <= limits.examples <= MAX_EXAMPLES:
        raise UsageError(
            Message("{value} is out of range", value=limits.examples),
            where="--examples",
            remedy=Message("it must be 0 or more and at most {limit:,}", limit=MAX_EXAMPLES),
        )
    assumed = [*said, lengths]
    if not spoken and not paired and not catalog.tasks[task_id].monolingual:
        assumed.append(Reason("all-languages", {}))
    if limits.max_price is not None and access == "open":
        assumed.append(Reason("price-of-hosted", {"limit": limits.max_price}))
    return Requirements(
        task=task_id,
        machine=machine,
        workload=workload,
        weights=weighed,
        profile=name,
        languages=spoken,
        pairs=paired,
        min_accuracy=limits.min_accuracy,
        min_speed=limits.min_speed,
        max_price=limits.max_price,
        commercial=limits.commercial,
        licenses=tuple(named(catalog, "--license", v) for v in limits.licenses),
        weights_access=access,
        privacy=choose(limits.privacy, ("self-hosted", "any"), where="--privacy"),
        modalities=tuple(
            choose(v, ("text", "image", "audio", "video"), where="--modality")
            for v in limits.modalities
        ),
        engines=tuple(named(catalog, "--engine", v) for v in limits.engines),
        quantizations=tuple(named(catalog, "--quantization", v) for v in limits.quantizations),
        thinking=choose(limits.thinking, ("on", "off", "any"), where="--thinking"),
        families=tuple(named(catalog, "--family", v) for v in limits.families),
        examples=limits.examples,
        exclude_boards=tuple(exclude_boards),
        assumed=tuple(assumed),
    )


def _check_accuracy(catalog: Catalog, task_id: str, wanted: float | None) -> None:
    """Refuse an accuracy that the task's reference board cannot show: most often another unit was meant."""
    if wanted is None:
        return
    reference = catalog.tasks[task_id].reference
    if not abs(wanted) < float("inf"):
        raise UsageError(
            Message("{value} is not a number", value=wanted),
            where="--min-accuracy",
            remedy=Message("write it in the unit of the task's reference board"),
        )
    if reference is None:
        raise UsageError(
            Message("no board ranks models for {task}", task=task_id),
            where="--min-accuracy",
            remedy=Message("leave it out: nothing can be held against it"),
        )
    benchmark = catalog.benchmarks[catalog.boards[reference.board].benchmark]
    floor, ceiling = benchmark.floor, benchmark.ceiling
    if floor is None or ceiling is None or min(floor, ceiling) <= wanted <= max(floor, ceiling):
        return
    raise UsageError(
        Message("{value:g} is out of range", value=wanted),
        where="--min-accuracy",
        remedy=Message(
            "{board} goes from {floor:g} to {ceiling:g} ({unit})",
            board=reference.board,
            floor=floor,
            ceiling=ceiling,
            unit=benchmark.unit,
        ),
    )


def _access(hardware: Hardware, limits: Limits) -> str:
    private = limits.privacy.strip().lower() == "self-hosted"
    access = limits.weights_access
    if access is None:
        return "open"
    access = choose(access, ("open", "hosted", "any"), where="--weights-access")
    if access == "hosted" and hardware.given:
        raise UsageError(
            Message("hosted models do not run on your hardware"),
            where="--weights-access",
            remedy=Message("leave out the hardware options, or use --weights-access any"),
        )
    if access == "hosted" and private:
        raise UsageError(
            Message("a hosted model is not self-hosted"),
            where="--privacy",
            remedy=Message("leave out --privacy self-hosted or --weights-access hosted"),
        )
    if access == "hosted" and (limits.engines or limits.quantizations):
        raise UsageError(
            Message("a hosted model's engine and format are its provider's"),
            where="--engine" if limits.engines else "--quantization",
            remedy=Message("leave it out, or use --weights-access any"),
        )
    return access


def _languages(
    catalog: Catalog, task_id: str, languages: Sequence[str], pairs: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    task = catalog.tasks[task_id]
    if task.monolingual and (languages or pairs):
        raise UsageError(
            Message("{task} has no natural language to choose", task=task_id),
            where="--language" if languages else "--pair",
            remedy=Message("leave it out"),
        )
    if pairs and not task.paired:
        raise UsageError(
            Message("{task} is done within one language", task=task_id),
            where="--pair",
            remedy=Message("use --language CODE"),
        )
    return (
        tuple(named(catalog, "--language", v) for v in languages),
        tuple(named(catalog, "--pair", v) for v in pairs),
    )
