"""One training run: its arguments, its checkpoints, and how it goes on after a break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from optimizers import trainer_arguments
from pretrained import MODEL
from settings import Settings, SettingsError
from transformers import TrainerCallback

LABELS = "labels.json"
"""The labels in the order of the scores, in the output folder."""
USED = "settings-used.json"


def arguments(settings: Settings) -> dict[str, Any]:
    """What all trainers are told (`transformers.TrainingArguments`)."""
    chosen = settings.training
    precision = settings.hardware.precision
    return {
        "output_dir": str(settings.folder),
        "seed": chosen.seed,
        "learning_rate": chosen.learning_rate,
        "lr_scheduler_type": "constant_with_warmup"
        if chosen.schedule == "constant"
        else chosen.schedule,
        # A fraction is a share of all steps. The rate starts near 0, because the first steps of Adam rest on few
        # gradients.
        "warmup_steps": chosen.warmup_ratio,
        "weight_decay": chosen.weight_decay,
        "max_grad_norm": chosen.max_grad_norm,
        "num_train_epochs": chosen.epochs,
        "per_device_train_batch_size": chosen.batch,
        "per_device_eval_batch_size": chosen.batch,
        "gradient_accumulation_steps": chosen.accumulation,
        "activation_checkpointing": chosen.checkpointing,
        "label_smoothing_factor": chosen.label_smoothing,
        "bf16": precision == "bf16-mixed",
        "fp16": precision == "fp16-mixed",
        "logging_strategy": "steps",
        "logging_steps": 1 / (4 * chosen.checkpoints),
        "logging_first_step": True,
        # The state that is kept is the one with the least validation loss, never chosen on the test rows.
        "eval_strategy": "steps",
        "eval_steps": 1 / chosen.checkpoints,
        "save_strategy": "steps",
        "save_steps": 1 / chosen.checkpoints,
        "save_total_limit": 2,
        "load_best_model_at_end": True,
        "metric_for_best_model": "eval_loss",
        "use_cpu": not torch.accelerator.is_available(),
        "dataloader_pin_memory": torch.cuda.is_available(),
        "report_to": "none",
        **trainer_arguments(settings),
    }


class Progress(TrainerCallback):
    """Counts the steps of this process and writes losses to `log.jsonl`, so that a broken run leaves its trace."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.jsonl"
        self.done = 0

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:  # noqa: ARG002
        self.done += 1

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **rest: Any) -> None:  # noqa: ARG002
        if state.is_world_process_zero:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": state.global_step, **(logs or {})}) + "\n")


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end.

    The trainer writes `trainer_state.json` last; a checkpoint without it was cut off by the break and is passed over.
    """
    whole = []
    for path in folder.glob("checkpoint-*"):
        try:
            step = json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))[
                "global_step"
            ]
        except (OSError, ValueError, KeyError):
            print(f"{path.name} was not finished; passed over")
            continue
        whole.append((step, path))
    return max(whole)[1] if whole else None


def check_settings(settings: Settings) -> None:
    """Notes the settings beside the checkpoints. Raises SettingsError when those there are of a run with others."""
    path = settings.folder / USED
    now = settings.model_dump(mode="json")
    now.pop("evaluation")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, indent=1, ensure_ascii=False), encoding="utf-8")
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    changed = [
        f"  {section}.{key}: was {before[section].get(key)!r}, is {value!r}"
        for section, values in now.items()
        if isinstance(values, dict)
        for key, value in values.items()
        if before[section].get(key) != value
    ]
    if changed:
        raise SettingsError(
            f"{settings.folder} holds a run with other settings:\n"
            + "\n".join(changed)
            + "\nMove it away, name another folder under `output`, or set them back."
        )


def run(trainer: Any, settings: Settings) -> None:
    """Trains from the last checkpoint, if there is one, and saves the best model."""
    folder = settings.folder
    progress = Progress(folder)
    trainer.add_callback(progress)
    checkpoint = last_checkpoint(folder)
    if checkpoint:
        print(f"going on from {checkpoint.name}", flush=True)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    state = trainer.state
    print(
        f"steps of this run: {progress.done}, from {state.global_step - progress.done} to "
        f"{state.global_step}; best validation loss {state.best_metric:.4f} at step {state.best_global_step}"
    )
    trainer.save_model(str(folder / MODEL))
    print(f"saved {folder / MODEL}")


def write_evaluation(settings: Settings, results: dict[str, Any]) -> None:
    """Keeps figures and answers in `evaluation.json` of the output folder."""
    path = settings.folder / "evaluation.json"
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
