"""Any input ends in facts or in a SourceError. `benchmarks/fuzz_importers.py` runs the same at length."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from llm_select.catalog.importers.gguf_facts import gguf_facts
from llm_select.catalog.importers.gguf_header import parse_gguf
from llm_select.catalog.importers.hf_config import config_facts
from llm_select.catalog.importers.reading import SourceError, json_object
from llm_select.catalog.importers.safetensors_header import count, parse_header
from tests.catalog.importers.builders import (
    LLAMA_GGUF,
    gguf,
    llama_gguf_tensors,
    llama_shapes,
    safetensors,
)

CONFIGS: list[dict[str, Any]] = [
    one["config"]
    for one in json.loads((Path(__file__).parent / "shapes.json").read_text()).values()
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
NAMES = sorted({name for config in CONFIGS for name in config})
HEADER = safetensors(llama_shapes(), data=False)
GGUF = gguf({**LLAMA_GGUF, "tokenizer.ggml.tokens": ["a", "b"]}, llama_gguf_tensors())
QUICK = settings(max_examples=75, deadline=None)


@QUICK
@given(st.sampled_from(CONFIGS), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3))
def test_any_values_in_a_configuration(config: dict[str, Any], changes: dict[str, Any]) -> None:
    with suppress(SourceError):
        config_facts({**config, **changes}, "config.json")


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_as_a_configuration(data: bytes) -> None:
    with suppress(SourceError):
        config_facts(json_object(data, "config.json"), "config.json")


@QUICK
@given(st.integers(0, len(HEADER)), st.binary(max_size=12), st.integers(0, 12))
def test_any_change_of_a_safetensors_header(at: int, new: bytes, drop: int) -> None:
    with suppress(SourceError):
        count(parse_header(HEADER[:at] + new + HEADER[at + drop :], "x"))


@QUICK
@given(st.dictionaries(st.text(max_size=12), JSON, max_size=4))
def test_any_values_in_a_safetensors_header(header: dict[str, Any]) -> None:
    text = json.dumps(header).encode()
    with suppress(SourceError):
        count(parse_header(len(text).to_bytes(8, "little") + text, "x"))


@QUICK
@given(st.integers(0, len(GGUF)), st.binary(max_size=12), st.integers(0, 12))
def test_any_change_of_a_gguf_header(at: int, new: bytes, drop: int) -> None:
    data = GGUF[:at] + new + GGUF[at + drop :]
    with suppress(SourceError):
        gguf_facts(parse_gguf(io.BytesIO(data), len(data), "x"), "x")
