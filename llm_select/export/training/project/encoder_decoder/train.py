"""3. Training: predict, measure the loss, step against its gradient.

    python train.py      trains, or goes on from the last checkpoint after a break

With several GPUs: accelerate launch --config_file accelerate.yaml train.py
"""

from __future__ import annotations

from data import encode
from datasets import Dataset
from model import load_model, load_tokenizer
from optimizers import own_optimizer
from runs import arguments, check_settings, run
from settings import load, script
from splits import read_splits
from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments, set_seed


def main() -> None:
    settings = load()
    check_settings(settings)
    set_seed(settings.training.seed)
    splits = read_splits(settings)
    print(*splits.notes, sep="\n", end="\n" if splits.notes else "")
    tokenizer, mark = load_tokenizer(settings)
    model = load_model(settings)
    trainer = Trainer(
        model=model,
        args=TrainingArguments(**arguments(settings)),
        train_dataset=Dataset.from_list(encode(settings, tokenizer, splits.train, mark)),
        eval_dataset=Dataset.from_list(encode(settings, tokenizer, splits.validation, mark)),
        # Pads source and target; padding of the target is -100, which the loss passes over.
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
        processing_class=tokenizer,
        optimizer_cls_and_kwargs=own_optimizer(settings),
    )
    run(trainer, settings)


if __name__ == "__main__":
    script(main)
