"""What a SOURCE holds: a file or a directory told apart by content, or a repository of the hub; then its facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.catalog.importers.front_matter import (
    MAX_README,
    FrontMatter,
    front_matter,
    front_matter_facts,
)
from llm_select.catalog.importers.gguf_facts import gguf_facts
from llm_select.catalog.importers.gguf_facts import quantization as gguf_quantization
from llm_select.catalog.importers.gguf_header import Gguf, read_gguf
from llm_select.catalog.importers.hf_config import config_facts
from llm_select.catalog.importers.layers import Values
from llm_select.catalog.importers.quantized import quantization as config_quantization
from llm_select.catalog.importers.reading import MAX_JSON, SourceError, json_object, read_file
from llm_select.catalog.importers.safetensors_header import (
    Tensor,
    Weights,
    count,
    index_files,
    read_header,
)
from llm_select.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILES = 4096


class Bundle(NamedTuple):
    """The files that describe one model, wherever they came from."""

    where: str
    config: dict[str, Any] | None = None
    quant_config: dict[str, Any] | None = None
    """`hf_quant_config.json`, which NVIDIA's quantised repositories have beside the configuration."""
    tensors: tuple[Tensor, ...] | None = None
    size: int | None = None
    """Bytes of all weight files."""
    front: FrontMatter | None = None
    gguf: Gguf | None = None
    repository: str | None = None
    revision: str | None = None


class Facts(NamedTuple):
    """What a bundle says, as a part of a card."""

    facts: Values
    origins: dict[str, str]
    """For each top field, which file it is from: config, tensors, readme or gguf."""
    notes: tuple[str, ...]
    quantization: str | None
    format: str | None
    size: int | None


def local_bundle(path: Path) -> Bundle:
    """The bundle of a file or a directory. Raises SourceError."""
    if path.is_dir():
        return _directory(path)
    where, name = str(path), path.name.lower()
    if name.endswith(".gguf"):
        return Bundle(where, gguf=read_gguf(path), size=path.stat().st_size)
    if name.endswith(".safetensors"):
        return Bundle(where, tensors=read_header(path), size=path.stat().st_size)
    if name.endswith(".md"):
        return Bundle(where, front=front_matter(read_file(path, MAX_README), where))
    if name.endswith(".json"):
        value = json_object(read_file(path, MAX_JSON), where)
        if "weight_map" in value:
            return _indexed(path, value)
        if "model_type" in value or "architectures" in value:
            return Bundle(where, config=value)
        raise SourceError(
            Message("no configuration and no index: it has neither model_type nor weight_map"),
            where=where,
        )
    raise SourceError(
        Message("not a kind of file that can be imported"),
        where=where,
        remedy=Message(
            "give a config.json, a .safetensors, a .gguf, a README.md, a price table (.csv, "
            ".json), a directory of these, or hf:OWNER/NAME"
        ),
    )


def _directory(path: Path) -> Bundle:
    found = Bundle(str(path))
    index = path / "model.safetensors.index.json"
    parts = sorted(path.glob("*.safetensors"))
    models = sorted(path.glob("*.gguf"))
    if len(parts) > MAX_FILES:
        raise SourceError(
            Message("more than {limit} safetensors files", limit=MAX_FILES), where=str(path)
        )
    if (path / "config.json").is_file():
        found = found._replace(
            config=json_object(read_file(path / "config.json", MAX_JSON), str(path / "config.json"))
        )
    quantized = path / "hf_quant_config.json"
    if quantized.is_file():
        found = found._replace(
            quant_config=json_object(read_file(quantized, MAX_JSON), str(quantized))
        )
    if index.is_file():
        part = _indexed(index, json_object(read_file(index, MAX_JSON), str(index)))
        found = found._replace(tensors=part.tensors, size=part.size)
    elif parts:
        found = found._replace(
            tensors=tuple(one for part in parts for one in read_header(part)),
            size=sum(part.stat().st_size for part in parts),
        )
    elif len(models) == 1:
        found = found._replace(gguf=read_gguf(models[0]), size=models[0].stat().st_size)
    if (path / "README.md").is_file():
        readme = read_file(path / "README.md", MAX_README)
        if readme.removeprefix(b"\xef\xbb\xbf").startswith(b"---"):
            found = found._replace(front=front_matter(readme, str(path / "README.md")))
    if all(
        one is None for one in (found.config, found.tensors, found.gguf, found.front, found.size)
    ):
        raise SourceError(
            Message("holds no config.json, safetensors, GGUF or README.md"), where=str(path)
        )
    return found


def _indexed(path: Path, value: dict[str, Any]) -> Bundle:
    """An index: the headers of its files where all are there, else the total of bytes."""
    files, total = index_files(value, str(path))
    names = sorted(set(files.values()))
    if len(names) > MAX_FILES:
        raise SourceError(
            Message("names more than {limit} files", limit=MAX_FILES), where=str(path)
        )
    there = [path.parent / name for name in names if (path.parent / name).is_file()]
    if not there:
        return Bundle(str(path), size=total)
    if len(there) < len(names):
        missing = ", ".join(name for name in names if not (path.parent / name).is_file())
        raise SourceError(
            Message("some of its files are missing: {missing}", missing=missing[:200]),
            where=str(path),
        )
    tensors = tuple(one for part in there for one in read_header(part))
    lost = files.keys() - {one.name for one in tensors}
    if lost:
        raise SourceError(
            Message(
                "{count} of its tensors are in no file, as {example}",
                count=len(lost),
                example=min(lost)[:80],
            ),
            where=str(path),
        )
    return Bundle(
        str(path), tensors=tensors, size=total or sum(part.stat().st_size for part in there)
    )


def facts_of(bundle: Bundle, catalog: Any) -> Facts:
    """The facts of a bundle. Raises SourceError for what cannot be placed."""
    facts: Values = {}
    origins: dict[str, str] = {}
    notes: list[str] = []
    number_format: str | None = None
    kind: str | None = None
    if bundle.gguf is not None and bundle.config is None:
        found = gguf_facts(bundle.gguf, bundle.where)
        facts, number_format, kind = dict(found.facts), gguf_quantization(bundle.gguf), "gguf"
        origins.update(dict.fromkeys(facts, "gguf"))
        notes += found.notes
    elif bundle.config is not None:
        rough = count(bundle.tensors) if bundle.tensors is not None else None
        found = config_facts(
            bundle.config,
            _in(bundle.where, "config.json"),
            tower_weights=(rough.towers or None) if rough else None,
        )
        facts, number_format = dict(found.facts), _quantized(bundle, found.quantization)
        kind = "safetensors"
        origins.update(dict.fromkeys(facts, "config"))
        notes += found.notes
    if bundle.tensors is not None:
        kind = "safetensors"
        notes += _weigh(bundle, facts, origins)
    elif bundle.config is not None and bundle.size is not None:
        notes += _size_note(bundle.size, facts, number_format)
    if bundle.front is not None:
        more, said = front_matter_facts(bundle.front, catalog)
        origins.update(dict.fromkeys(more, "readme"))
        facts.update(more)
        notes += said
    return Facts(facts, origins, tuple(notes), number_format, kind, bundle.size)


def _quantized(bundle: Bundle, said: str | None) -> str | None:
    beside = bundle.quant_config
    inner = beside.get("quantization") if beside is not None else None
    if isinstance(inner, dict):
        return config_quantization({"quantization_config": {"quant_method": "modelopt", **inner}})
    return said


def _weigh(bundle: Bundle, facts: Values, origins: dict[str, str]) -> list[str]:
    """The count of the tensors in place of that of the shape, and what a reader must know of it."""
    arch = facts.get("architecture", {})
    bits = None
    config = (bundle.config or {}).get("quantization_config")
    if isinstance(config, dict) and isinstance(config.get("bits"), int):
        bits = config["bits"] if config["bits"] in (2, 4, 8) else None
    weights = count(
        bundle.tensors or (),
        bits=bits,
        layers=arch.get("layers"),
        tied=bool(arch.get("tied_embeddings")),
    )
    total = weights.language + weights.towers
    notes = [*_beside(weights)]
    if not arch:
        facts["parameters"] = {"total": total}
        origins["parameters"] = "tensors"
        return notes
    shape = facts["parameters"]["total"]
    if total == shape:
        notes.append(Message("the tensors hold {total:,} weights, as the shape gives", total=total))
    else:
        off = total / shape - 1
        notes.append(
            Message(
                "the tensors hold {total:,} weights, the shape gives {shape:,} ({off:+.2%})",
                total=total,
                shape=shape,
                off=off,
            )
        )
        if abs(off) > 0.01:
            said = f"The tensors hold {total} weights, the shape gives {shape}."
            arch["note"] = f"{arch['note']} {said}" if "note" in arch else said
        active = facts["parameters"]["active"]
        facts["parameters"] = {"total": total, "active": total if active == shape else active}
    origins["parameters"] = "tensors"
    if weights.extra and "extra_prediction" not in arch:
        said_layers = (bundle.config or {}).get("num_nextn_predict_layers")
        layers = said_layers if isinstance(said_layers, int) and 0 < said_layers < 64 else 1
        arch["extra_prediction"] = {"layers": layers, "parameters": weights.extra}
    return notes


def _beside(weights: Weights) -> Iterator[str]:
    for number, what in (
        (weights.extra, Message("weights of extra prediction layers, left out of the total")),
        (weights.buffers, Message("values that are no weights, left out")),
        (weights.scales, Message("scales of quantised weights, left out")),
    ):
        if number:
            yield Message("the tensors hold {number:,} {what}", number=number, what=what)
    if weights.packed:
        yield Message("packed integers were counted as the weights they hold")


def _size_note(size: int, facts: Values, number_format: str | None) -> list[str]:
    if number_format not in ("bf16", "fp16"):
        return []
    extra = facts["architecture"].get("extra_prediction", {}).get("parameters", 0)
    stated, shape = size // 2, facts["parameters"]["total"]
    if stated in (shape, shape + extra):
        return [
            Message(
                "the files' {size:,} bytes are two for each of {stated:,} weights, as the shape gives",
                size=size,
                stated=stated,
            )
        ]
    return [
        Message(
            "the files' {size:,} bytes make {stated:,} weights of 16 bits, the shape gives "
            "{shape:,}",
            size=size,
            stated=stated,
            shape=shape,
        )
    ]


def _in(where: str, name: str) -> str:
    return where if where.endswith(".json") else f"{where}: {name}"
