"""The sizing sheet: `estimate --cases in.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.catalog import resolve
from llm_select.cli.sheets import write_sheet
from llm_select.errors import UsageError
from llm_select.estimates.types import Workload
from llm_select.messages import Message, listed
from llm_select.questions.cells import switch, whole
from llm_select.questions.requirements import MAX_TOKENS, Hardware, read_machine
from llm_select.render.estimate_view import flat_footprint
from llm_select.selection.candidates import runs
from llm_select.selection.footprints import footprint
from llm_select.selection.types import Candidate

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

COLUMNS = (
    "model", "quantization", "engine", "engine_version", "context", "batch", "prompt_tokens",
    "generate_tokens", "kv_type", "ubatch", "flash_attention", "split_mode", "gpu", "gpus", "gpu_mem",
)  # fmt: skip
"""Columns a sheet may have; blank or absent means the default, which `assumptions` names."""
RESULTS = (
    "weights_gib", "host_gib", "kv_cache_gib", "activations_gib", "overhead_gib", "total_gib",
    "low_gib", "high_gib", "verdict", "decode_tps", "decode_low", "decode_high", "prefill_tps",
    "prefill_low", "prefill_high", "assumptions", "error",
)  # fmt: skip
DEFAULT_CONTEXT = 4096
DEFAULT_GENERATE = 128
_SPLITS = ("none", "layer", "row", "tensor", "pipeline")


def write_cases(catalog: Catalog, path: Path, form: str) -> int:
    """Estimate every row. Returns the exit code."""
    return write_sheet(path, form, COLUMNS, RESULTS, lambda row: _case(catalog, row))


def _case(catalog: Catalog, row: dict[str, str]) -> dict[str, object]:
    assumed: list[str] = []
    model_id = resolve.model(catalog, row.get("model", ""), where="model")
    model = catalog.models[model_id]
    if model.architecture is None:
        raise UsageError(Message("the shape of {model} is not published", model=model.name))
    wanted = row.get("quantization", "")
    format_id = resolve.quantization(catalog, wanted, where="quantization") if wanted else None
    engine_id = _engine(catalog, row.get("engine", ""), model_id, format_id, assumed)
    engine = catalog.engines[engine_id]
    if not runs(engine, model):
        raise UsageError(
            Message("{engine} does not run {model}", engine=engine.name, model=model.name)
        )
    if format_id is None:
        format_id = engine.quantizations[0]
        assumed.append(f"quantization={format_id}")
    if format_id not in engine.quantizations:
        raise UsageError(
            Message("{engine} does not load {format}", engine=engine.name, format=format_id)
        )
    workload = _workload(row, assumed)
    hardware = Hardware(
        gpu=row.get("gpu") or None,
        gpus=whole(row, "gpus", None, MAX_TOKENS),
        gpu_mem=row.get("gpu_mem") or None,
    )
    machine, _ = read_machine(catalog, hardware, needed=False)
    published = any(a.quantization == format_id for a in model.artifacts)
    candidate = Candidate(
        model_id,
        model,
        "direct",
        format_id,
        catalog.quantizations[format_id],
        engine_id,
        engine,
        published,
        None,
    )
    record = flat_footprint(footprint(candidate, workload, machine, limits=False))
    codes = str(record.pop("assumptions"))
    for name in ("model", "quantization", "engine"):
        del record[name]
    return {**record, "assumptions": "; ".join([*assumed, codes])}


def _engine(
    catalog: Catalog, wanted: str, model_id: str, format_id: str | None, assumed: list[str]
) -> str:
    if wanted:
        return resolve.engine(catalog, wanted, where="engine")
    model = catalog.models[model_id]
    for engine_id, engine in catalog.engines.items():
        if runs(engine, model) and (format_id is None or format_id in engine.quantizations):
            assumed.append(f"engine={engine_id}")
            return engine_id
    raise UsageError(
        Message("no engine in the catalog runs {model} in that format", model=model.name)
    )


def _workload(row: dict[str, str], assumed: list[str]) -> Workload:
    context, prompt = (
        whole(row, "context", None, MAX_TOKENS),
        whole(row, "prompt_tokens", None, MAX_TOKENS),
    )
    generate = whole(row, "generate_tokens", None, MAX_TOKENS)
    if generate is None:
        generate = DEFAULT_GENERATE
        assumed.append(f"generate_tokens={generate}")
    if context is None:
        context = DEFAULT_CONTEXT if prompt is None else prompt + generate
        assumed.append(f"context={context}")
    if prompt is None:
        prompt = max(1, context - generate)
        assumed.append(f"prompt_tokens={prompt}")
    batch = whole(row, "batch", None, MAX_TOKENS)
    if batch is None:
        batch = 1
        assumed.append("batch=1")
    return Workload(
        context=context,
        prompt_tokens=prompt,
        generate_tokens=generate,
        batch=batch,
        kv_type=row.get("kv_type") or None,
        ubatch=whole(row, "ubatch", None, MAX_TOKENS),
        flash_attention=switch(row, "flash_attention"),
        split=_split(row),
        engine_version=row.get("engine_version") or None,
    )


def _split(row: dict[str, str]) -> str | None:
    text = row.get("split_mode", "").lower()
    if text and text not in _SPLITS:
        raise UsageError(
            Message(
                "split_mode: {given!r} is none of {choices}", given=text, choices=listed(_SPLITS)
            )
        )
    return text if text not in ("", "none") else None
