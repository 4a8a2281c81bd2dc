"""The measurements beside this file, as objects the estimates take. Nothing is fitted here."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from llm_select.catalog.load import load_catalog
from llm_select.estimates.memory import inference_memory
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.speed import DecodeTerms, decode_terms, prefill_flops
from llm_select.estimates.types import Machine, MemoryEstimate, Workload
from llm_select.schema.architecture import Architecture
from llm_select.schema.hardware import Engine, Quantization
from llm_select.schema.model import Model

HERE = Path(__file__).parent
Row = dict[str, str]

SPLITS: dict[str, tuple[str, ...]] = {
    "llama.cpp": ("layer",),
    "vllm": ("tensor", "pipeline"),
    "sglang": ("tensor", "pipeline"),
    "transformers": ("layer",),
    "mlx": (),
}
"""Engines measured, with how they divide a model."""
MEMORY_MODELS = {"sglang": "vllm"}
"""Whose formulas describe an engine, where not its own."""


def rows(name: str) -> list[Row]:
    """Every row of `<name>.csv`."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def table(name: str, key: str) -> dict[str, Row]:
    """`<name>.csv` by its key column."""
    return {row[key]: row for row in rows(name)}


@cache
def catalog() -> Any:
    """The bundled catalog, as light records."""
    return load_catalog()


@cache
def model(name: str) -> Model:
    """The catalog's card that `cards.csv` names, if the catalog has it; else the shape in `models.csv`: a decoder with
    rotary positions and RMS normalisation."""
    card = table("cards", "model").get(name)
    if card is not None and card["card"] in catalog().models:
        found: Model = catalog().models[card["card"]]
        return found
    if name in catalog().models:
        named: Model = catalog().models[name]
        return named
    r = table("models", "model")[name]
    n = {k: int(v) for k, v in r.items() if v.isdigit()}
    arch: dict[str, Any] = {
        "model_type": name.split("-")[0],
        "hidden_size": n["hidden"],
        "vocab_size": n["vocab"],
        "tied_embeddings": bool(n["tied"]),
        "position": "rope",
        "layers": n["layers"],
        "attention": [
            {
                "layers": n["layers"],
                "kind": "multi-head" if n["heads"] == n["kv_heads"] else "grouped-query",
                "heads": n["heads"],
                "kv_heads": n["kv_heads"],
                "head_dim": n["head_dim"],
                "bias": "qkv" if n["qkv_bias"] else "none",
                "qk_norm": "head" if n["qk_norm"] else "none",
            }
        ],
    }
    if "ffn" in n:
        arch["ffn"] = {"size": n["ffn"], "gated": True}
    if "experts" in n:
        arch["experts"] = {
            "count": n["experts"],
            "active": n["active"],
            "size": n["expert_size"],
            "shared": 1,
            "shared_size": n["shared_size"],
            "shared_gate": True,
        }
    return shaped(name, arch)


def shaped(name: str, arch: dict[str, Any], kind: str = "decoder") -> Model:
    """A model without a card, of this shape."""
    return Model(
        name=name,
        developer="as measured",
        released="2023",
        generation="transformer",
        kind=kind,
        license="unknown",
        weights="open",
        architecture=Architecture(**arch),
        context={"native": 32768 if name.startswith("qwen") else 4096},
    )  # type: ignore[arg-type]


@cache
def sized(name: str) -> Sizing:
    """Sizes of the model."""
    return sizing(model(name))


@cache
def quantization(name: str) -> Quantization:
    """The number format of `formats.csv`, or the catalog's."""
    if name not in table("formats", "quantization"):
        listed: Quantization = catalog().quantizations[name]
        return listed
    r = table("formats", "quantization")[name]
    values: dict[str, Any] = {k: v for k, v in r.items() if k != "quantization" and v}
    values["weight_only"] = r["weight_only"] == "1"
    values["needs_calibration"] = name.startswith(("gptq", "awq"))
    return Quantization(name=name, source="format", native_16bit=name in ("f16", "bf16"), **values)


@cache
def engine(name: str) -> Engine:
    """An engine with its default split."""
    return Engine(
        name=name,
        url="https://example.org",
        version="measured",
        kinds=("decoder",),
        model_types=(),
        mixers=(),
        quantizations=(),
        vendors=("nvidia", "amd", "apple", "intel", "cpu"),
        kv_types={"f16": 2.0},
        memory_model=MEMORY_MODELS.get(name, name),  # type: ignore[arg-type]
        serves_batches=True,
        multi_gpu=SPLITS[name],
        source="measured",
    )  # type: ignore[arg-type]


@cache
def machine(device: str, devices: int) -> Machine:
    """A machine of `devices.csv`."""
    r = table("devices", "device")[device]
    link = r["interconnect_gb_s"]
    tflops = {}
    tdp = float(r["tdp_w"]) if r["tdp_w"] else None
    if r["catalog"]:
        card = catalog().devices[r["catalog"].split(":")[0]]
        compute, tdp = card.compute, card.tdp_w
        for kind in ("fp32", "fp16", "bf16", "fp8", "int8"):
            value = getattr(compute, kind) if compute is not None else None
            if value is not None:
                tflops[kind] = float(value)
    else:
        for kind, column in (("fp16", "tflops"), ("fp32", "fp32_tflops")):
            if r[column]:
                tflops[kind] = float(r[column])
    return Machine(
        device,
        device,
        r["vendor"],
        devices,
        float(r["nominal_gib"]),
        float(r["usable_gib"]),
        r["memory_class"],
        float(r["bandwidth_gb_s"]),
        tflops,
        float(link) if link else None,
        None,
        tdp,
    )


def workload(r: Row) -> Workload:
    """The workload of a row."""
    flash = r.get("flash_attention", "")
    return Workload(
        context=int(r["context"]),
        prompt_tokens=int(r.get("prompt_tokens") or 1),
        generate_tokens=int(r.get("generate_tokens") or 1),
        batch=int(r.get("batch") or 1),
        flash_attention=bool(int(flash)) if flash else None,
        ubatch=int(r.get("ubatch") or 0) or None,
        split=r.get("split_mode") or None,
        engine_version=r["engine_version"] or None,
    )


def memory(r: Row, device: str = "a100-80") -> MemoryEstimate:
    """The memory estimate for a row."""
    return inference_memory(
        model(r["model"]),
        quantization(r["quantization"]),
        engine(r["engine"]),
        workload(r),
        machine(r.get("device") or device, int(r["devices"])),
        size=sized(r["model"]),
    )


def terms(r: Row) -> DecodeTerms:
    """What decoding moves in a row."""
    return decode_terms(sized(r["model"]), quantization(r["quantization"]), workload(r), 2.0)


def flops(r: Row) -> float:
    """Arithmetic of the prompt in a row."""
    return prefill_flops(sized(r["model"]), workload(r))


def compared(r: Row, e: MemoryEstimate) -> float:
    """Bytes of an estimate that a row's figure counts: the driver's context never, working memory only in a peak.

    Qwen3's figures equal weights and cache at every length, so they were read after the peak.
    """
    return e.total - e.overhead - (e.activations if r["what"] == "allocated" else 0.0)
