"""The JSON Schemas of lists: tasks, and what a search for models or devices finds.

Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.payload import VERSION, Json
from llm_select.render.schema_words import COUNT, NUMBER, TEXT, list_of, maybe, record

_TASK = record(
    {
        **dict.fromkeys(("id", "name", "description"), TEXT),
        "kinds": list_of(TEXT),
        "reference": maybe(TEXT),
        "direct_boards": list_of(TEXT),
        "prompt_tokens": COUNT,
        "generate_tokens": COUNT,
    }
)
_WORDS = ("id", "name", "kind", "weights", "family", "released", "status", "generation", "license")
_MODEL = record({**dict.fromkeys(_WORDS, TEXT), "parameters": maybe(COUNT), "evaluations": COUNT})
_DEVICE = record(
    {
        **dict.fromkeys(("id", "name", "vendor", "form", "memory_class"), TEXT),
        "memory_gib": NUMBER,
        "bandwidth_gb_s": maybe(NUMBER),
        "tflops_16bit": maybe(NUMBER),
        "released": maybe(TEXT),
        "source": maybe(TEXT),
    }
)


def _found(title: str, key: str, entry: Json) -> Json:
    return _list(
        title, {key: list_of(entry), "total": COUNT, "left_out": COUNT, "nearest": list_of(TEXT)}
    )


def _list(title: str, fields: Json) -> Json:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **record({"version": {"const": VERSION}, **fields}),
    }


TASKS = _list("Answer of llm-select tasks", {"tasks": list_of(_TASK)})
MODELS = _found("Models found by name", "models", _MODEL)
DEVICES = _found(
    "Devices found by name, once for each memory they are sold with", "devices", _DEVICE
)
