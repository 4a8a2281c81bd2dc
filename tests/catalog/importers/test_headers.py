"""Headers of safetensors and GGUF files, honest and hostile."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from llm_select.catalog.importers.gguf_facts import gguf_facts
from llm_select.catalog.importers.gguf_header import Gguf, Long, parse_gguf
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.importers.safetensors_header import (
    Tensor,
    count,
    index_files,
    parse_header,
    read_header,
)
from tests.catalog.importers.builders import (
    LLAMA_GGUF,
    LLAMA_GGUF_WEIGHTS,
    LLAMA_WEIGHTS,
    gguf,
    llama_gguf_tensors,
    llama_shapes,
    safetensors,
    text,
)


def header(value: Any) -> bytes:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return struct.pack("<Q", len(data)) + data


def tensors(shapes: dict[str, tuple[str, list[int]]]) -> tuple[Tensor, ...]:
    return parse_header(safetensors(shapes, data=False), "x")


def read(data: bytes) -> Gguf:
    return parse_gguf(io.BytesIO(data), len(data), "x.gguf")


def test_the_tensors_of_a_file_are_counted_without_its_data(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors(llama_shapes()))
    found = count(read_header(path))
    assert found.language == LLAMA_WEIGHTS
    assert found.bytes == 2 * LLAMA_WEIGHTS
    assert not found.packed


def test_towers_extra_layers_buffers_and_scales_are_counted_apart() -> None:
    found = count(
        tensors(
            {
                "model.layers.0.mlp.up_proj.weight": ("BF16", [8, 4]),
                "model.layers.2.mlp.up_proj.weight": ("BF16", [8, 4]),
                "mtp.fc.weight": ("BF16", [3, 3]),
                "visual.blocks.0.attn.qkv.weight": ("BF16", [5, 5]),
                "model.layers.0.self_attn.rotary_emb.inv_freq": ("F32", [7]),
                "model.layers.0.mlp.up_proj.weight_scale_inv": ("F32", [1]),
            }
        ),
        layers=2,
    )
    assert (found.language, found.extra, found.towers, found.buffers, found.scales) == (
        32,
        32 + 9,
        25,
        7,
        1,
    )


def test_a_second_copy_of_a_tied_table_is_left_out() -> None:
    assert count(tensors(llama_shapes()), tied=True).language == LLAMA_WEIGHTS - 500 * 64


@pytest.mark.parametrize(
    ("shapes", "weights"),
    [
        (
            {
                "a.qweight": ("I32", [16, 64]),
                "a.scales": ("F16", [1, 64]),
                "a.qzeros": ("I32", [1, 8]),
            },
            8192,
        ),
        ({"a.weight": ("U8", [64, 64]), "a.weight_scale": ("F8_E4M3", [64, 8])}, 8192),
        (
            {
                "a.gate_up_proj_blocks": ("U8", [64, 4, 16]),
                "a.gate_up_proj_scales": ("U8", [64, 4]),
            },
            8192,
        ),
        ({"a.weight_packed": ("I32", [16, 64]), "a.weight_scale": ("BF16", [16, 4])}, 8192),
        ({"a.weight": ("F8_E4M3", [64, 128]), "a.weight_scale_inv": ("F32", [1, 1])}, 8192),
    ],
)
def test_packed_integers_count_as_the_weights_they_hold(
    shapes: dict[str, tuple[str, list[int]]], weights: int
) -> None:
    assert count(tensors(shapes)).language == weights


GOOD = {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "too short"),
        (b"\0" * 7, "too short"),
        (struct.pack("<Q", 0), "claims 0 bytes"),
        (struct.pack("<Q", 2**63) + b"{}", "claims 9,223"),
        (struct.pack("<Q", 50) + b"{}", "cut off"),
        (header(b"{"), "not JSON"),
        (header(b'{"a": 1, "a": 2}'), "given twice"),
        (header(b"[1]"), "holds a list"),
        (header(b"[" + b"{}," * 1_000_000), "more than 1,000,000 values"),
        (header(b"\xff\xfe"), "not UTF-8"),
        (header(b"[" * 100_000), "nested too deeply"),
        (header(b'{"a": ' + b"9" * 6000 + b"}"), "too long"),
        (header({"a": 5}), "not a tensor"),
        (header({"a": {**GOOD, "dtype": "Q9"}}), "dtype"),
        (header({"a": {**GOOD, "shape": [-1]}}), "whole numbers"),
        (header({"a": {**GOOD, "shape": [True]}}), "whole numbers"),
        (header({"a": {**GOOD, "shape": [1] * 99}}), "whole numbers"),
        (header({"a": {**GOOD, "shape": [10**9, 10**9]}}), "larger than any tensor"),
        (header({"a": {**GOOD, "data_offsets": [0]}}), "two whole numbers"),
        (header({"a": {**GOOD, "data_offsets": [0, 13]}}), "do not fit"),
    ],
)
def test_a_hostile_safetensors_header_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        parse_header(data, "x")


def test_offsets_beyond_the_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors(llama_shapes())[:-1])
    with pytest.raises(SourceError, match="beyond the file"):
        read_header(path)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "weight_map"),
        ({"weight_map": {"a": 1}}, "weight_map"),
        ({"weight_map": {"a": "../../etc/passwd"}}, "outside"),
        ({"weight_map": {"a": "x"}, "metadata": {"total_size": "9"}}, "total_size"),
        ({"weight_map": {"a": "x"}, "metadata": {"total_size": -9}}, "total_size"),
    ],
)
def test_a_hostile_index_is_refused(value: dict[str, Any], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        index_files(value, "x")


def test_a_gguf_header_is_read_without_its_vocabulary() -> None:
    found = read(gguf(LLAMA_GGUF, llama_gguf_tensors()))
    assert found.metadata["tokenizer.ggml.tokens"] == Long(5000)
    assert found.weights == LLAMA_GGUF_WEIGHTS
    assert found.tensors[0].type == "Q4_K"
    assert found.tensors[0].bytes == 5000 * 256 // 256 * 144


def test_a_gguf_header_becomes_a_card_by_the_mapping_of_configurations() -> None:
    found = gguf_facts(read(gguf(LLAMA_GGUF, llama_gguf_tensors())), "x.gguf")
    assert found.quantization == "q4_k_m"
    assert found.facts["parameters"]["total"] == LLAMA_GGUF_WEIGHTS
    assert found.facts["architecture"]["tied_embeddings"]
    assert found.facts["architecture"]["attention"][0]["kv_heads"] == 2
    assert found.facts["context"] == {"native": 2048}


def test_a_gguf_of_an_unknown_architecture_is_refused_with_its_fields() -> None:
    metadata = {"general.architecture": "rwkv9", "rwkv9.time_mix_dim": 8}
    with pytest.raises(SourceError, match="'rwkv9' is not known; fields not placed: time_mix_dim"):
        gguf_facts(read(gguf(metadata, [])), "x.gguf")


def test_a_gguf_with_a_field_not_known_is_refused() -> None:
    metadata = {**LLAMA_GGUF, "llama.warp.rank": 3}
    with pytest.raises(SourceError, match=r"not with these fields: warp\.rank"):
        gguf_facts(read(gguf(metadata, llama_gguf_tensors())), "x.gguf")


def test_tensors_that_the_metadata_do_not_explain_are_refused() -> None:
    more = [*llama_gguf_tensors(), ("blk.0.mystery.weight", [256, 4096], 12)]
    with pytest.raises(SourceError, match="a part of the shape is not known"):
        gguf_facts(read(gguf(LLAMA_GGUF, more)), "x.gguf")


HEAD = b"GGUF" + struct.pack("<I", 3)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cut off"),
        (b"GGML" + bytes(20), "does not begin"),
        (b"GGUF" + struct.pack("<I", 1) + bytes(16), "version 1"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(16), "big-endian"),
        (HEAD + struct.pack("<QQ", 2**60, 0), "claims 1,152"),
        (HEAD + struct.pack("<QQ", 0, 2**60), "claims 1,152"),
        (HEAD + struct.pack("<QQ", 0, 1) + struct.pack("<Q", 2**62), "claims"),
        (HEAD + struct.pack("<QQ", 0, 1) + struct.pack("<Q", 2) + b"\xff\xff", "not UTF-8"),
        (HEAD + struct.pack("<QQ", 0, 1) + text("k") + struct.pack("<I", 99), "kind 99"),
        (HEAD + struct.pack("<QQ", 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 2**40), "array claims"),
        (HEAD + struct.pack("<QQ", 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 10**6), "cut off"),
        (HEAD + struct.pack("<QQ", 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, 10**6), "cut off"),
        (HEAD + struct.pack("<QQ", 0, 1) + text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9 + bytes(99),
         "nested too deeply"),
        (HEAD + struct.pack("<QQ", 1, 0) + text("t") + struct.pack("<I", 50), "50 dimensions"),
        (HEAD + struct.pack("<QQ", 1, 0) + text("t") + struct.pack("<IQIQ", 1, 5, 777, 0), "type 777"),
        (HEAD + struct.pack("<QQ", 1, 0) + text("t") + struct.pack("<IQIQ", 1, 5, 12, 0), "blocks of 256"),
        (HEAD + struct.pack("<QQ", 1, 0) + text("t") + struct.pack("<IQQIQ", 2, 2**60, 2**60, 0, 0), "larger than"),
        (gguf({"a": 1}, []).replace(struct.pack("<Q", 1), struct.pack("<Q", 2), 1) + text("a") + bytes(8),
         "cut off|given twice"),
    ],
)  # fmt: skip
def test_a_hostile_gguf_header_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read(data)


def test_more_texts_than_any_vocabulary_are_refused() -> None:
    arrays = [
        text(f"k{i}") + struct.pack("<IIQ", 9, 8, 1_000_000) + bytes(8_000_000) for i in range(2)
    ]
    with pytest.raises(SourceError, match="more than 1,500,000 texts"):
        read(HEAD + struct.pack("<QQ", 0, 2) + b"".join(arrays))


def test_every_cut_of_a_gguf_header_is_refused() -> None:
    whole = gguf({**LLAMA_GGUF, "tokenizer.ggml.tokens": ["a", "b"]}, llama_gguf_tensors())
    for length in range(0, len(whole), 7):
        with pytest.raises(SourceError):
            read(whole[:length])
