"""Small objects for the tests of estimates, built through the schema as the catalog's are."""

from __future__ import annotations

from typing import Any

from llm_select.estimates.types import Machine, Workload
from llm_select.schema.architecture import Architecture
from llm_select.schema.hardware import Engine, Quantization
from llm_select.schema.model import Model

Json = dict[str, Any]


def attention(layers: int, heads: int, kv_heads: int, head_dim: int, **more: Any) -> Json:
    """A group of dot-product layers."""
    kind = "multi-head" if heads == kv_heads else "grouped-query"
    return {
        "layers": layers,
        "kind": kind,
        "heads": heads,
        "kv_heads": kv_heads,
        "head_dim": head_dim,
        **more,
    }


def architecture(**more: Any) -> Architecture:
    """A decoder with rotary positions unless said otherwise."""
    base: Json = {"model_type": "test", "tied_embeddings": False, "position": "rope"}
    return Architecture(**{**base, **more})


def decoder(
    layers: int, hidden: int, vocab: int, groups: list[Json], ffn: int | None, **more: Any
) -> Architecture:
    """A decoder of one stack with a gated feed-forward network."""
    if ffn is not None:
        more["ffn"] = {"size": ffn, "gated": True}
    return architecture(
        layers=layers, hidden_size=hidden, vocab_size=vocab, attention=groups, **more
    )


def model(arch: Architecture, kind: str = "decoder", **more: Any) -> Model:
    """A card around an architecture."""
    base: Json = {
        "name": "Test",
        "developer": "Test",
        "released": "2024",
        "generation": "transformer",
        "kind": kind,
        "license": "mit",
        "weights": "open",
        "architecture": arch,
    }
    return Model(**{**base, **more})


def quantization(bits: float = 16, **more: Any) -> Quantization:
    """A number format."""
    base: Json = {"name": "Q", "format": "safetensors", "bits": bits, "source": "s"}
    return Quantization(**{**base, **more})


def engine(memory_model: str = "vllm", **more: Any) -> Engine:
    """An engine with a 16-bit and an 8-bit cache."""
    base: Json = {
        "name": memory_model,
        "url": "https://example.org",
        "version": "1",
        "kinds": ["decoder"],
        "model_types": [],
        "mixers": [],
        "quantizations": [],
        "vendors": ["nvidia"],
        "kv_types": {"f16": 2, "q8_0": 1.0625},
        "memory_model": memory_model,
        "serves_batches": True,
        "source": "s",
    }
    return Engine(**{**base, **more})


def machine(gib: float = 24, devices: int = 1, **more: Any) -> Machine:
    """NVIDIA devices with GDDR memory, all of it usable."""
    base: Json = {
        "name": "test",
        "device": None,
        "vendor": "nvidia",
        "devices": devices,
        "nominal_gib": gib,
        "usable_gib": gib,
        "memory_class": "gddr",
        "bandwidth_gb_s": 1000.0,
        "tflops": {"bf16": 150.0},
        "interconnect_gb_s": None,
        "ram_gib": None,
    }
    return Machine(**{**base, **more})


def workload(context: int = 8192, **more: Any) -> Workload:
    """One sequence that fills half of its context."""
    base: Json = {"prompt_tokens": context // 2, "generate_tokens": 512}
    return Workload(context=context, **{**base, **more})


def llama_8b() -> Architecture:
    """Llama 3.1 8B."""
    return decoder(32, 4096, 128256, [attention(32, 32, 8, 128)], 14336)


def gpt_oss_20b() -> Architecture:
    """gpt-oss-20b: alternating windows, sinks and biases, experts with biases."""
    more: Json = {"bias": "all", "sinks": True}
    return decoder(
        24,
        2880,
        201088,
        [attention(12, 64, 8, 64, **more), attention(12, 64, 8, 64, window=128, **more)],
        None,
        experts={"count": 32, "active": 4, "size": 2880, "bias": True},
    )


def deepseek_v3() -> Architecture:
    """DeepSeek-V3: latent attention, 256 routed experts and a shared one, three dense layers."""
    latent = {"kv_rank": 512, "q_rank": 1536, "nope_dim": 128, "rope_dim": 64, "value_dim": 128}
    return decoder(
        61,
        7168,
        129280,
        [{"layers": 61, "kind": "latent", "heads": 128, "latent": latent}],
        18432,
        experts={
            "count": 256,
            "active": 8,
            "size": 2048,
            "shared": 1,
            "dense_layers": 3,
            "router_bias": True,
        },
    )


def gemma3_27b() -> Architecture:
    """Gemma 3 27B, text only: one layer in six sees everything (62 layers: 10 full)."""
    return decoder(
        62,
        5376,
        262208,
        [
            attention(10, 32, 16, 128, qk_norm="head"),
            attention(52, 32, 16, 128, qk_norm="head", window=1024),
        ],
        21504,
        tied_embeddings=True,
        norms_per_layer=4,
    )


def nllb_3b() -> Architecture:
    """NLLB-200 3.3B: encoder and decoder of 24 layers, one table for all."""
    stack = {
        "layers": 24,
        "attention": [attention(24, 16, 16, 128, bias="all")],
        "ffn": {"size": 8192, "gated": False, "bias": True},
    }
    return architecture(
        model_type="m2m_100",
        hidden_size=2048,
        vocab_size=256206,
        tied_embeddings=True,
        position="sinusoidal",
        norm="layernorm",
        encoder=stack,
        decoder=stack,
    )


def bert_base() -> Architecture:
    """BERT base with its pooler and both pre-training heads."""
    return architecture(
        model_type="bert",
        hidden_size=768,
        vocab_size=30522,
        tied_embeddings=True,
        position="learned",
        max_positions=512,
        token_types=2,
        norm="layernorm",
        embedding_norm=True,
        final_norm=False,
        head_layer=True,
        layers=12,
        attention=[attention(12, 12, 12, 64, bias="all")],
        ffn={"size": 3072, "gated": False, "bias": True},
        other_parameters=590_592 + 1_538,
    )
