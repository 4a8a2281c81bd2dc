"""How an engine is started as a server: what of it is fact and not arithmetic."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from llm_select.schema.base import Slug, SourceId, Strict

Vendor = Literal["nvidia", "amd", "apple", "intel", "cpu"]
Role = Literal[
    "model",
    "file",
    "revision",
    "served-name",
    "host",
    "port",
    "context",
    "total-context",
    "sequences",
    "prompts",
    "memory-share",
    "kv-type",
    "kv-key-type",
    "kv-value-type",
    "kv-bits",
    "flash-attention",
    "tensor",
    "pipeline",
    "nodes",
    "node-rank",
    "head-address",
    "head-port",
    "worker",
    "split-mode",
    "device-layers",
    "host-gib",
    "quantization",
    "dtype",
    "device",
    "tools",
    "tool-parser",
    "reasoning-parser",
    "chat-template",
    "spread",
    "keep-loaded",
    "loaded-models",
    "offline",
    "threads",
]
"""What an option is for; the rule that gives it a value is code, its name is the engine's."""

Option = Annotated[str, StringConstraints(pattern=r"^-{1,2}[a-zA-Z][a-zA-Z0-9-]*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
RoleName = Annotated[Role, Field()]


class ModelParsers(Strict):
    """Parsers that turn a model's tool calls and reasoning into fields of the answer."""

    repositories: tuple[str, ...]
    """Repositories they are for, as globs, case aside; the first entry that matches counts."""
    tool: str | None = None
    """Value of the option for tool calls."""
    reasoning: str | None = None
    """Value of the option for reasoning."""
    template: str | None = None
    """Chat template among the engine's examples that tool calls need."""


class Prepare(Strict):
    """Commands that make a format's files from the released weights."""

    commands: tuple[str, ...]
    """In order. `{repository}`, `{revision}`, `{name}` and `{format}` are filled in."""
    path: str
    """Where the files are afterwards, relative to the directory of models; `{name}` and `{format}` are filled in."""


class Serving(Strict):
    """How the engine's server is started. Option names are those of the version under `engine.version`, unless said."""

    command: tuple[str, ...]
    """Words before the options; `{model}` stands for the model, `{python}` for the interpreter of a virtual environment."""
    options: dict[RoleName, Option] = {}
    """Options of the command."""
    environment: dict[RoleName, Variable] = {}
    """Settings that are made by environment variables."""
    private: dict[Variable, str] = {}
    """Environment that keeps the server from reaching out once the model is downloaded."""
    port: Annotated[int, Field(gt=0, le=65535)]
    """Its default port."""
    api: Literal["openai", "own"]
    """`openai`: /v1/chat/completions; `own`: the small server that an export writes."""
    health: str
    """Path that answers when it serves."""
    loading: dict[Slug, str] = {}
    """Formats it makes while loading the released weights, with the value of the option."""
    dtypes: dict[Slug, str] = {}
    """Unquantized formats, with the value of the option that names the type."""
    prepare: dict[Slug, Prepare] = {}
    """Formats that are made beforehand."""
    parsers: tuple[ModelParsers, ...] = ()
    """Parsers for models; none is set for a model that no entry names."""
    parsers_detected: str | None = None
    """Value that makes the engine find the parsers from the chat template; where there is one `parsers` is empty."""
    template_directory: str | None = None
    """Where the image keeps the example templates."""
    images: dict[Vendor, str] = {}
    """Container image for each maker's devices."""
    install: str | None = None
    """What pip installs, for a service without containers."""
    validated: Literal["parser", "source", "documentation"]
    """How the options were held against the engine: its own parser run on them, read in its source, or in its pages."""
    validated_version: str
    """On which version."""
    validated_how: str
    """In a sentence."""
    source: SourceId
    """Where the options were read."""
    sources: dict[str, SourceId] = {}
    """For `parsers`, `images`, `private`, where they were read."""

    @model_validator(mode="after")
    def _one_way_to_parsers(self) -> Serving:
        if self.parsers and self.parsers_detected:
            raise ValueError("parsers: leave them out where parsers_detected is given")
        return self
