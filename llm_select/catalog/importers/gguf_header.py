"""The header of a GGUF file: metadata and tensor shapes, never their data.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Every length is held against the bytes that are
there before anything is made from it, and long arrays (a vocabulary) are stepped over, so that a hostile file costs
neither memory nor time.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from llm_select.catalog.importers.reading import SourceError
from llm_select.messages import Message

MAX_HEADER = 128 * 2**20
"""Bytes of metadata and tensor list; vocabularies of 256,000 words take some 10 MB."""
MAX_ENTRIES = 100_000
MAX_TEXT = 2**20
MAX_ITEMS = 16_000_000
MAX_STRINGS = 1_500_000
"""Texts in all arrays of a file: a vocabulary of 262,144 words and its merges have under a million."""
KEPT = 4096
"""Items of an array that are kept; a longer one is stepped over and only its length remembered."""
MAX_DEPTH = 4

_SIMPLE = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 40), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}  # fmt: skip
"""ggml's types: name, weights in a block, bytes of a block (ggml/src/ggml-common.h)."""


class Long(NamedTuple):
    """An array that was stepped over."""

    items: int


class GgufTensor(NamedTuple):
    """One tensor."""

    name: str
    type: str
    shape: tuple[int, ...]
    """Innermost dimension first, as the file has it."""
    elements: int
    bytes: int


class Gguf(NamedTuple):
    """A header."""

    version: int
    metadata: dict[str, Any]
    tensors: tuple[GgufTensor, ...]
    data_start: int
    """Bytes before the first tensor's data."""

    @property
    def weights(self) -> int:
        """Elements of all tensors but the tables of rotary factors, which are no weights."""
        return sum(one.elements for one in self.tensors if not one.name.startswith("rope_freqs"))

    @property
    def bytes(self) -> int:
        """Bytes of all tensors."""
        return sum(one.bytes for one in self.tensors)


class _Reader:
    def __init__(self, file: BinaryIO, size: int, where: str) -> None:
        self.file, self.size, self.where = file, size, where
        self.at = 0
        self.order = "<"
        self.strings = 0

    def take(self, count: int) -> bytes:
        if count > min(self.size, MAX_HEADER) - self.at:
            self.fail(
                Message(
                    "cut off: {count:,} bytes are claimed at {at:,} of {size:,}",
                    count=count,
                    at=self.at,
                    size=self.size,
                )
            )
        data = self.file.read(count)
        if len(data) != count:
            self.fail(Message("cut off"))
        self.at += count
        return data

    def step(self, count: int) -> None:
        """Over bytes that need not be read."""
        if count > min(self.size, MAX_HEADER) - self.at:
            self.fail(
                Message(
                    "cut off: {count:,} bytes are claimed at {at:,} of {size:,}",
                    count=count,
                    at=self.at,
                    size=self.size,
                )
            )
        self.file.seek(count, 1)
        self.at += count

    def number(self, sign: str) -> Any:
        form = self.order + sign
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self, most: int = MAX_TEXT) -> str:
        length = self.number("Q")
        if length > most:
            self.fail(Message("a text claims {length:,} bytes", length=length))
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            self.fail(Message("a name or text is not UTF-8"))

    def value(self, kind: int, depth: int = 0) -> Any:
        if kind in _SIMPLE:
            return self.number(_SIMPLE[kind])
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            self.fail(Message("a value of kind {kind} is not known", kind=kind))
        if depth >= MAX_DEPTH:
            self.fail(Message("arrays are nested too deeply"))
        inner, items = self.number("I"), self.number("Q")
        if items > MAX_ITEMS:
            self.fail(Message("an array claims {items:,} items", items=items))
        if inner in _SIMPLE:
            wide = struct.calcsize(self.order + _SIMPLE[inner])
            if items > KEPT:
                self.step(items * wide)
                return Long(items)
            return list(
                struct.unpack(f"{self.order}{items}{_SIMPLE[inner]}", self.take(items * wide))
            )
        least = 8 if inner == _STRING else 12
        if items * least > min(self.size, MAX_HEADER) - self.at:
            self.fail(Message("cut off: an array claims {items:,} items", items=items))
        self.strings += items
        if self.strings > MAX_STRINGS:
            self.fail(Message("its arrays claim more than {limit:,} texts", limit=MAX_STRINGS))
        if inner == _STRING and items > KEPT:
            for _ in range(items):
                self.step(self.number("Q"))
            return Long(items)
        kept = [self.value(inner, depth + 1) for _ in range(items)]
        return kept if items <= KEPT else Long(items)

    def fail(self, message: str) -> NoReturn:
        raise SourceError(message, where=self.where)


def read_gguf(path: Path) -> Gguf:
    """The header of a local file. Raises SourceError."""
    try:
        if not path.is_file():
            raise SourceError(Message("not a file"), where=str(path))
        with path.open("rb") as file:
            return parse_gguf(file, path.stat().st_size, str(path))
    except OSError as error:
        raise SourceError(
            Message("cannot be read: {reason}", reason=error.strerror or error), where=str(path)
        ) from None


def parse_gguf(file: BinaryIO, size: int, where: str) -> Gguf:
    """The header at the start of `file`, of which `size` bytes may be read. Raises SourceError."""
    reader = _Reader(file, size, where)
    if reader.take(4) != b"GGUF":
        raise SourceError(Message("not a GGUF file: it does not begin with GGUF"), where=where)
    version = reader.number("I")
    if version & 0xFFFF == 0 and version:
        raise SourceError(
            Message("a big-endian GGUF file"),
            where=where,
            remedy=Message("convert it to little-endian"),
        )
    if version not in (2, 3):
        raise SourceError(
            Message("GGUF version {version} is not known: 2 and 3 are", version=version),
            where=where,
        )
    tensors, entries = reader.number("Q"), reader.number("Q")
    for what, claimed in ((Message("tensors"), tensors), (Message("metadata entries"), entries)):
        if claimed > MAX_ENTRIES:
            raise SourceError(
                Message("claims {count:,} {what}", count=claimed, what=what), where=where
            )
    metadata: dict[str, Any] = {}
    for _ in range(entries):
        key = reader.text(65_535)
        if key in metadata:
            raise SourceError(Message("the key {key!r} is given twice", key=key[:80]), where=where)
        metadata[key] = reader.value(reader.number("I"))
    found: dict[str, GgufTensor] = {}
    for _ in range(tensors):
        one = _tensor(reader)
        if one.name in found:
            raise SourceError(
                Message("the tensor {name!r} is given twice", name=one.name[:80]), where=where
            )
        found[one.name] = one
    return Gguf(version, metadata, tuple(found.values()), reader.at)


def _tensor(reader: _Reader) -> GgufTensor:
    name = reader.text(4096)
    rank = reader.number("I")
    if rank > 4:
        reader.fail(
            Message("the tensor {name!r} claims {rank} dimensions", name=name[:80], rank=rank)
        )
    shape = tuple(reader.number("Q") for _ in range(rank))
    kind = reader.number("I")
    reader.number("Q")  # offset of its data
    if kind not in _TYPES:
        reader.fail(
            Message(
                "the tensor {name!r} is of type {kind}, which is not known",
                name=name[:80],
                kind=kind,
            )
        )
    elements = 1
    for one in shape:
        elements *= one
        if elements > 10**15:
            reader.fail(Message("the tensor {name!r} is larger than any tensor", name=name[:80]))
    called, block, size = _TYPES[kind]
    if elements % block:
        reader.fail(
            Message(
                "the tensor {name!r} does not divide into blocks of {block}",
                name=name[:80],
                block=block,
            )
        )
    return GgufTensor(name, called, shape, elements, elements // block * size)
