"""Bytes of the weights, by tensor group, at a format's bits.

A format rarely stores every tensor alike: k-quants keep the output head higher, NF4, GPTQ and AWQ leave the
embeddings and the head in 16 bits, FP8 leaves a tied table in 16. The groups carry their own bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing
    from llm_select.schema.hardware import Quantization
    from llm_select.schema.model import Model


class WeightBytes(NamedTuple):
    """Bytes by group. `host` stays in main memory; the others are on the devices."""

    embedding: float
    output: float
    attention: float
    ffn: float
    experts: float
    norms: float
    towers: float
    other: float
    host: float

    @property
    def device(self) -> float:
        """Bytes on the devices."""
        return sum(self) - self.host

    @property
    def layers(self) -> float:
        """Bytes inside layers: what splits and offloads by layer."""
        return self.attention + self.ffn + self.experts + self.norms + self.other


ARTIFACT_RATIO = (0.8, 1.9)
"""A file's size outside this multiple of the computed one is another file (stored twice, wrong row): not used. A
larger file is believed: makers leave whole parts unquantized (Qwen3.5 27B's GPTQ file is 1.6 times the formula)."""


def weight_bytes(
    size: Sizing,
    quantization: Quantization,
    *,
    host_embedding: bool = False,
    artifact_bytes: float | None = None,
) -> WeightBytes:
    """Bytes of the weights.

    `host_embedding`: the engine looks the token table up in main memory (llama.cpp); a tied table is then held
    twice, there and on the device as the head. `artifact_bytes`: the real size of the files, which scales the groups.
    """
    p, bits = size.parameters, quantization.bits
    table = quantization.embedding_bits or bits
    head = quantization.output_bits or bits
    if size.tied:
        # The table is the head, so it has the head's bits.
        table = quantization.output_bits or quantization.embedding_bits or bits
        if quantization.compute == "fp8":
            # FP8 checkpoints leave the head out of the conversion (compressed-tensors' `ignore: [lm_head]`).
            table = max(table, 16.0)
    attention = p.attention * (quantization.attention_bits or bits)
    down = quantization.ffn_down_bits or bits
    ffn = p.ffn * bits + p.ffn_down * down
    experts = (p.experts_routed + p.experts_shared) * bits + p.experts_down * down
    # A router stays as precise as the normalisations: llama.cpp stores it in 32 bits, the others in 16.
    norms = (p.norms + p.router) * quantization.norm_bits
    # Towers are left in 16 bits by every weight format (llama.cpp's mmproj files, AWQ and GPTQ recipes).
    towers = p.towers * max(bits, 16.0)
    other = (p.other + p.recurrent) * bits
    lookup = (p.embedding + p.positions + p.per_layer_embedding) * table
    output = p.output * head
    scale = 1 / 8
    if artifact_bytes is not None:
        extra = 0.0 if quantization.format in ("gguf", "mlx") else size.extra_parameters * bits
        beside = 0.0 if quantization.format == "gguf" else towers
        ratio = (
            artifact_bytes
            * 8
            / (lookup + output + attention + ffn + experts + norms + other + extra + beside)
        )
        if ARTIFACT_RATIO[0] <= ratio <= ARTIFACT_RATIO[1]:
            scale *= ratio
    host = 0.0
    if host_embedding:
        host = lookup
        if size.tied and size.generates:
            output += p.embedding * table
        lookup = 0.0
    return WeightBytes(
        lookup * scale,
        output * scale,
        attention * scale,
        ffn * scale,
        experts * scale,
        norms * scale,
        towers / 8,
        other * scale,
        host * scale,
    )


def artifact_size(model: Model, quantization_id: str | None) -> float | None:
    """Bytes of the card's files in this format, when the card has them."""
    if quantization_id is not None:
        for artifact in model.artifacts:
            if artifact.quantization == quantization_id and artifact.size_bytes:
                return float(artifact.size_bytes)
    return None
