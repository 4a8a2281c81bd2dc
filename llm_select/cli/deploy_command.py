"""`llm-select deploy`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import (
    CatalogOption,
    ConcurrencyOption,
    ContextOption,
    DebugOption,
    EngineOption,
    GenerateOption,
    GpuMemOption,
    GpuOption,
    LocaleOption,
    OutputOption,
    QuantizationOption,
    RamOption,
)
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.render.document import Document

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (
            Message("Engines side by side, for four requests at a time"),
            "llm-select deploy qwen3-32b --gpu 'RTX 4090' --concurrency 4",
        ),
        (
            Message("How many machines serve three requests a second, and what that costs"),
            "llm-select deploy qwen3-32b --gpu H100 --requests-per-second 3 \\\n"
            "  --price-per-hour 2.5",
        ),
        (
            Message("Files to run it with"),
            "llm-select deploy qwen3-8b --gpu 'RTX 4090' --engine vllm --export serving",
        ),
    )
)
def deploy(
    model: Annotated[str, typer.Argument(help="Model id, name, alias or repository.")],
    task: Annotated[
        str | None,
        typer.Option(
            "--task", "-t", help="Task id: sets typical lengths, and what an encoder does."
        ),
    ] = None,
    gpu: GpuOption = None,
    gpus: Annotated[
        int | None,
        typer.Option("--gpus", help="Alike devices in one machine; default: as few as hold it."),
    ] = None,
    nodes: Annotated[
        int | None,
        typer.Option(
            "--nodes", help="Alike machines of --gpus devices; default: as few as hold it."
        ),
    ] = None,
    gpu_mem: GpuMemOption = None,
    ram: RamOption = None,
    context: ContextOption = None,
    generate: GenerateOption = None,
    concurrency: ConcurrencyOption = 1,
    requests_per_second: Annotated[
        float | None,
        typer.Option("--requests-per-second", help="Load to serve; says how many replicas."),
    ] = None,
    engine: EngineOption = None,
    quantization: QuantizationOption = None,
    kv_type: Annotated[
        str | None, typer.Option("--kv-type", help="Cache type, for example q8_0 or fp8.")
    ] = None,
    price_per_hour: Annotated[
        float | None,
        typer.Option("--price-per-hour", help="USD that one machine costs per hour."),
    ] = None,
    hosted_price: Annotated[
        str | None,
        typer.Option(
            "--hosted-price",
            help="A price to compare with, USD per million tokens read and written: 0.9,0.9.",
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Directory to write the files of the first plan into."),
    ] = None,
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """What serves a model: engines side by side, settings with reasons, capacity, cost; --export writes files."""
    from llm_select.cli.output import check_form, emit, open_catalog
    from llm_select.plan.deploy import deployment
    from llm_select.questions.deploy import Typed, read_ask
    from llm_select.questions.names import named
    from llm_select.questions.requirements import Hardware

    form = check_form(output)
    loaded = open_catalog(catalog)
    model_id = named(loaded, "MODEL", model)
    typed = Typed(
        task,
        Hardware(gpu, gpus, gpu_mem, ram),
        nodes,
        context,
        generate,
        concurrency,
        requests_per_second,
        tuple(engine or ()),
        tuple(quantization or ()),
        kv_type,
        price_per_hour,
        hosted_price,
        export is not None,
    )
    ask = read_ask(loaded, model_id, typed)
    answer = deployment(loaded, model_id, ask)
    written: tuple[str, ...] = ()
    if export is not None and answer.fits:
        from llm_select.export.serving.project import write
        from llm_select.render.deploy_messages import say

        written = write(answer, export, say)

    def document() -> Document:
        from llm_select.render.deploy_view import deploy_document

        return deploy_document(answer, written, export is not None and not answer.fits)

    def payload() -> object:
        from llm_select.render.deploy_json import deploy_json

        return deploy_json(answer, written)

    emit(form, document, payload)
    return 0 if answer.fits else 1
