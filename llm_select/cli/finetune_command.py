"""`llm-select finetune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import (
    CatalogOption,
    CommercialOption,
    DebugOption,
    ExcludeOption,
    GpuMemOption,
    GpuOption,
    GpusOption,
    LanguageOption,
    LicenseOption,
    LocaleOption,
    MinAccuracyOption,
    OutputOption,
    PairOption,
)
from llm_select.i18n import translated
from llm_select.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llm_select.questions.finetune import Goal
    from llm_select.questions.requirements import Hardware
    from llm_select.render.document import Document
    from llm_select.schema.catalog import Catalog

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

DEFAULT_PLANS = (("full", "bf16"), ("lora", "bf16"), ("qlora", "nf4"))
"""Methods shown when none is asked for, with the base format of each."""


@app.command(
    epilog=examples(
        (
            Message("How to adapt a model with 2000 examples, and the plan"),
            "llm-select finetune qwen3-8b --task coding --examples 2000 --gpu 'RTX 4090'",
        ),
        (
            Message("Which model to adapt"),
            "llm-select finetune --task ner --language de --examples 5000 --gpu-mem 24",
        ),
        (
            Message("Memory of full, LoRA and QLoRA training side by side"),
            "llm-select finetune qwen3-8b --gpu-mem 24 --seq-len 1024",
        ),
        (
            Message("A project that trains as planned"),
            "llm-select finetune qwen3-8b --task ner --language de --examples 5000 \\\n"
            "  --gpu 'RTX 4090' --export ner-project",
        ),
    )
)
def finetune(
    model: Annotated[
        str | None, typer.Argument(help="Model id, name, alias or repository.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(
            "--cases", help="CSV with one case per row; writes the same rows with estimates."
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", "-t", help="Task id: asks for a strategy and a plan."),
    ] = None,
    examples: Annotated[
        int | None, typer.Option("--examples", help="Labelled examples to train on.")
    ] = None,
    language: LanguageOption = None,
    pair: PairOption = None,
    min_accuracy: MinAccuracyOption = None,
    privacy: Annotated[
        str | None, typer.Option(help="self-hosted: no text may leave your machines; or any.")
    ] = None,
    commercial: CommercialOption = False,
    license_: LicenseOption = None,
    exclude_board: ExcludeOption = None,
    tokens_per_example: Annotated[
        int | None,
        typer.Option(help="Mean tokens of an example, answer included; default by task."),
    ] = None,
    regression: Annotated[
        bool, typer.Option("--regression", help="The label is a number, such as stars.")
    ] = False,
    price_per_hour: Annotated[
        float | None, typer.Option(help="USD an hour for the whole machine.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="full, lora, qlora, dora …; default: what the strategy advises, or several side by side."
        ),
    ] = None,
    quantization: Annotated[
        str | None, typer.Option("--quantization", "-q", help="Format of the base.")
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="Optimizer id; default adamw.")] = None,
    precision: Annotated[
        str | None, typer.Option(help="bf16, fp16, bf16-mixed, fp16-mixed or fp32.")
    ] = None,
    lora_rank: Annotated[int | None, typer.Option(help="Rank of an adapter.")] = None,
    lora_targets: Annotated[
        str | None, typer.Option(help="Module names separated by `;`, or all-linear.")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak; default by recipe.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Passes over the examples.")] = None,
    accumulation: Annotated[int | None, typer.Option(help="Passes before one step.")] = None,
    batch: Annotated[int | None, typer.Option(help="Sequences in one pass of one GPU.")] = None,
    seq_len: Annotated[int | None, typer.Option(help="Tokens of each, padding included.")] = None,
    checkpointing: Annotated[
        bool | None,
        typer.Option("--checkpointing/--no-checkpointing", help="Recompute activations."),
    ] = None,
    trainer: Annotated[
        str | None, typer.Option(help="transformers, peft, litgpt, torchtune, unsloth …")
    ] = None,
    sharding: Annotated[
        str | None, typer.Option(help="none, ddp, zero1, zero2, zero3 or fsdp.")
    ] = None,
    gpu: GpuOption = None,
    gpus: GpusOption = None,
    gpu_mem: GpuMemOption = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show every rule, and the reason for each setting."),
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="New folder for a training project that follows the plan."),
    ] = None,
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """How to adapt a model to a task, and the training plan; without --task, memory by method and part."""
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.errors import UsageError
    from llm_select.questions.finetune import Goal
    from llm_select.questions.names import named
    from llm_select.questions.requirements import Hardware

    form = check_form(output)
    loaded = open_catalog(catalog)
    asked = {
        "method": method, "quantization": quantization, "optimizer": optimizer, "precision": precision,
        "lora_rank": lora_rank, "lora_targets": lora_targets, "batch": batch, "seq_len": seq_len,
        "checkpointing": checkpointing, "engine": trainer, "sharding": sharding, "gpus": gpus,
    }  # fmt: skip
    row = {k: _text(v) for k, v in asked.items() if v is not None}
    goal = Goal(
        task, examples, language or None, pair or None, min_accuracy, privacy, commercial, license_ or None,
        exclude_board or None,
        tokens_per_example, epochs, learning_rate, accumulation, regression, price_per_hour, explain, export,
    )  # fmt: skip
    if cases is not None:
        from llm_select.cli.finetune_cases import write_cases

        if model is not None or row or gpu or gpu_mem or goal != Goal():
            raise UsageError(
                Message("a training sheet holds its own models and settings"),
                where="--cases",
                remedy=Message("put them in columns of the file"),
            )
        return write_cases(loaded, cases, form)
    goal.refuse_without_task()
    if model is None and task is None:
        raise UsageError(
            Message("no model given"),
            where="MODEL",
            remedy=Message("name one, add --task ID, or use --cases FILE"),
        )
    model_id = named(loaded, "MODEL", model) if model is not None else None
    hardware = Hardware(gpu, gpus, gpu_mem)
    if model_id is None or task is not None:
        return _strategy(loaded, model_id, goal, row, hardware, form)
    return _side_by_side(loaded, model_id, row, hardware, form)


def _strategy(
    catalog: Catalog,
    model_id: str | None,
    goal: Goal,
    row: Mapping[str, str],
    hardware: Hardware,
    form: str,
) -> int:
    """Strategy and plan for a task. Returns the exit code: 1 when nothing can be done or the plan does not fit."""
    from llm_select.cli.output import emit
    from llm_select.questions.finetune import ask_strategy
    from llm_select.render.document import Exported
    from llm_select.render.plan_payload import answer_json
    from llm_select.render.plan_view import answer_document

    found = ask_strategy(catalog, model_id, goal, row, hardware)
    exported: Exported | None = None
    if goal.export is not None:
        from llm_select.cli.finetune_export import export_project

        exported = Exported(str(goal.export), tuple(export_project(goal.export, found, catalog)))
    emit(
        form,
        lambda: answer_document(found, catalog, explain=goal.explain, exported=exported),
        lambda: answer_json(found, catalog, exported),
    )
    return 0 if found.follows else 1


def _side_by_side(
    catalog: Catalog, model_id: str, row: Mapping[str, str], hardware: Hardware, form: str
) -> int:
    """Memory by part, for one method or several. Returns the exit code: 1 when none fits the machine."""
    from llm_select.cli.output import emit
    from llm_select.questions.requirements import read_machine
    from llm_select.questions.training import case_memory, refuse_lone_sharding, refuse_unused
    from llm_select.render.finetune_view import Plan, finetune_document, finetune_json
    from llm_select.units import GIB

    method, quantization = row.get("method"), row.get("quantization")
    machine = None
    if hardware.gpu or hardware.gpu_mem:
        machine, _ = read_machine(catalog, hardware, needed=False)
    refuse_lone_sharding(dict(row))
    if method is not None:
        refuse_unused(dict(row))
    wanted = [(method, None)] if method is not None or quantization is not None else DEFAULT_PLANS
    plans, assumed = [], []
    recomputed = []
    for one, base in wanted:
        said: list[str] = []
        settings = {
            **row,
            **({"method": one} if one else {}),
            **({"quantization": base} if base else {}),
        }
        memory = case_memory(catalog, model_id, settings, said)
        verdict = memory.verdict(machine.usable_gib * GIB) if machine is not None else None
        filled = dict(part.split("=", 1) for part in said)
        chosen = (
            settings.get("method") or filled["method"],
            settings.get("quantization") or filled["quantization"],
        )
        plans.append(Plan(*chosen, memory, verdict))
        assumed += said
        if machine is not None and verdict != "fits" and "checkpointing" not in row:
            smaller = case_memory(catalog, model_id, {**settings, "checkpointing": "1"}, [])
            fits = smaller.verdict(machine.usable_gib * GIB)
            recomputed.append(Plan(*chosen, smaller, fits))
    assumed = list(dict.fromkeys(assumed))
    fitting = [plan for plan in recomputed if plan.verdict == "fits"]
    shown = f"{machine.devices} × {machine.name}" if machine is not None else None

    def document() -> Document:
        name = catalog.models[model_id].name
        where = f"{machine.devices} × {translated(machine.name)}" if machine is not None else None
        return finetune_document(name, plans, assumed, where, fitting)

    emit(form, document, lambda: finetune_json(model_id, plans, assumed, shown, fitting))
    return 0 if machine is None or any(p.verdict == "fits" for p in plans) else 1


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
