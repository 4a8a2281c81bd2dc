"""What is trained on a task: the output layer, the loss and the figures to report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.messages import Message, listed

if TYPE_CHECKING:
    from llm_select.schema.evaluation import Task
    from llm_select.schema.model import Model

LABELLED = ("sentiment-analysis", "text-classification", "acceptability", "nli")
"""Tasks with one label for a text."""
ENCODER_HEADS = {
    **dict.fromkeys(LABELLED, "sequence-labels"),
    "ner": "token-labels",
    "srl": "token-labels",
    "extractive-qa": "span",
    "retrieval": "embedding",
}
METRICS = {
    "translation": ("chrf", "bleu"),
    "summarization": ("rouge",),
    "ner": ("entity-f1",),
    "srl": ("entity-f1",),
    "sentiment-analysis": ("macro-f1", "accuracy"),
    "text-classification": ("macro-f1", "accuracy"),
    "acceptability": ("matthews", "accuracy"),
    "nli": ("accuracy", "macro-f1"),
    "extractive-qa": ("span-f1", "exact-match"),
    "open-qa": ("span-f1", "exact-match"),
    "knowledge": ("accuracy",),
    "commonsense": ("accuracy",),
    "reasoning": ("exact-match",),
    "math": ("exact-match",),
    "coding": ("pass-at-1", "perplexity"),
    "retrieval": ("ndcg",),
    "dialogue": ("perplexity",),
    "instruction-following": ("perplexity",),
    "text-generation": ("perplexity",),
}
"""By task, the figure that decides first."""
SHORT_ANSWERS = (*LABELLED, "knowledge", "commonsense")
"""Tasks whose answer is one of a few words."""


class Objective(NamedTuple):
    """What is trained."""

    head: str
    """As in `TrainingPlan.head`."""
    loss: str
    metrics: tuple[str, ...]


def objective(task_id: str, task: Task, model: Model, *, regression: bool) -> Objective:
    """The output layer, loss and metrics of a run. Raises UsageError for what is not planned.

    Classes, tokens and spans are learned by cross-entropy, a number by the mean squared error, an embedding by
    contrast between pairs that belong together and pairs that do not.
    """
    if task.input_modality != "text":
        raise UsageError(
            Message("training on {modality}s is not planned", modality=task.input_modality),
            where="--task",
            remedy=Message("plans cover tasks on text"),
        )
    if regression:
        if task_id not in LABELLED:
            raise UsageError(
                Message("{task} has no single label that could be a number", task=task_id),
                where="--regression",
                remedy=Message("leave it out, or use a task of {tasks}", tasks=listed(LABELLED)),
            )
        return Objective("number", "mse", ("pearson", "mae"))
    metrics = METRICS.get(task_id)
    if metrics is None:
        raise UsageError(
            Message("how to train for {task} is not known", task=task_id),
            where="--task",
            remedy=Message("plans exist for {tasks}", tasks=listed(METRICS)),
        )
    if model.kind == "encoder" or task_id == "retrieval":
        head = ENCODER_HEADS.get(task_id)
        if head is None:
            raise UsageError(
                Message("an encoder has no output for {task}", task=task_id),
                where="MODEL",
                remedy=Message("name a decoder"),
            )
        return Objective(head, "contrastive" if head == "embedding" else "cross-entropy", metrics)
    return Objective("language-model", "cross-entropy", metrics)
