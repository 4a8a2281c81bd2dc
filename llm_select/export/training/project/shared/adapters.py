"""What is trained: all weights, or a small addition to frozen ones.

lora           W + (α/r) B A: two thin matrices beside each chosen one (Hu et al. 2022, arXiv:2106.09685)
qlora          lora over a base held in 4 bits (Dettmers et al. 2023, arXiv:2305.14314)
dora           lora that learns the length of each column apart (arXiv:2402.09353)
rslora         lora scaled by α/√r (arXiv:2312.03732)
pissa          lora started from the largest singular vectors of W (arXiv:2404.02948)
prefix-tuning  learned keys and values before those of every layer (arXiv:2101.00190)
prompt-tuning  learned vectors before the input (arXiv:2104.08691)
ia3            one learned scale for each key, value and feed-forward channel (arXiv:2205.05638)
"""

from __future__ import annotations

from typing import Any

import peft
from settings import Settings


def adapter(settings: Settings, task_type: str) -> peft.PeftConfig | None:
    """PEFT's description of the adapter; None for full training. `task_type` is one of `peft.TaskType`."""
    chosen = settings.adapter
    method = settings.training.method
    saved = list(chosen.modules_to_save) or None
    targets: Any = (
        "all-linear" if chosen.targets == ["all-linear"] else list(chosen.targets) or None
    )
    if method == "full":
        return None
    if method == "prefix-tuning":
        return peft.PrefixTuningConfig(task_type=task_type, num_virtual_tokens=chosen.rank)
    if method == "prompt-tuning":
        return peft.PromptTuningConfig(task_type=task_type, num_virtual_tokens=chosen.rank)
    if method == "ia3":
        # PEFT knows keys, values and feed-forward of the common architectures.
        return peft.IA3Config(task_type=task_type, modules_to_save=saved)
    return peft.LoraConfig(
        task_type=task_type,
        r=chosen.rank,
        lora_alpha=chosen.alpha,
        lora_dropout=chosen.dropout or 0.0,
        target_modules=targets,
        modules_to_save=saved,
        use_dora=method == "dora",
        use_rslora=method == "rslora",
        init_lora_weights="pissa" if method == "pissa" else True,
    )


def with_adapter(model: Any, settings: Settings, task_type: str) -> Any:
    """The model with its adapter, ready to train."""
    if settings.training.method == "qlora":
        model = peft.prepare_model_for_kbit_training(
            model, use_gradient_checkpointing=settings.training.checkpointing
        )
    config = adapter(settings, task_type)
    if config is None:
        return model
    if settings.training.checkpointing:
        # With all weights frozen, recomputation needs at least one input that asks for a gradient.
        model.enable_input_require_grads()
    return peft.get_peft_model(model, config)
