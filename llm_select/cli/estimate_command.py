"""`llm-select estimate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.options import (
    CatalogOption,
    ConcurrencyOption,
    ContextOption,
    DebugOption,
    EngineOption,
    GenerateOption,
    GpuMemOption,
    GpuOption,
    GpusOption,
    LocaleOption,
    OutputOption,
    QuantizationOption,
    RamOption,
)

if TYPE_CHECKING:
    from llm_select.render.document import Document
    from llm_select.selection.footprints import Holder

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(epilog="Example: llm-select estimate qwen3-32b --gpu 'RTX 4090' --context 32768")
def estimate(
    model: Annotated[
        str | None, typer.Argument(help="Model id, name, alias or repository.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(
            "--cases", help="CSV with one case per row; writes the same rows with estimates."
        ),
    ] = None,
    gpu: GpuOption = None,
    gpus: GpusOption = None,
    gpu_mem: GpuMemOption = None,
    ram: RamOption = None,
    context: ContextOption = None,
    generate: GenerateOption = None,
    concurrency: ConcurrencyOption = 1,
    engine: EngineOption = None,
    quantization: QuantizationOption = None,
    kv_type: Annotated[
        str | None, typer.Option("--kv-type", help="Cache type, for example q8_0 or fp8.")
    ] = None,
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = "en",
    debug: DebugOption = False,
) -> int:
    """Memory by part, speed, and the largest context and batch that fit; without hardware, what it needs."""
    from llm_select.cli.names import named
    from llm_select.cli.output import check_form, emit, open_catalog
    from llm_select.cli.question import Hardware, read_machine, read_workload
    from llm_select.errors import UsageError
    from llm_select.selection.footprints import footprints, holders
    from llm_select.selection.types import Requirements

    form = check_form(output, locale)
    loaded = open_catalog(catalog)
    hardware = Hardware(gpu, gpus, gpu_mem, ram)
    if cases is not None:
        from llm_select.cli.estimate_cases import write_cases

        lengths_given = context or generate or concurrency != 1 or kv_type
        if model is not None or hardware.given or engine or quantization or lengths_given:
            raise UsageError(
                "a sizing sheet holds its own models, machines and lengths",
                where="--cases",
                remedy="put them in columns of the file",
            )
        return write_cases(loaded, cases, form)
    if model is None:
        raise UsageError("no model given", where="MODEL", remedy="name one, or use --cases FILE")
    model_id = named(loaded, "MODEL", model)
    card = loaded.models[model_id]
    if card.architecture is None:
        raise UsageError(
            f"the shape of {card.name} is not published, so its memory cannot be computed",
            where="MODEL",
            remedy="estimate an open model; for prices see `llm-select show`",
        )
    machine, said = read_machine(loaded, hardware, needed=False)
    workload, lengths = read_workload(
        loaded, None, context=context, generate=generate, concurrency=concurrency
    )
    requirements = Requirements(
        task="",
        machine=machine,
        workload=workload._replace(kv_type=kv_type),
        weights={},
        profile="",
        engines=tuple(named(loaded, "--engine", v) for v in engine or ()),
        quantizations=tuple(named(loaded, "--quantization", v) for v in quantization or ()),
        assumed=(*said, lengths),
    )
    try:
        found = footprints(loaded, model_id, requirements)
    except UsageError as error:
        if error.where == "kv_type":  # the sizing sheet's column of the same name
            error.where = "--kv-type"
        raise
    if not found and machine is not None and machine.engines is not None and not machine.engines:
        raise UsageError(
            f"no engine in the catalog runs on a {machine.name}",
            where="--gpu",
            remedy="name a newer device; see `llm-select hardware list`",
        )
    if not found:
        raise UsageError(
            f"no engine in the catalog runs {card.name} that way",
            where="--engine" if engine else "--quantization" if quantization else "MODEL",
            remedy="leave out --engine and --quantization to see what there is",
        )
    fitting = [one for one in found if one.memory.verdict == "fits"]
    chosen = fitting[0] if fitting else min(found, key=lambda one: one.needed_gib)
    held: tuple[Holder, ...] = ()
    if machine is None:
        from llm_select.hardware.machine import every, stacks

        held = holders(
            chosen.candidate,
            requirements.workload,
            every(loaded),
            stacked=lambda one: stacks(loaded, one),
        )

    def document() -> Document:
        from llm_select.render.estimate_view import estimate_document

        return estimate_document(card.name, found, held, requirements, chosen)

    def payload() -> object:
        from llm_select.render.estimate_view import estimate_json

        return estimate_json(model_id, found, held, requirements, chosen)

    emit(form, document, payload)
    return 0 if machine is None or fitting else 1
