"""The header of a safetensors file: names, types and shapes of its tensors, never their data.

Format: eight bytes of length, little-endian, then as many bytes of JSON
(https://github.com/huggingface/safetensors#format). An index (`model.safetensors.index.json`) names the files.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from llm_select.catalog.importers.reading import SourceError, json_object, kind_of
from llm_select.messages import Message

MAX_HEADER = 64 * 2**20
"""Bytes. The format's own reader allows 100 MB; headers of published files stay below 20."""
MAX_RANK = 8
MAX_WEIGHTS = 10**15
_BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U64": 64, "U32": 32,
    "U16": 16, "U8": 8, "BOOL": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "C64": 64,
}  # fmt: skip
_INTEGERS = ("I64", "I32", "I16", "U64", "U32", "U16", "BOOL")
_SCALES = re.compile(
    r"(_scale(_inv|_2)?|\.scales?|\.scale_inv|_scales|\.qzeros|\.g_idx|\.absmax|\.quant_map|_zero_point|\.zeros|"
    r"weight_shape|input_scale|_absmax|_quant_map|_state\.\w+|\.SCB|\.weight_format|\.biases)$"
)
"""Scales, zero points and tables that quantised files keep beside the weights."""
_BUFFERS = re.compile(
    r"(rotary_emb\.inv_freq|\.inv_freq|position_ids|\.attn\.(masked_)?bias|attention\.(masked_)?bias|relative_position_"
    r"index|\.num_batches_tracked|tid2eid)$"
)
"""Tensors that are no weights: masks, positions, frequencies, tables of a hash."""
_VISION = re.compile(
    r"(^|\.)(vision_tower|vision_model|visual|vision_encoder|vpm|vit|multi_modal_projector|mm_projector|embed_vision|"
    r"patch_merger|merger|image_newline|resampler|vision_adapter|audio_tower|audio_encoder|embed_audio|img_processor)\."
)
_EXTRA = re.compile(r"(^|\.)(mtp|mtp_layers|nextn|model_mtp)(\.|$)")
_LAYER = re.compile(r"(?:^|\.)layers\.(\d+)\.")


class Tensor(NamedTuple):
    """One tensor of a header."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        """Product of the shape."""
        product = 1
        for one in self.shape:
            product *= one
        return product


class Weights(NamedTuple):
    """Counts of weights by what they are for."""

    language: int
    """The language model, a tied head counted once."""
    towers: int
    """Vision and audio encoders with their projectors."""
    extra: int
    """Extra prediction layers."""
    buffers: int
    """Values that are no weights."""
    scales: int
    """Scales and zero points of quantised weights."""
    packed: bool
    """Some weights were counted through the integers they are packed in."""
    bytes: int
    """Bytes of all tensors."""


def parse_header(data: bytes, where: str, size: int | None = None) -> tuple[Tensor, ...]:
    """The tensors of a file's first bytes, which must hold the whole header. `size`: bytes of the whole file, against
    which offsets are held. Raises SourceError."""
    if len(data) < 8:
        raise SourceError(Message("too short for a safetensors file"), where=where)
    length = struct.unpack("<Q", data[:8])[0]
    if not 0 < length <= MAX_HEADER:
        raise SourceError(
            Message("the header claims {length:,} bytes", length=length),
            where=where,
            remedy=Message("is it a safetensors file?"),
        )
    if len(data) < 8 + length:
        raise SourceError(
            Message(
                "cut off: the header claims {length:,} bytes, {size:,} are there",
                length=length,
                size=len(data) - 8,
            ),
            where=where,
        )
    header = json_object(data[8 : 8 + length], where, MAX_HEADER)
    end = None if size is None else size - 8 - length
    return tuple(
        _tensor(name, value, where, end) for name, value in header.items() if name != "__metadata__"
    )


def header_length(prefix: bytes, where: str) -> int:
    """Bytes of the file up to the end of its header, from its first eight. Raises SourceError."""
    if len(prefix) < 8:
        raise SourceError(Message("too short for a safetensors file"), where=where)
    length: int = struct.unpack("<Q", prefix[:8])[0]
    if not 0 < length <= MAX_HEADER:
        raise SourceError(
            Message("the header claims {length:,} bytes", length=length),
            where=where,
            remedy=Message("is it a safetensors file?"),
        )
    return 8 + length


def read_header(path: Path) -> tuple[Tensor, ...]:
    """The tensors of a local file; only its header is read. Raises SourceError."""
    where = str(path)
    try:
        if not path.is_file():
            raise SourceError(Message("not a file"), where=where)
        size = path.stat().st_size
        with path.open("rb") as file:
            prefix = file.read(8)
            length = header_length(prefix, where)
            if length > size:
                raise SourceError(
                    Message(
                        "cut off: the header claims {length:,} bytes of {size:,}",
                        length=length - 8,
                        size=size,
                    ),
                    where=where,
                )
            return parse_header(prefix + file.read(length - 8), where, size)
    except OSError as error:
        raise SourceError(
            Message("cannot be read: {reason}", reason=error.strerror or error), where=where
        ) from None


def index_files(value: Mapping[str, Any], where: str) -> tuple[dict[str, str], int | None]:
    """Which file has which tensor, and the bytes of all. Raises SourceError."""
    files = value.get("weight_map")
    if not isinstance(files, dict) or not all(isinstance(one, str) for one in files.values()):
        raise SourceError(Message("weight_map is not an object of names and files"), where=where)
    for name in set(files.values()):
        if "/" in name or "\\" in name or name.startswith("."):
            raise SourceError(
                Message("weight_map leads outside its directory: {name!r}", name=name[:60]),
                where=where,
            )
    metadata = value.get("metadata")
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    if isinstance(total, float) and total.is_integer():
        total = int(total)
    if total is not None and (isinstance(total, bool) or not isinstance(total, int) or total <= 0):
        raise SourceError(
            Message("metadata.total_size is {given}, not a count of bytes", given=kind_of(total)),
            where=where,
        )
    return files, total


def count(
    tensors: Iterable[Tensor],
    *,
    bits: int | None = None,
    layers: int | None = None,
    tied: bool = False,
) -> Weights:
    """Weights in these tensors. `bits` of a packed weight where a configuration says it (4 otherwise); `layers` of the
    network, beyond which a layer predicts extra tokens; `tied`: a second copy of the embedding is left out."""
    found = {"language": 0, "towers": 0, "extra": 0, "buffers": 0, "scales": 0}
    packed, size = False, 0
    listed = {one.name: one for one in tensors}
    heads = [name for name in listed if name.endswith("lm_head.weight")]
    tables = [
        one for name, one in listed.items() if name.endswith(("embed_tokens.weight", "wte.weight"))
    ]
    for one in listed.values():
        size += -(-one.elements * _BITS[one.dtype] // 8)
        if _BUFFERS.search(one.name):
            found["buffers"] += one.elements
        elif _SCALES.search(one.name):
            found["scales"] += one.elements
        else:
            times = _unpacked(one, listed, bits)
            packed |= times != 1
            if tied and one.name in heads and any(one.shape == table.shape for table in tables):
                continue
            found[_part(one.name, layers)] += one.elements * times
    return Weights(**found, packed=packed, bytes=size)


def _part(name: str, layers: int | None) -> str:
    if _EXTRA.search(name):
        return "extra"
    if _VISION.search(name):
        return "towers"
    layer = _LAYER.search(name)
    if layer is not None and layers is not None and int(layer[1][:9]) >= layers:
        return "extra"
    return "language"


def _unpacked(one: Tensor, listed: Mapping[str, Tensor], bits: int | None) -> int:
    """Weights in one element: integers of quantised files hold several."""
    if one.dtype in ("I32", "U32") and (
        one.name.endswith((".qweight", "_packed")) or _has_scale(one, listed)
    ):
        return 32 // (bits or 4)
    if one.dtype in ("U8", "I8") and (
        one.name.endswith("_blocks") or bits == 4 or _nvfp4(one, listed)
    ):
        return 2
    if one.dtype == "F4":
        return 1
    return 1


def _has_scale(one: Tensor, listed: Mapping[str, Tensor]) -> bool:
    base = one.name.rpartition(".")[0]
    return f"{base}.scales" in listed or f"{one.name}_scale" in listed


def _nvfp4(one: Tensor, listed: Mapping[str, Tensor]) -> bool:
    scale = listed.get(f"{one.name}_scale")
    return one.dtype == "U8" and scale is not None and scale.dtype in ("F8_E4M3", "U8")


def tensor(name: str, dtype: Any, shape: Any, where: str) -> Tensor:
    """A tensor whose type is known and whose shape is possible. Raises SourceError."""
    place = f"{where}: {name[:80]}"
    if not isinstance(dtype, str) or dtype not in _BITS:
        raise SourceError(Message("dtype {given} is not known", given=kind_of(dtype)), where=place)
    whole = isinstance(shape, list) and len(shape) <= MAX_RANK and all(map(_whole, shape))
    if not whole:
        raise SourceError(
            Message("shape {given} is not a list of whole numbers", given=kind_of(shape)),
            where=place,
        )
    found = Tensor(name, dtype, tuple(shape))
    if found.elements > MAX_WEIGHTS:
        raise SourceError(Message("the shape is larger than any tensor"), where=place)
    return found


def _tensor(name: str, value: Any, where: str, end: int | None) -> Tensor:
    place = f"{where}: {name[:80]}"
    if not isinstance(value, dict):
        raise SourceError(Message("is {given}, not a tensor", given=kind_of(value)), where=place)
    found = tensor(name, value.get("dtype"), value.get("shape"), where)
    offsets = value.get("data_offsets")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_whole, offsets)):
        raise SourceError(Message("data_offsets are not two whole numbers"), where=place)
    if offsets[1] - offsets[0] != -(-found.elements * _BITS[found.dtype] // 8):
        raise SourceError(Message("data_offsets do not fit the shape"), where=place)
    if end is not None and offsets[1] > end:
        raise SourceError(Message("data_offsets lead beyond the file"), where=place)
    return found


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_WEIGHTS
