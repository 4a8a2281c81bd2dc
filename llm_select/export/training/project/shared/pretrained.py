"""Loading: the pretrained weights before training, the trained model after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from settings import Settings, SettingsError

MODEL = "model"
"""Folder of the trained model, under the output folder."""
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def load_arguments(settings: Settings) -> dict[str, Any]:
    """Arguments of `from_pretrained`: revision, number type, and 4-bit loading for qlora.

    bf16 and fp16 hold the weights in 16 bits; the mixed forms hold them in 32 and only compute in 16, so that a step
    too small for 16 bits is not lost.
    """
    arguments: dict[str, Any] = {
        "revision": settings.model.revision,
        "dtype": DTYPES.get(settings.hardware.precision, torch.float32),
    }
    if settings.training.method == "qlora":
        from transformers import BitsAndBytesConfig

        arguments["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=arguments["dtype"],
        )
    return arguments


def load_trained_model(settings: Settings, auto: Any, **more: Any) -> Any:
    """The trained model, ready for use: whole, or an adapter put on its base. `auto` is a class such as
    `AutoModelForCausalLM`, `more` what it needs beside. Raises SettingsError when there is none yet."""
    path = trained(settings)
    arguments = load_arguments(settings)
    if not (path / "adapter_config.json").exists():
        return auto.from_pretrained(path, dtype=arguments["dtype"], **more).eval()
    base = json.loads((path / "adapter_config.json").read_text(encoding="utf-8"))
    model = auto.from_pretrained(base["base_model_name_or_path"], **arguments, **more)
    return PeftModel.from_pretrained(model, path).eval()


def trained(settings: Settings) -> Path:
    """Folder of the trained model. Raises SettingsError when there is none yet."""
    path = settings.folder / MODEL
    if not (path / "config.json").exists() and not (path / "adapter_config.json").exists():
        raise SettingsError(f"{path}: no trained model; run `python train.py` first")
    return path


def describe(model: Any) -> None:
    """Prints the parts of a model, and how many of its weights are trained."""
    print(model)
    weights = sum(weight.numel() for weight in model.parameters())
    trainable = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    print(f"{trainable:,} of {weights:,} weights are trained")
