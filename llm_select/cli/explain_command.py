"""`llm-select explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import (
    AccessOption,
    CatalogOption,
    CommercialOption,
    ConcurrencyOption,
    ContextOption,
    DebugOption,
    EngineOption,
    ExamplesOption,
    ExcludeOption,
    FamilyOption,
    GenerateOption,
    GpuMemOption,
    GpuOption,
    GpusOption,
    LanguageOption,
    LicenseOption,
    LocaleOption,
    MaxPriceOption,
    MinAccuracyOption,
    MinSpeedOption,
    ModalityOption,
    PairOption,
    PicturedOption,
    PrivacyOption,
    ProfileOption,
    QuantizationOption,
    RamOption,
    TaskOption,
    ThinkingOption,
    WeightsOption,
)
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.render.document import Document
    from llm_select.render.pictures import Picture

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (
            Message("Why a model is not among the picks, and what would admit it"),
            "llm-select explain llama-3.1-70b-instruct --task dialogue --gpu-mem 24",
        ),
        (
            Message("On which evidence a quality stands"),
            "llm-select explain tower-plus-9b --task translation --pair en-zh \\\n  --gpu-mem 24",
        ),
        (
            Message("What would be said without a board"),
            "llm-select explain gemma-3-27b-it --task dialogue --gpu-mem 24 \\\n"
            "  --exclude-board 'lmarena*'",
        ),
    )
)
def explain(
    model: Annotated[str, typer.Argument(help="Model id, name, alias or repository.")],
    task: TaskOption,
    language: LanguageOption = None,
    pair: PairOption = None,
    gpu: GpuOption = None,
    gpus: GpusOption = None,
    gpu_mem: GpuMemOption = None,
    ram: RamOption = None,
    context: ContextOption = None,
    generate: GenerateOption = None,
    concurrency: ConcurrencyOption = 1,
    min_accuracy: MinAccuracyOption = None,
    min_speed: MinSpeedOption = None,
    max_price: MaxPriceOption = None,
    commercial: CommercialOption = False,
    license_: LicenseOption = None,
    weights_access: AccessOption = None,
    privacy: PrivacyOption = "any",
    modality: ModalityOption = None,
    engine: EngineOption = None,
    quantization: QuantizationOption = None,
    thinking: ThinkingOption = "any",
    family: FamilyOption = None,
    examples: ExamplesOption = 0,
    profile: ProfileOption = "balanced",
    weights: WeightsOption = None,
    exclude_board: ExcludeOption = None,
    output: PicturedOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Say why a model scored as it did, or why it was rejected and the smallest change that admits it."""
    from llm_select.cli.output import PICTURED, check_form, emit, open_catalog
    from llm_select.questions.explain import explain_model
    from llm_select.questions.names import named
    from llm_select.questions.requirements import Hardware, Limits

    form = check_form(output, PICTURED)
    loaded = open_catalog(catalog)
    result = explain_model(
        loaded,
        named(loaded, "MODEL", model),
        task,
        languages=language or (),
        pairs=pair or (),
        hardware=Hardware(gpu, gpus, gpu_mem, ram),
        limits=Limits(
            min_accuracy=min_accuracy,
            min_speed=min_speed,
            max_price=max_price,
            commercial=commercial,
            licenses=license_ or (),
            weights_access=weights_access,
            privacy=privacy,
            modalities=modality or (),
            engines=engine or (),
            quantizations=quantization or (),
            thinking=thinking,
            families=family or (),
            examples=examples,
        ),
        context=context,
        generate=generate,
        concurrency=concurrency,
        profile=profile,
        weights=weights,
        exclude_boards=exclude_board or (),
    )

    def document() -> Document:
        from llm_select.render.explain_view import explanation_document

        return explanation_document(result, loaded)

    def payload() -> object:
        from llm_select.render.payload import explanation_json

        return explanation_json(result, loaded)

    def pictures() -> list[Picture]:
        from llm_select.render.pictures import of_explanation

        return of_explanation(result)

    emit(form, document, payload, pictures, loaded)
    return 1 if result.item.objections else 0
