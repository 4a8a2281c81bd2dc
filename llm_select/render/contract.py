"""The JSON Schema of the answers of `recommend`, `explain` and `compare`, and the list of all: what scripts read.

Tests hold real answers against it. Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.deploy_contract import DEPLOY
from llm_select.render.estimate_contract import ESTIMATE
from llm_select.render.evaluate_contract import EVALUATE
from llm_select.render.finetune_contract import FINETUNE
from llm_select.render.payload import VERSION, Json
from llm_select.render.schema_words import COUNT, NUMBER, TEXT
from llm_select.render.schema_words import list_of as _list
from llm_select.render.schema_words import maybe as _maybe
from llm_select.render.schema_words import record as _object
from llm_select.render.schema_words import ref as _ref

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
    {
        "variants": _list(_ref("item")),
        "quantization_loss": _maybe(_ref("loss")),
        "thinking": _maybe(_ref("thinking")),
    },
)
_THINKING = _object(
    {
        "tokens": _maybe(COUNT),
        "measured": {"type": "boolean"},
        "test": _maybe(TEXT),
        "effort": _maybe(TEXT),
        "source": _maybe(TEXT),
    }
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
    "thinking": _THINKING,
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


CONTRACTS: dict[str, Json] = {
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
            "more_picks": COUNT,
            "untried_count": COUNT,
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
    "estimate": ESTIMATE,
    "finetune": FINETUNE,
    "deploy": DEPLOY,
    "evaluate": EVALUATE,
}
"""By command; also printed by `llm-select catalog schema recommend`."""
