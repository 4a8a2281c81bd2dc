"""What each tool takes: the options of the command of that name, with types, units and bounds.

Descriptions are for the model that calls the tools, so they are in English whatever the locale. A catalog's own names
(tasks, models, devices, formats) are not closed lists here: they are resolved like on the command line, with aliases.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import GenerateJsonSchema

MAX_TOKENS = 100_000_000
"""As on the command line."""
MAX_SHOWN = 25

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=20)]
Above0 = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=1, le=MAX_TOKENS)]
Gib = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Detail = Annotated[
    Literal["brief", "full"],
    Field(
        description="brief keeps the answer small: long lists are cut, and what each leaves out is counted beside it "
        "as `…_left_out`. full cuts much later and adds score parts and evidence to the text.",
    ),
]


class Arguments(BaseModel):
    """Closed and strict: an unknown argument, or a number in quotes, is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Machine(Arguments):
    gpu: Name | None = Field(
        None, description="Device name such as 'RTX 4090' or 'A100 80GB'; find_devices lists them."
    )
    gpus: int | None = Field(
        None, ge=1, le=4096, description="Number of alike devices; needs gpu or gpu_mem."
    )
    gpu_mem: Gib | None = Field(
        None,
        description="Nominal memory of each device in GiB, when its name is not known or it is sold with several.",
    )
    ram: Gib | None = Field(
        None, description="Main memory in GiB, for layers that do not fit on the device."
    )


class Lengths(Arguments):
    context: Tokens | None = Field(
        None, description="Tokens of context to reserve per request; default by task."
    )
    generate: Tokens | None = Field(
        None, description="Tokens written per request; less than context; default by task."
    )
    concurrency: int = Field(1, ge=1, le=1_000_000, description="Requests served at a time.")


class Formats(Arguments):
    engine: Names | None = Field(
        None, description="Engines to allow, such as llama.cpp, vllm, ollama, mlx, transformers."
    )
    quantization: Names | None = Field(
        None, description="Number formats to allow, such as bf16, fp8, q4_k_m, awq-int4."
    )


class Topic(Arguments):
    language: Names | None = Field(
        None, description="Languages, as BCP-47 tags (de, zh-Hans) or English names."
    )
    pair: Names | None = Field(
        None, description="Translation directions such as en-zh; for task translation only."
    )
    exclude_board: Names | None = Field(
        None, description="Evidence to leave out: globs over board ids, such as wmt25.*."
    )
    examples: int = Field(
        0,
        ge=0,
        le=10_000_000_000,
        description="Labelled examples at hand to fine-tune on; lets fine-tuned encoders in.",
    )


class Weights(Arguments):
    quality: Weight | None = Field(None, description="Evidence for the task.")
    speed: Weight | None = Field(None, description="Tokens per second; needs gpu.")
    headroom: Weight | None = Field(None, description="Memory to spare.")
    cost: Weight | None = Field(None, description="Price of hosted models.")


class Question(Machine, Lengths, Formats, Topic):
    task: Name = Field(description="What the model is for: an id from list_tasks.")
    min_accuracy: float | None = Field(
        None,
        allow_inf_nan=False,
        description="Least quality, in the unit of the task's reference board; the low end of the interval must reach "
        "it.",
    )
    min_speed: Above0 | None = Field(
        None, description="Least tokens per second of one stream; the low end must reach it."
    )
    max_price: Above0 | None = Field(
        None, description="Most USD per million output tokens of a hosted model."
    )
    commercial: bool = Field(False, description="Only licences that allow commercial use.")
    license: Names | None = Field(
        None, description="Licences to allow, by id or SPDX id, such as apache-2.0."
    )
    weights_access: Literal["open", "hosted", "any"] | None = Field(
        None, description="open: runs on your machine (default); hosted: only at a provider."
    )
    privacy: Literal["self-hosted", "any"] = Field(
        "any", description="self-hosted: no text may leave your machines."
    )
    modality: Annotated[list[Literal["text", "image", "audio", "video"]], Field(max_length=4)] | (
        None
    ) = Field(None, description="What it must read beside text.")
    thinking: Literal["on", "off", "any"] = Field(
        "any", description="Whether it reasons at length before it answers."
    )
    family: Names | None = Field(
        None, description="Model families to allow: the first part of model ids, such as qwen."
    )
    profile: Literal["balanced", "quality", "speed", "frugal"] = Field(
        "balanced", description="How criteria weigh in the score."
    )
    weights: Weights | None = Field(
        None, description="Own weights in place of a profile; they are normalised to sum to 1."
    )


class Recommend(Question):
    """Arguments of `recommend`."""

    top: int = Field(5, ge=1, le=MAX_SHOWN, description="Picks to return.")
    variants: bool = Field(
        False, description="Every format of a pick that fits, not only the best."
    )
    detail: Detail = "brief"


class Explain(Question):
    """Arguments of `explain`."""

    model: Name = Field(description="Model id, name, alias or repository; see find_models.")
    detail: Detail = "brief"


class Compare(Machine, Lengths, Formats, Topic):
    """Arguments of `compare`."""

    models: Annotated[list[Name], Field(min_length=2, max_length=10)] = Field(
        description="Two or more models, by id, name, alias or repository; see find_models."
    )
    task: Name | None = Field(
        None, description="An id from list_tasks; without it no quality is rated."
    )
    detail: Detail = "brief"


class Estimate(Machine, Lengths, Formats):
    """Arguments of `estimate`."""

    model: Name = Field(description="Model id, name, alias or repository; see find_models.")
    kv_type: Name | None = Field(None, description="Type of the KV cache, such as q8_0 or fp8.")
    detail: Detail = "brief"


class FinetunePlan(Arguments):
    """Arguments of `finetune_plan`."""

    task: Name = Field(description="What the model is for: an id from list_tasks.")
    examples: int = Field(
        ge=0, le=10_000_000_000, description="Labelled examples to train on; 0 when there are none."
    )
    model: Name | None = Field(
        None, description="Model to adapt; without it the best for the task that fits is taken."
    )
    language: Names | None = Field(
        None, description="Languages, as BCP-47 tags (de, zh-Hans) or English names."
    )
    pair: Names | None = Field(
        None, description="Translation directions such as en-zh; for task translation only."
    )
    min_accuracy: float | None = Field(
        None,
        allow_inf_nan=False,
        description="Quality to reach, in the unit of the task's reference board.",
    )
    privacy: Literal["self-hosted", "any"] = Field(
        "any", description="self-hosted: no text may leave your machines."
    )
    commercial: bool = Field(False, description="Only licences that allow commercial use.")
    license: Names | None = Field(None, description="Licences to allow, such as apache-2.0.")
    exclude_board: Names | None = Field(
        None, description="Evidence to leave out: globs over board ids."
    )
    gpu: Name | None = Field(None, description="Device name such as 'RTX 4090'; see find_devices.")
    gpus: int | None = Field(None, ge=1, le=4096, description="Number of alike devices.")
    gpu_mem: Gib | None = Field(None, description="Nominal memory of each device in GiB.")
    method: Name | None = Field(
        None, description="full, lora, qlora, dora, …; default: what the strategy advises."
    )
    quantization: Name | None = Field(
        None, description="Number format of the base, such as bf16 or nf4."
    )
    optimizer: Name | None = Field(
        None, description="adamw (default), adamw-8bit, adafactor, lion, galore, …"
    )
    precision: Literal["bf16", "fp16", "bf16-mixed", "fp16-mixed", "fp32"] | None = Field(
        None, description="Number format of the arithmetic."
    )
    lora_rank: int | None = Field(None, ge=1, le=1_000_000, description="Rank of an adapter.")
    lora_targets: Names | None = Field(
        None, description="Modules that get an adapter, such as q_proj; or all-linear."
    )
    learning_rate: float | None = Field(
        None, gt=0, le=10, allow_inf_nan=False, description="Peak; default by recipe."
    )
    epochs: float | None = Field(
        None, gt=0, le=10_000, allow_inf_nan=False, description="Passes over the examples."
    )
    batch: Tokens | None = Field(None, description="Sequences in one pass of one device.")
    accumulation: int | None = Field(
        None, ge=1, le=1_000_000, description="Passes before one step of the optimizer."
    )
    seq_len: Tokens | None = Field(None, description="Tokens of each sequence, padding included.")
    tokens_per_example: Tokens | None = Field(
        None, description="Mean length of an example; default by task."
    )
    checkpointing: bool | None = Field(
        None, description="Recompute activations: less memory, more time."
    )
    trainer: Name | None = Field(
        None,
        description="transformers, peft, litgpt, torchtune, unsloth, llama-factory or axolotl.",
    )
    sharding: Literal["none", "ddp", "zero1", "zero2", "zero3", "fsdp"] | None = Field(
        None, description="How several devices share the work and the memory."
    )
    regression: bool = Field(False, description="The label is a number, such as stars.")
    price_per_hour: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] | None = Field(
        None, description="USD an hour for the whole machine; adds the cost."
    )
    detail: Detail = "brief"


class ListTasks(Arguments):
    """`list_tasks` takes nothing."""


class FindModels(Arguments):
    """Arguments of `find_models`."""

    query: Name = Field(
        description="Words of an id, name or alias, such as 'qwen3 8b'; all must be there, separators do not matter."
    )
    kind: Literal["decoder", "encoder", "encoder-decoder", "recurrent"] | None = Field(
        None, description="Only models of this architecture."
    )
    weights: Literal["open", "hosted"] | None = Field(
        None, description="open: can be downloaded; hosted: only at a provider."
    )
    limit: int = Field(10, ge=1, le=50, description="Models to return.")


class FindDevices(Arguments):
    """Arguments of `find_devices`."""

    query: Annotated[str, StringConstraints(max_length=200)] = Field(
        "", description="Words of a device's name, such as '4090' or 'm4 max'; empty for all."
    )
    form: Literal["desktop", "laptop", "workstation", "datacentre", "unified", "cpu"] | None = (
        Field(
            None,
            description="Only devices of this form; unified: memory shared with the processor.",
        )
    )
    vendor: Literal["nvidia", "amd", "apple", "intel", "cpu"] | None = Field(
        None, description="Only devices of this vendor."
    )
    min_gib: Gib | None = Field(
        None, description="Only devices sold with at least this memory, GiB."
    )
    limit: int = Field(10, ge=1, le=50, description="Devices to return.")


class _Brief(GenerateJsonSchema):
    """Without titles, which repeat the names, and without null: an argument that is not given is left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def nullable_schema(self, schema: Any) -> Any:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> Any:
        if schema.get("default") is None and "default_factory" not in schema:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def input_schema(arguments: type[Arguments]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments, closed to unknown ones."""
    schema = arguments.model_json_schema(schema_generator=_Brief)
    for found in (schema, *schema.get("$defs", {}).values()):
        found.pop("title", None)
    schema.pop("description", None)
    return schema
