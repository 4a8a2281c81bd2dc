"""`llm-select compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import (
    CatalogOption,
    ConcurrencyOption,
    ContextOption,
    DebugOption,
    EngineOption,
    ExamplesOption,
    ExcludeOption,
    GenerateOption,
    GpuMemOption,
    GpuOption,
    GpusOption,
    LanguageOption,
    LocaleOption,
    PairOption,
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
            Message("Three translators side by side"),
            "llm-select compare nllb-200-3.3b gemma-3-12b-it gpt-4.1 \\\n"
            "  --task translation --pair en-zh",
        ),
        (
            Message("Memory and speed on one card"),
            "llm-select compare qwen3-8b gemma-3-12b-it --gpu 'RTX 4090' --context 16384",
        ),
        (
            Message("Only in these two formats"),
            "llm-select compare qwen3-8b gemma-3-12b-it -q q4_k_m -q q8_0 --gpu-mem 16",
        ),
    )
)
def compare(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL MODEL …", help="Two or more models.")
    ],
    task: Annotated[
        str | None, typer.Option("--task", "-t", help="Task id; without it no quality is rated.")
    ] = None,
    language: LanguageOption = None,
    pair: PairOption = None,
    gpu: GpuOption = None,
    gpus: GpusOption = None,
    gpu_mem: GpuMemOption = None,
    ram: RamOption = None,
    context: ContextOption = None,
    generate: GenerateOption = None,
    concurrency: ConcurrencyOption = 1,
    engine: EngineOption = None,
    quantization: QuantizationOption = None,
    examples: ExamplesOption = 0,
    exclude_board: ExcludeOption = None,
    output: PicturedOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Put models side by side: architecture, memory and speed on one machine, shared boards, licence."""
    from llm_select.cli.output import PICTURED, check_form, emit, open_catalog
    from llm_select.questions.compare import compare_models
    from llm_select.questions.requirements import Hardware

    form = check_form(output, PICTURED)
    loaded = open_catalog(catalog)
    result = compare_models(
        loaded,
        models,
        task=task,
        languages=language or (),
        pairs=pair or (),
        hardware=Hardware(gpu, gpus, gpu_mem, ram),
        engines=engine or (),
        quantizations=quantization or (),
        examples=examples,
        context=context,
        generate=generate,
        concurrency=concurrency,
        exclude_boards=exclude_board or (),
    )

    def document() -> Document:
        from llm_select.render.compare_view import comparison_document

        return comparison_document(result, loaded, rated=task is not None)

    def payload() -> object:
        from llm_select.render.payload import comparison_json

        return comparison_json(result, loaded)

    def pictures() -> list[Picture]:
        from llm_select.render.pictures import of_comparison

        return of_comparison(result)

    emit(form, document, payload, pictures, loaded)
    return 0
