"""The training sheet: `finetune --cases in.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.catalog import resolve
from llm_select.cli.sheets import write_sheet
from llm_select.questions.cells import Row
from llm_select.questions.training import case_memory
from llm_select.render.finetune_view import flat_training

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

COLUMNS = (
    "model", "method", "quantization", "optimizer", "precision", "lora_rank", "lora_targets", "batch",
    "seq_len", "packed", "checkpointing", "loss_chunking", "optimizer_in_backward", "offload", "engine",
    "sharding", "gpus", "gpu",
)  # fmt: skip
"""Columns a sheet may have; blank or absent means the default, which `assumptions` names."""
RESULTS = (
    "weights_gib", "gradients_gib", "optimizer_gib", "activations_gib", "overhead_gib", "total_gib",
    "low_gib", "high_gib", "assumptions", "error",
)  # fmt: skip


def write_cases(catalog: Catalog, path: Path, form: str) -> int:
    """Estimate every row. Returns the exit code."""
    return write_sheet(path, form, COLUMNS, RESULTS, lambda row: _case(catalog, row))


def _case(catalog: Catalog, row: Row) -> Mapping[str, object]:
    assumed: list[str] = []
    model_id = resolve.model(catalog, row.get("model", ""), where="model")
    found = case_memory(catalog, model_id, row, assumed)
    record = flat_training(found)
    codes = str(record.pop("assumptions"))
    return {**record, "assumptions": "; ".join([*assumed, codes])}
