"""What one row of a training sheet, or one set of options, means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.catalog import resolve
from llm_select.errors import UnknownNameError, UsageError
from llm_select.estimates.adapters import DEFAULT_RANK, METHODS, PER_TARGET
from llm_select.estimates.trainers import TRAINERS, trainer_id
from llm_select.estimates.training import (
    OFFLOADS,
    PRECISIONS,
    SHARDINGS,
    TrainingMemory,
    TrainingSetup,
    training_memory,
)
from llm_select.messages import Message
from llm_select.questions.cells import Row, switch, whole
from llm_select.questions.requirements import MAX_DEVICES, MAX_TOKENS

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

DEFAULT_METHOD = "lora"
SHARED = ("zero1", "zero2", "zero3", "fsdp")
"""Ways to share out what would otherwise lie on every GPU."""
DEFAULT_OPTIMIZER = "adamw"
DEFAULT_TRAINER = "transformers"
DEFAULT_SEQUENCE = 2048
MAX_RANK = 1_000_000
BASE_FORMATS = ("safetensors",)
"""Formats that trainers load."""


def case_memory(
    catalog: Catalog, model_id: str, row: Row, assumed: list[str] | None = None
) -> TrainingMemory:
    """The memory of one row; what was filled in is added to `assumed`. Raises UsageError or ShapeError."""
    assumed = [] if assumed is None else assumed
    model = catalog.models[model_id]
    if model.architecture is None:
        raise UsageError(Message("the shape of {model} is not published", model=model.name))
    quantization, setup = read_setup(catalog, row, assumed)
    return training_memory(model, catalog.quantizations[quantization], setup)


def method_named(text: str) -> str:
    """A method as typed. Raises UnknownNameError with the nearest."""
    return _word({"method": text}, "method", METHODS, DEFAULT_METHOD, [])


def refuse_unused(row: Row) -> None:
    """Raises UsageError when a method is asked for with settings it does not have."""
    method = _word(row, "method", METHODS, DEFAULT_METHOD, [])
    for name, having in (("lora_rank", DEFAULT_RANK), ("lora_targets", PER_TARGET)):
        if row.get(name) and method not in having:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                Message("{method} has none", method=method),
                where=option,
                remedy=Message("leave it out, or choose {method}", method=DEFAULT_METHOD),
            )


def refuse_lone_sharding(row: Row) -> None:
    """Raises UsageError when one GPU is to share out what it holds."""
    gpus = whole(row, "gpus", 1, MAX_DEVICES) or 1
    if gpus < 2 and _sharding(row, gpus, []) in SHARED:
        raise UsageError(
            Message("one GPU has nothing to share out"),
            where="--sharding",
            remedy=Message("leave it out, or give --gpus 2 or more"),
        )


def read_setup(catalog: Catalog, row: Row, assumed: list[str]) -> tuple[str, TrainingSetup]:
    """What a row asks for: the base's format, and the rest. Raises UsageError naming the column that is wrong."""
    method = _word(row, "method", METHODS, DEFAULT_METHOD, assumed)
    precision = _word(row, "precision", PRECISIONS, "bf16", assumed)
    quantization = _quantization(catalog, row, method, precision, assumed)
    trainer = _trainer(row, assumed)
    optimizer = _optimizer(catalog, row, assumed)
    states = catalog.methods[optimizer]
    gpus = whole(row, "gpus", 1, MAX_DEVICES) or 1
    rank = whole(row, "lora_rank", None, MAX_RANK)
    if rank is not None and method not in DEFAULT_RANK:
        assumed.append(f"lora_rank={rank} unused")
    targets = tuple(part.strip() for part in row.get("lora_targets", "").split(";") if part.strip())
    if rank is None and method in DEFAULT_RANK:
        assumed.append(f"lora_rank={DEFAULT_RANK[method]}")
    if targets and method not in PER_TARGET:
        assumed.append("lora_targets=unused")
    if method in PER_TARGET and not targets:
        assumed.append(f"lora_targets={';'.join(TRAINERS[trainer].default_targets)}")
    checkpointing = switch(row, "checkpointing")
    if checkpointing is None:
        assumed.append(f"checkpointing={int(TRAINERS[trainer].checkpointing)}")
    _device(catalog, row)
    return quantization, TrainingSetup(
        method=method,
        optimizer=optimizer,
        state_bytes=states.state_bytes_per_parameter or 0.0,
        state_scales=states.state_in_weight_type,
        precision=precision,
        batch=_length(row, "batch", 1, assumed),
        seq_len=_length(row, "seq_len", DEFAULT_SEQUENCE, assumed),
        trainer=trainer,
        rank=rank,
        targets=targets,
        packed=switch(row, "packed") or False,
        checkpointing=checkpointing,
        loss_chunking=switch(row, "loss_chunking"),
        optimizer_in_backward=switch(row, "optimizer_in_backward") or False,
        offload=_offload(row),
        sharding=_sharding(row, gpus, assumed),
        gpus=gpus,
        paged=states.paged,
    )


def _word(row: Row, name: str, allowed: tuple[str, ...], default: str, assumed: list[str]) -> str:
    text = row.get(name, "").strip().lower().replace("_", "-")
    if not text:
        assumed.append(f"{name}={default}")
        return default
    if text not in allowed:
        raise UnknownNameError(name, text, resolve.nearest(text, allowed), where=name)
    return text


def _quantization(
    catalog: Catalog, row: Row, method: str, precision: str, assumed: list[str]
) -> str:
    text = row.get("quantization", "")
    if text:
        found = resolve.quantization(catalog, text, where="quantization")
        if catalog.quantizations[found].format not in BASE_FORMATS:
            raise UsageError(
                Message(
                    "{format} files are for inference", format=catalog.quantizations[found].name
                ),
                where="quantization",
                remedy=Message("train on bf16, nf4 or another safetensors format"),
            )
        return found
    default = "nf4" if method == "qlora" else "fp32" if precision == "fp32" else "bf16"
    assumed.append(f"quantization={default}")
    return default


def _trainer(row: Row, assumed: list[str]) -> str:
    text = row.get("engine", "")
    if not text:
        assumed.append(f"engine={DEFAULT_TRAINER}")
        return DEFAULT_TRAINER
    found = trainer_id(text)
    if found is None:
        raise UnknownNameError(
            Message("trainer"),
            text,
            resolve.nearest(text.lower(), tuple(TRAINERS)) or tuple(TRAINERS),
            where="engine",
        )
    return found


def _optimizer(catalog: Catalog, row: Row, assumed: list[str]) -> str:
    text = row.get("optimizer", "").strip().lower().replace("_", "-")
    if not text:
        assumed.append(f"optimizer={DEFAULT_OPTIMIZER}")
        return DEFAULT_OPTIMIZER
    # Transformers' names (`adamw_torch_fused`, `paged_adamw_32bit`) say who computes the same states.
    for suffix in ("-torch-fused", "-torch", "-hf", "-32bit"):
        text = text.removesuffix(suffix)
    known = tuple(k for k, m in catalog.methods.items() if m.kind == "optimizer")
    for key in known:
        if text in (key, catalog.methods[key].name.lower()):
            return key
    raise UnknownNameError(
        Message("optimizer"), text, resolve.nearest(text, known), where="optimizer"
    )


def _length(row: Row, name: str, default: int, assumed: list[str]) -> int:
    value = whole(row, name, None, MAX_TOKENS)
    if value is None:
        assumed.append(f"{name}={default}")
        return default
    return value


def _offload(row: Row) -> tuple[str, ...]:
    text = row.get("offload", "").strip().lower()
    if text in ("", "none", "0", "no", "off"):
        return ()
    if text in ("all", "cpu"):
        return ("optimizer", "parameters")
    parts = tuple(part.strip() for part in text.replace(",", ";").split(";") if part.strip())
    for part in parts:
        if part not in OFFLOADS:
            raise UnknownNameError(Message("offload"), part, OFFLOADS, where="offload")
    return parts


def _sharding(row: Row, gpus: int, assumed: list[str]) -> str:
    text = (
        row.get("sharding", "").strip().lower().replace("_", "").replace("-", "").replace(" ", "")
    )
    text = text.removeprefix("deepspeed").replace("stage", "").replace("zero0", "ddp")
    if not text:
        if gpus > 1:
            assumed.append("sharding=ddp")
            return "ddp"
        return "none"
    if text in SHARED and gpus < 2:
        assumed.append(f"sharding={text} on one GPU")
    if text not in SHARDINGS:
        raise UnknownNameError(
            Message("sharding"),
            text,
            resolve.nearest(text, SHARDINGS) or SHARDINGS,
            where="sharding",
        )
    return text


def _device(catalog: Catalog, row: Row) -> None:
    """A device changes nothing in these figures, but a wrong name is an error all the same."""
    text = row.get("gpu", "")
    if not text:
        return
    resolve.device(catalog, text, where="gpu")
