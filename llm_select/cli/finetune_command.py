"""`llm-select finetune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.options import (
    CatalogOption,
    DebugOption,
    GpuMemOption,
    GpuOption,
    GpusOption,
    LocaleOption,
    OutputOption,
)

if TYPE_CHECKING:
    from llm_select.render.document import Document

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

DEFAULT_PLANS = (("full", "bf16"), ("lora", "bf16"), ("qlora", "nf4"))
"""Methods shown when none is asked for, with the base format of each."""


@app.command(epilog="Example: llm-select finetune llama-3.1-8b --gpu-mem 24 --seq-len 2048")
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
    method: Annotated[
        str | None, typer.Option(help="full, lora, qlora, dora …; default: several, side by side.")
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
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = "en",
    debug: DebugOption = False,
) -> int:
    """Memory to fine-tune a model, by part, for one method or several side by side."""
    from llm_select.cli.names import named
    from llm_select.cli.output import check_form, emit, open_catalog
    from llm_select.cli.question import Hardware, read_machine
    from llm_select.errors import UsageError

    form = check_form(output, locale)
    loaded = open_catalog(catalog)
    asked = {
        "method": method, "quantization": quantization, "optimizer": optimizer, "precision": precision,
        "lora_rank": lora_rank, "lora_targets": lora_targets, "batch": batch, "seq_len": seq_len,
        "checkpointing": checkpointing, "engine": trainer, "sharding": sharding, "gpus": gpus,
    }  # fmt: skip
    row = {k: _text(v) for k, v in asked.items() if v is not None}
    if cases is not None:
        from llm_select.cli.finetune_cases import write_cases

        if model is not None or row or gpu or gpu_mem:
            raise UsageError(
                "a training sheet holds its own models and settings",
                where="--cases",
                remedy="put them in columns of the file",
            )
        return write_cases(loaded, cases, form)
    if model is None:
        raise UsageError("no model given", where="MODEL", remedy="name one, or use --cases FILE")
    from llm_select.cli.finetune_cases import case_memory, refuse_unused
    from llm_select.render.finetune_view import Plan, finetune_document, finetune_json
    from llm_select.units import GIB

    model_id = named(loaded, "MODEL", model)
    machine = None
    if gpu or gpu_mem:
        machine, _ = read_machine(loaded, Hardware(gpu, gpus, gpu_mem), needed=False)
    if method is not None:
        refuse_unused(row)
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
        memory = case_memory(loaded, model_id, settings, said)
        verdict = memory.verdict(machine.usable_gib * GIB) if machine is not None else None
        filled = dict(part.split("=", 1) for part in said)
        chosen = (
            settings.get("method") or filled["method"],
            settings.get("quantization") or filled["quantization"],
        )
        plans.append(Plan(*chosen, memory, verdict))
        assumed += said
        if machine is not None and verdict != "fits" and checkpointing is None:
            smaller = case_memory(loaded, model_id, {**settings, "checkpointing": "1"}, [])
            fits = smaller.verdict(machine.usable_gib * GIB)
            recomputed.append(Plan(*chosen, smaller, fits))
    assumed = list(dict.fromkeys(assumed))
    fitting = [plan for plan in recomputed if plan.verdict == "fits"]
    shown = f"{machine.devices} × {machine.name}" if machine is not None else None

    def document() -> Document:
        return finetune_document(loaded.models[model_id].name, plans, assumed, shown, fitting)

    emit(form, document, lambda: finetune_json(model_id, plans, assumed, shown, fitting))
    return 0 if machine is None or any(p.verdict == "fits" for p in plans) else 1


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
