"""The sizing sheet: `estimate --cases in.csv`."""

from __future__ import annotations

import csv
import json
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.catalog import resolve
from llm_select.cli.question import MAX_TOKENS, Hardware, read_machine
from llm_select.errors import LlmSelectError, UsageError
from llm_select.estimates.types import Workload
from llm_select.render.csv import render_csv
from llm_select.render.estimate_view import flat_footprint
from llm_select.render.payload import VERSION
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
MAX_BYTES = 64 * 2**20
SLIP = 0.75
"""From this likeness (difflib's ratio) on, an unknown column is taken for a slip."""
DEFAULT_CONTEXT = 4096
DEFAULT_GENERATE = 128
_TRUE = {"1", "true", "on", "yes"}
_FALSE = {"0", "false", "off", "no"}
_SPLITS = ("none", "layer", "row", "tensor", "pipeline")


def write_cases(catalog: Catalog, path: Path, form: str) -> int:
    """Estimate every row; one that cannot be estimated says why in `error` and the others go on.

    Returns the exit code: 1 when there are rows and none could be estimated.
    """
    if form not in ("csv", "json", "table", "plain"):
        raise UsageError(
            f"a sizing sheet has no {form} form", where="--output", remedy="use csv or json"
        )
    names, rows = _read(path)
    results = [{**row, **_estimate(catalog, row)} for row in rows]
    if form == "json":
        sys.stdout.write(json.dumps({"version": VERSION, "cases": results}, indent=2) + "\n")
    elif results:
        sys.stdout.write(render_csv(results))
    else:
        header = dict.fromkeys([*names, *RESULTS])
        csv.writer(sys.stdout, lineterminator="\n").writerow(header)
    return 1 if results and all(result["error"] for result in results) else 0


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The names of the columns, and the rows."""
    if path.is_dir() or not path.exists():
        raise UsageError(
            f"{path} is not a file", where="--cases", remedy="give a CSV file that exists"
        )
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(
            f"{path} is larger than 64 MiB", where="--cases", remedy="split it into smaller sheets"
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = list(reader.fieldnames or ())
            rows = [{k: (v or "") for k, v in row.items() if k in names} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"{path} is not a CSV file in UTF-8: {error}",
            where="--cases",
            remedy="save it as UTF-8 CSV",
        ) from None
    _refuse_slips(names)
    if "model" not in names:
        raise UsageError(
            f"{path} has no column `model`",
            where="--cases",
            remedy=f"its first line may name: {', '.join(COLUMNS)}",
        )
    return names, rows


def _refuse_slips(names: list[str]) -> None:
    """A misspelt column would be taken for the user's own and its values silently left out.

    Raises UsageError. A column that is not like any known one, and one like a column that the sheet
    has too, is the user's own.
    """
    absent = [known for known in COLUMNS if known not in names]
    for name in names:
        if name in COLUMNS or name in RESULTS:
            continue
        folded = name.strip().lower().replace("-", "_").replace(" ", "_")
        near = get_close_matches(folded, absent, 1, SLIP)
        if near:
            raise UsageError(
                f"column {name!r} is close to `{near[0]}` but not the same",
                where="--cases",
                remedy=f"write `{near[0]}`, or give a column of your own another name",
            )


def _estimate(catalog: Catalog, row: dict[str, str]) -> dict[str, object]:
    blank: dict[str, object] = dict.fromkeys(RESULTS)
    try:
        return {**blank, **_case(catalog, {k: v.strip() for k, v in row.items()})}
    except LlmSelectError as error:
        return {**blank, "error": " ".join(str(error).split())}


def _case(catalog: Catalog, row: dict[str, str]) -> dict[str, object]:
    assumed: list[str] = []
    model_id = resolve.model(catalog, row.get("model", ""), where="model")
    model = catalog.models[model_id]
    if model.architecture is None:
        raise UsageError(f"the shape of {model.name} is not published")
    wanted = row.get("quantization", "")
    format_id = resolve.quantization(catalog, wanted, where="quantization") if wanted else None
    engine_id = _engine(catalog, row.get("engine", ""), model_id, format_id, assumed)
    engine = catalog.engines[engine_id]
    if not runs(engine, model):
        raise UsageError(f"{engine.name} does not run {model.name}")
    if format_id is None:
        format_id = engine.quantizations[0]
        assumed.append(f"quantization={format_id}")
    if format_id not in engine.quantizations:
        raise UsageError(f"{engine.name} does not load {format_id}")
    workload = _workload(row, assumed)
    hardware = Hardware(
        gpu=row.get("gpu") or None,
        gpus=_whole(row, "gpus", None),
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
    raise UsageError(f"no engine in the catalog runs {model.name} in that format")


def _workload(row: dict[str, str], assumed: list[str]) -> Workload:
    context, prompt = _whole(row, "context", None), _whole(row, "prompt_tokens", None)
    generate = _whole(row, "generate_tokens", None)
    if generate is None:
        generate = DEFAULT_GENERATE
        assumed.append(f"generate_tokens={generate}")
    if context is None:
        context = DEFAULT_CONTEXT if prompt is None else prompt + generate
        assumed.append(f"context={context}")
    if prompt is None:
        prompt = max(1, context - generate)
        assumed.append(f"prompt_tokens={prompt}")
    batch = _whole(row, "batch", None)
    if batch is None:
        batch = 1
        assumed.append("batch=1")
    return Workload(
        context=context,
        prompt_tokens=prompt,
        generate_tokens=generate,
        batch=batch,
        kv_type=row.get("kv_type") or None,
        ubatch=_whole(row, "ubatch", None),
        flash_attention=_switch(row, "flash_attention"),
        split=_split(row),
        engine_version=row.get("engine_version") or None,
    )


def _split(row: dict[str, str]) -> str | None:
    text = row.get("split_mode", "").lower()
    if text and text not in _SPLITS:
        raise UsageError(f"split_mode: {text!r} is none of {', '.join(_SPLITS)}")
    return text if text not in ("", "none") else None


def _whole(row: dict[str, str], name: str, default: int | None) -> int | None:
    text = row.get(name, "")
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 0 < value <= MAX_TOKENS:
        raise UsageError(f"{name}: {text!r} is not a whole number above 0")
    return value


def _switch(row: dict[str, str], name: str) -> bool | None:
    text = row.get(name, "").lower()
    if not text:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise UsageError(f"{name}: {text!r} is neither on nor off")
