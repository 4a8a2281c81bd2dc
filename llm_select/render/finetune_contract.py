"""The JSON Schema of the answer of `finetune --task`: what people script against.

Tests hold real answers against it. Keys are only added within a version.
"""

from __future__ import annotations

from llm_select.render.payload import VERSION, Json
from llm_select.render.schema_words import COUNT, FLAG, NUMBER, TEXT, list_of, maybe, record, ref

STRATEGY: Json = {
    "enum": [
        "prompt", "prompt-tuning", "prefix-tuning", "ia3", "lora", "qlora", "dora", "full", "encoder",
        "encoder-decoder",
    ]
}  # fmt: skip
_RANGE = record({"low": NUMBER, "expected": NUMBER, "high": NUMBER}, closed=True)
_SOURCE = record({"id": TEXT, "title": maybe(TEXT), "url": maybe(TEXT)})
_RULE = record(
    {
        "id": TEXT,
        "asks": TEXT,
        "holds": FLAG,
        "because": TEXT,
        "values": {"type": "object"},
        "thresholds": {"type": "object", "additionalProperties": NUMBER},
        "proposes": list_of(STRATEGY),
        "rules_out": list_of(STRATEGY),
        "basis": {"enum": ["paper", "measurement", "boards", "card", "estimate"]},
        "finding": TEXT,
        "sources": list_of(_SOURCE),
    }
)
_ADVICE = record(
    {
        "options": list_of(
            record(
                {
                    "strategy": STRATEGY,
                    "model": TEXT,
                    "method": maybe(TEXT),
                    "rules": list_of(TEXT),
                }
            )
        ),
        "ruled_out": {"type": "object", "additionalProperties": list_of(TEXT)},
        "shots": maybe(COUNT),
        "retrieval": FLAG,
        "quality": record({"value": maybe(NUMBER), "tag": TEXT}),
        "rivals": list_of(
            record({"model": TEXT, "value": NUMBER, "low": NUMBER, "examples": COUNT})
        ),
        "rules": list_of(_RULE),
    }
)
_WORDS = (
    "model_id", "kind", "model_type", "task", "head", "method", "quantization", "optimizer", "precision", "schedule",
    "trainer", "sharding", "loss",
)  # fmt: skip
_NUMBERS = (
    "learning_rate", "warmup_ratio", "weight_decay", "max_grad_norm", "epochs", "label_smoothing",
)  # fmt: skip
_COUNTS = ("batch", "accumulation", "seq_len", "gpus", "seed", "step_sequences")
_LISTS = ("languages", "pairs", "lora_targets", "modules_to_save", "metrics")
_SETTINGS = record(
    {
        **dict.fromkeys(_WORDS, TEXT),
        **dict.fromkeys(_NUMBERS, NUMBER),
        **dict.fromkeys(_COUNTS, COUNT),
        **dict.fromkeys(_LISTS, list_of(TEXT)),
        **dict.fromkeys(("repository", "revision"), maybe(TEXT)),
        **dict.fromkeys(("target_len", "lora_rank"), maybe(COUNT)),
        **dict.fromkeys(("lora_alpha", "lora_dropout"), maybe(NUMBER)),
        **dict.fromkeys(("chat", "packing", "checkpointing"), FLAG),
    }
)
_VERDICT = maybe({"enum": ["fits", "tight", "no"]})
_PARTS = (
    "weights_gib", "gradients_gib", "optimizer_gib", "activations_gib", "overhead_gib", "total_gib", "low_gib",
    "high_gib",
)  # fmt: skip
_PLAN = record(
    {
        "settings": _SETTINGS,
        "memory": record({**dict.fromkeys(_PARTS, NUMBER), "trainable_parameters": COUNT}),
        "verdict": _VERDICT,
        "tokens_per_example": COUNT,
        "cost": record(
            {
                "steps": COUNT,
                "tokens": COUNT,
                "flops": NUMBER,
                "hours": maybe(ref("range")),
                "missing": maybe(TEXT),
                "kwh": maybe(ref("range")),
                "usd": maybe(ref("range")),
            }
        ),
        "longest_sequence": maybe(COUNT),
        "largest_batch": maybe(COUNT),
        "concessions": list_of(
            record(
                {
                    "code": TEXT,
                    "values": {"type": "object"},
                    "message": TEXT,
                    "total_gib": NUMBER,
                    "high_gib": NUMBER,
                    "saved_gib": NUMBER,
                    "verdict": _VERDICT,
                }
            )
        ),
        "choices": list_of(
            record({"field": TEXT, "code": TEXT, "message": TEXT, "source": maybe(TEXT)})
        ),
        "optimizers": list_of(
            record(
                {
                    "id": TEXT,
                    "name": TEXT,
                    "bytes_per_parameter": NUMBER,
                    "total_gib": NUMBER,
                    "paged": FLAG,
                }
            )
        ),
    }
)
FINETUNE: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of llm-select finetune --task",
    **record(
        {
            "version": {"const": VERSION},
            "requirements": {"type": "object"},
            "model": maybe(TEXT),
            "strategy": maybe(_ADVICE),
            "method_asked": maybe(TEXT),
            "plan": maybe(ref("plan")),
            "lacking": maybe(ref("plan")),
            "unplanned": maybe(TEXT),
            "passed_over": list_of(TEXT),
            "open_model": maybe(TEXT),
            "assumptions": list_of(record({"code": TEXT, "values": {"type": "object"}})),
            "catalog_hash": TEXT,
        }
    ),
    "$defs": {"range": _RANGE, "plan": _PLAN},
}
"""Also printed by `llm-select catalog schema finetune`."""
