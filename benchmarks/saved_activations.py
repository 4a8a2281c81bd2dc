"""Bytes a layer keeps for the backward pass, counted in the real code on small random networks.

    pip install torch transformers peft
    python benchmarks/saved_activations.py [--write]

For each architecture and method a network of two and one of three layers runs forward on the CPU while every tensor
that automatic differentiation saves is counted once per storage, weights left out. The difference is one layer.
`--write` puts the counts into `tests/measurements/saved_activations.csv`, where a test holds `estimates/backward.py`
to them.
"""

from __future__ import annotations

import csv
import sys
import warnings
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "tests" / "measurements" / "saved_activations.csv"
WIDTHS = {"hidden": 96, "ffn": 224, "heads": 6, "kv_heads": 2, "head_dim": 16, "vocab": 500}
TOKENS = 64
RANK = 4
ARCHITECTURES = ("llama", "qwen3", "gemma2", "phi", "gpt2", "opt", "gpt_neox", "bert", "roberta")
METHODS = ("full", "lora", "dora", "adalora", "vera", "ia3", "loha", "oft")
"""Adapters run on a Llama only; their targets are `q_proj` and `v_proj`, for IA3 also `down_proj`."""


DROPOUTS = (
    "dropout", "attention_dropout", "hidden_dropout", "hidden_dropout_prob", "attention_probs_dropout_prob",
    "resid_pdrop", "embd_pdrop", "attn_pdrop",
)  # fmt: skip


def config(name: str, layers: int) -> Any:
    """The architecture at small widths."""
    from transformers import AutoConfig

    w = WIDTHS
    common = {
        "hidden_size": w["hidden"],
        "num_attention_heads": w["heads"],
        "vocab_size": w["vocab"],
    }
    gated = {**common, "num_hidden_layers": layers, "intermediate_size": w["ffn"]}
    grouped = {**gated, "num_key_value_heads": w["kv_heads"], "head_dim": w["head_dim"]}
    shapes: dict[str, dict[str, Any]] = {
        "llama": grouped,
        "qwen3": grouped,
        "gemma2": grouped,
        "phi": gated,
        "gpt_neox": gated,
        "bert": gated,
        "roberta": {**gated, "max_position_embeddings": 514},
        "gpt2": {
            "n_embd": w["hidden"], "n_head": w["heads"], "n_layer": layers, "n_inner": w["ffn"],
            "vocab_size": w["vocab"],
        },
        "opt": {
            **common, "num_hidden_layers": layers, "ffn_dim": w["ffn"], "word_embed_proj_dim": w["hidden"],
        },
    }  # fmt: skip
    # Dropout keeps a mask of one byte on a GPU and of four here: it is left out.
    dropout = dict.fromkeys(DROPOUTS, 0.0)
    return AutoConfig.for_model(name, **shapes[name], **dropout)


def network(name: str, layers: int, method: str) -> Any:
    """The network in 16 bits, ready for a step, with its adapter."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

    torch.manual_seed(0)
    auto = AutoModelForMaskedLM if name in ("bert", "roberta") else AutoModelForCausalLM
    model = auto.from_config(config(name, layers), dtype=torch.bfloat16).train()
    if method == "full":
        return model
    import peft

    two: dict[str, Any] = {"target_modules": ["q_proj", "v_proj"]}
    adapters = {
        "lora": lambda: peft.LoraConfig(r=RANK, **two),
        "dora": lambda: peft.LoraConfig(r=RANK, use_dora=True, **two),
        "adalora": lambda: peft.AdaLoraConfig(init_r=RANK, total_step=10, **two),
        "vera": lambda: peft.VeraConfig(r=RANK, **two),
        "ia3": lambda: peft.IA3Config(
            target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"]
        ),
        "loha": lambda: peft.LoHaConfig(r=RANK, **two),
        "oft": lambda: peft.OFTConfig(oft_block_size=8, **two),
    }
    return peft.get_peft_model(model, adapters[method]())


def kept(model: Any, vocab: int) -> int:
    """Bytes saved for the backward pass, each storage once, weights and buffers left out."""
    import torch

    ids = torch.randint(3, vocab, (1, TOKENS))
    own = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    seen: dict[int, tuple[int, Any]] = {}

    def pack(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen.setdefault(storage.data_ptr(), (storage.nbytes(), tensor))
        return tensor

    cache = (
        {}
        if "BertFor" in type(model).__name__ or "Roberta" in type(model).__name__
        else {"use_cache": False}
    )
    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t),
        torch.autocast("cpu", dtype=torch.bfloat16),
    ):
        model(input_ids=ids, labels=ids, **cache)
    return sum(size for size, _ in seen.values())


def per_layer(name: str, method: str) -> float:
    """Bytes of one layer for each token."""
    counts = [kept(network(name, layers, method), WIDTHS["vocab"]) for layers in (2, 3)]
    return (counts[1] - counts[0]) / TOKENS


def main() -> int:
    """Print the counts, and write them when asked."""
    warnings.filterwarnings("ignore")
    import peft
    import torch
    import transformers

    source = (
        f"benchmarks/saved_activations.py with torch {torch.__version__.split('+')[0]}, "
        f"transformers {transformers.__version__}, peft {peft.__version__}"
    )
    rows = []
    for name in ARCHITECTURES:
        for method in METHODS if name == "llama" else METHODS[:1]:
            found = per_layer(name, method)
            print(f"{name:<9} {method:<8} {found:>8.1f} bytes for each token and layer")
            row = {"architecture": name, "method": method, **WIDTHS}
            row |= {"rank": RANK if method != "full" else "", "tokens": TOKENS}
            rows.append({**row, "bytes_per_token": round(found, 2), "source": source})
    if "--write" in sys.argv:
        with OUT.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
