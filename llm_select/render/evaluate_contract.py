"""The JSON Schema of the answer of `evaluate`, when it has measured: what people script against.

Tests hold real answers against it. Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.payload import VERSION, Json
from llm_select.render.schema_words import COUNT, FLAG, NUMBER, TEXT, list_of, maybe, record, ref

_INTERVAL: Json = {"value": NUMBER, "low": NUMBER, "high": NUMBER}
_LABEL = record(
    {"label": TEXT, "expected": COUNT, "precision": NUMBER, "recall": NUMBER, "f1": NUMBER}
)
_BAD = record(
    {
        "line": COUNT,
        "score": NUMBER,
        "input": TEXT,
        "expected": TEXT,
        "answer": TEXT,
        "readable": FLAG,
    }
)
_COUNTS = (
    "examples", "answered", "reused", "unreadable", "cut", "reasoned", "failed", "requests", "prompt_tokens",
    "completion_tokens", "tokens",
)  # fmt: skip
_MODEL = record(
    {
        "model": TEXT,
        "endpoint": TEXT,
        "in_catalog": FLAG,
        "scores": {
            "type": "object",
            "additionalProperties": record({**_INTERVAL, "signature": TEXT}),
        },
        **dict.fromkeys(_COUNTS, COUNT),
        "failures": list_of(record({"code": TEXT, "detail": TEXT, "count": COUNT})),
        "stopped": maybe(record({"code": TEXT, "detail": TEXT})),
        "languages": list_of(record({"language": maybe(TEXT), "examples": COUNT, **_INTERVAL})),
        "labels": list_of(_LABEL),
        "worst": list_of(_BAD),
        "usd": maybe(ref("price")),
        "unconfirmed": record({"requests": COUNT, "tokens": COUNT, "usd": maybe(ref("price"))}),
        "seconds": maybe(NUMBER),
    }
)
_PAIR = record(
    {
        "better": TEXT,
        "than": TEXT,
        "examples": COUNT,
        "difference": NUMBER,
        "low": NUMBER,
        "high": NUMBER,
        "p": ref("share"),
        "p_corrected": ref("share"),
    }
)
EVALUATE: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of llm-select evaluate",
    **record(
        {
            "version": {"const": VERSION},
            "task": TEXT,
            "language": maybe(TEXT),
            "data": record({"name": TEXT, "sha256": TEXT, "examples": COUNT}),
            "notes": list_of(TEXT),
            "metric": TEXT,
            "models": list_of(_MODEL),
            "pairs": list_of(_PAIR),
            "journal": TEXT,
            "saved": list_of(TEXT),
        }
    ),
    "$defs": {
        "price": {"type": "number", "minimum": 0},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
    },
}
"""Also printed by `llm-select catalog schema evaluate`."""
