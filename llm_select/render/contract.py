"""The JSON Schema of the answers of `recommend`, `explain`, `compare` and `deploy`: what people script against.

Tests hold real answers against it. Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.payload import VERSION, Json

NUMBER: Json = {"type": "number"}
TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}


def _maybe(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(required: Json, optional: Json | None = None, *, closed: bool = False) -> Json:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": not closed,
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


_RANGE = _object({"low": NUMBER, "expected": NUMBER, "high": NUMBER}, closed=True)
_REASON = _object({"code": TEXT, "values": {"type": "object"}, "message": TEXT})
_CHANGE = _object({"option": TEXT, "value": {}, "text": TEXT})
_OBJECTION = _object(
    {"code": TEXT, "values": {"type": "object"}, "message": TEXT, "change": _maybe(_CHANGE)}
)
_EVIDENCE = _object(
    {
        "board": TEXT,
        "benchmark": TEXT,
        "metric": TEXT,
        "language": _maybe(TEXT),
        "value": NUMBER,
        "unit": TEXT,
        "setting": _maybe(TEXT),
        "split": TEXT,
        "mode": TEXT,
        "relevance": {"enum": ["direct", "related", "proxy"]},
        "reported_by": TEXT,
        "automatic": {"type": "boolean"},
        "source": TEXT,
        "url": _maybe(TEXT),
        "date": TEXT,
    }
)
_QUALITY = _object(
    {
        "value": _maybe(NUMBER),
        "low": _maybe(NUMBER),
        "high": _maybe(NUMBER),
        "board": _maybe(TEXT),
        "unit": _maybe(TEXT),
        "tag": {"enum": ["measured", "inferred", "unrated"]},
        "evidence": _list(_ref("evidence")),
    }
)
_TERM = _object(
    {
        "criterion": TEXT,
        "value": {"type": "number", "minimum": 0, "maximum": 1},
        "weight": {"type": "number", "minimum": 0, "maximum": 1},
        "contribution": NUMBER,
        "reason": _ref("reason"),
    }
)
_MEMORY = _object(
    {
        name: {"type": "number", "minimum": 0}
        for name in (
            "weights_gib",
            "kv_cache_gib",
            "activations_gib",
            "overhead_gib",
            "total_gib",
            "low_gib",
            "high_gib",
            "host_gib",
        )
    }
)
_SPEED = _object(
    {
        "decode_tps": _maybe(_ref("range")),
        "decode_total_tps": _maybe(_ref("range")),
        "prefill_tps": _maybe(_ref("range")),
        "missing": _maybe(TEXT),
    }
)
_LOSS = _object(
    {
        "status": {
            "enum": [
                "unquantized",
                "as-released",
                "as-scored",
                "measured",
                "inferred",
                "not measured",
            ]
        },
        "boards": COUNT,
        "value": _maybe(NUMBER),
        "low": _maybe(NUMBER),
    },
    {
        "basis": {"enum": ["this-task", "other-tests", "size-class"]},
        "pairs": COUNT,
        "models": COUNT,
        "common_scale": NUMBER,
        "deviation": NUMBER,
    },
)
_ITEM = _object(
    {
        "model": TEXT,
        "name": TEXT,
        "aliases": _list(TEXT),
        "kind": {"enum": ["decoder", "encoder", "encoder-decoder", "recurrent"]},
        "license": TEXT,
        "weights": {"enum": ["open", "hosted"]},
        "mode": TEXT,
        "quantization": _maybe(TEXT),
        "engine": _maybe(TEXT),
        "published": {"type": "boolean"},
        "quality": _ref("quality"),
        "score": _maybe(NUMBER),
        "terms": _list(_ref("term")),
        "memory": _maybe(_ref("memory")),
        "speed": _maybe(_ref("speed")),
        "verdict": _maybe({"enum": ["fits", "tight", "no"]}),
        "rejected_by": _list(_ref("objection")),
    },
    {"variants": _list(_ref("item")), "quantization_loss": _maybe(_ref("loss"))},
)
_STABILITY = _object(
    {
        "criterion": TEXT,
        "weight": NUMBER,
        "low": NUMBER,
        "high": NUMBER,
        "below": _maybe(TEXT),
        "above": _maybe(TEXT),
    }
)
_STEP = _object(
    {"kind": {"enum": ["memory", "license"]}, "to": {}, "model": TEXT, "quality": NUMBER}
)
_DEFINITIONS: Json = {
    "range": _RANGE,
    "reason": _REASON,
    "objection": _OBJECTION,
    "evidence": _EVIDENCE,
    "quality": _QUALITY,
    "term": _TERM,
    "memory": _MEMORY,
    "speed": _SPEED,
    "item": _ITEM,
    "loss": _LOSS,
}


def _answer(title: str, required: Json, optional: Json | None = None) -> Json:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_object(
            {"version": {"const": VERSION}, "requirements": {"type": "object"}, **required},
            optional,
        ),
        "$defs": _DEFINITIONS,
    }


_FLAG = _object(
    {
        "role": TEXT,
        "name": TEXT,
        "value": _maybe(TEXT),
        "environment": {"type": "boolean"},
        "reason": _ref("reason"),
    }
)
_FILES = _object(
    {
        "basis": {"enum": ["published", "tag", "direct", "loading", "prepared"]},
        "model": TEXT,
        "repository": _maybe(TEXT),
        "revision": _maybe(TEXT),
        "commands": _list(TEXT),
        "reason": _ref("reason"),
    }
)
_WHOLE = _object({"low": COUNT, "expected": COUNT, "high": COUNT}, closed=True)
_CAPACITY = _object(
    {
        "sequences": COUNT,
        "held": _maybe(COUNT),
        "first_token_s": _maybe(_ref("range")),
        "last_first_token_s": _maybe(_ref("range")),
        "token_s": _maybe(_ref("range")),
        "request_s": _maybe(_ref("range")),
        "tokens_per_second": _maybe(_ref("range")),
        "requests_per_second": _maybe(_ref("range")),
        "replicas": _maybe(_WHOLE),
        "missing": _maybe(TEXT),
    }
)
_COMPARED = _object(
    {
        "provider": TEXT,
        "usd_per_request": NUMBER,
        "usd_per_mtok": NUMBER,
        "break_even_requests_per_hour": NUMBER,
        "break_even_load": _maybe(_ref("range")),
    }
)
_COST = _object(
    {
        "usd_per_hour": NUMBER,
        "usd_per_mtok": _maybe(_ref("range")),
        "usd_per_mtok_written": _maybe(_ref("range")),
        "hosted": _list(_COMPARED),
    }
)
_PLAN = _object(
    {
        "engine": TEXT,
        "quantization": TEXT,
        "published": {"type": "boolean"},
        "verdict": {"enum": ["fits", "tight", "no"]},
        "tensor_parallel": COUNT,
        "pipeline_parallel": COUNT,
        "kv_type": _maybe(TEXT),
        "largest_context": _maybe(COUNT),
        "memory": _ref("memory"),
        "speed": _ref("speed"),
        "files": _FILES,
        "flags": _list(_FLAG),
        "command": _list(TEXT),
        "environment": {"type": "object", "additionalProperties": TEXT},
        "own_server": {"type": "boolean"},
        "validated": _object({"how": TEXT, "version": TEXT, "text": TEXT, "source": TEXT}),
        "capacity": _CAPACITY,
        "cost": _maybe(_COST),
        "notes": _list(_ref("reason")),
        "behind": _maybe(_ref("reason")),
    }
)
_HOSTED = _object(
    {
        "provider": TEXT,
        "input_usd_per_mtok": NUMBER,
        "output_usd_per_mtok": NUMBER,
        "as_of": TEXT,
        "source": TEXT,
        "usd_per_request": NUMBER,
        "usd_per_hour": _maybe(NUMBER),
    }
)
_DEPLOY: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of llm-select deploy",
    **_object(
        {
            "version": {"const": VERSION},
            "model": TEXT,
            "machine": _maybe(_object({"name": TEXT, "devices": COUNT, "nodes": COUNT})),
            "workload": {"type": "object"},
            "recommended": _maybe(TEXT),
            "plans": _list(_PLAN),
            "refused": _list(_object({"engine": TEXT, "reason": _ref("reason")})),
            "hosted": _list(_HOSTED),
            "privacy": _ref("reason"),
            "assumptions": _list(_ref("reason")),
            "written": _list(TEXT),
            "catalog_hash": TEXT,
        }
    ),
    "$defs": _DEFINITIONS,
}
CONTRACTS: dict[str, Json] = {
    "deploy": _DEPLOY,
    "recommend": _answer(
        "Answer of llm-select recommend",
        {
            "picks": _list(_ref("item")),
            "unrated": _list(_ref("item")),
            "rejected": _list(_ref("item")),
            "rejected_count": COUNT,
            "assumptions": _list(_ref("reason")),
            "dropped_criteria": {"type": "object", "additionalProperties": _ref("reason")},
            "catalog_hash": TEXT,
        },
        {
            "models": _list(_ref("item")),
            "pareto": _list(TEXT),
            "stability": _list(_STABILITY),
            "next_steps": _list(_STEP),
        },
    ),
    "explain": _answer(
        "Answer of llm-select explain",
        {
            "rank": _maybe(COUNT),
            "ranked": COUNT,
            "admitted_by": _list(_CHANGE),
            **{k: v for k, v in _ITEM["properties"].items() if k != "variants"},  # type: ignore[attr-defined]
            "variants": _list(_ref("item")),
            "catalog_hash": TEXT,
        },
    ),
    "compare": _answer(
        "Answer of llm-select compare",
        {
            "models": _list(_ref("item")),
            "shared_boards": _list(
                _object(
                    {
                        "board": TEXT,
                        "best": TEXT,
                        "scores": {"type": "object", "additionalProperties": _ref("evidence")},
                    }
                )
            ),
            "better": _list(_object({"model": TEXT, "than": TEXT, "probability": NUMBER})),
            "catalog_hash": TEXT,
        },
    ),
}
"""By command; also printed by `llm-select catalog schema recommend`."""
