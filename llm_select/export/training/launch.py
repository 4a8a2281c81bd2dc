"""How training is spread over GPUs: Accelerate's and DeepSpeed's own files."""

from __future__ import annotations

import json
from typing import Any

from llm_select.export.training.settings_file import dumped
from llm_select.plan.types import TrainingPlan

STAGES = {"zero1": 1, "zero2": 2, "zero3": 3}
"""What ZeRO divides: optimizer states; gradients too; weights too (Rajbhandari et al. 2020, arXiv:1910.02054)."""
_AUTO = "auto"
_MIXED = {"bf16-mixed": "bf16", "fp16-mixed": "fp16"}


def accelerate(settings: TrainingPlan) -> str:
    """`accelerate.yaml`, for `accelerate launch --config_file`."""
    config: dict[str, Any] = {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "MULTI_GPU",
        "machine_rank": 0,
        "num_machines": 1,
        "num_processes": settings.gpus,
        "mixed_precision": _MIXED.get(settings.precision, "no"),
        "main_training_function": "main",
        "use_cpu": False,
    }
    if settings.sharding in STAGES:
        config["distributed_type"] = "DEEPSPEED"
        config.pop("mixed_precision")  # deepspeed.json says it
        config["deepspeed_config"] = {
            "deepspeed_config_file": "deepspeed.json",
            "zero3_init_flag": settings.sharding == "zero3",
        }
    if settings.sharding == "fsdp":
        config["distributed_type"] = "FSDP"
        config["fsdp_config"] = {
            "fsdp_version": 2,
            "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "fsdp_reshard_after_forward": True,
            "fsdp_state_dict_type": "FULL_STATE_DICT",
            "fsdp_cpu_ram_efficient_loading": True,
        }
    return dumped(config)


def deepspeed(settings: TrainingPlan) -> str:
    """`deepspeed.json`. The trainer fills in what is `auto` from its own arguments."""
    config = {
        "zero_optimization": {"stage": STAGES[settings.sharding], "overlap_comm": True},
        "bf16": {"enabled": _AUTO},
        "fp16": {"enabled": _AUTO},
        "train_micro_batch_size_per_gpu": _AUTO,
        "gradient_accumulation_steps": _AUTO,
        "gradient_clipping": _AUTO,
        "train_batch_size": _AUTO,
    }
    if settings.sharding == "zero3":
        # Without it each GPU would save only its part of the weights.
        config["zero_optimization"] = {
            **{"stage": 3, "overlap_comm": True},
            "stage3_gather_16bit_weights_on_model_save": True,
        }
    return json.dumps(config, indent=2) + "\n"
