"""The optimizer: how a gradient becomes a step.

All of them walk downhill on the loss. They differ in what they remember of earlier gradients, which costs memory for
each trained weight, and in how they scale a step:

    sgd        w ← w − η g, with the gradient g of one mini-batch (plain gradient descent takes it over all the data)
    momentum   m ← μ m + g; w ← w − η m: a running sum that smooths the noise of mini-batches
    adam       also keeps a running mean of g²; each weight gets its own step size (Kingma & Ba 2015, arXiv:1412.6980)
    adamw      adam, with the decay of weights apart from the gradient (Loshchilov & Hutter 2019, arXiv:1711.05101)
    adafactor  keeps sums of rows and columns instead of a value for each weight (arXiv:1804.04235)
    lion       one memory, and steps by sign only (arXiv:2302.06675), below
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from settings import Settings

TRAINER_NAMES = {
    "sgd": "sgd",
    "momentum": "sgd",
    "adamw": "adamw_torch",
    "adamw-8bit": "adamw_bnb_8bit",
    "paged-adamw": "paged_adamw_32bit",
    "paged-adamw-8bit": "paged_adamw_8bit",
    "adafactor": "adafactor",
    "ademamix": "ademamix",
    "galore": "galore_adamw",
}
"""What Transformers calls them (`TrainingArguments.optim`). Those with 8bit, paged and ademamix come from
bitsandbytes."""


class Lion(torch.optim.Optimizer):
    """Lion (Chen et al. 2023, arXiv:2302.06675, Program 1). Every weight moves by the same amount, up or down, so the
    learning rate should be three to ten times smaller than AdamW's (§5 there)."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step over all weights that have a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            rate, (beta1, beta2) = group["lr"], group["betas"]
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"]
                weight.mul_(1 - rate * group["weight_decay"])
                direction = torch.lerp(weight.grad, momentum, beta1).sign_()
                weight.add_(direction, alpha=-rate)
                momentum.lerp_(weight.grad, 1 - beta2)
        return loss


def trainer_arguments(settings: Settings) -> dict[str, Any]:
    """Arguments of `TrainingArguments` that choose the optimizer, where Transformers has it."""
    name = settings.training.optimizer
    if name not in TRAINER_NAMES:
        return {}
    arguments: dict[str, Any] = {"optim": TRAINER_NAMES[name]}
    if name == "momentum":
        arguments["optim_args"] = "momentum=0.9"
    if name == "galore":
        arguments["optim_target_modules"] = [r".*attn.*", r".*attention.*", r".*mlp.*"]
    return arguments


def own_optimizer(settings: Settings) -> tuple[type[torch.optim.Optimizer], dict[str, Any]] | None:
    """Class and arguments of an optimizer that Transformers does not name; None for the others."""
    rate = {"lr": settings.training.learning_rate}
    if settings.training.optimizer == "adam":
        return torch.optim.Adam, rate
    if settings.training.optimizer == "lion":
        return Lion, rate
    return None
