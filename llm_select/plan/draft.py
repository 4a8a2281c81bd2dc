"""A plan before it is fitted to a machine: what the task, the model and the recipe decide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.estimates.adapters import LOW_RANK, PER_TARGET, VIRTUAL
from llm_select.messages import Message
from llm_select.plan.objective import objective
from llm_select.plan.recipes import NoRecipeError, find_recipe, source_of, values
from llm_select.plan.targets import module_names, new_modules, scaled_modules
from llm_select.plan.types import TrainingPlan

if TYPE_CHECKING:
    from llm_select.plan.request import Asked
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model

MARGIN = 1.3
"""Tokens of the longest sequence over those of a typical one. Assumed: texts vary, and a sequence that is cut teaches
the wrong ending. Measure the lengths of the data."""
SHORTEST = 128
TRAINER = "transformers"
DEFAULTS = {"warmup_ratio": 0.0, "weight_decay": 0.0, "max_grad_norm": 1.0}
"""What Transformers' trainer does where a recipe says nothing (`TrainingArguments`)."""
BASE_FORMATS = {"fp32": "fp32", "fp16": "fp16"}


class Choice(NamedTuple):
    """Why a setting is as it is. `code` is fixed; `values` fill the sentence that `render/` makes of it."""

    field: str
    code: str
    values: dict[str, str | float | int]
    source: str | None = None


class Draft(NamedTuple):
    """Settings that do not depend on the machine, and why."""

    plan: TrainingPlan
    """With one sequence a pass, everything kept, one GPU."""
    step_sequences: int
    """Sequences a step should have."""
    tokens: int
    """Mean tokens of an example."""
    choices: tuple[Choice, ...]


BITSANDBYTES = ("adamw-8bit", "paged-adamw", "paged-adamw-8bit")
"""Optimizers of bitsandbytes 0.50, whose kernels are for CUDA, ROCm, Intel GPUs and processors."""
UNBROKEN = ("prefix-tuning",)
"""Methods that cannot recompute activations: PEFT 0.21 passes their vectors through the cache, which recomputing turns
off, and refuses the two together (`PeftModel._setup_prompt_encoder`)."""


def on_apple(asked: Asked) -> bool:
    """True when the machine is one of Apple's."""
    return asked.machine is not None and asked.machine.vendor == "apple"


def draft(catalog: Catalog, model_id: str, method: str, asked: Asked) -> Draft:
    """Settings of a run. Raises UsageError for what cannot be trained or has no recipe."""
    model = catalog.models[model_id]
    arch = model.architecture
    if model.weights == "hosted":
        raise UsageError(
            Message("the weights of {model} are not given out", model=model.name),
            where="MODEL",
            remedy=Message("name a model with open weights"),
        )
    if arch is None or model.parameters is None:
        raise UsageError(
            Message("the shape of {model} is not published", model=model.name), where="MODEL"
        )
    if on_apple(asked) and (method == "qlora" or (asked.optimizer or "") in BITSANDBYTES):
        raise NoRecipeError(
            Message(
                "bitsandbytes, which holds bases in 4 bits and optimizer states in 8 or in pages, "
                "does not run on Apple devices"
            ),
            where="--method" if method == "qlora" else "--optimizer",
            remedy=Message("use lora or full with adamw"),
        )
    if asked.checkpointing and method in UNBROKEN:
        raise UsageError(
            Message(
                "{method} cannot recompute activations: its vectors come through the cache, which "
                "that turns off",
                method=method,
            ),
            where="--checkpointing",
            remedy=Message("leave it out, or choose another --method"),
        )
    task = catalog.tasks[asked.task]
    goal = objective(asked.task, task, model, regression=asked.regression)
    recipe_id, recipe = find_recipe(catalog, model, method)
    given = values(recipe, model.parameters.total, asked.examples)
    said = [Choice("recipe", "recipe", {"id": recipe_id, "name": recipe.name})]

    def choose(field: str, mine: object, theirs: object, key: str | None = None) -> None:
        """Notes whether the user or the recipe chose, and the recipe's source."""
        if mine is not None:
            said.append(Choice(field, "asked", {}))
        elif theirs is not None:
            said.append(
                Choice(field, "recipe-value", {"id": recipe_id}, source_of(recipe, key or field))
            )

    seq_len, target_len, tokens = _lengths(model, asked, task.lengths.prompt, task.lengths.generate)
    said.append(
        Choice(
            "seq_len",
            "asked" if asked.seq_len else "lengths",
            {
                "tokens": tokens,
                "margin": MARGIN,
                "given": int(asked.tokens_per_example is not None),
            },
        )
    )
    virtual = method in VIRTUAL
    adapted = method in PER_TARGET
    ranked = method in LOW_RANK or virtual or method in ("vera", "oft", "boft")
    rank = (asked.rank or given.rank) if ranked else None
    if ranked:
        choose(
            "lora_rank",
            asked.rank,
            given.rank,
            next(f for f in (*given.fields, "rank") if "rank" in f),
        )
    if method in LOW_RANK and given.alpha is not None:
        choose("lora_alpha", None, given.alpha, next(f for f in given.fields if "alpha" in f))
    targets: tuple[str, ...] = ()
    if adapted:
        mixture = any(s.experts is not None for s in (arch, arch.encoder, arch.decoder) if s)
        targets = asked.targets or (
            scaled_modules(arch) if method == "ia3" else module_names(arch, attention_only=mixture)
        )
        code = "asked" if asked.targets else "experts-in-one-tensor" if mixture else "all-layers"
        source = {
            "experts-in-one-tensor": "fms-acceleration-scenarios",
            "all-layers": "lora-without-regret",
        }
        said.append(Choice("lora_targets", code, {"type": arch.model_type}, source.get(code)))
    batch = recipe.batch
    choose("learning_rate", asked.learning_rate, given.learning_rate, given.fields[0])
    epochs = asked.epochs or given.epochs
    if epochs is None:
        assert recipe.steps is not None
        epochs = max(1.0, round(recipe.steps * batch / max(1, asked.examples), 1))
    choose(
        "epochs", asked.epochs, epochs, next(f for f in given.fields if f[:5] in ("epoch", "steps"))
    )
    choose("optimizer", asked.optimizer, recipe.optimizer)
    choose("batch", None, batch)
    choose("schedule", None, recipe.schedule)
    for field, usual in DEFAULTS.items():
        if getattr(recipe, field) == usual and field not in recipe.sources:
            said.append(Choice(field, "usual", {}))
        else:
            choose(field, None, getattr(recipe, field))
    precision = _precision(method, asked)
    said.append(Choice("precision", "asked" if asked.precision else f"precision-{precision}", {}))
    quantization = asked.quantization or (
        "nf4" if method == "qlora" else BASE_FORMATS.get(precision, "bf16")
    )
    repository, revision = _repository(catalog, model)
    packing = goal.head == "language-model" and model.kind == "decoder" and tokens * 2 <= seq_len
    said.append(Choice("packing", "packed" if packing else "not-packed", {"kind": model.kind}))
    plan = TrainingPlan(
        model_id=model_id,
        repository=repository,
        revision=revision,
        kind=model.kind,
        model_type=arch.model_type,
        task=asked.task,
        languages=asked.languages,
        pairs=asked.pairs,
        head=goal.head,
        chat=bool(model.finetuning is not None and model.finetuning.chat_template) and goal.head == "language-model",
        method=method,
        quantization=quantization,
        optimizer=asked.optimizer or recipe.optimizer,
        precision=precision,
        learning_rate=asked.learning_rate or given.learning_rate,
        schedule=recipe.schedule,
        warmup_ratio=recipe.warmup_ratio,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        epochs=epochs,
        batch=asked.batch or 1,
        accumulation=asked.accumulation or 1,
        seq_len=seq_len,
        target_len=target_len,
        packing=packing,
        checkpointing=bool(asked.checkpointing),
        lora_rank=rank,
        lora_alpha=given.alpha if method in LOW_RANK else None,
        lora_dropout=recipe.dropout if method in LOW_RANK else None,
        lora_targets=targets,
        modules_to_save=new_modules(arch, model.kind, goal.head) if method not in ("full",) else (),
        trainer=asked.trainer or TRAINER,
        sharding=asked.sharding or "none",
        gpus=asked.gpus,
        seed=asked.seed,
        loss=goal.loss,
        label_smoothing=recipe.label_smoothing if goal.head == "language-model" else 0.0,
        metrics=goal.metrics,
    )  # fmt: skip
    return Draft(plan, batch, tokens, tuple(said))


def _repository(catalog: Catalog, model: Model) -> tuple[str | None, str | None]:
    """Repository and commit of the 16-bit weights; without such an artifact, the first alias that is a repository id:
    cards list their own repository first."""
    for artifact in model.artifacts:
        loadable = artifact.format in ("safetensors", "pytorch")
        if loadable and catalog.quantizations[artifact.quantization].bits >= 16:
            return artifact.repository, artifact.revision
    named = (a for a in model.aliases if a.count("/") == 1 and not set(a) & set(": "))
    return next(named, None), None


def _lengths(model: Model, asked: Asked, prompt: int, generate: int) -> tuple[int, int | None, int]:
    """Longest sequence, longest target, and mean tokens of an example."""
    mean = {"encoder": prompt}.get(model.kind, prompt + generate)
    tokens = asked.tokens_per_example or mean
    most = model.context.native if model.context is not None else None
    if asked.seq_len is not None and most is not None and asked.seq_len > most:
        raise UsageError(
            Message("{model} reads at most {limit:,} tokens", model=model.name, limit=most),
            where="--seq-len",
            remedy=Message("give --seq-len {limit} or less", limit=most),
        )
    if model.kind == "encoder-decoder":
        source = tokens * prompt / (prompt + generate)
        length = asked.seq_len or _rounded(source, most)
        return length, asked.seq_len or _rounded(tokens - source, most), tokens
    return asked.seq_len or _rounded(tokens, most), None, tokens


def _rounded(tokens: float, most: int | None) -> int:
    """The next power of two above a typical length and its margin, at most what the model reads."""
    length = max(SHORTEST, 1 << math.ceil(math.log2(max(1.0, tokens * MARGIN))))
    return min(length, most) if most else length


def _precision(method: str, asked: Asked) -> str:
    """Full training keeps 32-bit weights under 16-bit arithmetic, lest small updates vanish (Micikevicius et al. 2017,
    arXiv:1710.03740 §3.1); an adapter's base is frozen in 16 bits. FP16 where the device has no BF16. Raises UsageError
    when BF16 is asked for there."""
    half = "fp16" if _lacks_bf16(asked) else "bf16"
    if asked.precision is not None:
        if asked.precision.startswith("bf16") and half == "fp16":
            raise UsageError(
                Message("the device has no units for BF16"),
                where="--precision",
                remedy=Message(
                    "use {precision}, or fp32", precision=asked.precision.replace("bf16", "fp16")
                ),
            )
        return asked.precision
    return f"{half}-mixed" if method == "full" else half


def _lacks_bf16(asked: Asked) -> bool:
    tflops = asked.machine.tflops if asked.machine is not None else {}
    return "fp16" in tflops and "bf16" not in tflops
