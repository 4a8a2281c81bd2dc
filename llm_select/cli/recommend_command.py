"""`llm-select recommend`."""

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
            Message("English to Chinese on a card of 24 GiB"),
            "llm-select recommend --task translation --pair en-zh --gpu-mem 24",
        ),
        (
            Message("Entities in German text, with the evidence and the parts of each score"),
            "llm-select recommend --task ner --language de --gpu 'RTX 4090' --explain",
        ),
        (
            Message("Code on a laptop with 64 GiB, only licences that allow commercial use"),
            "llm-select recommend --task coding --gpu 'M4 Max' --gpu-mem 64 --commercial",
        ),
        (
            Message("Hosted models that ask at most 2 USD per million tokens written"),
            "llm-select recommend --task knowledge --weights-access hosted --max-price 2",
        ),
        (
            Message("At least 30 tokens/s for each of 8 users at a time"),
            "llm-select recommend --task coding --gpu H100 --concurrency 8 --min-speed 30",
        ),
        (
            Message("Names and scores for another program"),
            "llm-select recommend --task dialogue --gpu-mem 24 -o csv",
        ),
    )
)
def recommend(
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
    top: Annotated[int, typer.Option(help="Picks shown.")] = 5,
    variants: Annotated[
        bool, typer.Option("--variants", help="Show every format that fits, not only the best.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show score parts and evidence of each pick.")
    ] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="Show every model, rejected ones too.")
    ] = False,
    output: PicturedOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Rank models for a task on a machine, with the reason for every rank."""
    from llm_select.cli.output import PICTURED, check_form, emit, open_catalog
    from llm_select.questions.requirements import Hardware, Limits, positive, read_requirements
    from llm_select.selection.recommend import SHOWN, UNRATED_SHOWN
    from llm_select.selection.recommend import recommend as advise

    form = check_form(output, PICTURED)
    positive(top, where="--top", limit=100_000)
    loaded = open_catalog(catalog)
    requirements = read_requirements(
        loaded,
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
    whole = all_ or form == "json"
    result = advise(
        loaded,
        requirements,
        near_misses=None if all_ or form in PICTURED else max(SHOWN, top),
        unrated=None if whole else UNRATED_SHOWN,
    )

    def document() -> Document:
        from llm_select.render.recommend_view import recommendation_document

        return recommendation_document(
            result, loaded, top=top, variants=variants, explain=explain, everything=all_
        )

    def payload() -> object:
        from llm_select.render.payload import recommendation_json
        from llm_select.render.tradeoffs_view import tradeoffs_json

        answer = recommendation_json(result, loaded, top=top, everything=all_, variants=variants)
        return {**answer, **tradeoffs_json(result)}

    def pictures() -> list[Picture]:
        from llm_select.render.pictures import of_recommendation

        return of_recommendation(result, loaded, top=top)

    emit(form, document, payload, pictures, loaded)
    return 0 if result.picks else 1
