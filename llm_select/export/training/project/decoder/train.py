"""3. Training: predict, measure the loss, step against its gradient.

    python train.py      trains, or goes on from the last checkpoint after a break

With several GPUs: accelerate launch --config_file accelerate.yaml train.py
"""

from __future__ import annotations

from data import prepare
from datasets import Dataset
from model import load_model, load_tokenizer
from optimizers import own_optimizer
from runs import arguments, check_settings, run
from settings import load, script
from transformers import set_seed
from trl import SFTConfig, SFTTrainer


def main() -> None:
    settings = load()
    check_settings(settings)
    set_seed(settings.training.seed)
    parts, splits = prepare(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    trainer = SFTTrainer(
        model=load_model(settings),
        args=SFTConfig(
            **arguments(settings),
            max_length=settings.data.seq_len,
            # Short examples put end to end in one sequence waste no work on padding.
            packing=settings.data.packing,
            completion_only_loss=True,
        ),
        train_dataset=Dataset.from_list(parts["train"]),
        eval_dataset=Dataset.from_list(parts["validation"]),
        processing_class=load_tokenizer(settings),
        optimizer_cls_and_kwargs=own_optimizer(settings),
    )
    run(trainer, settings)


if __name__ == "__main__":
    script(main)
