"""`README.md` of a project: the whole path, from data to use."""

from __future__ import annotations

import re

from llm_select.export.training import other_trainers
from llm_select.export.training.tasks import sample
from llm_select.i18n import listing, tr, translated
from llm_select.messages import Message
from llm_select.plan.types import TrainingPlan

_DATA_FORMS = {
    "decoder": Message(
        "a CSV or JSONL with columns of your choice, or JSONL in the chat format: {form}",
        form='`{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}`',
    ),
    "text_labels": Message(
        "a CSV or JSONL with a text and its label (or number) in each row; two texts, with "
        "`columns.context`"
    ),
    "token_labels": Message(
        "JSONL {rows}, or a CSV `sentence,token,tag` with one token a line",
        rows='`{"tokens": ["Ada", "wrote"], "tags": ["B-PER", "O"]}`',
    ),
    "span": Message(
        "a CSV or JSONL with question, passage and answer, which must stand in the passage word "
        "for word"
    ),
    "encoder_decoder": Message("a CSV or JSONL with source and target in each row"),
}
_MODEL = {
    "decoder": Message("a decoder, which continues a text"),
    "text_labels": Message("an encoder with a new head that labels a text"),
    "token_labels": Message("an encoder with a new head that tags every word"),
    "span": Message("an encoder with a new head that points at the answer in a passage"),
    "encoder_decoder": Message("an encoder-decoder, which turns one text into another"),
}
_EXAMPLE = {
    "decoder": 'python predict.py "How do I descale a kettle?"',
    "text_labels": 'python predict.py "The soup was cold."',
    "token_labels": 'python predict.py "Ada Lovelace lived in London."',
    "span": 'python predict.py --context "The bridge was built in 1894." "When was the bridge built?"',
    "encoder_decoder": 'python predict.py "The train is late."',
}


def text(settings: TrainingPlan, folder: str, name: str) -> str:
    """The page. `folder` is that of the project's own files, see `tasks.folder`; `name` is the model's."""
    data = sample(settings)
    parts = [
        tr("# Fine-tuning {name} for {task}", name=_inline(name), task=_inline(settings.task)),
        tr(
            "Everything that may be changed is in `settings.yaml`; the files below read it. Run them "
            "in this order."
        ),
        _fenced(
            "python3 -m venv .venv && . .venv/bin/activate\n"
            "pip install -r requirements.txt\n"
            "python data.py\n"
            f"{_train(settings)}\n"
            "python evaluate.py\n"
            f"{_EXAMPLE[folder]}"
        ),
        tr("## What is planned"),
        _table(settings),
        tr("## 1. Data: `data.py`"),
        tr(
            "It starts with a small set of its own, `samples/{file}`: {about}. It shows that "
            "everything runs; what a model learns from so few rows is of no use. Put your own file "
            "in its place under `data.train`: {forms}. UTF-8, and every fault is reported with file "
            "and line.",
            file=data.file,
            about=translated(data.about),
            forms=translated(_DATA_FORMS[folder]),
        ),
        tr(
            "Rows are cleaned (one form for each character, no control characters), repeated rows "
            "are left out, and 80, 10 and 10 % go to training, validation and test, by "
            "`training.seed`. Rows with the same input stay together. `python data.py` prints the "
            "lengths in tokens, which `seq_len` should cover, and warns (`LEAK`) of test rows that "
            "are nearly the same as rows trained on: a score on these tells nothing."
        ),
        tr("## 2. Model: `model.py`"),
        tr(
            "{model}. `python model.py` prints its parts and how many of its weights are trained; "
            "the text at the top of the file says what attention, positions and the loss do. "
            "`adapters.py` has the methods, `optimizers.py` the optimizers.",
            model=_begun(translated(_MODEL[folder])),
        ),
        tr("## 3. Training: `train.py`"),
        _training(settings),
        tr("## 4. Evaluation: `evaluate.py`"),
        tr(
            "{metrics} on the test rows, each with the middle 95 % of what other draws of these rows "
            "would give. Choose by validation and look at the test rows once: a setting that was "
            "chosen by them looks better than it is.",
            metrics=listing(f"`{name}`" for name in settings.metrics),
        ),
        tr("## 5. Use: `predict.py`"),
        *_serving(settings, folder),
        tr("## With other trainers"),
        *_others(settings),
        tr("## Where to read on"),
        tr(
            "Vaswani et al. 2017 (arXiv:1706.03762) for the transformer; Hu et al. 2022 "
            "(arXiv:2106.09685) for LoRA; Loshchilov & Hutter 2019 (arXiv:1711.05101) for AdamW. The "
            "licence of the base model binds what you train from it."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _table(settings: TrainingPlan) -> str:
    adapter = (
        tr("{method}, rank {rank}", method=settings.method, rank=settings.lora_rank)
        if settings.lora_rank
        else settings.method
    )
    rows = {
        Message("base"): _base(settings),
        Message("method"): adapter,
        Message("optimizer"): tr(
            "{optimizer}, rate {rate}, {schedule}",
            optimizer=settings.optimizer,
            rate=f"{settings.learning_rate:g}",
            schedule=settings.schedule,
        ),
        Message("step"): tr(
            "{batch} × {accumulation} × {gpus} sequences of up to {n} tokens",
            batch=settings.batch,
            accumulation=settings.accumulation,
            gpus=settings.gpus,
            n=settings.seq_len,
        ),
        Message("epochs"): f"{settings.epochs:g}",
        Message("numbers"): tr(
            "{precision}, base in {quantization}",
            precision=settings.precision,
            quantization=settings.quantization,
        ),
        Message("loss"): settings.loss,
        Message("languages"): listing(settings.pairs or settings.languages) or tr("not said"),
    }
    lines = [f"| {translated(name)} | {_inline(value)} |" for name, value in rows.items()]
    return "\n".join(["|  |  |", "| --- | --- |", *lines])


def _train(settings: TrainingPlan) -> str:
    if settings.gpus > 1:
        return "accelerate launch --config_file accelerate.yaml train.py"
    return "python train.py"


_DIVIDED = {
    "none": Message("On {n} GPUs each GPU holds a whole copy; `accelerate.yaml` says so."),
    "ddp": Message("On {n} GPUs each GPU holds a whole copy (DDP); `accelerate.yaml` says so."),
    "zero1": Message(
        "On {n} GPUs the optimizer's states are divided (ZeRO 1); `accelerate.yaml` says so."
    ),
    "zero2": Message(
        "On {n} GPUs optimizer states and gradients are divided (ZeRO 2); `accelerate.yaml` says so."
    ),
    "zero3": Message(
        "On {n} GPUs weights, gradients and optimizer states are divided (ZeRO 3); `accelerate.yaml` says so."
    ),
    "fsdp": Message(
        "On {n} GPUs weights, gradients and optimizer states are divided (FSDP); `accelerate.yaml` says so."
    ),
}


def _sharded(settings: TrainingPlan) -> str:
    return tr(_DIVIDED[settings.sharding].template, n=settings.gpus)


def _training(settings: TrainingPlan) -> str:
    text = tr(
        "The run writes ten checkpoints to `output/`. After a break, start it again: it goes on from the last whole "
        "one, and refuses when the settings have changed since. `output/log.jsonl` has the losses: that of training "
        "should fall; when that of validation rises, the model begins to learn the rows by heart. The state with the "
        "least validation loss is kept, in `output/model`."
    )
    return text if settings.gpus == 1 else f"{_sharded(settings)} {text}"


def _base(settings: TrainingPlan) -> str:
    base = str(settings.repository)
    if not settings.revision:
        return base
    return tr("{repository} at {revision}", repository=base, revision=settings.revision)


def _begun(text: str) -> str:
    """As a sentence begins."""
    return text.capitalize()


def _serving(settings: TrainingPlan, folder: str) -> list[str]:
    parts = [
        tr(
            "`predict.py` loads the model and answers its arguments, or each line of its input. As a "
            "library, call `load_trained()` of `model.py` once and then the function of `predict.py`."
        )
    ]
    merges = folder == "decoder" and settings.method not in (
        "full",
        "prefix-tuning",
        "prompt-tuning",
    )
    if merges:
        parts.append(
            tr(
                "`python merge.py` folds the adapter into its base, so that any engine can serve it:"
            )
        )
    if folder == "decoder" and settings.method not in ("prefix-tuning", "prompt-tuning"):
        where = "output/merged" if merges else "output/model"
        parts.append(_fenced(f"vllm serve {where} --max-model-len {settings.seq_len}"))
    return parts


def _others(settings: TrainingPlan) -> list[str]:
    reason = other_trainers.refusal(settings)
    if reason:
        return [tr("No files for LLaMA-Factory and Axolotl: {why}.", why=translated(reason))]
    force = "FORCE_TORCHRUN=1 " if settings.gpus > 1 else ""
    commands = [f"{force}llamafactory-cli train llamafactory.yaml"]
    without = other_trainers.axolotl_refusal(settings)
    if without:
        text = tr(
            "`llamafactory.yaml` (written for LLaMA-Factory {version}) asks for the same run (none for Axolotl: "
            "{why}). It wants versions of its own: make an environment for it. What is read is what `python data.py` "
            "writes to `prepared/`.",
            version=other_trainers.LLAMA_FACTORY,
            why=translated(without),
        )
    else:
        text = tr(
            "`llamafactory.yaml` (written for LLaMA-Factory {version}) and `axolotl.yaml` (Axolotl {other}) ask for "
            "the same run. Each wants versions of its own: make an environment for it. What is read is what `python "
            "data.py` writes to `prepared/`.",
            version=other_trainers.LLAMA_FACTORY,
            other=other_trainers.AXOLOTL,
        )
        commands.append("axolotl train axolotl.yaml")
    return [text, _fenced("\n".join(commands))]


def _inline(value: str) -> str:
    """One line, in which no sign of Markdown or HTML means anything."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(value.split()))


def _fenced(code: str) -> str:
    """A block of code, fenced by more backticks than stand in it."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code}\n{fence}"
