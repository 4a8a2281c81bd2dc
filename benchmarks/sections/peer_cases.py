"""Measured rows as other tools would be told them, and their errors beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import measurement_rows as m
import peers
from quantiles import quantile

from llm_select.estimates.weights import weight_bytes
from llm_select.units import GIB
from sections.section import percent, table

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.schema.hardware import Quantization
    from llm_select.schema.model import Model

FORMATS = {
    "gptq-int4": "GPTQ-Int4",
    "gptq-int8": "GPTQ-Int8",
    "awq-int4": "AWQ",
    "nf4-single": "NF4",
}
"""Where a tool spells a format otherwise than in capitals."""


Case = TypeVar("Case")


class Rival(NamedTuple, Generic[Case]):
    """One measured row: what other tools are told, what was measured and what we say."""

    case: Case
    model: str
    measured: float
    ours: float


def inference_case(
    model: Model, size: Sizing, quantization_id: str, quantization: Quantization, row: m.Row
) -> peers.InferenceCase:
    """What a tool is told of a row of `speed.csv` or `memory.csv`."""
    arch = model.architecture
    group = next((g for g in arch.attention if g.heads), None) if arch is not None else None
    experts = arch.experts if arch is not None else None
    weights = weight_bytes(size, quantization)
    total = float(size.parameters.total)
    device = m.machine(row["device"], int(row["devices"])) if row.get("device") else None
    heads = group.heads if group is not None and group.heads else max(1, size.heads)
    return peers.InferenceCase(
        parameters=total,
        format=FORMATS.get(quantization_id, quantization_id.upper().replace("-", "_")),
        bits=sum(weights) * 8 / total,
        layers=size.layers,
        hidden=size.hidden,
        heads=heads,
        kv_heads=(group.kv_heads if group is not None else None) or heads,
        head_dim=(group.head_dim if group is not None else None) or size.hidden // heads,
        ffn=size.inner,
        vocabulary=size.vocab,
        context=int(row["context"]),
        batch=int(row.get("batch") or 1),
        prompt_tokens=int(row.get("prompt_tokens") or 1),
        tied=size.tied,
        family=size.model_type,
        active_parameters=float(size.active) if experts is not None else None,
        experts=size.expert_count or None,
        active_experts=size.expert_visits or None,
        expert_size=experts.size if experts is not None else None,
        weight_gib=sum(weights) / GIB,
        engine=row["engine"],
        vendor=(device.vendor if device is not None else None) or "nvidia",
        bandwidth_gb_s=device.bandwidth_gb_s if device is not None else None,
        tflops=device.tflops.get("fp16") if device is not None else None,
        gpu_memory_gib=device.nominal_gib if device is not None else None,
        devices=int(row["devices"]),
    )


def rivals_table(
    formulas: Mapping[str, Callable[[Case], float | None]],
    rows: Iterable[Rival[Case]],
    less: Mapping[str, float] | None = None,
) -> str:
    """Median and 90th percentile of each formula's error and of ours on the rows it has a figure for.

    `less` is taken from a formula's figure: a fixed part that the measurement does not hold.
    """
    rows = list(rows)
    lines = []
    for name, formula in formulas.items():
        theirs, ours, models = [], [], set()
        for r in rows:
            value = formula(r.case)
            if value is None:
                continue
            value -= (less or {}).get(name, 0.0)
            theirs.append(abs(value / r.measured - 1))
            ours.append(abs(r.ours / r.measured - 1))
            models.add(r.model)
        if theirs:
            lines.append(
                (
                    name,
                    len(theirs),
                    len(models),
                    percent(quantile(theirs, 0.5)),
                    percent(quantile(theirs, 0.9)),
                    percent(quantile(ours, 0.5)),
                    percent(quantile(ours, 0.9)),
                )
            )
    head = (
        "formula",
        "rows",
        "models",
        "median error",
        "90th percentile",
        "ours, median",
        "ours, 90th",
    )
    return table(head, lines)
