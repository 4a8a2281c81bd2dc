"""Bytes of the weights, by tensor group, at a format's bits.

A format rarely stores every tensor alike: k-quants keep the output head higher, NF4, GPTQ and AWQ leave the
embeddings and the head in 16 bits, FP8 leaves a tied table in 16. The groups carry their own bits, and the rules of a
mixed format those of single projections in some layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates.tensors import WIDE

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
    lookup, output = _tables(size, quantization)
    attention = p.attention * (quantization.attention_bits or bits)
    down = quantization.ffn_down_bits or bits
    ffn = p.ffn * bits + p.ffn_down * down
    experts = (p.experts_routed + p.experts_shared) * bits + p.experts_down * down
    if quantization.tensors or quantization.block is not None:
        attention, ffn, experts = _ruled(size, quantization, attention, ffn, experts)
    # A router stays as precise as the normalisations: llama.cpp stores it in 32 bits, the others in 16.
    norms = (p.norms + p.router) * quantization.norm_bits
    # Towers are left in 16 bits by every weight format (llama.cpp's mmproj files, AWQ and GPTQ recipes).
    towers = p.towers * max(bits, 16.0)
    other = (p.other + p.recurrent) * bits
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
            output += lookup * p.embedding / (p.embedding + p.positions + p.per_layer_embedding)
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


def _tables(size: Sizing, quantization: Quantization) -> tuple[float, float]:
    """Bits of the tables and of the head."""
    p, bits = size.parameters, quantization.bits
    table = quantization.embedding_bits or bits
    head = quantization.output_bits or bits
    if quantization.block is not None:
        table = fitted(table, quantization.block, size.width)
        # Falcon's head too takes Q8_0 (`llama_tensor_get_type`).
        if (size.width % WIDE or size.model_type == "falcon") and head < 8.5:
            head = 8.5
    if size.tied:
        # The table is the head, so it has the head's bits.
        table = head if quantization.output_bits or quantization.block else table
        if quantization.compute == "fp8":
            # FP8 checkpoints leave the head out of the conversion (compressed-tensors' `ignore: [lm_head]`).
            table = max(table, 16.0)
    return (p.embedding + p.positions + p.per_layer_embedding) * table, p.output * head


WIDER = {
    2.0625: 4.5,
    2.3125: 4.5,
    2.5625: 4.5,
    2.625: 4.5,
    3.0625: 4.5,
    3.4375: 4.5,
    4.25: 4.5,
    4.5: 5.5,
    5.5: 6.0,
    6.5625: 8.5,
}
"""The type that stands in for one with blocks of 256 where they do not divide a row, by bits: IQ and Q2_K, Q3_K to
Q4_0 or IQ4_NL, Q4_K to Q5_0, Q5_K to Q5_1, Q6_K to Q8_0 (llama.cpp, `tensor_type_fallback`)."""


def fitted(bits: float, block: int, row: int) -> float:
    """Bits of a type that can hold rows of that many weights; 16 where not even blocks of 32 divide them."""
    if row % WIDE == 0:
        return bits
    if row % 32 and bits < 16:
        return 16.0
    # A format with blocks of 32 has Q6_K as its only type with larger ones.
    return WIDER.get(bits, bits) if block == WIDE or bits == 6.5625 else bits


def _ruled(
    size: Sizing, quantization: Quantization, attention: float, ffn: float, experts: float
) -> tuple[float, float, float]:
    """Bits of attention, feed-forward networks and experts with the format's rules applied to single matrices."""
    bits, block = quantization.bits, quantization.block
    rules = [r for r in quantization.tensors if r.only is None or r.only in size.traits]
    rules.reverse()
    narrow = size.narrow and block is not None
    for m in size.tensors if narrow else size.ruled:
        plain = (
            (quantization.ffn_down_bits if m.kind == "down" else None)
            if m.part != "attention"
            else quantization.attention_bits
        ) or bits
        fits = narrow and m.row % WIDE
        left, mean = 1.0, 0.0
        for rule in rules:
            if rule.tensors == m.kind or rule.tensors == m.network:
                layers = rule.layers
                if layers == "all":
                    share = left
                else:
                    part = m.more if layers == "more" else m.first[FIRST[layers]]
                    share = part if part < left else left
                mean += share * (fitted(rule.bits, block or 32, m.row) if fits else rule.bits)
                left -= share
        if left:
            mean += left * (fitted(plain, block or 32, m.row) if fits else plain)
        change = m.parameters * (mean - plain)
        if m.part == "attention":
            attention += change
        elif m.part == "ffn":
            ffn += change
        else:
            experts += change
    return attention, ffn, experts


FIRST = {"first-two": 0, "first-four": 1, "first-sixteenth": 2, "first-eighth": 3}


TOKENIZER_BYTES = 40
"""Bytes of a GGUF file's vocabulary per row of the table: text, type, score and merges. 22 for SentencePiece, 39 for
Qwen2.5, 61 for Llama 3 (from files of known size)."""


def file_bytes(size: Sizing, quantization: Quantization) -> float:
    """Bytes of the files to download. Besides the weights, GGUF holds the vocabulary and leaves towers to a second
    file; safetensors of the publisher hold extra prediction layers, conversions to MLX do not."""
    w = weight_bytes(size, quantization)
    total = sum(w)
    if quantization.format == "gguf":
        return total - w.towers + size.vocab * TOKENIZER_BYTES
    if quantization.format == "mlx":
        return total
    return total + size.extra_parameters * quantization.bits / 8


def artifact_size(model: Model, quantization_id: str | None) -> float | None:
    """Bytes of the card's files in this format, when the card has them."""
    if quantization_id is not None:
        for artifact in model.artifacts:
            if artifact.quantization == quantization_id and artifact.size_bytes:
                return float(artifact.size_bytes)
    return None
