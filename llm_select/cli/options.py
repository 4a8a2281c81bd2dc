"""Options that several commands share, declared once."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

HARDWARE = "Hardware"
NEEDS = "Needs"
OUTPUT = "Output"
COMMAND: ContextVar[tuple[str, ...]] = ContextVar("llm_select_command", default=())
"""The arguments of this run, for pages that say how they are made again."""

TaskOption = Annotated[str, typer.Option("--task", "-t", help="Task id; see `llm-select tasks`.")]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language", "-l", help="Language, as BCP-47 tag or name (de, German, 德语); repeatable."
    ),
]
PairOption = Annotated[
    list[str] | None,
    typer.Option("--pair", help="Translation direction such as en-zh; repeatable."),
]
GpuOption = Annotated[
    str | None, typer.Option("--gpu", help="Device name; see `llm-select hardware list`.")
]
GpusOption = Annotated[int | None, typer.Option("--gpus", help="Number of alike devices.")]
GpuMemOption = Annotated[
    str | None,
    typer.Option("--gpu-mem", help="Nominal GiB per device (24, 24GB and 24GiB mean the same)."),
]
RamOption = Annotated[
    str | None, typer.Option("--ram", help="Main memory in GiB for layers that do not fit.")
]
ContextOption = Annotated[
    int | None, typer.Option("--context", help="Tokens of context to reserve; default by task.")
]
GenerateOption = Annotated[
    int | None, typer.Option("--generate", help="Tokens written per request; default by task.")
]
ConcurrencyOption = Annotated[int, typer.Option("--concurrency", help="Requests served at a time.")]
EngineOption = Annotated[list[str] | None, typer.Option("--engine", help="Engine id; repeatable.")]
QuantizationOption = Annotated[
    list[str] | None,
    typer.Option("--quantization", "-q", help="Number format id; repeatable."),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude-board", help="Leave out evidence: glob over board ids; repeatable."),
]
ExamplesOption = Annotated[
    int, typer.Option("--examples", help="Labelled examples you could fine-tune on.")
]
ProfileOption = Annotated[
    str, typer.Option("--profile", help="How criteria weigh: balanced, quality, speed or frugal.")
]
WeightsOption = Annotated[
    str | None,
    typer.Option("--weights", help="Own weights, for example quality=0.8,speed=0.2."),
]
MinAccuracyOption = Annotated[
    float | None,
    typer.Option(help="Least quality, in the reference board's unit; the low end must reach it."),
]
MinSpeedOption = Annotated[
    float | None, typer.Option(help="Least tokens/s of one stream; the low end must reach it.")
]
MaxPriceOption = Annotated[
    float | None, typer.Option(help="Most USD per million output tokens of a hosted model.")
]
CommercialOption = Annotated[
    bool, typer.Option("--commercial", help="Only licences that allow commercial use.")
]
LicenseOption = Annotated[
    list[str] | None, typer.Option("--license", help="Licence id; repeatable.")
]
PrivacyOption = Annotated[str, typer.Option(help="self-hosted or any.")]
ModalityOption = Annotated[
    list[str] | None, typer.Option(help="What it must read: image, audio; repeatable.")
]
ThinkingOption = Annotated[str, typer.Option(help="on, off or any.")]
FamilyOption = Annotated[list[str] | None, typer.Option(help="Model family; repeatable.")]
AccessOption = Annotated[
    str | None,
    typer.Option("--weights-access", help="open, hosted or any; default open."),
]
OutputOption = Annotated[
    str, typer.Option("--output", "-o", help="table, plain, json, csv or markdown.")
]
PicturedOption = Annotated[
    str,
    typer.Option("--output", "-o", help="table, plain, json, csv, markdown, html or svg."),
]
CatalogOption = Annotated[
    list[Path] | None,
    typer.Option("--catalog", help="Directory that adds or overrides cards; repeatable."),
]
LocaleOption = Annotated[
    str | None,
    typer.Option("--locale", help="Language of messages: en or zh; default from the environment."),
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
