"""Tasks, models and devices as records, the same at every door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import listing, tr, trn
from llm_select.render.document import Block, Column, Document, Table, Text
from llm_select.render.payload import VERSION, Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from llm_select.schema.catalog import Catalog


def task_record(catalog: Catalog, task_id: str) -> Json:
    """A task: what it is, who can do it, which boards show it."""
    task = catalog.tasks[task_id]
    return {
        "id": task_id,
        "name": task.name,
        "names": dict(task.names),
        "description": task.description,
        "kinds": list(task.kinds),
        "reference": task.reference.board if task.reference is not None else None,
        "direct_boards": [use.board for use in task.boards if use.relevance == "direct"],
        "prompt_tokens": task.lengths.prompt,
        "generate_tokens": task.lengths.generate,
    }


def scores_by_model(catalog: Catalog) -> dict[str, int]:
    """How many scores each model has, on boards and on its card; models without one are left out."""
    found = {key: len(m.evaluations) for key, m in catalog.models.items() if m.evaluations}
    for board in catalog.boards.values():
        for column in board.scores.values():
            for label in column:
                name = board.entries[label].model
                if name is not None:
                    found[name] = found.get(name, 0) + 1
    return found


def model_record(catalog: Catalog, model_id: str, scores: int) -> Json:
    """A model in one line. `scores` counts its evidence."""
    model = catalog.models[model_id]
    return {
        "id": model_id,
        "name": model.name,
        "kind": model.kind,
        "weights": model.weights,
        "family": model_id.split("/", 1)[0],
        "released": model.released,
        "status": model.status,
        "generation": model.generation,
        "license": model.license,
        "parameters": model.parameters.total if model.parameters is not None else None,
        "evaluations": scores,
    }


def device_records(catalog: Catalog, device_id: str) -> Iterator[Json]:
    """A device, once for each memory it is sold with."""
    device = catalog.devices[device_id]
    compute = device.compute
    for memory in device.memory:
        yield {
            "id": device_id,
            "name": device.name,
            "vendor": device.vendor,
            "form": device.form,
            "memory_class": device.memory_class,
            "memory_gib": memory.gib,
            "bandwidth_gb_s": memory.bandwidth_gb_s,
            "tflops_16bit": (compute.bf16 or compute.fp16) if compute is not None else None,
            "released": device.released,
            "source": memory.source or device.sources.get("memory"),
        }


def tasks_json(catalog: Catalog) -> Json:
    """Every task, as `tasks -o json` has them."""
    return {
        "version": VERSION,
        "tasks": [task_record(catalog, key) for key in sorted(catalog.tasks)],
    }


def models_json(
    catalog: Catalog,
    ids: Sequence[str],
    scores: Mapping[str, int],
    *,
    total: int,
    nearest: Sequence[str],
) -> Json:
    """Models found, and how many more there are."""
    return {
        "version": VERSION,
        "models": [model_record(catalog, key, scores.get(key, 0)) for key in ids],
        "total": total,
        "left_out": total - len(ids),
        "nearest": list(nearest),
    }


def devices_json(
    catalog: Catalog, ids: Sequence[str], *, total: int, nearest: Sequence[str]
) -> Json:
    """Devices found, each once for every memory it is sold with, and how many more devices there are."""
    return {
        "version": VERSION,
        "devices": [record for key in ids for record in device_records(catalog, key)],
        "total": total,
        "left_out": total - len(ids),
        "nearest": list(nearest),
    }


def list_document(payload: Json, key: str, names: Sequence[str]) -> Document:
    """The records of a list as a table of the columns named, and what was left out."""
    records = payload[key]
    assert isinstance(records, list)
    blocks: list[Block] = []
    if records:
        columns = tuple(Column(name) for name in names)
        rows = tuple(tuple(_cell(record[name]) for name in names) for record in records)
        blocks.append(Table(columns, rows))
    else:
        blocks.append(Text(tr("nothing has every word of that")))
    near = payload.get("nearest")
    if isinstance(near, list) and near:
        blocks.append(Text(tr("did you mean {nearest}?", nearest=listing(near))))
    left = payload.get("left_out")
    if isinstance(left, int) and left:
        blocks.append(
            Text(trn("{n} more; narrow the search", "{n} more; narrow the search", left, n=left))
        )
    return Document(tuple(blocks), records)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value is None else str(value)
