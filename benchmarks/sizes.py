"""File sizes and parameter counts against published ones.

    python benchmarks/sizes.py

Reads `tests/measurements/file_sizes.csv` (files by format), `shapes.csv` beside it (models that have no card),
`parameter_counts.csv` (published counts) and the catalog. Sizes come from the shape alone: a card's own artifacts are
not used.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from quantiles import quantile  # noqa: E402

from llm_select.catalog.load import load_catalog  # noqa: E402
from llm_select.estimates.parameters import parameter_groups  # noqa: E402
from llm_select.estimates.sizing import Sizing, architecture_sizing, sizing  # noqa: E402
from llm_select.estimates.weights import file_bytes, weight_bytes  # noqa: E402

HERE = ROOT / "tests" / "measurements"
AIM = 0.01


class SizeRow(NamedTuple):
    """One file."""

    model: str
    quantization: str
    file: str
    published: float
    """Bytes."""
    computed: float
    """Bytes, from the shape and the format's rules."""
    resolution: float
    """Step of the published figure as a share of it; 0 when exact."""
    cause: str
    """Why the two differ, where somebody looked."""

    @property
    def error(self) -> float:
        """Relative error, positive when too large."""
        return self.computed / self.published - 1


class FormatErrors(NamedTuple):
    """Errors of one format."""

    quantization: str
    files: int
    models: int
    median: float
    p90: float
    worst: float
    worst_file: str


class CountRow(NamedTuple):
    """One parameter count."""

    model: str
    published: int
    computed: int
    described: bool
    """True when the shape describes every weight: no tower, no `other_parameters`, no mixer counted by hand."""
    note: str

    @property
    def error(self) -> float:
        """Relative error."""
        return self.computed / self.published - 1


class CountErrors(NamedTuple):
    """Errors of a set of counts."""

    what: str
    models: int
    exact: int
    within: int
    """Within 1 %."""
    worst: float


def file_sizes() -> tuple[SizeRow, ...]:
    """Every published file beside the computed size."""
    found = []
    for r in _read("file_sizes"):
        size = sized(r["model"])
        quantization = load_catalog().quantizations[r["quantization"]]
        weights = weight_bytes(size, quantization)
        computed = {
            "file": file_bytes(size, quantization),
            "safetensors": file_bytes(size, quantization),
            "tensors": sum(weights) - weights.towers,
            "loaded": sum(weights),
        }[r["what"]]
        published = float(r["size_bytes"])
        step = float(r["resolution_bytes"]) / published
        found.append(
            SizeRow(r["model"], r["quantization"], r["file"], published, computed, step, r["cause"])
        )
    return tuple(found)


def by_format(rows: Sequence[SizeRow]) -> tuple[FormatErrors, ...]:
    """Errors by format, in the catalog's order, and of all together."""
    found = []
    for name in (*load_catalog().quantizations, None):
        some = [r for r in rows if name is None or r.quantization == name]
        if some:
            worst = max(some, key=lambda r: abs(r.error))
            errors = [abs(r.error) for r in some]
            found.append(
                FormatErrors(
                    name or "all",
                    len(some),
                    len({r.model for r in some}),
                    quantile(errors, 0.5),
                    quantile(errors, 0.9),
                    worst.error,
                    worst.file,
                )
            )
    return tuple(found)


def misses(rows: Sequence[SizeRow], factor: float = 2) -> tuple[SizeRow, ...]:
    """Files whose error is more than `factor` times the aim of 1 % and the rounding of the published figure."""
    return tuple(
        sorted(
            (r for r in rows if abs(r.error) > factor * AIM + r.resolution / 2),
            key=lambda r: -abs(r.error),
        )
    )


def card_counts() -> tuple[CountRow, ...]:
    """The counts the cards state beside those of their shapes."""
    found = []
    for key, model in load_catalog().models.items():
        if model.architecture is not None and model.parameters is not None:
            arch = model.architecture
            found.append(
                CountRow(
                    key,
                    model.parameters.total,
                    parameter_groups(arch).total,
                    _described(arch),
                    arch.note or "",
                )
            )
    return tuple(found)


def hub_counts() -> tuple[CountRow, ...]:
    """Counts of the weights' files as a third party lists them beside those of the shapes."""
    found = []
    for r in _read("parameter_counts"):
        model = load_catalog().models[r["model"]]
        if model.architecture is not None:
            arch = model.architecture
            counted = parameter_groups(arch).total
            found.append(
                CountRow(r["model"], int(r["parameters"]), counted, _described(arch), r["note"])
            )
    return tuple(found)


def count_errors(what: str, rows: Sequence[CountRow]) -> CountErrors:
    """How many are exact and within 1 %."""
    return CountErrors(
        what,
        len(rows),
        sum(r.computed == r.published for r in rows),
        sum(abs(r.error) <= AIM for r in rows),
        max((r.error for r in rows), key=abs, default=0.0),
    )


@cache
def sized(name: str) -> Sizing:
    """Sizes of a card's model, or of a shape of `shapes.csv`."""
    card = load_catalog().models.get(name)
    return sizing(card) if card is not None else _shape(name)


def _shape(name: str) -> Sizing:
    from llm_select.schema.architecture import Architecture

    r = next(r for r in _read("shapes") if r["model"] == name)
    heads, kv_heads = int(r["heads"]), int(r["kv_heads"])
    kind = "multi-head" if heads == kv_heads else "grouped-query"
    arch: dict[str, Any] = {
        "model_type": r["model_type"],
        "hidden_size": int(r["hidden"]),
        "vocab_size": int(r["vocab"]),
        "tied_embeddings": r["tied"] == "1",
        "position": "rope",
        "norm": r["norm"],
        "norms_per_layer": int(r["norms_per_layer"]),
        "layers": int(r["layers"]),
        "attention": [
            {
                "layers": int(r["layers"]),
                "kind": "multi-query" if kv_heads == 1 and heads > 1 else kind,
                "heads": heads,
                "kv_heads": kv_heads,
                "head_dim": int(r["head_dim"]),
                "bias": r["bias"],
            }
        ],
        "ffn": {
            "size": int(r["ffn"]),
            "gated": r["gated"] == "1",
            "bias": r["bias"] == "all",
        },
    }
    return architecture_sizing(Architecture(**arch))


def _described(arch: Any) -> bool:
    stacks = [s for s in (arch, arch.encoder, arch.decoder) if s is not None]
    counted = any(g.parameters for s in stacks for g in s.attention)
    return not (arch.towers or arch.other_parameters or counted)


@cache
def _read(name: str) -> tuple[dict[str, str], ...]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def main() -> None:
    """Prints the tables."""
    rows = file_sizes()
    print("| format | files | models | median | 90th percentile | worst |")
    print("| --- | --- | --- | --- | --- | --- |")
    for f in by_format(rows):
        print(
            f"| {f.quantization} | {f.files} | {f.models} | {f.median:.2%} | {f.p90:.2%} |"
            f" {f.worst:+.2%} {f.worst_file} |"
        )
    print("\nMore than twice the aim:")
    for r in misses(rows):
        print(f"{r.error:+7.2%}  {r.quantization:10} {r.model:45} {r.file}: {r.cause}")
    print("\n| parameters | models | exact | within 1 % | worst |")
    print("| --- | --- | --- | --- | --- |")
    cards, hub = card_counts(), hub_counts()
    for what, some in (
        ("cards", cards),
        ("cards whose shape describes every weight", [r for r in cards if r.described]),
        ("listed by another party", hub),
    ):
        c = count_errors(what, some)
        print(f"| {c.what} | {c.models} | {c.exact} | {c.within} | {c.worst:+.2%} |")
    for r in (*cards, *hub):
        if abs(r.error) > AIM:
            print(f"{r.error:+7.2%}  {r.model}: {r.computed:,} of {r.published:,}. {r.note}")


if __name__ == "__main__":
    main()
