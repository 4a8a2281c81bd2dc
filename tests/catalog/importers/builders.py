"""Small files of our own in the forms that models are published in."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 2,
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 500,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "rope_theta": 10000.0,
}
"""A dense decoder of two layers."""
LLAMA_WEIGHTS = 2 * 500 * 64 + 64 + 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 160 + 2 * 64)
"""Table and head, the last normalisation, and per layer: queries and output, keys and values, three matrices, two
normalisations."""
_BYTES = {"BF16": 2, "F16": 2, "F32": 4, "I32": 4, "U8": 1, "F8_E4M3": 1, "I64": 8}


def config_bytes(**changes: Any) -> bytes:
    """The configuration with changes; None removes a field."""
    values = {key: value for key, value in {**LLAMA, **changes}.items() if value is not None}
    return json.dumps(values).encode()


def llama_shapes() -> dict[str, tuple[str, list[int]]]:
    """Names, types and shapes of the tensors of `LLAMA`."""
    found: dict[str, tuple[str, list[int]]] = {
        "model.embed_tokens.weight": ("BF16", [500, 64]),
        "lm_head.weight": ("BF16", [500, 64]),
        "model.norm.weight": ("BF16", [64]),
    }
    for layer in range(2):
        at = f"model.layers.{layer}."
        found |= {
            f"{at}self_attn.q_proj.weight": ("BF16", [64, 64]),
            f"{at}self_attn.k_proj.weight": ("BF16", [32, 64]),
            f"{at}self_attn.v_proj.weight": ("BF16", [32, 64]),
            f"{at}self_attn.o_proj.weight": ("BF16", [64, 64]),
            f"{at}mlp.gate_proj.weight": ("BF16", [160, 64]),
            f"{at}mlp.up_proj.weight": ("BF16", [160, 64]),
            f"{at}mlp.down_proj.weight": ("BF16", [64, 160]),
            f"{at}input_layernorm.weight": ("BF16", [64]),
            f"{at}post_attention_layernorm.weight": ("BF16", [64]),
        }
    return found


def safetensors(shapes: Mapping[str, tuple[str, Sequence[int]]], *, data: bool = True) -> bytes:
    """A safetensors file of zeros."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (dtype, shape) in shapes.items():
        size = _BYTES[dtype]
        for one in shape:
            size *= one
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + (bytes(at) if data else b"")


def gguf(
    metadata: Mapping[str, Any],
    tensors: Sequence[tuple[str, Sequence[int], int]],
    *,
    version: int = 3,
) -> bytes:
    """A GGUF header; tensors are name, shape with the innermost dimension first, and ggml's type."""
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    for key, value in metadata.items():
        out += text(key) + typed(value)
    for name, shape, kind in tensors:
        out += text(name) + struct.pack("<I", len(shape))
        out += b"".join(struct.pack("<Q", one) for one in shape) + struct.pack("<IQ", kind, 0)
    return out


def text(value: str) -> bytes:
    """A GGUF string."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def typed(value: Any) -> bytes:
    """A GGUF value with its kind before it."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    inner = b"".join(text(one) if isinstance(one, str) else struct.pack("<I", one) for one in value)
    kind = 8 if value and isinstance(value[0], str) else 4
    return struct.pack("<IIQ", 9, kind, len(value)) + inner


LLAMA_GGUF: dict[str, Any] = {
    "general.architecture": "llama",
    "general.file_type": 15,
    "llama.block_count": 2,
    "llama.embedding_length": 256,
    "llama.feed_forward_length": 512,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.context_length": 2048,
    "llama.rope.freq_base": 10000.0,
    "llama.attention.layer_norm_rms_epsilon": 0.00001,
    "tokenizer.ggml.tokens": [f"t{i}" for i in range(5000)],
}


def llama_gguf_tensors() -> list[tuple[str, list[int], int]]:
    """Tensors of `LLAMA_GGUF` with a tied head; 12 is Q4_K, 0 is F32."""
    found: list[tuple[str, list[int], int]] = [
        ("token_embd.weight", [256, 5000], 12),
        ("output_norm.weight", [256], 0),
        ("rope_freqs.weight", [32], 0),
    ]
    for layer in range(2):
        at = f"blk.{layer}."
        found += [
            (f"{at}attn_q.weight", [256, 256], 12),
            (f"{at}attn_k.weight", [256, 128], 12),
            (f"{at}attn_v.weight", [256, 128], 12),
            (f"{at}attn_output.weight", [256, 256], 12),
            (f"{at}ffn_gate.weight", [256, 512], 12),
            (f"{at}ffn_up.weight", [256, 512], 12),
            (f"{at}ffn_down.weight", [512, 256], 12),
            (f"{at}attn_norm.weight", [256], 0),
            (f"{at}ffn_norm.weight", [256], 0),
        ]
    return found


LLAMA_GGUF_WEIGHTS = (
    5000 * 256 + 256 + 2 * (2 * 256 * 256 + 2 * 256 * 128 + 3 * 256 * 512 + 2 * 256)
)
