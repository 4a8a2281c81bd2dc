"""`llm-select estimate`."""

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
    GpusOption,
    LocaleOption,
    PicturedOption,
    QuantizationOption,
    RamOption,
)
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.render.document import Document
    from llm_select.render.pictures import Picture

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (
            Message("Memory by part and speed with a context of 32768 tokens"),
            "llm-select estimate qwen3-32b --gpu 'RTX 4090' --context 32768",
        ),
        (Message("What machine it needs"), "llm-select estimate llama-3.1-70b-instruct -q q4_k_m"),
        (
            Message("On two cards, eight requests at a time, the cache in 8 bits"),
            "llm-select estimate qwen3-32b --gpu 'RTX 4090' --gpus 2 --engine vllm \\\n"
            "  --concurrency 8 --kv-type fp8",
        ),
        (Message("Many cases from a sheet"), "llm-select estimate --cases sizes.csv -o csv"),
    )
)
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
    output: PicturedOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Memory by part, speed, and the largest context and batch that fit; without hardware, what it needs."""
    from llm_select.cli.output import PICTURED, check_form, emit, open_catalog
    from llm_select.errors import UsageError
    from llm_select.questions.estimate import estimate_model
    from llm_select.questions.requirements import Hardware

    form = check_form(output, PICTURED)
    loaded = open_catalog(catalog)
    hardware = Hardware(gpu, gpus, gpu_mem, ram)
    if cases is not None:
        from llm_select.cli.estimate_cases import write_cases

        lengths_given = context or generate or concurrency != 1 or kv_type
        if model is not None or hardware.given or engine or quantization or lengths_given:
            raise UsageError(
                Message("a sizing sheet holds its own models, machines and lengths"),
                where="--cases",
                remedy=Message("put them in columns of the file"),
            )
        return write_cases(loaded, cases, form)
    if model is None:
        raise UsageError(
            Message("no model given"),
            where="MODEL",
            remedy=Message("name one, or use --cases FILE"),
        )
    answer = estimate_model(
        loaded,
        model,
        hardware=hardware,
        context=context,
        generate=generate,
        concurrency=concurrency,
        engines=engine or (),
        quantizations=quantization or (),
        kv_type=kv_type,
    )

    def document() -> Document:
        from llm_select.render.estimate_view import estimate_document

        return estimate_document(loaded.models[answer.model].name, *answer[1:])

    def payload() -> object:
        from llm_select.render.estimate_view import estimate_json

        return estimate_json(*answer)

    def pictures() -> list[Picture]:
        from llm_select.render.pictures import of_estimate

        return of_estimate(answer.found, answer.requirements, answer.chosen)

    emit(form, document, payload, pictures, loaded)
    return 0 if answer.fits else 1
