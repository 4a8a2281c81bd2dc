"""Devices, engines, number formats, licences, sources."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from llm_select.messages import Message
from llm_select.schema.architecture import MixerKind
from llm_select.schema.base import (
    Count,
    LanguageTag,
    NonNegative,
    PartialDate,
    Positive,
    Slug,
    SourceId,
    Strict,
)
from llm_select.schema.model import Kind, UsdPrice

MemoryClass = Literal["gddr", "hbm", "unified", "ddr"]
Vendor = Literal["nvidia", "amd", "apple", "intel", "cpu"]


class MemoryOption(Strict):
    """A size the device is sold with."""

    gib: Positive
    """Nominal GiB, as on the box."""
    visible_gib: Positive | None = None
    """GiB the driver reports, where measured."""
    bandwidth_gb_s: Positive | None = None
    """Memory bandwidth of this size, 1e9 bytes per second."""
    label: str | None = None
    """Which variant, where the size alone does not tell (form factor, bin)."""
    source: SourceId | None = None
    """Where this size's figures were read, if not the device's source."""


class Compute(Strict):
    """Dense matrix throughput, 1e12 operations per second, no sparsity."""

    fp32: Positive | None = None
    """FP32 (or TF32 where said in the note)."""
    fp16: Positive | None = None
    """FP16 with FP32 accumulation on matrix units."""
    bf16: Positive | None = None
    """BF16 on matrix units."""
    fp8: Positive | None = None
    """FP8 on matrix units."""
    int8: Positive | None = None
    """INT8 on matrix units."""
    fp4: Positive | None = None
    """FP4 on matrix units."""
    derived: bool = False
    """True when computed from units and clocks rather than stated by the vendor."""


class Device(Strict):
    """An accelerator or a processor with its memory. One file per device; the id is the file's name."""

    name: str
    """Name."""
    aliases: tuple[str, ...] = ()
    """Other names, as tools print them."""
    vendor: Vendor
    """Maker."""
    form: Literal["desktop", "laptop", "workstation", "datacentre", "unified", "cpu"]
    """Where it is found."""
    memory_class: MemoryClass
    """Kind of memory; decides the calibrated efficiency."""
    memory: tuple[MemoryOption, ...]
    """Sizes sold."""
    compute: Compute | None = None
    """Throughput; absent when the vendor does not say."""
    interconnect_gb_s: Positive | None = None
    """NVLink, Infinity Fabric or PCIe, one direction, 1e9 bytes per second."""
    engines: tuple[Slug, ...] | None = None
    """Engines that run on it, where fewer do than on its maker's other devices."""
    released: PartialDate | None = None
    """Release."""
    tdp_w: Positive | None = None
    """Power limit, watts."""
    price: UsdPrice | None = None
    """Launch price."""
    note: str | None = None
    """What a buyer should know."""
    sources: dict[str, SourceId]
    """For `memory`, `bandwidth`, `compute`, …, where it was read."""


class TensorRule(Strict):
    """Bits of some matrices, where a mixed format stores them otherwise. The last rule that names a matrix wins."""

    tensors: Literal["value", "key", "attention-output", "down", "dense", "shared"]
    """Value, key and output projections of attention (one matrix of queries, keys and values counts as a value); down
    projections of feed-forward networks and experts; all of dense networks; all of shared experts."""
    bits: Positive
    """Bits per weight."""
    layers: Literal["all", "more", "first-two", "first-four", "first-sixteenth", "first-eighth"] = (
        "all"
    )
    """In which layers; `more` are the first and last eighth and every third between."""
    only: Literal["grouped", "ungrouped", "eight-experts", "eighty-layers"] | None = None
    """In which models: four queries or more per key-value head, fewer, mixtures of eight, the Llama and Qwen2 of 80
    layers."""


class Quantization(Strict):
    """A number format for weights."""

    name: str
    """Name."""
    format: Literal["safetensors", "gguf", "mlx", "ctranslate2"]
    """Files it comes in."""
    bits: Positive
    """Bits per weight of the matrices inside layers, scales and zero points included."""
    embedding_bits: Positive | None = None
    """Bits of the token embedding, where it differs."""
    output_bits: Positive | None = None
    """Bits of the output head (of the tied table too, when the head is the table), where it differs."""
    attention_bits: Positive | None = None
    """Bits of attention matrices, where they differ."""
    ffn_down_bits: Positive | None = None
    """Bits of the feed-forward down projection, where it differs."""
    norm_bits: Positive = 16
    """Bits of normalisations and biases."""
    tensors: tuple[TensorRule, ...] = ()
    """Matrices with bits of their own."""
    block: Literal[32, 256] | None = None
    """Weights in a block of a GGUF type. Rows that 256 does not divide take the next wider type where this is 256."""
    weight_only: bool = True
    """True when arithmetic runs in 16 bits after unpacking."""
    compute: Literal["fp32", "fp16", "bf16", "fp8", "int8", "fp4"] = "bf16"
    """Type of the matrix arithmetic."""
    requires: Literal["bf16", "fp8", "fp4"] | None = None
    """Matrix type the device must have; without it no engine that loads the format runs it."""
    native_16bit: bool = False
    """True for the unquantized format itself."""
    default: bool = True
    """False when it is used only on request (below 4 bits)."""
    needs_calibration: bool = False
    """True when making it takes a calibration set (GPTQ, AWQ)."""
    note: str | None = None
    """What a user should know."""
    source: SourceId
    """Where the bits are specified."""


class Engine(Strict):
    """Software that runs models."""

    name: str
    """Name."""
    url: str
    """Home."""
    version: str
    """Version that the lists below were read from."""
    kinds: tuple[Kind, ...]
    """Model kinds it runs."""
    model_types: tuple[str, ...]
    """Architectures it runs, by Transformers' `model_type`."""
    mixers: tuple[MixerKind, ...]
    """Token mixers it runs."""
    quantizations: tuple[Slug, ...]
    """Formats it loads."""
    vendors: tuple[Literal["nvidia", "amd", "apple", "intel", "cpu"], ...]
    """Hardware it runs on."""
    format_units: dict[Slug, Literal["fp4", "fp8"]] = {}
    """Formats it keeps as they are only on devices with matrix units of the type; elsewhere it unpacks them."""
    format_vendors: dict[Slug, tuple[Vendor, ...]] = {}
    """Formats it loads only on some makers' devices; the others run on all of `vendors`."""
    kv_types: dict[Slug, Positive]
    """Cache types, with bytes per value; the first is the default."""
    memory_model: Literal["llama.cpp", "vllm", "transformers", "mlx", "ctranslate2"]
    """Which formulas of `estimates/` describe its buffers."""
    serves_batches: bool
    """True when concurrent requests share one pass over the weights."""
    cpu_offload: bool = False
    """True when layers can stay in main memory."""
    multi_gpu: tuple[Literal["layer", "tensor", "pipeline"], ...] = ()
    """Ways to split a model over devices, the default first."""
    vision: tuple[str, ...] = ()
    """Model types whose towers it runs."""
    note: str | None = None
    """What a user should know."""
    source: SourceId
    """Where the lists were read."""
    sources: dict[str, SourceId] = {}
    """For `format_vendors`, where it was read."""

    @model_validator(mode="after")
    def _restricts_what_it_loads(self) -> Engine:
        for name, vendors in self.format_vendors.items():
            if name not in self.quantizations:
                raise ValueError(
                    Message("format_vendors: {name!r} is not among quantizations", name=name)
                )
            if not set(vendors) <= set(self.vendors):
                raise ValueError(
                    Message("format_vendors: {name!r} names a maker not among vendors", name=name)
                )
        unknown = self.format_units.keys() - set(self.quantizations)
        if unknown:
            raise ValueError(
                Message("format_units: {name!r} is not among quantizations", name=min(unknown))
            )
        return self


class License(Strict):
    """Terms of use. A summary for selection, not legal advice."""

    name: str
    """Full name."""
    names: dict[LanguageTag, str] = {}
    """Its name in other languages, translated word for word."""
    spdx: str | None = None
    """SPDX id."""
    url: str
    """The text."""
    kind: Literal[
        "permissive", "copyleft", "community", "non-commercial", "research", "proprietary"
    ]
    """Coarse class."""
    commercial: Literal["yes", "conditional", "no"]
    """Whether commercial use is allowed."""
    conditions: tuple[str, ...] = ()
    """What one must do or may not do, in phrases."""
    user_limit: Count | None = None
    """Monthly active users above which another licence is needed."""
    attribution: bool = False
    """True when products must name the model."""
    inherits: bool = False
    """True when a fine-tune stays under these terms."""
    source: SourceId
    """Where the terms were read."""


class Source(Strict):
    """A place where facts were read."""

    title: str
    """What it is."""
    url: str
    """Where it is."""
    revision: str | None = None
    """Commit, version or page date."""
    read: PartialDate
    """When we read it."""
    via: str | None = None
    """The copy it was read through, when not at the url itself."""
    license: str | None = None
    """Licence of the data."""


class Method(Strict):
    """A fine-tuning method or an optimizer."""

    name: str
    """Name."""
    kind: Literal["prompt", "adapter", "full", "optimizer"]
    """What it is."""
    description: str
    """How it works, in a sentence."""
    state_bytes_per_parameter: NonNegative | None = None
    """Optimizer: bytes of state for each trained weight, master copy left out."""
    state_in_weight_type: bool = False
    """Optimizer: True when the states take the trained weight's own type; the bytes are then of 32-bit weights."""
    paged: bool = False
    """Optimizer: True when the states may move to main memory."""
    source: SourceId
    """The paper."""
