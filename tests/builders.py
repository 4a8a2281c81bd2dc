"""Small catalogs for tests, made through pydantic so that they obey the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_select.schema.catalog import Catalog
from llm_select.schema.evaluation import Benchmark, Board, Scoring, Task
from llm_select.schema.hardware import Device, Engine, License, Quantization
from llm_select.schema.model import Model


def model(name: str = "Model", **fields: Any) -> Model:
    """A dense decoder of about 8 billion weights (the shape of Llama 3.1 8B)."""
    base: dict[str, Any] = {
        "name": name,
        "developer": "Test",
        "released": "2024-07-23",
        "generation": "transformer",
        "kind": "decoder",
        "license": "free",
        "weights": "open",
        "parameters": {"total": 8030261248, "active": 8030261248},
        "architecture": {
            "model_type": "llama",
            "layers": 32,
            "hidden_size": 4096,
            "ffn": {"size": 14336, "gated": True},
            "vocab_size": 128256,
            "tied_embeddings": False,
            "attention": [
                {"layers": 32, "kind": "grouped-query", "heads": 32, "kv_heads": 8, "head_dim": 128}
            ],
            "position": "rope",
        },
        "context": {"native": 131072},
        "languages": {"en": "official", "de": "official"},
    }
    return Model.model_validate({**base, **fields})


def deep(name: str) -> Model:
    """A card of ten times the layers."""
    shape = model().architecture
    assert shape is not None
    groups = tuple(group.model_copy(update={"layers": 320}) for group in shape.attention)
    tall = shape.model_copy(update={"layers": 320, "attention": groups})
    card = model(name, parameters={"total": 70802612480, "active": 70802612480})
    return card.model_copy(update={"architecture": tall})


def benchmark(**fields: Any) -> Benchmark:
    """A bounded benchmark from 0 to 100."""
    base: dict[str, Any] = {
        "name": "Bench",
        "description": "A test.",
        "metric": "F1",
        "unit": "F1",
        "direction": "higher",
        "scale": "bounded",
        "floor": 0,
        "ceiling": 100,
        "source": "src",
    }
    return Benchmark.model_validate({**base, **fields})


def board(
    scores: Mapping[str, Mapping[str, float]],
    *,
    entries: Mapping[str, Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Board:
    """A board whose entries are named as the models' ids unless told otherwise."""
    labels = {label for column in scores.values() for label in column}
    base: dict[str, Any] = {
        "benchmark": "bench",
        "source": "src",
        "date": "2025-01",
        "reported_by": "third-party",
        "setting": "few-shot",
        "entries": {label: (entries or {}).get(label, {"model": label}) for label in labels},
        "scores": scores,
    }
    return Board.model_validate({**base, **fields})


def task(**fields: Any) -> Task:
    """A task with one direct board."""
    base: dict[str, Any] = {
        "name": "Task",
        "description": "Do it.",
        "kinds": ["decoder", "encoder", "encoder-decoder"],
        "boards": [{"board": "direct", "relevance": "direct"}],
        "reference": {"board": "direct"},
        "quality": {"low": 0, "high": 100},
        "lengths": {"prompt": 1024, "generate": 256},
    }
    return Task.model_validate({**base, **fields})


def scoring() -> Scoring:
    """Profiles and anchors as in the bundled catalog's shape."""
    return Scoring.model_validate(
        {
            "profiles": {
                "balanced": {
                    "description": "For most.",
                    "weights": {"quality": 0.6, "speed": 0.2, "headroom": 0.1, "cost": 0.1},
                }
            },
            "speed": {"low": 5, "high": 100},
            "headroom": {"low": 0, "high": 0.25},
            "cost": {"low": 15, "high": 0.1},
        }
    )


def engine(**fields: Any) -> Engine:
    """llama.cpp, for the shapes of these tests."""
    base: dict[str, Any] = {
        "name": "llama.cpp",
        "url": "https://example.org",
        "version": "1",
        "kinds": ["decoder"],
        "model_types": ["llama"],
        "mixers": ["grouped-query", "multi-head"],
        "quantizations": ["bf16-gguf", "q8_0", "q4_k_m"],
        "vendors": ["nvidia", "amd", "apple", "cpu"],
        "kv_types": {"f16": 2},
        "memory_model": "llama.cpp",
        "serves_batches": True,
        "cpu_offload": True,
        "multi_gpu": ["layer"],
        "source": "src",
    }
    return Engine.model_validate({**base, **fields})


def quantization(name: str, bits: float, **fields: Any) -> Quantization:
    """A GGUF format."""
    return Quantization.model_validate(
        {"name": name, "format": "gguf", "bits": bits, "source": "src", **fields}
    )


def device(**fields: Any) -> Device:
    """A 24 GiB card."""
    base: dict[str, Any] = {
        "name": "Card 24",
        "vendor": "nvidia",
        "form": "desktop",
        "memory_class": "gddr",
        "memory": [{"gib": 24, "bandwidth_gb_s": 1008}],
        "compute": {"bf16": 165},
        "sources": {"memory": "src"},
    }
    return Device.model_validate({**base, **fields})


def license_(**fields: Any) -> License:
    """A permissive licence."""
    base: dict[str, Any] = {
        "name": "Free",
        "url": "https://example.org",
        "kind": "permissive",
        "commercial": "yes",
        "source": "src",
    }
    return License.model_validate({**base, **fields})


def catalog(**fields: Any) -> Catalog:
    """A catalog of these parts with everything a recommendation needs."""
    base: dict[str, Any] = {
        "benchmarks": {"bench": benchmark()},
        "tasks": {"task": task()},
        "engines": {"llama.cpp": engine()},
        "quantizations": {
            "bf16-gguf": quantization("BF16", 16, native_16bit=True),
            "q8_0": quantization("Q8_0", 8.5),
            "q4_k_m": quantization("Q4_K_M", 4.85),
        },
        "licenses": {"free": license_(), "nc": license_(commercial="no")},
        "devices": {"card-24": device()},
        "scoring": scoring(),
    }
    return Catalog.model_construct(**{**base, **fields})
