"""The tools: name, what each is for, what it takes, what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_select.mcp import answers
from llm_select.mcp import arguments as taken
from llm_select.messages import Message
from llm_select.render.contract import CONTRACTS
from llm_select.render.list_contract import DEVICES, MODELS, TASKS

if TYPE_CHECKING:
    from llm_select.render.payload import Json
    from llm_select.schema.catalog import Catalog


class Tool(NamedTuple):
    """A question that an agent may ask."""

    title: Message
    """For people; shown in their language."""
    description: str
    """For the model that chooses among tools."""
    arguments: type[taken.Arguments]
    contract: Json
    answer: Callable[[Catalog, Any], answers.Answer]


_ON = " Without gpu, gpu_mem or ram it is asked for the machine that this server runs on, which the answer then says."
TOOLS: Mapping[str, Tool] = {
    "recommend": Tool(
        Message("Rank models for a task"),
        "Rank language models for a task and machine by published evidence: quality with its interval, memory and "
        "speed as computed, licence, and the nearest models that were rejected with the change that would admit them."
        + _ON,
        taken.Recommend,
        CONTRACTS["recommend"],
        answers.recommend,
    ),
    "explain": Tool(
        Message("Explain the score of one model"),
        "Why one model scored as it did for a task: score parts that sum, evidence, memory by part; or why it was "
        "rejected and the smallest change that admits it." + _ON,
        taken.Explain,
        CONTRACTS["explain"],
        answers.explain,
    ),
    "compare": Tool(
        Message("Put models side by side"),
        "Two or more models side by side: architecture, memory, speed, licence, price, boards that have both, and how "
        "likely one is better at the task." + _ON,
        taken.Compare,
        CONTRACTS["compare"],
        answers.compare,
    ),
    "estimate": Tool(
        Message("Memory and speed of a model"),
        "Memory by part, tokens per second and the largest context of one model in each number format. Without gpu, "
        "gpu_mem or ram it tells what the model needs and which devices hold it.",
        taken.Estimate,
        CONTRACTS["estimate"],
        answers.estimate,
    ),
    "finetune_plan": Tool(
        Message("Plan how to adapt a model"),
        "Whether to prompt or to fine-tune for a task, by rules with their sources, and a training plan that fits: "
        "method, settings, memory, time. Without model the best one for the task is taken, on the machine that this "
        "server runs on unless gpu or gpu_mem is given.",
        taken.FinetunePlan,
        CONTRACTS["finetune"],
        answers.finetune_plan,
    ),
    "list_tasks": Tool(
        Message("List tasks"),
        "Every task that models are ranked for, with the kinds of model that can do it and the board that ranks them.",
        taken.ListTasks,
        TASKS,
        answers.list_tasks,
    ),
    "find_models": Tool(
        Message("Find models by name"),
        "Models of the catalog whose id, name or alias has every word of the query; those with most published scores "
        "first. Gives the id, size, licence and number of scores of each.",
        taken.FindModels,
        MODELS,
        answers.find_models,
    ),
    "find_devices": Tool(
        Message("Find devices by name"),
        "Graphics cards, accelerators and processors of the catalog by part of their name, with memory in GiB, "
        "bandwidth in GB/s and 16-bit TFLOPS; the largest first.",
        taken.FindDevices,
        DEVICES,
        answers.find_devices,
    ),
}
"""By name."""
INSTRUCTIONS = (
    "llm-select ranks language models by published evidence and computes memory and speed from their architecture; "
    "it calls no network. Names are resolved with aliases, and an unknown one is an error that names the nearest. "
    "Quality is in the unit of the task's reference board, with an 80 % interval; unrated means that no evidence was "
    "found, not that a model is bad. Options named in structured answers (--gpu-mem) are arguments here (gpu_mem). "
    "Where a list is cut, `<list>_left_out` says by how much."
)
"""For the model on the other side, when it connects."""
