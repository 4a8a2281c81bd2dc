"""What a layer keeps for the backward pass equals what the real code keeps."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from llm_select.estimates.adapters import adapter
from llm_select.estimates.backward import COPIES, Copies, Mode, kept
from llm_select.estimates.parameters import parameter_groups
from llm_select.estimates.trainers import TRAINERS
from llm_select.schema.architecture import Architecture

TEXT = (Path(__file__).parent / "saved_activations.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(TEXT.splitlines()))
GROUPED = ("llama", "qwen3", "gemma2")
NORMS = {"gemma2": 4, "phi": 1}


def architecture(row: dict[str, str]) -> Architecture:
    name, heads = row["architecture"], int(row["heads"])
    grouped = name in GROUPED
    attention: dict[str, Any] = {
        "layers": 1,
        "kind": "grouped-query" if grouped else "multi-head",
        "heads": heads,
        "kv_heads": int(row["kv_heads"]) if grouped else heads,
        "head_dim": int(row["head_dim"]),
        "qk_norm": "head" if name == "qwen3" else "none",
    }
    return Architecture(
        model_type=name,
        hidden_size=int(row["hidden"]),
        vocab_size=int(row["vocab"]),
        tied_embeddings=False,
        position="rope",
        norm="rmsnorm" if grouped else "layernorm",
        norms_per_layer=NORMS.get(name, 2),
        layers=1,
        attention=(attention,),  # type: ignore[arg-type]
        ffn={"size": int(row["ffn"]), "gated": grouped},  # type: ignore[arg-type]
    )


def estimate(row: dict[str, str]) -> float:
    """Bytes for each token and layer, written scores included."""
    arch = architecture(row)
    method = row["method"]
    names = ("k_proj", "v_proj", "down_proj") if method == "ia3" else ("q_proj", "v_proj")
    tuned = adapter(arch, parameter_groups(arch), method, int(row["rank"] or 0) or None, names)
    mode = Mode(
        trained=method == "full",
        targets=tuned.targets,
        rank=tuned.rank or 0,
        copies=COPIES.get(method, Copies()),
        value_bytes=2.0,
        residual_bytes=2.0,
        layernorm_bytes=2.0,  # autocast leaves layer normalisations in 16 bits on a CPU
        repeats=row["architecture"] == "gemma2",  # its written scores need every head's keys
    )
    found = kept(arch, TRAINERS["transformers"], mode)
    return found.layers + found.all_scores * int(row["tokens"])


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['architecture']}-{r['method']}")
def test_a_layer_keeps_what_the_real_code_keeps(row: dict[str, str]) -> None:
    tolerance = 0.02 if row["method"] == "full" else 0.2 if row["method"] == "dora" else 0.1
    # Few tokens: an adapter's own small matrices, counted there, weigh more than in practice.
    assert estimate(row) == pytest.approx(float(row["bytes_per_token"]), rel=tolerance)
