"""The JSON Schema of the answer of `deploy`: what people script against.

Tests hold real answers against it. Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.payload import VERSION, Json
from llm_select.render.schema_words import COUNT, FLAG, NUMBER, TEXT, list_of, maybe, record, ref

_SETTING = record(
    {
        "role": TEXT,
        "name": TEXT,
        "value": maybe(TEXT),
        "environment": FLAG,
        "reason": ref("reason"),
    }
)
_FILES = record(
    {
        "basis": {"enum": ["published", "tag", "direct", "loading", "prepared"]},
        "model": TEXT,
        "repository": maybe(TEXT),
        "revision": maybe(TEXT),
        "commands": list_of(TEXT),
        "reason": ref("reason"),
    }
)
_WHOLE = record({"low": COUNT, "expected": COUNT, "high": COUNT}, closed=True)
_CAPACITY = record(
    {
        "sequences": COUNT,
        "held": maybe(COUNT),
        "first_token_s": maybe(ref("range")),
        "last_first_token_s": maybe(ref("range")),
        "token_s": maybe(ref("range")),
        "request_s": maybe(ref("range")),
        "tokens_per_second": maybe(ref("range")),
        "requests_per_second": maybe(ref("range")),
        "replicas": maybe(_WHOLE),
        "missing": maybe(TEXT),
    }
)
_COMPARED = record(
    {
        "provider": TEXT,
        "usd_per_request": NUMBER,
        "usd_per_mtok": NUMBER,
        "break_even_requests_per_hour": NUMBER,
        "break_even_load": maybe(ref("range")),
    }
)
_COST = record(
    {
        "usd_per_hour": NUMBER,
        "usd_per_mtok": maybe(ref("range")),
        "usd_per_mtok_written": maybe(ref("range")),
        "hosted": list_of(_COMPARED),
    }
)
_PLAN = record(
    {
        "engine": TEXT,
        "quantization": TEXT,
        "published": FLAG,
        "verdict": {"enum": ["fits", "tight", "no"]},
        "tensor_parallel": COUNT,
        "pipeline_parallel": COUNT,
        "kv_type": maybe(TEXT),
        "largest_context": maybe(COUNT),
        "memory": ref("memory"),
        "speed": ref("speed"),
        "files": _FILES,
        "flags": list_of(_SETTING),
        "command": list_of(TEXT),
        "environment": {"type": "object", "additionalProperties": TEXT},
        "own_server": FLAG,
        "validated": record({"how": TEXT, "version": TEXT, "text": TEXT, "source": TEXT}),
        "capacity": _CAPACITY,
        "cost": maybe(_COST),
        "notes": list_of(ref("reason")),
        "behind": maybe(ref("reason")),
    }
)
_HOSTED = record(
    {
        "provider": TEXT,
        "input_usd_per_mtok": NUMBER,
        "output_usd_per_mtok": NUMBER,
        "as_of": TEXT,
        "source": TEXT,
        "usd_per_request": NUMBER,
        "usd_per_hour": maybe(NUMBER),
    }
)
DEPLOY: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of llm-select deploy",
    **record(
        {
            "version": {"const": VERSION},
            "model": TEXT,
            "machine": maybe(record({"name": TEXT, "devices": COUNT, "nodes": COUNT})),
            "workload": {"type": "object"},
            "recommended": maybe(TEXT),
            "plans": list_of(_PLAN),
            "refused": list_of(record({"engine": TEXT, "reason": ref("reason")})),
            "hosted": list_of(_HOSTED),
            "privacy": ref("reason"),
            "assumptions": list_of(ref("reason")),
            "written": list_of(TEXT),
            "catalog_hash": TEXT,
        }
    ),
    "$defs": {
        "range": record({"low": NUMBER, "expected": NUMBER, "high": NUMBER}, closed=True),
        "reason": record({"code": TEXT, "values": {"type": "object"}, "message": TEXT}),
        "memory": record({"total_gib": NUMBER, "low_gib": NUMBER, "high_gib": NUMBER}),
        "speed": record({"decode_tps": maybe(ref("range")), "missing": maybe(TEXT)}),
    },
}
