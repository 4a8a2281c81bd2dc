"""How big and how fast: the question of `estimate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.messages import Message
from llm_select.questions.names import named
from llm_select.questions.requirements import Hardware, read_machine, read_workload
from llm_select.selection.footprints import Footprint, Holder, footprints, holders
from llm_select.selection.types import Requirements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llm_select.schema.catalog import Catalog


class Estimated(NamedTuple):
    """What `estimate` found."""

    model: str
    found: tuple[Footprint, ...]
    held: tuple[Holder, ...]
    """Machines that hold the chosen one, when none was given."""
    requirements: Requirements
    chosen: Footprint
    """The first that fits, else the one that needs the least."""

    @property
    def fits(self) -> bool:
        """False when a machine was given and nothing fits it."""
        return self.requirements.machine is None or self.chosen.memory.verdict == "fits"


def estimate_model(
    catalog: Catalog,
    name: str,
    *,
    hardware: Hardware,
    context: int | None = None,
    generate: int | None = None,
    concurrency: int = 1,
    engines: Sequence[str] = (),
    quantizations: Sequence[str] = (),
    kv_type: str | None = None,
) -> Estimated:
    """Memory and speed of a model as named, in every format asked for. Raises UsageError and its kin."""
    model_id = named(catalog, "MODEL", name)
    card = catalog.models[model_id]
    if card.architecture is None:
        raise UsageError(
            Message(
                "the shape of {model} is not published, so its memory cannot be computed",
                model=card.name,
            ),
            where="MODEL",
            remedy=Message("estimate an open model; for prices see `llm-select show`"),
        )
    machine, said = read_machine(catalog, hardware, needed=False)
    workload, lengths = read_workload(
        catalog, None, context=context, generate=generate, concurrency=concurrency
    )
    requirements = Requirements(
        task="",
        machine=machine,
        workload=workload._replace(kv_type=kv_type),
        weights={},
        profile="",
        engines=tuple(named(catalog, "--engine", v) for v in engines),
        quantizations=tuple(named(catalog, "--quantization", v) for v in quantizations),
        assumed=(*said, lengths),
    )
    try:
        found = footprints(catalog, model_id, requirements)
    except UsageError as error:
        if error.where == "kv_type":  # the sizing sheet's column of the same name
            error.where = "--kv-type"
        raise
    if not found and machine is not None and machine.engines is not None and not machine.engines:
        raise UsageError(
            Message("no engine in the catalog runs on a {machine}", machine=machine.name),
            where="--gpu",
            remedy=Message("name a newer device; see `llm-select hardware list`"),
        )
    if not found:
        raise UsageError(
            Message("no engine in the catalog runs {model} that way", model=card.name),
            where="--engine" if engines else "--quantization" if quantizations else "MODEL",
            remedy=Message("leave out --engine and --quantization to see what there is"),
        )
    fitting = [one for one in found if one.memory.verdict == "fits"]
    chosen = fitting[0] if fitting else min(found, key=lambda one: one.needed_gib)
    held: tuple[Holder, ...] = ()
    if machine is None:
        from llm_select.hardware.machine import every, stacks

        held = holders(
            chosen.candidate,
            requirements.workload,
            every(catalog),
            stacked=lambda one: stacks(catalog, one),
        )
    return Estimated(model_id, tuple(found), held, requirements, chosen)
