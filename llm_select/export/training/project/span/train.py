"""3. Training: predict, measure the loss, step against its gradient.

    python train.py      trains, or goes on from the last checkpoint after a break

With several GPUs: accelerate launch --config_file accelerate.yaml train.py
"""

from __future__ import annotations

from data import encode, prepare
from datasets import Dataset
from model import load_model, load_tokenizer
from optimizers import own_optimizer
from runs import arguments, check_settings, run
from settings import load, script
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments, set_seed


def main() -> None:
    settings = load()
    check_settings(settings)
    set_seed(settings.training.seed)
    splits = prepare(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer = load_tokenizer(settings)
    trainer = Trainer(
        model=load_model(settings),
        args=TrainingArguments(**arguments(settings)),
        train_dataset=Dataset.from_list(encode(settings, tokenizer, splits.train)),
        eval_dataset=Dataset.from_list(encode(settings, tokenizer, splits.validation)),
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
        optimizer_cls_and_kwargs=own_optimizer(settings),
    )
    run(trainer, settings)


if __name__ == "__main__":
    script(main)
