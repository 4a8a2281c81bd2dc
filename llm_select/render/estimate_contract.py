"""The JSON Schema of the answer of `estimate MODEL`: what people script against.

Tests hold real answers against it. Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.payload import VERSION, Json
from llm_select.render.schema_words import COUNT, FLAG, NUMBER, TEXT, list_of, maybe, record, ref

_PARTS = (
    "weights_gib", "kv_cache_gib", "activations_gib", "overhead_gib", "total_gib", "low_gib", "high_gib", "host_gib",
    "device_expected_gib", "device_high_gib",
)  # fmt: skip
_MEMORY = record(
    {
        **{key: {"type": "number", "minimum": 0} for key in _PARTS},
        "usable_gib": maybe(NUMBER),
        "offloaded_layers": COUNT,
        "assumptions": list_of(ref("assumption")),
    }
)
_SPEED = record(
    {
        "decode_tps": maybe(ref("range")),
        "decode_total_tps": maybe(ref("range")),
        "prefill_tps": maybe(ref("range")),
        "missing": maybe(TEXT),
        "assumptions": list_of(ref("assumption")),
    }
)
_VARIANT = record(
    {
        "quantization": TEXT,
        "engine": TEXT,
        "published": FLAG,
        "memory": ref("memory"),
        "speed": ref("speed"),
        "verdict": maybe({"enum": ["fits", "tight", "no"]}),
        "largest_context": maybe(COUNT),
        "largest_batch": maybe(COUNT),
        "needed_gib": NUMBER,
    }
)
_HOLDER = record(
    {
        "device": TEXT,
        "name": TEXT,
        "vendor": maybe(TEXT),
        "devices": COUNT,
        "gib": NUMBER,
        "bandwidth_gb_s": maybe(NUMBER),
        "decode": maybe(ref("range")),
    }
)
ESTIMATE: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of llm-select estimate",
    **record(
        {
            "version": {"const": VERSION},
            "model": TEXT,
            "machine": maybe({"type": "object"}),
            "workload": {"type": "object"},
            "chosen": TEXT,
            "estimates": list_of(_VARIANT),
            "devices": list_of(_HOLDER),
            "assumptions": list_of(ref("assumption")),
        }
    ),
    "$defs": {
        "range": record({"low": NUMBER, "expected": NUMBER, "high": NUMBER}, closed=True),
        "assumption": record({"code": TEXT, "values": {"type": "object"}}, {"message": TEXT}),
        "memory": _MEMORY,
        "speed": _SPEED,
    },
}
"""Also printed by `llm-select catalog schema estimate`."""
