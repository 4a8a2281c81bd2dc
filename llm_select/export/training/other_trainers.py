"""The same run for LLaMA-Factory and Axolotl, which both train decoders on the files that `data.py` prepares.

Argument names are those of LLaMA-Factory 0.9.5 (`llamafactory/hparams/`) and Axolotl 0.19.0
(`axolotl/utils/schemas/`); tests/export_runs gives the files to the packages' own parsers. A plan that one of them
cannot follow gets no file for it, and the README says why: a file that asks for something near would be a different
run under the same name.
"""

from __future__ import annotations

import json
from typing import Any

from llm_select.export.training.launch import STAGES
from llm_select.export.training.settings_file import dumped
from llm_select.messages import Message
from llm_select.plan.types import TrainingPlan

LLAMA_FACTORY = "0.9.5"
AXOLOTL = "0.19.0"
OPTIMIZERS = {
    "sgd": "sgd",
    "momentum": "sgd",
    "adamw": "adamw_torch",
    "adamw-8bit": "adamw_bnb_8bit",
    "paged-adamw": "paged_adamw_32bit",
    "paged-adamw-8bit": "paged_adamw_8bit",
    "adafactor": "adafactor",
    "lion": "lion_32bit",
    "ademamix": "ademamix",
    "galore": "galore_adamw",
}
_LOW_RANK = ("lora", "qlora", "dora", "rslora", "pissa")
_NAME = "training"


def refusal(settings: TrainingPlan) -> str | None:
    """Why neither package can follow the plan; None when one or both can."""
    if settings.head != "language-model" or settings.kind != "decoder":
        return Message("they train decoders that write text")
    if settings.method != "full" and settings.method not in _LOW_RANK:
        return Message("they do not have the method {name}", name=settings.method)
    if settings.optimizer not in OPTIMIZERS:
        return Message("they do not have the optimizer {name}", name=settings.optimizer)
    if settings.precision == "fp16" and settings.method == "full":
        return Message("they do not hold trained weights in fp16")
    return None


def axolotl_refusal(settings: TrainingPlan) -> str | None:
    """Why Axolotl cannot follow a plan that LLaMA-Factory can; None when it can."""
    return Message("it does not smooth labels") if settings.label_smoothing else None


def llama_factory(settings: TrainingPlan) -> dict[str, str]:
    """`llamafactory.yaml` and the description of the data set that it reads."""
    config: dict[str, Any] = {
        "model_name_or_path": settings.repository,
        "model_revision": settings.revision or "main",
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "full" if settings.method == "full" else "lora",
    }
    if settings.method in _LOW_RANK:
        config |= {
            "lora_rank": settings.lora_rank,
            "lora_alpha": _whole(settings.lora_alpha),
            "lora_dropout": settings.lora_dropout or 0.0,
            "lora_target": ",".join(settings.lora_targets) or "all",
        }
        config["lora_target"] = config["lora_target"].replace("all-linear", "all")
        config |= {
            flag: True
            for flag, method in (
                ("use_dora", "dora"),
                ("use_rslora", "rslora"),
                ("pissa_init", "pissa"),
            )
            if settings.method == method
        }
        if settings.modules_to_save:
            config["additional_target"] = ",".join(settings.modules_to_save)
    if settings.method == "qlora":
        config |= {"quantization_bit": 4, "quantization_type": "nf4", "double_quantization": True}
    if settings.optimizer == "galore":
        config |= {"use_galore": True, "galore_target": "all"}
    config |= {
        "dataset": _NAME,
        "eval_dataset": "validation",
        "dataset_dir": ".",
        "cutoff_len": settings.seq_len,
        "packing": settings.packing,
        # Joined examples must not read each other.
        "neat_packing": settings.packing,
        "output_dir": "output-llamafactory",
        **_schedule(settings, "lr_scheduler_type"),
        "optim": "adamw_torch"
        if settings.optimizer == "galore"
        else OPTIMIZERS[settings.optimizer],
        "disable_gradient_checkpointing": not settings.checkpointing,
        "per_device_train_batch_size": settings.batch,
        "per_device_eval_batch_size": settings.batch,
        "gradient_accumulation_steps": settings.accumulation,
        "num_train_epochs": settings.epochs,
        "eval_strategy": "steps",
        "eval_steps": 0.1,
        "save_steps": 0.1,
        "logging_steps": 10,
        "report_to": "none",
    }
    # Without `template` it takes the checkpoint's own chat template.
    if not settings.chat:
        config["template"] = "empty"
    if settings.label_smoothing:
        config["label_smoothing_factor"] = settings.label_smoothing
    if settings.optimizer == "momentum":
        config["optim_args"] = "momentum=0.9"
    if settings.precision == "bf16" and settings.method == "full":
        config["pure_bf16"] = True
    elif settings.precision.startswith(("bf16", "fp16")):
        config[settings.precision[:4]] = True
    if settings.sharding in STAGES:
        config["deepspeed"] = "deepspeed.json"
    if settings.sharding == "fsdp":
        config |= {"fsdp": "full_shard auto_wrap", "fsdp_config": {"fsdp_version": 2}}
    return {"llamafactory.yaml": dumped(config), "dataset_info.json": _dataset_info(settings.chat)}


def axolotl(settings: TrainingPlan) -> dict[str, str]:
    """`axolotl.yaml`."""
    config: dict[str, Any] = {
        "base_model": settings.repository,
        "datasets": [_axolotl_data("train", settings.chat)],
        "test_datasets": [_axolotl_data("validation", settings.chat) | {"split": "train"}],
        "sequence_len": settings.seq_len,
        "sample_packing": settings.packing,
        "output_dir": "output-axolotl",
        **_schedule(settings, "lr_scheduler"),
        "optimizer": OPTIMIZERS[settings.optimizer],
        "micro_batch_size": settings.batch,
        "gradient_accumulation_steps": settings.accumulation,
        "num_epochs": settings.epochs,
        "gradient_checkpointing": settings.checkpointing,
        "train_on_inputs": False,
        # A whole run needs several checkpoints to go on from after a break.
        "saves_per_epoch": 2,
        "evals_per_epoch": 2,
        "logging_steps": 10,
    }
    if settings.revision:
        config["revision_of_model"] = settings.revision
    if settings.chat:
        config["chat_template"] = "tokenizer_default"
    if settings.method in _LOW_RANK:
        config["adapter"] = "qlora" if settings.method == "qlora" else "lora"
        config |= {
            "lora_r": settings.lora_rank,
            "lora_alpha": _whole(settings.lora_alpha),
            "lora_dropout": settings.lora_dropout or 0.0,
        }
        if settings.lora_targets and settings.lora_targets != ("all-linear",):
            config["lora_target_modules"] = list(settings.lora_targets)
        else:
            config["lora_target_linear"] = True
        if settings.modules_to_save:
            config["lora_modules_to_save"] = list(settings.modules_to_save)
    if settings.method == "qlora":
        config["load_in_4bit"] = True
    if settings.method == "dora":
        config["peft_use_dora"] = True
    if settings.method == "rslora":
        config["peft_use_rslora"] = True
    if settings.method == "pissa":
        config["peft_init_lora_weights"] = "pissa"
    if settings.optimizer == "galore":
        config["optim_target_modules"] = [r".*attn.*", r".*mlp.*"]
    if settings.optimizer == "momentum":
        config["optim_args"] = {"momentum": 0.9}
    config["bf16"] = settings.precision == "bf16-mixed"
    config["fp16"] = settings.precision == "fp16-mixed"
    if settings.precision == "bf16":
        config |= {"bf16": "full", "bfloat16": True}
        config.pop("bf16")
    if settings.sharding in STAGES:
        config["deepspeed"] = "deepspeed.json"
    if settings.sharding == "fsdp":
        config["fsdp_version"] = 2
        config["fsdp_config"] = {
            "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "state_dict_type": "FULL_STATE_DICT",
            "reshard_after_forward": True,
        }
    return {"axolotl.yaml": dumped(config)}


def _schedule(settings: TrainingPlan, key: str) -> dict[str, Any]:
    constant = settings.schedule == "constant"
    return {
        "learning_rate": settings.learning_rate,
        key: "constant_with_warmup" if constant else settings.schedule,
        "warmup_ratio": settings.warmup_ratio,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "seed": settings.seed,
    }


def _dataset_info(chat: bool) -> str:
    form: dict[str, Any]
    if chat:
        form = {
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
            },
        }
    else:
        form = {"columns": {"prompt": "prompt", "response": "completion"}}
    parts = {_NAME: "train", "validation": "validation"}
    info = {name: {"file_name": f"prepared/{part}.jsonl", **form} for name, part in parts.items()}
    return json.dumps(info, indent=2) + "\n"


def _axolotl_data(part: str, chat: bool) -> dict[str, Any]:
    source = {"path": f"prepared/{part}.jsonl", "ds_type": "json"}
    if chat:
        return source | {"type": "chat_template", "field_messages": "messages"}
    plain = "{instruction}"
    return source | {
        "type": {
            "field_instruction": "prompt",
            "field_output": "completion",
            "format": plain,
            "no_input_format": plain,
        }
    }


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
